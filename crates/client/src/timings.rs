//! How long each phase took and how many octets went which way, as `get -w` prints it.
//!
//! ```text
//! started ─waited─► place ─resolve─► addresses ─connect─► socket ─handshake─► … first … last octet
//!    ├────────────────────────────── first_byte ─────────────────────────────────►│
//!    ├─────────────────────────────────── total ──────────────────────────────────────►│
//! ```
//!
//! Octets are those of the last exchange; what redirects cost is in the two spans from the start.
//!
//! Invariant: spans of one exchange do not overlap; `first_byte` and `total` count from the start
//! of the whole request, redirects included.

use std::{net::SocketAddr, time::Duration};

/// Measured by the driver. A reused connection has no `resolve`, `connect` and `handshake`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timings {
    /// Waiting for a place in the pool.
    pub waited: Duration,
    /// Looking the name up, in the last exchange.
    pub resolve: Duration,
    /// From the first connect to the connection, tunnel included, in the last exchange.
    pub connect: Duration,
    /// TLS, in the last exchange; zero without.
    pub handshake: Duration,
    /// From the start to the response's first octet.
    pub first_byte: Duration,
    /// From the start to the body's end, or to now.
    pub total: Duration,
    /// Octets written to the socket: heads, framing and content.
    pub sent: u64,
    /// Octets read from the socket.
    pub received: u64,
    /// Octets of the response's content handed out.
    pub content: u64,
    /// Octets of the request's content.
    pub uploaded: u64,
    /// The request went before the handshake was done, and counted.
    pub early: bool,
    /// The connection had carried a request before.
    pub reused: bool,
    /// The peer's address, unless it is a Unix-domain socket or another adapter's business.
    pub address: Option<SocketAddr>,
    /// Our own address.
    pub local: Option<SocketAddr>,
}
