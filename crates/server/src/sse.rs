//! Server-sent events: an answer of lines that goes on for as long as there is something to tell.
//!
//! WHATWG HTML §9.2, "Server-sent events"
//!
//! ```text
//! stream  = *( event )
//! event   = *( field LF ) LF
//! field   = "event:" name / "data:" text / "id:" text / "retry:" milliseconds / ":" comment
//! ```
//!
//! One way only, from us to the page, over plain HTTP: what WebSocket is when only one side speaks.
//! A browser that loses the connection asks again by itself and says the last `id` it saw
//! (`Last-Event-ID`).
//!
//! Invariant: no text that is given here ends its field early: a line break in `data` begins
//! another `data:`, and in a name or an identifier it ends what is sent of it.
//!
//! Used by: handlers, by way of [`Reply::events`](crate::Reply::events).

use crate::{
    SendError,
    exchange::{Command, Exchange},
};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use std::{sync::Arc, time::Duration};

/// One event.
#[derive(Debug, Clone, Copy, Default)]
pub struct Event<'a> {
    /// What kind of event it is; a page hears `message` where there is none.
    pub name: Option<&'a str>,
    /// What a browser says when it asks again, so that it gets what it has missed.
    pub id: Option<&'a str>,
    /// How long a browser waits before it asks again.
    pub retry: Option<Duration>,
    /// The text; it may have several lines.
    pub data: &'a str,
}

impl<'a> Event<'a> {
    /// An event of this text and nothing else.
    pub fn data(data: &'a str) -> Self {
        Self { data, ..Self::default() }
    }

    // ANCHOR: encode
    /// As it stands on the wire.
    pub fn encode(&self) -> String {
        let mut text = String::with_capacity(self.data.len() + 16);
        for (field, value) in [("event", self.name), ("id", self.id)] {
            let value = value.and_then(|value| value.split(['\r', '\n', '\0']).next());
            if let Some(value) = value {
                text.extend([field, ": ", value, "\n"]);
            }
        }
        if let Some(retry) = self.retry {
            text.extend(["retry: ", &retry.as_millis().to_string(), "\n"]);
        }
        // CR LF, LF and CR each end a line of the stream.
        for line in self.data.replace("\r\n", "\n").split(['\r', '\n']) {
            text.extend(["data: ", line, "\n"]);
        }
        text.push('\n');
        text
    }
    // ANCHOR_END: encode
}

/// An answer that tells events. Any thread may tell one, and none ever waits; dropping this ends
/// the answer, and a browser asks again.
pub struct Events {
    exchange: Arc<Exchange>,
}

impl Events {
    pub(crate) fn new(exchange: Arc<Exchange>) -> Self {
        Self { exchange }
    }

    pub(crate) fn head() -> Response {
        let mut response = Response::new(StatusCode::OK);
        for (name, value) in [
            (HeaderName::CONTENT_TYPE, "text/event-stream"),
            // What was told once is told to nobody else, by no cache.
            (HeaderName::CACHE_CONTROL, "no-store"),
        ] {
            response.headers.append(name, HeaderValue::from_static(value));
        }
        response
    }

    /// Tells an event.
    ///
    /// # Errors
    /// [`SendError::Full`] where the peer is too slow: the event is dropped, and
    /// [`on_room`](Self::on_room) tells when to go on. [`SendError::Gone`] where the peer has left.
    pub fn send(&self, event: &Event<'_>) -> Result<(), SendError> {
        self.exchange.offer_data(event.encode().into_bytes())
    }

    /// Sends a comment, which a page does not see: now and then, so that nobody on the way takes
    /// the connection for dead.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn keep_alive(&self) -> Result<(), SendError> {
        self.exchange.offer_data(b":\n\n".to_vec())
    }

    /// Has `listener` called on the loop when there is room again for what was refused, and once
    /// right away. It must never block, and must not own these `Events`.
    pub fn on_room(&self, listener: impl FnMut() + Send + 'static) {
        self.exchange.listen_for_room(Box::new(listener));
    }

    /// Whether the peer has gone.
    pub fn is_gone(&self) -> bool {
        self.exchange.is_gone()
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.exchange.push(Command::End { trailers: None });
    }
}

#[cfg(test)]
mod tests {
    use super::Event;
    use std::time::Duration;

    #[test]
    fn an_event_has_one_line_for_each_line_of_its_text() {
        assert_eq!(Event::data("one").encode(), "data: one\n\n");
        assert_eq!(Event::data("").encode(), "data: \n\n");
        assert_eq!(
            Event::data("a\nb\r\nc\rd\n").encode(),
            "data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n"
        );
        let event = Event {
            name: Some("price\ndata: forged"),
            id: Some("7\r"),
            retry: Some(Duration::from_secs(3)),
            data: "12",
        };
        assert_eq!(event.encode(), "event: price\nid: 7\nretry: 3000\ndata: 12\n\n");
    }
}
