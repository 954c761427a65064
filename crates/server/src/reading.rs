//! When the octets that a loop works on were read: a number that grows with each reading.
//!
//! What a handler finds out while it answers one request is as true for the next one, if both were
//! read before: the first could have waited so long. With a number for each reading it can see
//! that.
//!
//! Invariant: numbers of all loops are in one order, and one is taken after the reading it is of.
//!
//! Used by: the driver, which counts; [`Files`](crate::Files), which look at a file once for all
//! requests of a reading.

use std::{
    cell::Cell,
    sync::atomic::{AtomicU64, Ordering},
};

static READINGS: AtomicU64 = AtomicU64::new(1);

thread_local! {
    static CURRENT: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Something came, from a socket or another thread: what is known is from before.
pub(crate) fn count() {
    CURRENT.set(Some(READINGS.fetch_add(1, Ordering::AcqRel)));
}

/// The reading that is worked on; `None` on threads that are no loop's.
pub(crate) fn current() -> Option<u64> {
    CURRENT.get()
}
