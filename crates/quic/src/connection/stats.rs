//! Figures of a connection, for people and for measurements.

use super::Connection;
use std::time::Duration;

/// What happened so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Stats {
    /// Datagrams that were sent.
    pub datagrams_sent: u64,
    /// Datagrams that came.
    pub datagrams_received: u64,
    /// Octets of them.
    pub octets_sent: u64,
    /// Octets of them.
    pub octets_received: u64,
    /// Packets that were sent.
    pub packets_sent: u64,
    /// Packets that were opened.
    pub packets_received: u64,
    /// Packets that could not be read or opened, or came twice.
    pub packets_dropped: u64,
    /// Packets that were lost.
    pub packets_lost: u64,
    /// How often the probe timeout ran out.
    pub probe_timeouts: u64,
    /// How often the congestion window was cut.
    pub congestion_events: u64,
    /// How often keys were updated.
    pub key_updates: u64,
    /// The smoothed round trip.
    pub rtt: Duration,
    /// The least round trip.
    pub min_rtt: Duration,
    /// Octets that may be in flight.
    pub window: u64,
    /// Octets in flight.
    pub in_flight: u64,
    /// Octets of a datagram that the path carries.
    pub mtu: u16,
}

impl Connection {
    /// The figures now.
    pub fn stats(&self) -> Stats {
        let path = self.recovery.path();
        Stats {
            rtt: path.rtt.smoothed(),
            min_rtt: path.rtt.min(),
            window: path.congestion.window(),
            in_flight: path.in_flight(),
            mtu: self.paths.current.pmtud.size(),
            key_updates: self.keys.application.as_ref().map_or(0, |keys| keys.generation()),
            ..self.stats
        }
    }
}
