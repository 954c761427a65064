//! URIs: the RFC's examples of resolution as a table, and one test per rule.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use http::{
    Authority, Host, InvalidUri, Uri,
    uri::{percent, punycode, remove_dot_segments},
};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tables/");

fn uri(text: &str) -> Uri {
    Uri::parse(text).unwrap()
}

/// RFC 3986 §5.4.1 and §5.4.2, all of them, in the RFC's order.
const REFERENCES: [&str; 42] = [
    "g:h",
    "g",
    "./g",
    "g/",
    "/g",
    "//g",
    "?y",
    "g?y",
    "#s",
    "g#s",
    "g?y#s",
    ";x",
    "g;x",
    "g;x?y#s",
    "",
    ".",
    "./",
    "..",
    "../",
    "../g",
    "../..",
    "../../",
    "../../g",
    "../../../g",
    "../../../../g",
    "/./g",
    "/../g",
    "g.",
    ".g",
    "g..",
    "..g",
    "./../g",
    "./g/.",
    "g/./h",
    "g/../h",
    "g;x=1/./y",
    "g;x=1/../y",
    "g?y/./x",
    "g?y/../x",
    "g#s/./x",
    "g#s/../x",
    "http:g",
];

#[test]
fn references_resolve_as_the_rfc_says() {
    let base = uri("http://a/b/c/d;p?q");
    let mut table = format!("base           {base}\n");
    for reference in REFERENCES {
        let line = format!("{reference:<15}{}", base.resolve(reference).unwrap());
        table += &format!("{}\n", line.trim_end());
    }
    testkit::golden(format!("{FOLDER}uri_resolution.txt"), &table);
}

/// The steps of RFC 3986 §5.2.4 as they are written there: slow, and the judge of the quick way.
fn remove_dot_segments_by_the_letter(path: &str) -> String {
    let (mut input, mut output) = (path.to_owned(), String::new());
    while !input.is_empty() {
        if let Some(rest) = input.strip_prefix("../").or(input.strip_prefix("./")) {
            input = rest.to_owned();
        } else if let Some(rest) = input.strip_prefix("/./") {
            input = format!("/{rest}");
        } else if input == "/." {
            input = "/".to_owned();
        } else if let Some(rest) = input.strip_prefix("/../") {
            input = format!("/{rest}");
            output.truncate(output.rfind('/').unwrap_or(0));
        } else if input == "/.." {
            input = "/".to_owned();
            output.truncate(output.rfind('/').unwrap_or(0));
        } else if input == "." || input == ".." {
            input.clear();
        } else {
            let start = usize::from(input.starts_with('/'));
            let end = input.get(start..).unwrap().find('/').map_or(input.len(), |at| at + start);
            output.extend(input.drain(..end));
        }
    }
    output
}

#[test]
fn dots_are_removed_as_by_the_letter() {
    let pieces = ["/", ".", "..", "a", "/.", "/..", "//"];
    let mut paths = vec![String::new()];
    for _ in 0..5 {
        for path in paths.clone() {
            paths.extend(pieces.iter().map(|piece| format!("{path}{piece}")));
        }
        paths.sort();
        paths.dedup();
    }
    for path in &paths {
        assert_eq!(remove_dot_segments(path), remove_dot_segments_by_the_letter(path), "{path}");
    }
}

#[test]
fn a_hundred_thousand_dots_take_no_time() {
    assert_eq!(remove_dot_segments(&"/a/..".repeat(100_000)), "/");
    assert_eq!(remove_dot_segments(&"/a".repeat(100_000)).len(), 200_000);
}

#[test]
fn components_are_where_the_rfc_draws_them() {
    let uri = uri("foo://user@Example.com:8042/over/there?name=ferret#nose");
    assert_eq!(uri.scheme(), "foo");
    assert_eq!(uri.authority().unwrap().userinfo(), Some("user"));
    assert_eq!(uri.host().unwrap().to_string(), "example.com");
    assert_eq!(uri.authority().unwrap().port(), Some(8042));
    assert_eq!(uri.path(), "/over/there");
    assert_eq!((uri.query(), uri.fragment()), (Some("name=ferret"), Some("nose")));
    let urn = self::uri("urn:example:animal:ferret:nose");
    assert_eq!((urn.scheme(), urn.path()), ("urn", "example:animal:ferret:nose"));
    assert!(urn.authority().is_none() && urn.origin().is_none());
}

