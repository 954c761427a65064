//! The plug between a session, which knows requests, and whoever carries them.
//!
//! ```text
//!   Session ── Prepared ──► Adapter ── Answer ──► Session
//!                             │
//!                             ├─ HttpAdapter     pools, connections, sockets
//!                             └─ yours           a cache, a recorder, a test's canned answers
//! ```
//!
//! `requests` has the same plug, `HTTPAdapter`, mounted at a prefix of the URL; so has this.
//!
//! Invariant: an adapter neither follows redirects nor reads cookies: that is the session's.

use crate::{
    Content, Error, Timings,
    core::{
        proxy::Proxy,
        timeouts::{Deadline, Timeouts},
    },
    driver::{manager::PoolManager, upgrade::Upgraded},
    tls::Secured,
    trace,
};
use http::{HeaderMap, HeaderName, Method, Uri, Version};
use std::{
    fmt,
    io::{self, BufRead, BufReader, Read},
    path::PathBuf,
    sync::Arc,
};
use wire::trace::{Direction, Trace};

/// A request that only needs to be carried out.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// What to do.
    pub method: Method,
    /// With what; its user and fragment are not sent.
    pub url: Uri,
    /// The newest version that may be spoken.
    pub version: Version,
    /// The server is known to speak it, so that nobody asks (RFC 9113 §3.3); with HTTP/3, nothing
    /// else is tried.
    pub prior_knowledge: bool,
    /// What is to be spoken behind the answer in HTTP's place: an extended CONNECT (RFC 8441, RFC
    /// 9220), which a stream of HTTP/2 or HTTP/3 carries and HTTP/1 does not.
    pub protocol: Option<&'static str>,
    /// All fields but those about framing, in the order of the wire.
    pub headers: HeaderMap,
    /// What goes along.
    pub content: Content,
    /// Whether to ask first.
    pub expect: Expect,
    /// By which way.
    pub route: Route,
    /// Bounds of each phase.
    pub timeouts: Timeouts,
    /// The bound of the whole.
    pub deadline: Deadline,
    /// Who listens.
    pub trace: Trace,
}

/// Whether HTTP/2 is spoken with an origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Http2 {
    /// HTTP/1 alone.
    #[default]
    Never,
    /// If the server chooses it in TLS's handshake (RFC 9113 §3.2).
    Offered,
    /// It is known that the server speaks it (RFC 9113 §3.3).
    Known,
}

impl Prepared {
    /// Whether HTTP/2 is spoken for this request. A handshake for another protocol (RFC 9110 §7.8)
    /// is HTTP/1.1's, and a proxy that reads requests is asked in HTTP/1.1.
    pub fn http2(&self) -> Http2 {
        let older = self.version < Version::Http2 || self.headers.contains(HeaderName::UPGRADE);
        match self.url.scheme() {
            _ if older || self.route.forward_proxy().is_some() => Http2::Never,
            _ if self.prior_knowledge && self.version == Version::Http2 => Http2::Known,
            "https" => Http2::Offered,
            _ => Http2::Never,
        }
    }

    /// Whether HTTP/3 is spoken for this request. Proxies that carry UDP are not known here, nor is
    /// HTTP/3 to be had without TLS.
    pub fn http3(&self) -> Http3 {
        let elsewhere = self.route.proxy.is_some() || self.route.unix_socket.is_some();
        let upgrade = self.headers.contains(HeaderName::UPGRADE);
        match self.version {
            _ if elsewhere || upgrade || self.url.scheme() != "https" => Http3::Never,
            Version::Http3 if self.prior_knowledge => Http3::Alone,
            Version::Http3 => Http3::Raced,
            Version::Http2 if !self.prior_knowledge => Http3::Told,
            _ => Http3::Never,
        }
    }
}

/// Whether HTTP/3 is spoken with an origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Http3 {
    /// It is not.
    #[default]
    Never,
    /// Where the server says that it does (Alt-Svc, RFC 7838), in a race against TCP.
    Told,
    /// Whether it says so or not, in a race against TCP.
    Raced,
    /// It alone.
    Alone,
}

