//! Why a dial came to nothing, with all that was tried.

use super::{Attempt, Outcome};
use std::{io, time::Duration};

/// Where the time went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Turning the name into addresses.
    Resolving,
    /// Connecting to them.
    Connecting,
}

/// No connection.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// The system cannot turn the name into an address.
    #[error("cannot resolve '{host}': {source}")]
    Resolve {
        /// The name.
        host: String,
        /// What getaddrinfo said.
        source: io::Error,
    },
    /// The name has addresses, but none of the family that was asked for.
    #[error("'{host}' has no {family} address")]
    NoAddress {
        /// The name.
        host: String,
        /// `IPv4`, `IPv6` or, where an override is empty, `usable`.
        family: &'static str,
    },
    /// Every address refused: the machine is there, nobody listens on the port.
    #[error("'{host}' port {port}: connection refused{}", tried(attempts))]
    Refused {
        /// The name.
        host: String,
        /// The port.
        port: u16,
        /// What was tried.
        attempts: Vec<Attempt>,
    },
    /// Every address failed, not all by refusal.
    #[error("'{host}' port {port}: {reason}{}", tried(attempts))]
    Failed {
        /// The name.
        host: String,
        /// The port.
        port: u16,
        /// The last failure, in the system's words.
        reason: String,
        /// What was tried.
        attempts: Vec<Attempt>,
    },
    /// `connect_timeout` was over.
    #[error("'{host}' port {port}: no connection within {after:?}{}", tried(attempts))]
    TimedOut {
        /// The name.
        host: String,
        /// The port.
        port: u16,
        /// The time that was allowed.
        after: Duration,
        /// What was being done.
        phase: Phase,
        /// What was tried.
        attempts: Vec<Attempt>,
    },
    /// The system gave no socket or no thread: a limit of ours, not the peer's fault.
    #[error("cannot dial: {0}")]
    Local(#[from] io::Error),
}

impl DialError {
    /// What was tried, in order of start.
    pub fn attempts(&self) -> &[Attempt] {
        match self {
            Self::Refused { attempts, .. }
            | Self::Failed { attempts, .. }
            | Self::TimedOut { attempts, .. } => attempts,
            Self::Resolve { .. } | Self::NoAddress { .. } | Self::Local(_) => &[],
        }
    }

    /// All attempts failed: name the failure that they share, or the last.
    pub(super) fn lost(host: &str, port: u16, attempts: Vec<Attempt>) -> Self {
        let host = host.to_string();
        let failures = || {
            attempts.iter().filter_map(|attempt| match &attempt.outcome {
                Outcome::Failed(error) => Some(error),
                _ => None,
            })
        };
        if failures().all(|error| error.kind() == io::ErrorKind::ConnectionRefused) {
            return Self::Refused { host, port, attempts };
        }
        let reason = failures().next_back().map(ToString::to_string).unwrap_or_default();
        Self::Failed { host, port, reason, attempts }
    }
}

/// ` (tried ::1, 127.0.0.1)`, or nothing where nothing was tried.
fn tried(attempts: &[Attempt]) -> String {
    if attempts.is_empty() {
        return String::new();
    }
    let names: Vec<String> =
        attempts.iter().map(|attempt| attempt.address.ip().to_string()).collect();
    format!(" (tried {})", names.join(", "))
}
