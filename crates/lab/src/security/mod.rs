//! What TLS costs, and what it hides.
//!
//! RFC 8446
//!
//! ```text
//!   costs   client ⇄ server, both in memory      flights, octets, signatures, time at each end
//!   Line    client ⇄ a server over TCP           round trips, octets, and every message by name
//! ```
//!
//! Invariant: what is counted passed between our own two ends, whole; nothing is assumed.
//!
//! Used by: the tour, `wirebook cert`, the book.

mod costs;
mod line;
mod script;
mod table;

pub use costs::{Cost, End, Kind, costs};
pub use line::{Line, Passed};
pub use script::script;
pub use table::text;

use ring::rand::SecureRandom;
use wire::Random;

/// Why an experiment broke off.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The stream failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The handshake failed, or something after it.
    #[error("{0}")]
    Tls(#[from] tls::Error),
    /// We did what cannot be done now.
    #[error("{0}")]
    Misuse(#[from] tls::Misuse),
    /// A certificate cannot be made.
    #[error("{0}")]
    Certificate(#[from] x509::Error),
    /// The connection ended too early.
    #[error("the connection ended before the handshake did; the peer may not speak TLS 1.3")]
    Ended,
    /// A handshake came out otherwise than it was meant to.
    #[error("{0} was meant to happen and did not")]
    Unmet(&'static str),
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&mut self, octets: &mut [u8]) {
        // Where the system has none, no key can be made either, and that is an error.
        let _ = ring::rand::SystemRandom::new().fill(octets);
    }
}
