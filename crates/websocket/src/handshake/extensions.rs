//! Extensions: what else the two ends could do, as a list of offers.
//!
//! RFC 6455 §9.1
//!
//! ```text
//! Sec-WebSocket-Extensions = extension-list
//! extension-list   = 1#extension
//! extension        = extension-token *( ";" extension-param )
//! extension-token  = token
//! extension-param  = token [ "=" (token | quoted-string) ]
//!                    ; a quoted string's content, unescaped, is a token too
//! ```
//!
//! Offers stand in the order in which a client likes them; the same extension may be offered more
//! than once, with other parameters, to fall back on. The list may be spread over several fields.
//!
//! Used by: both ends of the handshake; the fuzz target `websocket_extensions`.

use http::{HeaderMap, HeaderName, header::list, is_token};

/// One offer, or one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// The extension's name.
    pub name: String,
    /// Its parameters in order; the value is unquoted, `None` where there is none.
    pub parameters: Vec<(String, Option<String>)>,
}

/// A field that is not this grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Sec-WebSocket-Extensions is malformed at octet {offset} (RFC 6455 §9.1)")]
pub struct Malformed {
    /// Octets of the value before the first wrong one.
    pub offset: usize,
}

/// More offers than any client makes: the rest of the list is refused, not read.
const OFFERS: usize = 32;

/// All extensions that `headers` name, in order.
///
/// # Errors
/// [`Malformed`], where a field breaks the grammar or lists more than 32 extensions.
pub fn parse_all(headers: &HeaderMap) -> Result<Vec<Extension>, Malformed> {
    let mut all = Vec::new();
    for value in headers.get_all(HeaderName::SEC_WEBSOCKET_EXTENSIONS) {
        parse(value.as_bytes(), &mut all)?;
    }
    Ok(all)
}

/// Appends the extensions of one field's value.
///
/// # Errors
/// As [`parse_all`].
pub fn parse(value: &[u8], all: &mut Vec<Extension>) -> Result<(), Malformed> {
    let bad = |rest: &[u8]| Malformed { offset: value.len() - rest.len() };
    let (mut rest, before) = (value, all.len());
    loop {
        rest = skip_space(rest);
        // Empty elements are passed over (RFC 9110 §5.6.1.2).
        if let [b',', after @ ..] = rest {
            rest = after;
            continue;
        }
        if rest.is_empty() {
            // 1#: a list without an element is none.
            return if all.len() > before { Ok(()) } else { Err(bad(rest)) };
        }
        let (extension, after) = extension(rest).map_err(bad)?;
        if all.len() >= OFFERS {
            return Err(bad(rest));
        }
        all.push(extension);
        rest = skip_space(after);
        match rest {
            [] => {}
            [b',', after @ ..] => rest = after,
            _ => return Err(bad(rest)),
        }
    }
}

/// The extension at the front of `text`, and what stands behind it; or what stands from the first
/// wrong octet on.
fn extension(text: &[u8]) -> Result<(Extension, &[u8]), &[u8]> {
    let (name, mut rest) = list::token(text).ok_or(text)?;
    let mut extension = Extension { name: name.to_string(), parameters: Vec::new() };
    loop {
        let [b';', after @ ..] = skip_space(rest) else { return Ok((extension, rest)) };
        let after = skip_space(after);
        let (name, after) = list::token(after).ok_or(after)?;
        rest = after;
        let mut value = None;
        if let [b'=', after @ ..] = skip_space(rest) {
            let after = skip_space(after);
            let (text, behind) = parameter_value(after).ok_or(after)?;
            (value, rest) = (Some(text), behind);
        }
        extension.parameters.push((name.to_string(), value));
    }
}

fn parameter_value(text: &[u8]) -> Option<(String, &[u8])> {
    if !text.starts_with(b"\"") {
        return list::token(text).map(|(token, rest)| (token.to_string(), rest));
    }
    let (content, rest) = list::quoted_string(text)?;
    is_token(&content).then_some(())?;
    Some((String::from_utf8(content.into_owned()).ok()?, rest))
}

fn skip_space(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|octet| !matches!(octet, b' ' | b'\t'));
    start.and_then(|start| text.get(start..)).unwrap_or_default()
}
