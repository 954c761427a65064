//! The server's side: one route for each way.
//!
//! | route              | answer                                                      |
//! |--------------------|-------------------------------------------------------------|
//! | `/poll?after=N`    | the events behind the first N, a line each; 204 without any |
//! | `/long?after=N`    | the same, but not before there is one                       |
//! | `/events`          | a stream of events that ends with the last                  |

use super::{
    feed::{Feed, Listener},
    stream,
};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use server::{BodyWriter, Reply, Request, Router, Running, Server, inline};
use std::{
    io::{self, Write},
    net::SocketAddr,
};

/// Serves `feed` on a port that the kernel chooses.
pub(super) fn start(feed: &Feed) -> io::Result<Running> {
    let (polled, waited, streamed) = (feed.clone(), feed.clone(), feed.clone());
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
                let response = typed(HeaderValue::from_static("text/event-stream"));
                let writer = reply.stream(response, None);
                streamed.listen(0, Box::new(Stream { writer, number: 0 }));
            }),
        );
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

/// Server-sent events: the answer's content, never at its end.
struct Stream {
    writer: BodyWriter,
    number: usize,
}

impl Listener for Stream {
    fn tell(&mut self, events: &[String]) -> bool {
        for event in events {
            let block = stream::block(self.number, event);
            self.number += 1;
            if self.writer.write_all(block.as_bytes()).and_then(|()| self.writer.flush()).is_err() {
                return false;
            }
        }
        true
    }

    fn end(self: Box<Self>) {
        // The client may be gone, and then there is nobody to tell.
        let _ = self.writer.finish();
    }
}
