//! From what a person typed to a URI that a request can be made of.
//!
//! RFC 3986, RFC 9110 §4.2
//!
//! ```text
//! 한국.kr/길       → http://xn--3e0b707e.kr/%EA%B8%B8      no scheme: http, as curl guesses
//! HTTP://A:80/     → http://a:80/
//! a:80/?u=http://b → http://a:80/?u=http://b               "a:80/?u=http" is no scheme
//! ftp://a/         → Error::Scheme
//! ```
//!
//! Invariant: a URI that left this module has a host and the scheme `http` or `https`.
//!
//! Users: `Session`, for the first URL and for each redirect.

use crate::Error;
use http::{InvalidUri, Method, Target, Uri, uri::percent};

/// Reads what a person typed.
///
/// # Errors
/// [`Error::Url`] where it is no URL; [`Error::Scheme`] where nobody here speaks its scheme.
pub fn read(text: &str) -> Result<Uri, Error> {
    let text = text.trim();
    let parsed = match split_scheme(text) {
        Some(_) => Uri::from_text(text),
        // "localhost:8080" would read as the scheme "localhost".
        None => Uri::from_text(&format!("http://{}", text.trim_start_matches('/'))),
    };
    let uri = parsed.map_err(|error| malformed(text, error))?;
    check(&uri)?;
    Ok(uri)
}

/// Reads the URL of a WebSocket. The answer is the URI of its handshake, which is HTTP's.
///
/// RFC 6455 §3: `ws:` is to `http:` as `wss:` is to `https:`, and there is no fragment.
///
/// # Errors
/// As [`read`].
pub fn read_websocket(text: &str) -> Result<Uri, Error> {
    let text = text.trim();
    let unsupported = |scheme: &str, reason| Error::Scheme { scheme: scheme.to_owned(), reason };
    let (scheme, rest) = match split_scheme(text) {
        None => ("http", text),
        Some((scheme, rest)) => match scheme.to_ascii_lowercase().as_str() {
            "ws" | "http" => ("http", rest),
            "wss" | "https" => ("https", rest),
            _ => return Err(unsupported(scheme, "only ws and wss are")),
        },
    };
    if rest.contains('#') {
        let reason = "a WebSocket has no fragment (RFC 6455 §3)".to_owned();
        return Err(Error::Url { url: redact(text), reason });
    }
    let handshake = format!("{scheme}://{}", rest.trim_start_matches('/'));
    let uri = Uri::from_text(&handshake).map_err(|error| malformed(text, error))?;
    uri.check_http().map_err(|error| malformed(text, error))?;
    Ok(uri)
}

/// What stands in front of the first `://` and behind it, if the front can be a scheme.
fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let legal = |octet: u8| octet.is_ascii_alphanumeric() || b"+-.".contains(&octet);
    text.split_once("://").filter(|(scheme, _)| scheme.bytes().all(legal))
}

/// The request target: its form depends on who reads it, a forward proxy or the origin. `OPTIONS *`
/// is written as a URL with an empty path and no query (RFC 9112 §3.2.4).
pub fn target(method: &Method, url: &Uri, forwarded: bool) -> Target {
    let asks_server = *method == Method::Options && url.path().is_empty() && url.query().is_none();
    match (forwarded, asks_server) {
        (true, _) => url.absolute_target(),
        (false, true) => Target::Asterisk,
        (false, false) => url.target(),
    }
}

/// Whether a request can be made of `uri`.
///
/// # Errors
/// As [`read`].
pub fn check(uri: &Uri) -> Result<(), Error> {
    match uri.scheme() {
        "http" | "https" => uri.check_http().map_err(|error| malformed(&uri.to_string(), error)),
        scheme => {
            let reason = "only http and https are";
            Err(Error::Scheme { scheme: scheme.to_owned(), reason })
        }
    }
}

fn malformed(text: &str, error: InvalidUri) -> Error {
    Error::Url { url: redact(text), reason: error.to_string() }
}

/// `text` without what stands before an `@`: a message must not show a password. Control characters
/// are shown as escapes, so that a message stays one line.
pub fn redact(text: &str) -> String {
    let (front, rest) = match split_scheme(text) {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), text),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{front}{host}{path}").chars().flat_map(escape).collect()
}

fn escape(character: char) -> impl Iterator<Item = char> {
    let escaped = character.is_control();
    let plain = (!escaped).then_some(character);
    plain.into_iter().chain(escaped.then(|| character.escape_default()).into_iter().flatten())
}

/// Percent-decoded text; what is not UTF-8 is replaced.
pub fn decode(text: &str) -> String {
    match percent::decode(text.as_bytes()) {
        Ok(octets) => String::from_utf8_lossy(&octets).into_owned(),
        Err(_) => text.to_owned(),
    }
}
