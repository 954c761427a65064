//! QUIC: a transport in user space, over datagrams, with TLS inside.
//!
//! RFC 9000, RFC 9001, RFC 9002
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
