//! Why a request becomes no WebSocket, and what its sender is told.
//!
//! RFC 6455 §4.2.1, §4.2.2, §4.4

use http::{HeaderName, HeaderValue, Request, Response, StatusCode, Version};

/// What is wrong with a request that asks for a WebSocket. [`response`](Self::response) is the
/// answer's head, and the text of this error a line to send as its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// RFC 6455 §4.1: an upgrade is asked for by GET.
    #[error("a WebSocket is asked for by GET")]
    Method,
    /// RFC 9110 §7.8: HTTP/1.0 has no upgrade; and HTTP/2 and 3 have none, but extended CONNECT
    /// (RFC 8441 §4).
    #[error("this version of HTTP has no Upgrade")]
    Version,
    /// RFC 6455 §4.2.1: exactly one Host.
    #[error("the request has not exactly one Host")]
    Host,
    /// RFC 6455 §4.2.1: Upgrade names `websocket`.
    #[error("this resource speaks WebSocket: Upgrade: websocket is missing")]
    Upgrade,
    /// RFC 6455 §4.2.1: Connection names `upgrade`.
    #[error("Connection: Upgrade is missing")]
    Connection,
    /// RFC 6455 §4.2.1: exactly one Sec-WebSocket-Key, base64 of 16 octets.
    #[error("Sec-WebSocket-Key is not one base64 text of 16 octets")]
    Key,
    /// RFC 6455 §4.4: version 13.
    #[error("Sec-WebSocket-Version is not 13")]
    WebSocketVersion,
    /// RFC 6455 §11.3.5: Sec-WebSocket-Version stands there once.
    #[error("Sec-WebSocket-Version stands there more than once")]
    VersionRepeated,
    /// RFC 6455 §4.1: subprotocols are different tokens; 64 at the most are read.
    #[error("Sec-WebSocket-Protocol is not a list of different tokens, 64 at the most")]
    Protocols,
    /// RFC 6455 §9.1: extensions have a grammar.
    #[error(transparent)]
    Extensions(#[from] super::extensions::Malformed),
    /// RFC 8441 §4: another protocol than `websocket`.
    #[error("the protocol is not websocket")]
    Protocol,
}

impl Refusal {
    /// The status that tells the client.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Upgrade | Self::WebSocketVersion => StatusCode::UPGRADE_REQUIRED,
            // A 426 would have to name an upgrade, which these versions do not have.
            Self::Version
            | Self::Host
            | Self::Connection
            | Self::Key
            | Self::VersionRepeated
            | Self::Protocols
            | Self::Extensions(_) => StatusCode::BAD_REQUEST,
            Self::Protocol => StatusCode::NOT_IMPLEMENTED,
        }
    }

    /// The head of the answer to `request`; its content is up to the caller.
    pub fn response(&self, request: &Request) -> Response {
        let mut response = Response::new(self.status());
        let mut say = |name, value| {
            response.headers.append(name, HeaderValue::from_static(value));
        };
        match self {
            Self::Method => say(HeaderName::ALLOW, "GET"),
            Self::WebSocketVersion => say(HeaderName::SEC_WEBSOCKET_VERSION, super::VERSION),
            _ => {}
        }
        // A 426 says to what (RFC 9110 §15.5.22), where the version of HTTP has such a thing.
        if self.status() == StatusCode::UPGRADE_REQUIRED && request.version <= Version::Http11 {
            say(HeaderName::UPGRADE, "websocket");
            say(HeaderName::CONNECTION, "Upgrade");
        }
        response
    }
}
