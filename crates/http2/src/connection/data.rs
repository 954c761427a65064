//! Content comes, and is counted: against windows, against its announcement, against floods.
//!
//! RFC 9113 §5.1, §6.1, §8.1.1
//!
//! ```text
//!  DATA, 100 octets of which 20 are padding
//!    connection's window   - 100
//!    stream's window       - 100      + 20 at once: nobody will release padding
//!    content-length        -  80
//! ```
//!
//! Invariant: a frame counts against the connection's window whatever becomes of its stream; what
//! is dropped goes back at once.

use super::Connection;
use crate::{
    Error, Event, StreamId, copy,
    frame::FrameHead,
    state::{Input, State, Step},
};
use http::message::Malformed;

/// Frames with less content cost a token.
const TINY: usize = 64;

/// Octets up to which content joins what waits in the event before.
const JOIN: usize = 16_384;

impl Connection {
    // ANCHOR: data
    pub(super) fn on_data(
        &mut self,
        head: &FrameHead,
        data: &[u8],
        end: bool,
    ) -> Result<(), Error> {
        let (id, length) = (head.stream, head.length);
        if !self.window.take(length) {
            return Err(Error::WindowExceeded { stream: StreamId::CONNECTION, length });
        }
        self.measure(length);
        let taken =
            self.charge_data(data, end).and_then(|()| self.take_data(id, length, data, end));
        if !matches!(taken, Ok(true)) {
            self.refund(length);
        }
        taken.map(|_| ())
    }
    // ANCHOR_END: data

    /// What a frame costs that carries little or nothing.
    fn charge_data(&mut self, data: &[u8], end: bool) -> Result<(), Error> {
        if end || data.len() >= TINY {
            return Ok(());
        }
        if data.is_empty() {
            self.empty_data += 1;
            if self.empty_data > self.limits.empty_data {
                return Err(Error::Flood { what: "empty DATA frames" });
            }
        }
        match self.tiny.take(self.now) {
            true => Ok(()),
            false => Err(Error::Flood { what: "small DATA frames" }),
        }
    }

    /// Gives content to its stream; `false` where it is dropped.
    fn take_data(
        &mut self,
        id: StreamId,
        length: u32,
        data: &[u8],
        end: bool,
    ) -> Result<bool, Error> {
        let input = Input::Data { end };
        let limit = self.limits.content;
        let Some(stream) = self.streams.get_mut(id) else {
            return match self.state_of(id).receive(input, id) {
                Ok(_) => Ok(false),
                Err(_) if self.is_beyond(id) => Ok(false),
                Err(error) => Err(error),
            };
        };
        let Step::To(state) = stream.state.receive(input, id)? else { return Ok(false) };
        if !stream.receiving.head {
            let malformed = Malformed::Order { what: "content before the final head" };
            return Err(Error::Malformed { stream: id, malformed });
        }
        if !stream.receiving.window.take(length) {
            return Err(Error::WindowExceeded { stream: id, length });
        }
        let counted = stream.receiving.count(data.len() as u64, end, limit);
        counted.map_err(|malformed| Error::Malformed { stream: id, malformed })?;
        stream.state = state;
        let content = u32::try_from(data.len()).unwrap_or(length);
        let padding = length.saturating_sub(content);
        let wanted = stream.unwanted.is_none();
        if padding > 0 {
            stream.receiving.window.release(padding);
            self.refund(padding);
        }
        if !wanted {
            self.drop_rest(id, content, end);
            return Ok(true);
        }
        self.tell_data(id, data, end);
        if end {
            self.settle(id);
        }
        Ok(true)
    }

    /// Content of a request that is answered: only its rules are looked at.
    fn drop_rest(&mut self, id: StreamId, content: u32, end: bool) {
        let Some(stream) = self.streams.get_mut(id) else { return };
        stream.receiving.window.release(content);
        let used = i64::from(stream.receiving.window.target()) / 2;
        let much = stream.receiving.window.available() < used;
        self.refund(content);
        match (end, much) {
            (true, _) => self.settle(id),
            (false, true) => self.refuse_rest(id),
            (false, false) => {}
        }
    }

    /// Content that comes in many small frames is told in few events.
    fn tell_data(&mut self, id: StreamId, data: &[u8], end: bool) {
        if let Some(Event::Data { stream, octets, end: last }) = self.events.back_mut()
            && *stream == id
            && octets.len() + data.len() <= JOIN
        {
            copy::append(octets, data);
            *last = end;
        } else if end || !data.is_empty() {
            self.events.push_back(Event::Data { stream: id, octets: copy::octets(data), end });
        }
    }

    /// Where a stream is that has no record: idle, or closed in one of three ways. One that is
    /// forgotten has ended.
    pub(super) fn state_of(&self, id: StreamId) -> State {
        match self.streams.cause(id) {
            Some(cause) => State::Closed(cause),
            None if self.is_idle(id) => State::Idle,
            None => State::Closed(crate::state::Cause::Ended),
        }
    }

    /// Whether a stream has not begun yet.
    pub(super) fn is_idle(&self, id: StreamId) -> bool {
        if self.is_peers(id) { id > self.last_peer } else { id.value() >= self.next_own }
    }

    /// Whether a stream is one that we said we would not look at (§6.8).
    pub(super) fn is_beyond(&self, id: StreamId) -> bool {
        self.is_peers(id) && self.goaway_sent.is_some_and(|last| id > last)
    }

    /// The application has used `octets` of a stream's content: the peer may send as many more.
    /// Where the stream has ended, the connection's window alone grows.
    pub fn release(&mut self, stream: StreamId, octets: usize) {
        if self.state != super::State::Open {
            return;
        }
        let octets = u32::try_from(octets).unwrap_or(u32::MAX);
        let released = match self.streams.get_mut(stream) {
            Some(stream) => stream.receiving.window.release(octets),
            None => {
                let released = octets.min(self.orphaned);
                self.orphaned -= released;
                released
            }
        };
        self.update_stream(stream);
        self.refund(released);
    }

    /// Gives room in the connection's window back.
    pub(super) fn refund(&mut self, octets: u32) {
        self.window.release(octets);
        self.update_connection();
    }
}
