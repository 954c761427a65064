//! Octets out: messages become frames.
//!
//! RFC 6455 §5.3, §5.4, §5.5, §6.1
//!
//! ```text
//!  send(message)          one frame, head in front; a large payload is moved, not copied
//!  send_prepared          the same frame for many peers, made once and shared
//!  send_fragment          a message of unknown length: text ─► continuation ─► continuation + FIN
//! ```
//!
//! Invariant: what waits passes [`Limits::output`](crate::Limits::output) by one message at most:
//! with no room left, sending is a [`Misuse`]. Pongs and the Close frame are not counted, and are
//! few.

use super::Connection;
use crate::{
    CloseCode, Kind, Message, Misuse, Prepared, Role,
    frame::{Head, Opcode, mask},
    state::Phase,
    trace,
    utf8::Utf8,
};
use std::{borrow::Cow, fmt};
use wire::{Random, trace::Direction};

/// The longest payload of a control frame (§5.5).
const CONTROL: usize = 125;

/// A message that the application sends in fragments.
#[derive(Debug)]
pub(super) struct Outgoing {
    kind: Kind,
    cut: Utf8,
    compressed: bool,
}

/// A client's masking keys, drawn some at a time: a new one for each frame must not cost a call to
/// the operating system.
pub(super) struct Keys {
    random: Box<dyn Random + Send>,
    pool: [[u8; 4]; 16],
    left: usize,
}

impl Keys {
    pub(super) fn new(random: Box<dyn Random + Send>) -> Self {
        Self { random, pool: Default::default(), left: 0 }
    }

    fn next(&mut self) -> [u8; 4] {
        if self.left == 0 {
            self.random.fill(self.pool.as_flattened_mut());
            self.left = self.pool.len();
        }
        self.left -= 1;
        self.pool.get(self.left).copied().unwrap_or_default()
    }
}

impl fmt::Debug for Keys {
    /// Keys that were not used yet are nobody's business.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({} left)", self.left)
    }
}

impl Connection {
    /// Sends a message.
    ///
    /// # Errors
    /// [`Misuse::Closed`], [`Misuse::MessageUnfinished`] and [`Misuse::OutputFull`].
    pub fn send(&mut self, message: Message) -> Result<(), Misuse> {
        self.check_free()?;
        let kind = message.kind();
        self.put_message(kind, Cow::Owned(message.into_bytes()));
        Ok(())
    }

