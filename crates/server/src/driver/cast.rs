//! What is said to groups, brought to their members on this loop.
//!
//! ```text
//!   letter: Said(share) ──► casts, in order ──► take ──► MEMBERS slots a turn, one flush for each
//! ```
//!
//! Ten thousand writes take a good part of a second. Between turns the loop reads, answers and
//! accepts as always.
//!
//! Invariant: one message of a group has reached all its members before the next is taken, so
//! what is said meanwhile waits in the [`Share`], which is bounded.

use super::event_loop::EventLoop;
use crate::{Said, Share};
use std::sync::Arc;

/// Members that get what was said in one turn.
const MEMBERS: usize = 256;

/// What was said to one group.
pub(super) enum Cast {
    /// Not taken yet.
    Waiting(Arc<Share>),
    /// On its way to the members.
    UnderWay(Said),
}

impl EventLoop {
    /// Brings what was said to the next members.
    pub(super) fn cast(&mut self) {
        let mut turn = MEMBERS;
        while turn > 0
            && let Some(cast) = self.casts.pop_front()
        {
            let mut said = match cast {
                Cast::Waiting(share) => share.take(),
                Cast::UnderWay(said) => said,
            };
            while turn > 0
                && let Some((key, messages)) = said.next_member()
            {
                turn -= 1;
                self.after(key.connection, |slot, _, moment| {
                    slot.cast(key.stream, messages, moment)
                });
            }
            if turn == 0 {
                self.casts.push_front(Cast::UnderWay(said));
            }
        }
    }
}
