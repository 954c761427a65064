//! Where a 3xx leads, and what must not be carried along.
//!
//! RFC 9110 §15.4 and §10.2.2
//!
//! Which method follows which status is a table in [`http::redirect`]; here stands what a client
//! must decide beside it: that a `Location` which cannot be followed is told, not passed over, and
//! that to another origin (another scheme, host or port) go no credentials, no cookies that
//! anybody set by hand, no `Host`, no `Origin` and no `Referer`.
//!
//! Invariant: whatever a server writes into `Location`, the next request goes to an `http` or
//! `https` URI that [`crate::core::url`] has checked, and no secret of one origin reaches another.
//!
//! Users: `Session::send`.

use super::url;
use crate::Error;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Uri, redirect};

/// How many redirects are followed, unless told otherwise. RFC 2068 once said 5; browsers allow 20.
pub const MOST: u32 = 20;

/// The next request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// Where to.
    pub url: Uri,
    /// What to do there.
    pub method: Method,
    /// The content goes along.
    pub keeps_content: bool,
    /// Scheme, host and port are the same as before.
    pub same_origin: bool,
}

// ANCHOR: next
/// What `response` asks for after a request of `method` for `from`; `None` if the response stands.
///
/// # Errors
/// [`Error::Redirect`] where `Location` is not one URI reference; [`Error::Scheme`] where it leads
/// to a scheme that nobody here speaks.
pub fn next(method: &Method, from: &Uri, response: &Response) -> Result<Option<Next>, Error> {
    let status = response.status;
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = location(&response.headers)? else { return Ok(None) };
    match redirect::next(method, status, from, location) {
        Some(next) => Ok(Some(Next {
            url: checked(next.uri)?,
            method: next.method,
            // 303 says: fetch it, and nobody sends content to fetch something.
            keeps_content: next.keep_body && status != StatusCode::SEE_OTHER,
            same_origin: !next.cross_origin,
        })),
        None => Err(unfit(from, location)),
    }
}
// ANCHOR_END: next

/// The answer to a WebSocket's handshake, its `Location` as the handshake that it asks for: `ws` is
/// asked for by HTTP, `wss` by HTTPS (RFC 6455 §3, §4.1).
pub fn handshake(response: &Response) -> Response {
    let mut response = response.clone();
    let location = response.headers.get(HeaderName::LOCATION);
    let rest = location.and_then(|value| value.to_str()?.split_once("://"));
    if let Some((scheme @ ("ws" | "wss"), rest)) = rest {
        let location = format!("{}://{rest}", if scheme == "ws" { "http" } else { "https" });
        if let Ok(value) = HeaderValue::new(&location) {
            response.headers.set(HeaderName::LOCATION, value);
        }
    }
    response
}

/// The field's value, if it is there and says one thing.
fn location(headers: &HeaderMap) -> Result<Option<&[u8]>, Error> {
    let mut values = headers.get_all(HeaderName::LOCATION);
    let Some(first) = values.next() else { return Ok(None) };
    if values.any(|other| other != first) {
        let reason = "there are two Location fields, and they differ".to_owned();
        return Err(Error::Redirect { reason });
    }
    Ok(Some(first.as_bytes()))
}

fn checked(url: Uri) -> Result<Uri, Error> {
    url::check(&url).map(|()| url)
}

/// Why `location` leads nowhere.
fn unfit(from: &Uri, location: &[u8]) -> Error {
    let text = String::from_utf8_lossy(location);
    let reason = |why: String| Error::Redirect {
        reason: format!("Location {:?}: {why}", url::redact(&text)),
    };
    match from.resolve_text(text.trim()) {
        Err(error) => reason(error.to_string()),
        Ok(url) => match url::check(&url) {
            Err(Error::Scheme { scheme, reason }) => Error::Scheme { scheme, reason },
            Err(error) => reason(error.to_string()),
            Ok(()) => reason("it is not a URI reference".to_owned()),
        },
    }
}

/// Fields that describe the content, which a request that became a GET no longer has
/// (RFC 9110 §15.4, item 5).
const CONTENT: &[&str] = &[
    "Content-Encoding",
    "Content-Language",
    "Content-Location",
    "Content-Type",
    "Content-Length",
    "Content-MD5",
    "Content-Digest",
    "Digest",
    "Expect",
    "Last-Modified",
    "Trailer",
    "Transfer-Encoding",
];

/// Fields that are meant for one origin (RFC 9110 §15.4, items 2 and 3).
/// `Proxy-Authorization` too: the way to the other origin may not lead through that proxy.
const ORIGIN: &[&str] =
    &["Authorization", "Cookie", "Host", "Origin", "Proxy-Authorization", "Referer"];

/// Removes from `headers` what must not go along to `next`.
pub fn strip(headers: &mut HeaderMap, next: &Next) {
    let drop = |headers: &mut HeaderMap, names: &[&str]| {
        for name in names.iter().filter_map(|name| HeaderName::new(*name).ok()) {
            headers.remove(name);
        }
    };
    if !next.keeps_content {
        drop(headers, CONTENT);
    }
    if !next.same_origin {
        drop(headers, ORIGIN);
    }
}
