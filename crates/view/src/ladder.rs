//! What went over the wire, line by line, as curl's `-v` has it.
//!
//! ```text
//! * connected to 127.0.0.1:8080           what happened here
//! > GET / HTTP/1.1                        what we sent
//! < HTTP/1.1 200 OK                       what came
//!
//!     1.2 ms #1 < (512 octets)            with Detail::Pieces: times, connections, bodies
//!         0000  68 65 6c 6c 6f  …         with Detail::Octets: all of it
//! ```
//!
//! The lines are the octets that passed the socket, cut where a line ends: no parser stands
//! between, so a field that the parser would refuse is seen all the same. Where a head ends is
//! known from the events:
//!
//! | layer   | event                        | means                                          |
//! |---------|------------------------------|------------------------------------------------|
//! | Sockets | any with a field `octets`    | these octets passed the socket                 |
//! | Http1   | `request`, sent              | a message begins: heads in both directions     |
//! | Http1   | `response`, received         | a head is whole; below 200 another one follows |
//! | any     | for which `info` has words   | a line of its own                              |
//!
//! Fields are looked for only in events of these names: a peer names fields as it likes.
//!
//! Invariant: what is kept between events is at most one head, up to [`MOST`] octets.
//!
//! Used by: `get -v`.

use crate::{hex_lines, visible_octets};
use std::{collections::HashMap, mem, time::Instant};
use wire::trace::{Direction, Event, Layer, Value};

/// Octets that wait for the end of their head; beyond, they are shown as they come.
const MOST: usize = 256 * 1024;

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Heads.
    Heads,
    /// Times and connection numbers as well, and each piece of a body with its length.
    Pieces,
    /// Every octet of a body as well.
    Octets,
}

/// Prints events as the lines of a conversation.
#[derive(Debug)]
pub struct Ladder {
    begun: Instant,
    detail: Detail,
    info: fn(&Event<'_>) -> Option<String>,
    conversations: HashMap<u64, Conversation>,
}

/// Both sides of a connection.
#[derive(Debug, Default)]
struct Conversation {
    sent: Side,
    received: Side,
}

/// One direction.
#[derive(Debug, Default)]
struct Side {
    /// The head is over.
    body: bool,
    /// Octets of a head whose end has not been seen.
    pending: Vec<u8>,
}

impl Ladder {
    /// A ladder whose clock starts at `begun`; `info` finds words for local events.
    pub fn new(begun: Instant, detail: Detail, info: fn(&Event<'_>) -> Option<String>) -> Self {
        Self { begun, detail, info, conversations: HashMap::new() }
    }

    // ANCHOR: lines
    /// The lines of one event, each with its end; often none.
    pub fn lines(&mut self, event: &Event<'_>) -> String {
        let mut out = String::new();
        if let Some(octets) = octets(event) {
            self.passed(event, octets, &mut out);
            return out;
        }
        match (event.layer, event.direction, event.name) {
            (Layer::Http1, Direction::Sent, "request") => {
                self.flush(event, &mut out);
                self.conversations.insert(event.connection, Conversation::default());
            }
            (Layer::Http1, Direction::Received, "response") => self.head_is_whole(event, &mut out),
            _ => {}
        }
        if let Some(words) = (self.info)(event) {
            self.line(event, '*', &crate::visible(&words), &mut out);
        }
        out
    }
    // ANCHOR_END: lines

    /// What was still waiting for the end of its head when all was over.
    pub fn finish(&mut self, event: &Event<'_>) -> String {
        let mut out = String::new();
        self.flush(event, &mut out);
        out
    }

    /// Octets passed the socket.
    fn passed(&mut self, event: &Event<'_>, octets: &[u8], out: &mut String) {
        let conversation = self.conversations.entry(event.connection).or_default();
        let (side, mark) = match event.direction {
            Direction::Sent => (&mut conversation.sent, '>'),
            _ => (&mut conversation.received, '<'),
        };
        if side.body {
            return self.piece(event, mark, octets, out);
        }
        side.pending.extend_from_slice(octets);
        let overfull = side.pending.len() > MOST;
        // Our own head goes out whole, so its end is the first empty line. A peer's head is over
        // when its parser says so.
        if event.direction == Direction::Sent || overfull {
            side.body = overfull || head_end(&side.pending).is_some();
            if side.body {
                let pending = mem::take(&mut side.pending);
                self.head_and_rest(event, mark, &pending, out);
            }
        }
    }

    /// The parser has seen the whole of a received head.
    fn head_is_whole(&mut self, event: &Event<'_>, out: &mut String) {
        let conversation = self.conversations.entry(event.connection).or_default();
        let side = &mut conversation.received;
        // Behind a 101 comes another protocol, and no other head (RFC 9110 §15.2.2).
        let interim = status(event).is_some_and(|status| status < 200 && status != 101);
        let pending = mem::take(&mut side.pending);
        let end = head_end(&pending).unwrap_or(pending.len());
        let (head, rest) = pending.split_at_checked(end).unwrap_or((&pending, &[]));
        if interim {
            side.pending = rest.to_vec();
            self.head(event, '<', head, out);
        } else {
            side.body = true;
            self.head_and_rest(event, '<', &pending, out);
        }
    }

    fn flush(&mut self, event: &Event<'_>, out: &mut String) {
        if let Some(conversation) = self.conversations.remove(&event.connection) {
            self.head(event, '>', &conversation.sent.pending, out);
            self.head(event, '<', &conversation.received.pending, out);
        }
    }

    fn head_and_rest(&self, event: &Event<'_>, mark: char, octets: &[u8], out: &mut String) {
        let end = head_end(octets).unwrap_or(octets.len());
        let (head, rest) = octets.split_at_checked(end).unwrap_or((octets, &[]));
        self.head(event, mark, head, out);
        if !rest.is_empty() {
            self.piece(event, mark, rest, out);
        }
    }

    /// A head, line by line; the empty line at its end is shown too.
    fn head(&self, event: &Event<'_>, mark: char, head: &[u8], out: &mut String) {
        for line in head.split_inclusive(|octet| *octet == b'\n') {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            self.line(event, mark, &visible_octets(line), out);
        }
    }

    /// A piece of a body.
    fn piece(&self, event: &Event<'_>, mark: char, octets: &[u8], out: &mut String) {
        if self.detail < Detail::Pieces {
            return;
        }
        self.line(event, mark, &format!("({} octets)", octets.len()), out);
        if self.detail >= Detail::Octets {
            for line in hex_lines(octets) {
                out.push_str("    ");
                out.push_str(&line);
                out.push('\n');
            }
        }
    }

    fn line(&self, event: &Event<'_>, mark: char, text: &str, out: &mut String) {
        if self.detail >= Detail::Pieces {
            let ms = event.time.saturating_duration_since(self.begun).as_secs_f64() * 1000.0;
            let number = match event.connection {
                0 => "  ".to_owned(),
                number => format!("#{number}"),
            };
            out.push_str(&format!("{ms:9.3} ms {number} "));
        }
        out.push(mark);
        if !text.is_empty() {
            out.push(' ');
            out.push_str(text);
        }
        out.push('\n');
    }
}

/// Where the first empty line ends, which is where a head of HTTP/1 does.
pub fn head_end(octets: &[u8]) -> Option<usize> {
    let mut at = 0;
    for line in octets.split_inclusive(|octet| *octet == b'\n') {
        at += line.len();
        if matches!(line, b"\r\n" | b"\n") {
            return Some(at);
        }
    }
    None
}

fn octets<'a>(event: &Event<'a>) -> Option<&'a [u8]> {
    if event.layer != Layer::Sockets {
        return None;
    }
    event.fields.iter().find_map(|field| match field.value {
        Value::Octets(octets) if field.name == "octets" => Some(octets),
        _ => None,
    })
}

