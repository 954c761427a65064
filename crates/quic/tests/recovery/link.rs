//! Senders that always have something, over one queue: what recovery and congestion control make
//! of a link. No octet and no frame: numbers, times, and a queue that drops what is too much.
//!
//! ```text
//!   sender ──┐                                   ┌──► receiver: an acknowledgment for each two
//!   sender ──┴──► queue of 25 ──► 10 Mbit/s, 15 ms ──┘        15 ms back
//! ```

use crate::common::ms;
use quic::{
    acks::{Acks, Ecn},
    congestion::Algorithm,
    recovery::{Ack, INITIAL_RTT, Outcome, Path, Recovery, SentPacket, Space},
};
use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    ops::RangeInclusive,
    time::{Duration, Instant},
};
use tls::Role;
use wire::Scripted;

const SIZE: u16 = 1200;

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Arrives(u64),
    Acknowledged(u64, Duration, Vec<(u64, u64)>),
    Wakes,
}

struct Flow {
    recovery: Recovery<()>,
    acks: Acks,
    outcome: Outcome<()>,
    begins: Instant,
    delivered: u64,
    lost: u64,
    /// When it wakes up next: one event at a time.
    alarm: Option<Instant>,
}

struct Link {
    flows: Vec<Flow>,
    events: BinaryHeap<Reverse<(Instant, u64, usize, What)>>,
    order: u64,
    random: Scripted,
    /// One in so many is lost; 0: none.
    loss: u64,
    octet: Duration,
    delay: Duration,
    queue: u32,
    free: Instant,
    now: Instant,
    start: Instant,
}

impl Link {
    fn new(algorithms: &[(Algorithm, u64)], loss: u64, seed: u64) -> Self {
        let start = Instant::now();
        let flow = |(algorithm, begins): &(Algorithm, u64)| {
            let path = Path::new(0, *algorithm, SIZE, INITIAL_RTT, start);
            let mut recovery = Recovery::new(Role::Server, path);
            recovery.set_confirmed(start);
            let acks = Acks::new(Space::Data, ms(25));
            let (outcome, begins) = (Outcome::default(), start + ms(*begins));
            Flow { recovery, acks, outcome, begins, delivered: 0, lost: 0, alarm: None }
        };
        let flows: Vec<Flow> = algorithms.iter().map(flow).collect();
        let mut link = Self {
            flows,
            events: BinaryHeap::new(),
            order: 0,
            random: Scripted(seed),
            loss,
            octet: Duration::from_nanos(800),
            delay: ms(15),
            queue: 25,
            free: start,
            now: start,
            start,
        };
        for at in 0..link.flows.len() {
            let begins = link.flows[at].begins;
            link.wake(begins, at);
        }
        link
    }

    fn push(&mut self, at: Instant, flow: usize, what: What) {
        self.order += 1;
        self.events.push(Reverse((at, self.order, flow, what)));
    }

    fn wake(&mut self, at: Instant, flow: usize) {
        let alarm = &mut self.flows[flow].alarm;
        if alarm.is_none_or(|alarm| at < alarm) {
            *alarm = Some(at);
            self.push(at, flow, What::Wakes);
        }
    }

    fn run(&mut self, time: Duration) {
        while let Some(Reverse((at, _, flow, what))) = self.events.pop() {
            self.now = at;
            if at > self.start + time {
                return;
            }
            match what {
                What::Arrives(number) => self.arrives(flow, number),
                What::Acknowledged(largest, delay, ranges) => {
                    self.acknowledged(flow, largest, delay, ranges);
                }
                What::Wakes => self.wakes(flow),
            }
        }
    }

    fn arrives(&mut self, flow: usize, number: u64) {
        let now = self.now;
        let Flow { acks, delivered, .. } = &mut self.flows[flow];
        *delivered += 1;
        acks.on_packet(number, true, Ecn::NotEct, now);
        if acks.is_due(now) {
            self.acknowledge(flow);
        } else if let Some(at) = acks.next_timeout() {
            self.wake(at, flow);
        }
    }

    fn acknowledge(&mut self, flow: usize) {
        let acks = &mut self.flows[flow].acks;
        let ranges: Vec<_> =
            acks.ranges().unwrap().iter().rev().map(|range| (range.start, range.end - 1)).collect();
        let (largest, delay) = (ranges[0].1, acks.delay(self.now));
        acks.on_sent(true);
        acks.on_acked(largest.saturating_sub(1000));
        self.push(self.now + self.delay, flow, What::Acknowledged(largest, delay, ranges));
    }

    fn acknowledged(
        &mut self,
        flow: usize,
        largest: u64,
        delay: Duration,
        ranges: Vec<(u64, u64)>,
    ) {
        let Flow { recovery, outcome, lost, .. } = &mut self.flows[flow];
        let ranges = ranges.iter().map(|(low, high)| -> RangeInclusive<u64> { *low..=*high });
        let ack = Ack { largest, delay, ecn: None };
        recovery.on_ack(Space::Data, &ack, ranges, self.now, outcome).unwrap();
        *lost += outcome.lost.len() as u64;
        outcome.clear();
        self.send(flow);
    }

