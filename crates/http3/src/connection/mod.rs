//! One end of a connection: octets of streams and time in, messages out, and the other way round.
//!
//! RFC 9114 §3.3, §4, §6
//!
//! | file             | verb                                                              |
//! |------------------|-------------------------------------------------------------------|
//! | `receive`        | octets become frames, frames are admitted                         |
//! | `unidirectional` | what a unidirectional stream is for                               |
//! | `control`        | SETTINGS, GOAWAY, priorities, pushes that are not wanted          |
//! | `messages`       | sections become requests, responses, trailers                     |
//! | `data`           | content comes, is counted, waits for room; datagrams              |
//! | `send`           | what the application says                                         |
//! | `sections`       | heads become sections                                             |
//! | `push`           | requests that a server makes up                                   |
//! | `transmit`       | what the transport is given                                       |
//! | `close`          | violations, resets, two GOAWAYs, the end                          |
//! | `timers`         | how long is long enough                                           |
//!
//! ```
//! # use std::{collections::BTreeMap, time::Instant};
//! use http::{Request, Response, StatusCode};
//! use http3::{ClientOptions, Connection, Event, Limits, Outgoing, StreamId, Transport};
//! # /// Streams in memory, each way.
//! # #[derive(Default)]
//! # struct Wires { opened: u64, base: u64, streams: BTreeMap<StreamId, (Vec<u8>, bool)> }
//! # impl Transport for Wires {
//! #     fn open_unidirectional(&mut self) -> Option<StreamId> {
//! #         self.opened += 1;
//! #         Some(StreamId::new(self.base + 4 * (self.opened - 1)))
//! #     }
//! #     fn send(&mut self, stream: StreamId, octets: &[u8]) -> usize {
//! #         self.streams.entry(stream).or_default().0.extend_from_slice(octets);
//! #         octets.len()
//! #     }
//! #     fn finish(&mut self, stream: StreamId) {
//! #         self.streams.entry(stream).or_default().1 = true;
//! #     }
//! #     fn reset(&mut self, _: StreamId, _: u64) {}
//! #     fn stop_sending(&mut self, _: StreamId, _: u64) {}
//! #     fn send_datagram(&mut self, _: Vec<u8>) {}
//! #     fn close(&mut self, _: u64, _: &str) {}
//! # }
//! # fn deliver(from: &mut Wires, to: &mut Connection, now: Instant) {
//! #     for (stream, (octets, end)) in std::mem::take(&mut from.streams) {
//! #         to.receive(stream, &octets, now);
//! #         if end { to.receive_end(stream, now) }
//! #     }
//! # }
//! let (now, limits) = (Instant::now(), Limits::default());
//! let mut client = Connection::client(&limits, ClientOptions::default(), now);
//! let mut server = Connection::server(&limits, now);
//! # let mut up = Wires { base: 2, ..Wires::default() };
//! # let mut down = Wires { base: 3, ..Wires::default() };
//!
//! let mut request = Request::default();
//! request.headers.try_append("host", "example.com")?;
//! // QUIC has opened the stream: the first bidirectional one of a client.
//! client.send_request(StreamId::new(0), &request, Outgoing::None)?;
//! client.poll_transmit(now, &mut up);
//! deliver(&mut up, &mut server, now);
//!
//! let asked = std::iter::from_fn(|| server.poll_event()).find_map(|event| match event {
//!     Event::Request { stream, head, .. } => Some((stream, head)),
//!     _ => None,
//! });
//! let Some((stream, head)) = asked else { panic!() };
//! assert_eq!(head.request.target.path(), "/");
//! server.send_response(stream, &Response::new(StatusCode::OK), Outgoing::Length(3))?;
//! server.send_data(stream, b"hi\n")?;
//! server.send_end(stream, None)?;
//! server.poll_transmit(now, &mut down);
//! deliver(&mut down, &mut client, now);
//! let data = std::iter::from_fn(|| client.poll_event())
//!     .find(|event| matches!(event, Event::Data { .. }));
//! assert_eq!(data, Some(Event::Data { stream, octets: b"hi\n".to_vec(), end: true }));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What a driver owes:
//!
//! | the transport says                  | the driver calls                                     |
//! |-------------------------------------|------------------------------------------------------|
//! | octets came on a stream             | `receive`; what it does not take stays where it is   |
//! | the stream has ended, all was taken | `receive_end`, before it looks at events             |
//! | the peer reset its half             | `stream_reset`                                       |
//! | the peer wants no more of ours      | `stream_stopped`                                     |
//! | there is room again                 | `stream_writable`                                    |
//! | it is over                          | `transport_closed`                                   |
//!
//! and `poll_transmit` after anything, commands too. A stream that was reset or whose end was told
//! gives nothing any more.
//!
//! Invariant: what waits in memory is bounded: content by `stream_input`, what is to be sent by
//! `output_room`, all else by [`Limits`].
//!
//! Used by: `server` and `client`, one for each QUIC connection.