fn status(event: &Event<'_>) -> Option<u64> {
    event.fields.iter().find_map(|field| match field.value {
        Value::Number(number) if field.name == "status" => Some(number),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::trace::Field;

    struct Told(Ladder, String);

    impl Told {
        fn new(detail: Detail) -> Self {
            let info = |event: &Event<'_>| (event.name == "hello").then(|| "hello\x07".to_owned());
            Self(Ladder::new(Instant::now(), detail, info), String::new())
        }

        fn tell(
            mut self,
            direction: Direction,
            name: &'static str,
            field: (&str, Value<'_>),
        ) -> Self {
            let event = Event {
                time: self.0.begun,
                layer: if name == "socket" { Layer::Sockets } else { Layer::Http1 },
                direction,
                connection: 1,
                stream: None,
                name,
                fields: &[Field { name: field.0, value: field.1 }],
            };
            self.1 += &self.0.lines(&event);
            self
        }

        fn octets(self, direction: Direction, octets: &[u8]) -> Self {
            self.tell(direction, "socket", ("octets", Value::Octets(octets)))
        }

        fn status(self, status: u64) -> Self {
            self.tell(Direction::Received, "response", ("status", Value::Number(status)))
        }
    }

    fn exchange(detail: Detail) -> String {
        Told::new(detail)
            .tell(Direction::Local, "hello", ("a", Value::Flag(true)))
            .tell(Direction::Sent, "request", ("method", Value::Text("PUT")))
            .octets(Direction::Sent, b"PUT / HTTP/1.1\r\nHost: a\r\n\r\nbo")
            .octets(Direction::Sent, b"dy\r\n\r\n")
            .octets(Direction::Received, b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 20")
            .status(100)
            .octets(Direction::Received, b"0 Fine\r\nX: \x1b[31m\r\n\r\nhi")
            .status(200)
            .octets(Direction::Received, b"\r\n\r\n")
            .1
    }

    #[test]
    fn heads_are_lines_and_bodies_are_not_shown() {
        assert_eq!(
            exchange(Detail::Heads),
            "* hello\\u{7}\n> PUT / HTTP/1.1\n> Host: a\n>\n< HTTP/1.1 100 Continue\n<\n\
             < HTTP/1.1 200 Fine\n< X: \\u{1b}[31m\n<\n"
        );
    }

    #[test]
    fn pieces_come_with_times_and_connections() {
        let text = exchange(Detail::Pieces);
        assert!(text.starts_with("    0.000 ms #1 * hello"), "{text}");
        let pieces: Vec<&str> = text.lines().filter(|line| line.contains("octets")).collect();
        assert_eq!(
            pieces,
            [
                "    0.000 ms #1 > (2 octets)",
                "    0.000 ms #1 > (6 octets)",
                "    0.000 ms #1 < (2 octets)",
                "    0.000 ms #1 < (4 octets)",
            ]
        );
        assert!(exchange(Detail::Octets).contains("    0000  62 6f  "));
    }

    #[test]
    fn a_head_that_never_ends_is_shown_at_the_end() {
        let told = Told::new(Detail::Heads)
            .tell(Direction::Sent, "request", ("method", Value::Text("GET")))
            .octets(Direction::Received, b"HTTP/1.1 200 OK\r\nCut");
        assert_eq!(told.1, "");
        let told = told.tell(Direction::Sent, "request", ("method", Value::Text("GET")));
        assert_eq!(told.1, "< HTTP/1.1 200 OK\n< Cut\n");
        let flood = Told::new(Detail::Heads).octets(Direction::Received, &[b'a'; MOST + 1]);
        assert!(flood.1.len() > MOST && flood.0.conversations[&1].received.pending.is_empty());
    }
}
