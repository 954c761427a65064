//! RFC 9113 §8.2, §8.3: the rules of sections that HTTP/2 and HTTP/3 share, without either.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use http::message::TrailerSection;
use http::message::{Malformed, RequestHead, RequestSection, ResponseSection, Scheme};
use http::{HeaderName, Target, Version};

type Fields<'a> = &'a [(&'a str, &'a str)];

fn request(fields: Fields<'_>) -> Result<RequestHead, Malformed> {
    let mut section = RequestSection::new(Version::Http3);
    for (name, value) in fields {
        section.field(name.as_bytes(), value.as_bytes());
    }
    section.finish()
}

const GET: [(&str, &str); 4] =
    [(":method", "GET"), (":scheme", "HTTPS"), (":authority", "a"), (":path", "/x?y")];

fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    GET.iter().chain(more).copied().collect()
}

#[test]
fn s8_3_1_a_request() {
    let head =
        request(&with(&[("host", "a"), ("cookie", "b"), ("content-length", "7"), ("cookie", "c")]));
    let head = head.unwrap();
    assert_eq!(head.request.target, Target::Origin("/x?y".into()));
    assert_eq!((head.scheme, head.content_length), (Some(Scheme::Https), Some(7)));
    assert_eq!(head.request.version, Version::Http3);
    let fields: Vec<_> = head.request.headers.iter().map(|(n, v)| format!("{n}: {v}")).collect();
    assert_eq!(fields, ["host: a", "content-length: 7", "cookie: b; c"]);
}

#[test]
fn s8_2_the_first_error_is_told_with_its_field() {
    let told = |fields: Fields<'_>| request(&with(fields)).unwrap_err();
    assert_eq!(told(&[("xY", "1"), ("te", "x")]), Malformed::Name { offset: 1 });
    assert_eq!(told(&[("x", "ab\r")]), Malformed::Value { offset: 2 });
    assert_eq!(told(&[("te", "gzip")]), Malformed::ConnectionSpecific { name: "te" });
    assert_eq!(told(&[("x", "y"), (":path", "/")]), Malformed::PseudoLate { name: ":path" });
    assert_eq!(told(&[(":path", "/")]), Malformed::PseudoTwice { name: ":path" });
    assert_eq!(told(&[(":status", "200")]), Malformed::PseudoUnknown);
    assert_eq!(told(&[("host", "b")]), Malformed::HostDiffers);
    assert_eq!(told(&[("content-length", "+1")]), Malformed::ContentLength);
    let missing = Malformed::PseudoMissing { name: ":method" };
    assert_eq!(request(&[]).unwrap_err(), missing);
}

#[test]
fn s8_3_2_a_response() {
    let read = |fields: Fields<'_>| {
        let mut section = ResponseSection::new(Version::Http2);
        for (name, value) in fields {
            section.field(name.as_bytes(), value.as_bytes());
        }
        section.finish().map(|(response, length)| (response.status.as_u16(), length))
    };
    assert_eq!(read(&[(":status", "204"), ("content-length", "0")]), Ok((204, Some(0))));
    assert_eq!(read(&[(":status", "101")]), Err(Malformed::SwitchingProtocols));
    assert_eq!(read(&[("x", "y")]), Err(Malformed::PseudoMissing { name: ":status" }));
    assert_eq!(read(&[(":status", "2 0")]), Err(Malformed::PseudoValue { name: ":status" }));
}

#[test]
fn s8_1_trailers_have_no_pseudo_field() {
    let mut section = TrailerSection::default();
    section.field(b"x-sum", b"1");
    let trailers = section.finish().unwrap();
    assert!(trailers.contains(HeaderName::new("X-Sum").unwrap()));
    let mut section = TrailerSection::default();
    section.field(b":path", b"/");
    assert_eq!(section.finish(), Err(Malformed::PseudoUnknown));
}
