//! A peer that says whatever a test likes, and a transport that remembers what it was told.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "each test uses some of these, and a test that panics has failed"
)]

use http::Request;
use http3::{ClientOptions, Connection, ErrorCode, Event, Limits, Outgoing, StreamId, Transport};
use qpack::{Encoder, Field};
use std::{collections::BTreeMap, time::Instant};

/// What the transport was told.
#[derive(Debug, Default)]
pub struct Wires {
    opened: u64,
    base: u64,
    pub sent: BTreeMap<u64, Vec<u8>>,
    pub ended: Vec<u64>,
    pub resets: BTreeMap<u64, u64>,
    pub stops: BTreeMap<u64, u64>,
    pub closed: Option<(u64, String)>,
}

impl Transport for Wires {
    fn open_unidirectional(&mut self) -> Option<StreamId> {
        self.opened += 1;
        Some(StreamId::new(self.base + 4 * (self.opened - 1)))
    }
    fn send(&mut self, stream: StreamId, octets: &[u8]) -> usize {
        self.sent.entry(stream.get()).or_default().extend_from_slice(octets);
        octets.len()
    }
    fn finish(&mut self, stream: StreamId) {
        self.ended.push(stream.get());
    }
    fn reset(&mut self, stream: StreamId, code: u64) {
        self.resets.insert(stream.get(), code);
    }
    fn stop_sending(&mut self, stream: StreamId, code: u64) {
        self.stops.insert(stream.get(), code);
    }
    fn send_datagram(&mut self, _: Vec<u8>) {}
    fn close(&mut self, code: u64, reason: &str) {
        self.closed = Some((code, reason.to_owned()));
    }
}

/// What a peer does.
#[derive(Debug, Clone)]
pub enum Say {
    On(u64, Vec<u8>),
    End(u64),
    Reset(u64),
    Stop(u64),
    Datagram(Vec<u8>),
}

pub fn on(stream: u64, octets: impl AsRef<[u8]>) -> Say {
    Say::On(stream, octets.as_ref().to_vec())
}

pub fn end(stream: u64) -> Say {
    Say::End(stream)
}

pub fn reset(stream: u64) -> Say {
    Say::Reset(stream)
}

pub fn stop(stream: u64) -> Say {
    Say::Stop(stream)
}

pub fn datagram(octets: impl AsRef<[u8]>) -> Say {
    Say::Datagram(octets.as_ref().to_vec())
}

/// A client's control stream, with settings that say nothing.
pub fn control() -> Say {
    on(2, [0x00, 0x04, 0])
}

/// A server's.
pub fn servers_control() -> Say {
    on(3, [0x00, 0x04, 0])
}

fn section(list: &[(&str, &str)]) -> Vec<u8> {
    let mut out = Vec::new();
    let fields = list.iter().map(|(name, value)| Field::new(name.as_bytes(), value.as_bytes()));
    Encoder::new(&qpack::Limits::default()).encode(0, fields, &mut out);
    out
}

fn number(number: usize, out: &mut Vec<u8>) {
    wire::VarInt::new(number as u64).unwrap().encode(out);
}

/// A HEADERS frame.
pub fn fields(list: &[(&str, &str)]) -> Vec<u8> {
    let section = section(list);
    let mut out = vec![0x01];
    number(section.len(), &mut out);
    [out, section].concat()
}

/// The HEADERS of a plain GET.
pub fn get() -> Vec<u8> {
    fields(&[(":method", "GET"), (":scheme", "https"), (":authority", "a"), (":path", "/")])
}

/// A PUSH_PROMISE of a plain GET.
pub fn promise(push: u8) -> Vec<u8> {
    let section =
        section(&[(":method", "GET"), (":scheme", "https"), (":authority", "a"), (":path", "/")]);
    let mut out = vec![0x05];
    number(section.len() + 1, &mut out);
    out.push(push);
    [out, section].concat()
}

/// What comes of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The connection is closed with this code.
    Connection(ErrorCode),
    /// The stream is reset and stopped with this code, and nothing else ends.
    Stream(u64, ErrorCode),
    /// The stream is stopped, and a request beside it is served.
    Stopped(u64, ErrorCode),
    /// The request was refused with 431, and nothing ends.
    Answered(u64),
    /// The request was told.
    Request(u64),
}

fn play(connection: &mut Connection, wires: &mut Wires, says: &[Say]) -> Vec<Event> {
    let now = Instant::now();
    connection.poll_transmit(now, wires);
    for say in says {
        match say {
            Say::On(stream, octets) => {
                connection.receive(StreamId::new(*stream), octets, now);
            }
            Say::End(stream) => connection.receive_end(StreamId::new(*stream), now),
            Say::Reset(stream) => connection.stream_reset(StreamId::new(*stream), 0x10c, now),
            Say::Stop(stream) => connection.stream_stopped(StreamId::new(*stream), 0x10c, now),
            Say::Datagram(octets) => connection.receive_datagram(octets, now),
        }
    }
    connection.poll_transmit(now, wires);
    std::iter::from_fn(|| connection.poll_event()).collect()
}

fn check(wires: &Wires, events: &[Event], outcome: &Outcome) {
    let seen = format!("{wires:?}\n{events:?}");
    if let Outcome::Connection(code) = outcome {
        assert_eq!(wires.closed.as_ref().map(|closed| ErrorCode(closed.0)), Some(*code), "{seen}");
        return;
    }
    assert_eq!(wires.closed, None, "{seen}");
    let request = |wanted: u64| {
        events
            .iter()
            .any(|event| matches!(event, Event::Request { stream, .. } if stream.get() == wanted))
    };
    match outcome {
        Outcome::Stream(stream, code) => {
            // What has ended is not stopped, what was sent whole is not reset.
            let told = [wires.resets.get(stream), wires.stops.get(stream)];
            assert!(told.iter().any(Option::is_some), "{seen}");
            assert!(told.into_iter().flatten().all(|told| *told == code.0), "{seen}");
            assert!(!request(*stream), "{seen}");
        }
        Outcome::Stopped(stream, code) => {
            assert_eq!(wires.stops.get(stream), Some(&code.0), "{seen}");
            assert!(request(0), "{seen}");
        }
        Outcome::Answered(stream) => {
            assert!(wires.sent.contains_key(stream) && wires.ended.contains(stream), "{seen}");
            assert!(!request(*stream), "{seen}");
        }
        Outcome::Request(stream) => assert!(request(*stream), "{seen}"),
        Outcome::Connection(_) => {}
    }
}

/// Says it to a server.
pub fn server(says: &[Say], outcome: &Outcome) {
    let mut connection = Connection::server(&Limits::default(), Instant::now());
    let mut wires = Wires { base: 3, ..Wires::default() };
    let events = play(&mut connection, &mut wires, says);
    check(&wires, &events, outcome);
}

/// Says it to a client that has asked on stream 0.
pub fn client(says: &[Say], outcome: &Outcome) {
    let mut connection =
        Connection::client(&Limits::default(), ClientOptions::default(), Instant::now());
    let mut request = Request::default();
    request.headers.try_append("host", "a").unwrap();
    connection.send_request(StreamId::new(0), &request, Outgoing::None).unwrap();
    let mut wires = Wires { base: 2, ..Wires::default() };
    let events = play(&mut connection, &mut wires, says);
    check(&wires, &events, outcome);
}
