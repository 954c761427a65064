//! A connection from a client, whichever version of HTTP it speaks.
//!
//! ```text
//!   Link ──► Connection ──┬──► http1::Connection ──┬──► Underway ──► handler
//!                         └──► http2::Connection ──┘
//! ```
//!
//! | where          | HTTP/2 is begun by                                              | RFC       |
//! |----------------|-----------------------------------------------------------------|-----------|
//! | inside TLS     | ALPN                                                            | 9113 §3.2 |
//! | in the clear   | its preface, by those who know that we speak it                 | 9113 §3.3 |
//! | in the clear   | `Upgrade: h2c`, which nobody does any more                      | 7540 §3.2 |
//!
//! Used by: [`Link`](super::Link) and [`Secure`](super::Secure), which know what is around it.

use super::{
    Base, Cast, Moment, Protocol, Service, State, http1, http2,
    preface::{Preface, Seen},
};
use crate::{Hub, Peer, limits::Limits, payload::FilePart};
use std::{sync::Arc, time::Instant};
use websocket::Prepared;
use wire::{
    Output,
    trace::{Direction, Field, Layer, Value},
};

/// A connection from a client, whichever version it speaks.
pub struct Connection {
    version: Version,
    /// In the clear, until it is known which version begins.
    preface: Option<Preface>,
}

/// What is spoken.
#[expect(clippy::large_enum_variant, reason = "whoever has a connection has it in a box already")]
enum Version {
    Http1(http1::Connection),
    Http2(Box<http2::Connection>),
}

/// Calls the same method of whichever it is.
macro_rules! of {
    ($connection:expr, $inner:ident => $call:expr) => {
        match $connection {
            Version::Http1($inner) => $call,
            Version::Http2($inner) => $call,
        }
    };
}

impl Connection {
    /// A connection in the clear that has just been accepted. `number` is the driver's name for it.
    pub fn new(
        service: Arc<Service>,
        hub: Arc<Hub>,
        peer: Peer,
        number: u64,
        moment: &Moment,
    ) -> Self {
        let preface = service.http2.then(Preface::default);
        let mut connection = Self::speaking(Protocol::Http1, service, hub, peer, number, moment);
        connection.preface = preface;
        connection
    }

    /// A connection on which it is agreed what is spoken.
    pub fn speaking(
        protocol: Protocol,
        service: Arc<Service>,
        hub: Arc<Hub>,
        peer: Peer,
        number: u64,
        moment: &Moment,
    ) -> Self {
        let base = Base::new(service, hub, peer, number);
        let version = match protocol {
            Protocol::Http1 => Version::Http1(http1::Connection::new(base, moment)),
            Protocol::Http2 => Version::Http2(Box::new(http2::Connection::new(base, moment))),
        };
        Self { version, preface: None }
    }

    fn base(&self) -> &Base {
        of!(&self.version, inner => inner.base())
    }

    /// There is TLS around this; `early` says that what comes from here on came before its
    /// handshake was done.
    pub fn set_tls(&mut self, tls: Arc<tls::Summary>, early: bool) {
        let base = of!(&mut self.version, inner => inner.base_mut());
        (base.tls, base.early) = (Some(tls), early);
    }

    /// Takes octets from the peer and does all that they make possible.
    pub fn receive(&mut self, input: &mut [u8], moment: &Moment) {
        if self.preface.is_some() && !self.begin(input, moment) {
            return;
        }
        of!(&mut self.version, inner => inner.receive(input, moment));
        self.switch(moment);
    }

    /// Looks at the first octets; answers whether it is known what they begin.
    fn begin(&mut self, input: &[u8], moment: &Moment) -> bool {
        let Some(preface) = &mut self.preface else { return true };
        let (seen, held) = (preface.look(input), preface.held());
        if seen == Seen::Part {
            return false;
        }
        self.preface = None;
        if matches!(seen, Seen::Whole | Seen::Neither) && !self.is_refused() {
            let base = self.base().clone();
            self.version = Version::Http2(Box::new(http2::Connection::new(base, moment)));
        }
        if !held.is_empty() {
            of!(&mut self.version, inner => inner.receive(&mut held.to_vec(), moment));
        }
        true
    }

    /// Goes on in HTTP/2 where a request has asked for that, and was told yes.
    fn switch(&mut self, moment: &Moment) {
        if let Version::Http1(http1) = &mut self.version
            && let Some(switch) = http1.take_switch(moment)
        {
            let base = self.base().clone();
            match http2::Connection::upgraded(base, switch, moment) {
                Some(http2) => self.version = Version::Http2(Box::new(http2)),
                None => self.disconnect(moment),
            }
        }
    }

    /// The peer will send no more; `clean` says that it said so itself, as far as what is below
    /// HTTP has a word for it.
    pub fn receive_end(&mut self, clean: bool, moment: &Moment) {
        let held = self.preface.take().map_or(&[][..], Preface::held);
        if !held.is_empty() {
            of!(&mut self.version, inner => inner.receive(&mut held.to_vec(), moment));
        }
        of!(&mut self.version, inner => inner.receive_end(clean, moment));
    }