    fn wakes(&mut self, flow: usize) {
        // One that was overtaken by an earlier one says nothing.
        if self.flows[flow].alarm != Some(self.now) {
            return;
        }
        self.flows[flow].alarm = None;
        if self.flows[flow].acks.is_due(self.now) {
            self.acknowledge(flow);
        }
        let Flow { recovery, outcome, .. } = &mut self.flows[flow];
        if let Some(quic::recovery::Timeout::Probe(_)) = recovery.on_timeout(self.now, outcome) {
            self.transmit(flow);
        }
        self.flows[flow].outcome.clear();
        self.send(flow);
        if let Some(at) = self.flows[flow].acks.next_timeout() {
            self.wake(at, flow);
        }
    }

    fn send(&mut self, flow: usize) {
        loop {
            let path = self.flows[flow].recovery.path_mut();
            if path.room() < SIZE.into() {
                break;
            }
            if let Some(at) = path.wait(self.now) {
                self.wake(at, flow);
                break;
            }
            self.transmit(flow);
        }
        if let Some(at) = self.flows[flow].recovery.next_timeout() {
            self.wake(at.max(self.now), flow);
        }
    }

    fn transmit(&mut self, flow: usize) {
        let recovery = &mut self.flows[flow].recovery;
        let number = recovery.next_number(Space::Data);
        let packet = SentPacket {
            time: self.now,
            size: SIZE,
            ack_eliciting: true,
            in_flight: true,
            ect: false,
            mtu_probe: false,
            path: 0,
            content: (),
        };
        recovery.on_sent(Space::Data, number, packet);
        let each = self.octet * u32::from(SIZE);
        let waiting = self.free.saturating_duration_since(self.now);
        let lost = self.loss > 0 && self.random.next_u64().is_multiple_of(self.loss);
        if waiting > each * self.queue || lost {
            return;
        }
        self.free = self.free.max(self.now) + each;
        self.push(self.free + self.delay, flow, What::Arrives(number));
    }

    /// Which part of the link's rate was used.
    fn used(&self, time: Duration) -> f64 {
        let delivered: u64 = self.flows.iter().map(|flow| flow.delivered).sum();
        let each = self.octet * u32::from(SIZE);
        each.as_secs_f64() * delivered as f64 / time.as_secs_f64()
    }
}

fn used(algorithm: Algorithm, loss: u64, seed: u64) -> f64 {
    let mut link = Link::new(&[(algorithm, 0)], loss, seed);
    let time = Duration::from_secs(10);
    link.run(time);
    link.used(time)
}

#[test]
fn a_clean_link_is_filled() {
    for algorithm in [Algorithm::Cubic, Algorithm::NewReno] {
        let used = used(algorithm, 0, 1);
        assert!(used > 0.95, "{algorithm:?}: {used}");
    }
}

/// A window that grows by a datagram for each round trip and is halved at each loss has √(1.5 / p)
/// datagrams on average: 8.7 here, of 31 that the link would hold.
#[test]
fn two_in_a_hundred_lost_leave_what_the_formula_says() {
    for (algorithm, least) in [(Algorithm::Cubic, 0.25), (Algorithm::NewReno, 0.2)] {
        let mut shares: Vec<f64> = (0..20).map(|seed| used(algorithm, 50, seed)).collect();
        shares.sort_by(f64::total_cmp);
        assert!(shares[10] > least, "{algorithm:?}: {shares:?}");
    }
}

#[test]
fn half_of_everything_lost_still_goes_on() {
    for seed in 0..20 {
        let mut link = Link::new(&[(Algorithm::Cubic, 0)], 2, seed);
        link.run(Duration::from_secs(60));
        assert!(link.flows[0].delivered > 50, "{seed}: {}", link.flows[0].delivered);
    }
}

#[test]
fn slow_start_leaves_a_long_queue_before_it_overflows() {
    let mut link = Link::new(&[(Algorithm::Cubic, 0)], 0, 1);
    link.queue = 250;
    link.run(Duration::from_secs(2));
    assert_eq!(link.flows[0].lost, 0);
}

#[test]
fn two_flows_share_a_link() {
    for algorithm in [Algorithm::Cubic, Algorithm::NewReno] {
        for begins in [0, 500, 5000] {
            let mut link = Link::new(&[(algorithm, 0), (algorithm, begins)], 0, 7);
            link.run(Duration::from_secs(60));
            let shares: Vec<f64> = link.flows.iter().map(|flow| flow.delivered as f64).collect();
            let sum: f64 = shares.iter().sum();
            let squares: f64 = shares.iter().map(|share| share * share).sum();
            let jain = sum * sum / (2.0 * squares);
            assert!(jain > 0.95, "{algorithm:?} {begins}: {shares:?}, Jain {jain}");
            assert!(link.used(Duration::from_secs(60)) > 0.95);
        }
    }
}
