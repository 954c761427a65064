//! The sending part of a stream.
//!
//! RFC 9000 §2.4, §3.1, §3.5, §4.1
//!
//! ```text
//!   write, finish ──► buffer ──► poll ──► STREAM ──┬── acknowledged ──► gone
//!                       ▲                          └── lost ──┐
//!                       └─────────────────────────────────────┘
//!   reset, or STOP_SENDING ──► RESET_STREAM, until it is acknowledged
//! ```
//!
//! Invariant: no new octet is sent beyond what the stream's and the connection's window allow; an
//! octet that is sent again costs no credit.
//!
//! Invariant: after RESET_STREAM no STREAM frame is sent.
//!
//! Used by: the connection, for each stream that it may send on.

use super::{SendBuffer, SendInput, SendState};
use crate::flow::SendWindow;
use std::{ops::Range, sync::Arc};

/// The contents of one STREAM frame, without the octets. A packet's record keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Where its octets stand in the stream.
    pub offset: u64,
    /// How many octets it has.
    pub length: u32,
    /// Whether the stream ends with it.
    pub fin: bool,
}

impl Piece {
    /// Its octets' offsets.
    pub fn range(&self) -> Range<u64> {
        self.offset..self.offset + u64::from(self.length)
    }
}

/// What a RESET_STREAM says (RFC 9000 §19.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reset {
    /// The application's code.
    pub code: u64,
    /// Octets that were sent on the stream, lost ones too.
    pub final_size: u64,
}

/// How far the end of the stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fin {
    Open,
    /// It waits to be sent, for the first time or again.
    Waiting,
    InFlight,
    Acked,
}

/// The sending part of a stream.
#[derive(Debug)]
pub struct SendStream {
    state: SendState,
    buffer: SendBuffer,
    window: SendWindow,
    fin: Fin,
    reset: Option<Reset>,
    reset_waits: bool,
    stopped: Option<u64>,
}

impl SendStream {
    /// A new stream, on which the peer takes `window` octets.
    pub const fn new(window: u64) -> Self {
        Self {
            state: SendState::Ready,
            buffer: SendBuffer::new(),
            window: SendWindow::new(window),
            fin: Fin::Open,
            reset: None,
            reset_waits: false,
            stopped: None,
        }
    }

    /// Where it is.
    pub const fn state(&self) -> SendState {
        self.state
    }

    /// Whether nothing more will be sent or is awaited.
    pub const fn is_over(&self) -> bool {
        self.state.is_over()
    }

    /// Whether the application may still write.
    pub fn is_writable(&self) -> bool {
        self.fin == Fin::Open && self.reset.is_none()
    }

    /// The code with which the peer has asked us to stop.
    pub const fn stopped(&self) -> Option<u64> {
        self.stopped
    }

    /// Octets that are held for the peer.
    pub const fn held(&self) -> u64 {
        self.buffer.held()
    }

    /// Takes a copy of as many octets as keep what is held within `most`; answers how many.
    pub fn write(&mut self, octets: &[u8], most: u64) -> usize {
        let room = if self.is_writable() { most.saturating_sub(self.held()) } else { 0 };
        let taken = usize::try_from(room).unwrap_or(usize::MAX).min(octets.len());
        self.buffer.write(octets.get(..taken).unwrap_or_default());
        taken
    }

    /// Takes a vector without copying it, whatever is held: the caller has asked
    /// [`held`](Self::held). `false` where the stream is not writable.
    pub fn write_vec(&mut self, octets: Vec<u8>) -> bool {
        let writable = self.is_writable();
        if writable {
            self.buffer.write_vec(octets);
        }
        writable
    }

    /// As [`write`](Self::write), of octets that nobody else needs: where all have room, and
    /// copying would join them to no others, the vector is kept, and an empty one is left.
    pub fn write_owned(&mut self, octets: &mut Vec<u8>, most: u64) -> usize {
        let (length, held) = (octets.len(), self.held());
        if !self.is_writable() || held > 0 || length as u64 > most {
            return self.write(octets, most);
        }
        self.buffer.write_vec(std::mem::take(octets));
        length
    }

    /// Takes a part of octets that others hold too, without copying them; answers how many, which
    /// keeps what is held within `most`.
    pub fn write_shared(&mut self, octets: &Arc<[u8]>, part: Range<usize>, most: u64) -> usize {
        let room = if self.is_writable() { most.saturating_sub(self.held()) } else { 0 };
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        let end = part.end.min(part.start.saturating_add(room));
        self.buffer.write_shared(Arc::clone(octets), part.start..end)
    }

    /// Nothing more will be written. Answers `false` where it was finished or reset before.
    pub fn finish(&mut self) -> bool {
        let writable = self.is_writable();
        if writable {
            self.fin = Fin::Waiting;
        }
        writable
    }

    /// Gives the stream up: what is not sent yet is dropped, and RESET_STREAM says so. Answers
    /// `false` where everything is acknowledged, or it was reset before.
    pub fn reset(&mut self, code: u64) -> bool {
        if self.reset.is_some() || self.is_over() {
            return false;
        }
        self.buffer.discard();
        self.reset = Some(Reset { code, final_size: self.buffer.sent() });
        self.reset_waits = true;
        true
    }

    /// STOP_SENDING came: the stream is reset with the peer's code (§3.5). Answers `true` the
    /// first time, where the application has to know.
    pub fn on_stop_sending(&mut self, code: u64) -> bool {
        if self.stopped.is_some() || self.is_over() || self.reset.is_some() {
            return false;
        }
        self.stopped = Some(code);
        self.reset(code)
    }

