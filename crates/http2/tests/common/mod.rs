//! A peer made of octets: it says whatever a test wants, right or wrong, and reads what comes back.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for; not every file uses all"
)]

use http::message::Scheme;
use http2::frame::{FrameHead, FrameType, PREFACE};
use http2::{ClientOptions, Connection, ErrorCode, Event, Limits, Role, StreamId};
use std::collections::HashMap;
use std::time::{Duration, Instant};
use wire::{Output, Reader};

pub const END_STREAM: u8 = 0x1;
pub const END_HEADERS: u8 = 0x4;
pub const PADDED: u8 = 0x8;
pub const PRIORITY: u8 = 0x20;
pub const BOTH: u8 = END_STREAM | END_HEADERS;

/// A frame as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub kind: FrameType,
    pub flags: u8,
    pub stream: u32,
    pub payload: Vec<u8>,
}

/// What the connection did about something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Nothing,
    Stream(u32, ErrorCode),
    Connection(ErrorCode),
}

pub struct Peer {
    pub connection: Connection,
    pub now: Instant,
    pub encoder: hpack::Encoder,
    pub decoder: hpack::Decoder,
    pub out: Output,
    pub seen: Vec<Seen>,
    pub events: Vec<Event>,
    /// Octets of DATA that were sent to the connection: by stream, and with 0 all together.
    pub sent: HashMap<u32, i64>,
    /// Octets of a frame that has not come whole.
    rest: Vec<u8>,
}

impl Peer {
    /// A server, introduced.
    pub fn of_server() -> Self {
        Self::of_server_with(&Limits::default())
    }

    pub fn of_server_with(limits: &Limits) -> Self {
        let now = Instant::now();
        let mut peer = Self::of(Connection::server(limits, now), now);
        peer.send(PREFACE);
        peer.introduce();
        peer
    }

    /// A client, introduced.
    pub fn of_client() -> Self {
        Self::of_client_with(&Limits::default(), false)
    }

    pub fn of_client_with(limits: &Limits, push: bool) -> Self {
        let now = Instant::now();
        let options = ClientOptions { scheme: Scheme::Http, push };
        let mut peer = Self::of(Connection::client(limits, options, now), now);
        peer.introduce();
        peer
    }

    pub fn of(connection: Connection, now: Instant) -> Self {
        Self {
            connection,
            now,
            encoder: hpack::Encoder::new(&hpack::Limits::default()),
            decoder: hpack::Decoder::new(hpack::Limits::default()),
            out: Output::new(1 << 24),
            seen: Vec::new(),
            events: Vec::new(),
            sent: HashMap::new(),
            rest: Vec::new(),
        }
    }

    fn introduce(&mut self) {
        self.frame(4, 0, 0, &[]);
        self.frame(4, 1, 0, &[]);
        self.seen.clear();
        self.events.clear();
    }

    /// Gives octets to the connection and takes all that comes of them.
    pub fn send(&mut self, octets: &[u8]) {
        self.connection.receive(&mut octets.to_vec(), self.now);
        self.poll();
    }

    pub fn poll(&mut self) {
        while let Some(event) = self.connection.poll_event() {
            self.events.push(event);
        }
        self.connection.poll_transmit(self.now, &mut self.out);
        self.rest.extend(self.out.take());
        if self.connection.role() == Role::Client && self.rest.starts_with(PREFACE) {
            self.rest.drain(..PREFACE.len());
        }
        let rest = std::mem::take(&mut self.rest);
        let mut reader = Reader::new(&rest);
        while let Ok(Some(head)) = FrameHead::parse(&mut reader, 0xff_ffff) {
            let payload = reader.take("payload", head.length as usize).unwrap().to_vec();
            let FrameHead { kind, flags, stream, .. } = head;
            self.seen.push(Seen { kind, flags, stream: stream.value(), payload });
        }
        while let Some(event) = self.connection.poll_event() {
            self.events.push(event);
        }
    }

