//! What is known of one path: how long it takes, how much it carries, what it marks.
//!
//! RFC 9002 §5, §7; RFC 9000 §9.4
//!
//! | part         | what it answers                     |
//! |--------------|-------------------------------------|
//! | `rtt`        | when is a packet late               |
//! | `congestion` | how much may be in flight           |
//! | `pacer`      | when may the next burst go          |
//! | `ecn`        | is the next datagram marked         |
//!
//! Invariant: two paths of a connection have different numbers, and a packet knows which it took.
//!
//! Used by: [`Recovery`](super::Recovery), which has one in use; the connection keeps those that it
//! may come back to.

use super::{Ecn, Rtt, SentPacket};
use crate::congestion::{Algorithm, Congestion, Pacer, Phase};
use std::time::{Duration, Instant};

/// One path's state.
#[derive(Debug)]
pub struct Path {
    /// Which path, as packets say it.
    pub number: u32,
    /// The round trip.
    pub rtt: Rtt,
    /// The congestion window.
    pub congestion: Congestion,
    /// The spread of a window over its round trip.
    pub pacer: Pacer,
    /// Marks.
    pub ecn: Ecn,
    pub(super) in_flight: u64,
}

impl Path {
    /// A path of which nothing is known but that it carries datagrams of `datagram` octets.
    pub fn new(
        number: u32,
        algorithm: Algorithm,
        datagram: u16,
        initial_rtt: Duration,
        now: Instant,
    ) -> Self {
        Self {
            number,
            rtt: Rtt::new(initial_rtt),
            congestion: Congestion::new(algorithm, datagram),
            pacer: Pacer::new(now),
            ecn: Ecn::new(),
            in_flight: 0,
        }
    }

    /// Octets that are on their way.
    pub const fn in_flight(&self) -> u64 {
        self.in_flight
    }

    /// Octets that the congestion window lets go now; probes do not ask.
    pub const fn room(&self) -> u64 {
        self.congestion.room(self.in_flight)
    }

    /// `None` where the pacer lets a datagram go, and otherwise when to ask again.
    pub fn wait(&mut self, now: Instant) -> Option<Instant> {
        let (datagram, window) = (self.congestion.datagram(), self.congestion.window());
        let slow_start = self.congestion.phase() == Phase::SlowStart;
        self.pacer.wait(now, datagram, window, self.rtt.smoothed(), slow_start)
    }

    /// A packet is on its way no more.
    pub(super) fn leave<T>(&mut self, packet: &SentPacket<T>) {
        if packet.in_flight && packet.path == self.number {
            self.in_flight = self.in_flight.saturating_sub(packet.size.into());
        }
    }
}
