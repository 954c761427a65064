//! Loss recovery under any packets, acknowledgments and times: each packet has one end.

use crate::{
    acks::{Acks, Ecn, RANGES},
    cids::{Issued, LocalIds, RETIRING, RemoteIds},
    congestion::Algorithm,
    pmtud::{BASE, Pmtud},
    recovery::{Ack, EcnCounts, INITIAL_RTT, Outcome, Path, Recovery, SentPacket, Space},
};
use std::{
    collections::BTreeMap,
    ops::RangeInclusive,
    time::{Duration, Instant},
};
use tls::Role;

/// What was sent and has no end yet: octets that count on the path, and the path.
type Outstanding = BTreeMap<(Space, u64), (u64, u32)>;

struct World {
    recovery: Recovery<(Space, u64)>,
    outstanding: Outstanding,
    outcome: Outcome<(Space, u64)>,
    path: u32,
    kept: Option<Path>,
    now: Instant,
}

fn space(by: u8) -> Space {
    match by % 3 {
        0 => Space::Initial,
        1 => Space::Handshake,
        _ => Space::Data,
    }
}

impl World {
    fn new(role: Role, algorithm: Algorithm, now: Instant) -> Self {
        Self {
            recovery: Recovery::new(role, Path::new(0, algorithm, 1200, INITIAL_RTT, now)),
            outstanding: BTreeMap::new(),
            outcome: Outcome::default(),
            path: 0,
            kept: None,
            now,
        }
    }

    fn send(&mut self, space: Space, how: u8) {
        let number = self.recovery.next_number(space) + u64::from(how % 31 == 30);
        let eliciting = !how.is_multiple_of(4);
        let packet = SentPacket {
            time: self.now,
            size: u16::from(how) * 5,
            ack_eliciting: eliciting,
            in_flight: eliciting || how.is_multiple_of(8),
            ect: self.recovery.path().ecn.marks(),
            mtu_probe: how == 255,
            path: self.path,
            content: (space, number),
        };
        let counted = if packet.in_flight { packet.size.into() } else { 0 };
        self.outstanding.insert((space, number), (counted, self.path));
        self.recovery.on_sent(space, number, packet);
    }

    fn acknowledge(&mut self, space: Space, how: u8, width: u8) {
        let next = self.recovery.next_number(space);
        let largest = next.saturating_sub(u64::from(how % 16)).saturating_sub(u64::from(how < 250));
        let low = largest.saturating_sub(u64::from(width % 8));
        let far = low.saturating_sub(u64::from(width));
        let ranges: [RangeInclusive<u64>; 2] = [low..=largest, far..=far];
        let counts = EcnCounts { ect0: next, ect1: 0, ce: u64::from(width % 4) };
        let ecn = Some(counts).filter(|_| how.is_multiple_of(3));
        let ack = Ack { largest, delay: Duration::from_millis(width.into()), ecn };
        let (now, outcome) = (self.now, &mut self.outcome);
        let taken = self.recovery.on_ack(space, &ack, ranges.into_iter(), now, outcome);
        assert!(largest < next || taken.is_err(), "an acknowledgment of what was not sent");
    }

    fn collect(&mut self) {
        let Outcome { acked, lost, .. } = &mut self.outcome;
        for (number, packet) in acked.drain(..).chain(lost.drain(..)) {
            assert_eq!(packet.content.1, number);
            let known = self.outstanding.remove(&packet.content);
            assert!(known.is_some(), "{number} came back twice");
        }
        self.outcome.clear();
    }

    fn discard(&mut self, space: Space) {
        for packet in self.recovery.discard(space, self.now) {
            assert!(self.outstanding.remove(&packet.content).is_some());
        }
    }

    fn migrate(&mut self, algorithm: Algorithm) {
        let next = match self.kept.take() {
            Some(kept) => kept,
            None => {
                let number = self.path + 1;
                Path::new(number, algorithm, 1200, INITIAL_RTT, self.now)
            }
        };
        self.path = next.number;
        self.kept = Some(self.recovery.migrate(next, self.now));
    }

    fn check(&self) {
        let path = self.recovery.path();
        let ours = self.outstanding.values().filter(|(_, number)| *number == self.path);
        assert_eq!(path.in_flight(), ours.map(|(size, _)| size).sum::<u64>());
        assert!(path.congestion.window() >= 2 * path.congestion.datagram());
        let kept = Space::ALL.iter().map(|space| self.recovery.outstanding(*space).count());
        assert_eq!(kept.sum::<usize>(), self.outstanding.len());
    }
}

