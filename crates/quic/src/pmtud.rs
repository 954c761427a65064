//! How large a datagram the path carries, found out by sending larger ones.
//!
//! RFC 8899 §5, RFC 9000 §14.3, §14.4
//!
//! ```text
//!              handshake done            the largest came, or the gap is small
//!   disabled ─────────────────► searching ─────────────────────────────────────► complete
//!                                ▲  ▲  │                                          │   │
//!                     1,200 came │  └──┼── after 600 s ───────────────────────────┘   │
//!                                │     │                                              │
//!       error ◄──────────────── base ◄─┴────────────── black hole ────────────────────┘
//!         │      3 probes lost   ▲
//!         └──────────────────────┘ a probe came after all
//! ```
//!
//! A probe is a datagram of PING and PADDING. Its loss says nothing of congestion: it was too
//! large. The largest size is tried first, for most paths carry it; then the gap is halved.
//!
//! Invariant: [`Pmtud::size`] is 1,200, or a size of which a probe was acknowledged.
//!
//! Invariant: three probes of a size at most are sent before the next size is tried, and one is in
//! flight at most.
//!
//! Used by: the connection, one for each path.

use std::time::{Duration, Instant};

/// The size every path of QUIC carries: BASE_PLPMTU (RFC 9000 §14.1).
pub const BASE: u16 = 1200;

/// Probes of one size before it is given up: MAX_PROBES.
pub const MAX_PROBES: u8 = 3;

/// How long a search stays complete: PMTU_RAISE_TIMER.
pub const RAISE: Duration = Duration::from_secs(600);

/// A gap that is not worth one more probe.
const CLOSE: u16 = 16;

/// Large datagrams lost without one of them acknowledged, before a black hole is suspected.
const HOLE: u32 = 8;

/// Where the search is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The path is not known to carry anything yet.
    Disabled,
    /// It is to be seen whether it carries 1,200 octets still.
    Base,
    /// Larger sizes are tried.
    Searching,
    /// The largest size is known, for a while.
    Complete,
    /// Not even 1,200 octets come through.
    Error,
}

/// The search of one path.
#[derive(Debug, Clone)]
pub struct Pmtud {
    state: State,
    size: u16,
    /// The largest that this end and the peer can take.
    most: u16,
    /// The least that is known to be too large, or one more than the most.
    too_large: u16,
    probing: Option<u16>,
    in_flight: bool,
    count: u8,
    raise: Option<Instant>,
    lost_large: u32,
    small_came: bool,
}

impl Pmtud {
    /// A new path. `most` is the largest UDP payload that the interface, the peer's
    /// `max_udp_payload_size` and the socket allow; with 1,200 or less there is nothing to search.
    pub fn new(most: u16) -> Self {
        let most = most.max(BASE);
        Self {
            state: State::Disabled,
            size: BASE,
            most,
            too_large: most.saturating_add(1),
            probing: None,
            in_flight: false,
            count: 0,
            raise: None,
            lost_large: 0,
            small_came: false,
        }
    }

    /// Octets that a datagram may have.
    pub const fn size(&self) -> u16 {
        self.size
    }

    /// Where the search is.
    pub const fn state(&self) -> State {
        self.state
    }

    /// The peer takes datagrams of `most` octets and no larger ones (§18.2).
    pub fn set_most(&mut self, most: u16) {
        self.most = most.clamp(BASE, self.most);
        self.too_large = self.too_large.min(self.most.saturating_add(1));
        self.size = self.size.min(self.most);
    }

    /// The handshake is done, or the path is validated: 1,200 octets came through.
    pub fn start(&mut self, now: Instant) {
        if self.state == State::Disabled {
            self.search(now);
        }
    }

    fn search(&mut self, now: Instant) {
        self.state = State::Searching;
        self.too_large = self.most.saturating_add(1);
        self.next(now);
    }

    // ANCHOR: next
    /// The next size: the largest first, then the middle of the gap.
    fn next(&mut self, now: Instant) {
        self.count = 0;
        let gap = self.too_large.saturating_sub(self.size);
        let first = self.too_large > self.most;
        let size = if first { self.most } else { self.size + gap / 2 };
        if size <= self.size || (!first && gap <= CLOSE) {
            self.state = State::Complete;
            self.probing = None;
            self.raise = now.checked_add(RAISE);
        } else {
            self.probing = Some(size);
        }
    }
    // ANCHOR_END: next

    /// When [`poll`](Self::poll) may have a probe though nothing else happens.
    pub const fn next_timeout(&self) -> Option<Instant> {
        match self.state {
            State::Complete if self.size < self.most => self.raise,
            _ => None,
        }
    }

    /// The size of the probe to send now, if there is one; it is in flight from then on.
    pub fn poll(&mut self, now: Instant) -> Option<u16> {
        if self.next_timeout().is_some_and(|raise| raise <= now) {
            self.search(now);
        }
        let size = self.probing.filter(|_| !self.in_flight)?;
        self.in_flight = true;
        Some(size)
    }

    /// Whether a probe waits to be sent.
    pub fn is_pending(&self, now: Instant) -> bool {
        let raises = self.next_timeout().is_some_and(|raise| raise <= now);
        raises || (self.probing.is_some() && !self.in_flight)
    }

    /// A probe of this size was acknowledged; answers whether datagrams may be larger now.
    pub fn on_probe_acked(&mut self, size: u16, now: Instant) -> bool {
        if self.probing != Some(size) {
            return false;
        }
        self.in_flight = false;
        self.lost_large = 0;
        if matches!(self.state, State::Base | State::Error) {
            self.search(now);
            return false;
        }
        let larger = size > self.size;
        self.size = self.size.max(size);
        self.next(now);
        larger
    }

    /// A probe of this size was lost, or the socket refused it.
    pub fn on_probe_lost(&mut self, size: u16, now: Instant) {
        if self.probing != Some(size) {
            return;
        }
        self.in_flight = false;
        self.count = self.count.saturating_add(1);
        if self.count < MAX_PROBES {
            return;
        }
        match self.state {
            // It goes on asking: what comes after all ends the error.
            State::Base | State::Error => {
                self.state = State::Error;
                self.count = 0;
            }
            _ => {
                self.too_large = size;
                self.next(now);
            }
        }
    }

    /// The probe that is in flight will say nothing.
    pub const fn forget_probe(&mut self) {
        self.in_flight = false;
    }

    // ANCHOR: hole
    /// A packet that was no probe was acknowledged; answers as [`on_lost`](Self::on_lost).
    pub fn on_acked(&mut self, size: u16) -> bool {
        if size > BASE {
            (self.lost_large, self.small_came) = (0, false);
            return false;
        }
        self.small_came |= self.lost_large > 0;
        self.fall()
    }

    /// A packet that was no probe was lost. Answers whether the path has become a black hole for
    /// large datagrams: many were lost and none came, while small ones came. Then the size is 1,200
    /// again.
    pub fn on_lost(&mut self, size: u16) -> bool {
        if size > BASE {
            self.lost_large = self.lost_large.saturating_add(1);
        }
        self.fall()
    }

    fn fall(&mut self) -> bool {
        if self.size == BASE || self.lost_large < HOLE || !self.small_came {
            return false;
        }
        self.state = State::Base;
        self.size = BASE;
        (self.probing, self.in_flight, self.count) = (Some(BASE), false, 0);
        (self.lost_large, self.small_came) = (0, false);
        true
    }
    // ANCHOR_END: hole
}
