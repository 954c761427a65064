//! Whose turn it is, and what a stream says in a packet.
//!
//! RFC 9000 §13.3, §19.4–§19.14; RFC 9218 §10
//!
//! Lower urgencies go first. Within one, incremental streams take turns, packet by packet, and the
//! others go one after the other.
//!
//! Invariant: a STREAM frame without a length reaches to the end of its packet.
//!
//! Used by: `packets`.

use super::{Streams, of};
use crate::{
    connection::packets::{Draft, SentFrame},
    frame::{Frame, encode_stream, stream_head_length},
    stream::{Direction, StreamId},
};
use std::time::{Duration, Instant};

/// Octets of the longest frame that is written here, STREAM apart.
const SMALL: usize = 1 + 8 + 8 + 8;

impl Streams {
    /// The stream may have something to send: it gets into its queue.
    pub(in crate::connection) fn enqueue(&mut self, id: StreamId) {
        let allowed = self.allows(id);
        let Some(stream) = self.map.get_mut(&id).filter(|_| allowed) else { return };
        if !stream.queued && stream.send.is_some() {
            stream.queued = true;
            if let Some(queue) = self.queues.get_mut(usize::from(stream.urgency)) {
                queue.push_back(id);
            }
        }
    }

    /// The stream has something to say beside its octets.
    pub(in crate::connection) fn enqueue_control(&mut self, id: StreamId) {
        let allowed = self.allows(id);
        if let Some(stream) = self.map.get_mut(&id).filter(|_| allowed)
            && !stream.control
        {
            stream.control = true;
            self.control.push_back(id);
        }
    }

    /// The connection's window is open again.
    pub(super) fn unpark(&mut self) {
        for id in std::mem::take(&mut self.parked) {
            self.enqueue(id);
        }
    }

    /// Whether a frame may wait.
    pub(in crate::connection) fn wants(&self) -> bool {
        let streams = self.peers.iter().any(|peers| peers.is_due());
        !self.control.is_empty()
            || self.queues.iter().any(|queue| !queue.is_empty())
            || self.incoming.is_due()
            || streams
    }

    /// All but STREAM frames.
    pub(in crate::connection) fn put_control(
        &mut self,
        draft: &mut Draft<'_>,
        now: Instant,
        rtt: Duration,
        one_rtt: bool,
    ) {
        if draft.room() > SMALL
            && one_rtt
            && self.incoming.is_due()
            && let Some(limit) = self.incoming.poll(now, rtt)
        {
            draft.put(&Frame::MaxData(limit), SentFrame::MaxData(limit));
        }
        if !self.parked.is_empty()
            && draft.room() > SMALL
            && let Some(limit) = self.outgoing.poll_blocked()
        {
            draft.put(&Frame::DataBlocked(limit), SentFrame::DataBlocked(limit));
        }
        for direction in Direction::ALL {
            if draft.room() > SMALL
                && let Some(limit) = of(&mut self.peers, direction).poll()
            {
                let sent = SentFrame::MaxStreams(direction, limit);
                draft.put(&Frame::MaxStreams { direction, limit }, sent);
            }
            if draft.room() > SMALL
                && let Some(limit) = of(&mut self.own, direction).poll_blocked()
            {
                let sent = SentFrame::StreamsBlocked(direction, limit);
                draft.put(&Frame::StreamsBlocked { direction, limit }, sent);
            }
        }
        while draft.room() > 4 * SMALL
            && let Some(id) = self.control.pop_front()
        {
            self.put_stream_control(id, draft, now, rtt);
        }
    }

    fn put_stream_control(
        &mut self,
        id: StreamId,
        draft: &mut Draft<'_>,
        now: Instant,
        rtt: Duration,
    ) {
        let Some(stream) = self.map.get_mut(&id) else { return };
        stream.control = false;
        if let Some(send) = &mut stream.send {
            if let Some(reset) = send.poll_reset() {
                let (code, final_size) = (reset.code, reset.final_size);
                let frame = Frame::ResetStream { stream: id, code, final_size };
                draft.put(&frame, SentFrame::ResetStream(id));
            }
            if let Some(limit) = send.poll_blocked() {
                let sent = SentFrame::StreamDataBlocked(id, limit);
                draft.put(&Frame::StreamDataBlocked { stream: id, limit }, sent);
            }
        }
        if let Some(receive) = &mut stream.receive {
            if let Some(code) = receive.poll_stop() {
                draft.put(&Frame::StopSending { stream: id, code }, SentFrame::StopSending(id));
            }
            if let Some(limit) = receive.poll_max_data(now, rtt) {
                let sent = SentFrame::MaxStreamData(id, limit);
                draft.put(&Frame::MaxStreamData { stream: id, limit }, sent);
            }
        }
        self.remove_if_over(id);
    }

