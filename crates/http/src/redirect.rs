//! "It is over there": which request follows an answer with a Location.
//!
//! RFC 9110 §15.4, §10.2.2
//!
//! | status    | GET, HEAD | POST        | others      |
//! |-----------|-----------|-------------|-------------|
//! | 301, 302  | the same  | GET         | the same    |
//! | 303       | the same  | GET         | GET         |
//! | 307, 308  | the same  | the same    | the same    |
//!
//! "The same" takes the content along. 300, 304, 305 and 306 lead nowhere by themselves. That 301
//! and 302 turn POST into GET is history, written down in the RFC because every client does it.
//!
//! Invariant: a pure function; how many redirects are followed, and what a cross-origin one must
//! not carry (Authorization, Cookie, a user in the URI), is the client's to decide, who is told.
//!
//! Used by: `client`'s session.

use crate::{Method, StatusCode, Uri, uri::percent};

/// The request that follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// How to ask now.
    pub method: Method,
    /// What to ask for: an `http` or `https` URI, with the fragment of the first one where it has
    /// none of its own.
    pub uri: Uri,
    /// Whether the content is sent again.
    pub keep_body: bool,
    /// Whether scheme, host or port differ, so that what was meant for one server must not be told
    /// to another.
    pub cross_origin: bool,
}

/// Where an answer with this status and Location leads a request of `method` for `from`; nothing
/// where it leads nowhere: another status, a Location that is no URI, a scheme that is not spoken.
pub fn next(
    method: &Method,
    status: StatusCode,
    from: &Uri,
    location: impl AsRef<[u8]>,
) -> Option<Redirect> {
    let to_get = match status {
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => *method == Method::Post,
        StatusCode::SEE_OTHER => !matches!(method, Method::Get | Method::Head),
        StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => false,
        _ => return None,
    };
    let mut uri = from.resolve_text(&text(location.as_ref())).ok()?;
    uri.check_http().ok()?;
    if uri.fragment().is_none() {
        uri = uri.with_fragment(from.fragment());
    }
    let method = if to_get { Method::Get } else { method.clone() };
    let cross_origin = uri.origin() != from.origin();
    Some(Redirect { method, uri, keep_body: !to_get, cross_origin })
}

/// A Location as servers send it: UTF-8, or octets of an older charset, which stay octets; spaces
/// inside are encoded, as browsers do.
fn text(location: &[u8]) -> String {
    let location = location.trim_ascii();
    match std::str::from_utf8(location) {
        Ok(text) => text.replace(' ', "%20"),
        Err(_) => {
            let keep = |octet: u8| octet.is_ascii_graphic();
            location.iter().fold(String::new(), |mut text, octet| {
                if keep(*octet) {
                    text.push(char::from(*octet));
                } else {
                    text.push_str(&percent::encode(&[*octet], keep));
                }
                text
            })
        }
    }
}
