//! What a connection tells its driver.

use crate::{EarlyData, Error, Summary, Ticket};

/// What happened.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// Data from the peer, from [`receive`](super::Connection::receive) alone.
    Data {
        /// The octets.
        octets: Vec<u8>,
        /// Whether they came before the handshake was done, so that somebody may have sent them
        /// again (RFC 8446 §8).
        early: bool,
    },
    /// What becomes of early data. At a client, [`EarlyData::Rejected`] means: send it again.
    EarlyData(EarlyData),
    /// The handshake is done.
    HandshakeComplete(Box<Summary>),
    /// A ticket for the next time. It is in the session store already.
    Ticket(Box<Ticket>),
    /// The connection has failed: the peer broke a rule, or says that we did.
    Violation(Error),
    /// Nothing more comes from the peer.
    Closed {
        /// Whether it said so (RFC 8446 §6.1). If not, what came may have been cut short by
        /// anybody.
        clean: bool,
    },
}
