//! Cookies: one test per rule of RFC 6265bis, and the file that curl shares.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use http::{
    Limits, Method, Uri,
    cookie::{self, Jar, Refused, SameSite, SetCookie, Site},
};
use wire::UnixTime;

/// 2026-01-01T00:00:00Z.
const NOW: UnixTime = UnixTime(1_767_225_600);

fn uri(text: &str) -> Uri {
    Uri::parse(text).unwrap()
}

/// A jar after these answers, and what it says to a request.
fn told(set: &[(&str, &str)], ask: &str) -> String {
    let mut jar = Jar::default();
    for (from, field) in set {
        let _ = jar.store(field.as_bytes(), &uri(from), NOW);
    }
    said(&mut jar, ask)
}

fn said(jar: &mut Jar, ask: &str) -> String {
    String::from_utf8(jar.header(&uri(ask), NOW).unwrap_or_default()).unwrap()
}

fn refused(from: &str, field: &str) -> Option<Refused> {
    Jar::default().store(field.as_bytes(), &uri(from), NOW).err()
}

#[test]
fn a_cookie_goes_where_its_domain_and_path_say() {
    let mut table = String::new();
    for (from, field, asks) in [
        (
            "http://www.example.com/a/b",
            "n=v",
            &[
                "http://www.example.com/a/c",
                "http://www.example.com/a",
                "http://www.example.com/ab",
                "http://www.example.com/",
                "http://example.com/a/c",
                "http://x.www.example.com/a/c",
                "https://www.example.com:81/a/c",
            ][..],
        ),
        (
            "http://www.example.com/",
            "n=v; Domain=.Example.com",
            &["http://example.com/", "http://other.example.com/", "http://badexample.com/"],
        ),
        (
            "http://a.example/",
            "n=v; Path=/docs",
            &[
                "http://a.example/docs",
                "http://a.example/docs/",
                "http://a.example/docs/a",
                "http://a.example/docsets",
                "http://a.example/",
            ],
        ),
        ("https://a.example/", "n=v; Secure", &["https://a.example/", "http://a.example/"]),
        ("http://localhost/", "n=v; Secure", &["http://localhost:8080/", "http://127.0.0.1/"]),
        ("http://127.0.0.1/", "n=v", &["http://127.0.0.1/", "http://1.127.0.0.1/"]),
        ("http://a.example/", "n=v; Max-Age=0", &["http://a.example/"]),
        ("http://a.example/x", "n=v; Path=no-slash", &["http://a.example/"]),
    ] {
        table += &format!("{from}  Set-Cookie: {field}\n");
        for ask in asks {
            let said = told(&[(from, field)], ask);
            table += &format!("  {ask:<34}{}\n", if said.is_empty() { "-" } else { &said });
        }
    }
    testkit::golden(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tables/cookies.txt"), &table);
}

#[test]
fn longer_paths_come_first_then_older_cookies() {
    let page = "http://a.example/x/y";
    let set = [(page, "one=1; Path=/"), (page, "two=2; Path=/x"), (page, "three=3; Path=/")];
    assert_eq!(told(&set, page), "two=2; one=1; three=3");
}

#[test]
fn a_new_value_keeps_the_place_of_the_old() {
    let page = "http://a.example/";
    assert_eq!(told(&[(page, "a=1"), (page, "b=2"), (page, "a=3")], page), "a=3; b=2");
    assert_eq!(told(&[(page, "a=1"), (page, "a=; Max-Age=-1")], page), "");
}

#[test]
fn a_host_sets_for_itself_alone() {
    for (from, domain) in [
        ("http://a.example/", "b.example"),
        ("http://a.example/", "x.a.example"),
        ("http://a.example/", "example"),
        ("http://badexample.com/", "example.com"),
        ("http://127.0.0.1/", "0.0.1"),
        ("http://a.example/", "127.0.0.1"),
    ] {
        assert_eq!(
            refused(from, &format!("n=v; Domain={domain}")),
            Some(Refused::Domain),
            "{domain}"
        );
    }
    // A single label or an address that names itself gets a cookie for itself.
    assert_eq!(told(&[("http://localhost/", "n=v; Domain=localhost")], "http://a.localhost/"), "");
    assert_eq!(refused("http://[::1]/", "n=v; Domain=[::1]"), None);
}

#[test]
fn without_tls_nothing_secure_is_set_or_hidden() {
    let (plain, tls) = ("http://a.example/", "https://a.example/");
    assert_eq!(refused(plain, "n=v; Secure"), Some(Refused::NotSecure));
    let mut jar = Jar::default();
    jar.store(b"n=secret; Secure; Path=/", &uri(tls), NOW).unwrap();
    assert_eq!(jar.store(b"n=mine; Path=/", &uri(plain), NOW), Err(Refused::NotSecure));
    assert_eq!(jar.store(b"n=mine; Path=/x", &uri(plain), NOW), Err(Refused::NotSecure));
    assert_eq!(jar.store(b"other=mine; Path=/", &uri(plain), NOW), Ok(()));
    assert_eq!(said(&mut jar, tls), "n=secret; other=mine");
}

#[test]
fn prefixes_are_promises() {
    let tls = "https://a.example/";
    for (field, expected) in [
        ("__Secure-n=v", Some(Refused::Prefix)),
        ("__Secure-n=v; Secure", None),
        ("__Host-n=v; Secure; Path=/", None),
        ("__Host-n=v; Secure", Some(Refused::Prefix)),
        ("__Host-n=v; Secure; Path=/x", Some(Refused::Prefix)),
        ("__Host-n=v; Secure; Path=/; Domain=a.example", Some(Refused::Prefix)),
        ("__hOsT-n=v; Path=/", Some(Refused::Prefix)),
        ("=__Host-n=v; Secure; Path=/", Some(Refused::Prefix)),
        ("n=v; SameSite=None", Some(Refused::SameSite)),
        ("n=v; SameSite=None; Secure", None),
    ] {
        assert_eq!(refused(tls, field), expected, "{field}");
    }
}

#[test]
fn same_site_looks_at_where_a_request_comes_from() {
    let page = uri("https://a.example/");
    for (attribute, from_link, from_form, from_picture) in [
        ("Strict", false, false, false),
        ("Lax", true, false, false),
        ("Unknown", true, false, false),
        ("None", true, true, true),
    ] {
        let mut jar = Jar::default();
        let field = format!("n=v; Secure; SameSite={attribute}");
        jar.store(field.as_bytes(), &page, NOW).unwrap();
        let mut goes = |site, method| jar.header_from(site, &method, &page, NOW).is_some();
        assert!(goes(Site::Same, Method::Post));
        assert_eq!(goes(Site::Navigation, Method::Get), from_link, "{attribute}");
        assert_eq!(goes(Site::Navigation, Method::Post), from_form, "{attribute}");
        assert_eq!(goes(Site::Cross, Method::Get), from_picture, "{attribute}");
    }
}

#[test]
fn set_cookie_is_read_as_all_clients_read_it() {
    let read = |field: &str| SetCookie::parse(field.as_bytes(), NOW, &Limits::DEFAULT);
    let cookie = read(" a = \"b = c\" ;Path=/x;HTTPONLY; samesite=LAX;Path=/y").unwrap();
    assert_eq!((cookie.name.as_str(), cookie.value.as_slice()), ("a", b"\"b = c\"".as_slice()));
    assert_eq!(cookie.path.as_deref(), Some("/y"));
    assert!(cookie.http_only && !cookie.secure && cookie.same_site == SameSite::Lax);
    assert_eq!(read("just-a-value").unwrap().value, b"just-a-value");
    for none in ["", ";Path=/", "=", " = ;", "a\x01=b"] {
        assert_eq!(read(none), None, "{none:?}");
    }
    let expires = |field: &str| read(field).unwrap().expires.map(|time| time.0 - NOW.0);
    assert_eq!(expires("a=b"), None);
    assert_eq!(expires("a=b; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT"), Some(60));
    assert_eq!(expires("a=b; Max-Age=6x; Expires=Thu, 01 Jan 2026 00:01:00 GMT"), Some(60));
    assert_eq!(expires("a=b; Max-Age=99999999999999999999"), Some(400 * 86_400));
    assert_eq!(expires("a=b; Expires=Fri, 31-Dec-9999 23:59:59 GMT"), Some(400 * 86_400));
}

#[test]
fn dates_in_cookies_come_in_any_order() {
    let moment = Some(UnixTime(784_111_777));
    for text in [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "1994 6 november 8:49:37",
        "06/Nov/1994/08:49:37x",
        "Sun, 06-NOV-1994 08:49:37 GMT and more",
    ] {
        assert_eq!(cookie::parse_date(text.as_bytes()), moment, "{text}");
    }
    for text in [
        "",
        "Nov 1994 08:49:37",
        "06 Nov 1994",
        "30 Feb 1994 08:49:37",
        "06 Nov 1600 08:49:37",
        "06 Nov 1994 24:00:00",
        "06 Nov 1994 08:60:00",
        "06 Nov 1994 08:49:60",
        "6 Nov 9 8:49:37",
    ] {
        assert_eq!(cookie::parse_date(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn a_jar_keeps_to_its_limits() {
    let limits = Limits { cookies: 5, cookies_per_domain: 3, cookie_pair: 8, ..Limits::DEFAULT };
    let mut jar = Jar::new(&limits);
    let page = uri("https://a.example/");
    assert_eq!(jar.store(b"name=12345", &page, NOW), Err(Refused::Unreadable));
    jar.store(b"keep=1; Secure", &page, NOW).unwrap();
    for name in ["b", "c", "d", "e"] {
        jar.store(format!("{name}=1").as_bytes(), &page, NOW).unwrap();
    }
    // The oldest that are not marked Secure went.
    assert_eq!(said(&mut jar, "https://a.example/"), "keep=1; d=1; e=1");
    for host in ["https://b.example/", "https://c.example/", "https://d.example/"] {
        jar.store(b"x=1", &uri(host), NOW).unwrap();
    }
    assert_eq!(jar.len(), 5);
}

#[test]
fn what_is_over_goes_before_what_is_used() {
    let limits = Limits { cookies_per_domain: 2, ..Limits::DEFAULT };
    let mut jar = Jar::new(&limits);
    let page = uri("http://a.example/");
    jar.store(b"old=1", &page, NOW).unwrap();
    jar.store(b"short=1; Max-Age=5", &page, NOW).unwrap();
    jar.store(b"new=1", &page, NOW.plus_seconds(6)).unwrap();
    assert_eq!(said(&mut jar, "http://a.example/"), "old=1; new=1");
}

#[test]
fn a_request_is_told_no_more_than_fits() {
    let limits = Limits { cookie_field: 20, ..Limits::DEFAULT };
    let mut jar = Jar::new(&limits);
    let page = uri("http://a.example/");
    for field in ["a=12345", "b=1234567890123456", "c=12"] {
        jar.store(field.as_bytes(), &page, NOW).unwrap();
    }
    assert_eq!(said(&mut jar, "http://a.example/"), "a=12345; c=12");
}

#[test]
fn the_file_is_curls() {
    let file = "# Netscape HTTP Cookie File\n\
        # https://curl.se/docs/http-cookies.html\n\n\
        .example.com\tTRUE\t/\tFALSE\t1893456000\tlang\tko\n\
        #HttpOnly_www.example.com\tFALSE\t/a\tTRUE\t0\tsid\ta=b c\r\n\
        www.example.com\tFALSE\t/\tFALSE\t0\tempty\n\
        broken line\n\
        x.example\tMAYBE\t/\tFALSE\t0\ta\tb\n\
        x.example\tTRUE\t/\tFALSE\t0\ta\tb\x01\n";
    let (cookies, errors) = cookie::read(file.as_bytes(), &Limits::DEFAULT);
    let lines: Vec<usize> = errors.iter().map(|error| error.line).collect();
    assert_eq!(lines, [7, 8, 9]);
    let [lang, sid, empty] = cookies.as_slice() else { panic!("{cookies:?}") };
    assert!(!lang.host_only && lang.domain == "example.com" && lang.expires.is_some());
    assert!(sid.http_only && sid.secure && sid.host_only && sid.expires.is_none());
    assert_eq!(
        (sid.value.as_slice(), empty.value.as_slice()),
        (b"a=b c".as_slice(), b"".as_slice())
    );
    assert_eq!(cookie::read(&cookie::write(&cookies), &Limits::DEFAULT).0, cookies);
    let mut jar = Jar::default();
    cookies.into_iter().for_each(|cookie| jar.insert(cookie, NOW));
    assert_eq!(said(&mut jar, "https://www.example.com/a"), "sid=a=b c; lang=ko; empty=");
    jar.end_session();
    assert_eq!(jar.len(), 1);
}

#[test]
fn a_server_reads_pairs() {
    let pairs: Vec<_> = cookie::pairs(b"a=1; b = \"2\";; c=d=e; lone").collect();
    let expected: [(&[u8], &[u8]); 4] =
        [(b"a", b"1"), (b"b", b"\"2\""), (b"c", b"d=e"), (b"", b"lone")];
    assert_eq!(pairs, expected);
}

/// A cookie that is over is as good as gone, whether anybody has swept it out or not.
#[test]
fn what_is_over_hides_nothing() {
    let (mut jar, secure) = (Jar::default(), uri("https://example.com/"));
    jar.store(b"n=old; Secure; Max-Age=10", &secure, NOW).unwrap();
    let plain = uri("http://example.com/");
    assert_eq!(jar.store(b"n=new", &plain, NOW), Err(Refused::NotSecure));
    jar.store(b"n=new", &plain, NOW.plus_seconds(10)).unwrap();
    assert_eq!(jar.len(), 1, "and is swept out when another one comes");
}
