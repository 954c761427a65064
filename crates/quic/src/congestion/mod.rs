//! How much may be in flight on a path, so that nobody's queue overflows for long.
//!
//! RFC 9002 §7, appendix B
//!
//! ```text
//!                 New path or      +------------+
//!            persistent congestion |   Slow     |
//!        (O)---------------------->|   Start    |
//!                                  +------------+
//!                                        │ loss, more CE, or (HyStart++) a longer RTT
//!                                        ▼
//!  +------------+     loss or      +------------+
//!  | Congestion |     more CE      |  Recovery  |
//!  | Avoidance  |----------------->|   Period   |
//!  +------------+                  +------------+
//!            ▲                           │
//!            +---------------------------+
//!               a packet that was sent in it is acknowledged
//! ```
//!
//! Slow start and the recovery period are the same for all; an [`Algorithm`] says how the window
//! shrinks, and how it grows again in avoidance.
//!
//! Invariant: the window is never below two datagrams.
//!
//! Invariant: packets that were sent before a recovery period began neither shrink nor grow the
//! window, whatever becomes of them.
//!
//! Used by: [`recovery`](crate::recovery), one for each path.

mod cubic;
mod hystart;
mod new_reno;
mod pacer;

pub use cubic::Cubic;
pub use hystart::HyStart;
pub use new_reno::NewReno;
pub use pacer::Pacer;

use std::time::{Duration, Instant};

/// Which algorithm, for a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Algorithm {
    /// RFC 9438: grows with time, so that a long round trip costs less.
    #[default]
    Cubic,
    /// RFC 9002 §7: half on a loss, one datagram more for each round trip.
    NewReno,
}

/// What an algorithm decides.
pub trait Controller {
    /// Congestion: answers the new slow start threshold, which becomes the window too.
    fn shrink(&mut self, window: u64, datagram: u64) -> u64;

    /// Octets were acknowledged in avoidance: answers the new window.
    fn grow(&mut self, window: u64, acked: &Acked, datagram: u64) -> u64;

    /// An acknowledgment came while the sender had too little to send: time that passes now does
    /// not make the window grow.
    fn pause(&mut self, now: Instant);

    /// The algorithm's name, as qlog and the metrics say it.
    fn name(&self) -> &'static str;
}

/// One of the algorithms.
#[derive(Debug, Clone)]
enum Kind {
    Cubic(Cubic),
    NewReno(NewReno),
}

impl Kind {
    const fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Cubic => Self::Cubic(Cubic::new()),
            Algorithm::NewReno => Self::NewReno(NewReno::new()),
        }
    }

    fn get(&mut self) -> &mut dyn Controller {
        match self {
            Self::Cubic(cubic) => cubic,
            Self::NewReno(new_reno) => new_reno,
        }
    }
}

/// What one acknowledgment tells a controller of one packet.
#[derive(Debug, Clone, Copy)]
pub struct Acked {
    /// The packet's number: rounds are counted by it.
    pub number: u64,
    /// Octets of the packet.
    pub size: u64,
    /// When the packet was sent.
    pub sent: Instant,
    /// Now.
    pub now: Instant,
    /// The smoothed RTT.
    pub rtt: Duration,
    /// Whether the RTT says that a queue has built up somewhere: then others may be waiting in it
    /// beside us.
    pub queue: bool,
    /// Whether the sender had less to send than it might have: then the window was not tried out
    /// and does not grow (§7.8).
    pub limited: bool,
}

/// Where a path's controller is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The window doubles each round trip.
    SlowStart,
    /// The window has been cut; packets sent before that are still on their way.
    Recovery,
    /// The window grows slowly.
    Avoidance,
}

impl Phase {
    /// The name in qlog.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SlowStart => "slow_start",
            Self::Recovery => "recovery",
            Self::Avoidance => "congestion_avoidance",
        }
    }
}

/// What a window was before it was cut, in case the loss turns out to be none.
#[derive(Debug, Clone)]
struct Before {
    kind: Kind,
    window: u64,
    threshold: u64,
}

/// The congestion controller of one path.
#[derive(Debug)]
pub struct Congestion {
    algorithm: Algorithm,
    kind: Kind,
    hystart: HyStart,
    window: u64,
    threshold: u64,
    datagram: u64,
    recovery: Option<Instant>,
    /// Whether nothing sent since the recovery period began has been acknowledged.
    recovering: bool,
    /// One packet may go beyond the window, to speed recovery up (§7.3.2).
    extra: bool,
    before: Option<Before>,
}

