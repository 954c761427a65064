//! What the application says.
//!
//! RFC 9000 §2.4, §5.3; RFC 9221 §5
//!
//! Invariant: a call that answers a [`Misuse`] has changed nothing.
//!
//! Used by: HTTP/3, the drivers.

use super::Connection;
use crate::{
    misuse::Misuse,
    stream::{Direction, ReceiveState, SendStream, StreamId},
};
use std::sync::Arc;

/// Octets that a stream may hold whatever others do: so it holds some, and is told when they are
/// acknowledged.
const SHARE: u64 = 16 << 10;

/// What a `read` found behind the octets that it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadEnd {
    /// More may come: [`Readable`](crate::Event::Readable) will say so; or the reader did not want
    /// all.
    Open,
    /// The stream ends here.
    End,
    /// The peer reset the stream with this code; nothing more can be read.
    Reset(u64),
}

/// What a `read` did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    /// Octets that were taken.
    pub octets: usize,
    /// What is behind them.
    pub end: ReadEnd,
}

impl Connection {
    fn check_open(&self) -> Result<(), Misuse> {
        if self.is_open() { Ok(()) } else { Err(Misuse::Closed) }
    }

    /// A new stream, or `None` where the peer allows no more for now:
    /// [`StreamsAvailable`](crate::Event::StreamsAvailable) will say when it does.
    pub fn open(&mut self, direction: Direction) -> Option<StreamId> {
        if self.is_open() { self.streams.open(direction) } else { None }
    }

    /// The sending half of a stream.
    fn sending(&mut self, stream: StreamId) -> Result<&mut SendStream, Misuse> {
        self.check_open()?;
        let unknown = Misuse::UnknownStream { stream: stream.get() };
        let send = self.streams.get_mut(stream).and_then(|stream| stream.send.as_mut());
        send.ok_or(unknown)
    }

    fn writing(&mut self, stream: StreamId) -> Result<&mut SendStream, Misuse> {
        let send = self.sending(stream)?;
        if send.is_writable() {
            Ok(send)
        } else {
            Err(Misuse::NotWritable { stream: stream.get() })
        }
    }

    fn written(&mut self, stream: StreamId, taken: usize, of: usize) {
        if taken < of
            && let Some(stream) = self.streams.get_mut(stream)
        {
            stream.wants_room = true;
        }
        self.streams.held += taken as u64;
        self.streams.enqueue(stream);
    }

    /// Octets that a stream may hold until they are acknowledged.
    fn most(&self, stream: StreamId) -> u64 {
        let send = self.streams.get(stream).and_then(|stream| stream.send.as_ref());
        let others = self.streams.held.saturating_sub(send.map_or(0, SendStream::held));
        let left = self.transport.send_memory.saturating_sub(others);
        self.transport.send_buffer.min(left.max(SHARE))
    }

    /// Sends `octets`, as many as there is room for; answers how many. Where that is not all,
    /// [`Writable`](crate::Event::Writable) says when to go on.
    ///
    /// # Errors
    /// [`Misuse`]
    pub fn send(&mut self, stream: StreamId, octets: &[u8]) -> Result<usize, Misuse> {
        let most = self.most(stream);
        let taken = self.writing(stream)?.write(octets, most);
        self.written(stream, taken, octets.len());
        Ok(taken)
    }

    /// As [`send`](Self::send), of octets that nobody else needs: the vector may be kept, and is
    /// empty then.
    ///
    /// # Errors
    /// [`Misuse`]
    pub fn send_owned(&mut self, stream: StreamId, octets: &mut Vec<u8>) -> Result<usize, Misuse> {
        let (most, wanted) = (self.most(stream), octets.len());
        let taken = self.writing(stream)?.write_owned(octets, most);
        self.written(stream, taken, wanted);
        Ok(taken)
    }

    /// As [`send`](Self::send), of octets that others hold too, which are not copied until they are
    /// sealed. `from` is where to begin.
    ///
    /// # Errors
    /// [`Misuse`]
    pub fn send_shared(
        &mut self,
        stream: StreamId,
        octets: &Arc<[u8]>,
        from: usize,
    ) -> Result<usize, Misuse> {
        let most = self.most(stream);
        let taken = self.writing(stream)?.write_shared(octets, from..octets.len(), most);
        self.written(stream, taken, octets.len().saturating_sub(from));
        Ok(taken)
    }

    /// Octets that [`send`](Self::send) would take now.
    pub fn send_room(&self, stream: StreamId) -> usize {
        let send = self.streams.get(stream).and_then(|stream| stream.send.as_ref());
        let held = send.filter(|send| send.is_writable()).map(SendStream::held);
        let room = held.map_or(0, |held| self.most(stream).saturating_sub(held));
        usize::try_from(room).unwrap_or(usize::MAX)
    }

