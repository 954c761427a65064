//! Half on a loss, one datagram more for each round trip without one.
//!
//! RFC 9002 §7.3, appendix B.5
//!
//! ```text
//!   window    ╱│  ╱│  ╱│
//!            ╱ │ ╱ │ ╱ │
//!           ╱  │╱  │╱  │       additive increase, multiplicative decrease
//! ```
//!
//! Invariant: a window's worth of acknowledged octets grows the window by one datagram, however
//! they are cut into packets.
//!
//! Used by: [`Congestion`](super::Congestion); and to compare with.

use super::{Acked, Controller};
use std::time::Instant;

/// The state of NewReno: octets acknowledged that have not made the window grow yet.
#[derive(Debug, Clone, Default)]
pub struct NewReno {
    acked: u64,
}

impl NewReno {
    /// At the beginning of a path.
    pub const fn new() -> Self {
        Self { acked: 0 }
    }
}

impl Controller for NewReno {
    fn shrink(&mut self, window: u64, _: u64) -> u64 {
        self.acked = 0;
        window / 2
    }

    fn grow(&mut self, window: u64, acked: &Acked, datagram: u64) -> u64 {
        // Whole numbers would round each packet's share down: they are added up instead
        // (RFC 3465 §2.1).
        self.acked = self.acked.saturating_add(acked.size);
        if self.acked < window {
            return window;
        }
        self.acked -= window;
        window.saturating_add(datagram)
    }

    // It counts octets, not time: nothing has to stop.
    fn pause(&mut self, _: Instant) {}

    fn name(&self) -> &'static str {
        "newreno"
    }
}
