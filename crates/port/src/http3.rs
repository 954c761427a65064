//! HTTP/3 on a QUIC connection: what happens on one is told to the other.
//!
//! RFC 9114 §3, §6; RFC 9000 §2; RFC 9221
//!
//! ```text
//!   quic::Event ──► take ──► http3::Connection ──► its events, for whoever asked
//!   quic        ◄── give ◄── poll_transmit
//!               ◄── resume ◄── Event::Readable: octets that it would not take before
//! ```
//!
//! Invariant: octets that HTTP/3 does not take stay in QUIC's stream, whose window then shuts.
//!
//! Used by: `client` and `server`, in each turn of a connection; the laboratory.

use http::Priority;
use http3::Transport;
use quic::{
    Connection, Event,
    connection::ReadEnd,
    stream::{Direction, StreamId},
};
use std::{sync::Arc, time::Instant};

/// A stream's name, in QUIC's words.
pub const fn quic_id(stream: http3::StreamId) -> StreamId {
    StreamId::new(stream.get())
}

/// A stream's name, in HTTP/3's words.
pub const fn http3_id(stream: StreamId) -> http3::StreamId {
    http3::StreamId::new(stream.get())
}

/// QUIC's streams, as HTTP/3 asks for them.
struct Streams<'a>(&'a mut Connection);

/// A stream that is not there any more takes everything, as the trait asks: its end is told by
/// itself.
impl Transport for Streams<'_> {
    fn open_unidirectional(&mut self) -> Option<http3::StreamId> {
        self.0.open(Direction::Unidirectional).map(http3_id)
    }

    fn send(&mut self, stream: http3::StreamId, octets: &[u8]) -> usize {
        self.0.send(quic_id(stream), octets).unwrap_or(octets.len())
    }

    fn send_owned(&mut self, stream: http3::StreamId, octets: &mut Vec<u8>) -> usize {
        let all = octets.len();
        self.0.send_owned(quic_id(stream), octets).unwrap_or(all)
    }

    fn send_shared(&mut self, stream: http3::StreamId, octets: &Arc<[u8]>, from: usize) -> usize {
        let taken = self.0.send_shared(quic_id(stream), octets, from);
        taken.unwrap_or_else(|_| octets.len().saturating_sub(from))
    }

    fn finish(&mut self, stream: http3::StreamId) {
        let _ = self.0.finish(quic_id(stream));
    }

    fn reset(&mut self, stream: http3::StreamId, code: u64) {
        let _ = self.0.reset(quic_id(stream), code);
    }

    fn stop_sending(&mut self, stream: http3::StreamId, code: u64) {
        let _ = self.0.stop_sending(quic_id(stream), code);
    }

    fn set_priority(&mut self, stream: http3::StreamId, priority: Priority) {
        self.0.set_priority(quic_id(stream), priority.urgency(), priority.incremental());
    }

    fn send_datagram(&mut self, octets: Vec<u8>) {
        // One that is too long for the path is lost, as any may be.
        let _ = self.0.send_datagram(octets);
    }

    fn close(&mut self, code: u64, reason: &str) {
        self.0.close(code, reason.as_bytes());
    }
}

// ANCHOR: take
/// Tells HTTP/3 what happened; answers what is none of its business.
pub fn take(
    event: Event,
    http3: &mut http3::Connection,
    quic: &mut Connection,
    now: Instant,
) -> Option<Event> {
    match event {
        Event::Readable(stream) => resume(stream, http3, quic, now),
        Event::Writable(stream) => http3.stream_writable(http3_id(stream)),
        Event::Reset { stream, code } => {
            http3.stream_reset(http3_id(stream), code, now);
            // Its end is read, so that nobody keeps it.
            let _ = quic.read(stream, |octets| octets.len());
        }
        Event::Stopped { stream, code } => http3.stream_stopped(http3_id(stream), code, now),
        Event::Datagram(octets) => http3.receive_datagram(&octets, now),
        Event::Closed(closed) => {
            http3.transport_closed();
            return Some(Event::Closed(closed));
        }
        Event::Opened(_) | Event::Finished(_) => {}
        other => return Some(other),
    }
    None
}
// ANCHOR_END: take

/// Gives HTTP/3 what is on a stream, as much as it takes.
pub fn resume(
    stream: StreamId,
    http3: &mut http3::Connection,
    quic: &mut Connection,
    now: Instant,
) {
    let id = http3_id(stream);
    let read = quic.read(stream, |octets| http3.receive(id, octets, now));
    if read.is_ok_and(|read| read.end == ReadEnd::End) {
        http3.receive_end(id, now);
    }
}

/// Gives QUIC what HTTP/3 has to say.
pub fn give(http3: &mut http3::Connection, quic: &mut Connection, now: Instant) {
    http3.poll_transmit(now, &mut Streams(quic));
}
