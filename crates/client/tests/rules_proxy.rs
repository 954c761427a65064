//! Which proxy, if any: the variables, their spellings, and whom they leave out.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use client::core::proxy::{InvalidProxy, NoProxy, Proxies, Proxy};

fn variables(table: &[(&str, &str)]) -> Result<Proxies, InvalidProxy> {
    Proxies::from_variables(|name| {
        table.iter().find(|(there, _)| *there == name).map(|(_, value)| (*value).to_owned())
    })
}

fn chosen(table: &[(&str, &str)], scheme: &str, host: &str) -> Option<String> {
    let proxies = variables(table).unwrap();
    proxies.choose(scheme, host, 80).map(|proxy| format!("{}:{}", proxy.host, proxy.port))
}

#[test]
fn a_proxy_is_read_in_all_its_spellings() {
    for (text, host, port) in [
        ("http://p.example:3128", "p.example", 3128),
        ("http://p.example:3128/", "p.example", 3128),
        ("p.example:3128", "p.example", 3128),
        ("p.example", "p.example", 1080),
        ("HTTP://p.example", "p.example", 1080),
        ("http://[::1]:8080", "::1", 8080),
        ("http://user:pw@127.0.0.1:1", "127.0.0.1", 1),
    ] {
        let proxy = Proxy::parse(text).unwrap();
        assert_eq!((proxy.host.as_str(), proxy.port), (host, port), "{text}");
    }
}

#[test]
fn what_is_no_proxy_is_refused() {
    for text in
        ["socks5://p", "https://p", "http://", "", "http://p:99999", "p:+1", "p:0", "p q", "a\r\nb"]
    {
        assert!(Proxy::parse(text).is_err(), "{text:?}");
    }
    assert_eq!(Proxy::parse("http://a%0d%0aX:b@p").unwrap_err(), InvalidProxy::User);
}

#[test]
fn name_and_password_become_basic_and_stay_hidden() {
    let proxy = Proxy::parse("http://Aladdin:open%20sesame@p:1").unwrap();
    assert_eq!(proxy.authorization(), Some("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
    assert!(!format!("{proxy:?}").contains("QWxh"));
    assert_eq!(Proxy::parse("http://p:1").unwrap().authorization(), None);
}

#[test]
fn http_proxy_in_capitals_is_not_read() {
    assert_eq!(chosen(&[("HTTP_PROXY", "p:1")], "http", "a"), None);
    assert_eq!(chosen(&[("http_proxy", "p:1")], "http", "a").as_deref(), Some("p:1"));
    assert_eq!(chosen(&[("HTTPS_PROXY", "p:1")], "https", "a").as_deref(), Some("p:1"));
    assert_eq!(chosen(&[("ALL_PROXY", "p:1")], "http", "a").as_deref(), Some("p:1"));
}

#[test]
fn a_scheme_of_its_own_goes_before_all() {
    let table = [("http_proxy", "own:1"), ("all_proxy", "all:1")];
    assert_eq!(chosen(&table, "http", "a").as_deref(), Some("own:1"));
    assert_eq!(chosen(&table, "https", "a").as_deref(), Some("all:1"));
}

#[test]
fn an_empty_variable_says_nothing() {
    assert_eq!(chosen(&[("http_proxy", " "), ("all_proxy", "")], "http", "a"), None);
}

#[test]
fn a_typing_error_is_not_taken_for_no_proxy() {
    assert!(variables(&[("http_proxy", "http://p:port")]).is_err());
}

#[test]
fn no_proxy_leaves_out() {
    for (list, host, port, covered) in [
        ("*", "anything", 80, true),
        ("example.com", "example.com", 80, true),
        ("example.com", "EXAMPLE.COM", 80, true),
        ("example.com", "www.example.com", 80, true),
        ("example.com", "example.com.", 80, true),
        (".example.com", "example.com", 80, true),
        ("example.com", "badexample.com", 80, false),
        ("example.com", "example.org", 80, false),
        ("a, b  c", "c", 80, true),
        ("example.com:8080", "example.com", 8080, true),
        ("example.com:8080", "example.com", 80, false),
        ("127.0.0.1", "127.0.0.1", 80, true),
        ("127.0.0.1", "127.0.0.2", 80, false),
        ("10.0.0.0/8", "10.200.3.4", 80, true),
        ("10.0.0.0/8", "11.0.0.1", 80, false),
        ("0.0.0.0/0", "11.0.0.1", 80, true),
        ("10.0.0.0/33", "10.0.0.1", 80, false),
        ("::1", "::1", 80, true),
        ("[::1]", "[::1]", 80, true),
        ("fe80::/10", "fe80::1", 80, true),
        ("fe80::/10", "fec0::1", 80, false),
        ("0.0.0.1", "x0.0.0.1", 80, false),
        ("", "a", 80, false),
        (",", "a", 80, false),
    ] {
        assert_eq!(NoProxy::parse(list).covers(host, port), covered, "{list:?} {host}:{port}");
    }
}
