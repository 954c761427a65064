//! What a handshake tells whoever carries it.

use crate::{Level, NamedGroup, Role, Suite, Ticket, schedule::Secret};
use std::sync::Arc;
use x509::Certificate;

/// What happened, in the order in which it must be acted on.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// Send these octets under the keys of that level: whole messages, in order.
    Send {
        /// Under which keys.
        level: Level,
        /// The messages.
        octets: Vec<u8>,
    },
    /// A secret is ready. Of our own, what is sent from here on at that level is under it; of the
    /// peer's, what comes.
    Secret {
        /// What it protects.
        level: Level,
        /// Who sends under it.
        sender: Role,
        /// How.
        suite: Suite,
        /// The secret.
        secret: Secret,
    },
    /// What becomes of early data: at a client, what was sent; at a server, what may come.
    EarlyData(EarlyData),
    /// The peer's QUIC transport parameters (RFC 9001 §8.2).
    PeerParameters(Vec<u8>),
    /// What is spoken inside.
    Alpn(Vec<u8>),
    /// A ticket for the next time. It is in the session store already.
    Ticket(Box<Ticket>),
    /// The peer wants us to take the next key (RFC 8446 §4.6.3): call
    /// [`key_update`](crate::Handshake::key_update) before anything else is sent.
    KeyUpdateRequested,
    /// The handshake is done.
    Complete(Box<Summary>),
}

/// What becomes of early data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EarlyData {
    /// It counts.
    Accepted,
    /// It is as if it had never been sent.
    Rejected,
}

/// What the two ends agreed on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// How records are sealed.
    pub suite: Option<Suite>,
    /// Where the secret comes from.
    pub group: Option<NamedGroup>,
    /// What is spoken inside.
    pub alpn: Option<Vec<u8>>,
    /// The name that the client asked for, where it is a host's.
    pub server_name: Option<Vec<u8>>,
    /// Whether a key from before was used, so that no certificate was shown.
    pub resumed: bool,
    /// Whether early data was accepted.
    pub early_data: bool,
    /// Whether it took a HelloRetryRequest.
    pub retried: bool,
    /// Who the peer is, its own certificate first; from the connection before where this one
    /// resumes it. Empty where the peer did not say.
    pub chain: Arc<[Certificate]>,
}
