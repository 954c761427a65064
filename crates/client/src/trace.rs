//! The walk from `get` down to a socket, told step by step, with Python's name beside each floor.
//!
//! The names on the right are those of `requests` 2.34, `urllib3` 2.8 and the standard library, as
//! a debugger shows them. Three remarks keep the comparison honest: `requests` calls the *pool's*
//! `urlopen`; `urllib3` has a `create_connection` of its own, which tries one address after another
//! (here they race, RFC 8305); and `requests.get` makes a session and throws it away, so that two
//! calls share no connection (here too: keep a [`Session`](crate::Session) to keep connections).
//!
//! [`GET`] itself is told by whoever stands in for it, such as the program: a call that makes its
//! own session has nobody to tell.
//!
//! Invariant: a step's event bears the same name as its row in [`WALK`], and a field `python`.
//!
//! Users: every floor of this crate; `get --trace` prints the rows with their depth.

use crate::tls::Secured;
use std::{io::IoSlice, time::Instant};
use wire::trace::{Direction, Field, Layer, Trace, Value};

/// One floor, or one thing that happens on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The event's name.
    pub name: &'static str,
    /// Who does this in Python.
    pub python: &'static str,
    /// How far below `get` it stands, for indentation.
    pub depth: usize,
    /// The floor that speaks.
    pub layer: Layer,
}

macro_rules! walk {
    ($($constant:ident $depth:literal $layer:ident $name:literal $python:literal)*) => {
        $(#[doc = concat!("`", $name, "`: `", $python, "`")]
        pub const $constant: Step =
            Step { name: $name, python: $python, depth: $depth, layer: Layer::$layer };)*

        /// All steps, from the top down.
        pub const WALK: &[Step] = &[$($constant),*];
    };
}

// ANCHOR: walk
walk! {
    GET       0 Client  "api.get"                     "requests.get, requests.api.request"
    REQUEST   1 Client  "Session.request"             "requests.Session.request"
    SEND      2 Client  "Session.send"                "requests.Session.send"
    ADAPTER   3 Client  "Adapter.send"                "requests.adapters.HTTPAdapter.send"
    MANAGER   4 Client  "PoolManager.connection_from" "urllib3.PoolManager.connection_from_host"
    OPEN      4 Client  "ConnectionPool.open"         "urllib3.HTTPConnectionPool.urlopen"
    HIT       5 Client  "ConnectionPool.hit"          "urllib3.HTTPConnectionPool._get_conn"
    MISS      5 Client  "ConnectionPool.miss"         "urllib3.HTTPConnectionPool._new_conn"
    WAIT      5 Client  "ConnectionPool.wait"         "urllib3.HTTPConnectionPool._get_conn (block)"
    STALE     5 Client  "ConnectionPool.stale"        "urllib3.util.is_connection_dropped"
    AGAIN     5 Client  "ConnectionPool.retry"        "urllib3.util.retry.Retry.increment"
    CONNECT   6 Sockets "Connection.connect"          "http.client.HTTPConnection.connect"
    RESOLVE   7 Sockets "sockets.resolve"             "socket.getaddrinfo"
    ATTEMPT   7 Sockets "sockets.dial"                "socket.socket, socket.connect"
    CONNECTED 7 Sockets "sockets.connected"           "urllib3.util.connection.create_connection"
    TUNNEL    6 Http1   "Connection.tunnel"           "http.client.HTTPConnection._tunnel"
    SECURED   6 Tls     "Connection.secured"          "urllib3.util.ssl_.ssl_wrap_socket"
    BELIEVED  7 Tls     "tls.certificate"             "ssl.SSLSocket.getpeercert"
    WRITE     5 Http1   "Connection.request"          "http.client.HTTPConnection.request"
    UPLOAD    5 Http1   "Connection.send"             "http.client.HTTPConnection.send"
    PUSHED    5 Http2   "Connection.pushed"           "(none: urllib3 takes no pushes)"
    INTERIM   5 Http1   "Connection.informational"    "http.client.HTTPResponse._read_status"
    READ      5 Http1   "Connection.response"         "http.client.HTTPConnection.getresponse"
    BODY      3 Client  "Response.body"               "urllib3.HTTPResponse.stream"
    RELEASE   4 Client  "ConnectionPool.release"      "urllib3.HTTPConnectionPool._put_conn"
    CLOSE     4 Client  "ConnectionPool.close"        "http.client.HTTPConnection.close"
    REDIRECT  2 Client  "Session.redirect"            "requests.Session.resolve_redirects"
    CHALLENGE 2 Client  "Session.challenge"           "requests.auth.HTTPDigestAuth.handle_401"
    LATER     2 Client  "Session.retry"               "urllib3.util.retry.Retry.sleep"
}
// ANCHOR_END: walk