mod close;
mod control;
mod data;
mod messages;
mod push;
mod receive;
mod sections;
mod send;
mod timers;
mod transmit;
mod unidirectional;

use crate::{
    Event, Limits, Role, Settings, StreamId,
    stream::{Promise, Stream},
    stream_id::Begun,
    trace::Teller,
};
use http::{Priority, date::ImfFixdate, message::Scheme};
use sections::Lines;
use std::{
    collections::{BTreeMap, VecDeque},
    time::Instant,
};
use timers::Timers;
use transmit::{Lane, Order};
use unidirectional::Inbound;
use wire::{
    Bucket,
    trace::{Direction, Trace},
};

/// Where a connection is in its life, for the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Exchanges go on; also where no new ones are taken.
    Open,
    /// Nothing more is said or heard.
    Closed,
}

/// What a client wants of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientOptions {
    /// The `:scheme` of requests whose target does not say one.
    pub scheme: Scheme,
    /// Whether the server may push.
    pub push: bool,
    /// What the server said when its ticket was made; requests in 0-RTT keep to it (§7.2.4.2).
    pub remembered: Option<Settings>,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self { scheme: Scheme::Https, push: false, remembered: None }
    }
}

/// One end of a connection.
#[derive(Debug)]
pub struct Connection {
    role: Role,
    limits: Limits,
    state: State,
    trace: Trace,
    now: Instant,
    timers: Timers,
    /// The `:scheme` of a client's requests and of a server's promises.
    scheme: Scheme,
    date: Option<ImfFixdate>,

    ours: Settings,
    /// The peer's; until they come, those that are remembered.
    theirs: Settings,
    /// Whether they have come.
    introduced: bool,
    remembered: Option<Settings>,
    /// Chance, for what means nothing (§7.2.8).
    grease: Option<u64>,

    decoder: qpack::Decoder,
    encoder: qpack::Encoder,
    lines: Lines,

    streams: BTreeMap<StreamId, Box<Stream>>,
    /// Octets that wait in all of them, as far as they were counted.
    waiting: usize,
    /// Unidirectional streams of the peer.
    inbound: BTreeMap<StreamId, Inbound>,
    /// Its control, encoder and decoder stream.
    critical: [Option<StreamId>; 3],
    /// Ours, in the same order.
    lanes: [Lane; 3],
    /// Exchanges that are under way.
    exchanges: u32,
    /// Requests' streams that have begun, at a server.
    begun: Begun,
    /// The first request stream above all that have begun.
    next_request: u64,
    /// Priorities of streams that have not begun.
    early: Vec<(StreamId, Priority)>,

    /// Client: what was promised. Server: what we promised and have not ended.
    promises: BTreeMap<u64, Promise>,
    /// The highest number that a push may have: what a client has said.
    max_push: Option<u64>,
    /// Server: the number of the next push.
    next_push: u64,
    /// Server: streams that are open and not used yet.
    spare: Vec<StreamId>,

    events: VecDeque<Event>,
    /// Streams with something to send.
    ready: VecDeque<StreamId>,
    /// What the transport is to do with streams.
    orders: Vec<Order>,
    datagrams: VecDeque<Vec<u8>>,

    /// Resets, by either end.
    resets: Bucket,
    /// Frames and streams that mean little or nothing.
    controls: Bucket,
    /// Small DATA.
    tiny: Bucket,
    empty_data: u32,

    /// The number of the GOAWAY that we sent, of the one that we got.
    goaway_sent: Option<u64>,
    goaway_received: Option<u64>,
    /// Whether [`shut_down`](Self::shut_down) was called.
    draining: bool,
    /// Whether [`Event::Drained`] was told.
    drained: bool,
    /// What the transport is to be closed with.
    closing: Option<(u64, String)>,
    clean: bool,
    told: bool,
}

impl Connection {
    /// A server's end.
    pub fn server(limits: &Limits, now: Instant) -> Self {
        let mut connection = Self::new(Role::Server, limits, now);
        connection.ours.enable_connect_protocol = true;
        connection.begin();
        // Who never asks is idle from the start.
        connection.watch_idle();
        connection
    }

