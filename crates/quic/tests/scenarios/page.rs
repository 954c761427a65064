//! What two listeners heard, as lines of a page.

use quic::version::Version;
use std::{sync::Arc, time::Instant};
use view::{Record, Recorder};
use wire::trace::Direction;

/// The datagrams and the news of one end.
pub(crate) struct Page {
    pub(crate) name: &'static str,
    recorder: Arc<Recorder>,
    read: usize,
    packets: Vec<String>,
    /// Whether marks of datagrams are told.
    pub(crate) marks: bool,
}

/// A line, and when.
pub(crate) struct Line {
    pub(crate) time: Instant,
    pub(crate) text: String,
    /// Whether it is a datagram that this end sent.
    pub(crate) datagram: bool,
}

fn value(record: &Record, name: &str) -> String {
    record.get(name).map(ToString::to_string).unwrap_or_default()
}

fn number(record: &Record, name: &str) -> u64 {
    record.number(name).unwrap_or_default()
}

fn piece(record: &Record) -> String {
    let offset = number(record, "offset");
    format!("{offset}..{}", offset + number(record, "length"))
}

fn frame(record: &Record, marks: bool) -> String {
    let name = value(record, "type");
    let stream = record.stream.unwrap_or_default();
    match name.as_str() {
        "ACK" if marks && record.get("ce").is_some() => {
            let (ect0, ce) = (number(record, "ect0"), number(record, "ce"));
            format!("ACK {}: ECT(0) {ect0}, CE {ce}", ranges(record))
        }
        "ACK" => format!("ACK {}", ranges(record)),
        "CRYPTO" => format!("CRYPTO {}", piece(record)),
        "STREAM" => {
            let fin = if value(record, "fin") == "true" { " FIN" } else { "" };
            format!("STREAM {stream} {}{fin}", piece(record))
        }
        "NEW_CONNECTION_ID" | "RETIRE_CONNECTION_ID" => {
            format!("{name} {}", number(record, "sequence_number"))
        }
        "CONNECTION_CLOSE" => format!("{name} 0x{:x}", number(record, "error_code")),
        _ => name,
    }
}

fn ranges(record: &Record) -> String {
    let pair = |name: &'static str| {
        let fields = record.fields.iter().filter(move |field| field.name == name);
        fields.map(|field| field.value.to_string())
    };
    let words = pair("low").zip(pair("high"));
    let words = words.map(|(low, high)| if low == high { low } else { format!("{low}-{high}") });
    words.collect::<Vec<_>>().join(" ")
}

/// What happened inside of an end, in a few words; figures and keys are left out.
fn news(record: &Record) -> Option<String> {
    Some(match record.name {
        "state" => value(record, "new").replace('_', " "),
        "version" => "goes on in version 2".to_owned(),
        "early_data" => format!("early data: {}", value(record, "outcome")),
        "path" => format!("path {} to {}", value(record, "new"), value(record, "remote")),
        "packet_lost" => format!("{} {} is lost", space(record), value(record, "number")),
        "probe_timeout" => {
            format!("probe timeout {} of {}", value(record, "count"), space(record))
        }
        "packet_dropped" => format!("drops a packet: {}", value(record, "trigger")),
        "packet_buffered" => format!("keeps {} until its keys come", value(record, "type")),
        "key_updated" if record.get("generation").is_some() => {
            let whose = value(record, "trigger").replace('_', " ");
            format!("1-RTT keys of generation {}, {whose}", value(record, "generation"))
        }
        "closed" => format!("closed: {} {}", value(record, "initiator"), value(record, "trigger")),
        _ => return None,
    })
}

fn space(record: &Record) -> String {
    match value(record, "space") {
        name if name == "Initial" || name == "Handshake" => name,
        _ => "1-RTT".to_owned(),
    }
}

impl Page {
    pub(crate) fn new(name: &'static str, recorder: Arc<Recorder>) -> Self {
        Self { name, recorder, read: 0, packets: Vec::new(), marks: false }
    }

    /// Lines since the last time.
    pub(crate) fn lines(&mut self) -> Vec<Line> {
        let records = self.recorder.records();
        let mut lines = Vec::new();
        for record in records.iter().skip(self.read) {
            let sent = record.direction == Direction::Sent;
            let line = |text, datagram| Line { time: record.time, text, datagram };
            match record.name {
                "packet" if sent => {
                    let number = record.get("number").map(|n| format!(" {n}")).unwrap_or_default();
                    let phase = value(record, "key_phase") == "true";
                    let phase = if phase { " phase 1" } else { "" };
                    let other = value(record, "version")
                        == Version::V2.0.to_be_bytes().escape_ascii().to_string();
                    let version = if other { " v2" } else { "" };
                    let kind = value(record, "type");
                    self.packets.push(format!("{kind}{version}{number}{phase} ["));
                }
                "frame" if sent => {
                    let packet = self.packets.last_mut().unwrap();
                    if !packet.ends_with('[') {
                        packet.push_str(", ");
                    }
                    packet.push_str(&frame(record, self.marks));
                }
                "datagram" if sent => {
                    let packets = std::mem::take(&mut self.packets);
                    let packets = packets.into_iter().map(|packet| packet + "]");
                    let packets = packets.collect::<Vec<_>>().join(" + ");
                    let mark = value(record, "ecn");
                    let mark = if self.marks { format!("{mark}  ") } else { String::new() };
                    let length = number(record, "length");
                    lines.push(line(format!("{length:>4}  {mark}{packets}"), true));
                }
                _ => lines.extend(news(record).map(|text| line(text, false))),
            }
        }
        self.read = records.len();
        lines
    }
}
