//! `Upgrade: h2c`: from HTTP/1 to HTTP/2 on one connection, in the clear.
//!
//! RFC 7540 §3.2 (RFC 9113 §3.1 has given it up: nobody used it, and proxies lost their way)
//!
//! ```text
//!   GET / HTTP/1.1                        HTTP/1.1 101 Switching Protocols
//!   Connection: Upgrade, HTTP2-Settings   Connection: Upgrade
//!   Upgrade: h2c                          Upgrade: h2c
//!   HTTP2-Settings: AAMAAABk...
//!                                         SETTINGS, then the answer, on stream 1
//!   preface, SETTINGS
//! ```
//!
//! Invariant: a request that says it wrongly is answered as if it had not said it (§3.2.1).

use super::Connection;
use crate::Moment;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Version, header::hop};
use wire::Output;

/// How HTTP/2 begins behind the 101.
pub(in crate::core) struct Switch {
    /// The payload of a SETTINGS frame.
    pub(in crate::core) settings: Vec<u8>,
    /// What is answered on stream 1.
    pub(in crate::core) request: Box<Request>,
    /// Octets that came behind the request.
    pub(in crate::core) rest: Option<Vec<u8>>,
    /// The 101, and all that goes before it.
    pub(in crate::core) before: Output,
}

impl Connection {
    /// Whether `request` asks for HTTP/2 as one must, and was answered 101.
    pub(super) fn agree_to_http2(&mut self, request: &Request) -> bool {
        let base = &self.base;
        let sends_files = self.files.iter().any(|part| part.length > 0);
        if !base.service.http2 || base.tls.is_some() || base.stopping || sends_files {
            return false;
        }
        let Some(settings) = settings_of(request) else { return false };
        let mut response = Response::new(StatusCode::SWITCHING_PROTOCOLS);
        response.headers.append(HeaderName::UPGRADE, HeaderValue::from_static("h2c"));
        response.headers.append(HeaderName::CONNECTION, HeaderValue::from_static("Upgrade"));
        if self.http1.accept_upgrade(&response).is_err() {
            return false;
        }
        let (request, rest, before) = (Box::default(), None, Output::new(1));
        self.switch = Some(Box::new(Switch { settings, request, rest, before }));
        true
    }

    /// The request is the first of HTTP/2.
    pub(super) fn prepare_switch(&mut self, mut request: Box<Request>) {
        if let Some(switch) = &mut self.switch {
            hop::strip(&mut request.headers);
            request.version = Version::Http2;
            switch.request = request;
        }
    }

    /// What HTTP/2 begins with, where that was agreed to.
    pub(in crate::core) fn take_switch(&mut self, moment: &Moment) -> Option<Switch> {
        let mut switch = *self.switch.take_if(|switch| switch.rest.is_some())?;
        self.http1.poll_transmit(moment.now, &mut switch.before);
        Some(switch)
    }
}

/// The settings of a request that asks for `h2c` in all the ways it must.
fn settings_of(request: &Request) -> Option<Vec<u8>> {
    let headers = &request.headers;
    let mut upgrades = headers.get_all(HeaderName::UPGRADE);
    let asks = upgrades.any(|value| http::header::list::contains(value.as_bytes(), "h2c"))
        && request.version == Version::Http11
        && request.method != Method::Connect
        && hop::has_option(headers, "upgrade")
        && hop::has_option(headers, "http2-settings");
    let name = HeaderName::new("HTTP2-Settings").ok().filter(|_| asks)?;
    let payload = decode_url(headers.get_only(name)?.to_str()?)?;
    payload.len().is_multiple_of(6).then_some(payload)
}

/// `base64url` without padding (RFC 4648 §5, RFC 7540 §3.2.1).
fn decode_url(text: &str) -> Option<Vec<u8>> {
    let mut text = text.replace('-', "+").replace('_', "/");
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    wire::base64::decode(&text).ok()
}