    /// A client's end.
    pub fn client(limits: &Limits, options: ClientOptions, now: Instant) -> Self {
        let mut connection = Self::new(Role::Client, limits, now);
        connection.scheme = options.scheme;
        if let Some(remembered) = options.remembered {
            connection.theirs = remembered;
            connection.remembered = Some(remembered);
        }
        if options.push {
            connection.max_push = u64::from(limits.pushes).checked_sub(1);
        }
        connection.begin();
        connection
    }

    fn new(role: Role, limits: &Limits, now: Instant) -> Self {
        let qpack = limits.qpack();
        Self {
            role,
            limits: limits.clone(),
            state: State::Open,
            trace: Trace::default(),
            now,
            timers: Timers::default(),
            scheme: Scheme::Https,
            date: None,
            ours: Settings {
                qpack_max_table_capacity: limits.table_capacity.into(),
                max_field_section_size: Some(limits.field_section.into()),
                qpack_blocked_streams: limits.blocked_streams.into(),
                enable_connect_protocol: false,
                h3_datagram: true,
            },
            theirs: Settings::default(),
            introduced: false,
            remembered: None,
            grease: None,
            decoder: qpack::Decoder::new(&qpack),
            encoder: qpack::Encoder::new(&qpack),
            lines: Lines::default(),
            streams: BTreeMap::new(),
            waiting: 0,
            inbound: BTreeMap::new(),
            critical: [None; 3],
            lanes: Lane::all(),
            exchanges: 0,
            begun: Begun::default(),
            next_request: 0,
            early: Vec::new(),
            promises: BTreeMap::new(),
            max_push: None,
            next_push: 0,
            spare: Vec::new(),
            events: VecDeque::new(),
            ready: VecDeque::new(),
            orders: Vec::new(),
            datagrams: VecDeque::new(),
            resets: Bucket::new(limits.tokens, limits.token_rate, now),
            controls: Bucket::new(limits.tokens, limits.token_rate, now),
            tiny: Bucket::new(limits.tiny_data, limits.tiny_data / 10, now),
            empty_data: 0,
            goaway_sent: None,
            goaway_received: None,
            draining: false,
            drained: false,
            closing: None,
            clean: true,
            told: false,
        }
    }

    /// Tells the wall time, for the Date of each answer that has none (RFC 9110 §6.6.1).
    pub fn set_date(&mut self, date: ImfFixdate) {
        self.date = Some(date);
    }

    /// Tells `trace` of each frame; before anything was sent, so that it hears of the first ones.
    pub fn set_trace(&mut self, trace: Trace) {
        self.trace = trace;
    }

    /// Sends settings and frames that mean nothing, so that peers learn to ignore what they do not
    /// know (§7.2.8); `chance` chooses which. Before anything was sent.
    pub fn set_grease(&mut self, chance: u64) {
        self.grease = Some(chance);
        self.begin();
    }

    /// The scheme of a server's pushes: that of its listener.
    pub fn set_scheme(&mut self, scheme: Scheme) {
        self.scheme = scheme;
    }

    /// Which end this is.
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Where the connection is in its life.
    pub const fn state(&self) -> State {
        self.state
    }

    /// The peer's settings, as far as they have come.
    pub const fn peer_settings(&self) -> &Settings {
        &self.theirs
    }

    /// Whether the peer's SETTINGS have come.
    pub const fn is_introduced(&self) -> bool {
        self.introduced
    }

    /// Exchanges and pushes that are under way.
    pub fn streams(&self) -> usize {
        self.streams.len()
    }

    /// Streams whose field section waits for entries of QPACK's table (RFC 9204 §2.1.2).
    pub fn blocked(&self) -> impl Iterator<Item = StreamId> {
        let streams = self.streams.iter();
        streams.filter(|(_, stream)| stream.receiving.blocked.is_some()).map(|(id, _)| *id)
    }

    /// What happened next, if anything did.
    pub fn poll_event(&mut self) -> Option<Event> {
        let event = self.events.pop_front();
        match &event {
            Some(Event::Request { stream, .. }) => {
                if let Some(stream) = self.streams.get_mut(stream) {
                    stream.unhandled = false;
                }
                event
            }
            Some(_) => event,
            None if self.state == State::Closed && !self.told => {
                self.told = true;
                Some(Event::Closed { clean: self.clean })
            }
            None => None,
        }
    }

    fn teller(&self, direction: Direction) -> Teller<'_> {
        Teller { trace: &self.trace, now: self.now, direction }
    }

    /// Whether the peer is the one who asks.
    const fn peer(&self) -> Role {
        match self.role {
            Role::Client => Role::Server,
            Role::Server => Role::Client,
        }
    }
}
