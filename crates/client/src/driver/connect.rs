//! From a pool's key to a connection: name, address, socket, and a tunnel where one is asked for.
//!
//! RFC 8305 (the race between addresses), RFC 9110 §9.3.6 (CONNECT), §4.2.2 (https)
//!
//! ```text
//! direct    dial(host)                        ──► Connection
//! proxy     dial(proxy)                       ──► Connection, absolute-form requests
//! tunnel    dial(proxy), CONNECT host:port    ──► Connection, as if direct
//! unix      connect(path)                     ──► Connection
//! https     any of these but the second, and then TLS with the origin
//! ```
//!
//! Users: [`super::pool`], on a miss.

use super::{
    connection::{Connection, Got, Waits},
    handshake::{Handshaker, Protocol},
    pool::PoolKey,
    stream::Stream,
};
use crate::{
    Error, Role,
    adapter::Http2,
    core::timeouts::{Expired, Phase},
    error,
    tls::Context,
    trace,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Target, Version};
use http1::{Outgoing, client::Event};
use sockets::{Attempt, DialError, DialOptions, Dialed, Outcome, dial};
use std::{
    io,
    os::unix::net::UnixStream,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use wire::trace::{Direction, Trace};

/// Opens connections to one origin by one way.
#[derive(Debug)]
pub(crate) struct Connector {
    key: PoolKey,
    /// `host:port`, for messages.
    name: String,
    dial: DialOptions,
    limits: http1::Limits,
    opened: Arc<AtomicU64>,
    handshaker: Handshaker,
}

/// A new connection, and how long its parts took.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) connection: Connection,
    pub(crate) resolve: Duration,
    pub(crate) connect: Duration,
    pub(crate) handshake: Duration,
    /// It speaks HTTP/2.
    pub(crate) http2: bool,
}

impl Connector {
    pub(crate) fn new(
        key: PoolKey,
        dial: DialOptions,
        limits: http1::Limits,
        opened: Arc<AtomicU64>,
        tls: Arc<Context>,
    ) -> Self {
        let name = authority(&key.host, key.port);
        Self { key, name, dial, limits, opened, handshaker: Handshaker::new(tls) }
    }

