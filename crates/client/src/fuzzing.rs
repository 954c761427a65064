//! Properties that hold for any octets, each a function that a fuzz target calls with one line.

use crate::core::{
    auth::{Answer, Auth, Credentials, answer},
    proxy::{NoProxy, Proxy},
    redirect, url,
};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Uri, auth::challenges,
};

/// Wherever a `Location` leads, it is an `http` or `https` URI with a host, and credentials stay
/// behind.
///
/// # Panics
/// Where the property does not hold.
pub fn check_location(octets: &[u8]) {
    let Ok(from) = Uri::parse("http://a.example/b/c?d#e") else { return };
    let mut response = Response::new(StatusCode::TEMPORARY_REDIRECT);
    if response.headers.try_append("Location", octets).is_err() {
        return;
    }
    if let Ok(Some(next)) = redirect::next(&Method::Get, &from, &response) {
        assert!(url::check(&next.url).is_ok(), "{}", next.url);
        let mut headers = HeaderMap::new();
        assert!(headers.try_append("Authorization", "secret").is_ok());
        redirect::strip(&mut headers, &next);
        let kept = headers.contains(HeaderName::AUTHORIZATION);
        assert_eq!(kept, next.url.origin() == from.origin(), "{}", next.url);
    }
}

/// Any text is the URL of a WebSocket, whose handshake goes to a host by `http` or `https` and
/// names no fragment; or none, with a reason of one line that shows no password.
///
/// # Panics
/// Where the property does not hold.
pub fn check_websocket_url(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    match url::read_websocket(&text) {
        Ok(handshake) => {
            let spoken = matches!(handshake.scheme(), "http" | "https");
            assert!(url::check(&handshake).is_ok() && spoken, "{handshake}");
            assert_eq!(handshake.fragment(), None, "{handshake}");
        }
        Err(error) => assert_eq!(error.to_string().lines().count(), 1, "{error}"),
    }
}

/// Whatever a challenge says, its answer is a field value, and never shows the password.
///
/// # Panics
/// Where the property does not hold.
pub fn check_challenge(octets: &[u8]) {
    let Ok(value) = HeaderValue::new(octets) else { return };
    let Ok(challenges) = challenges(value.as_bytes()) else { return };
    let auth = Auth::Any(Credentials::new("사자", "Circle of Life"));
    if let Ok(Answer::Digest(mut digest)) = answer(&auth, &challenges) {
        let said = digest.answer("사자", "Circle of Life", "GET", "/", "cnonce");
        assert!(HeaderValue::new(&said).is_ok(), "{said:?}");
        assert!(octets.windows(6).any(|w| w == b"Circle") || !said.contains("Circle"));
    }
}

/// Any text is a proxy, or none with a reason of one line; no list of exceptions is too odd.
///
/// # Panics
/// Where the property does not hold.
pub fn check_proxy(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    match Proxy::parse(&text) {
        Ok(proxy) => {
            assert!(!proxy.host.is_empty() && proxy.port > 0);
            assert!(proxy.authorization().is_none_or(|value| HeaderValue::new(value).is_ok()));
        }
        Err(error) => assert_eq!(error.to_string().lines().count(), 1),
    }
    let list = NoProxy::parse(&text);
    let _ = (list.covers("a.example", 80), list.covers("::1", 80), list.covers("10.0.0.1", 80));
}
