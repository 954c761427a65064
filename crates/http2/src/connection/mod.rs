//! One end of a connection: octets and time in, messages out, and the other way round.
//!
//! RFC 9113 §3.4, §5, §8
//!
//! | file       | verb                                                              |
//! |------------|-------------------------------------------------------------------|
//! | `receive`  | octets become frames, frames find who they are for                |
//! | `headers`  | field blocks are joined and decoded                               |
//! | `messages` | sections become requests, responses, trailers, promises           |
//! | `data`     | content comes, and is counted                                     |
//! | `control`  | SETTINGS, PING, GOAWAY, RST_STREAM, priorities                    |
//! | `flow`     | windows, ours and theirs, and how large they should be            |
//! | `send`     | what the application says                                         |
//! | `heads`    | heads become field blocks                                         |
//! | `push`     | requests that a server makes up                                   |
//! | `schedule` | whose DATA goes next                                              |
//! | `close`    | violations, resets, two GOAWAYs, the end                          |
//! | `timers`   | how long is long enough                                           |
//! | `upgrade`  | a connection that began in HTTP/1                                 |
//!
//! ```
//! use http::{Method, Request, Response, StatusCode, Target, message::Scheme};
//! use http2::{ClientOptions, Connection, Event, Limits, Outgoing};
//! use std::time::Instant;
//!
//! let (now, limits) = (Instant::now(), Limits::default());
//! let mut client = Connection::client(&limits, ClientOptions::new(Scheme::Https), now);
//! let mut server = Connection::server(&limits, now);
//! let mut out = wire::Output::new(65_536);
//!
//! let mut request = Request::new(Method::Get, Target::Origin("/".into()));
//! request.headers.try_append("host", "example.com")?;
//! let stream = client.send_request(&request, Outgoing::None)?;
//! client.poll_transmit(now, &mut out);
//! server.receive(&mut out.take(), now);
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
//! server.poll_transmit(now, &mut out);
//! client.receive(&mut out.take(), now);
//! let data = std::iter::from_fn(|| client.poll_event())
//!     .find(|event| matches!(event, Event::Data { .. }));
//! assert_eq!(data, Some(Event::Data { stream, octets: b"hi\n".to_vec(), end: true }));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Invariant: what waits in memory is bounded: content by windows, what is to be sent by
//! `output_room`, answers to control frames by `wants_receive`, all else by [`Limits`].
//!
//! Invariant: all that was received is looked at before anything is sent, so what a later frame
//! makes needless (a reset, a greater window) is never sent.
//!
//! Used by: `server` and `client`, one for each TCP connection.

mod close;
mod control;
mod data;
mod flow;
mod headers;
mod heads;
mod messages;
mod pace;
mod push;
mod receive;
mod schedule;
mod send;
mod timers;
mod upgrade;

use crate::{
    Event, Limits, Settings, StreamId,
    frame::{Frame, FrameHead, PREFACE},
    stream::Streams,
    trace,
    window::Window,
};
use flow::Bandwidth;
use headers::Block;
use http::{Priority, date::ImfFixdate, message::Scheme};
use schedule::Schedule;
use std::{collections::VecDeque, time::Instant};
use timers::Timers;
use wire::{
    Bucket, Output,
    trace::{Direction, Trace},
};

/// Which end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It asks.
    Client,
    /// It answers.
    Server,
}

/// Where a connection is in its life, for the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Exchanges go on; also where no new ones are taken.
    Open,
    /// Nothing more will be said: send the rest, shut down writing, read and drop what still comes
    /// until the peer closes or the connection is [`Closed`](Self::Closed).
    Closing,
    /// Send the rest, then close.
    Closed,
}

/// What a client wants of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientOptions {
    /// The `:scheme` of requests whose target does not say one.
    pub scheme: Scheme,
    /// Whether the server may push.
    pub push: bool,
}

impl ClientOptions {
    /// This scheme, and no pushes.
    pub const fn new(scheme: Scheme) -> Self {
        Self { scheme, push: false }
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
    /// The `:scheme` of a client's requests.
    scheme: Scheme,
    date: Option<ImfFixdate>,

    /// Our settings, as the peer has acknowledged them.
    ours: Settings,
    /// Those that it has not, in order.
    announced: VecDeque<Settings>,
    /// The peer's.
    theirs: Settings,
    /// Whether its first SETTINGS frame has come.
    introduced: bool,

    /// Octets of the preface that are still to come.
    preface: usize,
    /// The start of a frame whose rest has not come.
    tail: Vec<u8>,
    /// Octets of a frame that is too long, to be dropped.
    skip: u32,
    /// A field block whose rest has not come.
    block: Option<Block>,
    decoder: hpack::Decoder,
    encoder: hpack::Encoder,

    streams: Streams,
    /// The highest stream that the peer has begun.
    last_peer: StreamId,
    /// The next stream that we begin.
    next_own: u32,
    /// Streams that are open or half-closed, begun by the peer and by us.
    peer_streams: u32,
    own_streams: u32,
    /// Priorities of streams that have not begun.
    early: Vec<(StreamId, Priority)>,

    /// What the peer may send on all streams together.
    window: Window,
    /// When the peer was last given more of it, having had nothing left.
    window_opened: Option<Instant>,
    /// What we may.
    send_window: i64,
    /// Octets held by streams that have ended in good order.
    orphaned: u32,
    bandwidth: Bandwidth,

    events: VecDeque<Event>,
    output: Output,
    schedule: Schedule,
    /// Whose the external parts of the driver's output are, in order.
    externals: VecDeque<(StreamId, u64)>,
    /// When DATA was last sent.
    progress: Instant,
    /// Control frames in `output`.
    answers: u32,

    /// Resets, by either end.
    resets: Bucket,
    /// Control frames that want an answer or mean nothing.
    controls: Bucket,
    /// Small DATA.
    tiny: Bucket,
    empty_data: u32,
    /// Resets of streams whose request is still among the events.
    unhandled_resets: u32,

    /// The last stream of the GOAWAY that we sent, of the one that we got.
    goaway_sent: Option<StreamId>,
    goaway_received: Option<StreamId>,
    /// Whether [`shut_down`](Self::shut_down) was called.
    draining: bool,
    clean: bool,
    told: bool,
    drained: u64,
}

impl Connection {
    /// A server's end: it waits for the preface.
    pub fn server(limits: &Limits, now: Instant) -> Self {
        let mut connection = Self::new(Role::Server, limits, Scheme::Https, now);
        connection.preface = PREFACE.len();
        connection.timers.block = now.checked_add(limits.block_timeout);
        let settings = Settings { enable_connect_protocol: true, ..connection.wanted_settings() };
        connection.announce(settings);
        // Who never asks is idle from the start.
        connection.watch_idle();
        connection
    }

