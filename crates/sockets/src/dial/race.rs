//! Which address to try next, and when: Happy Eyeballs without sockets and without a clock.
//!
//! RFC 8305 §4, §5
//!
//! ```text
//!   addresses, interleaved:   6a 4a 6b 4b
//!
//!   time   0        250       500 ms
//!          6a ─────────────────────────►  no answer yet: a rival starts each 250 ms
//!                   4a ──✗
//!                        6b ─────✓        a failure starts the next one at once
//!          └──────── the first that connects wins; the others are cancelled
//! ```
//!
//! The RFC does not speak of failures. To wait out the delay after one would help nobody, as long
//! as the failed attempt was the only one under way; beside another, the 10 ms that §5 demands
//! between two starts are kept.
//!
//! Invariant: each address is started at most once, in order; at most one starts per step, and
//! between two starts lies either the delay, or a failure and, unless it was of the only attempt
//! under way, 10 ms.
//!
//! Used by: [`dial`](super::dial); `client`'s driver, which races protocols by the same rule.

use super::{Family, SHORTEST_DELAY};
use std::{
    collections::VecDeque,
    net::SocketAddr,
    time::{Duration, Instant},
};

/// What the driver has to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Start to connect to this address, then ask again.
    Start(SocketAddr),
    /// Wait for an outcome, at most until then, and ask again.
    Wait(Option<Instant>),
    /// Every attempt has failed.
    Lost,
    /// The time for connecting is over: cancel what is under way.
    TimedOut,
}

/// The order and the times of the attempts.
#[derive(Debug, Clone)]
pub struct Race {
    waiting: VecDeque<SocketAddr>,
    /// Attempts that were started and have not failed.
    under_way: usize,
    delay: Duration,
    /// When the next address may start although the others are still under way.
    next_start: Option<Instant>,
    last_start: Option<Instant>,
    deadline: Option<Instant>,
}

impl Race {
    /// A race between `addresses`, in that order, that must be decided by `deadline`.
    pub fn new(
        addresses: impl IntoIterator<Item = SocketAddr>,
        delay: Duration,
        deadline: Option<Instant>,
    ) -> Self {
        let waiting = addresses.into_iter().collect();
        Self { waiting, under_way: 0, delay, next_start: None, last_start: None, deadline }
    }

    // ANCHOR: step
    /// What to do now. [`Step::Start`] counts as done.
    pub fn step(&mut self, now: Instant) -> Step {
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            return Step::TimedOut;
        }
        if self.next_start.is_none_or(|start| start <= now)
            && let Some(address) = self.waiting.pop_front()
        {
            self.under_way += 1;
            self.next_start = now.checked_add(self.delay);
            self.last_start = Some(now);
            return Step::Start(address);
        }
        if self.under_way == 0 && self.waiting.is_empty() {
            return Step::Lost;
        }
        // With nobody left to start, only the deadline ends the wait.
        let next_start = self.next_start.filter(|_| !self.waiting.is_empty());
        Step::Wait(next_start.into_iter().chain(self.deadline).min())
    }

    /// An attempt failed: the next address need not wait for it any longer.
    pub fn failed(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
        let soonest = match self.last_start {
            Some(last) if self.under_way > 0 => last.checked_add(SHORTEST_DELAY),
            _ => None,
        };
        self.next_start = self.next_start.min(soonest);
    }
    // ANCHOR_END: step
}

