//! What a unidirectional stream is for: its first number says.
//!
//! RFC 9114 §6.2, RFC 9204 §4.2
//!
//! | type | stream          | from   | how many | its end                            |
//! |------|-----------------|--------|----------|------------------------------------|
//! | 0x00 | control         | both   | 1        | H3_CLOSED_CRITICAL_STREAM          |
//! | 0x01 | push            | server | any      | the end of the response            |
//! | 0x02 | QPACK's encoder | both   | 1        | H3_CLOSED_CRITICAL_STREAM          |
//! | 0x03 | QPACK's decoder | both   | 1        | H3_CLOSED_CRITICAL_STREAM          |
//! | others | unknown       | both   | any      | nothing; we stop reading at once   |
//!
//! Invariant: at most [`unidirectional`](crate::Limits::unidirectional) streams are known at once.

use super::{Connection, Order};
use crate::{
    Error, ErrorCode, Event, Role, StreamId,
    frame::{Frames, Piece, Place},
    stream::Stream,
};
use wire::{Reader, trace::Direction};

/// The numbers of control and QPACK streams, by their place in [`Connection::critical`].
pub(super) const CRITICAL: [(u64, &str); 3] =
    [(0x00, "control stream"), (0x02, "QPACK encoder stream"), (0x03, "QPACK decoder stream")];

/// The type of a push's stream.
pub(super) const PUSH: u64 = 0x01;

/// What is known of a stream of the peer's.
#[derive(Debug)]
pub(super) enum Inbound {
    /// Its type has not come whole.
    Type(Vec<u8>),
    /// Its control stream.
    Control(Frames),
    /// Instructions of its encoder.
    Encoder,
    /// Instructions of its decoder.
    Decoder,
    /// A push whose number has not come whole.
    Push(Vec<u8>),
    /// A push that was not promised yet.
    Unpromised(u64),
    /// Given up; forgotten once the transport knows it.
    Ignored,
}

impl Connection {
    pub(super) fn receive_unidirectional(
        &mut self,
        id: StreamId,
        octets: &[u8],
    ) -> Result<usize, Error> {
        if self.streams.contains_key(&id) {
            return self.receive_frames(id, octets, Place::Push);
        }
        let mut rest = octets;
        while !rest.is_empty() {
            if !self.inbound.contains_key(&id) {
                if self.inbound.len() >= self.limits.unidirectional as usize {
                    return Err(Error::Flood { what: "unidirectional streams" });
                }
                self.inbound.insert(id, Inbound::Type(Vec::new()));
            }
            let Some(inbound) = self.inbound.get_mut(&id) else { break };
            match inbound {
                Inbound::Type(kept) => {
                    let Some(kind) = read_number(kept, &mut rest) else { break };
                    self.begin_unidirectional(id, kind)?;
                }
                Inbound::Push(kept) => {
                    let Some(push) = read_number(kept, &mut rest) else { break };
                    self.begin_push(id, push)?;
                }
                Inbound::Unpromised(_) => return Ok(octets.len().saturating_sub(rest.len())),
                Inbound::Control(frames) => {
                    let mut frames = std::mem::take(frames);
                    let done = self.cut_control(id, &mut frames, &mut rest);
                    if let Some(Inbound::Control(place)) = self.inbound.get_mut(&id) {
                        *place = frames;
                    }
                    done?;
                }
                Inbound::Encoder => {
                    self.teller(Direction::Received).instructions(id, "qpack_encoder", rest.len());
                    while !rest.is_empty() {
                        let taken = self.decoder.receive_until_unblocked(rest)?;
                        rest = rest.get(taken..).unwrap_or_default();
                        self.unblock()?;
                    }
                }
                Inbound::Decoder => {
                    self.teller(Direction::Received).instructions(id, "qpack_decoder", rest.len());
                    self.encoder.receive_instructions(rest)?;
                    rest = &[];
                }
                Inbound::Ignored => rest = &[],
            }
            if self.streams.contains_key(&id) {
                let before = octets.len().saturating_sub(rest.len());
                return Ok(before + self.receive_frames(id, rest, Place::Push)?);
            }
        }
        Ok(octets.len())
    }

    // ANCHOR: begin
    fn begin_unidirectional(&mut self, id: StreamId, kind: u64) -> Result<(), Error> {
        let refuse = |what| Err(Error::StreamCreation { stream: id, what });
        let known = CRITICAL.iter().position(|(number, _)| *number == kind);
        let name = known.and_then(|at| CRITICAL.get(at)).map(|(_, name)| *name);
        self.teller(Direction::Received).stream_type(
            id,
            match kind {
                PUSH => "push stream",
                _ => name.unwrap_or("unknown"),
            },
        );
        let begun = match (known, kind) {
            (Some(at), _) => {
                let Some(place) = self.critical.get_mut(at) else { return Ok(()) };
                if place.is_some() {
                    return refuse("a second critical stream");
                }
                *place = Some(id);
                match at {
                    0 => Inbound::Control(Frames::default()),
                    1 => Inbound::Encoder,
                    _ => Inbound::Decoder,
                }
            }
            (None, PUSH) if self.role == Role::Server => return refuse("a push of a client"),
            (None, PUSH) => Inbound::Push(Vec::new()),
            (None, _) => {
                self.charge_control("streams that mean nothing")?;
                let code = ErrorCode::H3_STREAM_CREATION_ERROR;
                self.orders.push(Order::Stop(id, code));
                Inbound::Ignored
            }
        };
        self.inbound.insert(id, begun);
        Ok(())
    }
    // ANCHOR_END: begin

