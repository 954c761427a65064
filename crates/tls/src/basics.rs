//! The few words that every other module uses: who, where, when, and how much is too much.
//!
//! RFC 8446 §2, RFC 9001 §4.1

use std::{
    fmt,
    time::{Duration, Instant},
};
use wire::UnixTime;

/// Which end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Speaks first.
    Client,
    /// Proves who it is.
    Server,
}

impl Role {
    /// The other end.
    pub const fn peer(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
        }
    }
}

/// Under which keys something is sent, in the order in which they come to be. RFC 8446 calls it an
/// epoch, RFC 9001 an encryption level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Under none: the two hellos.
    Initial,
    /// What a client sends before the server has said a word: keys from an earlier connection.
    EarlyData,
    /// The rest of the handshake.
    Handshake,
    /// What it was all for.
    Application,
}

impl Level {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Initial => "initial",
            Self::EarlyData => "early data",
            Self::Handshake => "handshake",
            Self::Application => "application",
        }
    }
}

/// One moment on two clocks: the one that never jumps, and the one that certificates know. A
/// connection is given both once; from then on the first is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// For whatever waits or measures.
    pub instant: Instant,
    /// For the validity of certificates.
    pub time: UnixTime,
}

impl Moment {
    /// The wall time at `now`.
    pub fn at(&self, now: Instant) -> UnixTime {
        let since = now.saturating_duration_since(self.instant).as_secs();
        self.time.plus_seconds(i64::try_from(since).unwrap_or(i64::MAX))
    }
}

/// Ceilings of a connection. All are on by default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Octets of one handshake message, 65,536: the longest that people send is a chain of
    /// certificates, of some thousand octets. The RFC would allow 16 MiB.
    pub message: usize,
    /// Certificates in a chain, 16: each is parsed before any is believed.
    pub chain: usize,
    /// Pre-shared keys of a ClientHello that are looked at, 4; the rest is read and ignored. Each
    /// costs the store a look.
    pub identities: usize,
    /// Records in a row that bring nothing forward (empty ones, change_cipher_spec,
    /// user_canceled, KeyUpdate), 32: they cost their sender less than us.
    pub useless: u32,
    /// NewSessionTicket messages that a client keeps from one connection, 8; more are read and
    /// dropped.
    pub tickets: u32,
    /// Octets of early data that a server skips when it does not take it, 128 KiB: what a client
    /// may have sent before it hears of it.
    pub skipped: usize,
    /// Octets in memory, waiting to be sent, at which
    /// [`output_room`](crate::record::Connection::output_room) is 0 and sending is a
    /// [`Misuse`](crate::Misuse); 1 MiB.
    pub output: usize,
    /// Octets that are read and dropped behind a violation so that our alert is not lost to a
    /// reset, 1 MiB.
    pub discard: u64,
    /// Records under one key after which we take the next one, 2^24: AES-GCM is good for 2^24.5
    /// (RFC 8446 §5.5). ChaCha20-Poly1305 would last longer, and does not mind.
    pub records: u64,
    /// How long the handshake may take, 10 s.
    pub handshake: Duration,
    /// How long the peer has to answer our close_notify, or to hear our alert; 5 s.
    pub close: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message: 65_536,
            chain: 16,
            identities: 4,
            useless: 32,
            tickets: 8,
            skipped: 128 << 10,
            output: 1 << 20,
            discard: 1 << 20,
            records: 1 << 24,
            handshake: Duration::from_secs(10),
            close: Duration::from_secs(5),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
