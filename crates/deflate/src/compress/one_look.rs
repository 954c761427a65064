//! Level 1: one look for each octet, and the first reference that is there is taken.
//!
//! Where look after look finds nothing, the octets are noise, or compressed already; then several
//! are taken as they are for each look, and more and more of them until something is found.
//!
//! Used by: [`Deflate`](crate::Deflate).

use super::{
    block::Block,
    find::{Ground, slide},
};
use crate::symbols::MAX_MATCH;

/// The last place of each hash of four octets.
#[derive(Debug, Clone)]
pub(crate) struct OneLook {
    head: Vec<u16>,
}

/// 32 KiB of places: they stay in the processor's nearest cache.
const BITS: u32 = 14;
/// So many looks in vain are usual in any text; for each further so many, one octet more is taken
/// without a look. At most [`LEAP`] at once.
const PATIENCE: usize = 64;
/// See [`PATIENCE`].
const LEAP: usize = 16;

impl OneLook {
    pub(crate) fn new(window: usize) -> Self {
        Self { head: vec![0; window.min(1 << BITS)] }
    }

    /// Memory taken, in octets.
    pub(crate) fn held(&self) -> usize {
        2 * self.head.len()
    }

    pub(crate) fn slide(&mut self, by: usize) {
        slide(&mut self.head, by);
    }

    /// Codes from `at` until `stop`, or until the block is full; says how far it came.
    // ANCHOR: one_look
    #[allow(clippy::cast_possible_truncation, reason = "a place is below 2^16")]
    pub(crate) fn run(
        &mut self,
        ground: Ground<'_>,
        from: usize,
        stop: usize,
        block: &mut Block,
    ) -> usize {
        let (mut at, mut misses) = (from, 0);
        let bits = self.head.len().trailing_zeros();
        while at < stop && !block.is_full() {
            let Some(four) = ground.four(at) else { break };
            let hash = (four.wrapping_mul(0x9e37_79b1) >> (32 - bits)) as usize;
            let Some(head) = self.head.get_mut(hash) else { break };
            let place = usize::from(std::mem::replace(head, (at + 1) as u16));
            let distance = at + 1 - place;
            if place > ground.floor
                && distance <= ground.window
                && ground.four(place - 1) == Some(four)
            {
                let length = ground.common(place - 1, at);
                block.reference(length.min(MAX_MATCH), distance);
                at += length;
                misses = 0;
            } else {
                misses += 1;
                let leap = (1 + misses / PATIENCE).min(LEAP).min(stop - at);
                for octet in ground.buffer.get(at..at + leap).unwrap_or_default() {
                    block.literal(*octet);
                }
                at += leap;
            }
        }
        // The last three octets have no hash of four.
        while at < stop && !block.is_full() {
            let Some(octet) = ground.buffer.get(at) else { break };
            block.literal(*octet);
            at += 1;
        }
        at
    }
    // ANCHOR_END: one_look
}
