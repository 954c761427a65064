//! Deadlines in order: which one is next, and which are over?
//!
//! A binary heap, because a driver asks two questions of it and nothing else: how long may I sleep,
//! and who is due? There is no way to take an entry out early. That is meant to be so: a connection
//! moves its deadline with every packet, and finding the old entry would cost more than it gives.
//!
//! The owner keeps the true deadline and the heap a reminder (*lazy re-arming*):
//!
//! ```text
//!   deadline moved later    do nothing; the reminder comes too early, and the owner sets a new one
//!   deadline moved earlier  set another reminder
//!   deadline gone           do nothing; the reminder is ignored when it comes
//! ```
//!
//! Invariant: of two reminders for the same instant, the one that was set first comes first.
//!
//! Used by: `server`'s and `client`'s loops; `Race` counts its own few deadlines.

use std::{cmp::Ordering, collections::BinaryHeap, time::Instant};

/// Reminders, soonest first. An entry costs the key, an instant and a counter.
#[derive(Debug)]
pub struct Timers<K> {
    heap: BinaryHeap<Reminder<K>>,
    /// Counts what was set, so that equal instants keep their order.
    set: u64,
}

#[derive(Debug)]
struct Reminder<K> {
    deadline: Instant,
    turn: u64,
    key: K,
}

impl<K> Default for Timers<K> {
    fn default() -> Self {
        Self { heap: BinaryHeap::new(), set: 0 }
    }
}

impl<K> Timers<K> {
    /// No reminder yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reminds of `key` at `deadline`. Reminders of the same key do not replace one another.
    pub fn set(&mut self, deadline: Instant, key: K) {
        self.heap.push(Reminder { deadline, turn: self.set, key });
        self.set = self.set.wrapping_add(1);
    }

    /// When the soonest one is due: until then the loop may sleep.
    pub fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|reminder| reminder.deadline)
    }

    /// Takes one reminder that is due at `now`; called until it answers `None`.
    pub fn pop_expired(&mut self, now: Instant) -> Option<K> {
        if self.next()? > now {
            return None;
        }
        self.heap.pop().map(|reminder| reminder.key)
    }

    /// How many reminders are set.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether none is set.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}

impl<K> Ord for Reminder<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        // The heap gives the greatest; we want the soonest.
        (other.deadline, other.turn).cmp(&(self.deadline, self.turn))
    }
}

impl<K> PartialOrd for Reminder<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> PartialEq for Reminder<K> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<K> Eq for Reminder<K> {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_soonest_comes_first_and_only_when_due() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut timers = Timers::new();
        for (seconds, key) in [(3, 'c'), (1, 'a'), (2, 'b'), (1, 'A')] {
            timers.set(at(seconds), key);
        }
        assert_eq!(timers.next(), Some(at(1)));
        assert_eq!(timers.pop_expired(start), None);
        assert_eq!(timers.pop_expired(at(2)), Some('a'));
        assert_eq!(timers.pop_expired(at(2)), Some('A'), "set later, for the same instant");
        assert_eq!(timers.pop_expired(at(2)), Some('b'));
        assert_eq!(timers.pop_expired(at(2)), None);
        assert_eq!((timers.len(), timers.next()), (1, Some(at(3))));
    }

    /// A connection that lives for an hour and moves its deadline with each octet.
    #[test]
    fn lazy_re_arming_keeps_one_reminder_per_owner() {
        let idle = Duration::from_secs(30);
        let mut now = Instant::now();
        let mut deadline = now + idle;
        let mut timers = Timers::new();
        timers.set(deadline, ());
        for _ in 0..3600 {
            now += Duration::from_secs(1);
            deadline = now + idle;
            while let Some(()) = timers.pop_expired(now) {
                assert!(deadline > now);
                timers.set(deadline, ());
            }
            assert_eq!(timers.len(), 1);
        }
        assert_eq!(timers.pop_expired(deadline), Some(()));
    }
}
