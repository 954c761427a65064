//! Sockets as the OS gives them: everything above this floor is octets, everything below is the
//! kernel.
//!
//! ```text
//!   names       dial, resolve          a host and a port become a connected stream
//!   ports       listen, accept         a port becomes a stream of connections
//!               owner                  who sits on a port
//!   waiting     Poller, Timers,        one thread, many sockets
//!               Signals
//!   octets      sendfile, udp          the copies and calls that std cannot save
//!   options     tcp, unix              what the kernel lets us tune
//! ```
//!
//! The types are std's wherever std has one: [`std::net::TcpStream`] goes in and comes out, and
//! this crate adds what std cannot say. All that is foreign stands in `sys`, behind safe functions.
//!
//! Invariant: no `unsafe` outside `sys`, and no foreign declaration outside `sys` in the whole
//! project.
//!
//! Invariant: a descriptor is always owned by a std type, so that it is closed exactly once.
#![deny(unsafe_code)]
#![cfg(unix)]

mod dial;
mod file;
#[doc(hidden)]
pub mod fuzzing;
mod listen;
pub mod owner;
mod poller;
mod signals;
#[allow(unsafe_code, reason = "the one place where the foreign functions stand")]
mod sys;
pub mod tcp;
mod timers;
pub mod udp;
pub mod unix;

pub use dial::{
    Attempt, DialError, DialOptions, Dialed, Family, Outcome, Phase, Race, Step, addresses,
    begin_connect, dial, interleave, resolve,
};
pub use file::sendfile;
pub use listen::{ListenOptions, accept, listen};
pub use poller::{Event, Events, Interest, Poller, Token, Waker};
pub use signals::{Signal, Signals};
pub use timers::Timers;
pub use udp::{UdpOptions, UdpSocket};
