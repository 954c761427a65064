//! Request targets: which form goes with which method, as a table.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use http::{Method, Target};

#[test]
fn forms_go_with_their_methods() {
    let mut table = String::new();
    for (method, target) in [
        ("GET", "/where?q=now"),
        ("GET", "//host/path"),
        ("GET", "/a?b=[c|d]"),
        ("GET", "http://www.example.org/pub/WWW/TheProject.html"),
        ("GET", "HTTP://Example.ORG:80"),
        ("GET", "http://example.org?q"),
        ("GET", "ftp://example.org/x"),
        ("OPTIONS", "*"),
        ("OPTIONS", "/"),
        ("CONNECT", "Server.Example.com:80"),
        ("CONNECT", "[2001:DB8::1]:443"),
        ("GET", "*"),
        ("GET", ""),
        ("GET", "where"),
        ("GET", "example.com:80"),
        ("GET", "/a b"),
        ("GET", "/a#b"),
        ("GET", "/\u{ae38}"),
        ("GET", "http:///path"),
        ("GET", "http://user@example.org/"),
        ("GET", "http://[::1/"),
        ("GET", "1http://example.org/"),
        ("CONNECT", "example.com"),
        ("CONNECT", "example.com:"),
        ("CONNECT", "example.com:99999"),
        ("CONNECT", "user@example.com:80"),
        ("CONNECT", "/"),
        ("CONNECT", "http://example.com:80"),
    ] {
        let parsed = Target::parse(&Method::new(method.as_bytes()).unwrap(), target.as_bytes());
        let found = match parsed {
            Ok(target) => format!("{target:?}"),
            Err(error) => format!("octet {}: {error}", error.offset),
        };
        table += &format!("{method} {target}\n    {found}\n");
    }
    testkit::golden(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tables/targets.txt"), &table);
}

#[test]
fn every_octet_that_is_not_visible_ascii_is_refused_where_it_stands() {
    for octet in 0..=u8::MAX {
        let parsed = Target::parse(&Method::Get, &[b'/', octet]);
        let allowed = octet.is_ascii_graphic() && octet != b'#';
        assert_eq!(parsed.is_ok(), allowed, "{octet}");
        assert_eq!(parsed.err().map(|error| error.offset), (!allowed).then_some(1));
    }
}

#[test]
fn a_target_and_host_make_a_whole_uri() {
    let uri = |method, target: &str, host: Option<&str>| {
        let target = Target::parse(&method, target.as_bytes()).unwrap();
        target.to_uri("http", host.map(str::as_bytes)).map(|uri| uri.to_string())
    };
    let host = Some("Example.com:80");
    assert_eq!(uri(Method::Get, "/a?b", host).unwrap(), "http://example.com:80/a?b");
    assert_eq!(uri(Method::Get, "https://b/c", host).unwrap(), "https://b/c");
    assert_eq!(uri(Method::Options, "*", host).unwrap(), "http://example.com:80");
    assert_eq!(uri(Method::Connect, "b:443", host).unwrap(), "http://b:443");
    assert!(uri(Method::Get, "/", None).is_err());
}

/// RFC 9110 §7.2: Host is a host and perhaps a port; what else it holds must not become a path, a
/// user or a query of the URI.
#[test]
fn a_host_that_is_none_makes_no_uri() {
    let target = Target::parse(&Method::Get, b"/a").unwrap();
    for host in ["", ":80", "a/b", "a?b", "a#b", "user@a", "a b", "[::1", "a:b", "길", "a\\b"] {
        assert!(target.to_uri("http", Some(host.as_bytes())).is_err(), "{host}");
        assert!(Target::Asterisk.to_uri("http", Some(host.as_bytes())).is_err(), "{host}");
    }
    assert!(target.to_uri("http", Some(b"\xff")).is_err());
}
