//! Two honest ends over memory, whose applications do anything in any order, and whose octets split
//! anywhere: neither blames the other, no window leaks, and all that was sent arrives.

use crate::{ClientOptions, Connection, ErrorCode, Event, Limits, Outgoing, State, StreamId};
use http::{HeaderMap, Method, Priority, Request, Response, StatusCode, Target, message::Scheme};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use wire::{Output, Segment};

/// One end, what is on its way to it, and what came.
struct End {
    connection: Connection,
    inbox: Vec<u8>,
    streams: Vec<StreamId>,
    /// Octets that came on each stream and were not released.
    held: BTreeMap<StreamId, usize>,
    out: Output,
}

impl End {
    fn new(connection: Connection) -> Self {
        let (inbox, streams, held) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self { connection, inbox, streams, held, out: Output::new(65_536) }
    }

    /// Gives the other end what waits.
    fn transmit(&mut self, now: Instant, other: &mut Self) {
        self.connection.poll_transmit(now, &mut self.out);
        while let Some(segment) = self.out.front() {
            let length = match segment {
                Segment::Octets(octets) => {
                    other.inbox.extend_from_slice(octets);
                    octets.len() as u64
                }
                Segment::External(length) => {
                    let whose = self.connection.next_external();
                    assert_eq!(whose.map(|(_, told)| told), Some(length));
                    other.inbox.extend((0..length).map(|_| 0));
                    length
                }
            };
            self.out.advance(length);
        }
        self.connection.sent(now);
    }

    fn receive(&mut self, most: usize, now: Instant) {
        let most = most.min(self.inbox.len());
        let mut part: Vec<u8> = self.inbox.drain(..most).collect();
        self.connection.receive(&mut part, now);
        while let Some(event) = self.connection.poll_event() {
            match event {
                Event::Request { stream, .. } | Event::PushPromise { stream, .. } => {
                    self.streams.push(stream);
                }
                Event::Data { stream, octets, .. } => {
                    *self.held.entry(stream).or_default() += octets.len();
                }
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
        self.streams.get(at).copied().unwrap_or(StreamId::new(1))
    }
}

/// What two honest ends may still say: too much at once, too many streams, and that what the
/// network keeps back is late.
fn forgivable(code: ErrorCode) -> bool {
    [
        ErrorCode::ENHANCE_YOUR_CALM,
        ErrorCode::REFUSED_STREAM,
        ErrorCode::CANCEL,
        ErrorCode::SETTINGS_TIMEOUT,
    ]
    .contains(&code)
}

/// Each two octets are an operation and its argument.
pub fn check_operations(octets: &[u8]) {
    let mut now = Instant::now();
    let limits = Limits { stream_window: 30_000, connection_window: 70_000, ..Limits::default() };
    let options = ClientOptions { scheme: Scheme::Http, push: true };
    let mut client = End::new(Connection::client(&limits, options, now));
    let mut server = End::new(Connection::server(&limits, now));
    for operation in octets.as_chunks::<2>().0.iter().take(2000) {
        let [what, how] = *operation;
        match what % 16 {
            0 => client.transmit(now, &mut server),
            1 => server.transmit(now, &mut client),
            2 => server.receive(usize::from(how) * usize::from(how) + 1, now),
            3 => client.receive(usize::from(how) * usize::from(how) + 1, now),
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
    let end = if how.is_multiple_of(2) { client } else { server };
    let stream = end.pick(how / 2);
    let connection = &mut end.connection;
    let response = Response::new(StatusCode::OK);
    // A refusal is an answer too: the connection must stay whole.
    match what % 16 {
        9 | 10 => {
            let mut request = Request::new(Method::Get, Target::Origin("/".into()));
            let _ = request.headers.try_append("host", "a");
            let content = if what > 127 { Outgoing::Unknown } else { Outgoing::None };
            let begun = match how.is_multiple_of(2) {
                true => connection.send_request(&request, content),
                false => connection.push(stream, &request),
            };
            end.streams.extend(begun);
        }
        11 => {
            let _ = connection.send_response(stream, &response, Outgoing::Unknown);
        }
        12 => {
            let length = usize::from(what) * usize::from(how);
            let _ = match what > 127 {
                true => connection.send_external(stream, length as u64),
                false => connection.send_vec(stream, vec![0; length]),
            };
        }
        13 => {
            let mut trailers = HeaderMap::new();
            let _ = trailers.try_append("x", "y");
            let _ = connection.send_end(stream, Some(&trailers).filter(|_| what > 127));
        }
        14 if how > 200 => connection.reset(stream, ErrorCode::CANCEL),
        14 => connection.reset(stream, ErrorCode::NO_ERROR),
        _ => connection.set_priority(stream, Priority::new(how % 8, what > 127)),
    }
}

/// Everything is ended and passed on: then no stream is left, unless an end has gone away.
fn settle(client: &mut End, server: &mut End, mut now: Instant) {
    // A request whose rest nobody wants gets no window, and is refused when its time is up. No more
    // time passes than that: a stall would be ended by its own timer, and not be seen.
    let span = Limits::default().rest_timeout;
    for round in 0..600 {
        if round % 200 == 199 {
            now += span;
            client.connection.handle_timeout(now);
            server.connection.handle_timeout(now);
        }
        for end in [&mut *client, &mut *server] {
            for stream in end.streams.clone() {
                if round % 2 == 0 {
                    let response = Response::new(StatusCode::OK);
                    let _ = end.connection.send_response(stream, &response, Outgoing::None);
                    let _ = end.connection.send_end(stream, None);
                }
            }
            end.release();
        }
        client.transmit(now, server);
        server.receive(usize::MAX, now);
        server.release();
        server.transmit(now, client);
        client.receive(usize::MAX, now);
        let idle = |end: &End| end.connection.streams() == 0;
        if idle(client) && idle(server) && client.inbox.is_empty() {
            return;
        }
    }
    let open = |end: &End| end.connection.state() == State::Open;
    assert!(
        !open(client) || !open(server),
        "{} and {} streams hang",
        client.connection.streams(),
        server.connection.streams()
    );
}
