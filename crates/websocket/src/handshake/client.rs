//! The client's part: what to ask for, and whether the answer is one to it.
//!
//! RFC 6455 §4.1, RFC 8441 §5
//!
//! Invariant: an answer that agrees to what was not offered fails: the server may be answering
//! somebody else, or speak what we do not.

use super::{Agreed, Options, extensions, key, lists};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use wire::Random;

/// An answer that makes no WebSocket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HandshakeError {
    /// RFC 6455 §4.1: not 101, or over HTTP/2 and 3 not 2xx (RFC 8441 §5): HTTP's to deal with,
    /// perhaps a redirect or a challenge.
    #[error("the server answered {status}, not a WebSocket")]
    Status {
        /// What it answered.
        status: StatusCode,
    },
    /// RFC 6455 §4.1: Upgrade is `websocket`.
    #[error("the answer lacks Upgrade: websocket")]
    Upgrade,
    /// RFC 6455 §4.1: Connection names `upgrade`.
    #[error("the answer lacks Connection: Upgrade")]
    Connection,
    /// RFC 6455 §4.1: the proof is there once and is that of our key.
    #[error("Sec-WebSocket-Accept is not the proof of our key")]
    Accept,
    /// RFC 6455 §4.1, §11.3.4: a subprotocol that was not offered, or more than one.
    #[error("the server chose a subprotocol that was not offered")]
    Protocol,
    /// RFC 6455 §9.1: extensions have a grammar.
    #[error(transparent)]
    Extensions(#[from] extensions::Malformed),
    /// RFC 6455 §4.1: an extension that was not offered, or one twice.
    #[error("the server uses an extension that was not offered")]
    Extension,
    /// RFC 7692 §7.1: parameters that the offer does not allow.
    #[error("the parameters of permessage-deflate are no answer to the offer")]
    Deflate,
}

/// A handshake under way at a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    options: Options,
    /// None over HTTP/2 and 3, where `:protocol` does the key's work.
    key: Option<String>,
}

impl Handshake {
    /// A handshake over HTTP/1.1, with a new key. A subprotocol that is no token, or stands there
    /// twice, is not offered.
    pub fn new(random: &mut dyn Random, options: Options) -> Self {
        Self { key: Some(key::new_key(random)), ..Self::connect(options) }
    }

    /// A handshake by extended CONNECT, over HTTP/2 (RFC 8441) or HTTP/3 (RFC 9220).
    pub fn connect(mut options: Options) -> Self {
        let mut offered: Vec<String> = Vec::with_capacity(options.protocols.len());
        for protocol in options.protocols {
            if http::is_token(protocol.as_bytes()) && !offered.contains(&protocol) {
                offered.push(protocol);
            }
        }
        options.protocols = offered;
        Self { options, key: None }
    }

    /// The fields that make a request of a WebSocket; beside them it needs Host, as any, and over
    /// HTTP/1.1 the method GET.
    pub fn fields(&self) -> HeaderMap {
        let mut fields = HeaderMap::new();
        let mut say = |name, value: &str| {
            if let Ok(value) = HeaderValue::new(value) {
                fields.append(name, value);
            }
        };
        if let Some(key) = &self.key {
            say(HeaderName::UPGRADE, "websocket");
            say(HeaderName::CONNECTION, "Upgrade");
            say(HeaderName::SEC_WEBSOCKET_KEY, key);
        }
        say(HeaderName::SEC_WEBSOCKET_VERSION, super::VERSION);
        if !self.options.protocols.is_empty() {
            say(HeaderName::SEC_WEBSOCKET_PROTOCOL, &self.options.protocols.join(", "));
        }
        if let Some(deflate) = &self.options.deflate {
            say(HeaderName::SEC_WEBSOCKET_EXTENSIONS, &deflate.offer());
        }
        fields
    }

    // ANCHOR: finish
    /// What the server agreed to.
    ///
    /// # Errors
    /// [`HandshakeError`]: the connection is of no use for WebSocket and must be closed, unless it
    /// is a [`HandshakeError::Status`], which HTTP can go on with.
    pub fn finish(&self, response: &Response) -> Result<Agreed, HandshakeError> {
        let (status, headers) = (response.status, &response.headers);
        let Some(key) = &self.key else {
            if !status.is_success() {
                return Err(HandshakeError::Status { status });
            }
            return self.agree(headers);
        };
        if status != StatusCode::SWITCHING_PROTOCOLS {
            return Err(HandshakeError::Status { status });
        }
        let upgrade = headers.get_only(HeaderName::UPGRADE).ok_or(HandshakeError::Upgrade)?;
        if !upgrade.as_bytes().eq_ignore_ascii_case(b"websocket") {
            return Err(HandshakeError::Upgrade);
        }
        if !lists(headers, HeaderName::CONNECTION, "upgrade") {
            return Err(HandshakeError::Connection);
        }
        let proof = headers.get_only(HeaderName::SEC_WEBSOCKET_ACCEPT);
        if proof.is_none_or(|proof| proof.as_bytes() != key::accept_key(key.as_bytes()).as_bytes())
        {
            return Err(HandshakeError::Accept);
        }
        self.agree(headers)
    }
    // ANCHOR_END: finish

    fn agree(&self, headers: &HeaderMap) -> Result<Agreed, HandshakeError> {
        let mut agreed = Agreed::default();
        if headers.contains(HeaderName::SEC_WEBSOCKET_PROTOCOL) {
            let chosen = headers.get_only(HeaderName::SEC_WEBSOCKET_PROTOCOL);
            let chosen = chosen.and_then(|chosen| chosen.to_str()).unwrap_or_default();
            let offered = self.options.protocols.iter().any(|offer| offer == chosen);
            if !offered {
                return Err(HandshakeError::Protocol);
            }
            agreed.protocol = Some(chosen.to_string());
        }
        if headers.contains(HeaderName::SEC_WEBSOCKET_EXTENSIONS) {
            for answer in extensions::parse_all(headers)? {
                let offered = self
                    .options
                    .deflate
                    .filter(|_| answer.name == super::deflate::NAME && agreed.deflate.is_none());
                let offered = offered.ok_or(HandshakeError::Extension)?;
                let parameters = offered.agree(&answer).ok_or(HandshakeError::Deflate)?;
                agreed.deflate = Some(parameters);
            }
        }
        Ok(agreed)
    }
}
