//! What a handshake asks for beside the URL.

use super::Limits;
use crate::{Error, core::timeouts::Timeouts};
use ::websocket::handshake::DeflateOptions;
use http::{HeaderMap, HeaderName};

/// What a handshake asks for. The default is what most servers want: no subprotocol, compression
/// offered, no `Origin`, redirects handed back.
#[derive(Debug, Clone)]
pub struct Options {
    /// Subprotocols, the most wanted first; a server that answers with another fails the handshake
    /// (RFC 6455 §4.1). None by default.
    pub protocols: Vec<String>,
    /// What permessage-deflate is offered with (RFC 7692 §7.1); `None` offers none. Offered by
    /// default: a server that does not know it just does not answer it.
    pub deflate: Option<DeflateOptions>,
    /// `Origin`, which browsers send and some servers check (RFC 6455 §10.2). None by default.
    pub origin: Option<String>,
    /// Further fields, for this handshake alone.
    pub headers: HeaderMap,
    /// Defaults of the session that shall not be sent.
    pub without: Vec<String>,
    /// How many redirects the handshake follows. 0 by default, as browsers have it: an address that
    /// moved is an error. The key stays the same on the way; the connection that it is for is the
    /// last one.
    pub redirects: u32,
    /// `Some(Version::Http2)` or `Some(Version::Http3)`: a stream of that version, by extended
    /// CONNECT (RFC 8441, RFC 9220), where the server has said that it takes this. `None`, the
    /// default: a connection of its own in HTTP/1.1, as browsers mostly have it.
    pub version: Option<http::Version>,
    /// Bounds of the connection.
    pub limits: Limits,
    /// Other bounds on time than the session's. `total` bounds the handshake.
    pub timeouts: Option<Timeouts>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            protocols: Vec::new(),
            deflate: Some(DeflateOptions::default()),
            origin: None,
            headers: HeaderMap::new(),
            without: Vec::new(),
            redirects: 0,
            version: None,
            limits: Limits::default(),
            timeouts: None,
        }
    }
}

impl Options {
    /// What the handshake needs to know of it.
    ///
    /// # Errors
    /// [`Error::Request`] for a subprotocol that is no token (RFC 6455 §4.1): a comma would make
    /// two of it.
    pub(super) fn asked(&self) -> Result<::websocket::handshake::Options, Error> {
        let wrong = |name: &&String| HeaderName::new(name.as_str()).is_err();
        if let Some(name) = self.protocols.iter().find(wrong) {
            return Err(Error::Request(format!("the subprotocol {name:?} is no token")));
        }
        let (protocols, deflate) = (self.protocols.clone(), self.deflate);
        Ok(::websocket::handshake::Options { protocols, deflate })
    }

    /// With one more subprotocol, behind those that are asked for already.
    #[must_use]
    pub fn protocol(mut self, name: impl Into<String>) -> Self {
        self.protocols.push(name.into());
        self
    }

    /// Without compression.
    #[must_use]
    pub fn uncompressed(mut self) -> Self {
        self.deflate = None;
        self
    }

    /// With these bounds.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}
