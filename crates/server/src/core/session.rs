//! One WebSocket: the protocol's connection, and the endpoint that answers.
//!
//! RFC 6455 §6, §7
//!
//! ```text
//!   stream octets ──► websocket::Connection ──► Event ──────► Endpoint
//!   stream octets ◄──                       ◄── Socket ◄─────
//!                                           ◄── letters ◄──── SocketHandle, any thread
//!                                           ◄── cast ◄─────── Group, by way of the driver
//! ```
//!
//! A session sees stream octets and knows not what they came in: after a 101 they are a TCP
//! connection's, and a stream of HTTP/2 or 3 has the same to offer (RFC 8441, RFC 9220).
//!
//! What waits for a peer that takes it too slowly has one bound ([`websocket::Limits::output`]) and
//! four brakes:
//!
//! | what was said                  | at the bound                                      |
//! |--------------------------------|---------------------------------------------------|
//! | in answer to messages          | the next message is not looked at                 |
//! | unasked, by the endpoint       | `OutputFull`, and later `drained`                 |
//! | by handles, from other threads | letters wait; then `SendError::Full`              |
//! | to a group                     | the member is cut off                             |
//!
//! Who says goodbye first decides what the endpoint still hears of a peer that has not heard it
//! yet:
//!
//! | goodbye is said by      | messages and Pongs until the peer's Close | `closed` |
//! |-------------------------|-------------------------------------------|----------|
//! | the endpoint, a handle  | not told: it wanted no more               | told     |
//! | the server, on its stop | told: it could not know                   | told     |
//! | the peer                | there are none                            | told     |
//!
//! Invariant: the endpoint hears `closed` once, and nothing behind it.

use crate::{
    Endpoint, Hub, Key, Peer, Socket,
    endpoint::{About, Letter, Opening},
    handler::contained,
};
use std::{sync::Arc, time::Instant};
use websocket::{CloseCode, Connection, Event, Misuse, Prepared, State};
use wire::{Output, trace::Trace};

/// Messages that an endpoint is given in one turn: more than one read of small ones usually brings,
/// so that they are answered with one write.
const TURN: u32 = 2048;

/// Octets of messages in one turn. A read of 64 KiB may inflate to a thousand times that.
const TURN_OCTETS: usize = 1 << 20;

/// What is left of a turn.
struct Turn {
    events: u32,
    octets: usize,
}

/// What became of a group's message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cast {
    /// It waits for the peer to take it.
    Taken,
    /// As much waits already as may.
    Full,
    /// The socket is closing: it gets nothing more.
    Gone,
}

/// A WebSocket that is open, or closing.
pub struct Session {
    connection: Connection,
    /// Gone when it has panicked, or was told of the end.
    endpoint: Option<Box<dyn Endpoint>>,
    about: About,
    /// What the peer's Close frame said; boxed, since most sockets live without.
    goodbye: Option<Box<(Option<CloseCode>, String)>>,
    /// The endpoint met a full output and waits to hear that there is room.
    full: bool,
    /// The turn ended before the work did.
    more: bool,
}

impl Session {
    /// Begins what a handshake has agreed on.
    pub(crate) fn new(
        opening: Opening,
        hub: Arc<Hub>,
        key: Key,
        peer: Peer,
        trace: &Trace,
        now: Instant,
    ) -> Self {
        let Opening { agreed, limits, endpoint, context } = opening;
        let mut connection = Connection::server(&agreed, &limits, now);
        if trace.is_on() {
            connection.set_trace(trace.clone());
        }
        let protocol = agreed.protocol.map(Into::into);
        let (left, line) = (false, None);
        let about = About { peer, key, hub, protocol, left, line, _context: context };
        let endpoint = Some(endpoint);
        Self { connection, endpoint, about, goodbye: None, full: false, more: false }
    }

    /// Tells the endpoint that its socket is open. Called once, before anything else.
    pub(crate) fn open(&mut self) {
        self.call(|endpoint, socket| endpoint.opened(socket));
    }

    // ANCHOR: receive
    /// Takes octets from the peer; they are unmasked in place. Message by message, so that what
    /// stands behind one is read where it lies, and all of them are answered before anything is
    /// written.
    pub fn receive(&mut self, mut input: &mut [u8], now: Instant) {
        let mut turn = self.begin_turn();
        while self.goes_on(&mut turn) {
            if let Some(event) = self.connection.poll_event() {
                self.on_event(event, &mut turn);
                continue;
            }
            let used = self.connection.receive_some(input, now);
            if used == 0 {
                break;
            }
            input = input.get_mut(used..).unwrap_or_default();
        }
        if !input.is_empty() {
            // The start of a head, or more than fits in a turn.
            self.connection.receive(input, now);
        }
    }
    // ANCHOR_END: receive

    /// The stream has ended; `clean` says that it did so in good order and was not reset.
    pub fn receive_end(&mut self, clean: bool, now: Instant) {
        self.connection.receive_end(clean, now);
        self.process();
    }

    /// Whether octets from the peer are welcome now.
    pub fn wants_receive(&self) -> bool {
        self.connection.wants_receive() && (self.has_room() || !self.is_open())
    }

    /// Moves everything as far as it goes in one turn: letters to the peer, what the peer said to
    /// the endpoint.
    pub fn process(&mut self) {
        let mut turn = self.begin_turn();
        while self.goes_on(&mut turn)
            && let Some(event) = self.connection.poll_event()
        {
            self.on_event(event, &mut turn);
        }
    }

