//! One end of a connection, reduced to what recovery sees.

use quic::{
    congestion::Algorithm,
    error::Error,
    recovery::{Ack, EcnCounts, INITIAL_RTT, Outcome, Path, Recovery, SentPacket, Space, Timeout},
};
use std::{
    ops::RangeInclusive,
    time::{Duration, Instant},
};
use tls::Role;

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A connection's recovery, and a clock that starts at 0 ms.
pub(crate) struct End {
    pub(crate) recovery: Recovery<()>,
    pub(crate) start: Instant,
    pub(crate) now: Instant,
    pub(crate) outcome: Outcome<()>,
    pub(crate) size: u16,
}

impl End {
    pub(crate) fn new(role: Role) -> Self {
        let now = Instant::now();
        let path = Path::new(0, Algorithm::NewReno, 1200, INITIAL_RTT, now);
        let (recovery, outcome) = (Recovery::new(role, path), Outcome::default());
        Self { recovery, start: now, now, outcome, size: 1200 }
    }

    /// A server whose handshake is confirmed, and that has measured an RTT of 100 ms.
    pub(crate) fn established() -> Self {
        let mut end = Self::new(Role::Server);
        end.recovery.set_confirmed(end.now);
        end.send(Space::Data);
        end.at(100);
        end.ack(Space::Data, &[0..=0]).unwrap();
        end
    }

    pub(crate) fn at(&mut self, millis: u64) {
        self.now = self.start + ms(millis);
    }

    pub(crate) fn packet(&self) -> SentPacket<()> {
        SentPacket {
            time: self.now,
            size: self.size,
            ack_eliciting: true,
            in_flight: true,
            ect: false,
            mtu_probe: false,
            path: self.recovery.path().number,
            content: (),
        }
    }

    pub(crate) fn send(&mut self, space: Space) -> u64 {
        self.send_as(space, self.packet())
    }

    pub(crate) fn send_as(&mut self, space: Space, packet: SentPacket<()>) -> u64 {
        let number = self.recovery.next_number(space);
        self.recovery.on_sent(space, number, packet);
        number
    }

    /// An ACK frame without delay; the first range holds the largest.
    pub(crate) fn ack(
        &mut self,
        space: Space,
        ranges: &[RangeInclusive<u64>],
    ) -> Result<(), Error> {
        self.ack_with(space, ranges, Duration::ZERO, None)
    }

    pub(crate) fn ack_with(
        &mut self,
        space: Space,
        ranges: &[RangeInclusive<u64>],
        delay: Duration,
        ecn: Option<EcnCounts>,
    ) -> Result<(), Error> {
        self.outcome.clear();
        let ack = Ack { largest: *ranges[0].end(), delay, ecn };
        let ranges = ranges.iter().cloned();
        self.recovery.on_ack(space, &ack, ranges, self.now, &mut self.outcome)
    }

    pub(crate) fn timeout(&mut self) -> Option<Timeout> {
        self.outcome.clear();
        self.recovery.on_timeout(self.now, &mut self.outcome)
    }

    /// When the timer runs out, in milliseconds since the beginning.
    pub(crate) fn timer(&self) -> Option<u128> {
        self.recovery.next_timeout().map(|at| at.duration_since(self.start).as_millis())
    }

    pub(crate) fn lost(&self) -> Vec<u64> {
        self.outcome.lost.iter().map(|(number, _)| *number).collect()
    }

    pub(crate) fn window(&self) -> u64 {
        self.recovery.path().congestion.window()
    }
}