    /// The number of a push's stream has come.
    fn begin_push(&mut self, id: StreamId, push: u64) -> Result<(), Error> {
        let what = "a push stream";
        if self.max_push.is_none_or(|most| push > most) {
            return Err(Error::Id { what, id: push, reason: "is above MAX_PUSH_ID" });
        }
        let promise = self.promises.entry(push).or_default();
        if promise.stream.is_some() {
            return Err(Error::Id { what, id: push, reason: "is there twice" });
        }
        promise.stream = Some(id);
        // Without a request under way its promise was lost, and will not come.
        let lost = promise.head.is_none() && self.exchanges == 0;
        if promise.over || lost {
            if self.waive(push) {
                self.charge_reset()?;
            }
            self.orders.push(Order::Stop(id, ErrorCode::H3_REQUEST_CANCELLED));
            self.inbound.insert(id, Inbound::Ignored);
        } else if promise.head.is_some() {
            self.open_push(id, push);
        } else {
            self.inbound.insert(id, Inbound::Unpromised(push));
        }
        Ok(())
    }

    /// A push's stream and its promise are both there.
    pub(super) fn open_push(&mut self, id: StreamId, push: u64) {
        self.inbound.remove(&id);
        let mut stream = Box::new(Stream::new());
        let head = self.promises.get(&push).and_then(|promise| promise.head.as_ref());
        stream.sending.head_request =
            head.is_some_and(|head| head.request.method == http::Method::Head);
        (stream.sending.finished, stream.sending.over) = (true, true);
        (stream.told, stream.push) = (true, Some(push));
        self.streams.insert(id, stream);
        self.events.push_back(Event::PushStream { push, stream: id });
    }

    fn cut_control(
        &mut self,
        id: StreamId,
        frames: &mut Frames,
        input: &mut &[u8],
    ) -> Result<(), Error> {
        while let Some(piece) = frames.next(input) {
            match piece {
                Piece::Head(head) => {
                    if !self.admit_control(id, head)? {
                        frames.skip();
                    }
                }
                Piece::Payload(kind, payload) => self.on_control(id, kind, payload)?,
                // It was not admitted.
                Piece::Data(_) => {}
            }
        }
        Ok(())
    }

    /// Sections whose entries have come now.
    fn unblock(&mut self) -> Result<(), Error> {
        while let Some(stream) = self.decoder.poll_unblocked() {
            let id = StreamId::new(stream);
            let Some(stream) = self.streams.get_mut(&id) else { continue };
            let Some(blocked) = stream.receiving.blocked.take() else { continue };
            stream.receiving.paused = false;
            let outcome = self.on_section(id, blocked.promise, &blocked.section);
            let outcome = outcome.and_then(|()| {
                let stream = self.streams.get(&id);
                let ended = stream.is_some_and(|stream| {
                    stream.receiving.ended && stream.receiving.blocked.is_none()
                });
                if ended { self.on_end(id) } else { Ok(()) }
            });
            match outcome {
                Ok(()) => self.events.push_back(Event::Readable(id)),
                Err(error) if error.scope() == crate::Scope::Connection => return Err(error),
                Err(error) => self.violate(error),
            }
        }
        Ok(())
    }

    pub(super) fn end_unidirectional(&mut self, id: StreamId) -> Result<(), Error> {
        if let Some(at) = self.critical.iter().position(|critical| *critical == Some(id)) {
            let what = CRITICAL.get(at).map_or("critical stream", |(_, name)| *name);
            return Err(Error::CriticalClosed { what });
        }
        match self.inbound.remove(&id) {
            // A push stream must say whose it is.
            Some(Inbound::Push(_)) => Err(Error::FrameTruncated { stream: id }),
            // It was no response, whatever is promised for it yet.
            Some(Inbound::Unpromised(push)) => {
                self.waive(push);
                self.charge_reset()
            }
            // Who ends before it says what it is has said nothing (§6.2).
            _ => Ok(()),
        }
    }

    pub(super) fn reset_unidirectional(&mut self, id: StreamId) -> Result<(), Error> {
        match self.inbound.get(&id) {
            Some(Inbound::Push(_)) => {
                self.inbound.remove(&id);
                Ok(())
            }
            _ => self.end_unidirectional(id),
        }
    }
}

/// A number at the start of a stream, however it arrives.
fn read_number(kept: &mut Vec<u8>, rest: &mut &[u8]) -> Option<u64> {
    while let Some((first, more)) = rest.split_first() {
        *rest = more;
        kept.push(*first);
        if let Ok(number) = Reader::new(kept).varint("Stream Type") {
            return Some(number);
        }
    }
    None
}
