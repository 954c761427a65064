//! What is told while something goes over the wire: the ladder of `-v`, the walk of `--trace`, the
//! frames of a WebSocket, or JSON.
//!
//! Invariant: each line goes out as it happens, so that what hangs is seen hanging; nothing is kept
//! but the head that is under way.

mod frames;
mod head;
pub(crate) mod qlog;
mod streams;
mod tls;

use crate::args::{Parsed, UsageError};
use client::trace as steps;
use frames::Frames;
use head::Heads;
use std::{
    fmt,
    io::{self, Write},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};
use view::{Detail, Ladder, Packets, Walk, json};
use wire::trace::{Direction, Event, Field, Layer, Sink, Trace, Value};

/// What is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Telling {
    /// How often `-v` was given.
    pub(crate) verbose: usize,
    /// The walk.
    pub(crate) trace: bool,
    /// Each frame of a WebSocket.
    pub(crate) frames: bool,
    /// One object per line, instead of text.
    pub(crate) json: bool,
}

impl Telling {
    /// Reads `-v`, `--trace`, `--frames` and `--format`.
    ///
    /// # Errors
    /// [`UsageError`] for a format that there is not.
    pub(crate) fn read(parsed: &Parsed) -> Result<Self, UsageError> {
        let format = parsed.text("format")?.unwrap_or("text");
        if !matches!(format, "text" | "json") {
            return Err(UsageError::value("format", format, "it is text or json"));
        }
        let (verbose, trace) = (parsed.count("verbose"), parsed.is("trace"));
        Ok(Self { verbose, trace, frames: parsed.is("frames"), json: format == "json" })
    }

    /// Whether anything is to be told.
    pub(crate) fn listens(self) -> bool {
        self.verbose > 0 || self.trace || self.frames || self.json
    }
}

/// Hears everything and prints what was asked for.
pub(crate) struct Teller {
    begun: Instant,
    ladder: Option<Mutex<Ladder>>,
    /// Whether HTTP/2 and HTTP/3 are told, and how much of them.
    streams: Option<Detail>,
    /// QUIC's packets.
    packets: Option<Mutex<Packets>>,
    /// Where connections of QUIC are written down, for other tools.
    qlog: Option<qlog::Folder>,
    walk: Option<Walk>,
    /// Cut from the octets, unless `json` tells the events.
    frames: Option<Mutex<Frames>>,
    json: bool,
    json_frames: bool,
    connects: AtomicU64,
    heads: Mutex<Heads>,
}

impl Teller {
    /// A teller whose clock starts now.
    pub(crate) fn new(telling: Telling) -> Self {
        let begun = Instant::now();
        let detail = match telling.verbose {
            0 => None,
            1 => Some(Detail::Heads),
            2 => Some(Detail::Pieces),
            _ => Some(Detail::Octets),
        };
        let told = detail.is_some() || telling.trace;
        let detail = detail.filter(|_| !telling.json);
        let walk = (telling.trace && !telling.json).then(|| Walk::new(begun, depth));
        if let Some(walk) = &walk {
            print(&walk.heading());
        }
        Self {
            begun,
            streams: detail,
            qlog: qlog::Folder::from_environment(),
            packets: detail.map(|detail| Mutex::new(Packets::new(begun, detail))),
            ladder: detail.map(|detail| Mutex::new(Ladder::new(begun, detail, info(detail)))),
            walk,
            frames: (telling.frames && !telling.json).then(|| Mutex::new(Frames::new(begun))),
            json: telling.json && told,
            json_frames: telling.json && telling.frames,
            connects: AtomicU64::new(0),
            heads: Mutex::default(),
        }
    }

    /// With files of qlog in a folder of the command line, if it names one.
    pub(crate) fn with_qlog(mut self, folder: Option<qlog::Folder>) -> Self {
        self.qlog = folder.or(self.qlog);
        self
    }

    /// Whether files of qlog are asked for: then it wants to hear QUIC, though it may say nothing.
    pub(crate) const fn writes(&self) -> bool {
        self.qlog.is_some()
    }

    /// Connections made since the last call.
    pub(crate) fn take_connects(&self) -> u64 {
        self.connects.swap(0, Ordering::Relaxed)
    }

