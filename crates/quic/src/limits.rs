//! How much is too much.
//!
//! RFC 9000 §21
//!
//! Invariant: whatever a peer can make us keep or do has its ceiling here, on by default.
//!
//! Used by: every module that keeps something for a peer.

use crate::protection::Wear;

/// Ceilings of one connection. What our transport parameters announce stands there, not here.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Octets of a token from a NEW_TOKEN frame that are kept for the next connection; a longer
    /// one is passed over. A token must fit an Initial packet beside a ClientHello.
    pub token: usize,
    /// Octets of a CONNECTION_CLOSE's reason that are kept. It is text for a log.
    pub reason: usize,
    /// Packets in one datagram that are looked at; the rest is dropped. A handshake needs four.
    pub coalesced: usize,
    /// Ranges of received packet numbers that are kept for acknowledgments: enough for any path
    /// that is worth staying on; the lowest go first (RFC 9000 §13.2.3).
    pub ack_ranges: usize,
    /// Octets of CRYPTO data that may wait for octets before them, in each space. Must be 4,096 at
    /// least (RFC 9000 §7.5); a chain of nine certificates takes less.
    pub crypto: usize,
    /// Packets kept undecrypted because their keys are not there yet: a datagram's worth or so for
    /// each of Handshake, 0-RTT and 1-RTT.
    pub undecryptable: usize,
    /// PATH_CHALLENGEs that wait for an answer; further ones replace the oldest (RFC 9000 §8.2.2).
    pub path_responses: usize,
    /// How much 1-RTT keys may do before they are updated, and before the connection ends: what the
    /// AEAD allows (RFC 9001 §6.6).
    pub wear: Wear,
    /// Datagrams (RFC 9221), in octets, that wait to be read; the oldest go first.
    pub datagrams: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            token: 512,
            reason: 1024,
            coalesced: 16,
            ack_ranges: crate::acks::RANGES,
            crypto: 65_536,
            undecryptable: 16,
            path_responses: 4,
            wear: Wear::default(),
            datagrams: 1 << 20,
        }
    }
}