/// Each three octets are an operation and its arguments.
pub fn check_recovery(input: &[u8]) {
    let algorithm = match input.first().copied().unwrap_or_default() % 2 {
        0 => Algorithm::Cubic,
        _ => Algorithm::NewReno,
    };
    let role = if input.len().is_multiple_of(2) { Role::Client } else { Role::Server };
    let mut world = World::new(role, algorithm, Instant::now());
    for operation in input.as_chunks::<3>().0.iter().take(3000) {
        let [what, how, width] = *operation;
        let now = world.now;
        match what % 16 {
            0..=4 => world.send(space(what / 16), how),
            5..=8 => world.acknowledge(space(what / 16), how, width),
            9 | 10 => world.now += Duration::from_micros(u64::from(how) * u64::from(width) * 4),
            11 => {
                let _ = world.recovery.on_timeout(now, &mut world.outcome);
            }
            12 => {
                let at = world.recovery.next_timeout().unwrap_or(now);
                world.now = now.max(at);
                world.recovery.on_timeout(world.now, &mut world.outcome);
            }
            13 if how > 250 => world.discard(space(width)),
            13 if how > 240 => world.migrate(algorithm),
            13 => {
                let _ = world.recovery.path_mut().wait(now);
            }
            14 if how == 0 => world.recovery.set_confirmed(now),
            14 if how == 1 => world.recovery.set_handshake_keys(now),
            14 => world.recovery.set_blocked(how > 200, now),
            _ => world.recovery.set_limited(how > 200),
        }
        world.collect();
        world.check();
    }
}

/// Each two octets are an operation and its argument: acknowledgments, identifiers, sizes.
pub fn check_bookkeeping(input: &[u8]) {
    let mut now = Instant::now();
    let mut acks = Acks::new(Space::Data, Duration::from_millis(25));
    let mut pmtud = Pmtud::new(1472);
    let mut local = LocalIds::new(0_u64, None);
    let mut remote = RemoteIds::new(0_u64, 4);
    local.set_allowed(4);
    pmtud.start(now);
    let mut number = 0;
    for operation in input.as_chunks::<2>().0.iter().take(4000) {
        let [what, how] = *operation;
        now += Duration::from_millis(u64::from(what / 16));
        match what % 16 {
            0..=3 => {
                number += u64::from(how % 4);
                let seen = acks.is_duplicate(number);
                if !seen {
                    acks.on_packet(number, how > 40, Ecn::Ect0, now);
                }
                assert!(acks.is_duplicate(number), "a packet is taken once");
            }
            4 => {
                let _ = acks.on_sent(how > 100);
            }
            5 => acks.on_acked(number.saturating_sub(how.into())),
            6 => {
                number = number.saturating_sub(how.into());
            }
            7 => {
                let _ = pmtud.poll(now);
            }
            8 => {
                let _ = pmtud.on_probe_acked(1200 + u16::from(how) * 2, now);
            }
            9 => pmtud.on_probe_lost(1200 + u16::from(how) * 2, now),
            10 => {
                let _ = pmtud.on_lost(u16::from(how) * 6);
            }
            11 => {
                let _ = pmtud.on_acked(u16::from(how) * 6);
            }
            12 => identifiers(&mut local, how),
            13 => {
                let sequence = u64::from(how % 32);
                let new = Issued { sequence, id: sequence, token: Some([how % 32; 16]) };
                if remote.on_issued(new, u64::from(how / 16).min(sequence)).is_err() {
                    return;
                }
            }
            14 => {
                let _ = remote.rotate().copied();
            }
            _ => match remote.poll_retire() {
                Some(sequence) if how > 100 => remote.on_retire_acked(sequence),
                Some(sequence) => remote.on_retire_lost(sequence),
                None => {}
            },
        }
        assert!(acks.ranges().is_none_or(|ranges| ranges.len() <= RANGES));
        assert!((BASE..=1472).contains(&pmtud.size()));
        assert!(remote.iter().count() <= 4 && local.iter().count() <= 8);
        assert!(remote.retiring() <= RETIRING + 4);
    }
}

fn identifiers(local: &mut LocalIds<u64>, how: u8) {
    match how % 4 {
        0 => {
            let _ = local.on_retire(u64::from(how / 4), &u64::MAX);
        }
        1 => {
            let _ = local.poll();
        }
        2 => local.on_lost(u64::from(how / 4)),
        _ if how == 255 => {
            local.retire_all();
        }
        _ => {
            for _ in 0..local.wanted() {
                local.issue(u64::from(how), [how; 16]);
            }
        }
    }
}
