//! QUIC for a client: one socket, and a turn of it on the caller's thread.
//!
//! RFC 9000, RFC 9001
//!
//! ```text
//!   turn:  timers ──► touched connections: settle (send) ──► wait ──► receive
//! ```
//!
//! A caller asks a connection for its events between turns. Nothing is sent behind its back: what
//! it says goes out in the next turn.
//!
//! Invariant: a turn waits no longer than it is told, whatever the network does.

pub mod hq;

use crate::{
    Error,
    tls::{self, Context},
};
use port::Port;
use quic::{
    ClientConfig, Closed, Connection, Endpoint, EndpointLimits, FourTuple, Handle,
    error::Error as Violation,
};
use sockets::{Events, Interest, Poller, Token, udp::UdpOptions};
use std::{
    fmt, io,
    net::SocketAddr,
    time::{Duration, Instant},
};
use x509::ServerName;

/// Connections of one UDP socket.
pub struct QuicClient {
    port: Port,
    poller: Poller,
    events: Events,
    interest: Interest,
    touched: Vec<Handle>,
}

impl fmt::Debug for QuicClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QuicClient").field("local", &self.port.local()).finish_non_exhaustive()
    }
}

impl QuicClient {
    /// A socket that reaches servers of `remote`'s family; `offload` as in [`UdpOptions`].
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn new(remote: SocketAddr, offload: bool) -> io::Result<Self> {
        let limits = EndpointLimits::default();
        let endpoint = Endpoint::new(port::token_key()?, limits, port::entropy());
        let options = UdpOptions { offload, ..UdpOptions::default() };
        let port = Port::client(remote, &options, endpoint)?;
        let (poller, interest) = (Poller::new()?, Interest::READ);
        poller.add(&port, Token(0), interest)?;
        let events = Events::with_capacity(4);
        Ok(Self { port, poller, events, interest, touched: Vec::new() })
    }

    /// Begins a connection; `token` is what the server gave for it at the last one, or empty.
    ///
    /// # Errors
    /// Where TLS cannot begin.
    pub fn connect(
        &mut self,
        config: &ClientConfig,
        name: ServerName,
        remote: SocketAddr,
        token: Vec<u8>,
    ) -> Result<Handle, Violation> {
        let path = FourTuple { local: self.port.local(), remote };
        let handle = self.port.endpoint().connect(config, name, path, token, port::moment())?;
        self.port.touch(handle);
        Ok(handle)
    }

    /// A connection, to ask and to tell. What it is told goes out in the next turn.
    pub fn connection(&mut self, handle: Handle) -> Option<&mut Connection> {
        self.port.touch(handle);
        self.port.get_mut(handle)
    }

    /// Sends what connections have to say.
    pub fn send(&mut self) {
        let now = port::moment();
        self.port.expire(now.instant);
        let mut touched = std::mem::take(&mut self.touched);
        self.port.take_touched(&mut touched);
        for handle in touched.drain(..) {
            self.port.settle(handle, now);
        }
        self.touched = touched;
    }

    /// Connections that something happened to since the last call, each once: only they have
    /// events. `into` is emptied.
    pub fn take_touched(&mut self, into: &mut Vec<Handle>) {
        self.port.take_touched(into);
        for handle in &*into {
            self.port.touch(*handle);
        }
    }

    // ANCHOR: turn
    /// Sends, then waits for the network or a timer, for `patience` at the most.
    ///
    /// # Errors
    /// What the operating system says of the socket, which no connection survives.
    pub fn turn(&mut self, patience: Duration) -> io::Result<()> {
        self.send();
        let wanted = if self.port.is_blocked() { Interest::BOTH } else { Interest::READ };
        if wanted != self.interest {
            self.poller.modify(&self.port, Token(0), wanted)?;
            self.interest = wanted;
        }
        let due = self.port.next_timeout();
        let until = due.map(|due| due.saturating_duration_since(Instant::now()));
        let patience = until.map_or(patience, |until| until.min(patience));
        self.poller.wait(&mut self.events, Some(patience))?;
        if self.events.iter().any(|event| event.writable) {
            self.port.unblock();
        }
        if self.events.iter().any(|event| event.readable) {
            self.port.receive(port::moment(), &mut |_| None, &mut |_, _| {})?;
        }
        Ok(())
    }
    // ANCHOR_END: turn
}

/// What all connections of a caller share: whom to believe, and tickets.
#[derive(Debug)]
pub struct Config(Context);

impl Config {
    /// With these settings of TLS.
    pub fn new(options: tls::Options) -> Self {
        Self(Context::new(options))
    }

    /// For connections to `origin`, `host:port` or a name of your own for it, that speak `alpn`.
    ///
    /// # Errors
    /// [`Error::Roots`].
    pub fn speak(&self, alpn: &[u8], origin: &str) -> Result<ClientConfig, Error> {
        Ok(ClientConfig::new(self.0.quic(origin, alpn, false)?))
    }

    /// The same, where requests may go along with the first flight.
    ///
    /// # Errors
    /// As [`speak`](Self::speak).
    pub fn speak_early(&self, alpn: &[u8], origin: &str) -> Result<ClientConfig, Error> {
        Ok(ClientConfig::new(self.0.quic(origin, alpn, true)?))
    }
}

/// Why a connection is over, to whoever wanted something of it.
pub(crate) fn of_closed(with: &str, closed: Closed, established: bool) -> Error {
    let reason = match closed {
        Closed::Violation(Violation::Tls(error)) => {
            return Error::of_tls(with, error, established);
        }
        Closed::Violation(error) | Closed::Internal(error) => error.to_string(),
        Closed::Transport { code, reason, .. } => {
            format!("the server says {code}{}", quoted(&reason))
        }
        Closed::Application { code, reason } => {
            format!("the server closed it with code {code}{}", quoted(&reason))
        }
        Closed::Idle => "the server fell silent".to_owned(),
        Closed::HandshakeTimeout => "no handshake within its time: nobody answers".to_owned(),
        Closed::StatelessReset => "the server has forgotten it".to_owned(),
        Closed::Versions(versions) => {
            let versions: Vec<String> = versions.iter().map(ToString::to_string).collect();
            format!("the server speaks none of our versions, but {}", versions.join(", "))
        }
        other => format!("{other:?}"),
    };
    Error::Quic { with: with.to_owned(), reason }
}

/// What a peer gave for a reason, in a form that a terminal can bear.
fn quoted(reason: &[u8]) -> String {
    match reason {
        [] => String::new(),
        reason => format!(": {}", reason.escape_ascii()),
    }
}
