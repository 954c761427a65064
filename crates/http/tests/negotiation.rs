//! Accept and its kin, media types, lists, challenges, and the small fields.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use http::{
    HeaderMap, HeaderName, MediaType, Method, accept,
    auth::{self, Challenge, InvalidChallenge},
    header::{self, hop, list},
    media,
};
use wire::UnixTime;

const TYPES: [&str; 3] = ["text/html; charset=utf-8", "application/json", "image/png"];
const CODINGS: [&str; 3] = ["br", "gzip", "identity"];
const LANGUAGES: [&str; 3] = ["en", "ko-KR", "de"];

const ACCEPT: &[&str] = &[
    "(none)",
    "",
    "*/*",
    "text/*",
    "application/*, text/*;q=0.9",
    "image/png, text/html",
    "text/html;q=0, */*",
    "text/html;q=0.3, */*;q=0.2, application/json",
    "text/html;charset=utf-8, */*;q=0.1",
    "text/html;charset=latin1",
    "text/*;q=0",
    "TEXT/HTML",
    "audio/*",
    "*/*;q=0",
    "text/html;q=2",
    "text/html;q=0.1234",
    "garbage",
];

const ACCEPT_ENCODING: &[&str] = &[
    "(none)",
    "",
    "gzip",
    "x-gzip",
    "gzip, br",
    "gzip;q=1.0, br;q=0.5",
    "deflate",
    "*",
    "br;q=0, *",
    "gzip;q=0",
    "identity",
    "identity;q=0",
    "*;q=0",
    "*;q=0, identity;q=0.1",
    "gzip;q=0.001",
    "identity;q=0.5, gzip;q=0.4",
    "GZIP",
    "gzip;x=1",
];

const ACCEPT_LANGUAGE: &[&str] = &[
    "(none)",
    "ko",
    "ko-KR",
    "ko-KR-x-y",
    "de-AT, ko;q=0.5",
    "de-AT",
    "fr",
    "fr, *;q=0.1",
    "en;q=0, *",
    "KO",
    "k",
    "ko;q=0",
];

#[test]
fn the_client_weighs_and_the_server_breaks_ties() {
    type Choose = fn(Option<&[u8]>, &[&str]) -> Option<usize>;
    let mut table = String::new();
    let cases: [(&str, Choose, [&str; 3], &[&str]); 3] = [
        ("Accept", accept::media, TYPES, ACCEPT),
        ("Accept-Encoding", accept::encoding, CODINGS, ACCEPT_ENCODING),
        ("Accept-Language", accept::language, LANGUAGES, ACCEPT_LANGUAGE),
    ];
    for (field, choose, offers, values) in cases {
        table += &format!("{field}, where there is {}\n", offers.join(" | "));
        for value in values {
            let given = (*value != "(none)").then_some(value.as_bytes());
            let chosen = choose(given, &offers).and_then(|index| offers.get(index));
            table += &format!("  {value:<48}{}\n", chosen.unwrap_or(&"-"));
        }
    }
    testkit::golden(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tables/negotiation.txt"), &table);
}

/// RFC 9110 §12.5.1, the example with four weights.
#[test]
fn the_most_specific_range_decides() {
    let value = b"text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, \
                  text/plain;format=fixed;q=0.4, */*;q=0.5";
    let better = |a: &str, b: &str| accept::media(Some(value), &[b, a]) == Some(1);
    // 1, 0.7, 0.5, 0.4, 0.3 in this order.
    let order = [
        "text/plain;format=flowed",
        "text/plain",
        "image/jpeg",
        "text/plain;format=fixed",
        "text/html",
    ];
    for pair in order.windows(2) {
        let [a, b] = pair else { continue };
        assert!(better(a, b), "{a} before {b}");
    }
}

#[test]
fn a_media_type_is_a_type_a_subtype_and_parameters() {
    let read = |text: &'static str| MediaType::parse(text.as_bytes());
    // RFC 9110 §8.3.1: all four mean the same.
    for text in [
        "text/html;charset=utf-8",
        "Text/HTML;Charset=\"utf-8\"",
        "text/html; charset=\"utf-8\"",
        "text/html;charset=UTF-8",
        "text/html ;; charset=utf-8 ; ",
    ] {
        let found = read(text).unwrap();
        assert_eq!(
            (found.essence().as_str(), found.charset().as_deref()),
            ("text/html", Some("utf-8"))
        );
    }
    for text in [
        "text",
        "text/",
        "/html",
        "text/html;charset",
        "text/html;a=",
        "text/html;a=\"b",
        "text/html;a = b",
        "text /html",
        "text/html charset",
        "text/html, a/b",
        "",
    ] {
        assert!(read(text).is_none(), "{text}");
    }
    assert_eq!(*read("a/b;c=\"d\\\"e\"").unwrap().parameter("C").unwrap(), *b"d\"e");
}

#[test]
fn extensions_name_types() {
    assert_eq!(media::for_path("/a.b/INDEX.HTML"), "text/html; charset=utf-8");
    assert_eq!(media::for_path("a.tar.gz"), "application/gzip");
    for path in ["/a.html/b", "html", "", "a.", ".unknown", "a.한글", &"a.b".repeat(99)] {
        assert_eq!(media::for_path(path), media::UNKNOWN, "{path}");
    }
    for yes in ["text/html; charset=utf-8", "image/svg+xml", "Application/JSON", "application/wasm"]
    {
        assert!(media::is_compressible(yes), "{yes}");
    }
    for no in ["image/png", "application/zip", "video/mp4", "font/woff2", "", "text"] {
        assert!(!media::is_compressible(no), "{no}");
    }
}

#[test]
fn lists_end_at_commas_outside_quotes() {
    let all = |text: &'static str| -> Vec<&str> {
        list::elements(text.as_bytes()).map(|part| std::str::from_utf8(part).unwrap()).collect()
    };
    // RFC 9110 §5.6.1.2.
    for text in ["foo , bar,charlie", "foo ,bar,", ",foo,\t bar,, charlie "] {
        assert_eq!(all(text).first(), Some(&"foo"));
        assert!(all(text).iter().all(|part| ["foo", "bar", "charlie"].contains(part)));
    }
    assert_eq!(all(","), Vec::<&str>::new());
    assert_eq!(all("\"http://a, b\", c"), ["\"http://a, b\"", "c"]);
    assert_eq!(all("\"a\\\",b\", c"), ["\"a\\\",b\"", "c"]);
    assert_eq!(all("\"never closed, a"), ["\"never closed, a"]);
}

