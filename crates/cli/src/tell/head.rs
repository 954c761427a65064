//! Heads as they came, octet for octet: what `-i`, `-I` and `-D` print.
//!
//! HTTP/2 and HTTP/3 have no such octets: their heads are written as HTTP/1 would.
//!
//! A parsed head has lost its reason phrase, which means nothing (RFC 9112 §4) but is there to be
//! seen; so the heads are cut from the octets that passed the socket, where the events say that one
//! is whole. Informational responses and redirects are heads like any other.
//!
//! Invariant: at most [`MOST`] octets are kept of a head that is under way; a parser that accepts
//! longer ones would see them cut.

use wire::trace::{Direction, Event, Layer, Value};

/// More than any head that the client accepts.
const MOST: usize = 256 * 1024;

/// Gathers the heads of one transfer.
#[derive(Debug, Default)]
pub(super) struct Heads {
    whole: Vec<u8>,
    pending: Vec<u8>,
    /// The final head is there: what follows is content.
    content: bool,
}

impl Heads {
    /// Takes note of an event.
    pub(super) fn hear(&mut self, event: &Event<'_>) {
        if let Some(head) = super::streams::received_head(event) {
            let room = MOST.saturating_sub(self.whole.len()).min(head.len());
            self.whole.extend_from_slice(head.as_bytes().get(..room).unwrap_or_default());
            return;
        }
        match (event.layer, event.direction, event.name) {
            (Layer::Http1, Direction::Sent, "request") => {
                self.pending.clear();
                self.content = false;
            }
            (Layer::Sockets, Direction::Received, _) if !self.content => {
                for field in event.fields {
                    if let Value::Octets(octets) = field.value {
                        let room = MOST.saturating_sub(self.pending.len()).min(octets.len());
                        self.pending.extend_from_slice(octets.get(..room).unwrap_or_default());
                    }
                }
            }
            (Layer::Http1, Direction::Received, "response") if !self.content => {
                let end = view::head_end(&self.pending).unwrap_or(self.pending.len());
                self.whole.extend(self.pending.drain(..end));
                // The status comes first; fields behind it are the peer's.
                let status = event.fields.first().map(|field| field.value);
                // Behind a 101 comes another protocol.
                self.content = !matches!(status, Some(Value::Number(100 | 102..200)));
                if self.content {
                    self.pending = Vec::new();
                }
            }
            _ => {}
        }
    }

    /// The heads so far, one behind the other, each with its empty line; it starts anew.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;
    use wire::trace::Field;

    fn hear(heads: &mut Heads, direction: Direction, name: &'static str, value: Value<'_>) {
        heads.hear(&Event {
            time: Instant::now(),
            layer: if name == "socket" { Layer::Sockets } else { Layer::Http1 },
            direction,
            connection: 1,
            stream: None,
            name,
            fields: &[Field { name: "the only one", value }],
        });
    }

    #[test]
    fn heads_are_cut_from_the_octets() {
        let mut heads = Heads::default();
        let mut received = |name, value| hear(&mut heads, Direction::Received, name, value);
        received("socket", Value::Octets(b"HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 2"));
        received("response", Value::Number(100));
        received("socket", Value::Octets(b"00 Fine\r\n\r\nbody"));
        received("response", Value::Number(200));
        received("socket", Value::Octets(b"more\r\n\r\n"));
        assert_eq!(heads.take(), b"HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 200 Fine\r\n\r\n");
        hear(&mut heads, Direction::Sent, "request", Value::Text("GET"));
        hear(&mut heads, Direction::Received, "socket", Value::Octets(b"HTTP/1.0 404 No\n\n"));
        hear(&mut heads, Direction::Received, "response", Value::Number(404));
        assert_eq!(heads.take(), b"HTTP/1.0 404 No\n\n");
        assert_eq!(heads.take(), b"");
    }
}