impl Congestion {
    /// A new path's, whose datagrams have `datagram` octets.
    pub fn new(algorithm: Algorithm, datagram: u16) -> Self {
        Self {
            algorithm,
            kind: Kind::new(algorithm),
            hystart: HyStart::new(),
            window: initial_window(datagram.into()),
            threshold: u64::MAX,
            datagram: datagram.into(),
            recovery: None,
            recovering: false,
            extra: false,
            before: None,
        }
    }

    /// Octets that may be in flight.
    pub const fn window(&self) -> u64 {
        self.window
    }

    /// The slow start threshold, once there is one.
    pub fn threshold(&self) -> Option<u64> {
        (self.threshold != u64::MAX).then_some(self.threshold)
    }

    /// Where it is.
    pub const fn phase(&self) -> Phase {
        if self.recovering {
            Phase::Recovery
        } else if self.window < self.threshold {
            Phase::SlowStart
        } else {
            Phase::Avoidance
        }
    }

    /// Which algorithm it is.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Octets that may be sent now, with `in_flight` of them on their way. On entering recovery
    /// one datagram may always go.
    pub const fn room(&self, in_flight: u64) -> u64 {
        let room = self.window.saturating_sub(in_flight);
        if self.extra && room < self.datagram { self.datagram } else { room }
    }

    /// A packet that counts as in flight was sent.
    pub const fn on_sent(&mut self) {
        self.extra = false;
    }

    /// A sample of the RTT, which came with the acknowledgment of `number`; `next` is the number
    /// that will be sent next. Slow start may end by it.
    pub fn on_sample(&mut self, sample: Duration, number: u64, next: u64) {
        // Only the first slow start: a later one knows where to end (RFC 9406 §4.3).
        let first = self.threshold == u64::MAX;
        if first && self.hystart.on_sample(sample, number, next) {
            self.threshold = self.window;
        }
    }

    // ANCHOR: acked
    /// A packet that was in flight is acknowledged.
    pub fn on_acked(&mut self, acked: &Acked) {
        if self.recovery.is_some_and(|began| acked.sent <= began) {
            return;
        }
        self.recovering = false;
        if acked.limited {
            self.kind.get().pause(acked.now);
            return;
        }
        if self.window < self.threshold {
            let first = self.threshold == u64::MAX;
            let more = if first { self.hystart.growth(acked.size) } else { acked.size };
            self.window = self.window.saturating_add(more);
        } else {
            self.window = self.kind.get().grow(self.window, acked, self.datagram);
        }
    }
    // ANCHOR_END: acked

    // ANCHOR: congestion
    /// A packet that was sent at `sent` was lost, or the network has marked one: cut the window,
    /// once for each round trip. Answers whether that was done.
    pub fn on_congestion(&mut self, sent: Instant, now: Instant) -> bool {
        if self.recovery.is_some_and(|began| sent <= began) {
            return false;
        }
        let (kind, window, threshold) = (self.kind.clone(), self.window, self.threshold);
        self.before = Some(Before { kind, window, threshold });
        self.recovery = Some(now);
        self.recovering = true;
        self.extra = true;
        let threshold = self.kind.get().shrink(self.window, self.datagram);
        self.window = threshold.max(self.least());
        self.threshold = self.window;
        true
    }
    // ANCHOR_END: congestion

    /// All packets whose loss cut the window last were acknowledged after all: the network had
    /// only reordered them, and the window is what it was (RFC 9438 §4.9.2).
    pub fn on_spurious(&mut self) {
        let Some(before) = self.before.take() else { return };
        if self.window < before.window {
            (self.kind, self.window) = (before.kind, before.window);
            self.threshold = before.threshold;
            self.recovering = false;
        }
    }

    /// Nothing came through for so long that all that was known of the path is void (§7.6). What
    /// the window was when it was cut is still where slow start ends.
    pub fn on_persistent_congestion(&mut self) {
        self.window = self.least();
        self.recovery = None;
        self.recovering = false;
        self.before = None;
        self.kind = Kind::new(self.algorithm);
    }

    /// The path takes datagrams of `datagram` octets now. A window that has not been used yet
    /// follows (§7.2).
    pub fn on_datagram_size(&mut self, datagram: u16) {
        let untouched = self.window == initial_window(self.datagram);
        self.datagram = datagram.into();
        if untouched && self.threshold == u64::MAX {
            self.window = initial_window(self.datagram);
        }
        self.window = self.window.max(self.least());
    }

    /// Octets of a datagram.
    pub const fn datagram(&self) -> u64 {
        self.datagram
    }

    const fn least(&self) -> u64 {
        2 * self.datagram
    }
}

/// Ten datagrams, and 14,720 octets at most unless two datagrams are more (§7.2).
const fn initial_window(datagram: u64) -> u64 {
    let (two, ten) = (2 * datagram, 10 * datagram);
    let most = if two > 14_720 { two } else { 14_720 };
    if ten < most { ten } else { most }
}