/// The way to the origin.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Route {
    /// Through this proxy.
    pub proxy: Option<Proxy>,
    /// By a tunnel, even where the proxy could read the request.
    pub tunnel: bool,
    /// Not by TCP at all: by the Unix-domain socket of this path.
    pub unix_socket: Option<PathBuf>,
}

impl Route {
    /// The proxy that reads the request itself, as opposed to one that only keeps a tunnel open.
    pub fn forward_proxy(&self) -> Option<&Proxy> {
        self.proxy.as_ref().filter(|_| !self.tunnel)
    }
}

/// Whether a request with content asks before it sends it (RFC 9110 §10.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Expect {
    /// If the content is larger than 1 MiB, or of unknown length: there a refusal saves something.
    #[default]
    Auto,
    /// With any content.
    Always,
    /// Send at once.
    Never,
}

impl Expect {
    /// Content of at least this many octets is announced, by default.
    pub const LARGE: u64 = 1 << 20;

    /// Whether `content` is announced. HTTP/1.0 knows no such thing.
    pub fn applies(self, content: &Content, version: Version) -> bool {
        let large = content.length().is_none_or(|length| length >= Self::LARGE);
        let asked = match self {
            Self::Always => content.length() != Some(0),
            Self::Auto => large,
            Self::Never => false,
        };
        asked && version >= Version::Http11
    }
}

/// A response's content on its way in: octets, and what is known beside them.
///
/// `read` may fail with an [`io::Error`] that holds an [`Error`]; [`Error::from_read`] unpacks it.
pub trait Incoming: BufRead + Send {
    /// The fields behind the content, once it was read to its end (RFC 9110 §6.5).
    fn trailers(&self) -> Option<&HeaderMap> {
        None
    }

    /// What was measured so far.
    fn timings(&self) -> Timings {
        Timings::default()
    }

    /// What was agreed on with the server, where there is TLS.
    fn secured(&self) -> Option<Arc<Secured>> {
        None
    }

    /// Behind a 101, the stream that is no longer HTTP; `None` where there is none.
    fn upgrade(self: Box<Self>) -> Option<Upgraded> {
        None
    }
}

/// A response as an adapter hands it up.
pub struct Answer {
    /// Status, version and fields.
    pub head: http::Response,
    /// The rest.
    pub content: Box<dyn Incoming>,
}

impl Answer {
    /// A response whose content comes from anywhere: for adapters of one's own.
    pub fn new(head: http::Response, content: impl Read + Send + 'static) -> Self {
        Self { head, content: Box::new(Foreign(BufReader::new(content))) }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("head", &self.head).finish_non_exhaustive()
    }
}

struct Foreign<R>(BufReader<R>);

impl<R: Read> Read for Foreign<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl<R: Read> BufRead for Foreign<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.0.consume(amount);
    }
}

impl<R: Read + Send> Incoming for Foreign<R> {}

/// Carries requests out.
pub trait Adapter: Send + Sync {
    /// Sends `request` and waits for the head of its response.
    ///
    /// # Errors
    /// Whatever keeps a response from coming. A status of 4xx or 5xx is a response.
    fn send(&self, request: &Prepared) -> Result<Answer, Error>;

    /// The machine has another network than before. Who keeps connections may move them.
    fn network_changed(&self) {}
}

/// The adapter for `http` and `https`: pools of connections.
#[derive(Debug, Default)]
pub struct HttpAdapter {
    manager: PoolManager,
}

impl HttpAdapter {
    /// An adapter on these pools.
    pub fn new(manager: PoolManager) -> Self {
        Self { manager }
    }

    /// Its pools.
    pub fn manager(&self) -> &PoolManager {
        &self.manager
    }
}

impl Adapter for HttpAdapter {
    fn send(&self, request: &Prepared) -> Result<Answer, Error> {
        trace::ADAPTER.tell(&request.trace, Direction::Local, || {
            [trace::text("method", request.method.as_str())]
        });
        self.manager.connection_from(request)?.open(request)
    }

    fn network_changed(&self) {
        self.manager.network_changed();
    }
}
