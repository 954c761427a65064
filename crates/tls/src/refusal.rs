//! Why a certificate is not believed, and what its owner is told.
//!
//! RFC 8446 §4.4.2.4, §6.2

use crate::Alert;
use std::fmt;

/// A verifier's no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What the peer is told.
    pub alert: Alert,
    /// What a person is told: which certificate, and why.
    pub reason: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}