    pub fn frame(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        if kind == FrameType::DATA.0 {
            let length = i64::try_from(payload.len()).unwrap();
            *self.sent.entry(stream).or_default() += length;
            *self.sent.entry(0).or_default() += length;
        }
        self.send(&octets(kind, flags, stream, payload));
    }

    pub fn block(&mut self, fields: &[(&str, &str)]) -> Vec<u8> {
        let mut block = Vec::new();
        let fields =
            fields.iter().map(|(name, value)| hpack::Field::new(name.as_bytes(), value.as_bytes()));
        self.encoder.encode(fields, &mut block);
        block
    }

    pub fn headers(&mut self, stream: u32, flags: u8, fields: &[(&str, &str)]) {
        let block = self.block(fields);
        self.frame(1, flags, stream, &block);
    }

    pub fn get(&mut self, stream: u32) {
        self.headers(stream, BOTH, &GET);
    }

    pub fn post(&mut self, stream: u32) {
        self.headers(stream, END_HEADERS, &POST);
    }

    pub fn window(&mut self, stream: u32, increment: u32) {
        self.frame(8, 0, stream, &increment.to_be_bytes());
    }

    pub fn settings(&mut self, settings: &[(u16, u32)]) {
        let mut payload = Vec::new();
        for (id, value) in settings {
            payload.extend(id.to_be_bytes());
            payload.extend(value.to_be_bytes());
        }
        self.frame(4, 0, 0, &payload);
    }

    pub fn pass(&mut self, span: Duration) {
        self.now += span;
        self.connection.handle_timeout(self.now);
        self.poll();
    }

    /// What was said last about an error.
    pub fn verdict(&self) -> Verdict {
        let word = |octets: &[u8]| u32::from_be_bytes(octets.try_into().unwrap());
        self.seen
            .iter()
            .rev()
            .find_map(|seen| match seen.kind {
                FrameType::RST_STREAM => {
                    Some(Verdict::Stream(seen.stream, ErrorCode(word(&seen.payload))))
                }
                FrameType::GOAWAY => {
                    Some(Verdict::Connection(ErrorCode(word(&seen.payload[4..8]))))
                }
                _ => None,
            })
            .unwrap_or(Verdict::Nothing)
    }

    /// Frames of a kind.
    pub fn of_kind(&self, kind: FrameType) -> Vec<&Seen> {
        self.seen.iter().filter(|seen| seen.kind == kind).collect()
    }

    /// The fields of a HEADERS frame that came whole.
    pub fn decode(&mut self, payload: &[u8]) -> Vec<(String, String)> {
        let mut fields = Vec::new();
        let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
        self.decoder
            .decode(payload, |field| fields.push((text(field.name), text(field.value))))
            .unwrap();
        fields
    }

    /// Octets of DATA on a stream.
    pub fn data_on(&self, stream: u32) -> usize {
        let data = self.seen.iter().filter(|seen| seen.kind == FrameType::DATA);
        data.filter(|seen| seen.stream == stream).map(|seen| seen.payload.len()).sum()
    }
}

pub const GET: [(&str, &str); 4] =
    [(":method", "GET"), (":scheme", "http"), (":authority", "a"), (":path", "/")];
pub const POST: [(&str, &str); 4] =
    [(":method", "POST"), (":scheme", "http"), (":authority", "a"), (":path", "/")];

pub fn octets(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap();
    let mut out = Vec::new();
    // Written by hand, so that the reserved bit can be set.
    out.extend(&length.to_be_bytes()[1..]);
    out.extend([kind, flags]);
    out.extend(stream.to_be_bytes());
    out.extend_from_slice(payload);
    out
}

pub fn id(stream: u32) -> StreamId {
    StreamId::new(stream)
}

pub fn response(status: u16) -> http::Response {
    http::Response::new(http::StatusCode::new(status).unwrap())
}

pub fn request(path: &str) -> http::Request {
    let target = http::Target::Origin(path.into());
    let mut request = http::Request::new(http::Method::Get, target);
    request.headers.try_append("Host", "a").unwrap();
    request
}