    /// MAX_STREAM_DATA came; answers whether it gives credit.
    pub const fn on_max_data(&mut self, limit: u64) -> bool {
        self.window.raise(limit)
    }

    /// Whether a STREAM frame waits, given what the connection's window lets go.
    pub fn is_pending(&self, connection: &SendWindow) -> bool {
        if self.reset.is_some() {
            return false;
        }
        let new = self.buffer.written() - self.buffer.sent();
        self.buffer.has_lost()
            || (new == 0 && self.fin == Fin::Waiting)
            || (new > 0 && self.window.credit() > 0 && connection.credit() > 0)
    }

    /// Whether octets wait that were never sent: once a frame has taken what the windows allow, it
    /// is they that hold the rest back.
    pub fn is_held_back(&self) -> bool {
        self.reset.is_none() && self.buffer.written() > self.buffer.sent()
    }

    /// The offset of the next STREAM frame, of which its head's length depends.
    pub fn next_offset(&self) -> u64 {
        self.buffer.next_offset().unwrap_or_else(|| self.buffer.sent())
    }

    // ANCHOR: poll
    /// The next STREAM frame, with `room` octets of content at most; what is lost goes first. It is
    /// in flight from now on, and the windows have paid for what is new.
    pub fn poll(&mut self, room: usize, connection: &mut SendWindow) -> Option<Piece> {
        if !self.is_pending(connection) {
            return None;
        }
        let sent = self.buffer.sent();
        let limit = sent.saturating_add(connection.credit()).min(self.window.limit());
        // A frame says how long it is in 32 bits here; no datagram has room for more.
        let room = room.min(u16::MAX.into());
        let range = self.buffer.poll(room, limit);
        let new = self.buffer.sent() - sent;
        self.window.on_sent(new);
        connection.on_sent(new);
        let range = range.unwrap_or(sent..sent);
        let at_end = range.end == self.buffer.written();
        let fin = at_end && self.fin == Fin::Waiting;
        if range.is_empty() && !fin {
            return None;
        }
        if fin {
            self.fin = Fin::InFlight;
        }
        let input = if fin { SendInput::Fin } else { SendInput::Stream };
        self.state = self.state.on(input).unwrap_or(self.state);
        let length = u32::try_from(range.end - range.start).unwrap_or(u32::MAX);
        Some(Piece { offset: range.start, length, fin })
    }
    // ANCHOR_END: poll

    /// Appends the octets of `piece` to a packet.
    pub fn copy(&self, piece: &Piece, out: &mut Vec<u8>) {
        self.buffer.copy(piece.range(), out);
    }

    /// The octets of `piece`, as they lie.
    pub fn slices(&self, piece: &Piece) -> impl Iterator<Item = &[u8]> {
        self.buffer.slices(piece.range())
    }

    /// A packet with this frame was acknowledged. Answers whether the stream is over by it.
    pub fn on_acked(&mut self, piece: &Piece) -> bool {
        if self.is_over() {
            return false;
        }
        self.buffer.on_acked(piece.range());
        if piece.fin {
            self.fin = Fin::Acked;
        }
        // Of a stream that was reset, what is acknowledged is not known any more.
        if self.fin == Fin::Acked && self.reset.is_none() && self.buffer.is_acked() {
            self.state = self.state.on(SendInput::AllAcked).unwrap_or(self.state);
        }
        self.is_over()
    }

    /// A packet with this frame was lost.
    pub fn on_lost(&mut self, piece: &Piece) {
        if self.reset.is_some() || self.is_over() {
            return;
        }
        self.buffer.on_lost(piece.range());
        if piece.fin && self.fin == Fin::InFlight {
            self.fin = Fin::Waiting;
        }
    }

    /// RESET_STREAM, where it waits to be sent.
    pub fn poll_reset(&mut self) -> Option<Reset> {
        let reset = self.reset.filter(|_| self.reset_waits)?;
        self.reset_waits = false;
        self.state = self.state.on(SendInput::Reset).unwrap_or(self.state);
        Some(reset)
    }

    /// Whether RESET_STREAM waits to be sent.
    pub const fn is_reset_pending(&self) -> bool {
        self.reset_waits
    }

    /// RESET_STREAM was acknowledged: the stream is over.
    pub fn on_reset_acked(&mut self) {
        self.state = self.state.on(SendInput::ResetAcked).unwrap_or(self.state);
    }

    /// RESET_STREAM was lost.
    pub fn on_reset_lost(&mut self) {
        self.reset_waits = self.state == SendState::ResetSent;
    }

    /// What STREAM_DATA_BLOCKED says, where the stream's own window is what holds it back.
    pub fn poll_blocked(&mut self) -> Option<u64> {
        let new = self.buffer.written() > self.buffer.sent();
        if new && self.reset.is_none() { self.window.poll_blocked() } else { None }
    }

    /// The frame that said so was lost.
    pub fn on_blocked_lost(&mut self, limit: u64) {
        self.window.on_blocked_lost(limit);
    }

    /// 0-RTT was rejected: everything is sent anew, within the window that counts now.
    pub fn restart(&mut self, window: u64) {
        self.buffer.rewind();
        self.window.restart(window);
        if self.fin == Fin::InFlight {
            self.fin = Fin::Waiting;
        }
        if self.reset.is_none() {
            self.state = SendState::Ready;
        } else {
            self.reset = self.reset.map(|reset| Reset { final_size: 0, ..reset });
            self.reset_waits = true;
        }
    }
}
