//! What a load came to: answers, octets, times, and what went wrong.
//!
//! Invariant: its size does not grow with what is counted.

use super::Histogram;
use std::{collections::BTreeMap, time::Duration};

/// Different reasons kept in words; the rest is counted alone.
const REASONS: usize = 8;

/// What went wrong, by when it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failure {
    /// There was no connection.
    Connect,
    /// TLS found no agreement.
    Handshake,
    /// The peer broke a rule of HTTP.
    Protocol,
    /// The stream of a request was reset.
    Reset,
    /// The connection ended before the answer did.
    Cut,
    /// Nothing came for too long.
    Silence,
}

impl Failure {
    /// As it is printed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connect => "no connection",
            Self::Handshake => "TLS failed",
            Self::Protocol => "rule broken",
            Self::Reset => "stream reset",
            Self::Cut => "cut off",
            Self::Silence => "no answer in time",
        }
    }
}

/// What was counted.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// From the request's first octet on its way to the answer's last.
    pub latency: Histogram,
    /// From nothing to a TCP connection.
    pub connect: Histogram,
    /// From there to the end of TLS's handshake.
    pub handshake: Histogram,
    /// Answers by their status.
    pub statuses: BTreeMap<u16, u64>,
    /// Requests and connections that came to nothing.
    pub failures: BTreeMap<Failure, u64>,
    /// Why, in words: the first few that differ.
    pub reasons: Vec<String>,
    /// Requests that a closing server had not looked at, and that were asked again.
    pub again: u64,
    /// Connections over which HTTP/1.1 was spoken, HTTP/2, HTTP/3.
    pub spoken: [u64; 3],
    /// Octets of the answers' content.
    pub content: u64,
    /// Octets of HTTP received beside it: heads, sizes of chunks, heads of frames;
    /// over HTTP/3 those of packets too.
    pub heads: u64,
    /// Octets received from the socket: of records, where there is TLS; of QUIC's datagrams.
    pub received: u64,
    /// Octets sent to it.
    pub sent: u64,
    /// What the generator itself cost, where the system tells.
    pub cpu: Option<Duration>,
}

impl Tally {
    /// Answers that came, whole, whatever their status.
    pub const fn answers(&self) -> u64 {
        self.latency.count()
    }

    /// Answers with a status under 400.
    pub fn succeeded(&self) -> u64 {
        self.statuses.range(..400).map(|(_, count)| count).sum()
    }

    /// All that came to nothing.
    pub fn failed(&self) -> u64 {
        self.failures.values().sum()
    }

    pub(super) fn fail(&mut self, failure: Failure, count: u64, reason: &str) {
        *self.failures.entry(failure).or_default() += count;
        self.reason(reason);
    }

    fn reason(&mut self, reason: &str) {
        if self.reasons.len() < REASONS && !self.reasons.iter().any(|known| known == reason) {
            self.reasons.push(reason.to_owned());
        }
    }

    /// Counts what another thread counted.
    pub(super) fn add(&mut self, other: &Self) {
        self.latency.add(&other.latency);
        self.connect.add(&other.connect);
        self.handshake.add(&other.handshake);
        for (status, count) in &other.statuses {
            *self.statuses.entry(*status).or_default() += count;
        }
        for (failure, count) in &other.failures {
            *self.failures.entry(*failure).or_default() += count;
        }
        for reason in &other.reasons {
            self.reason(reason);
        }
        for (spoken, more) in self.spoken.iter_mut().zip(other.spoken) {
            *spoken += more;
        }
        self.again += other.again;
        self.content += other.content;
        self.heads += other.heads;
        self.received += other.received;
        self.sent += other.sent;
        self.cpu = match (self.cpu, other.cpu) {
            (Some(one), Some(other)) => Some(one + other),
            (one, other) => one.or(other),
        };
    }
}
