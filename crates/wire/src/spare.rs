//! Large buffers that were sent are kept for the next large message of the same thread.
//!
//! A message of a megabyte is gathered in a vector, and sent from it when it is echoed or passed
//! on. Freed then, its pages go back to the kernel, and the next message has each of them cleared
//! and mapped again: a quarter of what an echo costs. Kept with each connection they would cost a
//! megabyte for each one that idles. So a thread, which is a loop with all its connections, keeps
//! a few of them:
//!
//! ```text
//!   Output ── the last octet is sent ──► give ──► a few vectors ──► take ──► the next message
//! ```
//!
//! A loop's messages change their size, with the hour or with who is connected. So where there is
//! no room for one more, those that lay there longest go: nobody has asked for their size since.
//!
//! Invariant: what is kept is empty vectors, 8 MiB of capacity at the most; nobody can read in one
//! what it held before.
//!
//! Invariant: it changes what memory is used, and nothing else that can be seen.
//!
//! Used by: [`Output`](crate::Output), which gives; `websocket`, which takes.

use std::cell::RefCell;

/// The least capacity worth keeping: below, the allocator keeps memory by itself.
const LARGE: usize = 64 * 1024;

/// Octets of capacity that one thread keeps: a few messages of the usual greatest size.
const KEPT: usize = 8 * 1024 * 1024;

thread_local! {
    /// The one given last stands last.
    static SPARES: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// Keeps `octets`' memory, if it is worth it, in the place of what was given longest ago.
pub fn give(mut octets: Vec<u8>) {
    let more = octets.capacity();
    if !(LARGE..=KEPT).contains(&more) {
        return;
    }
    octets.clear();
    // A thread that is ending keeps nothing.
    let _ = SPARES.try_with(|spares| {
        let mut spares = spares.borrow_mut();
        let mut kept: usize = spares.iter().map(Vec::capacity).sum();
        let too_many = |spare: &&Vec<u8>| {
            let over = kept + more > KEPT;
            kept -= if over { spare.capacity() } else { 0 };
            over
        };
        let oldest = spares.iter().take_while(too_many).count();
        spares.drain(..oldest);
        spares.push(octets);
    });
}

/// An empty vector that was given, with room for `length` octets or somewhat more; the one given
/// last, whose octets are most likely still in the processor's cache.
pub fn take(length: usize) -> Option<Vec<u8>> {
    if length < LARGE {
        return None;
    }
    // Much more than is wanted would make a small message hold a large one's memory.
    let most = length.saturating_mul(2);
    SPARES
        .try_with(|spares| {
            let mut spares = spares.borrow_mut();
            let fits = |spare: &Vec<u8>| (length..=most).contains(&spare.capacity());
            let found = spares.iter().rposition(fits)?;
            // There are 128 at the most, and their order says how old they are.
            Some(spares.remove(found))
        })
        .ok()
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::{KEPT, LARGE, give, take};

    #[test]
    fn what_was_given_is_taken_empty() {
        give(vec![7; 2 * LARGE]);
        let taken = take(2 * LARGE).map(|taken| (taken.len(), taken.capacity() >= 2 * LARGE));
        assert_eq!(taken, Some((0, true)));
        assert_eq!(take(2 * LARGE), None);
    }

    #[test]
    fn small_ones_and_more_than_a_few_are_freed() {
        give(Vec::with_capacity(LARGE - 1));
        assert_eq!(take(LARGE), None);
        for _ in 0..100 {
            give(Vec::with_capacity(1 << 20));
        }
        let kept = std::iter::from_fn(|| take(1 << 20)).count();
        assert!(kept > 0 && kept * (1 << 20) <= KEPT, "{kept}");
    }

    /// Or one message of another size would leave a thread without spares for good.
    #[test]
    fn what_nobody_took_makes_room() {
        give(Vec::with_capacity(KEPT));
        give(Vec::with_capacity(1 << 20));
        assert!(take(1 << 20).is_some());
        assert!(take(KEPT).is_none());
        give(Vec::with_capacity(KEPT + 1));
        assert_eq!(take(KEPT), None, "more than may be kept is not");
    }

    #[test]
    fn a_small_message_does_not_get_a_large_ones_memory() {
        give(Vec::with_capacity(1 << 20));
        assert_eq!(take(LARGE), None);
        assert!(take(1 << 20).is_some());
    }
}
