//! "Who are you?": challenges, and the simplest answer to one.
//!
//! RFC 9110 §11, RFC 7617
//!
//! ```text
//! WWW-Authenticate = #challenge
//! challenge        = auth-scheme [ 1*SP ( token68 / #auth-param ) ]
//! auth-param       = token BWS "=" BWS ( token / quoted-string )
//! token68          = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="
//!
//! Digest realm="a", nonce="b", Negotiate YWI=, Basic realm="c"
//! \__________________________/ \____________/ \_____________/     three challenges in one field
//! ```
//!
//! Commas separate challenges and their parameters alike. What tells them apart: a parameter is a
//! token and `=` and a value; a scheme has a space, a comma or the end behind it.
//!
//! Digest's own computation is the client's, where the hash functions are.
//!
//! Used by: `client` (challenges, Basic), a server's handler that asks for a password.

use crate::{Limits, header::list};
use wire::base64;

/// One challenge: a scheme, and either parameters or a token68.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Challenge {
    /// As written; compare with [`is`](Self::is).
    pub scheme: String,
    /// What Negotiate and Bearer-like schemes carry instead of parameters.
    pub token68: Option<String>,
    /// Names as written, and values without quotes. Octets that are no UTF-8 are replaced.
    pub parameters: Vec<(String, String)>,
}

impl Challenge {
    /// Whether the scheme is this one; schemes ignore case (RFC 9110 §11.1).
    pub fn is(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }

    /// The first parameter of this name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let mut all = self.parameters.iter();
        all.find(|(there, _)| there.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// A field that holds no challenges, or more than the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidChallenge {
    /// Neither a scheme nor a parameter.
    #[error("no challenge and no parameter of one: octet {offset} (RFC 9110 §11.6.1)")]
    Malformed {
        /// Where it begins.
        offset: usize,
    },
    /// More challenges than [`Limits::challenges`].
    #[error("more challenges than are taken: octet {offset} (RFC 9110 §11.6.1)")]
    TooMany {
        /// Where the first one too many begins.
        offset: usize,
    },
}

/// The challenges of a WWW-Authenticate or Proxy-Authenticate field, under the default limit.
///
/// # Errors
/// See [`InvalidChallenge`]; the field is to be ignored then.
pub fn challenges(value: &[u8]) -> Result<Vec<Challenge>, InvalidChallenge> {
    challenges_within(value, &Limits::DEFAULT)
}

/// As [`challenges`], with the caller's limit.
///
/// # Errors
/// See [`InvalidChallenge`].
// ANCHOR: challenges
pub fn challenges_within(
    value: &[u8],
    limits: &Limits,
) -> Result<Vec<Challenge>, InvalidChallenge> {
    let mut all: Vec<Challenge> = Vec::new();
    let mut rest = skip_commas(value);
    while !rest.is_empty() {
        let offset = value.len() - rest.len();
        let bad = InvalidChallenge::Malformed { offset };
        let behind =
            if let (Some((parameter, behind)), Some(last)) = (parameter(rest), all.last_mut()) {
                // A challenge with a token68 takes no parameters.
                if last.token68.is_some() {
                    return Err(bad);
                }
                last.parameters.push(parameter);
                behind
            } else {
                if all.len() >= limits.challenges {
                    return Err(InvalidChallenge::TooMany { offset });
                }
                let (challenge, behind) = challenge(rest).ok_or(bad)?;
                all.push(challenge);
                behind
            };
        let end = list::trim_start(behind);
        if !matches!(end, [] | [b',', ..]) {
            return Err(InvalidChallenge::Malformed { offset: value.len() - end.len() });
        }
        rest = skip_commas(end);
    }
    Ok(all)
}
// ANCHOR_END: challenges

/// A scheme, with a token68 or the first of its parameters.
fn challenge(text: &[u8]) -> Option<(Challenge, &[u8])> {
    let (scheme, behind) = list::token(text)?;
    let mut found = Challenge { scheme: scheme.to_owned(), ..Challenge::default() };
    let rest = list::trim_start(behind);
    if matches!(rest, [] | [b',', ..]) || rest.len() == behind.len() {
        return Some((found, behind));
    }
    if let Some((token, behind)) = token68(rest) {
        found.token68 = Some(token.to_owned());
        return Some((found, behind));
    }
    let (parameter, behind) = parameter(rest)?;
    found.parameters.push(parameter);
    Some((found, behind))
}

/// `token BWS "=" BWS ( token / quoted-string )`
fn parameter(text: &[u8]) -> Option<((String, String), &[u8])> {
    let (name, rest) = list::token(text)?;
    let value = list::trim_start(list::trim_start(rest).strip_prefix(b"=")?);
    let (value, behind) = match value {
        [b'"', ..] => {
            let (value, behind) = list::quoted_string(value)?;
            (String::from_utf8_lossy(&value).into_owned(), behind)
        }
        _ => {
            let (value, behind) = list::token(value)?;
            (value.to_owned(), behind)
        }
    };
    Some(((name.to_owned(), value), behind))
}

/// A token68 with nothing but a comma or the end behind it: `a=b` begins like one and is none.
fn token68(text: &[u8]) -> Option<(&str, &[u8])> {
    let is_digit = |octet: &u8| {
        octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_' | b'~' | b'+' | b'/')
    };
    let digits = text.iter().take_while(|octet| is_digit(octet)).count();
    let padding = text.iter().skip(digits).take_while(|octet| **octet == b'=').count();
    let (token, rest) = text.split_at_checked(digits + padding)?;
    let ended = matches!(list::trim_start(rest), [] | [b',', ..]);
    (digits > 0 && ended).then_some((std::str::from_utf8(token).ok()?, rest))
}

fn skip_commas(mut text: &[u8]) -> &[u8] {
    while let [b',' | b' ' | b'\t', rest @ ..] = text {
        text = rest;
    }
    text
}

/// The value of an Authorization field for Basic: user and password as they are, in UTF-8. That is
/// an encoding, not a secret: without TLS anybody on the way reads it. Nothing where the user holds
/// `:`, which would move the border between the two, or either holds a control octet (RFC 7617 §2).
///
/// ```
/// let value = http::auth::basic(b"Aladdin", b"open sesame").unwrap();
/// assert_eq!(value, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
/// ```
pub fn basic(user: &[u8], password: &[u8]) -> Option<String> {
    let control = |octet: &u8| octet.is_ascii_control();
    if user.contains(&b':') || user.iter().chain(password).any(control) {
        return None;
    }
    Some(format!("Basic {}", base64::encode(&[user, b":", password].concat())))
}

/// User and password of an Authorization field for Basic; nothing where it is for another scheme or
/// malformed.
pub fn read_basic(value: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (scheme, rest) = list::token(value)?;
    // Without the space, `Basic/zo/` would be read as a scheme and a token.
    let (token, behind) = token68(list::trim_start(rest.strip_prefix(b" ")?))?;
    if !scheme.eq_ignore_ascii_case("basic") || !behind.is_empty() {
        return None;
    }
    let plain = base64::decode(token).ok()?;
    let colon = plain.iter().position(|octet| *octet == b':')?;
    let (user, password) = plain.split_at_checked(colon)?;
    Some((user.to_vec(), password.get(1..)?.to_vec()))
}