/// The order of RFC 8305 §4: the system's, with the families in turn, beginning with the family
/// that the system put first; addresses of a family that was not asked for are left out.
///
/// One address of the other family comes second (a First Address Family Count of 1), so a family
/// that does not work costs one delay, not one per address.
pub fn interleave(addresses: &[SocketAddr], family: Family) -> Vec<SocketAddr> {
    let mut distinct: Vec<SocketAddr> = Vec::with_capacity(addresses.len());
    for &address in addresses.iter().filter(|address| family.admits(address)) {
        if !distinct.contains(&address) {
            distinct.push(address);
        }
    }
    let first_is_v6 = distinct.first().is_some_and(SocketAddr::is_ipv6);
    let (mut first, mut second): (VecDeque<_>, VecDeque<_>) =
        distinct.into_iter().partition(|address| address.is_ipv6() == first_is_v6);
    let mut ordered = Vec::with_capacity(first.len() + second.len());
    while !first.is_empty() || !second.is_empty() {
        ordered.extend(first.pop_front());
        ordered.extend(second.pop_front());
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELAY: Duration = Duration::from_millis(250);

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn addresses(count: u16) -> Vec<SocketAddr> {
        (1..=count).map(|port| SocketAddr::from(([192, 0, 2, 1], port))).collect()
    }

    #[test]
    fn families_take_turns_beginning_with_the_systems_first() {
        let given = ["[2001:db8::1]:1", "[2001:db8::2]:1", "[2001:db8::3]:1", "192.0.2.1:1"];
        let given = given.map(address);
        let [a, b, c, four] = given;
        assert_eq!(interleave(&given, Family::Any), [a, four, b, c]);
        assert_eq!(interleave(&[four, a, b], Family::Any), [four, a, b]);
        assert_eq!(interleave(&given, Family::V4), [four]);
        assert_eq!(interleave(&given, Family::V6), [a, b, c]);
        assert_eq!(interleave(&[a, a, four, a], Family::Any), [a, four], "each address once");
        assert_eq!(interleave(&[], Family::Any), []);
    }

    #[test]
    fn a_silent_address_delays_the_next_by_the_attempt_delay() {
        let now = Instant::now();
        let all = addresses(2);
        let mut race = Race::new(all.clone(), DELAY, None);
        assert_eq!(race.step(now), Step::Start(all[0]));
        assert_eq!(race.step(now), Step::Wait(Some(now + DELAY)));
        let early = now + DELAY - Duration::from_nanos(1);
        assert_eq!(race.step(early), Step::Wait(Some(now + DELAY)));
        assert_eq!(race.step(now + DELAY), Step::Start(all[1]));
        assert_eq!(race.step(now + DELAY), Step::Wait(None), "nobody is left to start");
    }

    #[test]
    fn a_failure_starts_the_next_at_once() {
        let now = Instant::now();
        let all = addresses(2);
        let mut race = Race::new(all.clone(), DELAY, None);
        assert_eq!(race.step(now), Step::Start(all[0]));
        race.failed();
        assert_eq!(race.step(now), Step::Start(all[1]));
        race.failed();
        assert_eq!(race.step(now), Step::Lost);
    }

    /// RFC 8305 §5: "MUST NOT be started within 10 milliseconds of the previous attempt", which
    /// here is still under way.
    #[test]
    fn a_late_failure_does_not_start_two_at_once() {
        let now = Instant::now();
        let all = addresses(3);
        let mut race = Race::new(all.clone(), DELAY, None);
        race.step(now);
        let second = now + DELAY;
        assert_eq!(race.step(second), Step::Start(all[1]));
        // The first one fails just after the second has started.
        race.failed();
        assert_eq!(race.step(second), Step::Wait(Some(second + SHORTEST_DELAY)));
        assert_eq!(race.step(second + SHORTEST_DELAY), Step::Start(all[2]));
        // Nobody is left; a failure of what is under way changes nothing.
        race.failed();
        assert_eq!(race.step(second + SHORTEST_DELAY), Step::Wait(None));
    }

    /// Whoever sets a shorter delay than the least is not made to wait longer by a failure.
    #[test]
    fn a_failure_never_postpones_a_start() {
        let now = Instant::now();
        let delay = Duration::from_millis(1);
        let mut race = Race::new(addresses(3), delay, None);
        race.step(now);
        race.step(now + delay);
        race.failed();
        assert_eq!(race.step(now + delay), Step::Wait(Some(now + 2 * delay)));
    }

    #[test]
    fn a_failure_of_one_does_not_end_the_others() {
        let now = Instant::now();
        let mut race = Race::new(addresses(2), DELAY, None);
        race.step(now);
        race.step(now + DELAY);
        race.failed();
        assert_eq!(race.step(now + DELAY), Step::Wait(None));
        race.failed();
        assert_eq!(race.step(now + DELAY), Step::Lost);
    }

    #[test]
    fn the_deadline_ends_the_race_and_no_wait_goes_past_it() {
        let now = Instant::now();
        let deadline = now + Duration::from_millis(100);
        let mut race = Race::new(addresses(2), DELAY, Some(deadline));
        race.step(now);
        assert_eq!(race.step(now), Step::Wait(Some(deadline)));
        assert_eq!(race.step(deadline), Step::TimedOut);
    }

    #[test]
    fn without_an_address_the_race_is_lost() {
        assert_eq!(Race::new([], DELAY, None).step(Instant::now()), Step::Lost);
    }

    /// A whole race in virtual time, printed as it goes: four silent addresses but the third.
    #[test]
    fn a_race_as_a_story() {
        let start = Instant::now();
        let mut now = start;
        let mut race = Race::new(addresses(4), DELAY, None);
        let mut story = Vec::new();
        let connected = loop {
            match race.step(now) {
                Step::Start(address) => {
                    story.push(((now - start).as_millis(), address.port()));
                    if address.port() == 3 {
                        break address;
                    }
                }
                Step::Wait(Some(until)) => now = until,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(story, [(0, 1), (250, 2), (500, 3)]);
        assert_eq!(connected.port(), 3);
    }
}