    /// A client's end: the preface is the first thing it sends.
    pub fn client(limits: &Limits, options: ClientOptions, now: Instant) -> Self {
        let mut connection = Self::new(Role::Client, limits, options.scheme, now);
        connection.output.put(PREFACE);
        let settings = Settings { enable_push: options.push, ..connection.wanted_settings() };
        connection.announce(settings);
        connection
    }

    fn new(role: Role, limits: &Limits, scheme: Scheme, now: Instant) -> Self {
        let table = hpack::Limits {
            table_size: limits.header_table as usize,
            block: limits.block as usize,
            list_size: limits.header_list as usize,
            fields: limits.fields as usize,
        };
        Self {
            role,
            limits: limits.clone(),
            state: State::Open,
            trace: Trace::default(),
            now,
            timers: Timers::default(),
            scheme,
            date: None,
            ours: Settings::default(),
            announced: VecDeque::new(),
            theirs: Settings::default(),
            introduced: false,
            preface: 0,
            tail: Vec::new(),
            skip: 0,
            block: None,
            encoder: hpack::Encoder::new(&table),
            // Until our settings are acknowledged, the peer's encoder uses the protocol's own.
            decoder: hpack::Decoder::new(hpack::Limits { table_size: 4096, ..table }),
            streams: Streams::new(limits.remembered),
            last_peer: StreamId::CONNECTION,
            next_own: if role == Role::Client { 1 } else { 2 },
            peer_streams: 0,
            own_streams: 0,
            early: Vec::new(),
            window: Window::new(65_535),
            send_window: 65_535,
            window_opened: None,
            orphaned: 0,
            bandwidth: Bandwidth::new(limits.stream_window),
            events: VecDeque::new(),
            output: Output::new(limits.output as usize),
            schedule: Schedule::default(),
            externals: VecDeque::new(),
            progress: now,
            answers: 0,
            resets: Bucket::new(limits.tokens, limits.token_rate, now),
            controls: Bucket::new(limits.tokens, limits.token_rate, now),
            tiny: Bucket::new(limits.tiny_data, limits.tiny_data / 10, now),
            empty_data: 0,
            unhandled_resets: 0,
            goaway_sent: None,
            goaway_received: None,
            draining: false,
            clean: true,
            told: false,
            drained: 0,
        }
    }

    fn wanted_settings(&self) -> Settings {
        Settings {
            header_table_size: self.limits.header_table,
            max_concurrent_streams: Some(self.limits.streams),
            initial_window_size: self.limits.stream_window.min(crate::settings::MAX_WINDOW),
            max_frame_size: self.limits.frame.clamp(16_384, 0xff_ffff),
            max_header_list_size: Some(self.limits.header_list),
            no_rfc7540_priorities: true,
            ..Settings::default()
        }
    }

    /// Tells the wall time, for the Date of each answer that has none (RFC 9110 §6.6.1).
    pub fn set_date(&mut self, date: ImfFixdate) {
        self.date = Some(date);
    }

    /// Tells `trace` of each frame from here on; of the first ones too where nothing was sent yet.
    pub fn set_trace(&mut self, trace: Trace) {
        self.trace = trace;
        if let Some(settings) = self.announced.front().filter(|_| self.goaway_sent.is_none()) {
            self.trace_opening(settings);
        }
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

    /// Whether the peer's first SETTINGS have come, so that
    /// [`peer_settings`](Self::peer_settings) are its own and not the protocol's.
    pub const fn is_introduced(&self) -> bool {
        self.introduced
    }

    /// Streams that are reserved, open or half-closed.
    pub fn streams(&self) -> usize {
        self.streams.len()
    }

    /// What happened next, if anything did.
    pub fn poll_event(&mut self) -> Option<Event> {
        let event = self.events.pop_front();
        match &event {
            Some(Event::Request { stream, .. }) => {
                match self.streams.get_mut(*stream) {
                    Some(stream) => stream.unhandled = false,
                    // It was reset while it waited, and is no longer a burden.
                    None => self.unhandled_resets = self.unhandled_resets.saturating_sub(1),
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

    /// Appends a control frame to what is to be sent.
    fn put(&mut self, stream: StreamId, frame: &Frame<'_>) {
        self.answers = self.answers.saturating_add(1);
        let length = self.output.write(|out| {
            let start = out.len();
            frame.encode(stream, out);
            out.len().saturating_sub(start + FrameHead::LENGTH)
        });
        if self.trace.is_on() {
            let length = u32::try_from(length).unwrap_or(u32::MAX);
            let head = FrameHead { length, kind: frame.kind(), flags: frame.flags(), stream };
            trace::frame(&self.trace, self.now, Direction::Sent, &head, frame);
        }
    }
}
