//! What is known of a connection's security once its handshake is done.

use ::tls::{NamedGroup, Suite, Summary};
use x509::Certificate;

/// What two ends agreed on, and whom we believe the other to be.
#[derive(Debug, Clone)]
pub struct Secured {
    summary: Summary,
    verified: bool,
}

impl Secured {
    pub(crate) fn new(summary: Summary, verified: bool) -> Self {
        Self { summary, verified }
    }

    /// How records are sealed.
    pub fn suite(&self) -> Option<Suite> {
        self.summary.suite
    }

    /// Where the secret comes from.
    pub fn group(&self) -> Option<NamedGroup> {
        self.summary.group
    }

    /// What is spoken inside, if the server said so.
    pub fn alpn(&self) -> Option<&[u8]> {
        self.summary.alpn.as_deref()
    }

    /// Whether a ticket was used, so that the server showed no certificate.
    pub fn is_resumed(&self) -> bool {
        self.summary.resumed
    }

    /// Whether early data was accepted.
    pub fn is_early(&self) -> bool {
        self.summary.early_data
    }

    /// The server's certificates, its own first; when resumed, those of the connection before.
    pub fn chain(&self) -> &[Certificate] {
        &self.summary.chain
    }

    /// Whether the chain was believed, as opposed to not asked about (curl's `-k`).
    pub fn is_verified(&self) -> bool {
        self.verified
    }
}
