//! A server for every version of HTTP: one handler interface, event loops, routes, files.
//!
//! ```
//! use server::{Router, Server, inline};
//! use http::StatusCode;
//! use std::io::Read;
//!
//! let router = Router::new()
//!     .get("/", inline(|_, reply| reply.text(StatusCode::OK, "Hello, world!")))
//!     .post("/shout", |mut request: server::Request, reply: server::Reply| {
//!         let mut text = String::new();
//!         match request.body.read_to_string(&mut text) {
//!             Ok(_) => reply.text(StatusCode::OK, text.to_uppercase()),
//!             Err(_) => reply.status(StatusCode::BAD_REQUEST),
//!         }
//!     });
//! let server = Server::new(router).listen("127.0.0.1:0".parse()?)?.start()?;
//! println!("http://{}/", server.addresses()[0]);
//! server.stop()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! ```text
//!   core      connections without sockets: requests to handlers, answers to octets
//!   driver    sockets, event loops, worker threads
//!   router, files        handlers
//!   endpoint             WebSockets: routes, sockets, groups of them
//!   sse                  server-sent events
//!   coding               compresses what a handler answers
//! ```
//!
//! Invariant: a slow handler, a slow reader and a slow writer cost themselves, and nobody else.
#![forbid(unsafe_code)]

mod certificates;
mod coding;
pub mod core;
mod door;
mod driver;
mod endpoint;
mod exchange;
mod files;
mod handler;
pub mod identity;
mod limits;
mod payload;
pub mod quic;
mod random;
mod reading;
mod reply;
mod request;
mod router;
mod sse;

pub use certificates::Certificates;
pub use coding::{Coding, Compressed};
pub use core::{AccessLog, Moment, Record, Service, TlsFailure};
pub use door::{Handshakes, Tls};
pub use driver::{Running, Stopper, Workers};
pub use endpoint::{
    Contexts, Crowded, Endpoint, Group, Origins, Said, SendError, Share, Socket, SocketHandle,
    WebSocket,
};
pub use exchange::{ContentError, Hub, Key, Piece, Wake};
pub use files::{Files, Symlinks};
pub use handler::{Handler, Place, early, inline};
pub use limits::Limits;
pub use payload::{FilePart, Part, Payload};
pub use reply::{BodyWriter, Reply};
pub use request::{Body, Peer, Request};
pub use router::Router;
pub use sse::{Event, Events};
pub use websocket::{CloseCode, Message, Prepared};

use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::{Arc, OnceLock},
};

/// A server that is being put together.
pub struct Server {
    handler: Arc<dyn Handler>,
    listeners: Vec<driver::Listener>,
    limits: Limits,
    threads: usize,
    http2: bool,
    http3: Option<driver::Offer>,
    log: Option<Arc<dyn AccessLog>>,
    trace: wire::trace::Trace,
}

impl Server {
    /// A server whose requests `handler` answers; one event loop until [`Server::threads`] says
    /// more.
    pub fn new(handler: impl Handler) -> Self {
        Self {
            handler: Arc::new(handler),
            listeners: Vec::new(),
            limits: Limits::default(),
            threads: 1,
            http2: true,
            http3: None,
            log: None,
            trace: wire::trace::Trace::default(),
        }
    }

    /// Listens on `address`; port 0 lets the kernel choose. May be called more than once.
    ///
    /// # Errors
    /// What the operating system says: the port is in use, the address is not ours, no permission.
    pub fn listen(self, address: SocketAddr) -> io::Result<Self> {
        let listener = sockets::listen(address, &sockets::ListenOptions::default())?;
        Ok(self.listener(listener))
    }

    /// Serves the connections of a listener that was made elsewhere.
    #[must_use]
    pub fn listener(mut self, listener: TcpListener) -> Self {
        self.listeners.push(driver::Listener::tcp(listener, None));
        self
    }

    /// Listens on `address` and speaks TLS there.
    ///
    /// # Errors
    /// As [`listen`](Self::listen).
    pub fn listen_tls(self, address: SocketAddr, tls: &Arc<Tls>) -> io::Result<Self> {
        let listener = sockets::listen(address, &sockets::ListenOptions::default())?;
        Ok(self.tls_listener(listener, tls))
    }

    /// Speaks TLS with the connections of a listener that was made elsewhere.
    #[must_use]
    pub fn tls_listener(mut self, listener: TcpListener, tls: &Arc<Tls>) -> Self {
        self.listeners.push(driver::Listener::tcp(listener, Some(tls.clone())));
        self
    }

    /// Listens on a Unix-domain socket at `path`; a file that an ended server left there is
    /// replaced.
    ///
    /// # Errors
    /// What the operating system says: somebody listens there, the folder is missing, no
    /// permission.
    pub fn listen_unix(mut self, path: impl AsRef<Path>) -> io::Result<Self> {
        let listener = sockets::unix::listen(path, &sockets::unix::ListenOptions::default())?;
        self.listeners.push(driver::Listener::unix(listener));
        Ok(self)
    }

    /// How many event loops share the work: one per core is right, and at least one there is.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Whether HTTP/2 is spoken: by ALPN over TLS, and in the clear with those who begin with its
    /// preface (RFC 9113 §3.3) or ask for `Upgrade: h2c`. It is unless this says otherwise.
    #[must_use]
    pub fn http2(mut self, http2: bool) -> Self {
        self.http2 = http2;
        self
    }

    /// Whether HTTP/3 is spoken, by UDP on the ports where TLS is spoken by TCP; answers there then
    /// say so (Alt-Svc, RFC 7838). It is not, unless this says otherwise. Where somebody has that
    /// port of UDP, another is taken: see [`Running::http3_addresses`].
    #[must_use]
    pub fn http3(mut self, http3: bool) -> Self {
        self.http3 = http3.then(|| self.http3.unwrap_or_default());
        self
    }

    /// HTTP/3, and every client must come again with a token that shows that it is where it says
    /// (Retry, RFC 9000 §8.1.2). Without, only where many come whose address is not known.
    #[must_use]
    pub fn http3_retry(mut self) -> Self {
        self.http3.get_or_insert_default().retry = true;
        self
    }

    /// HTTP/3, and its clients shall move to `address` once the handshake is done (RFC 9000 §9.6):
    /// from an address that many servers share to one of this server's own. Port 0 is the port
    /// where they came. Some [`listen_tls`](Self::listen_tls) must cover it, as 0.0.0.0 does:
    /// [`start`](Self::start) looks. One of each family may be named.
    #[must_use]
    pub fn http3_preferred_address(mut self, address: SocketAddr) -> Self {
        self.http3.get_or_insert_default().preferred.push(address);
        self
    }

    /// Other ceilings than the usual ones.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Tells `log` of each exchange.
    #[must_use]
    pub fn access_log(mut self, log: Arc<dyn AccessLog>) -> Self {
        self.log = Some(log);
        self
    }

    /// Tells `trace` what each connection does.
    #[must_use]
    pub fn trace(mut self, trace: wire::trace::Trace) -> Self {
        self.trace = trace;
        self
    }

    /// Starts the loops and returns at once.
    ///
    /// # Errors
    /// What the operating system refuses: pollers, threads;
    /// [`InvalidInput`](io::ErrorKind::InvalidInput) for a preferred address where nobody listens.
    pub fn start(self) -> io::Result<Running> {
        let Self { handler, listeners, limits, threads, http2, http3, log, trace } = self;
        let (limits, alternative) = (Arc::new(limits), OnceLock::new());
        let service = Service { handler, http2, alternative, limits, log, trace };
        driver::start(service, listeners, threads, http3)
    }
}