    /// `host:port` of the origin.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The number of a connection that is opened now.
    pub(crate) fn next_number(&self) -> u64 {
        self.opened.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Opens one; with `early`, one that may be written to before its handshake is done.
    ///
    /// # Errors
    /// [`Error::Resolve`], [`Error::Connect`], [`Error::Tunnel`], [`Error::Timeout`]; under TLS,
    /// [`Error::Tls`] and its kin.
    pub(crate) fn open(&self, early: bool, waits: &Waits, trace: &Trace) -> Result<Opened, Error> {
        let number = self.next_number();
        let trace = trace.with_connection(number);
        let began = Instant::now();
        let mut opened = match &self.key.route.unix_socket {
            Some(path) => self.open_unix(path, number, &trace)?,
            None => self.open_tcp(number, waits, began, &trace)?,
        };
        if self.is_secure() {
            let connected = Instant::now();
            let (key, limits) = (&self.key, &self.limits);
            let (bounds, way) = ((waits, began), (early, &trace));
            let (connection, chosen) =
                self.handshaker.secure(opened.connection, key, limits, bounds, way)?;
            (opened.connection, opened.http2) = (connection, chosen == Protocol::Http2);
            opened.handshake = connected.elapsed();
        } else {
            opened.http2 = self.key.http2 == Http2::Known;
        }
        Ok(opened)
    }

    /// Whether what passes is sealed.
    fn is_secure(&self) -> bool {
        self.key.scheme == "https"
    }

    fn open_tcp(
        &self,
        number: u64,
        waits: &Waits,
        began: Instant,
        trace: &Trace,
    ) -> Result<Opened, Error> {
        let route = &self.key.route;
        let (role, host, port) = match &route.proxy {
            Some(proxy) => (Role::Proxy, proxy.host.as_str(), proxy.port),
            None => (Role::Host, self.key.host.as_str(), self.key.port),
        };
        let Dialed { stream, resolve_time, connect_time, .. } =
            self.dial(role, host, port, waits, trace)?;
        // Requests are written whole; to wait for more (Nagle) would only cost time.
        let failed = |error: io::Error| self.unconnected(role, host, port, error.to_string());
        stream.set_nodelay(true).map_err(failed)?;
        let name = authority(host, port);
        let mut connection = Connection::new(Stream::tcp(stream), name, number, &self.limits);
        let dialed = Instant::now();
        if route.proxy.is_some() && (route.tunnel || self.is_secure()) {
            connection = self.tunnel(connection, waits, began, trace)?;
        }
        let connect = connect_time + dialed.elapsed();
        let (resolve, handshake) = (resolve_time, Duration::ZERO);
        Ok(Opened { connection, resolve, connect, handshake, http2: false })
    }

    fn open_unix(&self, path: &Path, number: u64, trace: &Trace) -> Result<Opened, Error> {
        let shown = path.display().to_string();
        trace::CONNECT.tell(trace, Direction::Local, || [trace::text("path", &shown)]);
        let began = Instant::now();
        let stream = UnixStream::connect(path).map_err(|error| Error::Connect {
            role: Role::Host,
            to: shown.clone(),
            reason: error.to_string(),
        })?;
        let connection = Connection::new(Stream::unix(stream), shown, number, &self.limits);
        let (resolve, handshake) = (Duration::ZERO, Duration::ZERO);
        let connect = began.elapsed();
        Ok(Opened { connection, resolve, connect, handshake, http2: false })
    }

    fn dial(
        &self,
        role: Role,
        host: &str,
        port: u16,
        waits: &Waits,
        trace: &Trace,
    ) -> Result<Dialed, Error> {
        trace::CONNECT.tell(trace, Direction::Local, || {
            [trace::text("host", host), trace::number("port", u64::from(port))]
        });
        let wait = waits.cap(Phase::Connect)?;
        let options = DialOptions { connect_timeout: wait.limit, ..self.dial.clone() };
        match dial(host, port, &options) {
            Ok(dialed) => {
                tell_dialed(trace, &dialed);
                Ok(dialed)
            }
            Err(error) => {
                tell_attempts(trace, error.attempts());
                Err(self.undialled(role, host, port, error, wait.expired))
            }
        }
    }

    fn undialled(
        &self,
        role: Role,
        host: &str,
        port: u16,
        error: DialError,
        expired: Expired,
    ) -> Error {
        match error {
            DialError::Resolve { host, source } => {
                Error::Resolve { role, host, reason: source.to_string() }
            }
            DialError::NoAddress { host, family } => {
                Error::Resolve { role, host, reason: format!("it has no {family} address") }
            }
            DialError::TimedOut { .. } => expired.into(),
            DialError::Local(error) => self.unconnected(role, host, port, error.to_string()),
            DialError::Refused { attempts, .. } | DialError::Failed { attempts, .. } => {
                let tried = attempts.iter().map(|attempt| (attempt.address, outcome(attempt)));
                self.unconnected(role, host, port, error::addresses(tried))
            }
        }
    }

    fn unconnected(&self, role: Role, host: &str, port: u16, reason: String) -> Error {
        Error::Connect { role, to: authority(host, port), reason }
    }

    // ANCHOR: tunnel
    /// Asks the proxy for a tunnel to the origin (RFC 9110 §9.3.6). After its 2xx the connection
    /// speaks with the origin: a new state machine begins. Connecting `began` before the dial, and
    /// the tunnel is part of it.
    fn tunnel(
        &self,
        mut connection: Connection,
        waits: &Waits,
        began: Instant,
        trace: &Trace,
    ) -> Result<Connection, Error> {
        trace::TUNNEL.tell(trace, Direction::Sent, || [trace::text("to", &self.name)]);
        let mut request = Request::new(Method::Connect, Target::Authority(self.name.clone()));
        request.version = Version::Http11;
        self.tunnel_fields(&mut request.headers)?;
        let refused = |error: &dyn std::fmt::Display| Error::Request(error.to_string());
        connection.listen(trace);
        let sent = connection.machine.send_request(&request, Outgoing::None);
        sent.map_err(|error| refused(&error))?;
        connection.begin();
        connection.flush(waits)?;
        loop {
            match connection.poll_event() {
                Some(Event::Upgraded { rest }) if rest.is_empty() => {
                    return Ok(connection.restart(&self.limits));
                }
                // The origin cannot answer what it was not asked yet: that is the proxy speaking.
                Some(Event::Upgraded { .. }) => {
                    let reason = "octets came through the tunnel before a request".into();
                    return Err(Error::Malformed { from: connection.name.clone(), reason });
                }
                // A 2xx is followed by `Upgraded`.
                Some(Event::Response { response, .. }) if response.status.is_success() => {}
                Some(Event::Response { response, .. }) => {
                    let to = self.name.clone();
                    return Err(Error::Tunnel { status: response.status, to });
                }
                Some(Event::Violation(error)) => {
                    return Err(no_tunnel(connection.violated(&error)));
                }
                Some(Event::Closed { .. }) => return Err(no_tunnel(connection.silence())),
                Some(_) => {}
                None => {
                    let wait = waits.cap_since(Phase::Connect, began)?;
                    let _: Got = connection.read_more(wait)?;
                }
            }
        }
    }
    // ANCHOR_END: tunnel

    fn tunnel_fields(&self, headers: &mut HeaderMap) -> Result<(), Error> {
        let mut add = |name: HeaderName<'_>, value: &str| {
            let checked = HeaderValue::new(value);
            let value = checked
                .map_err(|source| Error::Field { name: name.as_str().to_owned(), source })?;
            headers.append(name, value);
            Ok::<(), Error>(())
        };
        add(HeaderName::HOST, &self.name)?;
        let proxy = self.key.route.proxy.as_ref();
        match proxy.and_then(|proxy| proxy.authorization()) {
            Some(value) => add(HeaderName::PROXY_AUTHORIZATION, value),
            None => Ok(()),
        }
    }
}

