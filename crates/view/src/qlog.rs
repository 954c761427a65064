//! qlog: a connection of QUIC as the files that other people's tools draw.
//!
//! draft-ietf-quic-qlog-main-schema, draft-ietf-quic-qlog-quic-events
//!
//! ```text
//!   Sequential   RS {"file_schema":"urn:ietf:params:qlog:file:sequential", "trace":{…}} LF
//!                RS {"time":0.1,"name":"quic:packet_sent","data":{…}} LF
//!   Version03    {"qlog_version":"0.3","traces":[{…,"events":[
//!                {"time":0.1,"name":"transport:packet_sent","data":{…}},
//!                …]}]}                                              the end: finish, or drop
//! ```
//!
//! The first form is the drafts' and is whole after each event (RFC 7464). The second is the older
//! one, which qvis draws; a file of it that was never finished lacks its end.
//!
//! Packets with their frames, datagrams, parameters, versions, keys, states, losses and the end
//! have an event of qlog each. Figures become `recovery_metrics_updated`, where they are new, and
//! `congestion_state_updated` and `mtu_updated`. A probe timeout is a `timer_updated`; a path is a
//! `migration_state_updated`, which the older form does not have. In that form, names have a
//! category in front of them instead of `quic`.
//!
//! ```
//! use view::qlog::{Kind, Writer};
//! let mut file = Vec::new();
//! let writer = Writer::new(Kind::Sequential, &mut file, b"\x83\x94");
//! // A Trace::to(Arc::new(writer), …) would hear a connection here.
//! drop(writer);
//! assert!(file.is_empty(), "nothing was heard");
//! ```
//!
//! Invariant: each event is written as it is heard, but a packet, which waits for its frames. What
//! is kept is one packet with at most 256 frames.
//!
//! Invariant: what a peer sent stands in strings that are escaped; there are no octets of data, no
//! secrets and no tokens in the file.
//!
//! Used by: `--qlog`, `QLOGDIR`.

mod event;
mod frame;
mod kind;
mod metrics;

pub use kind::Kind;

use crate::json::Object;
use metrics::Metrics;
use std::{
    fmt,
    io::{self, Write},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};
use wire::{
    hex,
    trace::{Direction, Event, Layer, Sink, Value},
};

/// Frames of a packet that are written; a peer may put a thousand into one.
const FRAMES: usize = 256;

/// JavaScript's numbers are exact up to here; what is larger is written as a string, as I-JSON has
/// it (main schema, "JSON Interoperability").
const EXACT: u64 = (1 << 53) - 1;

/// Writes what it hears of one connection. The stream should be buffered: each event is one write.
pub struct Writer<W: Write + Send> {
    state: Mutex<State<W>>,
}

struct State<W> {
    kind: Kind,
    out: W,
    /// The client's first destination, by which traces of both ends are known to belong together.
    group: String,
    begun: Option<Instant>,
    events: u64,
    packet: Option<Packet>,
    metrics: Metrics,
    /// The first thing that went wrong; nothing is written behind it.
    failed: Option<io::Error>,
    finished: bool,
}

/// A packet that waits for its frames.
struct Packet {
    time: Instant,
    name: &'static str,
    header: String,
    length: u64,
    frames: Vec<String>,
}

impl<W: Write + Send> Writer<W> {
    /// Writes to `out`. `group` is the client's first Destination Connection ID.
    pub fn new(kind: Kind, out: W, group: &[u8]) -> Self {
        let state = State {
            kind,
            out,
            group: hex::encode(group),
            begun: None,
            events: 0,
            packet: None,
            metrics: Metrics::default(),
            failed: None,
            finished: false,
        };
        Self { state: Mutex::new(state) }
    }

    /// Writes what is still kept and the end of the file; nothing is written from then on.
    ///
    /// # Errors
    /// The first that the stream gave, now or before.
    pub fn finish(&self) -> io::Result<()> {
        self.lock().finish()
    }

    fn lock(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Write + Send> Drop for Writer<W> {
    fn drop(&mut self) {
        // Whoever wants to know calls `finish`.
        let _ = self.finish();
    }
}

impl<W: Write + Send> fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "qlog::Writer({:?})", self.lock().kind)
    }
}

impl<W: Write + Send> Sink for Writer<W> {
    fn event(&self, event: &Event<'_>) {
        if event.layer == Layer::Quic {
            self.lock().hear(event);
        }
    }
}

