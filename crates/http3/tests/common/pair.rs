//! Two ends, and streams between them of which any can be held up.

use http::{HeaderMap, Method, Priority, Request, Response, StatusCode, Target};
use http3::{ClientOptions, Connection, Event, Limits, Outgoing, StreamId, Transport};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

#[derive(Debug, Default)]
pub struct Lane {
    waiting: Vec<u8>,
    pub all: Vec<u8>,
    end: bool,
    reset: Option<u64>,
    refused: bool,
    paused: bool,
    over: bool,
}

/// What one end says.
#[derive(Debug)]
pub struct Pipe {
    pub lanes: BTreeMap<u64, Lane>,
    /// Streams whose octets stay where they are.
    pub held: BTreeSet<u64>,
    /// Octets of each stream that wait at most.
    pub room: usize,
    /// In the order in which they were begun or went on.
    pub order: Vec<u64>,
    pub priorities: BTreeMap<u64, Priority>,
    stops: Vec<(u64, u64)>,
    datagrams: Vec<Vec<u8>>,
    pub closed: Option<u64>,
    /// Whether the other end lets this one begin unidirectional streams.
    pub unidirectional: bool,
    next: u64,
}

impl Pipe {
    fn new(next: u64) -> Self {
        Self {
            lanes: BTreeMap::new(),
            held: BTreeSet::new(),
            room: usize::MAX,
            order: Vec::new(),
            priorities: BTreeMap::new(),
            stops: Vec::new(),
            datagrams: Vec::new(),
            closed: None,
            unidirectional: true,
            next,
        }
    }

    pub fn sent(&self, stream: u64) -> &[u8] {
        self.lanes.get(&stream).map_or(&[], |lane| &lane.all)
    }

    pub fn reset_of(&self, stream: u64) -> Option<u64> {
        self.lanes.get(&stream).and_then(|lane| lane.reset)
    }
}

impl Transport for Pipe {
    fn open_unidirectional(&mut self) -> Option<StreamId> {
        if !self.unidirectional {
            return None;
        }
        self.next += 4;
        Some(StreamId::new(self.next - 4))
    }
    fn send(&mut self, stream: StreamId, octets: &[u8]) -> usize {
        let lane = self.lanes.entry(stream.get()).or_default();
        if lane.reset.is_some() {
            return octets.len();
        }
        let taken = octets.len().min(self.room - lane.waiting.len().min(self.room));
        lane.waiting.extend_from_slice(&octets[..taken]);
        lane.all.extend_from_slice(&octets[..taken]);
        lane.refused |= taken < octets.len();
        if taken > 0 {
            self.order.push(stream.get());
        }
        taken
    }
    fn finish(&mut self, stream: StreamId) {
        self.lanes.entry(stream.get()).or_default().end = true;
    }
    fn reset(&mut self, stream: StreamId, code: u64) {
        let lane = self.lanes.entry(stream.get()).or_default();
        lane.waiting.clear();
        lane.reset.get_or_insert(code);
    }
    fn stop_sending(&mut self, stream: StreamId, code: u64) {
        self.stops.push((stream.get(), code));
    }
    fn set_priority(&mut self, stream: StreamId, priority: Priority) {
        self.priorities.insert(stream.get(), priority);
    }
    fn send_datagram(&mut self, octets: Vec<u8>) {
        self.datagrams.push(octets);
    }
    fn close(&mut self, code: u64, _: &str) {
        self.closed.get_or_insert(code);
    }
}

pub struct Side {
    pub end: Connection,
    pub pipe: Pipe,
    pub heard: Vec<Event>,
    /// Content is released as it comes.
    pub eager: bool,
}

impl Side {
    fn new(end: Connection, next: u64) -> Self {
        Self { end, pipe: Pipe::new(next), heard: Vec::new(), eager: true }
    }

    /// Octets of content that came on a stream.
    pub fn content(&self, stream: u64) -> Vec<u8> {
        let parts = self.heard.iter().filter_map(|event| match event {
            Event::Data { stream: on, octets, .. } if on.get() == stream => Some(octets.as_slice()),
            _ => None,
        });
        parts.collect::<Vec<_>>().concat()
    }

    pub fn has(&self, want: impl Fn(&Event) -> bool) -> bool {
        self.heard.iter().any(want)
    }

    /// Whether a request or a response has come whole.
    pub fn ended(&self, stream: u64) -> bool {
        self.has(|event| match event {
            Event::Request { stream: on, end, .. }
            | Event::Response { stream: on, end, .. }
            | Event::Data { stream: on, end, .. } => *end && on.get() == stream,
            Event::Trailers { stream: on, .. } => on.get() == stream,
            _ => false,
        })
    }

