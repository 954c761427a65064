//! The rules of a request's head, one test each: RFC 9112 §2, §3, §5.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::serve_split;
use http::{Method, Request, Target, Version};
use http1::{Limits, Violation, Violation as V};

/// What the server says of a head that is whole.
fn refused(head: &str) -> Option<(Violation, u64)> {
    refused_under(head, &Limits::default())
}

fn refused_under(head: &str, limits: &Limits) -> Option<(Violation, u64)> {
    let story = serve_split(head.as_bytes(), false, limits);
    if let Some(error) = story.violation {
        let status = format!("HTTP/1.1 {} ", error.status());
        assert!(story.text().contains(&status), "{head:?}: {}", story.text());
        assert!(story.text().contains("Connection: close\r\n"), "{head:?}");
    } else {
        assert_eq!(story.messages.len(), 1, "{head:?}");
    }
    story.violation.map(|error| (error.violation, error.offset))
}

/// What the server makes of a head that is in order.
fn accepted(head: &str) -> Request {
    accepted_under(head, &Limits::default())
}

fn accepted_under(head: &str, limits: &Limits) -> Request {
    let mut story = serve_split(head.as_bytes(), false, limits);
    assert_eq!(story.violation, None, "{head:?}");
    assert_eq!(story.messages.len(), 1, "{head:?}");
    story.messages.remove(0).head
}

fn lenient() -> Limits {
    Limits { lenient: true, ..Limits::default() }
}

#[test]
fn a_method_is_a_case_sensitive_token() {
    assert_eq!(accepted("GET / HTTP/1.1\r\nHost: a\r\n\r\n").method, Method::Get);
    let other = accepted("get / HTTP/1.1\r\nHost: a\r\n\r\n").method;
    assert_eq!(other, Method::Other("get".into()));
    let other = accepted("M-SEARCH!#$%&'*+.^_`|~ / HTTP/1.1\r\nHost: a\r\n\r\n").method;
    assert_eq!(other.as_str(), "M-SEARCH!#$%&'*+.^_`|~");
    assert_eq!(refused("G(T / HTTP/1.1\r\nHost: a\r\n\r\n"), Some((V::MethodInvalid, 1)));
    assert_eq!(refused(" GET / HTTP/1.1\r\nHost: a\r\n\r\n"), Some((V::MethodInvalid, 0)));
    assert_eq!(refused("G\u{e9}T / HTTP/1.1\r\nHost: a\r\n\r\n"), Some((V::MethodInvalid, 1)));
}

#[test]
fn the_parts_of_a_request_line_are_separated_by_exactly_one_space() {
    assert_eq!(refused("GET  / HTTP/1.1\r\nHost: a\r\n\r\n"), Some((V::SpaceExpected, 4)));
    assert_eq!(refused("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"), Some((V::SpaceExpected, 3)));
    assert_eq!(refused("GET /  HTTP/1.1\r\nHost: a\r\n\r\n"), Some((V::VersionInvalid, 6)));
    assert_eq!(refused("GET / HTTP/1.1 \r\nHost: a\r\n\r\n"), Some((V::VersionInvalid, 14)));
    assert_eq!(refused("GET / / HTTP/1.1\r\nHost: a\r\n\r\n"), Some((V::VersionInvalid, 6)));
    assert_eq!(refused("GET\r\nHost: a\r\n\r\n"), Some((V::SpaceExpected, 3)));
}

