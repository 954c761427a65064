//! What a person typed, read as a URL.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use client::core::url;
use http::Uri;

#[test]
fn a_scheme_stands_in_front_or_nowhere() {
    for (typed, url) in [
        ("a.example:80/?u=http://b", "http://a.example:80/?u=http://b"),
        ("a.example/http://b", "http://a.example/http://b"),
        ("HTTP://a.example/", "http://a.example/"),
    ] {
        let read = url::read(typed).unwrap();
        assert_eq!(read, Uri::parse(url).unwrap(), "{typed}");
    }
}

#[test]
fn no_message_shows_a_password() {
    let shown = url::redact("user:secret@a.example:x/?u=http://b");
    assert_eq!(shown, "a.example:x/?u=http://b");
}

#[test]
fn a_websockets_url_is_that_of_its_handshake() {
    for (typed, url) in [
        ("ws://a.example/x?y", "http://a.example/x?y"),
        ("WS://a.example", "http://a.example"),
        ("http://a.example:81/", "http://a.example:81/"),
        ("localhost:8080/chat", "http://localhost:8080/chat"),
        ("ws://한국/", "http://xn--3e0b707e/"),
        ("wss://a.example/x", "https://a.example/x"),
        ("https://a.example/", "https://a.example/"),
    ] {
        let read = url::read_websocket(typed).unwrap();
        assert_eq!(read, Uri::parse(url).unwrap(), "{typed}");
    }
    for (typed, code) in
        [("gopher://a/", 1), ("ftp://a/", 1), ("ws://", 3), ("ws://a/#b", 3), ("ws://a:x/", 3)]
    {
        let error = url::read_websocket(typed).unwrap_err();
        assert_eq!(error.curl_exit_code(), code, "{typed}: {error}");
    }
}