    /// The heads that came since the last call.
    pub(crate) fn take_heads(&self) -> Vec<u8> {
        self.heads.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The first floor: somebody asks for a URL.
    pub(crate) fn asked(&self, url: &str) {
        let fields = [
            Field { name: "url", value: Value::Text(url) },
            Field { name: "python", value: Value::Text(steps::GET.python) },
        ];
        self.event(&self.local(steps::GET.name, &fields));
    }

    /// A transfer is over: what still waited for the end of its head is shown.
    pub(crate) fn over(&self, connection: u64) {
        if let Some(ladder) = &self.ladder {
            let event = Event { connection, ..self.local("over", &[]) };
            print(&ladder.lock().unwrap_or_else(PoisonError::into_inner).finish(&event));
        }
    }

    /// What a datagram of QUIC has caused waits until the datagram is told.
    fn behind(&self, event: &Event<'_>, lines: String) -> String {
        let Some(packets) = self.packets.as_ref().filter(|_| !lines.is_empty()) else {
            return lines;
        };
        let mut packets = packets.lock().unwrap_or_else(PoisonError::into_inner);
        packets.behind(event.connection, lines)
    }

    fn local<'a>(&self, name: &'static str, fields: &'a [Field<'a>]) -> Event<'a> {
        Event {
            time: Instant::now(),
            layer: Layer::Client,
            direction: Direction::Local,
            connection: 0,
            stream: None,
            name,
            fields,
        }
    }
}

impl Sink for Teller {
    fn event(&self, event: &Event<'_>) {
        if event.name == steps::CONNECTED.name {
            self.connects.fetch_add(1, Ordering::Relaxed);
        }
        self.heads.lock().unwrap_or_else(PoisonError::into_inner).hear(event);
        if let Some(lines) = self.walk.as_ref().and_then(|walk| walk.lines(event)) {
            print(&lines);
        }
        if let Some(ladder) = &self.ladder {
            let lines = ladder.lock().unwrap_or_else(PoisonError::into_inner).lines(event);
            print(&self.behind(event, lines));
        }
        if let Some(detail) = self.streams {
            let lines = streams::lines(event, self.begun, detail);
            print(&self.behind(event, lines));
        }
        if let Some(folder) = &self.qlog {
            folder.event(event);
        }
        if let Some(packets) = &self.packets {
            print(&packets.lock().unwrap_or_else(PoisonError::into_inner).lines(event));
        }
        if let Some(frames) = &self.frames {
            print(&frames.lock().unwrap_or_else(PoisonError::into_inner).lines(event));
        }
        let frame = self.json_frames && event.layer == Layer::WebSocket;
        if frame || (self.json && depth(event.name).is_some()) {
            print(&(json::event(event, self.begun) + "\n"));
        }
    }
}

impl fmt::Debug for Teller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Teller")
    }
}

/// The line to a teller.
pub(crate) fn trace(teller: std::sync::Arc<Teller>) -> Trace {
    Trace::to(teller, 0)
}

/// One write per event, so that lines of two threads do not mix.
pub(crate) fn print(text: &str) {
    if !text.is_empty() {
        let _ = io::stderr().write_all(text.as_bytes());
    }
}

fn depth(name: &str) -> Option<usize> {
    steps::step(name).map(|step| step.depth)
}

/// Who finds words for what is not on the wire: the more is asked for, the more they say.
fn info(detail: Detail) -> fn(&Event<'_>) -> Option<String> {
    match detail {
        Detail::Heads => words,
        Detail::Pieces => |event| words(event).or_else(|| tls::messages(event)),
        Detail::Octets => |event| words(event).or_else(|| tls::schedule(event)),
    }
}

/// What `-v` says of the events that are not on the wire.
fn words(event: &Event<'_>) -> Option<String> {
    let get = |name: &str| {
        let field = event.fields.iter().find(|field| field.name == name);
        field.map(|field| field.value.to_string()).unwrap_or_default()
    };
    let is = |step: &steps::Step| event.name == step.name;
    if let Some(words) = tls::summary(event) {
        return Some(words);
    }
    Some(if is(&steps::RESOLVE) {
        let (count, took) = (get("addresses"), get("took"));
        let noun = if count == "1" { "address" } else { "addresses" };
        format!("the name has {count} {noun}, found in {took}")
    } else if is(&steps::ATTEMPT) {
        format!("tried {}: {}", get("address"), get("outcome"))
    } else if is(&steps::CONNECTED) {
        format!("connected to {} in {}", get("address"), get("took"))
    } else if is(&steps::HIT) {
        match get("requests now").as_str() {
            "" => format!("using connection {} again", get("connection")),
            others => format!("sharing connection {} with {others} more", get("connection")),
        }
    } else if is(&steps::STALE) {
        format!("connection {} was dead", get("connection"))
    } else if is(&steps::AGAIN) {
        format!("sending the request again: {}", get("reason"))
    } else if is(&steps::PUSHED) {
        format!("{} was pushed already", get("target"))
    } else if is(&steps::TUNNEL) {
        format!("asking the proxy for a tunnel to {}", get("to"))
    } else if is(&steps::REDIRECT) {
        format!("redirect {} to {}", get("status"), get("to"))
    } else if is(&steps::CHALLENGE) {
        "answering the challenge".to_owned()
    } else if is(&steps::UPLOAD) {
        format!("sent {} octets of content", get("octets"))
    } else if is(&steps::RELEASE) {
        format!("connection {} stays open", event.connection)
    } else if is(&steps::CLOSE) {
        format!("connection {} is closed", event.connection)
    } else {
        return None;
    })
}
