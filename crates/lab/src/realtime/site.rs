//! The server's side: one route for each way.
//!
//! | route              | answer                                                      |
//! |--------------------|-------------------------------------------------------------|
//! | `/poll?after=N`    | the events behind the first N, a line each; 204 without any |
//! | `/long?after=N`    | the same, but not before there is one                       |
//! | `/events`          | a stream of events that ends with the last                  |
//! | `/socket`          | 101, then a message for each event                          |

use super::feed::{Feed, Listener};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use server::{
    Endpoint, Event, Events, Reply, Request, Router, Running, Server, Socket, SocketHandle,
    WebSocket, inline,
};
use std::{io, net::SocketAddr};
use websocket::{Message, handshake::DeflateOptions};

/// Serves `feed` on a port that the kernel chooses.
pub(super) fn start(feed: &Feed) -> io::Result<Running> {
    let (polled, waited, streamed) = (feed.clone(), feed.clone(), feed.clone());
    let told = feed.clone();
    let socket = WebSocket::new(move |_| Ok(Box::new(Told(told.clone()))));
    // It speaks deflate with those who offer it.
    let socket = socket.deflate(Some(DeflateOptions::default()));
    let router = Router::new()
        .get("/poll", inline(move |request, reply| lines(reply, polled.since(after(&request)))))
        .get(
            "/long",
            inline(move |request, reply| {
                waited.listen(after(&request), Box::new(KeptBack(Some(reply))));
            }),
        )
        .get(
            "/events",
            inline(move |_, reply| {
                streamed.listen(0, Box::new(Stream { events: reply.events(), number: 0 }));
            }),
        )
        .websocket("/socket", socket);
    Server::new(router).listen(SocketAddr::from(([127, 0, 0, 1], 0)))?.start()
}

/// N of `?after=N`; 0 where there is none.
fn after(request: &Request) -> usize {
    let number = request.target.query().and_then(|query| query.strip_prefix("after="));
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn typed(kind: HeaderValue<'_>) -> Response {
    let mut response = Response::new(StatusCode::OK);
    response.headers.append(HeaderName::CONTENT_TYPE, kind);
    response
}

/// The events, a line each.
fn lines(reply: Reply, events: &[String]) {
    if events.is_empty() {
        return reply.send(Response::new(StatusCode::NO_CONTENT), ());
    }
    let text: String = events.iter().flat_map(|event| [event, "\n"]).collect();
    reply.send(typed(HeaderValue::from_static("application/jsonl")), text);
}

/// Long polling: the right to answer, kept until there is something to say.
struct KeptBack(Option<Reply>);

impl Listener for KeptBack {
    fn tell(&mut self, events: &[String]) -> bool {
        if let Some(reply) = self.0.take() {
            lines(reply, events);
        }
        false
    }

    fn end(mut self: Box<Self>) {
        if let Some(reply) = self.0.take() {
            lines(reply, &[]);
        }
    }
}

/// Server-sent events: an answer that is never at its end.
struct Stream {
    events: Events,
    number: usize,
}

impl Listener for Stream {
    fn tell(&mut self, events: &[String]) -> bool {
        events.iter().all(|event| {
            let id = self.number.to_string();
            self.number += 1;
            self.events.send(&Event { id: Some(&id), ..Event::data(event) }).is_ok()
        })
    }

    // Dropped, the answer ends.
    fn end(self: Box<Self>) {}
}

/// WebSocket: whoever opens it is told.
struct Told(Feed);

impl Endpoint for Told {
    fn opened(&mut self, socket: &mut Socket<'_>) {
        self.0.listen(0, Box::new(Line(socket.handle())));
    }

    // Nothing is expected, and nothing would be answered.
    fn message(&mut self, _: &mut Socket<'_>, _: Message) {}
}

/// A socket that is open.
struct Line(SocketHandle);

impl Listener for Line {
    fn tell(&mut self, events: &[String]) -> bool {
        events.iter().all(|event| self.0.send(Message::Text(event.clone())).is_ok())
    }

    // The client says goodbye when it has all.
    fn end(self: Box<Self>) {}
}
