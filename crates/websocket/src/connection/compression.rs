//! What permessage-deflate does to a message's payload.
//!
//! RFC 7692 §7.2
//!
//! ```text
//!  payload            48 65 6c 6c 6f                       "Hello"
//!  DEFLATE, flushed   f2 48 cd c9 c9 07 00 │ 00 00 ff ff   ends with an empty stored block
//!  on the wire        f2 48 cd c9 c9 07 00                 the last four go without saying
//! ```
//!
//! Invariant: a message is inflated to its limit and not an octet further.

use super::assembly::Assembly;
use crate::{Role, Violation, handshake::DeflateParameters};
use deflate::{Deflate, Flush, Inflate, Level, Status, WindowBits};

/// Octets inflated at a time before they are checked and counted.
const PIECE: usize = 32 * 1024;

// ANCHOR: deflate_tail
/// What a flushed block ends with: an empty stored block's LEN and NLEN.
const TAIL: [u8; 4] = [0x00, 0x00, 0xff, 0xff];

/// Appends the payload of a frame that carries these octets; `fin` for a message's last one.
fn deflate_part(deflate: &mut Deflate, octets: &[u8], out: &mut Vec<u8>, fin: bool) {
    deflate.deflate(octets, out, Flush::Sync);
    // The receiver knows that they were there, and puts them back (§7.2.1).
    if fin && out.ends_with(&TAIL) {
        out.truncate(out.len() - TAIL.len());
    }
}
// ANCHOR_END: deflate_tail

/// The compressor of what we send, the decompressor of what we get.
#[derive(Debug)]
pub(super) struct Compression {
    deflate: Deflate,
    inflate: Inflate,
    /// How far back our compressor looks.
    pub(super) bits: WindowBits,
    /// Our compressor forgets each message.
    forget_sent: bool,
    /// The peer's compressor does.
    forget_received: bool,
}

impl Compression {
    pub(super) fn new(role: Role, agreed: &DeflateParameters, level: Level) -> Self {
        let server = (agreed.server_max_window_bits, agreed.server_no_context_takeover);
        let client = (agreed.client_max_window_bits, agreed.client_no_context_takeover);
        let (ours, theirs) = match role {
            Role::Server => (server, client),
            Role::Client => (client, server),
        };
        Self {
            deflate: Deflate::new(level, ours.0),
            inflate: Inflate::new(theirs.0),
            bits: ours.0,
            forget_sent: ours.1,
            forget_received: theirs.1,
        }
    }

    /// Octets of memory.
    pub(super) fn held(&self) -> usize {
        self.deflate.held() + self.inflate.held()
    }

    /// Appends the payload of a frame that carries these octets; `fin` for a message's last one.
    pub(super) fn deflate(&mut self, octets: &[u8], out: &mut Vec<u8>, fin: bool) {
        deflate_part(&mut self.deflate, octets, out, fin);
        if fin && self.forget_sent {
            self.deflate.release();
        }
    }

    /// Inflates a part of a compressed message into its assembly.
    pub(super) fn inflate(
        &mut self,
        mut part: &[u8],
        assembly: &mut Assembly,
        limit: u64,
    ) -> Result<(), Violation> {
        let mut piece = Vec::new();
        loop {
            // One octet more than is allowed tells a message at its limit from one beyond it.
            let room = limit.saturating_sub(assembly.len() as u64);
            let room = usize::try_from(room).unwrap_or(usize::MAX);
            piece.clear();
            let bound = PIECE.min(room.saturating_add(1));
            let status = self.inflate.inflate(&mut part, &mut piece, bound);
            // What came out before an error is looked at before it, whatever the portions in which
            // the octets came.
            assembly.append(piece.get(..room.min(piece.len())).unwrap_or_default())?;
            if piece.len() > room {
                return Err(Violation::MessageTooLong { limit });
            }
            match status.map_err(|error| Violation::Inflate { error })? {
                Status::Full => {}
                Status::Starved => return Ok(()),
                // A block that calls itself final is not the message's end (§7.2.3.4).
                Status::Ended => self.inflate.resume(),
            }
        }
    }

    /// The message's last octet has come: the four that were left out follow.
    pub(super) fn inflate_end(
        &mut self,
        assembly: &mut Assembly,
        limit: u64,
    ) -> Result<(), Violation> {
        self.inflate(&TAIL, assembly, limit)?;
        if !self.inflate.is_between_blocks() {
            return Err(Violation::InflateUnfinished);
        }
        if self.forget_received {
            self.inflate.release();
        }
        Ok(())
    }

    /// The peer's window holds a message that our compressor did not make: it begins anew.
    pub(super) fn forget(&mut self) {
        self.deflate.reset();
    }
}

/// The payload of a message compressed alone, for any peer with a window of 2^`bits` octets.
pub(crate) fn deflate_alone(octets: &[u8], level: Level, bits: WindowBits) -> Vec<u8> {
    let mut out = Vec::new();
    deflate_part(&mut Deflate::new(level, bits), octets, &mut out, true);
    out
}
