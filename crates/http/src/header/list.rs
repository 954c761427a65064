//! How values are built: lists, parameters, quoted strings, comments.
//!
//! RFC 9110 §5.6
//!
//! ```text
//! #element      = [ element ] *( OWS "," OWS [ element ] )
//! parameters    = *( OWS ";" OWS [ token "=" ( token / quoted-string ) ] )
//! quoted-string = DQUOTE *( qdtext / "\" ( HTAB / SP / VCHAR / obs-text ) ) DQUOTE
//! comment       = "(" *( ctext / quoted-pair / comment ) ")"
//! ```
//!
//! ```
//! use http::header::list;
//! let all: Vec<&[u8]> = list::elements(br#"a;x="1,2" , ,b"#).collect();
//! assert_eq!(all, [br#"a;x="1,2""#.as_slice(), b"b"]);
//! ```
//!
//! Invariant: no element is empty, and none begins or ends with white space.
//!
//! Used by: everything that reads a field with structure.

use std::borrow::Cow;

/// The elements of a list; commas inside quoted strings separate nothing. Empty elements are
/// passed over (RFC 9110 §5.6.1.2). A quoted string that never ends reaches to the end.
pub fn elements(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    split_outside_quotes(value, b',')
}

/// The elements of a list whose elements hold no quoted strings, such as tokens: quotes mean
/// nothing there and every comma counts.
pub fn plain(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|octet| *octet == b',').map(trim).filter(|element| !element.is_empty())
}

/// Whether a list of tokens holds `token`, without regard to case.
pub fn contains(value: &[u8], token: &str) -> bool {
    plain(value).any(|element| element.eq_ignore_ascii_case(token.as_bytes()))
}

/// What stands before the first `;`, and the parameters behind it.
pub fn with_parameters(element: &[u8]) -> (&[u8], Parameters<'_>) {
    let end = element.iter().position(|octet| *octet == b';').unwrap_or(element.len());
    let (main, rest) = element.split_at_checked(end).unwrap_or((element, &[]));
    (trim(main), Parameters { rest })
}

/// Parameters in order; ends at the first one that is malformed (see
/// [`is_malformed`](Self::is_malformed)).
#[derive(Debug, Clone)]
pub struct Parameters<'a> {
    rest: &'a [u8],
}

impl Parameters<'_> {
    /// Whether something is left that is no parameter: asked when the iteration has ended.
    pub fn is_malformed(&self) -> bool {
        !self.rest.is_empty()
    }
}

impl<'a> Iterator for Parameters<'a> {
    /// Name as written, and value without quotes.
    type Item = (&'a str, Cow<'a, [u8]>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let rest = trim_start(self.rest);
            if rest.is_empty() {
                self.rest = rest;
                return None;
            }
            let rest = trim_start(rest.strip_prefix(b";")?);
            // `;;` and a `;` at the end are allowed (RFC 9110 §5.6.6).
            if rest.is_empty() || rest.starts_with(b";") {
                self.rest = rest;
                continue;
            }
            let (name, behind) = token(rest)?;
            let behind = behind.strip_prefix(b"=")?;
            let (value, behind) = match behind {
                [b'"', ..] => quoted_string(behind)?,
                _ => token(behind).map(|(value, rest)| (Cow::Borrowed(value.as_bytes()), rest))?,
            };
            if !matches!(trim_start(behind), [] | [b';', ..]) {
                return None;
            }
            self.rest = behind;
            return Some((name, value));
        }
    }
}

/// The token at the front of `text`, and what stands behind it.
pub fn token(text: &[u8]) -> Option<(&str, &[u8])> {
    let end = text.iter().position(|octet| !crate::is_tchar(*octet)).unwrap_or(text.len());
    let (token, rest) = text.split_at_checked(end)?;
    if token.is_empty() { None } else { Some((std::str::from_utf8(token).ok()?, rest)) }
}

/// The content of the quoted string at the front of `text`, and what stands behind it. Copied only
/// where a `\` was taken out.
pub fn quoted_string(text: &[u8]) -> Option<(Cow<'_, [u8]>, &[u8])> {
    let inside = text.strip_prefix(b"\"")?;
    let plain = inside.iter().position(|octet| matches!(octet, b'"' | b'\\'))?;
    let (content, rest) = inside.split_at_checked(plain)?;
    if let [b'"', behind @ ..] = rest {
        return is_text(content).then_some((Cow::Borrowed(content), behind));
    }
    let (mut content, mut rest) = (content.to_vec(), rest);
    loop {
        match rest {
            [b'"', behind @ ..] => {
                return is_text(&content).then_some((Cow::Owned(content), behind));
            }
            [b'\\', octet, behind @ ..] | [octet, behind @ ..] => {
                content.push(*octet);
                rest = behind;
            }
            [] => return None,
        }
    }
}

/// `content` as a quoted string; nothing where it holds a control octet, which none may.
pub fn quote(content: &[u8]) -> Option<Vec<u8>> {
    let mut out = vec![b'"'];
    for octet in content {
        if matches!(octet, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(*octet);
    }
    out.push(b'"');
    is_text(content).then_some(out)
}

/// The content of the comment at the front of `text`, outer brackets taken off, and what stands
/// behind it. Comments nest; the depth is counted, not recursed into.
pub fn comment(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let inside = text.strip_prefix(b"(")?;
    let (mut depth, mut at) = (1_usize, 0);
    loop {
        match inside.get(at)? {
            b'\\' => at += 1,
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let (content, rest) = inside.split_at_checked(at)?;
            return is_text(content).then_some((content, rest.get(1..)?));
        }
        at += 1;
    }
}

/// Whether all may stand in a quoted string: HTAB, SP, VCHAR, obs-text.
fn is_text(octets: &[u8]) -> bool {
    octets.iter().all(|octet| matches!(octet, b'\t' | 0x20..=0x7e | 0x80..))
}

/// The parts of `value` between `mark`s that stand outside quoted strings, trimmed, none empty.
pub(crate) fn split_outside_quotes(value: &[u8], mark: u8) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(value);
    let parts = std::iter::from_fn(move || {
        let text = rest?;
        let (mut quoted, mut escaped) = (false, false);
        let end = text.iter().position(|octet| {
            match octet {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                octet if *octet == mark => return !quoted,
                _ => {}
            }
            false
        });
        let (part, behind) = match end {
            Some(end) => (text.get(..end)?, Some(text.get(end + 1..)?)),
            None => (text, None),
        };
        rest = behind;
        Some(trim(part))
    });
    parts.filter(|part| !part.is_empty())
}

/// Without OWS at the ends (RFC 9110 §5.6.3): spaces and tabs, and nothing else.
pub(crate) fn trim(text: &[u8]) -> &[u8] {
    let mut text = trim_start(text);
    while let [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

pub(crate) fn trim_start(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = text {
        text = rest;
    }
    text
}
