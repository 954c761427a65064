//! The server's part of the handshake: RFC 6455 §4.2 and RFC 7692 §7.1, rule by rule.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::window;
use http::{HeaderMap, HeaderName, Method, Request, StatusCode, Target, Version};
use websocket::handshake::{
    Agreed, DeflateOptions, DeflateParameters, Options, Refusal, accept, accept_connect,
};

/// RFC 6455 §1.3's request, with these fields in place of its own or beside them; an empty value
/// takes the field away.
fn request(changes: &[(&str, &str)]) -> Request {
    let mut request = Request::new(Method::Get, Target::Origin("/chat".into()));
    let usual = [
        ("Host", "server.example.com"),
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("Origin", "http://example.com"),
        ("Sec-WebSocket-Version", "13"),
    ];
    for (name, value) in usual {
        if changes.iter().all(|(changed, _)| *changed != name) {
            request.headers.try_append(name, value).unwrap();
        }
    }
    for (name, value) in changes {
        if !value.is_empty() {
            request.headers.try_append(*name, *value).unwrap();
        }
    }
    request
}

fn refused(changes: &[(&str, &str)]) -> Refusal {
    accept(&request(changes), &Options::default()).unwrap_err()
}

fn field(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get_only(HeaderName::new(name).unwrap()).map(|value| value.to_string())
}

/// RFC 6455 §1.3.
#[test]
fn the_rfcs_handshake() {
    let mut request = request(&[("Sec-WebSocket-Protocol", "chat, superchat")]);
    let options = Options { protocols: vec!["chat".into()], deflate: None };
    let (response, agreed) = accept(&request, &options).unwrap();
    assert_eq!(response.status, StatusCode::SWITCHING_PROTOCOLS);
    let fields: Vec<_> =
        response.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    assert_eq!(
        fields,
        [
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            "Sec-WebSocket-Protocol: chat",
        ]
    );
    assert_eq!(agreed, Agreed { protocol: Some("chat".into()), deflate: None });

    // As browsers send it.
    request.headers.remove(HeaderName::CONNECTION);
    request.headers.remove(HeaderName::UPGRADE);
    request.headers.try_append("connection", "keep-alive, upgrade").unwrap();
    request.headers.try_append("upgrade", "WebSocket").unwrap();
    assert!(accept(&request, &options).is_ok());
}

#[test]
fn each_field_that_is_missing_or_wrong_is_named() {
    let key = "Sec-WebSocket-Key";
    let version = "Sec-WebSocket-Version";
    for (changes, refusal, status) in [
        (&[("Host", "")][..], Refusal::Host, 400),
        (&[("Host", "a"), ("Host", "b")], Refusal::Host, 400),
        (&[("Upgrade", "")], Refusal::Upgrade, 426),
        (&[("Upgrade", "h2c")], Refusal::Upgrade, 426),
        (&[("Upgrade", "websockets")], Refusal::Upgrade, 426),
        (&[("Connection", "")], Refusal::Connection, 400),
        (&[("Connection", "keep-alive")], Refusal::Connection, 400),
        (&[(key, "")], Refusal::Key, 400),
        (&[(key, "dGhlIHNhbXBsZSBub25jZQ==, x")], Refusal::Key, 400),
        (&[(key, "dGhlIHNhbXBsZSBub25jZQ")], Refusal::Key, 400),
        (&[(key, "dGhlIHNhbXBsZSBub25jZSE=")], Refusal::Key, 400),
        (&[(key, "dGhlIHNhbXBsZS!ub25jZQ==")], Refusal::Key, 400),
        (
            &[(key, "dGhlIHNhbXBsZSBub25jZQ=="), (key, "dGhlIHNhbXBsZSBub25jZQ==")],
            Refusal::Key,
            400,
        ),
        (&[(version, "")], Refusal::WebSocketVersion, 426),
        (&[(version, "8")], Refusal::WebSocketVersion, 426),
        (&[(version, "13, 8")], Refusal::WebSocketVersion, 426),
        (&[(version, "13"), (version, "13")], Refusal::VersionRepeated, 400),
        (&[("Sec-WebSocket-Protocol", "a, a")], Refusal::Protocols, 400),
        (&[("Sec-WebSocket-Protocol", "a b")], Refusal::Protocols, 400),
        (&[("Sec-WebSocket-Protocol", ",")], Refusal::Protocols, 400),
    ] {
        let request = request(changes);
        let found = accept(&request, &Options::default()).unwrap_err();
        assert_eq!(found, refusal, "{changes:?}");
        let response = found.response(&request);
        assert_eq!(response.status.as_u16(), status, "{changes:?}");
        let upgrade = (status == 426).then(|| "websocket".to_string());
        assert_eq!(field(&response.headers, "Upgrade"), upgrade);
        let version = (found == Refusal::WebSocketVersion).then(|| "13".to_string());
        assert_eq!(field(&response.headers, "Sec-WebSocket-Version"), version);
    }
    // The RFC's own example of a key has bits that no encoder sets (§4.1).
    assert!(accept(&request(&[(key, "AQIDBAUGBwgJCgsMDQ4PEC==")]), &Options::default()).is_ok());
}

