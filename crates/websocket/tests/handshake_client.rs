//! The client's part of the handshake: what it asks for, and which answers it takes.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::window;
use http::{HeaderName, Method, Request, Response, StatusCode, Target, Version};
use websocket::handshake::{
    Agreed, DeflateOptions, Handshake, HandshakeError, Options, accept, accept_connect, accept_key,
};
use wire::Scripted;

fn options(protocols: &[&str], deflate: Option<DeflateOptions>) -> Options {
    Options { protocols: protocols.iter().map(|name| name.to_string()).collect(), deflate }
}

fn key(handshake: &Handshake) -> String {
    handshake.fields().get_only(HeaderName::SEC_WEBSOCKET_KEY).unwrap().to_string()
}

/// The answer that a server should give, with these fields in place of its own or beside them; an
/// empty value takes the field away.
fn answer(handshake: &Handshake, changes: &[(&str, &str)]) -> Response {
    let mut response = Response::new(StatusCode::SWITCHING_PROTOCOLS);
    let proof = accept_key(key(handshake).as_bytes());
    for (name, value) in
        [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", &proof)]
    {
        if changes.iter().all(|(changed, _)| *changed != name) {
            response.headers.try_append(name, value).unwrap();
        }
    }
    for (name, value) in changes {
        if !value.is_empty() {
            response.headers.try_append(*name, *value).unwrap();
        }
    }
    response
}

#[test]
fn what_a_client_asks_for() {
    let deflate = DeflateOptions {
        server_no_context_takeover: true,
        client_no_context_takeover: true,
        server_max_window_bits: window(10),
        client_max_window_bits: window(9),
    };
    let wanted = options(&["chat", "not a token", "superchat", "chat"], Some(deflate));
    let fields: Vec<_> = Handshake::new(&mut Scripted(3), wanted.clone())
        .fields()
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let [upgrade, connection, key, rest @ ..] = fields.as_slice() else { panic!() };
    assert_eq!([upgrade, connection], ["Upgrade: websocket", "Connection: Upgrade"]);
    assert!(key.starts_with("Sec-WebSocket-Key: ") && key.ends_with("=="));
    assert_eq!(
        rest,
        [
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: chat, superchat",
            "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; \
             client_no_context_takeover; server_max_window_bits=10; client_max_window_bits=9",
        ]
    );
    // Over HTTP/2 and 3 the first three do not exist.
    let fields = Handshake::connect(wanted).fields();
    assert_eq!(fields.len(), 3);
    let plain = Handshake::new(&mut Scripted(3), options(&[], Some(DeflateOptions::default())));
    let extensions = plain.fields();
    let extensions = extensions.get_only(HeaderName::SEC_WEBSOCKET_EXTENSIONS).unwrap();
    assert_eq!(extensions.to_string(), "permessage-deflate; client_max_window_bits");
}

#[test]
fn keys_are_16_octets_and_new_each_time() {
    let mut random = Scripted(9);
    let mut one = || key(&Handshake::new(&mut random, Options::default()));
    let (first, second) = (one(), one());
    assert_ne!(first, second);
    assert_eq!(wire::base64::decode(&first).unwrap().len(), 16);
}

#[test]
fn each_field_that_is_missing_or_wrong_fails() {
    use HandshakeError::{Accept, Connection, Extension, Protocol, Upgrade};
    let handshake = Handshake::new(&mut Scripted(1), options(&["chat"], None));
    assert_eq!(handshake.finish(&answer(&handshake, &[])), Ok(Agreed::default()));
    let proof = accept_key(key(&handshake).as_bytes());
    let accept = "Sec-WebSocket-Accept";
    for (changes, error) in [
        (&[("Upgrade", "")][..], Upgrade),
        (&[("Upgrade", "h2c")], Upgrade),
        (&[("Upgrade", "websocket, h2c")], Upgrade),
        (&[("Connection", "")], Connection),
        (&[("Connection", "close")], Connection),
        (&[(accept, "")], Accept),
        (&[(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")], Accept),
        (&[(accept, &proof.to_lowercase())], Accept),
        (&[(accept, &proof), (accept, &proof)], Accept),
        (&[("Sec-WebSocket-Protocol", "superchat")], Protocol),
        (&[("Sec-WebSocket-Protocol", "Chat")], Protocol),
        (&[("Sec-WebSocket-Protocol", "chat, chat")], Protocol),
        (&[("Sec-WebSocket-Protocol", "chat"), ("Sec-WebSocket-Protocol", "chat")], Protocol),
        (&[("Sec-WebSocket-Extensions", "permessage-deflate")], Extension),
    ] {
        assert_eq!(handshake.finish(&answer(&handshake, changes)), Err(error), "{changes:?}");
    }
    let changes = [("Connection", "keep-alive, UPGRADE"), ("Upgrade", "WebSocket")];
    assert!(handshake.finish(&answer(&handshake, &changes)).is_ok());
    let malformed = [("Sec-WebSocket-Extensions", "a b")];
    let error = handshake.finish(&answer(&handshake, &malformed)).unwrap_err();
    assert!(matches!(error, HandshakeError::Extensions(_)));
}

#[test]
fn any_other_status_is_https_to_deal_with() {
    let handshake = Handshake::new(&mut Scripted(1), Options::default());
    for status in [StatusCode::OK, StatusCode::UNAUTHORIZED, StatusCode::FOUND] {
        let mut response = answer(&handshake, &[]);
        response.status = status;
        assert_eq!(handshake.finish(&response), Err(HandshakeError::Status { status }));
    }
    let handshake = Handshake::connect(Options::default());
    for (status, fine) in [(200, true), (204, true), (101, false), (404, false)] {
        let status = StatusCode::new(status).unwrap();
        assert_eq!(handshake.finish(&Response::new(status)).is_ok(), fine);
    }
}

/// Which answers are answers to which offers (RFC 7692 §7.1).
#[test]
fn a_bad_answer_about_compression_fails() {
    let any = DeflateOptions::default;
    let small = DeflateOptions { server_max_window_bits: window(10), ..any() };
    let forget = DeflateOptions { server_no_context_takeover: true, ..any() };
    for (wanted, answered, fine) in [
        (any(), "permessage-deflate", true),
        (any(), "permessage-deflate; server_no_context_takeover", true),
        (any(), "permessage-deflate; client_no_context_takeover", true),
        (any(), "permessage-deflate; server_max_window_bits=8", true),
        (any(), "permessage-deflate; client_max_window_bits=8", true),
        (any(), "permessage-deflate; client_max_window_bits", false),
        (any(), "permessage-deflate; client_max_window_bits=7", false),
        (any(), "permessage-deflate; server_max_window_bits=16", false),
        (any(), "permessage-deflate; server_max_window_bits", false),
        (any(), "permessage-deflate; server_no_context_takeover=1", false),
        (any(), "permessage-deflate; unknown", false),
        // What was asked for must be agreed to.
        (small, "permessage-deflate; server_max_window_bits=10", true),
        (small, "permessage-deflate; server_max_window_bits=9", true),
        (small, "permessage-deflate; server_max_window_bits=11", false),
        (small, "permessage-deflate", false),
        (forget, "permessage-deflate; server_no_context_takeover", true),
        (forget, "permessage-deflate", false),
    ] {
        let handshake = Handshake::new(&mut Scripted(1), options(&[], Some(wanted)));
        let changes = [("Sec-WebSocket-Extensions", answered)];
        let result = handshake.finish(&answer(&handshake, &changes));
        assert_eq!(result.is_ok(), fine, "{answered}: {result:?}");
        assert!(fine || result == Err(HandshakeError::Deflate));
    }
    let handshake = Handshake::new(&mut Scripted(1), options(&[], Some(any())));
    for unasked in ["permessage-deflate, permessage-deflate", "other", "permessage-deflate, x"] {
        let changes = [("Sec-WebSocket-Extensions", unasked)];
        let result = handshake.finish(&answer(&handshake, &changes));
        assert_eq!(result, Err(HandshakeError::Extension), "{unasked}");
    }
    // A server need not compress.
    assert_eq!(handshake.finish(&answer(&handshake, &[])).unwrap().deflate, None);
}

#[test]
fn both_ends_agree_on_the_same() {
    let mut all = Vec::new();
    for bits in [8, 12, 15] {
        for flags in 0..4 {
            all.push(DeflateOptions {
                server_no_context_takeover: flags & 1 != 0,
                client_no_context_takeover: flags & 2 != 0,
                server_max_window_bits: window(bits),
                client_max_window_bits: window(23 - bits),
            });
        }
    }
    for at_client in &all {
        for at_server in &all {
            let server = options(&["b", "a"], Some(*at_server));
            let client = Handshake::new(&mut Scripted(4), options(&["a", "b"], Some(*at_client)));
            let mut request = Request::new(Method::Get, Target::Origin("/".into()));
            request.headers = client.fields();
            request.headers.try_append("Host", "a").unwrap();
            let (response, agreed) = accept(&request, &server).unwrap();
            assert_eq!(client.finish(&response), Ok(agreed.clone()));
            assert!(agreed.deflate.is_some());

            let client = Handshake::connect(options(&["a", "b"], Some(*at_client)));
            let mut request = Request::new(Method::Connect, Target::Origin("/".into()));
            request.version = Version::Http3;
            request.headers = client.fields();
            let (response, again) = accept_connect(&request, "websocket", &server).unwrap();
            assert_eq!((client.finish(&response), &again), (Ok(again.clone()), &agreed));
        }
    }
}
