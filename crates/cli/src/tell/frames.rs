//! Frames as they pass: when, which way, what, and how they begin.
//!
//! RFC 6455 §5.2
//!
//! ```text
//!        ms   frame         flags     mask         length  payload
//!     1.204 > text          FIN       8f3c11d0          5  "hello"
//!     1.377 < text          FIN RSV1  none              7  compressed
//!     9.870 > close         FIN       03b1f2aa          6  1000 done "bye"
//! ```
//!
//! They are cut from the octets that passed the socket, by the parser of the connection itself; so
//! a frame that the connection refuses is seen too. Where the handshake ends is known from its
//! events, as in [`super::head`].
//!
//! Invariant: of a frame under way, its head and its first [`SHOWN`] octets are kept.

use std::time::{Duration, Instant};
use view::{head_end, visible};
use websocket::{
    CloseCode, Role,
    frame::{Head, Opcode, Rules, mask},
};
use wire::{
    Reader, hex,
    trace::{Direction, Event, Layer, Value},
};

/// Octets of a payload that are shown; a control frame's as a whole.
const SHOWN: usize = 125;
/// Characters of a text that are shown.
const CHARACTERS: usize = 48;
/// More than any head that the client accepts.
const HEAD: usize = 256 * 1024;

/// Cuts frames from what passes.
#[derive(Debug)]
pub(super) struct Frames {
    begun: Instant,
    /// Received octets before the 101 was understood.
    pending: Vec<u8>,
    /// Both sides speak frames.
    open: bool,
    headed: bool,
    sent: Side,
    received: Side,
}

/// One direction.
#[derive(Debug)]
struct Side {
    rules: Rules,
    mark: char,
    /// Octets of a head that is not whole.
    head: Vec<u8>,
    frame: Option<Under>,
    /// What passes is not frames.
    broken: bool,
}

/// A frame whose payload passes.
#[derive(Debug)]
struct Under {
    head: Head,
    begin: Vec<u8>,
    left: u64,
    told: bool,
}

impl Frames {
    /// Times count from `begun`.
    pub(super) fn new(begun: Instant) -> Self {
        Self {
            begun,
            pending: Vec::new(),
            open: false,
            headed: false,
            sent: Side::new(Role::Server, '>'),
            received: Side::new(Role::Client, '<'),
        }
    }

    /// The lines of an event, each with its end; often none.
    pub(super) fn lines(&mut self, event: &Event<'_>) -> String {
        let mut out = String::new();
        match (event.layer, event.direction, event.name) {
            (Layer::Http1, Direction::Sent, "request") => *self = Self::new(self.begun),
            (Layer::Http1, Direction::Received, "response") => {
                // The status comes first; fields behind it are the peer's.
                let status = event.fields.first().map(|field| field.value);
                self.open = matches!(status, Some(Value::Number(101)));
                let pending = std::mem::take(&mut self.pending);
                if self.open {
                    let rest = head_end(&pending).and_then(|end| pending.get(end..));
                    self.passed(event, rest.unwrap_or_default(), &mut out);
                }
            }
            (Layer::Sockets, direction, _) => {
                for field in event.fields {
                    let Value::Octets(octets) = field.value else { continue };
                    if self.open {
                        self.passed(event, octets, &mut out);
                    } else if direction == Direction::Received {
                        let room = HEAD.saturating_sub(self.pending.len()).min(octets.len());
                        self.pending.extend_from_slice(octets.get(..room).unwrap_or_default());
                    }
                }
            }
            _ => {}
        }
        out
    }

    fn passed(&mut self, event: &Event<'_>, octets: &[u8], out: &mut String) {
        let side = match event.direction {
            Direction::Sent => &mut self.sent,
            _ => &mut self.received,
        };
        let time = event.time.saturating_duration_since(self.begun);
        let before = out.len();
        side.take(octets, time, out);
        if out.len() > before && !std::mem::replace(&mut self.headed, true) {
            let heading = format!(
                "{:>9}   {:<13} {:<9} {:<10} {:>8}  payload\n",
                "ms", "frame", "flags", "mask", "length"
            );
            out.insert_str(before, &heading);
        }
    }
}

impl Side {
    fn new(role: Role, mark: char) -> Self {
        let rules = Rules { role, compression: true, frame: u64::MAX };
        Self { rules, mark, head: Vec::new(), frame: None, broken: false }
    }