    /// Nothing more will be written on the stream.
    ///
    /// # Errors
    /// [`Misuse`]
    pub fn finish(&mut self, stream: StreamId) -> Result<(), Misuse> {
        self.writing(stream)?.finish();
        self.streams.enqueue(stream);
        Ok(())
    }

    /// Gives up our half of the stream: what is not sent is dropped.
    ///
    /// # Errors
    /// [`Misuse`]
    pub fn reset(&mut self, stream: StreamId, code: u64) -> Result<(), Misuse> {
        let send = self.sending(stream)?;
        let held = send.held();
        if !send.reset(code) {
            return Err(Misuse::NotWritable { stream: stream.get() });
        }
        self.streams.held -= held;
        self.streams.enqueue_control(stream);
        Ok(())
    }

    /// Asks the peer to send no more on the stream, and drops what came.
    ///
    /// # Errors
    /// [`Misuse`]
    pub fn stop_sending(&mut self, stream: StreamId, code: u64) -> Result<(), Misuse> {
        self.check_open()?;
        let unknown = Misuse::UnknownStream { stream: stream.get() };
        let (found, window) = self.streams.with_window(stream).ok_or(unknown)?;
        let receive = found.receive.as_mut().filter(|receive| !receive.is_over());
        receive.ok_or(unknown)?.stop(code, window);
        self.streams.enqueue_control(stream);
        self.streams.remove_if_over(stream);
        Ok(())
    }

    // ANCHOR: read
    /// Hands what came on the stream to `take`, piece by piece and without a copy; it answers how
    /// many octets it took, and gets no more once that is less than all of a piece.
    ///
    /// # Errors
    /// [`Misuse::UnknownStream`], also once its end was read.
    pub fn read(
        &mut self,
        stream: StreamId,
        mut take: impl FnMut(&[u8]) -> usize,
    ) -> Result<Read, Misuse> {
        let unknown = Misuse::UnknownStream { stream: stream.get() };
        let (found, window) = self.streams.with_window(stream).ok_or(unknown)?;
        let receive = found.receive.as_mut().ok_or(unknown)?;
        if receive.state() == ReceiveState::DataRead {
            return Err(unknown);
        }
        let mut octets = 0;
        loop {
            let piece = receive.peek();
            if piece.is_empty() {
                break;
            }
            let length = piece.len();
            let taken = take(piece).min(length);
            receive.consume(taken, window);
            octets += taken;
            if taken < length {
                break;
            }
        }
        let mut end = ReadEnd::Open;
        if let Some(code) = receive.read_reset() {
            end = ReadEnd::Reset(code);
        } else if receive.is_at_end() {
            receive.consume(0, window);
            end = ReadEnd::End;
        }
        // Whoever leaves something knows that it is there.
        found.told = receive.readable() > 0;
        let (due, over) = (receive.is_max_data_due(), receive.is_over());
        if due {
            self.streams.enqueue_control(stream);
        }
        if over {
            self.streams.remove_if_over(stream);
        }
        Ok(Read { octets, end })
    }
    // ANCHOR_END: read

    /// Whose turn it is: streams of lower urgency (0 to 7) go first; incremental ones of one
    /// urgency share, the others go one after the other (RFC 9218 §4).
    pub fn set_priority(&mut self, stream: StreamId, urgency: u8, incremental: bool) {
        self.streams.set_priority(stream, urgency, incremental);
    }

    /// Octets of the longest datagram that [`send_datagram`](Self::send_datagram) takes now;
    /// `None` where the peer takes none.
    pub fn max_datagram(&self) -> Option<usize> {
        let limit = self.peer.max_datagram_frame_size;
        let path = usize::from(self.paths.current.pmtud.size()).saturating_sub(1 + 20 + 4 + 16);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX).min(path);
        limit.checked_sub(9).filter(|limit| *limit > 0)
    }

    /// Sends a datagram that is neither ordered nor sent again (RFC 9221).
    ///
    /// # Errors
    /// [`Misuse::Datagram`], [`Misuse::Closed`]
    pub fn send_datagram(&mut self, octets: Vec<u8>) -> Result<(), Misuse> {
        self.check_open()?;
        let length = octets.len();
        let waits = self.control.datagram_octets + length;
        let fits = self.max_datagram().is_some_and(|most| length <= most);
        if !fits || waits > self.transport.limits.datagrams {
            return Err(Misuse::Datagram { length });
        }
        self.control.datagram_octets = waits;
        self.control.datagrams.push_back(octets);
        Ok(())
    }

    /// Sends something that the peer has to acknowledge.
    pub fn ping(&mut self) {
        let space = &mut self.spaces.data;
        space.ping = true;
    }

    /// At a server: a token for the client's next connection (RFC 9000 §8.1.3).
    pub fn send_token(&mut self, token: Vec<u8>) {
        if !self.is_client() && !token.is_empty() && self.is_open() {
            self.control.tokens.push_back(token);
        }
    }

    /// How many streams are open.
    pub fn stream_count(&self) -> usize {
        self.streams.count()
    }
}