    /// Whether octets from the peer are welcome now; if not, leave them in the kernel, which lets
    /// the peer know.
    pub fn wants_receive(&self) -> bool {
        of!(&self.version, inner => inner.wants_receive())
    }

    /// Moves everything as far as it goes in one turn: commands of handlers to the peer, events of
    /// the peer to handlers. Where it [has more](Self::has_more) to do, the driver calls again when
    /// others have had their turn.
    pub fn process(&mut self, moment: &Moment) {
        of!(&mut self.version, inner => inner.process(moment));
        self.switch(moment);
    }

    /// Does what the handler of this stream, or somebody who has its socket, asks for.
    pub fn touch(&mut self, stream: u64, moment: &Moment) {
        of!(&mut self.version, inner => inner.touch(stream, moment));
    }

    /// Whether a turn ended before the work did.
    pub fn has_more(&self) -> bool {
        of!(&self.version, inner => inner.has_more())
    }

    /// When [`handle_timeout`](Self::handle_timeout) must be called.
    pub fn next_timeout(&self) -> Option<Instant> {
        of!(&self.version, inner => inner.next_timeout())
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, moment: &Moment) {
        of!(&mut self.version, inner => inner.handle_timeout(moment));
    }

    /// Appends what the peer shall get to `out`.
    pub fn poll_transmit(&mut self, moment: &Moment, out: &mut Output) {
        of!(&mut self.version, inner => inner.poll_transmit(moment, out));
    }

    /// The file part that the next external octets of the output come from.
    pub fn file(&mut self) -> Option<&mut FilePart> {
        match &mut self.version {
            Version::Http1(http1) => http1.file(),
            // Frame by frame it would cost more calls of the kernel than it spares copies.
            Version::Http2(_) => None,
        }
    }

    /// All that [`poll_transmit`](Self::poll_transmit) gave was handed to the kernel, some time
    /// later: what the peer does next is counted from now.
    pub fn sent(&mut self, moment: &Moment) {
        of!(&mut self.version, inner => inner.sent(moment));
    }

    /// Whether the connection goes on.
    pub fn state(&self) -> State {
        of!(&self.version, inner => inner.state())
    }

    /// Whether an answer is under way that an orderly close would end, as if it were complete.
    pub fn ends_with_connection(&self) -> bool {
        matches!(&self.version, Version::Http1(http1) if http1.ends_with_connection())
    }

    /// Whether an answer is under way, or was broken off, so that the stream's end would be no good
    /// one.
    pub fn is_cut(&self) -> bool {
        // In HTTP/2 each answer's end is told by itself.
        matches!(&self.version, Version::Http1(http1) if http1.is_cut())
    }

    /// Whether nothing is under way, so that a stop may close it without a word.
    pub fn is_idle(&self) -> bool {
        of!(&self.version, inner => inner.is_idle())
    }

    /// Whether the waits of a peer that has to take what we sent are counted from when it has taken
    /// it.
    pub fn counts_from_sent(&self) -> bool {
        of!(&self.version, inner => inner.counts_from_sent())
    }

    /// Finish the requests under way, if there are any, and take no other.
    pub fn shut_down(&mut self, moment: &Moment) {
        of!(&mut self.version, inner => inner.shut_down(moment));
    }

    /// Answers 503 whatever is asked, and ends: there are too many connections.
    pub fn refuse(&mut self, moment: &Moment) {
        of!(&mut self.version, inner => inner.refuse(moment));
    }

    /// Answers 400: this is HTTP in the clear where TLS is spoken.
    pub fn refuse_cleartext(&mut self, refused: bool, moment: &Moment) {
        match &mut self.version {
            Version::Http1(http1) => http1.refuse_cleartext(refused, moment),
            Version::Http2(http2) => http2.refuse(moment),
        }
    }

    /// Whether it was [refused](Self::refuse).
    pub fn is_refused(&self) -> bool {
        self.base().refused
    }

    /// The ceilings of the server it belongs to.
    pub fn limits(&self) -> &Limits {
        &self.base().service.limits
    }

    /// Gives a group's message to the session that is a member.
    pub fn cast(&mut self, stream: u64, message: &Prepared) -> Cast {
        of!(&mut self.version, inner => inner.cast(stream, message))
    }

    /// The member of a group does not take what is said, and is cut off for that. Answers whether
    /// the connection goes on without it.
    pub fn cut_off(&mut self, stream: u64, moment: &Moment) -> bool {
        let trace = self.base().trace();
        trace.emit(moment.now, Layer::Server, Direction::Local, "cut off", None, || {
            let why = "as much waits for this member of a group as may";
            [Field { name: "why", value: Value::Text(why) }]
        });
        of!(&mut self.version, inner => inner.cut_off(stream, moment))
    }

    /// The connection is gone: handlers that still write or read hear of it.
    pub fn disconnect(&mut self, moment: &Moment) {
        of!(&mut self.version, inner => inner.disconnect(moment));
    }
}