/// RFC 3986 §1.1.2.
#[test]
fn the_rfcs_examples_are_uris() {
    for text in [
        "ftp://ftp.is.co.za/rfc/rfc1808.txt",
        "http://www.ietf.org/rfc/rfc2396.txt",
        "ldap://[2001:db8::7]/c=GB?objectClass?one",
        "mailto:John.Doe@example.com",
        "news:comp.infosystems.www.servers.unix",
        "tel:+1-816-555-1212",
        "telnet://192.0.2.16:80/",
        "urn:oasis:names:specification:docbook:dtd:xml:4.1.2",
    ] {
        assert_eq!(uri(text).to_string(), text);
    }
}

#[test]
fn hosts_are_of_three_kinds() {
    let host = |text: &str| Authority::parse_host(text.as_bytes()).unwrap().host().clone();
    assert_eq!(host("Example.COM"), Host::Name("example.com".into()));
    assert_eq!(host("127.0.0.1"), Host::V4([127, 0, 0, 1].into()));
    assert_eq!(host("[::1]").to_dial(), "::1");
    assert_eq!(host("[2001:DB8:0::7]").to_string(), "[2001:db8::7]");
    // What some resolvers would read as 127.0.0.1 is a name.
    for name in ["127.1", "0x7f.0.0.1", "2130706433", "127.0.0.01"] {
        assert_eq!(host(name), Host::Name(name.into()));
    }
    // Encoded digits are digits.
    assert_eq!(host("%31%32%37.0.0.1"), Host::V4([127, 0, 0, 1].into()));
}

#[test]
fn errors_name_the_octet_and_the_rule() {
    let mut table = String::new();
    for text in [
        "",
        "no-scheme",
        "1http://a",
        "ht~tp://a",
        "http://a b/",
        "http://a/b c",
        "http://a/%zz",
        "http://a/?q=%4",
        "http://a/#x#y",
        "http://[::1",
        "http://[::g]/",
        "http://[v1.x]/",
        "http://[fe80::1%25eth0]/",
        "http://a:65536/",
        "http://a:8o/",
        "http://[::1]80/",
        "http://a@b@c/",
        "http://a\\@b/",
        "http://길/",
        "http://a/길",
        "http://a/{}",
    ] {
        let error = Uri::parse(text).unwrap_err();
        table += &format!("{text:<26}{:>2}  {error}\n", error.offset());
    }
    testkit::golden(format!("{FOLDER}uri_errors.txt"), &table);
}

#[test]
fn http_needs_a_host_and_a_scheme_that_is_spoken() {
    assert_eq!(uri("http://a").check_http(), Ok(()));
    assert_eq!(uri("http:a").check_http(), Err(InvalidUri::NoHost { offset: 7 }));
    assert_eq!(uri("https:///a").check_http(), Err(InvalidUri::NoHost { offset: 8 }));
    assert_eq!(uri("ftp://a").check_http(), Err(InvalidUri::NotHttp));
}

#[test]
fn a_host_field_has_a_host_and_no_user() {
    let refused = |value: &[u8]| Authority::parse_host(value).unwrap_err();
    assert_eq!(refused(b""), InvalidUri::NoHost { offset: 0 });
    assert_eq!(refused(b":80"), InvalidUri::NoHost { offset: 0 });
    assert_eq!(refused(b"a@b"), InvalidUri::Userinfo { offset: 1 });
    assert_eq!(refused(b"a/b"), InvalidUri::Octet { part: "host", offset: 1 });
    assert_eq!(refused(b"a\xff"), InvalidUri::Octet { part: "host", offset: 1 });
    assert_eq!(refused(b"a:80:80"), InvalidUri::Port { offset: 2 });
    assert_eq!(Authority::parse_host(b"a:").unwrap().port(), None);
}

#[test]
fn equal_uris_have_one_normal_form() {
    let mut table = String::new();
    for text in [
        "HTTP://Example.COM/%7e%c3%A9",
        "http://example.com:80",
        "https://example.com:443/a/./b/../c",
        "http://example.com:/",
        "http://example.com:8080/?%41=%2f",
        "http://%65xample.com/%2E%2E/a",
        "x:a/../..//b",
        "mailto:A.B@Example.com",
    ] {
        table += &format!("{text:<36}{}\n", uri(text).normalise());
    }
    testkit::golden(format!("{FOLDER}uri_normal.txt"), &table);
}

#[test]
fn origins_are_scheme_host_and_port() {
    let same = |a: &str, b: &str| uri(a).origin() == uri(b).origin();
    assert!(same("http://A/x", "http://a:80/y"));
    assert!(same("https://u@a", "https://a:443"));
    assert!(!same("http://a", "https://a"));
    assert!(!same("http://a", "http://a:81"));
    assert!(!same("http://a", "http://b"));
}

