//! What a handler is given: the head, who asks, and the content as a stream.

use crate::exchange::{ContentError, Exchange, Piece};
use http::{HeaderMap, HeaderName, Method, Target};
use std::{
    io::{self, Read},
    net::SocketAddr,
    ops::{Deref, DerefMut},
    sync::Arc,
};

/// Who is at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// An address of the network.
    Inet(SocketAddr),
    /// A process of this machine, through a Unix-domain socket.
    Unix,
}

impl std::fmt::Display for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Inet(address) => address.ip().to_canonical().fmt(f),
            Self::Unix => f.write_str("unix"),
        }
    }
}

/// A request; its head's fields can be named directly: `request.method`, `request.headers`.
#[derive(Debug)]
pub struct Request {
    /// The head; boxed, since it passes through many hands and is large to move.
    pub head: Box<http::Request>,
    /// Who asks.
    pub peer: Peer,
    /// What the route's `{names}` stood for, percent-decoded, in the order of the pattern.
    pub params: Vec<(String, String)>,
    /// The content.
    pub body: Body,
    /// What TLS agreed on, where there is TLS.
    pub tls: Option<Arc<tls::Summary>>,
    /// What a CONNECT asks the stream to become, where it asks for more than a tunnel: `websocket`,
    /// say (extended CONNECT, RFC 8441 §4).
    pub protocol: Option<http::message::Protocol>,
    /// Whether the request came as early data, to us or to a proxy that says so, before the client
    /// has shown who it is: anybody who recorded it may have sent it (RFC 8470 §1). Only handlers
    /// that [accept](crate::Handler::accepts_early) such requests see them.
    pub early: bool,
}

impl Request {
    /// What TLS agreed on: suite, the name that was asked for, the client's certificate. `None`
    /// where the request came in the clear.
    pub fn tls(&self) -> Option<&tls::Summary> {
        self.tls.as_deref()
    }

    /// `https`, or `http` for a request that came in the clear.
    pub fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }

    /// A GET for `path` that the same client may be expected to send next: what [`Reply::push`]
    /// takes. What the client can read and who it is goes over to it, as a browser would say it.
    ///
    /// [`Reply::push`]: crate::Reply::push
    pub fn promise(&self, path: &str) -> http::Request {
        let mut promised = http::Request::new(Method::Get, Target::Origin(path.into()));
        promised.version = self.head.version;
        for name in [
            HeaderName::HOST,
            HeaderName::ACCEPT_ENCODING,
            HeaderName::ACCEPT_LANGUAGE,
            HeaderName::USER_AGENT,
        ] {
            if let Some(value) = self.head.headers.get(name) {
                promised.headers.append(name, value);
            }
        }
        promised
    }

    /// What the route's `{name}` stood for.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(there, _)| there == name).map(|(_, value)| value.as_str())
    }
}

impl Deref for Request {
    type Target = http::Request;

    fn deref(&self) -> &http::Request {
        &self.head
    }
}

impl DerefMut for Request {
    fn deref_mut(&mut self) -> &mut http::Request {
        &mut self.head
    }
}

/// A request's content. On a worker it is a [`Read`] that waits for the peer; on a loop, where
/// nothing may wait, [`Body::listen`] hears of each piece as it arrives.
#[derive(Default)]
pub struct Body {
    exchange: Option<Arc<Exchange>>,
    current: Vec<u8>,
    at: usize,
}

impl Body {
    pub(crate) fn of(exchange: Arc<Exchange>) -> Self {
        Self { exchange: Some(exchange), ..Self::default() }
    }

    /// Whether the request has no content; a length of 0 may still turn out later.
    pub fn is_none(&self) -> bool {
        self.exchange.is_none()
    }

    /// All of the content, if it is at most `limit` octets.
    ///
    /// # Errors
    /// [`ContentError`] inside an [`io::Error`].
    pub fn read_all(&mut self, limit: usize) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        self.take(most).read_to_end(&mut all)?;
        if all.len() > limit {
            return Err(ContentError::TooLong(limit).into());
        }
        Ok(all)
    }

    /// The trailer section, once the content was read to its end.
    pub fn trailers(&self) -> Option<HeaderMap> {
        self.exchange.as_ref().and_then(|exchange| exchange.trailers())
    }

    /// Calls `listener` on the loop with each piece as it arrives; it must never block.
    pub fn listen(mut self, mut listener: impl FnMut(Piece<'_>) + Send + 'static) {
        match self.exchange.take() {
            Some(exchange) => exchange.listen(Box::new(listener)),
            None => listener(Piece::End(None)),
        }
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(exchange) = &self.exchange else { return Ok(0) };
        while self.at >= self.current.len() {
            match exchange.take_content()? {
                Some(octets) => (self.current, self.at) = (octets, 0),
                None => return Ok(0),
            }
        }
        let mut rest = self.current.get(self.at..).unwrap_or_default();
        let read = rest.read(buffer)?;
        self.at += read;
        Ok(read)
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_none() { "Body(none)" } else { "Body" })
    }
}
