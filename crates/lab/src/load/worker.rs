//! One thread of a load: many connections, one poller, one buffer.
//!
//! ```text
//!   wait ──► for each that is ready: read once, ask as much as may be asked, write once ──► wait
//! ```
//!
//! Invariant: between two waits each connection reads and writes once, so a turn costs two calls to
//! the kernel for as many answers as came together.
//!
//! Invariant: it ends at the latest when the time is over, when somebody says so, or when nothing
//! was heard for [`Plan::patience`](super::Plan::patience) three times on every connection.

use super::{
    Plan, Tally,
    slot::{Budget, Shared, Slot},
};
use sockets::{Events, Poller, Token};
use std::{
    fs,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// Octets read at a time: a socket's buffer full.
const BUFFER: usize = 256 * 1024;
/// How often clocks are looked at, and how far it is is told.
pub(super) const TICK: Duration = Duration::from_millis(100);

/// What one thread shares with the others and with who waits for it.
#[derive(Debug, Default)]
pub(super) struct Signs {
    /// Somebody wants it to end.
    pub(super) stop: AtomicBool,
    /// Answers so far, for whoever shows how far it is.
    pub(super) answers: AtomicU64,
    /// Threads that go on.
    pub(super) running: AtomicU64,
}

/// A thread's part of a plan.
pub(super) struct Part {
    pub(super) connections: usize,
    pub(super) requests: Option<u64>,
}

/// Does its part; what it came to.
pub(super) fn run(plan: &Plan, part: &Part, poller: Poller, signs: &Signs) -> Tally {
    let began = Instant::now();
    let cpu = cpu_time();
    let mut poller = poller;
    let until = plan.duration.and_then(|duration| began.checked_add(duration));
    let mut slots: Vec<Slot> =
        (0..).map(Token).map(|token| Slot::new(token, began)).take(part.connections).collect();
    let mut events = Events::with_capacity(part.connections.min(1024));
    let mut buffer = vec![0; BUFFER];
    let mut tally = Tally::default();
    let mut budget = Budget { left: part.requests };
    let mut told = 0;
    let mut tick = began;
    let mut fresh = true;
    loop {
        let now = Instant::now();
        let mut shared = Shared { plan, poller: &poller, budget, tally };
        if fresh {
            slots.iter_mut().for_each(|slot| slot.open(&mut shared));
            fresh = false;
        }
        for event in events.iter() {
            let at = usize::try_from(event.token.0).unwrap_or(usize::MAX);
            if let Some(slot) = slots.get_mut(at) {
                slot.turn(&mut shared, &mut buffer, event.readable, now);
            }
        }
        if now.saturating_duration_since(tick) >= TICK {
            tick = now;
            slots.iter_mut().for_each(|slot| slot.tick(&mut shared, now));
            let answers = shared.tally.answers();
            signs.answers.fetch_add(answers - told, Ordering::Relaxed);
            told = answers;
        }
        let over = until.is_some_and(|until| until <= now) || signs.stop.load(Ordering::Relaxed);
        if over {
            slots.iter_mut().for_each(|slot| slot.finish(&mut shared, now));
        }
        (budget, tally) = (shared.budget, shared.tally);
        if over || slots.iter().all(Slot::is_done) {
            break;
        }
        let rest = until.map_or(TICK, |until| until.saturating_duration_since(now));
        if poller.wait(&mut events, Some(rest.min(TICK))).is_err() {
            break;
        }
    }
    tally.heads = tally.heads.saturating_sub(tally.content);
    tally.cpu = cpu.and_then(|before| cpu_time()?.checked_sub(before));
    tally
}

/// How long this thread has had a processor, where the system tells (Linux).
pub(super) fn cpu_time() -> Option<Duration> {
    // "165926 306635 2": nanoseconds run, nanoseconds waited, turns.
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}
