//! A whole connection in one call: octets in pieces go in, what the application would have seen and
//! what the peer would have got come out.
#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

pub(crate) mod server;

use http::{HeaderMap, Method, Request, Response, StatusCode, Target};
use http1::{Content, Error, Limits, Outgoing, State, client};
use std::time::Instant;
use wire::Output;

/// One message as an application saw it: content in one piece, since its pieces mean nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen<H> {
    pub(crate) head: H,
    pub(crate) content: Content,
    pub(crate) data: Vec<u8>,
    pub(crate) trailers: Option<HeaderMap>,
    pub(crate) complete: bool,
}

/// What became of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Story<H> {
    pub(crate) messages: Vec<Seen<H>>,
    pub(crate) informational: Vec<u16>,
    pub(crate) violation: Option<Error>,
    pub(crate) rest: Option<Vec<u8>>,
    pub(crate) closed: Option<bool>,
    pub(crate) state: State,
    pub(crate) sent: Vec<u8>,
}

impl<H> Story<H> {
    fn new() -> Self {
        Self {
            messages: Vec::new(),
            informational: Vec::new(),
            violation: None,
            rest: None,
            closed: None,
            state: State::Open,
            sent: Vec::new(),
        }
    }

    /// The story without how far the connection is in its closing: that depends on whether octets
    /// behind the last message are known to be there.
    fn told(&self) -> Self
    where
        H: Clone,
    {
        Self { closed: None, state: State::Open, ..self.clone() }
    }

    fn begin(&mut self, head: H, content: Content) {
        let complete = content == Content::None;
        self.messages.push(Seen { head, content, data: Vec::new(), trailers: None, complete });
    }

    fn data(&mut self, data: &[u8]) {
        assert!(!data.is_empty(), "no event is empty");
        self.messages.last_mut().unwrap().data.extend_from_slice(data);
    }

    fn end(&mut self, trailers: Option<HeaderMap>) {
        let last = self.messages.last_mut().unwrap();
        assert!(!last.complete);
        (last.trailers, last.complete) = (trailers, true);
    }

    /// The sent octets as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.sent).into_owned()
    }
}

/// A server that reads each request whole and answers 200 with `ok`.
pub(crate) fn serve(pieces: &[&[u8]], end: bool, limits: &Limits) -> Story<Request> {
    let now = Instant::now();
    let mut connection = http1::server::Connection::new(limits, now);
    let mut story = Story::new();
    for piece in pieces {
        if let Some(rest) = &mut story.rest {
            rest.extend_from_slice(piece);
            continue;
        }
        connection.receive(&mut piece.to_vec(), now);
        answer(&mut connection, &mut story);
    }
    if end {
        connection.receive_end(now);
        answer(&mut connection, &mut story);
    }
    let mut out = Output::new(1 << 20);
    connection.poll_transmit(now, &mut out);
    story.sent = out.take();
    story.state = connection.state();
    story
}

fn answer(connection: &mut http1::server::Connection, story: &mut Story<Request>) {
    while let Some(event) = connection.poll_event() {
        match event {
            http1::server::Event::Request { request, content } => {
                story.begin(*request, content);
                connection.read_body();
                if content == Content::None {
                    ok(connection);
                }
            }
            http1::server::Event::Data(data) => story.data(&data),
            http1::server::Event::End { trailers } => {
                story.end(trailers);
                ok(connection);
            }
            http1::server::Event::Upgraded { rest } => story.rest = Some(rest),
            http1::server::Event::Violation(error) => story.violation = Some(error),
            http1::server::Event::Closed { clean } => story.closed = Some(clean),
        }
    }
}

pub(crate) fn ok(connection: &mut http1::server::Connection) {
    let response = Response::new(StatusCode::OK);
    connection.send_response(&response, Outgoing::Length(2)).unwrap();
    if connection.state() == State::Open {
        connection.send_data(b"ok").unwrap();
        connection.send_end(None).unwrap();
    }
}

/// The same octets in every split give the same story; answers what it is.
pub(crate) fn serve_split(input: &[u8], end: bool, limits: &Limits) -> Story<Request> {
    let whole = serve(&[input], end, limits);
    if input.len() < 4096 {
        testkit::splits(input, |pieces| {
            assert_eq!(serve(pieces, end, limits).told(), whole.told(), "{pieces:?}");
        });
    }
    whole
}

/// A client that has sent requests with these methods.
pub(crate) fn fetch(
    methods: &[Method],
    pieces: &[&[u8]],
    end: bool,
    limits: &Limits,
) -> Story<Response> {
    let now = Instant::now();
    let mut connection = client::Connection::new(limits, now);
    for method in methods {
        let target = match method {
            Method::Connect => Target::Authority("a:1".into()),
            _ => Target::Origin("/".into()),
        };
        let mut request = Request::new(method.clone(), target);
        request.headers.try_append("Host", "a").unwrap();
        connection.send_request(&request, Outgoing::None).unwrap();
    }
    let mut story = Story::new();
    for piece in pieces {
        if let Some(rest) = &mut story.rest {
            rest.extend_from_slice(piece);
            continue;
        }
        connection.receive(&mut piece.to_vec(), now);
        watch(&mut connection, &mut story);
    }
    if end {
        connection.receive_end(now);
        watch(&mut connection, &mut story);
    }
    let mut out = Output::new(1 << 20);
    connection.poll_transmit(now, &mut out);
    story.sent = out.take();
    story.state = connection.state();
    story
}

pub(crate) fn watch(connection: &mut client::Connection, story: &mut Story<Response>) {
    while let Some(event) = connection.poll_event() {
        match event {
            client::Event::Informational(response) => {
                story.informational.push(response.status.as_u16());
            }
            client::Event::Response { response, content } => story.begin(response, content),
            client::Event::Data(data) => story.data(&data),
            client::Event::End { trailers } => story.end(trailers),
            client::Event::Upgraded { rest } => story.rest = Some(rest),
            client::Event::Violation(error) => story.violation = Some(error),
            client::Event::Closed { clean } => story.closed = Some(clean),
        }
    }
}

/// As [`serve_split`], for a client.
pub(crate) fn fetch_split(
    methods: &[Method],
    input: &[u8],
    end: bool,
    limits: &Limits,
) -> Story<Response> {
    let whole = fetch(methods, &[input], end, limits);
    if input.len() < 4096 {
        testkit::splits(input, |pieces| {
            assert_eq!(fetch(methods, pieces, end, limits).told(), whole.told(), "{pieces:?}");
        });
    }
    whole
}