    // ANCHOR: streams
    /// STREAM frames, until the packet is full or nobody has anything.
    pub(in crate::connection) fn put_streams(&mut self, draft: &mut Draft<'_>) {
        for urgency in 0..self.queues.len() {
            while let Some(id) = self.queues.get_mut(urgency).and_then(|queue| queue.pop_front()) {
                let full = self.put_stream(id, draft);
                self.put_back(id, urgency, full);
                if full {
                    return;
                }
            }
        }
    }
    // ANCHOR_END: streams

    /// One frame of a stream, or several; answers whether the packet is full.
    fn put_stream(&mut self, id: StreamId, draft: &mut Draft<'_>) -> bool {
        let window = &mut self.outgoing;
        let Some(send) = self.map.get_mut(&id).and_then(|stream| stream.send.as_mut()) else {
            return false;
        };
        while send.is_pending(window) {
            let (room, offset) = (draft.room(), send.next_offset());
            let head = stream_head_length(id, offset, room, true);
            if room <= head {
                return true;
            }
            let Some(piece) = send.poll(room - head, window) else { return false };
            let length = usize::try_from(piece.length).unwrap_or(0);
            let with_length = stream_head_length(id, offset, length, false);
            let last = with_length + length > room;
            if last {
                // It reaches to the end, and what is a few octets short begins with PADDING.
                let short = room.saturating_sub(head + length);
                draft.out.resize(draft.out.len() + short, 0);
            }
            encode_stream(draft.out, id, offset, length, piece.fin, last);
            send.copy(&piece, draft.out);
            draft.ack_eliciting = true;
            draft.content.push(SentFrame::Stream { stream: id, piece });
            if last {
                return true;
            }
        }
        false
    }

    /// Where a stream goes that had its turn.
    fn put_back(&mut self, id: StreamId, urgency: usize, full: bool) {
        let Some(stream) = self.map.get_mut(&id) else { return };
        let Some(send) = &stream.send else { return };
        if full && send.is_pending(&self.outgoing) {
            let back = stream.incremental;
            if let Some(queue) = self.queues.get_mut(urgency) {
                if back { queue.push_back(id) } else { queue.push_front(id) }
            }
            return;
        }
        stream.queued = false;
        if send.is_held_back() {
            if self.outgoing.credit() == 0 {
                self.parked.push_back(id);
            } else {
                self.enqueue_control(id);
            }
        }
    }

    /// A frame that is no STREAM frame was lost: is what it said still true?
    pub(in crate::connection) fn on_control_lost(&mut self, frame: &SentFrame) {
        match frame {
            SentFrame::MaxData(limit) => self.incoming.on_lost(*limit),
            SentFrame::DataBlocked(limit) => self.outgoing.on_blocked_lost(*limit),
            SentFrame::MaxStreams(direction, limit) => {
                of(&mut self.peers, *direction).on_lost(*limit);
            }
            SentFrame::StreamsBlocked(direction, limit) => {
                of(&mut self.own, *direction).on_blocked_lost(*limit);
            }
            SentFrame::ResetStream(id)
            | SentFrame::StopSending(id)
            | SentFrame::MaxStreamData(id, _)
            | SentFrame::StreamDataBlocked(id, _) => self.on_stream_control_lost(*id, frame),
            _ => {}
        }
    }

    fn on_stream_control_lost(&mut self, id: StreamId, frame: &SentFrame) {
        let Some(stream) = self.map.get_mut(&id) else { return };
        match (frame, &mut stream.send, &mut stream.receive) {
            (SentFrame::ResetStream(_), Some(send), _) => send.on_reset_lost(),
            (SentFrame::StreamDataBlocked(_, limit), Some(send), _) => send.on_blocked_lost(*limit),
            (SentFrame::StopSending(_), _, Some(receive)) => receive.on_stop_lost(),
            (SentFrame::MaxStreamData(_, limit), _, Some(receive)) => {
                receive.on_max_data_lost(*limit);
            }
            _ => {}
        }
        self.enqueue_control(id);
    }
}
