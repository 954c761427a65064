//! The receiving part of a stream.
//!
//! RFC 9000 §2.2, §3.2, §3.5, §4.1, §4.5
//!
//! ```text
//!   STREAM ──► within both windows? ──► final size? ──► assembler ──► peek, consume
//!   RESET_STREAM ──► final size? ──► what was not read is given up, and its credit returned
//! ```
//!
//! Invariant: both windows are asked before an octet is kept.
//!
//! Invariant: once the final size is known it never changes, and no octet lies beyond it.
//!
//! Invariant: every octet that counted against the connection's window is consumed sooner or
//! later: read, or given up.
//!
//! Used by: the connection, for each stream that it may receive on.

use super::{Assembler, ReceiveInput, ReceiveState, StreamId};
use crate::{error::Error, flow::ReceiveWindow};
use std::time::{Duration, Instant};

/// The receiving part of a stream.
#[derive(Debug)]
pub struct ReceiveStream {
    id: StreamId,
    state: ReceiveState,
    assembler: Assembler,
    window: ReceiveWindow,
    final_size: Option<u64>,
    reset: Option<u64>,
    stop: Option<u64>,
    stop_waits: bool,
    /// Octets that the connection's window was told are consumed.
    returned: u64,
}

impl ReceiveStream {
    /// A new stream, with a window of `window` octets that may grow to `most`.
    pub const fn new(id: StreamId, window: u64, most: u64) -> Self {
        Self {
            id,
            state: ReceiveState::Recv,
            assembler: Assembler::new(),
            window: ReceiveWindow::new(window, most),
            final_size: None,
            reset: None,
            stop: None,
            stop_waits: false,
            returned: 0,
        }
    }

    /// Where it is.
    pub const fn state(&self) -> ReceiveState {
        self.state
    }

    /// Whether nothing more will be read.
    pub const fn is_over(&self) -> bool {
        self.state.is_over()
    }

    /// How long the stream is, once the peer has said so.
    pub const fn final_size(&self) -> Option<u64> {
        self.final_size
    }

    // ANCHOR: receive
    /// A STREAM frame came. Answers whether there is something new to read, the end counted.
    ///
    /// # Errors
    /// [`Error::StreamFlowControl`], [`Error::ConnectionFlowControl`], [`Error::FinalSize`];
    /// nothing is kept then.
    pub fn on_stream(
        &mut self,
        offset: u64,
        octets: &[u8],
        fin: bool,
        connection: &mut ReceiveWindow,
    ) -> Result<bool, Error> {
        let end = offset.saturating_add(octets.len() as u64);
        self.check(end, fin, connection)?;
        self.take(end, fin, connection);
        let input = if fin { ReceiveInput::Fin } else { ReceiveInput::Stream };
        let before = self.state;
        self.state = self.state.on(input).unwrap_or(self.state);
        if self.stop.is_some() {
            self.give_up(connection);
            self.leave();
            return Ok(false);
        }
        if !self.is_live() {
            return Ok(false);
        }
        let ready = self.assembler.ready_offset();
        self.assembler.insert(offset, octets);
        let complete = self.final_size == Some(self.assembler.ready_offset());
        if complete {
            self.state = self.state.on(ReceiveInput::AllReceived).unwrap_or(self.state);
        }
        Ok(self.assembler.ready_offset() > ready || (complete && before != self.state))
    }
    // ANCHOR_END: receive

    /// RESET_STREAM came. Answers whether the application has to know.
    ///
    /// # Errors
    /// As [`on_stream`](Self::on_stream).
    pub fn on_reset(
        &mut self,
        code: u64,
        final_size: u64,
        connection: &mut ReceiveWindow,
    ) -> Result<bool, Error> {
        self.check(final_size, true, connection)?;
        self.take(final_size, true, connection);
        let before = self.state;
        self.state = self.state.on(ReceiveInput::Reset).unwrap_or(self.state);
        if self.state == before {
            return Ok(false);
        }
        self.reset = Some(code);
        self.give_up(connection);
        if self.stop.is_some() {
            // The application has left already, and the peer needs no asking.
            self.stop_waits = false;
            self.leave();
            return Ok(false);
        }
        Ok(true)
    }

    fn check(&self, end: u64, is_final: bool, connection: &ReceiveWindow) -> Result<(), Error> {
        let stream = self.id.get();
        let received = self.window.received();
        if let Some(was) = self.final_size
            && (end > was || (is_final && end != was))
        {
            return Err(Error::FinalSize { stream, was, now: end });
        }
        if is_final && end < received {
            return Err(Error::FinalSize { stream, was: received, now: end });
        }
        if !self.window.allows(end) {
            return Err(Error::StreamFlowControl { stream, end, limit: self.window.limit() });
        }
        let total = connection.received().saturating_add(end.saturating_sub(received));
        if !connection.allows(total) {
            return Err(Error::ConnectionFlowControl { end: total, limit: connection.limit() });
        }
        Ok(())
    }