    fn take(&mut self, mut octets: &[u8], time: Duration, out: &mut String) {
        while !octets.is_empty() && !self.broken {
            let used = match &mut self.frame {
                Some(frame) => frame.take(octets),
                None => self.begin(octets, time, out),
            };
            octets = octets.get(used..).unwrap_or_default();
            let Some(frame) = &mut self.frame else { continue };
            if !frame.told && (frame.left == 0 || frame.begin.len() == SHOWN) {
                frame.told = true;
                out.push_str(&frame.line(time, self.mark));
            }
            if frame.left == 0 {
                self.frame = None;
            }
        }
    }

    /// Takes octets of a head, all of them if it is whole then.
    fn begin(&mut self, octets: &[u8], time: Duration, out: &mut String) -> usize {
        let before = self.head.len();
        let room = Head::LONGEST.saturating_sub(before).min(octets.len());
        self.head.extend_from_slice(octets.get(..room).unwrap_or_default());
        let mut reader = Reader::new(&self.head);
        match Head::parse(&mut reader, &self.rules) {
            Ok(None) => room,
            Ok(Some(head)) => {
                let used = reader.offset().saturating_sub(before);
                self.head.clear();
                self.frame =
                    Some(Under { head, begin: Vec::new(), left: head.length, told: false });
                used
            }
            Err(violation) => {
                let ms = time.as_secs_f64() * 1000.0;
                out.push_str(&format!("{ms:9.3} {} {violation}\n", self.mark));
                self.broken = true;
                octets.len()
            }
        }
    }
}

impl Under {
    fn take(&mut self, octets: &[u8]) -> usize {
        let here = usize::try_from(self.left).unwrap_or(usize::MAX).min(octets.len());
        let shown = SHOWN.saturating_sub(self.begin.len()).min(here);
        self.begin.extend_from_slice(octets.get(..shown).unwrap_or_default());
        self.left -= here as u64;
        here
    }

    fn line(&mut self, time: Duration, mark: char) -> String {
        let Head { fin, rsv1, opcode, mask: key, length } = self.head;
        let flags: Vec<&str> = [(fin, "FIN"), (rsv1, "RSV1")]
            .into_iter()
            .filter_map(|(on, name)| on.then_some(name))
            .collect();
        if let Some(key) = key {
            mask(&mut self.begin, key, 0);
        }
        let key = key.map_or_else(|| "none".to_owned(), |key| hex::encode(&key));
        let (ms, flags, payload) = (time.as_secs_f64() * 1000.0, flags.join(" "), self.payload());
        let line = format!(
            "{ms:9.3} {mark} {:<13} {flags:<9} {key:<10} {length:>8}  {payload}",
            opcode.name()
        );
        line.trim_end().to_owned() + "\n"
    }

    /// How the payload begins, for people.
    fn payload(&self) -> String {
        match (self.head.opcode, self.begin.as_slice()) {
            (_, []) => String::new(),
            (Opcode::Close, [high, low, reason @ ..]) => {
                let code = CloseCode::new(u16::from_be_bytes([*high, *low]));
                let reason = if reason.is_empty() { String::new() } else { quoted(reason) };
                format!("{code} {} {reason}", code.name()).trim_end().to_owned()
            }
            // A continuation of a compressed message says nothing of it; its octets do.
            _ if self.head.rsv1 => "compressed".to_owned(),
            (_, octets) => quoted(octets),
        }
    }
}

/// Text in quotes, or hexadecimal digits where it is none.
fn quoted(octets: &[u8]) -> String {
    let text = match std::str::from_utf8(octets) {
        Ok(text) => text,
        // The last character is cut by us.
        Err(error) if error.error_len().is_none() && octets.len() == SHOWN => {
            std::str::from_utf8(octets.get(..error.valid_up_to()).unwrap_or_default())
                .unwrap_or_default()
        }
        Err(_) => {
            let few = octets.get(..octets.len().min(CHARACTERS / 3)).unwrap_or_default();
            return hex::spaced(few) + if few.len() < octets.len() { " …" } else { "" };
        }
    };
    let short: String = text.chars().take(CHARACTERS).collect();
    let more = if short.len() < text.len() || octets.len() == SHOWN { "…" } else { "" };
    format!("\"{}\"{more}", visible(&short))
}
