//! Several URLs at once: as many threads as `--parallel-max` says, each of which takes the next URL
//! that nobody has taken.
//!
//! ```text
//!   URLs ──► next ──┬─► thread ─► Transfer ─┐
//!                   ├─► thread ─► Transfer ─┼─► one Session: one connection where it is HTTP/2
//!                   └─► thread ─► Transfer ─┘
//! ```
//!
//! Invariant: each URL is fetched once, and keeps its own -o or -O; what goes to standard output
//! comes as it comes, in pieces of all, as in curl.
//!
//! Invariant: the exit code is that of the last URL on the line that failed; 0 says that none did.

use std::{
    num::NonZeroUsize,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// How many at once, unless told: curl's number.
pub(super) const USUAL: NonZeroUsize = NonZeroUsize::MIN.saturating_add(49);
/// How many at once at most, which is curl's bound too: each has a thread.
pub(super) const MOST: usize = 300;

/// Runs `transfer` once for each index below `count`, `width` at a time, and answers the code.
pub(super) fn run(count: usize, width: NonZeroUsize, transfer: impl Fn(usize) -> u8 + Sync) -> u8 {
    let next = AtomicUsize::new(0);
    // Where the last failure stands, and its code.
    let failed = Mutex::new((0, 0));
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                return;
            }
            let code = transfer(index);
            let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
            if code != 0 && index >= failed.0 {
                *failed = (index, code);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 1..width.get().min(count) {
            // A system without threads to spare still has this one.
            let _ = thread::Builder::new().spawn_scoped(scope, work);
        }
        work();
    });
    failed.into_inner().unwrap_or_else(PoisonError::into_inner).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;

    #[test]
    fn each_is_run_once_and_as_many_at_once_as_was_said() {
        let (width, runs) = (NonZeroUsize::new(3).unwrap(), AtomicUsize::new(0));
        // Would wait for ever if fewer than three ran at once.
        let barrier = Barrier::new(3);
        let code = run(9, width, |_| {
            barrier.wait();
            runs.fetch_add(1, Ordering::SeqCst);
            0
        });
        assert_eq!((code, runs.into_inner()), (0, 9));
    }

    #[test]
    fn the_last_failure_on_the_line_decides_whenever_it_came() {
        let codes = [0, 7, 0, 28, 0];
        for width in [1, 2, 50] {
            let code = run(codes.len(), NonZeroUsize::new(width).unwrap(), |index| codes[index]);
            assert_eq!(code, 28);
        }
        assert_eq!(run(0, USUAL, |_| 1), 0);
    }
}