/// Below the walk: octets that the kernel took, in a field `octets`. A download has thousands of
/// these, so they are for who wants to see the wire itself.
pub const SENT: Step =
    Step { name: "socket.send", python: "socket.socket.sendall", depth: 6, layer: Layer::Sockets };
/// Below the walk: octets that the kernel gave.
pub const RECEIVED: Step = Step {
    name: "socket.receive",
    python: "socket.socket.recv_into",
    depth: 6,
    layer: Layer::Sockets,
};

/// As [`SENT`], on a connection that speaks HTTP/2: no text.
pub const SHARED_SENT: Step = Step { name: "octets sent", layer: Layer::Http2, ..SENT };
/// As [`RECEIVED`], on a connection that speaks HTTP/2.
pub const SHARED_RECEIVED: Step = Step { name: "octets received", layer: Layer::Http2, ..RECEIVED };

/// The row of this name.
pub fn step(name: &str) -> Option<&'static Step> {
    WALK.iter().find(|step| step.name == name)
}

impl Step {
    /// Tells that this step happens now, if anybody listens.
    pub fn tell<'a, const N: usize>(
        &self,
        trace: &Trace,
        direction: Direction,
        fields: impl FnOnce() -> [Field<'a>; N],
    ) {
        self.tell_at(trace, Instant::now(), direction, fields);
    }

    /// As [`tell`](Self::tell), for what happened at `time`.
    pub fn tell_at<'a, const N: usize>(
        &self,
        trace: &Trace,
        time: Instant,
        direction: Direction,
        fields: impl FnOnce() -> [Field<'a>; N],
    ) {
        if trace.is_on() {
            let mut all = fields().to_vec();
            all.push(text("python", self.python));
            trace.emit_slice(time, self.layer, direction, self.name, None, &all);
        }
    }
}

/// Text that is only made when somebody listens.
pub(crate) fn shown(trace: &Trace, make: impl FnOnce() -> String) -> String {
    if trace.is_on() { make() } else { String::new() }
}

/// Tells that these octets passed the socket.
pub(crate) fn octets(trace: &Trace, step: &Step, direction: Direction, octets: &[u8]) {
    step.tell(trace, direction, || [Field { name: "octets", value: Value::Octets(octets) }]);
}

/// Tells that the first `written` octets of `slices` were taken.
pub(crate) fn passed(trace: &Trace, step: &Step, slices: &[IoSlice<'_>], written: usize) {
    if !trace.is_on() {
        return;
    }
    let mut left = written;
    for slice in slices {
        let taken = slice.get(..left.min(slice.len())).unwrap_or_default();
        if !taken.is_empty() {
            octets(trace, step, Direction::Sent, taken);
        }
        left -= taken.len();
    }
}

/// Tells what a handshake agreed on, and whom the server is believed to be.
pub(crate) fn secured(trace: &Trace, secured: &Secured) {
    if !trace.is_on() {
        return;
    }
    let suite = secured.suite().map(|suite| suite.to_string()).unwrap_or_default();
    let group = secured.group().map(|group| group.to_string()).unwrap_or_default();
    let alpn = secured.alpn().map(|name| name.escape_ascii().to_string()).unwrap_or_default();
    let flag = |name, value| Field { name, value: Value::Flag(value) };
    SECURED.tell(trace, Direction::Local, || {
        [
            text("version", "TLSv1.3"),
            text("suite", &suite),
            text("group", &group),
            text("alpn", &alpn),
            flag("resumed", secured.is_resumed()),
            flag("early", secured.is_early()),
        ]
    });
    let Some(leaf) = secured.chain().first() else { return };
    let (subject, issuer) = (leaf.subject().to_string(), leaf.issuer().to_string());
    let valid = leaf.validity().to_string();
    BELIEVED.tell(trace, Direction::Local, || {
        [
            text("subject", &subject),
            text("issuer", &issuer),
            text("valid", &valid),
            flag("verified", secured.is_verified()),
        ]
    });
}

/// A field of text.
pub(crate) const fn text<'a>(name: &'a str, value: &'a str) -> Field<'a> {
    Field { name, value: Value::Text(value) }
}

/// A field that counts.
pub(crate) const fn number(name: &str, value: u64) -> Field<'_> {
    Field { name, value: Value::Number(value) }
}

/// A field of time.
pub(crate) fn micros(name: &str, span: std::time::Duration) -> Field<'_> {
    Field { name, value: Value::Micros(u64::try_from(span.as_micros()).unwrap_or(u64::MAX)) }
}
