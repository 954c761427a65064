//! The table of RFC 9110 §15.4, and what must not be carried from one origin to another.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use client::{
    Error,
    core::redirect::{Next, next, strip},
};
use http::{HeaderMap, HeaderName, Method, Response, StatusCode, Uri};

const FROM: &str = "http://a.example/dir/page?q=1#part";

fn response(status: u16, location: &[&str]) -> Response {
    let mut response = Response::new(StatusCode::new(status).unwrap());
    for value in location {
        response.headers.try_append("Location", value).unwrap();
    }
    response
}

fn follow(method: Method, status: u16, location: &str) -> Option<Next> {
    next(&method, &Uri::parse(FROM).unwrap(), &response(status, &[location])).unwrap()
}

#[test]
fn the_table_of_methods() {
    let patch = || Method::Patch;
    // status, method before, method after, content goes along
    let table = [
        (301, Method::Get, Method::Get, true),
        (301, Method::Head, Method::Head, true),
        (301, Method::Post, Method::Get, false),
        (301, Method::Put, Method::Put, true),
        (302, Method::Post, Method::Get, false),
        (302, Method::Delete, Method::Delete, true),
        (303, Method::Get, Method::Get, false),
        (303, Method::Head, Method::Head, false),
        (303, Method::Post, Method::Get, false),
        (303, Method::Put, Method::Get, false),
        (307, Method::Post, Method::Post, true),
        (307, patch(), patch(), true),
        (308, Method::Post, Method::Post, true),
        (308, Method::Get, Method::Get, true),
    ];
    for (status, before, after, keeps) in table {
        let next = follow(before.clone(), status, "/new").unwrap();
        assert_eq!((next.method, next.keeps_content), (after, keeps), "{status} {before}");
    }
}

#[test]
fn other_statuses_stand_even_with_a_location() {
    for status in [200, 201, 300, 304, 305, 306, 400, 404, 500] {
        assert_eq!(follow(Method::Get, status, "/new"), None, "{status}");
    }
}

#[test]
fn a_redirect_without_location_stands() {
    let from = Uri::parse(FROM).unwrap();
    assert_eq!(next(&Method::Get, &from, &response(302, &[])).unwrap(), None);
}

#[test]
fn location_is_resolved_against_the_url_that_answered() {
    for (location, to) in [
        ("/top", "http://a.example/top#part"),
        ("other", "http://a.example/dir/other#part"),
        ("../up", "http://a.example/up#part"),
        ("?q=2", "http://a.example/dir/page?q=2#part"),
        ("//b.example/x", "http://b.example/x#part"),
        ("http://b.example:81/", "http://b.example:81/#part"),
        ("/길", "http://a.example/%EA%B8%B8#part"),
    ] {
        assert_eq!(follow(Method::Get, 302, location).unwrap().url.to_string(), to);
    }
}

#[test]
fn a_fragment_is_inherited_unless_location_has_its_own() {
    assert_eq!(follow(Method::Get, 302, "/a").unwrap().url.fragment(), Some("part"));
    assert_eq!(follow(Method::Get, 302, "/a#own").unwrap().url.fragment(), Some("own"));
}

#[test]
fn an_origin_is_scheme_host_and_port() {
    for (location, same) in [
        ("http://a.example:80/", true),
        ("http://A.EXAMPLE/", true),
        ("http://a.example:8080/", false),
        ("http://b.example/", false),
        ("http://sub.a.example/", false),
    ] {
        assert_eq!(follow(Method::Get, 302, location).unwrap().same_origin, same, "{location}");
    }
}

#[test]
fn a_location_with_another_scheme_is_refused() {
    let from = Uri::parse(FROM).unwrap();
    for location in ["file:///etc/passwd", "ftp://a.example/", "javascript:alert(1)", "data:,x"] {
        let error = next(&Method::Get, &from, &response(302, &[location])).unwrap_err();
        assert_eq!(error.curl_exit_code(), 1, "{location}: {error}");
    }
}

#[test]
fn two_locations_must_agree() {
    let from = Uri::parse(FROM).unwrap();
    assert!(next(&Method::Get, &from, &response(302, &["/a", "/a"])).unwrap().is_some());
    let error = next(&Method::Get, &from, &response(302, &["/a", "/b"])).unwrap_err();
    assert!(matches!(error, Error::Redirect { .. }), "{error}");
}

#[test]
fn what_is_no_reference_is_refused_with_its_offset() {
    let from = Uri::parse(FROM).unwrap();
    let error = next(&Method::Get, &from, &response(302, &["/a%zz"])).unwrap_err();
    assert!(error.to_string().contains("octet 2"), "{error}");
    assert_eq!(error.curl_exit_code(), 3);
}

fn fields() -> HeaderMap {
    let mut headers = HeaderMap::new();
    let own = ["Authorization", "Cookie", "Host", "Origin", "Proxy-Authorization", "Referer"];
    for name in own.into_iter().chain(["Content-Type", "X-Own"]) {
        headers.try_append(name, "value").unwrap();
    }
    headers
}

fn names(headers: &HeaderMap) -> Vec<&str> {
    headers.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn credentials_stay_at_their_origin() {
    let mut headers = fields();
    strip(&mut headers, &follow(Method::Get, 307, "http://b.example/").unwrap());
    assert_eq!(names(&headers), ["Content-Type", "X-Own"]);

    let mut headers = fields();
    strip(&mut headers, &follow(Method::Get, 307, "/there").unwrap());
    assert_eq!(headers, fields());
}

#[test]
fn fields_about_the_content_go_with_the_content() {
    let mut headers = fields();
    strip(&mut headers, &follow(Method::Post, 303, "/there").unwrap());
    assert!(!headers.contains(HeaderName::CONTENT_TYPE));
    assert!(headers.contains(HeaderName::AUTHORIZATION));
}