#[test]
fn quoted_strings_and_comments_end_where_they_close() {
    let (content, rest) = list::quoted_string(b"\"a\\b\\\"\"x").unwrap();
    assert_eq!((&*content, rest), (b"ab\"".as_slice(), b"x".as_slice()));
    assert!(list::quoted_string(b"\"a\\\"").is_none());
    assert!(list::quoted_string(b"\"a\x01\"").is_none());
    let (content, rest) = list::comment(b"(a (b\\)) c) d").unwrap();
    assert_eq!((content, rest), (b"a (b\\)) c".as_slice(), b" d".as_slice()));
    assert!(list::comment(b"(a (b)").is_none());
    // Depth is counted: a hundred thousand brackets overflow no stack.
    let deep = [b"(".repeat(100_000), b")".repeat(100_000)].concat();
    assert!(list::comment(&deep).is_some());
}

#[test]
fn several_challenges_stand_in_one_field() {
    let field =
        br#"Digest realm="a, b", qop="auth", nonce=abc, Negotiate YWI=, Basic realm="c\"d","#;
    let all = auth::challenges(field).unwrap();
    let schemes: Vec<&str> = all.iter().map(|challenge| challenge.scheme.as_str()).collect();
    assert_eq!(schemes, ["Digest", "Negotiate", "Basic"]);
    let [digest, negotiate, basic] = all.as_slice() else { panic!() };
    assert_eq!(digest.parameter("REALM"), Some("a, b"));
    assert_eq!(digest.parameter("nonce"), Some("abc"));
    assert_eq!(negotiate.token68.as_deref(), Some("YWI="));
    assert!(basic.is("basic"));
    assert_eq!(basic.parameter("realm"), Some("c\"d"));
}

#[test]
fn challenges_in_every_shape() {
    let one = |scheme: &str| Challenge { scheme: scheme.into(), ..Challenge::default() };
    assert_eq!(auth::challenges(b"Negotiate"), Ok(vec![one("Negotiate")]));
    assert_eq!(auth::challenges(b"A, B ,,C"), Ok(vec![one("A"), one("B"), one("C")]));
    // RFC 9110 §11.6.1: the parameters of Newauth, then a scheme.
    let field = br#"Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\"""#;
    let all = auth::challenges(field).unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(all.last().unwrap().parameter("title"), Some("Login to \"apps\""));
    assert_eq!(auth::challenges(b"Basic realm = x").unwrap().len(), 1);
    assert_eq!(auth::challenges(b""), Ok(vec![]));
    for (field, offset) in [
        (&b"realm=\"x\""[..], 5),
        (b"Basic realm=\"x", 0),
        (b"Basic realm=\"x\" y", 16),
        (b"\"Basic\"", 0),
        (b"Negotiate YWI=, realm=\"x\"", 16),
    ] {
        let shown = field.escape_ascii().to_string();
        assert_eq!(auth::challenges(field), Err(InvalidChallenge::Malformed { offset }), "{shown}");
    }
    let many = "A,".repeat(100);
    assert_eq!(auth::challenges(many.as_bytes()), Err(InvalidChallenge::TooMany { offset: 32 }));
}