#[test]
fn a_request_gets_path_and_query_alone() {
    assert_eq!(uri("http://a").target().to_string(), "/");
    assert_eq!(uri("http://u:p@a?q#f").target().to_string(), "/?q");
    assert_eq!(uri("HTTP://u:p@A:80?q#f").absolute_target().to_string(), "http://a:80/?q");
    assert_eq!(uri("http://u@A:80/").host_field(), "a");
    assert_eq!(uri("http://[::1]:81/").host_field(), "[::1]:81");
    let (user, password) = uri("http://me:p%40%3a@a/").authority().unwrap().credentials().unwrap();
    assert_eq!((user.as_slice(), password.as_slice()), (b"me".as_slice(), b"p@:".as_slice()));
}

/// RFC 3492 §7.1, those in lower case: the encoder lowers nothing itself.
#[test]
fn punycode_encodes_the_rfcs_samples() {
    for (plain, encoded) in [
        ("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"),
        ("なぜみんな日本語を話してくれないのか", "n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa"),
        ("3年b組金八先生", "3b-ww4c5e180e575a65lsy2b"),
        ("安室奈美恵-with-super-monkeys", "-with-super-monkeys-pc58ag80a8qai00g7n9n"),
        ("-> $1.00 <-", "-> $1.00 <--"),
        ("한국", "3e0b707e"),
        ("bücher", "bcher-kva"),
    ] {
        assert_eq!(punycode::encode(plain).as_deref(), Some(encoded));
        assert_eq!(punycode::decode(encoded).as_deref(), Some(plain));
    }
    // The sample in Korean is longer than a label may be.
    let question = "세계의모든사람들이한국어를이해한다면얼마나좋을까";
    assert!(punycode::encode(&question.repeat(2)).is_none());
}

#[test]
fn punycode_refuses_what_encodes_nothing() {
    for text in ["99999999", "3e0b707", "-3e0b707e", "3e0b707é", &"a".repeat(64)] {
        assert_eq!(punycode::decode(text), None, "{text}");
    }
}

#[test]
fn korean_becomes_ascii_and_comes_back() {
    let mut table = String::new();
    for text in [
        "http://한국.kr/길?말=글#끝",
        "http://사용자@WWW.한국。KR:8080/a",
        "https://예시.com/100%25/한%20글",
        "http://example.com/?a[]=1&b={x|y}",
        // Letters in parts, as a Mac writes file names; `http://한국.kr` once joined.
        "http://\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}.kr/",
    ] {
        let uri = Uri::from_text(text).unwrap();
        table += &format!("{text}\n  wire    {uri}\n  person  {}\n", uri.to_text());
    }
    testkit::golden(format!("{FOLDER}uri_korean.txt"), &table);
}

#[test]
fn what_a_person_must_not_type_is_named_where_it_stands() {
    let refused = |text: &str| Uri::from_text(text).unwrap_err();
    assert_eq!(refused("http://한국.kr/한 글").offset(), "http://한국.kr/한".len());
    assert_eq!(refused("http://한국.kr:x/").offset(), "http://한국.kr:".len());
    let hidden = "http://한\u{200b}국.kr/";
    assert_eq!(refused(hidden), InvalidUri::Label { offset: "http://한".len() });
    let long = format!("http://{}.kr/", "가".repeat(60));
    assert_eq!(refused(&long), InvalidUri::Label { offset: 7 });
    assert_eq!(refused("http://a\\@한국.kr/").offset(), 8);
}

#[test]
fn encoding_and_decoding_mirror_each_other() {
    let all: Vec<u8> = (0..=255).collect();
    let encoded = percent::encode(&all, percent::is_segment);
    assert!(!encoded.contains('/') && encoded.contains("%2F%30".get(..3).unwrap()));
    assert_eq!(*percent::decode(encoded.as_bytes()).unwrap(), *all);
    assert_eq!(percent::decode(b"ab%4").unwrap_err(), InvalidUri::Percent { offset: 2 });
    assert_eq!(percent::encode(b"100%", percent::is_path), "100%25");
}

/// `K` (U+212A, a unit's sign) is `k` in lower case, so the label needs no Punycode.
#[test]
fn a_label_that_is_ascii_in_lower_case_is_that() {
    assert_eq!(
        Uri::from_text("http://\u{212a}.example/").unwrap().to_string(),
        "http://k.example/"
    );
    let mixed = Uri::from_text("http://\u{212a}길/").unwrap();
    assert_eq!(mixed, Uri::from_text("http://k길/").unwrap());
}
