//! A channel is a link at work: its queue, its chances and its counts.
//!
//! Invariant: whatever a link is told to do, each datagram takes the same number of chances, so
//! that one more harm does not change what the others do.
//!
//! Invariant: without reordering, datagrams arrive in the order in which they entered.
//!
//! Used by: `network/step.rs`.

use crate::{Chance, Datagram, Ecn, Link, Loss, Mark, Payload};
use std::{
    collections::VecDeque,
    fmt,
    time::{Duration, Instant},
};

/// Why a datagram did not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Drop {
    /// The link lost it.
    Loss,
    /// The queue was full.
    Queue,
    /// The link was dead.
    Blackout,
    /// It was longer than the link carries.
    Mtu,
    /// A filter took it.
    Filter,
    /// No node has the address, or no links lead there.
    NoRoute,
    /// The receiver's NAT knows no such port.
    NoMapping,
}

impl fmt::Display for Drop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Loss => "loss",
            Self::Queue => "queue full",
            Self::Blackout => "blackout",
            Self::Mtu => "too long",
            Self::Filter => "filter",
            Self::NoRoute => "no route",
            Self::NoMapping => "no mapping",
        })
    }
}

/// What a link has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Stats {
    /// Datagrams that entered.
    pub entered: u64,
    /// Datagrams that left at the other end, second copies not counted.
    pub left: u64,
    /// Octets of those, IP heads included.
    pub octets: u64,
    /// Lost by chance, list or blackout.
    pub lost: u64,
    /// Dropped because the queue was full.
    pub overflowed: u64,
    /// Too long for the link.
    pub too_long: u64,
    /// Marked CE.
    pub marked: u64,
    /// Damaged.
    pub corrupted: u64,
    /// Doubled.
    pub duplicated: u64,
    /// Held back.
    pub held_back: u64,
    /// The most that ever waited.
    pub longest_queue: usize,
}

/// What becomes of a datagram that entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Passage {
    pub(super) arrives: Instant,
    /// When its second copy arrives.
    pub(super) again: Option<Instant>,
    pub(super) marked: bool,
    pub(super) corrupted: bool,
    pub(super) held_back: bool,
}

/// One link at work.
#[derive(Debug)]
pub(super) struct Channel {
    pub(super) link: Link,
    pub(super) stats: Stats,
    chance: Chance,
    /// When those that wait begin to be sent, earliest first.
    waiting: VecDeque<Instant>,
    /// When the transmitter is free.
    free: Option<Instant>,
    /// When the last in order arrives: none may overtake it by mere jitter.
    last: Option<Instant>,
    /// For each way of losing: losses in a row, or whether a burst is on (0 or 1).
    runs: Vec<u32>,
}

impl Channel {
    pub(super) fn new(link: Link, chance: Chance) -> Self {
        Self {
            link,
            stats: Stats::default(),
            chance,
            waiting: VecDeque::new(),
            free: None,
            last: None,
            runs: Vec::new(),
        }
    }

    // ANCHOR: passage
    /// Lets `datagram` in; `elapsed` is the network's age.
    pub(super) fn carry<P: Payload>(
        &mut self,
        datagram: &mut Datagram<P>,
        now: Instant,
        elapsed: Duration,
    ) -> Result<Passage, Drop> {
        let number = self.stats.entered;
        self.stats.entered += 1;
        // All chances are taken at once, in a fixed order: see the invariant.
        let lost = self.loses(number);
        let marked = self.chance.unit();
        let corrupted = self.chance.happens(self.link.corrupt);
        let held_back = self.chance.happens(self.link.reorder);
        let duplicated = self.chance.happens(self.link.duplicate);
        let jitter = self.link.jitter.mul_f64(self.chance.unit());
        let mut noise = Chance::new(self.chance.bits(), 0);

        if self.link.blackouts.iter().any(|span| span.contains(&elapsed)) {
            self.stats.lost += 1;
            return Err(Drop::Blackout);
        }
        if datagram.length() > self.link.mtu {
            self.stats.too_long += 1;
            return Err(Drop::Mtu);
        }
        let (sent, before) = self.queue(datagram.length(), now)?;
        if lost {
            self.stats.lost += 1;
            return Err(Drop::Loss);
        }
        if self.link.bleach {
            datagram.ecn = Ecn::NotEct;
        }
        let marked = datagram.ecn.is_capable() && self.marks(marked, before);
        if marked {
            datagram.ecn = Ecn::Ce;
        }
        if corrupted {
            datagram.payload.corrupt(&mut noise);
        }
        let in_order = sent + self.link.delay + jitter;
        let in_order = self.last.map_or(in_order, |last| last.max(in_order));
        let arrives = if held_back {
            in_order + self.link.reorder_by
        } else {
            self.last = Some(in_order);
            in_order
        };
        self.stats.left += 1;
        self.stats.octets += datagram.length() as u64;
        self.stats.marked += u64::from(marked);
        self.stats.corrupted += u64::from(corrupted);
        self.stats.held_back += u64::from(held_back);
        self.stats.duplicated += u64::from(duplicated);
        let again = duplicated.then_some(arrives);
        Ok(Passage { arrives, again, marked, corrupted, held_back })
    }
    // ANCHOR_END: passage

    /// Waits for the transmitter: answers when the last bit is out, and how many waited before.
    fn queue(&mut self, length: usize, now: Instant) -> Result<(Instant, usize), Drop> {
        let Some(rate) = self.link.rate else { return Ok((now, 0)) };
        while self.waiting.front().is_some_and(|begins| *begins <= now) {
            self.waiting.pop_front();
        }
        let before = self.waiting.len();
        let begins = self.free.map_or(now, |free| free.max(now));
        if begins > now {
            if before >= self.link.queue {
                self.stats.overflowed += 1;
                return Err(Drop::Queue);
            }
            self.waiting.push_back(begins);
            self.stats.longest_queue = self.stats.longest_queue.max(before + 1);
        }
        let nanos = (length as u128 * 8 * 1_000_000_000) / u128::from(rate.max(1));
        let ends = begins + Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        self.free = Some(ends);
        Ok((ends, before))
    }

    fn marks(&self, chance: f64, waiting: usize) -> bool {
        match self.link.mark {
            None => false,
            Some(Mark::Rate(rate)) => chance < rate,
            Some(Mark::Queue(threshold)) => waiting >= threshold,
        }
    }

    /// Whether one of the link's ways of losing takes datagram `number`.
    fn loses(&mut self, number: u64) -> bool {
        self.runs.resize(self.link.loss.len(), 0);
        let mut lost = false;
        for (way, run) in self.link.loss.iter().zip(&mut self.runs) {
            let chance = self.chance.unit();
            let taken = match way {
                Loss::Rate(rate) => chance < *rate,
                Loss::Bounded { rate, longest } => chance < *rate && *run < *longest,
                Loss::Burst { begin, end } => {
                    if *run > 0 {
                        chance >= *end
                    } else {
                        chance < *begin
                    }
                }
                Loss::List(list) => list.contains(&number),
            };
            *run = if taken { run.saturating_add(1) } else { 0 };
            lost |= taken;
        }
        lost
    }
}
