//! Where the decisions of [`crate::core`] meet sockets, threads and the clock.
//!
//! ```text
//! manager     one pool per origin and proxy
//! pool        connections that wait, threads that wait for one
//! connect     name → address → socket (→ tunnel) (→ TLS)
//! handshake   TLS: keys, and what is spoken inside
//! connection  the state machine of http1, its socket and its buffers
//! upload      the request's content on its way out
//! exchange    one request and its response on one connection
//! multiplex   many requests on one connection, and the thread that drives it
//! shared      whether an origin's requests share one
//! reach       name → addresses → QUIC
//! compete     QUIC against TCP
//! upgrade     the stream behind a 101, on its way out of HTTP
//! body        the response's content on its way to the caller
//! decoded     the same, with a content coding undone
//! stream      TCP or Unix-domain, under TLS or not
//! secure      TLS between the two
//! random      the system's random octets
//! ```
//!
//! HTTP/1 runs on the caller's thread; no thread is started for it but the resolver's (in
//! `sockets::dial`), since nothing else can be interrupted. HTTP/2 and HTTP/3 have one thread for a
//! session; while QUIC and TCP race, there is one more.
//!
//! Invariant: a connection that is not shared is owned by exactly one of: the pool's idle list, one
//! exchange, one response body.

pub(crate) mod body;
mod compete;
pub(crate) mod connect;
pub(crate) mod connection;
pub(crate) mod decoded;
pub(crate) mod exchange;
mod handshake;
pub(crate) mod manager;
pub(crate) mod multiplex;
pub(crate) mod pool;
pub(crate) mod random;
mod reach;
mod secure;
mod shared;
pub(crate) mod stream;
pub(crate) mod upgrade;
pub(crate) mod upload;
