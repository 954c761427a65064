//! The handshake's octets: a stream without a window, for each encryption level.
//!
//! RFC 9000 §7.5, §19.6
//!
//! ```text
//!   TLS ──► write ──► poll ──► CRYPTO ──► on_crypto ──► read ──► TLS
//! ```
//!
//! Peers split, duplicate and reorder the handshake over packets, some of them on purpose. There is
//! no flow control, so a limit says how far ahead of what is missing octets may come.
//!
//! Invariant: at most `limit` octets ahead of what TLS has read are kept.
//!
//! Used by: the connection, one for each packet number space.

use crate::{
    error::Error,
    stream::{Assembler, SendBuffer},
};
use std::ops::Range;

/// Both directions of one level's handshake octets.
#[derive(Debug)]
pub struct CryptoStream {
    incoming: Assembler,
    outgoing: SendBuffer,
    limit: u64,
}

impl CryptoStream {
    /// Nothing was sent or has come; `limit` octets may come ahead, of which the RFC demands 4,096.
    pub const fn new(limit: u64) -> Self {
        Self { incoming: Assembler::new(), outgoing: SendBuffer::new(), limit }
    }

    /// A CRYPTO frame came; answers whether there is something new to read.
    ///
    /// # Errors
    /// [`Error::CryptoBuffer`] where it reaches too far ahead.
    pub fn on_crypto(&mut self, offset: u64, octets: &[u8]) -> Result<bool, Error> {
        let end = offset.saturating_add(octets.len() as u64);
        let limit = self.incoming.read_offset().saturating_add(self.limit);
        if end > limit {
            return Err(Error::CryptoBuffer { end, limit });
        }
        let ready = self.incoming.ready_offset();
        self.incoming.insert(offset, octets);
        Ok(self.incoming.ready_offset() > ready)
    }

    /// The next octets for TLS, as many as lie in one piece.
    pub fn peek(&self) -> &[u8] {
        self.incoming.peek()
    }

    /// TLS has taken `octets`.
    pub fn consume(&mut self, octets: usize) {
        self.incoming.consume(octets);
    }

    /// Whether octets came that TLS has not read: those may not be left behind when keys change
    /// (RFC 9001 §4.1.3).
    pub const fn has_unread(&self) -> bool {
        self.incoming.end() > self.incoming.read_offset()
    }

    /// Octets from TLS.
    pub fn write(&mut self, octets: &[u8]) {
        self.outgoing.write(octets);
    }

    /// Whether a CRYPTO frame waits.
    pub fn is_pending(&self) -> bool {
        self.outgoing.next_offset().is_some()
    }

    /// The offset of the next CRYPTO frame.
    pub fn next_offset(&self) -> u64 {
        self.outgoing.next_offset().unwrap_or_else(|| self.outgoing.sent())
    }

    /// The next CRYPTO frame's octets, `room` at most, lost ones first.
    pub fn poll(&mut self, room: usize) -> Option<Range<u64>> {
        self.outgoing.poll(room, u64::MAX)
    }

    /// Appends the octets of `range` to a packet.
    pub fn copy(&self, range: Range<u64>, out: &mut Vec<u8>) {
        self.outgoing.copy(range, out);
    }

    /// A packet with these octets was acknowledged.
    pub fn on_acked(&mut self, range: Range<u64>) {
        self.outgoing.on_acked(range);
    }

    /// A packet with these octets was lost; or a probe wants something to say.
    pub fn on_lost(&mut self, range: Range<u64>) {
        self.outgoing.on_lost(range);
    }

    /// Everything that was not acknowledged is to be sent again: a Retry came.
    pub fn restart(&mut self) {
        self.outgoing.rewind();
    }

    /// Octets of memory that are held for what came.
    pub fn held(&self) -> usize {
        self.incoming.held()
    }
}
