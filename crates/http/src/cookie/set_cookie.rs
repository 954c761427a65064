//! One Set-Cookie field, read as all clients read it rather than as servers should write it.
//!
//! RFC 6265 §5.2, 6265bis §5.6
//!
//! ```text
//! set-cookie-string = cookie-pair *( ";" attribute )
//! attribute         = name [ "=" value ]          white space around each is nothing
//! ```
//!
//! | attribute  | value                 | when it is wrong         |
//! |------------|-----------------------|--------------------------|
//! | `Expires`  | a date in any form    | ignored                  |
//! | `Max-Age`  | seconds, may be below 0 | ignored; wins over Expires |
//! | `Domain`   | a name, a dot in front is nothing | decided by the jar |
//! | `Path`     | begins with `/`       | the default path         |
//! | `Secure`, `HttpOnly` | none        |                          |
//! | `SameSite` | None, Lax, Strict     | as if it were not there  |
//!
//! Of an attribute that stands twice the last counts.
//!
//! Invariant: what is read is no longer than [`Limits`] allows, and ends no later.

use super::{SameSite, date};
use crate::{Limits, header::list};
use wire::UnixTime;

/// What a Set-Cookie field says, before anybody asked whether it may.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SetCookie {
    /// May be empty.
    pub name: String,
    /// Octets as they came.
    pub value: Vec<u8>,
    /// When it ends, no later than [`Limits::cookie_age`] from now; nothing: with the session.
    pub expires: Option<UnixTime>,
    /// In lower case, without a dot in front; empty where there is none.
    pub domain: String,
    /// Nothing where there is none, or one that does not begin with `/`.
    pub path: Option<String>,
    /// Whether it stood there.
    pub secure: bool,
    /// Whether it stood there.
    pub http_only: bool,
    /// What stood there.
    pub same_site: SameSite,
}

impl SetCookie {
    /// Reads a field's value at the time `now`; nothing where the whole field is to be ignored: a
    /// control octet, neither name nor value, a pair over [`Limits::cookie_pair`], or a name that
    /// is no UTF-8.
    pub fn parse(value: &[u8], now: UnixTime, limits: &Limits) -> Option<Self> {
        if value.iter().any(|octet| octet.is_ascii_control() && *octet != b'\t') {
            return None;
        }
        let mut parts = value.split(|octet| *octet == b';');
        let pair = parts.next()?;
        let (name, value) = match split_equals(pair) {
            (name, Some(value)) => (name, value),
            (value, None) => ([].as_slice(), value),
        };
        if name.len() + value.len() > limits.cookie_pair || (name.is_empty() && value.is_empty()) {
            return None;
        }
        let name = std::str::from_utf8(name).ok()?.to_owned();
        let mut cookie = Self { name, value: value.to_vec(), ..Self::default() };
        let mut max_age = None;
        for part in parts {
            let (name, value) = split_equals(part);
            let value = value.unwrap_or_default();
            if value.len() <= limits.cookie_attribute {
                cookie.attribute(name, value, now, &mut max_age);
            }
        }
        cookie.expires = max_age.or(cookie.expires);
        let last = now.plus_seconds(limits.cookie_age);
        cookie.expires = cookie.expires.map(|expires| expires.min(last));
        Some(cookie)
    }

    fn attribute(
        &mut self,
        name: &[u8],
        value: &[u8],
        now: UnixTime,
        max_age: &mut Option<UnixTime>,
    ) {
        match name.to_ascii_lowercase().as_slice() {
            b"expires" => self.expires = date::parse(value).or(self.expires),
            b"max-age" => *max_age = seconds(value).map(|age| ends(age, now)).or(*max_age),
            b"domain" => {
                let domain = value.strip_prefix(b".").unwrap_or(value);
                // A domain that is no text matches no host; the jar refuses it.
                self.domain = String::from_utf8_lossy(domain).to_lowercase();
            }
            b"path" => {
                let path = std::str::from_utf8(value).ok().filter(|path| path.starts_with('/'));
                self.path = path.map(str::to_owned);
            }
            b"secure" => self.secure = true,
            b"httponly" => self.http_only = true,
            b"samesite" => {
                self.same_site = match value.to_ascii_lowercase().as_slice() {
                    b"none" => SameSite::None,
                    b"lax" => SameSite::Lax,
                    b"strict" => SameSite::Strict,
                    _ => SameSite::Default,
                }
            }
            _ => {}
        }
    }
}

/// What stands before and behind the first `=`, each trimmed.
fn split_equals(part: &[u8]) -> (&[u8], Option<&[u8]>) {
    match part.iter().position(|octet| *octet == b'=') {
        Some(at) => {
            let (name, value) = part.split_at_checked(at).unwrap_or((part, &[]));
            (list::trim(name), value.get(1..).map(list::trim))
        }
        None => (list::trim(part), None),
    }
}

/// `["-"] 1*DIGIT`; numbers beyond 64 bits saturate.
fn seconds(value: &[u8]) -> Option<i64> {
    let (negative, digits) = match value {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let add = |sum: i64, digit: &u8| sum.saturating_mul(10).saturating_add(i64::from(digit - b'0'));
    let number = digits.iter().fold(0, add);
    Some(if negative { -number } else { number })
}

/// A cookie of no age, or less, is over since ever.
fn ends(age: i64, now: UnixTime) -> UnixTime {
    if age <= 0 { UnixTime(i64::MIN) } else { now.plus_seconds(age) }
}
