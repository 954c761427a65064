//! Redirects: what becomes of each method, and where a Location leads.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use http::{Method, StatusCode, Uri, redirect::next};

#[test]
fn each_status_turns_each_method() {
    let from = Uri::parse("http://a/b").unwrap();
    let methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];
    let mut table = String::from("      ");
    methods.iter().for_each(|method| table += &format!("{method:<14}"));
    for status in [200, 201, 300, 301, 302, 303, 304, 307, 308, 404] {
        table.truncate(table.trim_end().len());
        table += &format!("\n{status}   ");
        for method in methods {
            let method = Method::new(method.as_bytes()).unwrap();
            let cell = match next(&method, StatusCode::new(status).unwrap(), &from, "/c") {
                Some(to) if to.keep_body => format!("{} + body", to.method),
                Some(to) => to.method.to_string(),
                None => "-".into(),
            };
            table += &format!("{cell:<14}");
        }
    }
    let table = format!("{}\n", table.trim_end());
    testkit::golden(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tables/redirects.txt"), &table);
}

#[test]
fn a_location_leads_somewhere_or_nowhere() {
    let from = Uri::parse("http://example.com/a/b?q#top").unwrap();
    let to = |location: &[u8]| {
        let to = next(&Method::Get, StatusCode::FOUND, &from, location)?;
        Some((to.uri.to_string(), to.cross_origin))
    };
    for (location, uri, cross_origin) in [
        ("c", "http://example.com/a/c#top", false),
        ("/c#d", "http://example.com/c#d", false),
        ("?r", "http://example.com/a/b?r#top", false),
        ("http://EXAMPLE.com:80/", "http://example.com:80/#top", false),
        ("//example.com:81/", "http://example.com:81/#top", true),
        ("https://example.com/", "https://example.com/#top", true),
        (" /with space ", "http://example.com/with%20space#top", false),
        ("/길?a[]=1", "http://example.com/%EA%B8%B8?a%5B%5D=1#top", false),
        ("http://한국.kr/", "http://xn--3e0b707e.kr/#top", true),
        ("\\\\evil.example/", "http://example.com/a/%5C%5Cevil.example/#top", false),
    ] {
        assert_eq!(to(location.as_bytes()), Some((uri.to_owned(), cross_origin)), "{location}");
    }
    assert_eq!(to(b"/caf\xe9").unwrap().0, "http://example.com/caf%E9#top");
    let nowhere: [&[u8]; 6] =
        [b"ftp://a/", b"javascript:1", b"http:///", b"http://[::1", b"/%zz", b"http://a:x/"];
    for location in nowhere {
        assert_eq!(to(location), None, "{}", location.escape_ascii());
    }
}