    fn begin_turn(&mut self) -> Turn {
        self.more = false;
        if self.full && self.has_room() {
            self.full = false;
            self.call(|endpoint, socket| endpoint.drained(socket));
        }
        self.deliver_letters();
        Turn { events: TURN, octets: TURN_OCTETS }
    }

    /// Whether the next event may be looked at now.
    fn goes_on(&mut self, turn: &mut Turn) -> bool {
        // A peer that says and says and takes no answers is not listened to. The driver calls again
        // when it has taken some.
        if !self.has_room() && self.is_open() {
            return false;
        }
        self.more = turn.events == 0 || turn.octets == 0;
        !self.more
    }

    /// Whether a turn ended before the work did.
    pub fn has_more(&self) -> bool {
        self.more
    }

    fn on_event(&mut self, event: Event, turn: &mut Turn) {
        turn.events -= 1;
        match event {
            Event::Message(message) => {
                turn.octets = turn.octets.saturating_sub(message.len());
                if !self.about.left {
                    self.call(|endpoint, socket| endpoint.message(socket, message));
                }
            }
            Event::Pong(payload) if !self.about.left => {
                self.call(|endpoint, socket| endpoint.ponged(socket, &payload));
            }
            Event::Close { code, reason } => self.goodbye = Some(Box::new((code, reason))),
            // The protocol has answered a Ping, and closes because of a violation.
            Event::Ping(_) | Event::Pong(_) | Event::Violation(_) => {}
            Event::Closed { clean } => self.end(clean),
        }
    }

    /// Calls the endpoint. One that panics is not called again: what it knows may be half changed.
    fn call(&mut self, work: impl FnOnce(&mut dyn Endpoint, &mut Socket<'_>)) {
        let Some(endpoint) = &mut self.endpoint else { return };
        let socket = &mut Socket { connection: &mut self.connection, about: &mut self.about };
        if contained(|| work(&mut **endpoint, socket)) {
            self.full |= self.connection.output_room() == 0;
            return;
        }
        let broken = self.endpoint.take();
        contained(|| drop(broken));
        // Where somebody said goodbye before, that stands.
        let _ = self.connection.close(CloseCode::INTERNAL_ERROR, "");
    }

    fn deliver_letters(&mut self) {
        let Some(line) = self.about.line.clone() else { return };
        while self.has_room() || !self.is_open() {
            let Some(letter) = line.take() else { return };
            // What is said to a socket that closes is lost, as on any connection.
            let _ = match letter {
                Letter::Message(message) => self.connection.send(message),
                Letter::Prepared(message) => self.connection.send_prepared(&message),
                Letter::Close(code, reason) => {
                    self.about.left = true;
                    let wrong = |misuse: &Misuse| *misuse != Misuse::Closed;
                    match self.connection.close(code, &reason) {
                        Err(misuse) if wrong(&misuse) => {
                            self.connection.close(CloseCode::INTERNAL_ERROR, "")
                        }
                        said => said,
                    }
                }
            };
        }
    }

    /// Sends a group's message.
    pub fn cast(&mut self, message: &Prepared) -> Cast {
        match self.connection.send_prepared(message) {
            Ok(()) => Cast::Taken,
            Err(Misuse::OutputFull) => Cast::Full,
            Err(_) => Cast::Gone,
        }
    }

    /// Appends what the peer shall get to `out`.
    pub fn poll_transmit(&mut self, now: Instant, out: &mut Output) {
        self.connection.poll_transmit(now, out);
    }

    /// All that [`poll_transmit`](Self::poll_transmit) gave was taken, some time later.
    pub fn sent(&mut self, now: Instant) {
        self.connection.sent(now);
    }

    /// When [`handle_timeout`](Self::handle_timeout) must be called.
    pub fn next_timeout(&self) -> Option<Instant> {
        self.connection.next_timeout()
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.connection.handle_timeout(now);
        self.process();
    }

    /// The server stops: 1001, and what was sent before still goes out.
    pub fn go_away(&mut self) {
        // Where somebody said goodbye before, that stands.
        let _ = self.connection.close(CloseCode::GOING_AWAY, "the server stops");
        self.process();
    }

    /// Where the closing handshake is.
    pub fn state(&self) -> State {
        self.connection.state()
    }

    /// Whether all is said, so that our half of the stream is to be ended.
    pub fn wants_shutdown(&self) -> bool {
        self.connection.wants_shutdown()
    }

    fn is_open(&self) -> bool {
        self.connection.state() == State::Open
    }

    fn has_room(&self) -> bool {
        self.connection.output_room() > 0
    }

    /// Tells handles, groups and the endpoint that it is over, once.
    fn end(&mut self, clean: bool) {
        if let Some(line) = &self.about.line {
            line.hang_up();
        }
        if let Some(mut endpoint) = self.endpoint.take() {
            let goodbye = self.goodbye.take();
            let (code, reason) = goodbye.map_or((None, String::new()), |goodbye| *goodbye);
            contained(move || endpoint.closed(code, &reason, clean));
        }
    }
}

/// However a session ends, its endpoint hears of it.
impl Drop for Session {
    fn drop(&mut self) {
        self.end(false);
    }
}
