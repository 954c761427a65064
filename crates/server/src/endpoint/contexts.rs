//! How many sockets may keep what compression remembers.
//!
//! RFC 7692 §7.1.1
//!
//! A compressor that takes over the context of the last message is worth several times the size on
//! small messages, and costs tens of kilobytes for as long as the socket is open. Ten thousand open
//! sockets would be a gigabyte for the sake of being quiet.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// How many are taken, over all loops of a server.
#[derive(Debug, Clone, Default)]
pub struct Contexts {
    taken: Arc<AtomicUsize>,
}

/// The right to one, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Context {
    taken: Arc<AtomicUsize>,
}

impl Contexts {
    /// One of `limit`, unless all are taken.
    pub(crate) fn take(&self, limit: usize) -> Option<Context> {
        let more = |taken: usize| (taken < limit).then_some(taken + 1);
        self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        Some(Context { taken: self.taken.clone() })
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        self.taken.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::Contexts;

    #[test]
    fn a_context_that_is_dropped_can_be_taken_again() {
        let contexts = Contexts::default();
        let both = (contexts.take(2), contexts.take(2));
        assert!(both.0.is_some() && both.1.is_some() && contexts.take(2).is_none());
        drop(both);
        assert!(contexts.take(2).is_some() && contexts.take(0).is_none());
    }
}
