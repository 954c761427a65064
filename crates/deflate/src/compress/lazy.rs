//! Levels 2 to 9: the longest reference of several, and perhaps a better one an octet later.
//!
//! ```text
//!   … bcd … abc … abcde          at `a` the last `abc` has 3 octets; taking it would spoil
//!                  ^^^           the 4 of `bcde` that are found one octet later
//! ```
//!
//! Used by: [`Deflate`](crate::Deflate).

use super::{
    block::Block,
    find::{Chains, Ground},
    level::Effort,
};

impl Chains {
    /// Codes from `at` until `stop`, or until the block is full; says how far it came.
    // ANCHOR: lazy
    pub(crate) fn run(
        &mut self,
        ground: Ground<'_>,
        from: usize,
        stop: usize,
        effort: Effort,
        block: &mut Block,
    ) -> usize {
        let content = usize::from(effort.content);
        let lazy = usize::from(effort.lazy);
        let mut at = from;
        while at < stop && !block.is_full() {
            let found = self.longest(ground, at, 2, effort.candidates, content);
            let Some(mut found) = found else {
                block.literal(ground.buffer.get(at).copied().unwrap_or_default());
                at += 1;
                continue;
            };
            while found.length < lazy {
                let effort = if found.length >= lazy / 2 {
                    effort.candidates / 4
                } else {
                    effort.candidates
                };
                let Some(better) = self.longest(ground, at + 1, found.length, effort, content)
                else {
                    break;
                };
                block.literal(ground.buffer.get(at).copied().unwrap_or_default());
                at += 1;
                found = better;
            }
            block.reference(found.length, found.distance);
            at += found.length;
        }
        at
    }
    // ANCHOR_END: lazy
}