    /// Sends a text message, copied.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn send_text(&mut self, text: &str) -> Result<(), Misuse> {
        self.check_free()?;
        self.put_message(Kind::Text, Cow::Borrowed(text.as_bytes()));
        Ok(())
    }

    /// Sends a binary message, copied.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn send_binary(&mut self, octets: &[u8]) -> Result<(), Misuse> {
        self.check_free()?;
        self.put_message(Kind::Binary, Cow::Borrowed(octets));
        Ok(())
    }

    /// Sends a message that others get too. A server copies nothing of a large one; a client must
    /// mask it, and so makes its own.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn send_prepared(&mut self, prepared: &Prepared) -> Result<(), Misuse> {
        /// Below it a copy is cheaper than one more element in the kernel's list.
        const SMALL: usize = 1024;
        self.check_free()?;
        let payload = prepared.payload();
        if self.role == Role::Client {
            self.put_message(prepared.kind(), Cow::Borrowed(payload));
            return Ok(());
        }
        let compression =
            self.compression.as_mut().filter(|_| payload.len() >= self.limits.compress_from);
        let framed = match compression {
            Some(compression) => {
                compression.forget();
                prepared.deflated(compression.bits, self.limits.compress_level)
            }
            None => prepared.plain(),
        };
        trace::frame(&self.trace, self.timer.now(), Direction::Sent, &framed.head);
        if framed.octets.len() < SMALL {
            self.output.put(&framed.octets);
        } else {
            self.output.put_shared(framed.octets.clone());
        }
        Ok(())
    }

    /// Sends a part of a message whose length is not known yet; `fin` with the last. All parts are
    /// of one kind. Control frames may be sent between them, other messages not.
    ///
    /// # Errors
    /// As [`send`](Self::send); [`Misuse::KindChanged`]; [`Misuse::NotUtf8`] where the parts of a
    /// text so far are not text, or where the last ends inside a character.
    pub fn send_fragment(&mut self, kind: Kind, octets: &[u8], fin: bool) -> Result<(), Misuse> {
        self.check_open()?;
        let first = self.outgoing.is_none();
        let mut cut = match &self.outgoing {
            Some(outgoing) if outgoing.kind != kind => return Err(Misuse::KindChanged),
            Some(outgoing) => outgoing.cut,
            None => Utf8::default(),
        };
        if kind == Kind::Text {
            cut.check(octets, |_| {}).map_err(|_| Misuse::NotUtf8)?;
            if fin && !cut.is_whole() {
                return Err(Misuse::NotUtf8);
            }
        }
        let compressed = match &self.outgoing {
            Some(outgoing) => outgoing.compressed,
            // How long it will be is not known, or it would not come in fragments.
            None => self.compression.is_some(),
        };
        self.outgoing = (!fin).then_some(Outgoing { kind, cut, compressed });
        let mut payload = Cow::Borrowed(octets);
        if let Some(compression) = self.compression.as_mut().filter(|_| compressed) {
            let mut out = Vec::new();
            compression.deflate(octets, &mut out, fin);
            payload = Cow::Owned(out);
        }
        let opcode = if first { Opcode::of(kind) } else { Opcode::Continuation };
        self.put_frame(opcode, fin, first && compressed, payload);
        Ok(())
    }

    /// Asks the peer whether it is there; the answer is an [`Event::Pong`](crate::Event::Pong) with
    /// the same octets, 125 at most.
    ///
    /// # Errors
    /// [`Misuse::Closed`], [`Misuse::ControlTooLong`] and [`Misuse::OutputFull`].
    pub fn send_ping(&mut self, octets: &[u8]) -> Result<(), Misuse> {
        self.send_control(Opcode::Ping, octets)
    }

    /// Says that we are there, unasked (§5.5.3). Pings are answered without this.
    ///
    /// # Errors
    /// As [`send_ping`](Self::send_ping).
    pub fn send_pong(&mut self, octets: &[u8]) -> Result<(), Misuse> {
        self.send_control(Opcode::Pong, octets)
    }

    fn send_control(&mut self, opcode: Opcode, octets: &[u8]) -> Result<(), Misuse> {
        self.check_open()?;
        if octets.len() > CONTROL {
            return Err(Misuse::ControlTooLong { length: octets.len() });
        }
        self.put_frame(opcode, true, false, Cow::Borrowed(octets));
        Ok(())
    }

    /// Octets that can be sent before the application should wait until they were taken. At 0
    /// sending is refused.
    pub fn output_room(&self) -> usize {
        self.output.room()
    }

    fn check_open(&self) -> Result<(), Misuse> {
        if self.phase != Phase::Open {
            return Err(Misuse::Closed);
        }
        if self.output.is_full() { Err(Misuse::OutputFull) } else { Ok(()) }
    }

    fn check_free(&self) -> Result<(), Misuse> {
        self.check_open()?;
        if self.outgoing.is_some() { Err(Misuse::MessageUnfinished) } else { Ok(()) }
    }

    fn put_message(&mut self, kind: Kind, payload: Cow<'_, [u8]>) {
        let worth = payload.len() >= self.limits.compress_from;
        match self.compression.as_mut().filter(|_| worth) {
            Some(compression) => {
                let mut out = Vec::new();
                compression.deflate(&payload, &mut out, true);
                self.put_frame(Opcode::of(kind), true, true, Cow::Owned(out));
            }
            None => self.put_frame(Opcode::of(kind), true, false, payload),
        }
    }

    fn put_frame(&mut self, opcode: Opcode, fin: bool, rsv1: bool, payload: Cow<'_, [u8]>) {
        /// From here on a vector is moved and not copied; [`wire::Output::put_vec`] agrees.
        const LARGE: usize = 4096;
        let key = self.keys.as_mut().map(|keys| keys.next());
        let head = Head { fin, rsv1, opcode, mask: key, length: payload.len() as u64 };
        trace::frame(&self.trace, self.timer.now(), Direction::Sent, &head);
        if payload.len() < LARGE {
            return self.output.write(|out| {
                head.encode(out);
                let start = out.len();
                out.extend_from_slice(&payload);
                if let (Some(key), Some(octets)) = (key, out.get_mut(start..)) {
                    mask(octets, key, 0);
                }
            });
        }
        self.output.write(|out| head.encode(out));
        let mut octets = payload.into_owned();
        if let Some(key) = key {
            mask(&mut octets, key, 0);
        }
        self.output.put_vec(octets);
    }

    /// A Ping of our own, to hear whether the peer is there.
    pub(super) fn put_ping(&mut self) {
        self.put_frame(Opcode::Ping, true, false, Cow::Borrowed(&[]));
    }

    /// Answers a Ping, unless our Close frame is out. Where many Pongs wait already, the peer does
    /// not read them, and one more takes the place of the one before (§5.5.3).
    pub(super) fn answer_ping(&mut self, payload: &[u8]) {
        if self.phase != Phase::Open {
            return;
        }
        if self.pong.is_none() && self.output.len() < self.limits.pongs as u64 {
            return self.put_frame(Opcode::Pong, true, false, Cow::Borrowed(payload));
        }
        self.pong = Some(payload.to_vec());
    }

    /// Sends the Pong that waits.
    pub(super) fn put_pong(&mut self) {
        if let Some(payload) = self.pong.take() {
            self.put_frame(Opcode::Pong, true, false, Cow::Owned(payload));
        }
    }

    /// Sends our Close frame; nothing follows it.
    pub(super) fn put_close(&mut self, code: Option<CloseCode>, reason: &str) {
        self.put_pong();
        let mut payload = Vec::new();
        if let Some(code) = code {
            payload.extend_from_slice(&code.as_u16().to_be_bytes());
            payload.extend_from_slice(reason.as_bytes());
        }
        self.put_frame(Opcode::Close, true, false, Cow::Owned(payload));
    }
}
