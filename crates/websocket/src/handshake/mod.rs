//! How two ends agree in HTTP to speak WebSocket from here on.
//!
//! RFC 6455 §4, RFC 8441 §5, RFC 9220 §3
//!
//! ```text
//!  HTTP/1.1                                       HTTP/2, HTTP/3
//!  GET /chat HTTP/1.1                             :method = CONNECT
//!  Host: server.example.com                       :protocol = websocket
//!  Upgrade: websocket                             :scheme = https
//!  Connection: Upgrade                            :path = /chat
//!  Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==    :authority = server.example.com
//!  Sec-WebSocket-Version: 13                      sec-websocket-version = 13
//!
//!  HTTP/1.1 101 Switching Protocols               :status = 200
//!  Upgrade: websocket
//!  Connection: Upgrade
//!  Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
//! ```
//!
//! This module sees fields, never octets: whoever has an [`http::Request`] or [`http::Response`],
//! of whatever version, can use it.
//!
//! Invariant: a server answers only what was offered, and a client takes only what it offered; so
//! [`Agreed`] is the same at both ends.
//!
//! Used by: `server` and `client`.

mod client;
mod deflate;
pub mod extensions;
mod key;
mod refusal;
mod server;

pub use self::deflate::{DeflateOptions, DeflateParameters};
pub use client::{Handshake, HandshakeError};
pub use key::accept_key;
pub use refusal::Refusal;
pub use server::{accept, accept_connect};

/// The only version there is (RFC 6455 §4.1).
pub const VERSION: &str = "13";

/// What this end wants, or can do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// Subprotocols: at a client those it offers, the one it likes best first; at a server those it
    /// speaks. Each is a token (RFC 6455 §4.1).
    pub protocols: Vec<String>,
    /// Compression (RFC 7692), if it is wanted.
    pub deflate: Option<DeflateOptions>,
}

/// What both ends know once the handshake is done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Agreed {
    /// The subprotocol, if one was agreed on.
    pub protocol: Option<String>,
    /// Compression, if it was agreed on.
    pub deflate: Option<DeflateParameters>,
}

use http::{HeaderMap, HeaderName};

/// Whether a list of tokens, over all fields of this name, holds `token`.
fn lists(headers: &HeaderMap, name: HeaderName<'_>, token: &str) -> bool {
    headers.get_all(name).any(|value| http::header::list::contains(value.as_bytes(), token))
}
