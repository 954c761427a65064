//! QUIC: a transport in user space, over datagrams, with TLS inside.
//!
//! RFC 9000, RFC 9001, RFC 9002
//!
//! ```text
//!  in    datagram ─► endpoint ─► connection ─► packet ─► protection ─► frame ─► stream
//!                    whose?                    cut apart opened        read     in order
//!
//!  out   datagram ◄─ packet ◄─ connection ◄─ frames ◄─ streams: what is new
//!                              │           ◄─ recovery: what is lost goes again
//!                              └ congestion: how much may go, and when
//! ```
//!
//! It opens no socket and reads no clock: datagrams, time and chance are handed in; datagrams,
//! events and the next deadline come out. An [`Endpoint`] is all that stands behind one socket. A
//! [`Connection`] is one of those in it, and what an application speaks with: it opens streams,
//! sends, reads, and asks what happened ([`Event`]). The crate `port` joins both to a real UDP
//! socket, the tests here to the network of `sim`, in which time is a number.
//!
//! | to understand                       | read                                             |
//! |-------------------------------------|--------------------------------------------------|
//! | what is on the wire                 | [`packet`], [`frame`], [`parameters`], [`version`] |
//! | why nobody else can read it         | [`protection`], [`crypto`], [`token`]            |
//! | streams and their windows           | [`stream`], [`flow`]                             |
//! | what was lost, and how fast to send | [`acks`], [`recovery`], [`congestion`], [`pmtud`] |
//! | names, addresses, strangers         | [`connection_id`], [`cids`], [`endpoint`]        |
//! | one end, as a whole                 | [`connection`], whose files are its verbs        |
//! | what a peer must not do             | [`error`], [`limits`], and `tests/RULES.md`      |
//!
//! A good way in: [`frame`], then [`stream`], then [`recovery`], and [`connection`] last.
//!
//! Invariant: no input of a peer makes this crate panic, loop, or keep more than its limits say.
#![forbid(unsafe_code)]

pub mod acks;
pub mod cids;
mod config;
pub mod congestion;
pub mod connection;
pub mod connection_id;
pub mod crypto;
pub mod endpoint;
pub mod error;
mod event;
pub mod flow;
pub mod frame;
#[doc(hidden)]
pub mod fuzzing;
pub mod limits;
mod misuse;
pub mod packet;
pub mod parameters;
pub mod pmtud;
pub mod protection;
pub mod ranges;
pub mod recovery;
pub mod stream;
pub mod token;
pub mod version;

#[doc(hidden)]
pub use config::Lies;
pub use config::{ClientConfig, ServerConfig, Transport};
pub use connection::{Connection, FourTuple, Transmit};
pub use endpoint::{Endpoint, EndpointLimits, Handle, Received};
pub use event::{Closed, Event};
pub use misuse::Misuse;