#[test]
fn basic_is_user_colon_password() {
    let value = auth::basic("사용자".as_bytes(), b"p:w").unwrap();
    let (user, password) = auth::read_basic(value.as_bytes()).unwrap();
    assert_eq!((user.as_slice(), password.as_slice()), ("사용자".as_bytes(), b"p:w".as_slice()));
    assert_eq!(auth::basic(b"a:b", b""), None);
    assert_eq!(auth::basic(b"a\n", b""), None);
    for value in ["Basic", "Basic YQ==", "Bearer YTpi", "Basic YTpi x", "Basic !"] {
        assert_eq!(auth::read_basic(value.as_bytes()), None, "{value}");
    }
}

#[test]
fn fields_of_the_connection_end_there() {
    let mut map = HeaderMap::new();
    for (name, value) in [
        ("Connection", "close, X-Trace"),
        ("x-trace", "1"),
        ("Keep-Alive", "timeout=5"),
        ("TE", "trailers"),
        ("Accept", "*/*"),
        ("Transfer-Encoding", "chunked"),
    ] {
        map.try_append(name, value).unwrap();
    }
    assert!(hop::has_option(&map, "CLOSE") && !hop::has_option(&map, "upgrade"));
    hop::strip(&mut map);
    let left: Vec<String> = map.iter().map(|(name, _)| name.to_string()).collect();
    assert_eq!(left, ["Accept"]);
}

#[test]
fn small_fields() {
    assert_eq!(header::allow(&[Method::Get, Method::Put, Method::Get]), "GET, HEAD, PUT");
    assert_eq!(header::allow(&[]), "");
    let mut map = HeaderMap::new();
    header::add_vary(&mut map, HeaderName::ACCEPT);
    header::add_vary(&mut map, HeaderName::ACCEPT_ENCODING);
    header::add_vary(&mut map, HeaderName::ACCEPT);
    assert_eq!(map.get_only(HeaderName::VARY).unwrap(), "Accept, Accept-Encoding");
    let now = UnixTime(784_111_777);
    assert_eq!(header::retry_after(b"120", now), Some(120));
    assert_eq!(header::retry_after(b"Sun, 06 Nov 1994 08:49:47 GMT", now), Some(10));
    assert_eq!(header::retry_after(b"Sun, 06 Nov 1994 08:49:27 GMT", now), Some(0));
    assert_eq!(header::retry_after(b"soon", now), None);
}

#[test]
fn a_map_keeps_order_and_ignores_case() {
    let mut map = HeaderMap::new();
    for (name, value) in [("A", "1"), ("b", "2"), ("a", "3")] {
        map.try_append(name, value).unwrap();
    }
    let name = |text: &'static str| HeaderName::new(text).unwrap();
    assert_eq!(map.get(name("a")).unwrap(), "1");
    assert_eq!(*map.combined(name("A")).unwrap(), *b"1, 3");
    assert!(map.get_only(name("a")).is_none() && map.get_only(name("B")).is_some());
    map.set(name("A"), map.clone().get(name("b")).unwrap());
    assert_eq!(format!("{map:?}"), r#"[("A", "2"), ("b", "2")]"#);
    assert!(map.try_append("a b", "1").is_err() && map.try_append("a", "1\r\nb: 2").is_err());
    let copy: HeaderMap = map.iter().chain(&map).collect();
    assert_eq!(copy.len(), 4);
}

/// The fallback to a shorter tag (RFC 4647 §3.4) is for languages that nothing was said about.
#[test]
fn a_language_that_was_refused_does_not_come_back_by_the_fallback() {
    for (value, offers, chosen) in [
        ("en;q=0, *", &["en-US"][..], None),
        ("en;q=0, *;q=0.5", &["en", "ko"], Some(1)),
        ("ko-KR;q=0, en-GB", &["ko-KR", "en"], Some(1)),
        ("en;q=0, en-GB", &["en"], None),
        ("en-GB", &["en"], Some(0)),
        ("en-GB;q=0", &["en"], None),
        ("*;q=0", &["en"], None),
    ] {
        assert_eq!(accept::language(Some(value.as_bytes()), offers), chosen, "{value}");
    }
}

/// RFC 7617 §2: `Basic`, at least one space, and the token.
#[test]
fn basic_has_a_space_before_its_token() {
    assert!(auth::read_basic(b"Basic /zo/").is_some());
    assert!(auth::read_basic(b"Basic  /zo/").is_some());
    assert_eq!(auth::read_basic(b"Basic/zo/"), None);
    assert_eq!(auth::read_basic(b"Basic"), None);
}
