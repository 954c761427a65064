//! Octets in: frames, and the messages they make.
//!
//! RFC 6455 §5.2, §5.4, §5.5, §6.2
//!
//! What is received is read where it lies. The payload of a data frame goes to its message's buffer
//! as it comes, however little of the frame is here; heads and control frames wait in the tail
//! until they are whole, which takes 139 octets at most.
//!
//! ```text
//!  one read:   │ text "hi" │ ping │ binary, 1 MiB: the first 60 KB │
//!               Message     └─────────────── tail ─────────────────┘
//!               at once      told when asked for; then the 60 KB go to the message's buffer
//! ```
//!
//! Frames behind an event wait as octets, so that messages that came before a bad frame are told,
//! and answered, before it is seen; and so that a peer's small compressed messages are not all
//! inflated at once.
//!
//! Invariant: at most one event waits. While it does nothing more is read, and the driver is told
//! so by [`Connection::wants_receive`]; that is how a slow application slows its peer.

use super::{Connection, assembly::Assembly};
use crate::{
    Event, Kind, Message, Violation, copy,
    frame::{Head, Opcode, mask},
    state::Phase,
    trace,
};
use std::time::Instant;
use wire::{Reader, trace::Direction};

/// Octets unmasked, checked and copied at a time: they stay in the processor's nearest cache from
/// the first of the three steps to the last.
const BLOCK: usize = 16 * 1024;

/// What waits in the tail for its end: a head and a control frame's payload. A smaller limit would
/// wait for ever.
const LEAST_TAIL: usize = Head::LONGEST + 125;

/// A data frame whose payload is coming.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    fin: bool,
    key: Option<[u8; 4]>,
    /// Octets of payload that were read.
    read: usize,
    /// Octets of payload still to come.
    left: u64,
}

/// A message whose frames are coming.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) assembly: Assembly,
    /// RSV1 was set on its first frame.
    pub(super) compressed: bool,
    /// Whether a compressed octet came.
    pub(super) begun: bool,
}

impl Incoming {
    pub(super) fn held(&self) -> usize {
        self.assembly.held()
    }
}

impl Connection {
    /// Takes octets that the peer sent. They are read in place, and changed by that. Never fails:
    /// what is wrong becomes an event and a Close frame.
    pub fn receive(&mut self, input: &mut [u8], now: Instant) {
        self.hear(now);
        if !self.phase.reads() {
            return self.discard(input.len());
        }
        if self.tail.is_empty() {
            let used = self.advance(input);
            if self.phase.reads() {
                self.tail.extend(input.get(used..).unwrap_or_default());
            }
        } else {
            self.tail.extend(input);
            self.advance_tail();
        }
    }

    /// As [`receive`](Self::receive), but reads no further than to the first event: answers how
    /// many octets were used. Whoever takes each event at once, and gives the rest again, spares
    /// what follows a message its way through the tail. 0 says that nothing can be done with these
    /// octets yet; [`receive`](Self::receive) keeps them.
    pub fn receive_some(&mut self, input: &mut [u8], now: Instant) -> usize {
        if !self.tail.is_empty() || !self.phase.reads() {
            self.receive(input, now);
            return input.len();
        }
        self.hear(now);
        self.advance(input)
    }

    /// The peer's stream has ended: in good order (`clean`), or by a reset. What came before is
    /// still told.
    pub fn receive_end(&mut self, clean: bool, now: Instant) {
        self.timer.tick(now);
        self.ended = true;
        if !clean {
            // Nobody is there to get it.
            self.output.clear();
        }
        if !self.phase.reads() {
            self.end();
        }
    }

    /// Whether more octets would be of use. Where not, the driver must stop reading: that is what
    /// makes the peer wait.
    pub fn wants_receive(&self) -> bool {
        !self.ended
            && match self.phase {
                Phase::Open | Phase::CloseSent => {
                    self.event.is_none() && self.tail.len() < self.limits.tail.max(LEAST_TAIL)
                }
                // To see the stream's end.
                Phase::Exchanged | Phase::Failed => true,
                Phase::Closed => false,
            }
    }

    /// Goes on with what was kept, as far as it goes.
    pub(super) fn resume(&mut self) {
        if self.phase.reads() && !self.tail.is_empty() {
            self.advance_tail();
        }
        if self.ended && self.event.is_none() && self.phase.reads() {
            self.end();
        }
    }

    fn advance_tail(&mut self) {
        let (mut octets, read) = self.tail.lend();
        let used = self.advance(octets.get_mut(read..).unwrap_or_default());
        if self.phase.reads() {
            self.tail.put_back(octets, read + used);
        }
    }

    /// Reads on until there is an event to tell or nothing more to do; answers how much was used.
    fn advance(&mut self, input: &mut [u8]) -> usize {
        let mut used = 0;
        while self.event.is_none() && self.phase.reads() {
            let Some(rest) = input.get_mut(used..) else { break };
            let step = if self.frame.is_some() { self.payload(rest) } else { self.head(rest) };
            match step {
                Ok(Some(more)) => used += more,
                Ok(None) => break,
                Err(violation) => self.violate(violation.at(self.frame_at)),
            }
        }
        used
    }

