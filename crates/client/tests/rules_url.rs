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
