//! Packets with any contents under a connection's real keys, for the fuzzer and
//! the tests of the rules.
//!
//! Used by: `fuzzing`, tests.

use super::Connection;
use crate::{connection::packets::Content, recovery::Space};
use std::time::Instant;

impl Connection {
    /// A packet of that space that holds these frames, whatever they are; the bits of `flip` that
    /// protection covers or nobody checks are turned over in its first octet. `None` without keys.
    #[doc(hidden)]
    pub fn forge(
        &mut self,
        space: Space,
        flip: u8,
        frames: &[u8],
        now: Instant,
    ) -> Option<Vec<u8>> {
        if !self.can_seal(space) {
            return None;
        }
        let mut out = Vec::new();
        let builder = self.begin_packet(space, &mut out)?;
        // Not the length of the packet number, without which nothing opens; nor the form and type.
        let flip = flip & if space == Space::Data { 0x7c } else { 0x4c };
        if let Some(first) = out.get_mut(builder.start()) {
            *first ^= flip;
        }
        out.extend_from_slice(frames);
        let number = builder.number();
        let size = self.seal(space, builder, &mut out, 0);
        self.sent(space, number, size, true, false, Content::new(space), now);
        Some(out)
    }
}
