//! Two honest ends over streams that overtake each other, whose applications do anything in any
//! order: neither blames the other, and all exchanges end.

use super::network::{Line, deliver};
use crate::{ClientOptions, Connection, ErrorCode, Event, Limits, Outgoing, State, StreamId};
use http::{HeaderMap, Method, Priority, Request, Response, StatusCode, Target};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// Octets that the network keeps of each stream.
const ROOM: usize = 2000;

/// One end, what it has said, and what it knows.
struct End {
    connection: Connection,
    line: Line,
    streams: Vec<StreamId>,
    /// Octets that came on each stream and were not released.
    held: BTreeMap<StreamId, usize>,
    next: u64,
}

impl End {
    fn new(connection: Connection, first: u64) -> Self {
        let line = Line::new(first, ROOM);
        Self { connection, line, streams: Vec::new(), held: BTreeMap::new(), next: 0 }
    }

    fn hear(&mut self, other: &mut Self) {
        while let Some(event) = self.connection.poll_event() {
            match event {
                Event::Request { stream, .. } | Event::PushStream { stream, .. } => {
                    self.streams.push(stream);
                }
                Event::Data { stream, octets, .. } => {
                    *self.held.entry(stream).or_default() += octets.len();
                }
                Event::Readable(stream) => other.line.resume(stream),
                Event::Violation(error) => {
                    assert!(forgivable(error.code()), "an honest end was blamed: {error}");
                }
                _ => {}
            }
        }
    }

    fn release(&mut self) {
        for (stream, octets) in std::mem::take(&mut self.held) {
            self.connection.release(stream, octets);
        }
    }

    fn pick(&self, by: u8) -> StreamId {
        let at = usize::from(by).checked_rem(self.streams.len()).unwrap_or_default();
        self.streams.get(at).copied().unwrap_or(StreamId::new(0))
    }
}

/// Brings something of one stream of `from` to `to`.
fn carry(from: &mut End, to: &mut End, by: usize, most: usize, now: Instant) -> bool {
    from.connection.poll_transmit(now, &mut from.line);
    let End { connection: writer, line, .. } = from;
    let moved = deliver(line, writer, &mut to.connection, &mut to.line, by, most, now);
    to.hear(from);
    from.hear(to);
    moved
}

/// What two honest ends may still say: too much at once, and what nobody wants any more.
fn forgivable(code: ErrorCode) -> bool {
    [
        ErrorCode::H3_EXCESSIVE_LOAD,
        ErrorCode::H3_REQUEST_CANCELLED,
        ErrorCode::H3_REQUEST_REJECTED,
        ErrorCode::H3_REQUEST_INCOMPLETE,
    ]
    .contains(&code)
}

/// Each two octets are an operation and its argument.
pub fn check_operations(octets: &[u8]) {
    let mut now = Instant::now();
    // Sections may wait here for QPACK's table, and much content for its reader.
    let limits = Limits { risk: 8, stream_input: 3000, ..Limits::default() };
    let options = ClientOptions { push: true, ..ClientOptions::default() };
    let mut client = End::new(Connection::client(&limits, options, now), 2);
    let mut server = End::new(Connection::server(&limits, now), 3);
    for operation in octets.as_chunks::<2>().0.iter().take(1000) {
        let [what, how] = *operation;
        let (by, most) = (usize::from(how % 16), usize::from(how / 16) * 200 + 1);
        match what % 16 {
            0 | 1 => _ = carry(&mut client, &mut server, by, most, now),
            2 | 3 => _ = carry(&mut server, &mut client, by, most, now),
            4 => server.release(),
            5 => client.release(),
            6 => now += Duration::from_millis(u64::from(how) * 8),
            7 => server.connection.handle_timeout(now),
            8 => client.connection.handle_timeout(now),
            9 if how == 7 => server.connection.shut_down(now),
            _ => command(&mut client, &mut server, what, how),
        }
    }
    settle(&mut client, &mut server, now);
}

/// What an application says.
fn command(client: &mut End, server: &mut End, what: u8, how: u8) {
    let is_client = how.is_multiple_of(2);
    let end = if is_client { client } else { server };
    let stream = end.pick(how / 2);
    let connection = &mut end.connection;
    // A refusal is an answer too: the connection must stay whole.
    match what % 16 {
        9 | 10 => {
            let mut request = Request::new(Method::Get, Target::Origin("/".into()));
            let _ = request.headers.try_append("host", "a");
            let _ = request.headers.try_append("x-often", &format!("value {}", how % 16));
            let content = if what > 127 { Outgoing::Unknown } else { Outgoing::None };
            if is_client && end.next < 400 {
                let stream = StreamId::new(end.next);
                if connection.send_request(stream, &request, content).is_ok() {
                    end.next += 4;
                    end.streams.push(stream);
                }
            } else if !is_client {
                end.streams.extend(connection.push(stream, &request));
            }
        }
        11 => {
            let response = Response::new(StatusCode::OK);
            let _ = connection.send_response(stream, &response, Outgoing::Unknown);
        }
        12 => {
            let length = usize::from(what) * usize::from(how);
            let _ = connection.send_vec(stream, vec![0; length]);
        }
        13 => {
            let mut trailers = HeaderMap::new();
            let _ = trailers.try_append("x", "y");
            let _ = connection.send_end(stream, Some(&trailers).filter(|_| what > 127));
        }
        14 if how > 200 => connection.reset(stream, ErrorCode::H3_REQUEST_CANCELLED),
        14 => _ = connection.send_datagram(stream, &[how]),
        _ => connection.set_priority(stream, Priority::new(how % 8, what > 127)),
    }
}

/// Everything is ended and passed on: then no exchange is left, unless an end has gone away.
fn settle(client: &mut End, server: &mut End, mut now: Instant) {
    let span = Limits::default().content_timeout;
    for round in 0..400 {
        if round % 150 == 149 {
            now += span;
            client.connection.handle_timeout(now);
            server.connection.handle_timeout(now);
        }
        for end in [&mut *client, &mut *server] {
            for stream in end.streams.clone() {
                let response = Response::new(StatusCode::OK);
                let _ = end.connection.send_response(stream, &response, Outgoing::None);
                let _ = end.connection.send_end(stream, None);
            }
            end.release();
        }
        let mut moved = true;
        for by in 0..1000 {
            if !moved {
                break;
            }
            moved = carry(client, server, by, usize::MAX, now);
            moved |= carry(server, client, by, usize::MAX, now);
            client.release();
            server.release();
        }
        let idle = |end: &End| end.connection.streams() == 0;
        if idle(client) && idle(server) && client.line.is_empty() && server.line.is_empty() {
            return;
        }
    }
    let open = |end: &End| end.connection.state() == State::Open;
    assert!(
        !open(client) || !open(server),
        "{} and {} exchanges hang: {:?} {:?}",
        client.connection.streams(),
        server.connection.streams(),
        client.line,
        server.line
    );
}
