//! QUIC as it passes: a line for each packet, datagram by datagram, and round trips counted.
//!
//! RFC 9000 §12.2, §17; RFC 9002 §5.1
//!
//! ```text
//!     0.000 ms > Initial 0, 1200 octets: CRYPTO 0..303, PADDING 841
//!    20.000 ms * 1 round trip
//!    20.000 ms < Initial 0, 139 octets: ACK 0, CRYPTO 0..90           two packets, one datagram:
//!              + Handshake 0, 1061 octets: CRYPTO 0..1012             the second has no time
//! ```
//!
//! A round trip is over when something comes that acknowledges what was sent since the last one was
//! over, or when a Retry or a Version Negotiation packet comes: then the next flight begins. So a
//! handshake counts 1, and a request behind it 2. What is lost and sent again counts once.
//!
//! Invariant: what is kept is one datagram's packets, of each at most [`FRAMES`] frames, and what
//! they have caused.
//!
//! Used by: `get -v` and `quic get -v`.

mod words;

use crate::{Detail, visible};
use std::{collections::HashMap, mem, time::Instant};
use wire::trace::{Direction, Event, Layer, Value};
use words::{frame, get, said};

/// Frames of a packet that have words; of the others only the number is told.
const FRAMES: usize = 12;
/// Packets of a datagram that are told.
const PACKETS: usize = 32;
/// Columns of a line behind its margin; what is more goes to the next.
const WIDTH: usize = 84;
/// Octets of lines that wait for the end of a datagram; what is more is told before it.
const LATER: usize = 64 << 10;
/// Connections at once; beyond, all is forgotten, and round trips count from 0 again.
const CONNECTIONS: usize = 4096;

/// Prints a connection's events as packets on a ladder.
#[derive(Debug)]
pub struct Packets {
    begun: Instant,
    detail: Detail,
    conversations: HashMap<u64, Conversation>,
}

/// What is known of a connection.
#[derive(Debug, Default)]
struct Conversation {
    sent: Vec<Packet>,
    received: Vec<Packet>,
    round_trips: u64,
    /// The first number of each space that was sent since the last round trip.
    flight: [Option<u64>; 3],
    /// Whether a round trip ended in the datagram that is being told.
    ended: bool,
    /// Lines about what the datagram that is being told has caused.
    later: String,
}

/// A packet that waits for the end of its datagram.
#[derive(Debug)]
struct Packet {
    head: String,
    space: Option<usize>,
    frames: Vec<String>,
    more: usize,
}

/// Where a packet's number counts (RFC 9000 §12.3).
fn space(kind: &str) -> Option<usize> {
    match kind {
        "Initial" => Some(0),
        "Handshake" => Some(1),
        "0-RTT" | "1-RTT" => Some(2),
        _ => None,
    }
}

impl Packets {
    /// A ladder whose clock starts at `begun`. With [`Detail::Heads`] what becomes of the
    /// connection is told, with [`Detail::Pieces`] each packet, with [`Detail::Octets`] keys,
    /// parameters and figures as well.
    pub fn new(begun: Instant, detail: Detail) -> Self {
        Self { begun, detail, conversations: HashMap::new() }
    }

    /// Round trips of a connection so far.
    pub fn round_trips(&self, connection: u64) -> u64 {
        self.conversations.get(&connection).map_or(0, |conversation| conversation.round_trips)
    }

    /// The lines of an event, each with its end; often none, for packets wait for their datagram.
    pub fn lines(&mut self, event: &Event<'_>) -> String {
        if event.layer != Layer::Quic {
            return String::new();
        }
        if self.conversations.len() > CONNECTIONS {
            self.conversations.clear();
        }
        match event.name {
            "packet" => self.packet(event),
            "frame" => self.frame(event),
            "datagram" => return self.datagram(event),
            _ => return self.news(event),
        }
        String::new()
    }

    fn of(&mut self, event: &Event<'_>) -> &mut Conversation {
        self.conversations.entry(event.connection).or_default()
    }

    fn packet(&mut self, event: &Event<'_>) {
        let kind = get(event, "type");
        let number = match event.fields.iter().find(|field| field.name == "number") {
            Some(field) => format!(" {}", field.value),
            None => String::new(),
        };
        let head = format!("{kind}{number}, {} octets", get(event, "length"));
        let space = space(&kind);
        let conversation = self.of(event);
        if event.direction == Direction::Sent {
            if let (Some(space), Ok(number)) = (space, number.trim().parse())
                && let Some(first) = conversation.flight.get_mut(space)
            {
                first.get_or_insert(number);
            }
        } else if space.is_none() {
            conversation.round_trip();
        }
        let side = conversation.side(event.direction);
        if side.len() < PACKETS {
            side.push(Packet { head, space, frames: Vec::new(), more: 0 });
        }
    }

