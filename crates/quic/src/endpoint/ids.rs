//! How our connection IDs are made: nobody can guess or connect them, and we know our own.
//!
//! RFC 9000 §5.1, §10.3.2
//!
//! ```text
//!   octets   0        1 … 7
//!          ┌────────┬──────────────┐
//!          │turn ⊕ m│    random    │      m: the first octet of a keyed hash of the random ones
//!          └────────┴──────────────┘
//! ```
//!
//! Several sockets may share a port, and the kernel chooses between them by the peer's address.
//! When that changes, a datagram comes to the wrong one, whose endpoint reads here whose it is. To
//! others the first octet looks as random as the rest.
//!
//! Used by: the endpoint, one for each connection.

use crate::{connection::IdSource, connection_id::ConnectionId, token::TokenKey};
use std::sync::Arc;
use wire::Random;

/// Octets of our connection IDs.
pub const ID_LENGTH: usize = 8;

/// Makes connection IDs and their stateless reset tokens.
pub struct Identifiers {
    key: Arc<TokenKey>,
    turn: u8,
    random: Box<dyn Random + Send>,
}

impl Identifiers {
    /// For the endpoint whose turn this is.
    pub fn new(key: Arc<TokenKey>, turn: u8, random: Box<dyn Random + Send>) -> Self {
        Self { key, turn, random }
    }

    /// Whose connection ID it is, if it is one of ours; a number without meaning else.
    pub fn turn_of(key: &TokenKey, id: &[u8]) -> Option<u8> {
        let (first, rest) = id.split_first()?;
        Some(first ^ mask(key, rest))
    }
}

fn mask(key: &TokenKey, rest: &[u8]) -> u8 {
    let rest = ConnectionId::new(rest).unwrap_or_default();
    let [mask, ..] = key.stateless_reset(&rest);
    mask
}

impl IdSource for Identifiers {
    fn issue(&mut self) -> (ConnectionId, [u8; 16]) {
        let mut octets = [0; ID_LENGTH];
        self.random.fill(&mut octets);
        let [first, rest @ ..] = &mut octets;
        *first = self.turn ^ mask(&self.key, rest);
        let id = ConnectionId::new(&octets).unwrap_or_default();
        (id, self.key.stateless_reset(&id))
    }
}
