//! Requests and responses, dissected by the parsers that serve and fetch.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use dissect::{Kind, dissect, json, text};

#[test]
fn a_request_is_named_octet_by_octet() {
    let octets = b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
    let dissection = dissect(Kind::Http1Request, octets);
    assert_eq!(dissection.error, None);
    assert_eq!(dissection.read, octets.len());
    let lines = text(&dissection);
    for word in ["method", "GET", "Host", "RFC 9112", "✓ 28 octets read"] {
        assert!(lines.contains(word), "{word}:\n{lines}");
    }
}

#[test]
fn each_message_of_a_pipeline_is_read() {
    let octets = b"GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n";
    let lines = text(&dissect(Kind::Http1Request, octets));
    assert!(lines.contains("/a") && lines.contains("/b"), "{lines}");
}

#[test]
fn what_is_wrong_is_said_with_its_offset_and_the_lines_before_stay() {
    let dissection = dissect(Kind::Http1Request, b"GET /a HTTP/1.1\r\nHost : x\r\n\r\n");
    let lines = text(&dissection);
    assert!(lines.contains("method"), "{lines}");
    let error = dissection.error.unwrap();
    assert!(error.contains("21"), "the space stands at octet 21: {error}");
}

#[test]
fn a_chunked_response_shows_its_chunks() {
    let octets = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    let dissection = dissect(Kind::Http1Response, octets);
    assert_eq!(dissection.error, None);
    assert!(text(&dissection).contains("chunk"), "{}", text(&dissection));
    let json = json(&dissection);
    assert!(json.contains("\"error\":null") && json.contains("\"notes\":["), "{json}");
}

#[test]
fn no_octets_make_it_stumble() {
    for kind in Kind::ALL {
        testkit::prefixes(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", |prefix| {
            let _ = text(&dissect(kind, prefix));
        });
        for octet in 0..=255 {
            let _ = text(&dissect(kind, &[octet; 5]));
        }
    }
}