#[test]
fn only_a_get_of_http_1_1_can_be_upgraded() {
    for method in [Method::Post, Method::Head, Method::Connect] {
        let mut request = request(&[]);
        request.method = method;
        let refusal = accept(&request, &Options::default()).unwrap_err();
        assert_eq!(refusal, Refusal::Method);
        let response = refusal.response(&request);
        assert_eq!(response.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(field(&response.headers, "Allow").unwrap(), "GET");
    }
    for version in [Version::Http10, Version::Http2, Version::Http3] {
        let mut request = request(&[]);
        request.version = version;
        let refusal = accept(&request, &Options::default()).unwrap_err();
        assert_eq!(refusal, Refusal::Version);
        let response = refusal.response(&request);
        assert_eq!((response.status, response.headers.len()), (StatusCode::BAD_REQUEST, 0));
    }
}

#[test]
fn the_clients_order_of_subprotocols_counts() {
    let options =
        Options { protocols: vec!["old".into(), "new".into(), "Chat".into()], deflate: None };
    for (offer, chosen) in [
        (&["new, old"][..], Some("new")),
        (&["other, old, new"], Some("old")),
        (&["other", "new"], Some("new")),
        // Names are compared octet by octet.
        (&["chat"], None),
        (&[], None),
    ] {
        let offer: Vec<_> = offer.iter().map(|value| ("Sec-WebSocket-Protocol", *value)).collect();
        let (response, agreed) = accept(&request(&offer), &options).unwrap();
        assert_eq!(agreed.protocol.as_deref(), chosen);
        assert_eq!(field(&response.headers, "Sec-WebSocket-Protocol").as_deref(), chosen);
    }
}

/// Each is compared with all before it: 64 KiB of them took a quarter of a second.
#[test]
fn more_subprotocols_than_any_client_speaks_are_refused() {
    let offer = |count: usize| (0..count).map(|n| format!("p{n}")).collect::<Vec<_>>().join(", ");
    let name = "Sec-WebSocket-Protocol";
    let options = Options { protocols: vec!["p63".into()], deflate: None };
    let (_, agreed) = accept(&request(&[(name, &offer(64))]), &options).unwrap();
    assert_eq!(agreed.protocol.as_deref(), Some("p63"));
    assert_eq!(refused(&[(name, &offer(65))]), Refusal::Protocols);
    assert_eq!(refused(&[(name, &offer(64)), (name, "one")]), Refusal::Protocols);
}

const EXTENSIONS: &str = "Sec-WebSocket-Extensions";

/// What comes of an offer: the answer's field, if there is one.
fn answer(offer: &str, options: DeflateOptions) -> Option<String> {
    let options = Options { protocols: vec![], deflate: Some(options) };
    let (response, agreed) = accept(&request(&[(EXTENSIONS, offer)]), &options).unwrap();
    let field = field(&response.headers, EXTENSIONS);
    assert_eq!(field.is_some(), agreed.deflate.is_some());
    field
}

#[test]
fn offers_of_compression_and_their_answers() {
    let any = DeflateOptions::default;
    for (offer, options, expected) in [
        // RFC 7692 §7.1.3.
        ("permessage-deflate", any(), Some("")),
        ("permessage-deflate; client_max_window_bits", any(), Some("")),
        (
            "permessage-deflate; client_max_window_bits; server_max_window_bits=10",
            any(),
            Some("; server_max_window_bits=10"),
        ),
        (
            "permessage-deflate; client_max_window_bits; server_max_window_bits=10, \
             permessage-deflate; client_max_window_bits",
            any(),
            Some("; server_max_window_bits=10"),
        ),
        // What the client asks of us is said back; what it hints at is noted.
        (
            "permessage-deflate; server_no_context_takeover",
            any(),
            Some("; server_no_context_takeover"),
        ),
        (
            "permessage-deflate; client_no_context_takeover",
            any(),
            Some("; client_no_context_takeover"),
        ),
        (
            "permessage-deflate; server_max_window_bits=15",
            any(),
            Some("; server_max_window_bits=15"),
        ),
        ("permessage-deflate; client_max_window_bits=9", any(), Some("; client_max_window_bits=9")),
        ("permessage-deflate; server_max_window_bits=8", any(), Some("; server_max_window_bits=8")),
        // Quoted and spaced.
        (
            "permessage-deflate ;\tserver_max_window_bits = \"1\\0\"",
            any(),
            Some("; server_max_window_bits=10"),
        ),
        ("x-webkit-deflate-frame, permessage-deflate", any(), Some("")),
        ("Permessage-Deflate", any(), None),
    ] {
        check_answer(offer, options, expected);
    }
}

#[track_caller]
fn check_answer(offer: &str, options: DeflateOptions, expected: Option<&str>) {
    let expected = expected.map(|rest| format!("permessage-deflate{rest}"));
    assert_eq!(answer(offer, options), expected, "{offer}");
}

#[test]
fn what_a_server_asks_for_beyond_the_offer() {
    let any = DeflateOptions::default;
    for (offer, options, expected) in [
        // A server may ask for more than was offered, but not of a client that cannot be told.
        (
            "permessage-deflate; client_max_window_bits; server_max_window_bits=12",
            DeflateOptions {
                server_no_context_takeover: true,
                client_no_context_takeover: true,
                server_max_window_bits: window(11),
                client_max_window_bits: window(10),
            },
            Some(
                "; server_no_context_takeover; client_no_context_takeover; \
                 server_max_window_bits=11; client_max_window_bits=10",
            ),
        ),
        (
            "permessage-deflate",
            DeflateOptions { client_max_window_bits: window(10), ..any() },
            None,
        ),
        (
            "permessage-deflate, permessage-deflate; client_max_window_bits",
            DeflateOptions { client_max_window_bits: window(10), ..any() },
            Some("; client_max_window_bits=10"),
        ),
    ] {
        check_answer(offer, options, expected);
    }
}

#[test]
fn a_bad_offer_is_declined_and_the_next_one_taken() {
    for bad in [
        "server_max_window_bits",
        "server_max_window_bits=7",
        "server_max_window_bits=16",
        "server_max_window_bits=010",
        "server_max_window_bits=+9",
        "server_max_window_bits=1e1",
        "server_max_window_bits=999999999999",
        "client_max_window_bits=7",
        "client_max_window_bits=16",
        "client_max_window_bits=08",
        "server_no_context_takeover=1",
        "client_no_context_takeover=true",
        "server_no_context_takeover; server_no_context_takeover",
        "client_max_window_bits; client_max_window_bits=10",
        "server_max_window_bits=9; server_max_window_bits=9",
        "unknown",
        "Server_no_context_takeover",
    ] {
        let offer = format!("permessage-deflate; {bad}");
        assert_eq!(answer(&offer, DeflateOptions::default()), None, "{bad}");
        let offer = format!("{offer}, permessage-deflate; client_max_window_bits=12");
        assert_eq!(
            answer(&offer, DeflateOptions::default()).as_deref(),
            Some("permessage-deflate; client_max_window_bits=12"),
            "{bad}"
        );
    }
}

#[test]
fn extensions_that_are_no_list_refuse_the_handshake() {
    for bad in [
        "permessage-deflate;",
        "permessage-deflate; =9",
        "permessage-deflate; server_max_window_bits=",
        "permessage-deflate; server_max_window_bits=\"\"",
        "permessage-deflate; server_max_window_bits=\"9",
        "permessage-deflate; server_max_window_bits=\"9 9\"",
        "permessage-deflate server_max_window_bits",
        "permessage deflate",
        "; permessage-deflate",
        ",",
        "permessage-deflate/9",
    ] {
        let refusal = refused(&[(EXTENSIONS, bad)]);
        assert!(matches!(refusal, Refusal::Extensions(_)), "{bad}: {refusal}");
        assert_eq!(refusal.status(), StatusCode::BAD_REQUEST);
    }
    let many = ["x"; 33].join(", ");
    assert!(matches!(refused(&[(EXTENSIONS, &many)]), Refusal::Extensions(_)));
    let refusal = refused(&[(EXTENSIONS, "a; b=c; d e")]);
    assert_eq!(
        refusal.to_string(),
        "Sec-WebSocket-Extensions is malformed at octet 10 (RFC 6455 §9.1)"
    );
}

#[test]
fn offers_may_stand_in_several_fields() {
    let changes = [(EXTENSIONS, "other; a=\"b\""), (EXTENSIONS, "permessage-deflate")];
    let options = Options { protocols: vec![], deflate: Some(DeflateOptions::default()) };
    let (_, agreed) = accept(&request(&changes), &options).unwrap();
    assert!(agreed.deflate.is_some());
    // A server that does not want compression says nothing of it.
    let (response, agreed) = accept(&request(&changes), &Options::default()).unwrap();
    assert_eq!((field(&response.headers, EXTENSIONS), agreed.deflate), (None, None));
}

/// RFC 8441 §5.1.
#[test]
fn an_extended_connect() {
    let mut request = Request::new(Method::Connect, Target::Origin("/chat".into()));
    request.version = Version::Http2;
    for (name, value) in [
        ("sec-websocket-protocol", "chat, superchat"),
        ("sec-websocket-extensions", "permessage-deflate"),
        ("sec-websocket-version", "13"),
        ("origin", "http://www.example.com"),
    ] {
        request.headers.try_append(name, value).unwrap();
    }
    let options = Options {
        protocols: vec!["chat".into()],
        deflate: Some(DeflateOptions { server_max_window_bits: window(12), ..Default::default() }),
    };
    let (response, agreed) = accept_connect(&request, "websocket", &options).unwrap();
    assert_eq!((response.status, response.version), (StatusCode::OK, Version::Http2));
    let fields: Vec<_> =
        response.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    assert_eq!(
        fields,
        [
            "Sec-WebSocket-Protocol: chat",
            "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=12",
        ]
    );
    assert_eq!(
        agreed.deflate,
        Some(DeflateParameters { server_max_window_bits: window(12), ..common::DEFLATE })
    );

    let refusal = accept_connect(&request, "connect-udp", &options).unwrap_err();
    assert_eq!((refusal, refusal.status()), (Refusal::Protocol, StatusCode::NOT_IMPLEMENTED));
    request.headers.remove(HeaderName::SEC_WEBSOCKET_VERSION);
    let refusal = accept_connect(&request, "websocket", &options).unwrap_err();
    assert_eq!(refusal, Refusal::WebSocketVersion);
    let response = refusal.response(&request);
    // Upgrade and Connection do not exist there.
    assert_eq!((field(&response.headers, "Upgrade"), response.headers.len()), (None, 1));
    request.method = Method::Get;
    let refusal = accept_connect(&request, "websocket", &options).unwrap_err();
    assert_eq!(refusal, Refusal::Method);
}