    fn frame(&mut self, event: &Event<'_>) {
        let detail = self.detail;
        let conversation = self.of(event);
        let Some(packet) = conversation.side(event.direction).last_mut() else { return };
        if packet.frames.len() < FRAMES && detail >= Detail::Pieces {
            packet.frames.push(frame(event));
        } else {
            packet.more += 1;
        }
        let space = packet.space;
        if event.direction == Direction::Received {
            match get(event, "type").as_str() {
                "ACK" => conversation.on_ack(event, space),
                // Whoever says this has the client's Finished, and acknowledges it no more.
                "HANDSHAKE_DONE" if conversation.has_flight(1) => conversation.round_trip(),
                _ => {}
            }
        }
    }

    fn datagram(&mut self, event: &Event<'_>) -> String {
        let detail = self.detail;
        let conversation = self.of(event);
        let packets = mem::take(conversation.side(event.direction));
        let ended = mem::take(&mut conversation.ended);
        let later = mem::take(&mut conversation.later);
        let trips = conversation.round_trips;
        if detail < Detail::Pieces {
            return later;
        }
        let mut out = String::new();
        if ended {
            let noun = if trips == 1 { "round trip" } else { "round trips" };
            out += &self.line(event, '*', &format!("{trips} {noun}"));
        }
        let mark = if event.direction == Direction::Sent { '>' } else { '<' };
        let kept = event.fields.iter().any(|f| f.name == "kept" && f.value == Value::Flag(true));
        let margin = " ".repeat(self.start(event).chars().count());
        for (at, packet) in packets.iter().enumerate() {
            let mut words = packet.words(kept);
            let first = words.next().unwrap_or_default();
            out += &match at {
                0 => self.line(event, mark, &first),
                _ => format!("{margin}+ {}\n", visible(&first)),
            };
            for more in words {
                out += &format!("{margin}      {}\n", visible(&more));
            }
        }
        out + &later
    }

    /// What is neither packet nor frame.
    fn news(&mut self, event: &Event<'_>) -> String {
        let Some((least, text)) = said(event) else { return String::new() };
        if self.detail < least {
            return String::new();
        }
        let trips = self.round_trips(event.connection);
        let text = match (event.name, trips) {
            ("state", 0) => text,
            ("state", 1) => format!("{text} after 1 round trip"),
            ("state", _) => format!("{text} after {trips} round trips"),
            _ => text,
        };
        let line = self.line(event, '*', &text);
        self.behind(event.connection, line)
    }

    /// Lines about what the datagram that is being told has caused stand behind it: they are kept
    /// until then. Answers them where there is no such datagram.
    pub fn behind(&mut self, connection: u64, lines: String) -> String {
        match self.conversations.get_mut(&connection) {
            Some(told) if !told.received.is_empty() && told.later.len() < LATER => {
                told.later += &lines;
                String::new()
            }
            _ => lines,
        }
    }

    fn start(&self, event: &Event<'_>) -> String {
        if self.detail < Detail::Pieces {
            return String::new();
        }
        let ms = event.time.saturating_duration_since(self.begun).as_secs_f64() * 1000.0;
        match event.connection {
            0 => format!("{ms:9.3} ms "),
            number => format!("{ms:9.3} ms #{number} "),
        }
    }

    fn line(&self, event: &Event<'_>, mark: char, text: &str) -> String {
        format!("{}{mark} {}\n", self.start(event), visible(text))
    }
}

impl Packet {
    /// Its lines: as many frames in each as fit.
    fn words(&self, kept: bool) -> impl Iterator<Item = String> {
        let mut lines = vec![self.head.clone()];
        if kept {
            lines = vec![format!("{}, kept until its keys came", self.head)];
        }
        let more = (self.more > 0).then(|| format!("{} more frames", self.more));
        let mut separator = ": ";
        for word in self.frames.iter().chain(&more) {
            if let Some(line) = lines.last_mut()
                && line.len() + separator.len() + word.len() < WIDTH
            {
                line.push_str(separator);
                line.push_str(word);
            } else {
                if let Some(line) = lines.last_mut() {
                    line.push_str(separator.trim_end());
                }
                lines.push(word.clone());
            }
            separator = ", ";
        }
        lines.into_iter()
    }
}

impl Conversation {
    fn side(&mut self, way: Direction) -> &mut Vec<Packet> {
        if way == Direction::Sent { &mut self.sent } else { &mut self.received }
    }

    // ANCHOR: round_trip
    /// Whether an ACK tells of something that was sent since the last round trip.
    fn on_ack(&mut self, event: &Event<'_>, space: Option<usize>) {
        let first = space.and_then(|space| self.flight.get(space).copied().flatten());
        let highest = event.fields.iter().find_map(|field| match field.value {
            Value::Number(number) if field.name == "high" => Some(number),
            _ => None,
        });
        if let (Some(first), Some(highest)) = (first, highest)
            && highest >= first
        {
            self.round_trip();
        }
    }

    /// Whether something of that space was sent since the last round trip.
    fn has_flight(&self, space: usize) -> bool {
        self.flight.get(space).is_some_and(Option::is_some)
    }

    fn round_trip(&mut self) {
        self.round_trips += 1;
        self.ended = true;
        self.flight = [None; 3];
    }
    // ANCHOR_END: round_trip
}
