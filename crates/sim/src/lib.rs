//! A network of which every run can be had again: virtual time, links that delay, lose and reorder.
//!
//! ```text
//!   Node ──transmit──► NAT ──► link ──► link ──► NAT ──receive──► Node
//!                              │ queue, rate, delay, jitter
//!                              └ loss, blackout, reorder, duplication, corruption, ECN, MTU
//!   Network::step    to the next instant at which anything happens
//!   Journal          what was sent and what became of it, as a page a person reads
//!   tcp              a modelled TCP, so that HTTP/1 and HTTP/2 can travel the same links as QUIC
//! ```
//!
//! ```
//! use sim::{Datagram, Link, Network, Node};
//! use std::{net::SocketAddr, time::{Duration, Instant}};
//!
//! /// Says what it is given to say, and keeps what it hears.
//! #[derive(Default)]
//! struct Talker { say: Vec<Datagram>, heard: Vec<Vec<u8>> }
//! impl Node for Talker {
//!     fn receive(&mut self, datagram: Datagram, _: Instant) { self.heard.push(datagram.payload) }
//!     fn transmit(&mut self, _: Instant) -> Option<Datagram> { self.say.pop() }
//!     fn next_timeout(&self) -> Option<Instant> { None }
//!     fn handle_timeout(&mut self, _: Instant) {}
//! }
//!
//! let (from, to): (SocketAddr, SocketAddr) =
//!     ("10.0.0.1:5000".parse().unwrap(), "10.0.0.2:443".parse().unwrap());
//! let mut network = Network::new(7);
//! // The numbers say which of the nodes handed to `run` has this address.
//! let client = network.attach(0, "client", from.ip());
//! let server = network.attach(1, "server", to.ip());
//! network.connect(client, server, Link::new().delay(Duration::from_millis(15)));
//!
//! let (mut a, mut b) = (Talker::default(), Talker::default());
//! a.say.push(Datagram::new(from, to, b"hello".to_vec()));
//! network.run(&mut [&mut a, &mut b], Duration::from_secs(1)).unwrap();
//! assert_eq!(b.heard, [b"hello"]);
//! assert_eq!(network.elapsed(), Duration::from_millis(15));
//! ```
//!
//! Invariant: a run is a function of its seed; nothing here reads a clock or asks for randomness.
//! (`Network::new` takes the process's instant once, as the name of time zero: an `Instant` cannot
//! be made otherwise. Only differences to it are ever used.)
//!
//! Used by: the tests of `quic`, and `lab`, which runs the cores of `client` and `server` over it.
#![forbid(unsafe_code)]

mod chance;
mod datagram;
mod error;
#[doc(hidden)]
pub mod fuzzing;
mod host;
mod journal;
mod limits;
mod link;
mod nat;
mod network;
mod node;
pub mod tcp;

pub use chance::Chance;
pub use datagram::{Datagram, Ecn, Payload};
pub use error::Error;
pub use host::{Host, Packet, Silent};
pub use journal::{Entry, Journal, What};
pub use limits::Limits;
pub use link::{Link, Loss, Mark};
pub use network::{Drop, Interface, LinkId, Network, Stats, Verdict};
pub use node::Node;