#[test]
fn a_target_has_one_of_four_forms() {
    let origin = accepted("GET /a%20b?q=1 HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(origin.target, Target::Origin("/a%20b?q=1".into()));
    let asterisk = accepted("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(asterisk.target, Target::Asterisk);
    let authority = accepted("CONNECT a.example:443 HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(authority.target, Target::Authority("a.example:443".into()));
    for bad in [
        "GET * HTTP/1.1",
        "GET a HTTP/1.1",
        "GET a:443 HTTP/1.1",
        "GET http:// HTTP/1.1",
        "GET http:///a HTTP/1.1",
        "GET http://u@a/ HTTP/1.1",
        "OPTIONS *a HTTP/1.1",
        "CONNECT / HTTP/1.1",
        "CONNECT a HTTP/1.1",
        "CONNECT :443 HTTP/1.1",
        "CONNECT a:x HTTP/1.1",
        "CONNECT a:99999 HTTP/1.1",
        "CONNECT http://a:443/ HTTP/1.1",
    ] {
        let head = format!("{bad}\r\nHost: a\r\n\r\n");
        assert_eq!(refused(&head).map(|(v, _)| v), Some(V::TargetForm), "{bad}");
    }
}

#[test]
fn the_absolute_form_is_accepted_and_overrides_host() {
    let request = accepted("GET http://a.example:8080/x?y HTTP/1.1\r\nHost: b\r\n\r\n");
    assert_eq!(request.target.authority(), Some("a.example:8080"));
    assert_eq!(request.target.path_and_query(), "/x?y");
    let request = accepted("GET http://a.example HTTP/1.1\r\nHost: b\r\n\r\n");
    assert_eq!(request.target.path(), "/");
}

#[test]
fn a_target_holds_no_fragment_space_control_or_octet_beyond_ascii() {
    for (bad, at) in
        [("/#", 5), ("/a#b", 6), ("/\u{1}", 5), ("/\u{7f}", 5), ("/\u{e9}", 5), ("/\t", 5)]
    {
        let head = format!("GET {bad} HTTP/1.1\r\nHost: a\r\n\r\n");
        assert_eq!(refused(&head), Some((V::TargetInvalid, at)), "{bad:?}");
    }
    for good in ["/\"<>[]{}|\\^`", "//a", "/%zz"] {
        accepted(&format!("GET {good} HTTP/1.1\r\nHost: a\r\n\r\n"));
    }
}

#[test]
fn a_version_is_http_slash_digit_point_digit() {
    for bad in ["HTTP/1.", "HTTP/11", "HTTP/1.10", "http/1.1", "HTTP/1,1", "HTTP1.1", "HTTP/x.1"] {
        let head = format!("GET / {bad}\r\nHost: a\r\n\r\n");
        assert_eq!(refused(&head).map(|(v, _)| v), Some(V::VersionInvalid), "{bad}");
    }
    assert_eq!(refused("GET /\r\n\r\n"), Some((V::VersionInvalid, 5)));
}

#[test]
fn another_major_version_is_505() {
    for bad in ["HTTP/0.9", "HTTP/2.0", "HTTP/3.0", "HTTP/9.9"] {
        let head = format!("GET / {bad}\r\nHost: a\r\n\r\n");
        assert_eq!(refused(&head), Some((V::VersionUnsupported, 6)), "{bad}");
    }
}

#[test]
fn a_higher_minor_version_is_read_as_1() {
    assert_eq!(accepted("GET / HTTP/1.7\r\nHost: a\r\n\r\n").version, Version::Http11);
    assert_eq!(accepted("GET / HTTP/1.0\r\n\r\n").version, Version::Http10);
}

#[test]
fn empty_lines_before_a_request_are_skipped_up_to_a_limit() {
    accepted("\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    let head = "\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
    assert_eq!(refused(head), Some((V::EmptyLines, 0)));
}

#[test]
fn a_bare_cr_is_400_anywhere() {
    for (bad, at) in [
        ("GET / HTTP/1.1\rHost: a\r\n\r\n", 14),
        ("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 23),
        ("GET / HTTP/1.1\r\nHost: a\r\n\rX\r\n\r\n", 25),
    ] {
        assert_eq!(refused(bad), Some((V::BareCr, at)), "{bad:?}");
        assert_eq!(refused_under(bad, &lenient()), Some((V::BareCr, at)), "{bad:?}");
    }
    assert_eq!(
        refused("GET /\r HTTP/1.1\r\nHost: a\r\n\r\n"),
        Some((V::VersionInvalid, 5)),
        "a CR behind the target looks like the end of an HTTP/0.9 request"
    );
}

#[test]
fn a_bare_lf_is_refused_by_default_and_accepted_by_leniency() {
    for (bad, at) in [
        ("GET / HTTP/1.1\nHost: a\n\n", 14),
        ("GET / HTTP/1.1\r\nHost: a\n\r\n", 23),
        ("GET / HTTP/1.1\r\nHost: a\r\n\n", 25),
    ] {
        assert_eq!(refused(bad), Some((V::BareLf, at)), "{bad:?}");
        let request = accepted_under(bad, &lenient());
        assert_eq!(request.headers.get(http::HeaderName::HOST).unwrap(), "a");
    }
}

#[test]
fn a_field_name_is_a_token() {
    for (bad, at) in [(": b", 25), ("a(: b", 26), ("\u{e9}: b", 25), ("a\0: b", 26), ("a b: c", 26)]
    {
        let head = format!("GET / HTTP/1.1\r\nHost: a\r\n{bad}\r\n\r\n");
        let (violation, offset) = refused(&head).unwrap();
        assert!(matches!(violation, V::FieldNameInvalid | V::SpaceBeforeColon), "{bad:?}");
        assert_eq!(offset, at, "{bad:?}");
    }
    let head = "GET / HTTP/1.1\r\nHost: a\r\nno colon here\r\n\r\n";
    assert_eq!(refused(head), Some((V::SpaceBeforeColon, 27)));
    let head = "GET / HTTP/1.1\r\nHost: a\r\nnocolon\r\n\r\n";
    assert_eq!(refused(head), Some((V::ColonMissing, 32)));
}

#[test]
fn white_space_before_the_colon_is_400_unless_lenient() {
    for space in [" ", "\t", "  "] {
        let head = format!("GET / HTTP/1.1\r\nHost{space}: a\r\n\r\n");
        assert_eq!(refused(&head), Some((V::SpaceBeforeColon, 20)));
        let request = accepted_under(&head, &lenient());
        assert_eq!(request.headers.get(http::HeaderName::HOST).unwrap(), "a");
    }
}

#[test]
fn white_space_before_the_first_field_is_400() {
    let head = "GET / HTTP/1.1\r\n Host: a\r\n\r\n";
    assert_eq!(refused(head), Some((V::SpaceBeforeFields, 16)));
    assert_eq!(refused_under(head, &lenient()), Some((V::SpaceBeforeFields, 16)));
}

#[test]
fn a_value_holds_no_nul_or_other_control_octet() {
    for octet in (0..=8).chain([11, 12]).chain(14..32).chain([127]) {
        let head = format!("GET / HTTP/1.1\r\nHost: a\r\nX: b{}c\r\n\r\n", char::from(octet));
        assert_eq!(refused(&head), Some((V::FieldValueInvalid, 29)), "{octet}");
    }
    let request = accepted("GET / HTTP/1.1\r\nHost: a\r\nX: b\tc \u{e9}\r\n\r\n");
    assert_eq!(request.headers.iter().last().unwrap().1, "b\tc \u{e9}");
}

#[test]
fn white_space_around_a_value_is_not_a_part_of_it() {
    for value in ["b", " b", "b ", " \t b \t ", "\tb"] {
        let request = accepted(&format!("GET / HTTP/1.1\r\nHost: a\r\nX:{value}\r\n\r\n"));
        assert_eq!(request.headers.iter().last().unwrap().1, "b", "{value:?}");
    }
    for value in ["", " ", " \t "] {
        let request = accepted(&format!("GET / HTTP/1.1\r\nHost: a\r\nX:{value}\r\n\r\n"));
        assert_eq!(request.headers.iter().last().unwrap().1, "", "{value:?}");
    }
}

#[test]
fn a_folded_value_is_400_unless_lenient() {
    let head = "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\t d \r\nY: e\r\n\r\n";
    assert_eq!(refused(head), Some((V::ObsFold, 31)));
    let request = accepted_under(head, &lenient());
    let values: Vec<_> = request.headers.iter().map(|(_, value)| value.to_string()).collect();
    assert_eq!(values, ["a", "b   c  \t d", "e"], "the octets of a fold become spaces");
}

#[test]
fn fields_of_one_name_combine_in_order() {
    let request = accepted("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\nY: 2\r\nx: 3\r\n\r\n");
    let x = http::HeaderName::new("X").unwrap();
    assert_eq!(request.headers.combined(x).unwrap().as_ref(), b"1, 3");
}

#[test]
fn host_must_stand_exactly_once_in_http_1_1() {
    assert_eq!(refused("GET / HTTP/1.1\r\n\r\n"), Some((V::HostMissing, 0)));
    let head = "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n";
    assert_eq!(refused(head), Some((V::HostRepeated, 31)));
    let head = "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n";
    assert_eq!(refused(head), Some((V::HostRepeated, 31)));
    accepted("GET / HTTP/1.0\r\n\r\n");
    assert_eq!(refused("GET http://a/ HTTP/1.1\r\n\r\n"), Some((V::HostMissing, 0)));
}

#[test]
fn host_is_a_host_and_perhaps_a_port() {
    for good in ["", "a", "a.example:80", "a:", "127.0.0.1:8080", "[::1]", "[::1]:80", "%41", "a,b"]
    {
        accepted(&format!("GET / HTTP/1.1\r\nHost: {good}\r\n\r\n"));
    }
    for bad in ["a b", "a/b", "u@a", "a:b", "a:80:80", "[::1", "::1", "[]", "[::1]x", "a#b", "<a>"]
    {
        let head = format!("GET / HTTP/1.1\r\nHost: {bad}\r\n\r\n");
        assert_eq!(refused(&head), Some((V::HostInvalid, 22)), "{bad}");
    }
}

#[test]
fn a_target_past_the_limit_is_414_and_fields_past_theirs_are_431() {
    let limits =
        Limits { start_line: 40, field_line: 60, head: 200, fields: 3, ..Limits::default() };
    let under = |head: &str| refused_under(head, &limits);
    let long = "/".repeat(27);
    assert_eq!(under(&format!("GET {long} HTTP/1.1\r\nHost: a\r\n\r\n")), None, "40 octets");
    let head = format!("GET {long}/ HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(under(&head), Some((V::RequestLineTooLong, 40)));
    // Even if it never ends.
    assert_eq!(under(&format!("GET {}", "/".repeat(100))), Some((V::RequestLineTooLong, 40)));
    let line = format!("X: {}\r\n", "y".repeat(55));
    assert_eq!(under(&format!("GET / HTTP/1.1\r\nHost: a\r\n{line}\r\n")), None, "60 octets");
    let head = format!("GET / HTTP/1.1\r\nHost: a\r\nX{line}\r\n");
    assert_eq!(under(&head), Some((V::FieldLineTooLong, 25 + 60)));
    let head = "GET / HTTP/1.1\r\nHost: a\r\nA:\r\nB:\r\nC:\r\n\r\n";
    assert_eq!(under(head), Some((V::TooManyFields, 33)));
    let head = format!("GET / HTTP/1.1\r\nHost: a\r\n{line}{line}Z{line}\r\n");
    assert_eq!(under(&head), Some((V::HeadTooLarge, 200)));
}

#[test]
fn what_is_not_http_is_refused_at_its_first_octet() {
    let story = serve_split(b"\x16\x03\x01\x02\x00", false, &Limits::default());
    assert_eq!(story.violation.unwrap().violation, V::MethodInvalid, "a TLS ClientHello");
}

#[test]
fn a_head_that_ends_early_is_an_error() {
    let story = serve_split(b"GET / HTTP/1.1\r\nHost", true, &Limits::default());
    let error = story.violation.unwrap();
    assert_eq!((error.violation, error.offset), (V::EndInHead, 20));
    assert!(story.text().starts_with("HTTP/1.1 400 "));
}
