//! The handshake and the extensions' grammar under arbitrary fields.

use crate::handshake::{
    DeflateOptions, Handshake, Options, accept, accept_connect,
    extensions::{self, Extension},
};
use deflate::WindowBits;
use http::{HeaderMap, Method, Request, Response, StatusCode, Target, Version};
use wire::Scripted;

/// Extensions: what was read, written again, reads the same; and nothing in it could end a field.
#[doc(hidden)]
pub fn check_extensions(octets: &[u8]) {
    let mut all = Vec::new();
    match extensions::parse(octets, &mut all) {
        Ok(()) => {
            assert!(!all.is_empty());
            let mut again = Vec::new();
            extensions::parse(write(&all).as_bytes(), &mut again).unwrap();
            assert_eq!(all, again);
        }
        Err(error) => assert!(error.offset <= octets.len()),
    }
}

fn write(all: &[Extension]) -> String {
    let mut text = String::new();
    for extension in all {
        assert!(http::is_token(extension.name.as_bytes()));
        text += &extension.name;
        for (name, value) in &extension.parameters {
            assert!(http::is_token(name.as_bytes()));
            text += &format!("; {name}");
            if let Some(value) = value {
                assert!(http::is_token(value.as_bytes()));
                text += &format!("=\"{value}\"");
            }
        }
        text += ", ";
    }
    text
}

/// The handshake, its octets being fields, one a line. As a request: what a server accepts, a
/// client that asked so would agree to. As a response: no client takes what it did not offer.
#[doc(hidden)]
pub fn check_handshake(octets: &[u8]) {
    let (choice, octets) = octets.split_first().unwrap_or((&0, &[]));
    let mut headers = HeaderMap::new();
    for line in octets.split(|octet| *octet == b'\n').take(32) {
        if let Some(colon) = line.iter().position(|octet| *octet == b':') {
            let (name, value) = line.split_at(colon);
            // What is no field does not come from an HTTP parser.
            let _ = headers.try_append(name, value.get(1..).unwrap_or_default().trim_ascii());
        }
    }
    let bits = |shift: u8| WindowBits::new(15 - (choice >> shift & 1) * 5);
    let options = Options {
        protocols: vec!["chat".into(), "superchat".into()],
        deflate: Some(DeflateOptions {
            server_no_context_takeover: choice & 1 != 0,
            client_no_context_takeover: choice & 2 != 0,
            server_max_window_bits: bits(2).unwrap_or(WindowBits::MAX),
            client_max_window_bits: bits(3).unwrap_or(WindowBits::MAX),
        }),
    };
    as_server(&headers, &options);
    as_client(&headers, &options);
}

fn as_server(headers: &HeaderMap, options: &Options) {
    let mut request = Request::new(Method::Get, Target::Origin("/".into()));
    request.headers = headers.clone();
    match accept(&request, options) {
        Ok((response, agreed)) => {
            assert_eq!(response.status, StatusCode::SWITCHING_PROTOCOLS);
            let protocol = response.headers.get_only(http::HeaderName::SEC_WEBSOCKET_PROTOCOL);
            assert_eq!(protocol.map(|name| name.to_string()), agreed.protocol);
            assert!(agreed.protocol.is_none_or(|name| options.protocols.contains(&name)));
            if let Some(deflate) = agreed.deflate {
                let asked = options.deflate.unwrap();
                assert!(deflate.server_max_window_bits <= asked.server_max_window_bits);
                assert!(deflate.client_max_window_bits <= asked.client_max_window_bits);
            }
        }
        Err(refusal) => {
            let response = refusal.response(&request);
            assert!(response.status.is_client_error() || response.status.is_server_error());
        }
    }
    request.method = Method::Connect;
    request.version = Version::Http2;
    if let Ok((response, _)) = accept_connect(&request, "websocket", options) {
        assert_eq!(response.status, StatusCode::OK);
    }
}

fn as_client(headers: &HeaderMap, options: &Options) {
    let client = Handshake::connect(options.clone());
    let mut response = Response::new(StatusCode::OK);
    response.headers = headers.clone();
    if let Ok(agreed) = client.finish(&response) {
        assert!(agreed.protocol.is_none_or(|name| options.protocols.contains(&name)));
        if let Some(deflate) = agreed.deflate {
            let asked = options.deflate.unwrap();
            assert!(deflate.server_max_window_bits <= asked.server_max_window_bits);
            assert!(deflate.server_no_context_takeover || !asked.server_no_context_takeover);
        }
    }
    // The seed's key is the RFC's example only for a client that drew just these octets; to any
    // other the proof is wrong.
    response.status = StatusCode::SWITCHING_PROTOCOLS;
    let client = Handshake::new(&mut Scripted(1), options.clone());
    let _ = client.finish(&response);
}