    /// Both windows pay.
    fn take(&mut self, end: u64, is_final: bool, connection: &mut ReceiveWindow) {
        let new = self.window.on_received(end);
        let total = connection.received().saturating_add(new);
        connection.on_received(total);
        if is_final {
            self.final_size = Some(end);
        }
    }

    /// Nobody will read what came: the connection's window gets it back.
    fn give_up(&mut self, connection: &mut ReceiveWindow) {
        self.assembler.discard();
        let received = self.window.received();
        connection.on_consumed(received - self.returned);
        self.returned = received;
    }

    /// The next octets to read, as many as lie in one piece; empty where there are none.
    pub fn peek(&self) -> &[u8] {
        self.assembler.peek()
    }

    /// Octets that can be read now.
    pub const fn readable(&self) -> u64 {
        self.assembler.readable()
    }

    /// `octets` of what was peeked were read. The end is read by the last octet; of a stream that
    /// ends without one, by a call with 0.
    pub fn consume(&mut self, octets: usize, connection: &mut ReceiveWindow) {
        let before = self.assembler.read_offset();
        self.assembler.consume(octets);
        let read = self.assembler.read_offset() - before;
        self.window.on_consumed(read);
        connection.on_consumed(read);
        self.returned += read;
        if self.state == ReceiveState::DataRecvd && self.is_at_end() {
            self.state = self.state.on(ReceiveInput::DataRead).unwrap_or(self.state);
        }
    }

    /// Whether every octet of the stream was read.
    pub fn is_at_end(&self) -> bool {
        self.final_size == Some(self.assembler.read_offset()) && self.reset.is_none()
    }

    /// The code of the peer's RESET_STREAM; the application knows of it from now on.
    pub fn read_reset(&mut self) -> Option<u64> {
        if self.state == ReceiveState::ResetRecvd {
            self.state = self.state.on(ReceiveInput::ResetRead).unwrap_or(self.state);
        }
        self.reset
    }

    /// The application does not want the rest: STOP_SENDING asks the peer to reset the stream.
    /// Answers whether that is sent; there is no use in it once everything is here (§3.5).
    pub fn stop(&mut self, code: u64, connection: &mut ReceiveWindow) -> bool {
        if self.stop.is_some() || self.is_over() {
            return false;
        }
        self.stop = Some(code);
        self.stop_waits = self.is_live();
        self.give_up(connection);
        self.leave();
        self.stop_waits
    }

    /// Whether octets may still come that the application could read.
    const fn is_live(&self) -> bool {
        matches!(self.state, ReceiveState::Recv | ReceiveState::SizeKnown)
    }

    /// A stream that nobody reads is over once STOP_SENDING has gone and the size is known: nothing
    /// that can come yet is worth waiting for.
    fn leave(&mut self) {
        if self.stop.is_some() && !self.stop_waits && self.final_size.is_some() {
            self.state = ReceiveState::ResetRead;
        }
    }

    /// The code for STOP_SENDING, where it waits to be sent.
    pub fn poll_stop(&mut self) -> Option<u64> {
        let waits = self.is_stop_pending();
        self.stop_waits = false;
        self.leave();
        self.stop.filter(|_| waits)
    }

    /// Whether STOP_SENDING waits to be sent.
    pub const fn is_stop_pending(&self) -> bool {
        self.stop_waits && self.is_live()
    }

    /// STOP_SENDING was lost; it goes again while it still says something.
    pub fn on_stop_lost(&mut self) {
        self.stop_waits = self.is_live();
    }

    /// The limit for MAX_STREAM_DATA, where it is time to tell one: not once the size is known.
    pub fn poll_max_data(&mut self, now: Instant, rtt: Duration) -> Option<u64> {
        if self.is_max_data_due() { self.window.poll(now, rtt) } else { None }
    }

    /// Whether [`poll_max_data`](Self::poll_max_data) would answer a limit.
    pub fn is_max_data_due(&self) -> bool {
        self.state == ReceiveState::Recv && self.stop.is_none() && self.window.is_due()
    }

    /// A MAX_STREAM_DATA that told `limit` was lost.
    pub const fn on_max_data_lost(&mut self, limit: u64) {
        self.window.on_lost(limit);
    }

    /// The stream's window.
    pub const fn window(&self) -> &ReceiveWindow {
        &self.window
    }

    /// Octets of memory that are held.
    pub fn held(&self) -> usize {
        self.assembler.held()
    }
}