    pub fn violations(&self) -> Vec<String> {
        let told = self.heard.iter().filter_map(|event| match event {
            Event::Violation(error) => Some(error.to_string()),
            _ => None,
        });
        told.collect()
    }

    fn hear(&mut self, other: &mut Pipe) {
        while let Some(event) = self.end.poll_event() {
            match &event {
                Event::Readable(stream) => {
                    other.lanes.get_mut(&stream.get()).unwrap().paused = false;
                }
                Event::Data { stream, octets, .. } if self.eager => {
                    self.end.release(*stream, octets.len());
                }
                _ => {}
            }
            self.heard.push(event);
        }
    }
}

pub struct Pair {
    pub client: Side,
    pub server: Side,
    pub now: Instant,
}

impl Pair {
    pub fn new() -> Self {
        Self::with(&Limits::default(), ClientOptions::default())
    }

    pub fn pushing() -> Self {
        Self::with(&Limits::default(), ClientOptions { push: true, ..ClientOptions::default() })
    }

    /// The limits are the server's.
    pub fn with(limits: &Limits, options: ClientOptions) -> Self {
        let now = Instant::now();
        let client = Side::new(Connection::client(&Limits::default(), options, now), 2);
        let server = Side::new(Connection::server(limits, now), 3);
        Self { client, server, now }
    }

    /// Brings all that moves to the other end, until nothing does.
    pub fn run(&mut self) {
        for _ in 0..100_000 {
            let moved = carry(&mut self.client, &mut self.server, self.now);
            if !(carry(&mut self.server, &mut self.client, self.now) || moved) {
                return;
            }
        }
        panic!("it does not come to rest");
    }

    pub fn pass(&mut self, time: Duration) {
        self.now += time;
        self.client.end.handle_timeout(self.now);
        self.server.end.handle_timeout(self.now);
        self.run();
    }

    pub fn ask(&mut self, stream: u64, request: &Request, content: Outgoing) {
        self.client.end.send_request(StreamId::new(stream), request, content).unwrap();
    }

    /// A GET, which has come.
    pub fn get(&mut self, stream: u64) {
        self.ask(stream, &request("/"), Outgoing::None);
        self.run();
    }

    pub fn answer(&mut self, stream: u64, octets: &[u8]) {
        let (id, length) = (StreamId::new(stream), Outgoing::Length(octets.len() as u64));
        self.server.end.send_response(id, &response(200), length).unwrap();
        self.server.end.send_data(id, octets).unwrap();
        self.server.end.send_end(id, None).unwrap();
    }
}

fn carry(from: &mut Side, to: &mut Side, now: Instant) -> bool {
    from.end.poll_transmit(now, &mut from.pipe);
    to.end.poll_transmit(now, &mut to.pipe);
    let mut moved = false;
    for (stream, code) in std::mem::take(&mut from.pipe.stops) {
        moved = true;
        // Who is stopped gives the stream up (RFC 9000 §3.5).
        if !to.pipe.lanes.get(&stream).is_some_and(|lane| lane.end && lane.waiting.is_empty()) {
            to.pipe.reset(StreamId::new(stream), code);
            // Of what was given up nothing is delivered.
            to.pipe.lanes.entry(stream).or_default().over = true;
            to.end.stream_stopped(StreamId::new(stream), code, now);
        }
    }
    for datagram in std::mem::take(&mut from.pipe.datagrams) {
        to.end.receive_datagram(&datagram, now);
    }
    for (number, lane) in &mut from.pipe.lanes {
        let id = StreamId::new(*number);
        if lane.over || lane.paused || from.pipe.held.contains(number) {
            continue;
        }
        if let Some(code) = lane.reset {
            (lane.over, moved) = (true, true);
            to.end.stream_reset(id, code, now);
            continue;
        }
        if !lane.waiting.is_empty() {
            let taken = to.end.receive(id, &lane.waiting, now);
            moved |= taken > 0;
            lane.paused = taken < lane.waiting.len();
            lane.waiting.drain(..taken);
        }
        if lane.waiting.is_empty() && lane.end {
            (lane.over, moved) = (true, true);
            to.end.receive_end(id, now);
        }
        if lane.refused && lane.waiting.len() < from.pipe.room {
            (lane.refused, moved) = (false, true);
            from.end.stream_writable(id);
        }
    }
    to.hear(&mut from.pipe);
    from.hear(&mut to.pipe);
    moved
}

pub fn request(path: &str) -> Request {
    let mut request = Request::new(Method::Get, Target::Origin(path.into()));
    request.headers.try_append("host", "a").unwrap();
    request
}

pub fn response(status: u16) -> Response {
    Response::new(StatusCode::new(status).unwrap())
}

pub fn fields(list: &[(&str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in list {
        map.try_append(name, value).unwrap();
    }
    map
}
