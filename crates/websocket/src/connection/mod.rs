//! One end of a connection: octets and time in, messages out, and the other way round.
//!
//! RFC 6455 §5, §6, §7
//!
//! | file            | verb                                                             |
//! |-----------------|------------------------------------------------------------------|
//! | `receive`       | octets become frames, frames messages                            |
//! | `assembly`      | a message that is not whole yet                                  |
//! | `send`          | messages become frames, frames octets                            |
//! | `compression`   | what permessage-deflate does to a payload                        |
//! | `close`         | the closing handshake, violations, the end                       |
//! | `timers`        | Pings into silence, and how long is long enough                  |
//!
//! ```
//! use std::time::Instant;
//! use websocket::{Connection, Event, Limits, Message, handshake::Agreed};
//!
//! let now = Instant::now();
//! let mut server = Connection::server(&Agreed::default(), &Limits::default(), now);
//! // RFC 6455 §5.7: "Hello", masked.
//! server.receive(&mut [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58], now);
//! let Some(Event::Message(message)) = server.poll_event() else { panic!() };
//! assert_eq!(message, Message::Text("Hello".into()));
//! server.send(message)?;
//! let mut out = wire::Output::new(4096);
//! server.poll_transmit(now, &mut out);
//! assert_eq!(out.take(), b"\x81\x05Hello");
//! # Ok::<(), websocket::Misuse>(())
//! ```
//!
//! Invariant: at most one event waits, and behind it octets, not messages: a peer cannot make us
//! unpack more than the application has asked for.
//!
//! Invariant: an idle connection without compression holds no buffer.
//!
//! Used by: `server` and `client`, one for each stream.

mod assembly;
mod close;
mod compression;
mod receive;
mod send;
mod timers;

use crate::{
    Event, Limits, Message, Role, State, frame::Rules, handshake::Agreed, state::Phase, tail::Tail,
    timer::Timer,
};
use compression::Compression;
pub(crate) use compression::deflate_alone;
use receive::{Frame, Incoming};
use send::{Keys, Outgoing};
use std::time::Instant;
use wire::{Output, Random, trace::Trace};

/// One end of a connection whose handshake is done.
#[derive(Debug)]
pub struct Connection {
    role: Role,
    limits: Limits,
    rules: Rules,
    phase: Phase,
    trace: Trace,

    /// What is known and not yet told; one event at the most, the rest is still octets.
    event: Option<Event>,
    tail: Tail,
    /// The data frame whose payload is coming.
    frame: Option<Frame>,
    /// The message whose frames are coming.
    incoming: Option<Incoming>,
    /// Octets of the peer's stream before the next frame's head.
    position: u64,
    /// Octets of the peer's stream before the head of the frame at hand.
    frame_at: u64,

    output: Output,
    /// The payload of the newest Pong, where too many wait already.
    pong: Option<Vec<u8>>,
    /// The message that the application sends in fragments.
    outgoing: Option<Outgoing>,
    /// A client's masking keys.
    keys: Option<Box<Keys>>,
    compression: Option<Box<Compression>>,

    timer: Timer,
    /// When octets last came.
    heard: Instant,
    /// A Ping went into the silence, and nothing has come since.
    asked: bool,
    /// Octets dropped behind the end.
    discarded: u64,
    /// Whether the peer's stream has ended.
    ended: bool,
    /// Whether both Close frames have passed.
    clean: bool,
    /// Whether [`Event::Closed`] was told.
    told: bool,
}

impl Connection {
    /// A server's end, the handshake just done.
    pub fn server(agreed: &Agreed, limits: &Limits, now: Instant) -> Self {
        Self::new(Role::Server, agreed, limits, None, now)
    }

    /// A client's end, the handshake just done. `random` makes the masking keys, which nobody may
    /// be able to guess (RFC 6455 §10.3).
    pub fn client(
        agreed: &Agreed,
        limits: &Limits,
        random: Box<dyn Random + Send>,
        now: Instant,
    ) -> Self {
        Self::new(Role::Client, agreed, limits, Some(Box::new(Keys::new(random))), now)
    }

    fn new(
        role: Role,
        agreed: &Agreed,
        limits: &Limits,
        keys: Option<Box<Keys>>,
        now: Instant,
    ) -> Self {
        let compression = agreed
            .deflate
            .map(|parameters| Box::new(Compression::new(role, &parameters, limits.compress_level)));
        let mut connection = Self {
            role,
            limits: limits.clone(),
            rules: Rules { role, compression: compression.is_some(), frame: limits.frame },
            phase: Phase::Open,
            trace: Trace::default(),
            event: None,
            tail: Tail::default(),
            frame: None,
            incoming: None,
            position: 0,
            frame_at: 0,
            // A bound of nothing would never let a message begin.
            output: Output::new(limits.output.max(1)),
            pong: None,
            outgoing: None,
            keys,
            compression,
            timer: Timer::new(now),
            heard: now,
            asked: false,
            discarded: 0,
            ended: false,
            clean: false,
            told: false,
        };
        connection.watch_silence();
        connection
    }

    /// Tells `trace` of each frame from here on.
    pub fn set_trace(&mut self, trace: Trace) {
        self.trace = trace;
    }

    /// Which end this is.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Where the connection is in its life.
    pub fn state(&self) -> State {
        self.phase.state()
    }

    /// Octets of memory that the connection holds beyond its own size: what came and is not told
    /// yet, what waits to be sent, what compression remembers. 0 while it is idle, without
    /// compression.
    pub fn held(&self) -> usize {
        let event = match &self.event {
            Some(Event::Message(Message::Text(text))) => text.capacity(),
            Some(Event::Message(Message::Binary(octets))) => octets.capacity(),
            Some(Event::Ping(octets) | Event::Pong(octets)) => octets.len(),
            Some(Event::Close { reason, .. }) => reason.len(),
            Some(Event::Violation(_) | Event::Closed { .. }) | None => 0,
        };
        let output = usize::try_from(self.output.len()).unwrap_or(usize::MAX);
        let compression = self.compression.as_ref().map_or(0, |compression| compression.held());
        let incoming = self.incoming.as_ref().map_or(0, Incoming::held);
        let pong = self.pong.as_ref().map_or(0, Vec::len);
        self.tail.held() + pong + event + incoming + output + compression
    }

    /// What happened next, if anything did. Goes on with the frames that wait.
    pub fn poll_event(&mut self) -> Option<Event> {
        if self.event.is_none() {
            self.resume();
        }
        if let Some(event) = self.event.take() {
            return Some(event);
        }
        if self.phase == Phase::Closed && !self.told {
            self.told = true;
            return Some(Event::Closed { clean: self.clean });
        }
        None
    }

    /// Moves what is to be sent to `out`. A driver calls it when `out` has room: what it leaves
    /// here is what [`output_room`](Self::output_room) counts.
    pub fn poll_transmit(&mut self, now: Instant, out: &mut Output) {
        self.timer.tick(now);
        self.put_pong();
        if !self.output.is_empty() {
            out.append(&mut self.output);
        }
    }
}