impl<W: Write> State<W> {
    fn hear(&mut self, event: &Event<'_>) {
        if self.finished || self.failed.is_some() {
            return;
        }
        if self.begun.is_none() {
            self.begun = Some(event.time);
            self.begin(event);
        }
        match event.name {
            "frame" => {
                if let Some(packet) = &mut self.packet
                    && packet.frames.len() < FRAMES
                {
                    packet.frames.push(frame::json(event, self.kind));
                }
            }
            "packet" => {
                self.flush();
                let sent = event.direction == Direction::Sent;
                self.packet = Some(Packet {
                    time: event.time,
                    name: if sent { "packet_sent" } else { "packet_received" },
                    header: event::header(event),
                    length: number(event, "length"),
                    frames: Vec::new(),
                });
            }
            "metrics" => {
                self.flush();
                for (name, data) in self.metrics.news(event, self.kind) {
                    self.write(event.time, name, data);
                }
            }
            _ => {
                self.flush();
                for (name, data) in event::json(event, self.kind) {
                    self.write(event.time, name, data);
                }
            }
        }
    }

    /// The lines in front of all events.
    fn begin(&mut self, event: &Event<'_>) {
        // Whoever begins to listen is told first who it listens to.
        let role = match text(event, "role") {
            Some(role) if event.name == "started" => role,
            _ => "unknown",
        };
        let mut trace = Object::default();
        trace.object("vantage_point", |point| {
            point.text("name", "wirebook").text("type", role);
        });
        let mut file = Object::default();
        let group = &self.group;
        let head = match self.kind {
            Kind::Sequential => {
                trace.object("common_fields", |common| {
                    common.text("group_id", group).text("time_format", "relative_to_epoch");
                    common.object("reference_time", |reference| {
                        reference.text("clock_type", "monotonic").text("epoch", "unknown");
                    });
                });
                trace.array("event_schemas", |schemas| {
                    schemas.text("urn:ietf:params:qlog:events:quic");
                });
                file.text("file_schema", "urn:ietf:params:qlog:file:sequential");
                file.text("serialization_format", "application/qlog+json-seq");
                file.raw("trace", &trace.finish());
                format!("\u{1e}{}\n", file.finish())
            }
            Kind::Version03 => {
                trace.object("common_fields", |common| {
                    common.text("ODCID", group).text("group_id", group);
                    common.text("time_format", "relative").number("reference_time", 0);
                    common.array("protocol_type", |types| {
                        types.text("QUIC");
                    });
                });
                file.text("qlog_version", "0.3").text("qlog_format", "JSON");
                let (mut file, mut trace) = (file.finish(), trace.finish());
                // Both stay open: the events stand inside.
                file.pop();
                trace.pop();
                format!("{file},\"traces\":[{trace},\"events\":[\n")
            }
        };
        self.put(&head);
    }

    /// Writes the packet that waits.
    fn flush(&mut self) {
        let Some(packet) = self.packet.take() else { return };
        let mut data = Object::default();
        data.raw("header", &packet.header);
        data.object("raw", |raw| {
            raw.number("length", packet.length);
        });
        data.array("frames", |frames| {
            for frame in &packet.frames {
                frames.raw(frame);
            }
        });
        self.write(packet.time, packet.name, data);
    }

    fn write(&mut self, time: Instant, name: &'static str, data: Object) {
        let begun = self.begun.unwrap_or(time);
        let micros = time.saturating_duration_since(begun).as_micros();
        let mut event = Object::default();
        event.real("time", u64::try_from(micros).unwrap_or(u64::MAX) as f64 / 1000.0);
        event.text("name", &self.kind.full_name(name));
        event.raw("data", &data.finish());
        let event = event.finish();
        let line = match self.kind {
            Kind::Sequential => format!("\u{1e}{event}\n"),
            Kind::Version03 if self.events == 0 => event,
            Kind::Version03 => format!(",\n{event}"),
        };
        self.events += 1;
        self.put(&line);
    }

    fn put(&mut self, text: &str) {
        if self.failed.is_none() {
            self.failed = self.out.write_all(text.as_bytes()).err();
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        if !self.finished {
            self.flush();
            if self.kind == Kind::Version03 && self.begun.is_some() {
                self.put("\n]}]}\n");
            }
            self.finished = true;
        }
        self.failed.take().map_or_else(|| self.out.flush(), Err)
    }
}

fn value<'a>(event: &Event<'a>, name: &str) -> Option<Value<'a>> {
    event.fields.iter().find(|field| field.name == name).map(|field| field.value)
}

fn number(event: &Event<'_>, name: &str) -> u64 {
    match value(event, name) {
        Some(Value::Number(number)) => number,
        _ => 0,
    }
}

fn text<'a>(event: &Event<'a>, name: &str) -> Option<&'a str> {
    match value(event, name) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

fn octets<'a>(event: &Event<'a>, name: &str) -> Option<&'a [u8]> {
    match value(event, name) {
        Some(Value::Octets(octets)) => Some(octets),
        _ => None,
    }
}

/// Milliseconds of a span.
fn millis(micros: u64) -> f64 {
    micros as f64 / 1000.0
}

/// A number of up to 64 bits.
fn put(object: &mut Object, name: &str, number: u64) {
    if number > EXACT {
        object.text(name, &number.to_string());
    } else {
        object.number(name, number);
    }
}
