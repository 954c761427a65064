//! One end against whatever a peer does: it neither panics nor loops, it closes once, and how the
//! octets of a stream were split changes nothing.

use super::network::Line;
use crate::{ClientOptions, Connection, Event, Limits, Outgoing, Role, StreamId};
use http::{Method, Request, Response, StatusCode, Target};
use std::{collections::BTreeMap, time::Instant};

/// What a peer does; a record begins with one octet, `stream + 32 × what`.
///
/// ```text
///   octets[0]      bit 0: the end is a client's   bit 1: the peer says SETTINGS first
///   what  0–4      octets of the stream; their number follows
///         5        the stream ends      6  it is reset, or stopped      7  a datagram, as octets
/// ```
pub fn check_connection(octets: &[u8]) {
    let Some((how, script)) = octets.split_first() else { return };
    let whole = run(*how, script, usize::MAX);
    // Small parts of much would take long and show nothing new.
    if script.len() < 4096 {
        for step in [1, 7] {
            assert_eq!(run(*how, script, step), whole, "in steps of {step}");
        }
    }
}

struct Run {
    connection: Connection,
    line: Line,
    step: usize,
    now: Instant,
    /// What came on a stream and was not taken.
    left: BTreeMap<StreamId, Vec<u8>>,
    ended: Vec<StreamId>,
    /// Octets of content, whether it ended.
    content: BTreeMap<StreamId, (Vec<u8>, bool)>,
    told: Vec<String>,
    closed: u32,
}

/// What the application was told, and the code that the transport was closed with.
type Outcome = (Vec<String>, BTreeMap<StreamId, (Vec<u8>, bool)>, Option<u64>);

fn run(how: u8, script: &[u8], step: usize) -> Outcome {
    let now = Instant::now();
    let is_client = how.is_multiple_of(2);
    let connection =
        if is_client { client(now) } else { Connection::server(&Limits::default(), now) };
    let line = Line::new(if is_client { 2 } else { 3 }, usize::MAX);
    let mut run = Run {
        connection,
        line,
        step,
        now,
        left: BTreeMap::new(),
        ended: Vec::new(),
        content: BTreeMap::new(),
        told: Vec::new(),
        closed: 0,
    };
    run.connection.poll_transmit(now, &mut run.line);
    if how & 2 > 0 {
        run.give(StreamId::new(if is_client { 3 } else { 2 }), &[0, 4, 0]);
    }
    run.play(script);
    run.finish()
}

/// One with three requests under way that welcomes pushes.
fn client(now: Instant) -> Connection {
    let options = ClientOptions { push: true, ..ClientOptions::default() };
    let mut client = Connection::client(&Limits::default(), options, now);
    for (stream, method, content) in [
        (0, Method::Get, Outgoing::None),
        (4, Method::Head, Outgoing::None),
        (8, Method::Post, Outgoing::Unknown),
    ] {
        let mut request = Request::new(method, Target::Origin("/".into()));
        let named = request.headers.try_append("host", "a");
        let sent = client.send_request(StreamId::new(stream), &request, content);
        assert!(named.is_ok() && sent.is_ok());
    }
    client
}

impl Run {
    fn play(&mut self, mut script: &[u8]) {
        while let Some((head, rest)) = script.split_first() {
            script = rest;
            let stream = StreamId::new(u64::from(head % 32));
            match head / 32 {
                5 => self.end(stream),
                6 if self.is_own(stream) => {
                    self.connection.stream_stopped(stream, 0x10c, self.now);
                }
                6 if self.is_over(stream) => {}
                6 => self.connection.stream_reset(stream, 0x10c, self.now),
                what => {
                    let Some((length, rest)) = script.split_first() else { return };
                    let (octets, rest) =
                        rest.split_at_checked((*length).into()).unwrap_or((rest, &[]));
                    script = rest;
                    if what == 7 {
                        self.connection.receive_datagram(octets, self.now);
                    } else {
                        self.give(stream, octets);
                    }
                }
            }
            self.hear();
        }
    }

    /// Whether it has ended, or was given up: then nothing is delivered.
    fn is_over(&self, stream: StreamId) -> bool {
        self.ended.contains(&stream) || self.line.is_stopped(stream)
    }

    /// Whether only we write on it.
    fn is_own(&self, stream: StreamId) -> bool {
        stream.is_unidirectional()
            && stream.get().is_multiple_of(2) == (self.connection.role() == Role::Client)
    }

    fn give(&mut self, stream: StreamId, octets: &[u8]) {
        if self.is_own(stream) || self.is_over(stream) {
            return;
        }
        self.left.entry(stream).or_default().extend_from_slice(octets);
        self.go_on(stream);
    }

    fn end(&mut self, stream: StreamId) {
        if self.is_own(stream) || self.is_over(stream) {
            return;
        }
        self.ended.push(stream);
        self.left.entry(stream).or_default();
        self.go_on(stream);
    }

    /// Gives what is left, in steps, until less is taken than is there.
    fn go_on(&mut self, stream: StreamId) {
        let Some(mut octets) = self.left.remove(&stream) else { return };
        while !octets.is_empty() {
            let part = octets.get(..self.step.min(octets.len())).unwrap_or_default();
            let (taken, all) = (self.connection.receive(stream, part, self.now), part.len());
            assert!(taken <= all, "{stream}: more was taken than there is");
            octets.drain(..taken);
            if taken < all {
                self.left.insert(stream, octets);
                return;
            }
        }
        if self.ended.contains(&stream) {
            self.connection.receive_end(stream, self.now);
        }
    }

    fn hear(&mut self) {
        let mut turns = 0;
        while let Some(event) = self.connection.poll_event() {
            turns += 1;
            assert!(turns < 100_000, "events without end");
            match event {
                Event::Data { stream, octets, end } => {
                    let (content, ended) = self.content.entry(stream).or_default();
                    content.extend_from_slice(&octets);
                    *ended |= end;
                    self.connection.release(stream, octets.len());
                }
                Event::Readable(stream) => self.go_on(stream),
                Event::Closed { .. } => self.closed += 1,
                Event::Request { stream, .. } if self.told.len().is_multiple_of(3) => {
                    let response = Response::new(StatusCode::OK);
                    let _ = self.connection.send_response(stream, &response, Outgoing::None);
                    self.told.push(format!("{stream} is answered"));
                }
                // Places in octets are told as the octets came.
                Event::Violation(error) => {
                    self.told.push(format!("{} {:?}", error.code(), error.scope()));
                }
                Event::StreamReset { stream, code, .. } => {
                    self.told.push(format!("{stream} is reset: {code}"));
                }
                other => self.told.push(format!("{other:?}")),
            }
        }
        self.connection.poll_transmit(self.now, &mut self.line);
    }

    fn finish(mut self) -> Outcome {
        self.connection.transport_closed();
        self.hear();
        assert_eq!(self.closed, 1, "the end is told once");
        assert_eq!(self.connection.next_timeout(), None);
        // A closed connection takes everything and does nothing.
        self.connection.receive(StreamId::new(0), &[1, 0], self.now);
        let response = Response::new(StatusCode::OK);
        let sent = self.connection.send_response(StreamId::new(0), &response, Outgoing::None);
        assert!(sent.is_err() && self.connection.poll_event().is_none());
        // Which of two faults of QPACK is met first depends on how its instructions come, and so
        // does what was told before.
        if self.line.closed.is_some_and(|code| code / 0x100 == 2) {
            return (vec!["QPACK".into()], BTreeMap::new(), None);
        }
        (self.told, self.content, self.line.closed)
    }
}