/// A proxy that says nothing is not an empty reply of the host that was asked for: 56, as curl
/// has it.
fn no_tunnel(error: Error) -> Error {
    let Error::EmptyReply { to: from } = error else { return error };
    let reason = "the proxy closed without an answer to CONNECT";
    Error::Receive { from, source: io::Error::new(io::ErrorKind::UnexpectedEof, reason) }
}

/// `host:port`, an IPv6 address in brackets.
pub(super) fn authority(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

fn outcome(attempt: &Attempt) -> String {
    match &attempt.outcome {
        Outcome::Connected => "connected".into(),
        Outcome::Cancelled => "another was faster".into(),
        Outcome::TimedOut => "timed out".into(),
        // "Connection refused (os error 111)": the number helps nobody.
        Outcome::Failed(error) => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or_default().to_lowercase()
        }
    }
}

fn tell_dialed(trace: &Trace, dialed: &Dialed) {
    let began = dialed.attempts.first().map_or_else(Instant::now, |attempt| attempt.started);
    trace::RESOLVE.tell_at(trace, began, Direction::Local, || {
        [
            trace::number("addresses", dialed.resolved.len() as u64),
            trace::micros("took", dialed.resolve_time),
        ]
    });
    tell_attempts(trace, &dialed.attempts);
    let address = trace::shown(trace, || dialed.address.to_string());
    trace::CONNECTED.tell(trace, Direction::Local, || {
        [trace::text("address", &address), trace::micros("took", dialed.connect_time)]
    });
}

fn tell_attempts(trace: &Trace, attempts: &[Attempt]) {
    if !trace.is_on() {
        return;
    }
    for attempt in attempts {
        let (address, outcome) = (attempt.address.to_string(), outcome(attempt));
        trace::ATTEMPT.tell_at(trace, attempt.started, Direction::Local, || {
            [
                trace::text("address", &address),
                trace::text("outcome", &outcome),
                trace::micros("took", attempt.ended.saturating_duration_since(attempt.started)),
            ]
        });
    }
}