    /// Reads a head, and with it a frame that is here as a whole; answers how much was used, or
    /// `None` where more must come first.
    fn head(&mut self, input: &mut [u8]) -> Result<Option<usize>, Violation> {
        self.frame_at = self.position;
        let mut reader = Reader::new(input);
        let Some(head) = Head::parse(&mut reader, &self.rules)? else { return Ok(None) };
        let start = reader.offset();
        // What is longer than memory is not here.
        let length = usize::try_from(head.length).unwrap_or(usize::MAX);
        let end = start.saturating_add(length);
        if !head.opcode.is_control() {
            self.check_order(&head)?;
        }
        let whole = input.get_mut(start..end);
        match (whole, head.opcode) {
            (Some(payload), opcode) if opcode.is_control() => {
                self.pass(&head, end);
                unmask(payload, &head);
                self.control(opcode, payload)?;
                Ok(Some(end))
            }
            (None, opcode) if opcode.is_control() => Ok(None),
            // The usual case: a message that is one frame, and here.
            (Some(payload), Opcode::Text) if head.fin && !head.rsv1 => {
                self.pass(&head, end);
                unmask(payload, &head);
                let text = std::str::from_utf8(payload)
                    .map_err(|error| Violation::TextNotUtf8 { at: error.valid_up_to() as u64 })?;
                self.event = Some(Event::Message(Message::Text(copy::text(text))));
                Ok(Some(end))
            }
            (Some(payload), Opcode::Binary) if head.fin && !head.rsv1 => {
                self.pass(&head, end);
                unmask(payload, &head);
                self.event = Some(Event::Message(Message::Binary(copy::octets(payload))));
                Ok(Some(end))
            }
            _ => {
                self.pass(&head, end);
                self.begin(&head);
                if head.length == 0 {
                    self.end_frame(head.fin)?;
                }
                Ok(Some(start))
            }
        }
    }

    /// The head is good: the frame counts.
    fn pass(&mut self, head: &Head, end: usize) {
        self.position = self.position.saturating_add(end as u64);
        trace::frame(&self.trace, self.timer.now(), Direction::Received, head);
    }

    /// What the frames before this one allow (§5.4), and what it declares too much.
    fn check_order(&self, head: &Head) -> Result<(), Violation> {
        let (so_far, compressed) = match (&self.incoming, head.opcode) {
            (None, Opcode::Continuation) => return Err(Violation::ContinuationUnexpected),
            (Some(incoming), Opcode::Continuation) => {
                (incoming.assembly.len(), incoming.compressed)
            }
            (Some(_), opcode) => {
                return Err(Violation::MessageInterrupted { frame: opcode.name() });
            }
            (None, _) => (0, head.rsv1),
        };
        let limit = self.limits.message;
        // Compressed octets say nothing of how many they become; those are counted as they do.
        if !compressed && head.length.saturating_add(so_far as u64) > limit {
            return Err(Violation::MessageTooLong { limit });
        }
        Ok(())
    }

    fn begin(&mut self, head: &Head) {
        if head.opcode != Opcode::Continuation {
            let kind = if head.opcode == Opcode::Text { Kind::Text } else { Kind::Binary };
            let (assembly, compressed) = (Assembly::new(kind), head.rsv1);
            self.incoming = Some(Incoming { assembly, compressed, begun: false });
        }
        if head.length > 0 {
            let (fin, key, left) = (head.fin, head.mask, head.length);
            self.frame = Some(Frame { fin, key, read: 0, left });
        }
    }

    /// Takes what is here of the payload of the frame at hand.
    fn payload(&mut self, input: &mut [u8]) -> Result<Option<usize>, Violation> {
        // Both are there, or neither is.
        let (Some(mut frame), Some(incoming)) = (self.frame, &mut self.incoming) else {
            return Ok(None);
        };
        let left = usize::try_from(frame.left).unwrap_or(usize::MAX);
        let here = left.min(input.len());
        if here == 0 {
            return Ok(None);
        }
        if !incoming.compressed {
            incoming.assembly.reserve(here, frame.left, frame.fin);
        }
        incoming.begun = true;
        let payload = input.get_mut(..here).unwrap_or_default();
        for block in payload.chunks_mut(BLOCK) {
            if let Some(key) = frame.key {
                mask(block, key, frame.read);
            }
            frame.read = frame.read.wrapping_add(block.len());
            match &mut self.compression {
                Some(compression) if incoming.compressed => {
                    compression.inflate(block, &mut incoming.assembly, self.limits.message)?;
                }
                _ => incoming.assembly.append(block)?,
            }
        }
        frame.left -= here as u64;
        self.frame = (frame.left > 0).then_some(frame);
        if frame.left == 0 {
            self.end_frame(frame.fin)?;
        }
        Ok(Some(here))
    }

    /// The frame at hand is whole; with FIN, so is its message.
    fn end_frame(&mut self, fin: bool) -> Result<(), Violation> {
        if !fin {
            return Ok(());
        }
        let Some(mut incoming) = self.incoming.take() else { return Ok(()) };
        // Some compressors flush nothing where nothing is new: an empty message without an octet
        // would not inflate, and still can mean only one thing.
        if let Some(compression) = &mut self.compression
            && incoming.compressed
            && incoming.begun
        {
            compression.inflate_end(&mut incoming.assembly, self.limits.message)?;
        }
        self.event = Some(Event::Message(incoming.assembly.finish()?));
        Ok(())
    }

    fn control(&mut self, opcode: Opcode, payload: &[u8]) -> Result<(), Violation> {
        match opcode {
            Opcode::Ping => {
                self.answer_ping(payload);
                self.event = Some(Event::Ping(payload.to_vec()));
            }
            Opcode::Pong => self.event = Some(Event::Pong(payload.to_vec())),
            // The data frames do not come here.
            _ => self.receive_close(payload)?,
        }
        Ok(())
    }
}

fn unmask(payload: &mut [u8], head: &Head) {
    if let Some(key) = head.mask {
        mask(payload, key, 0);
    }
}
