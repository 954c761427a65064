//! A frame in a word or two, and what happened in a sentence.

use crate::{Detail, visible_octets};
use wire::{
    hex,
    trace::{Direction, Event, Value},
};

/// Ranges of an ACK that are shown.
const RANGES: usize = 4;

/// A field as text; empty where there is none.
pub(super) fn get(event: &Event<'_>, name: &str) -> String {
    let field = event.fields.iter().find(|field| field.name == name);
    field.map(|field| shown(&field.value)).unwrap_or_default()
}

fn shown(value: &Value<'_>) -> String {
    match value {
        Value::Octets(octets) => hex::encode(octets),
        value => value.to_string(),
    }
}

fn number(event: &Event<'_>, name: &str) -> u64 {
    let field = event.fields.iter().find(|field| field.name == name);
    match field.map(|field| field.value) {
        Some(Value::Number(number)) => number,
        _ => 0,
    }
}

/// Octets of a stream, or of the handshake: `0..280`, the end not counted.
fn piece(event: &Event<'_>) -> String {
    let (offset, length) = (number(event, "offset"), number(event, "length"));
    format!("{offset}..{}", offset.saturating_add(length))
}

/// A frame in short words.
pub(super) fn frame(event: &Event<'_>) -> String {
    let name = get(event, "type");
    let stream = event.stream.unwrap_or_default();
    match name.as_str() {
        "ACK" => format!("ACK {}", ranges(event)),
        "CRYPTO" => format!("CRYPTO {}", piece(event)),
        "STREAM" => {
            let fin = event.fields.iter().any(|f| f.name == "fin" && f.value == Value::Flag(true));
            format!("STREAM {stream} {}{}", piece(event), if fin { " FIN" } else { "" })
        }
        "PADDING" | "DATAGRAM" | "NEW_TOKEN" => format!("{name} {}", number(event, "length")),
        "MAX_DATA" => format!("MAX_DATA {}", number(event, "maximum")),
        "MAX_STREAM_DATA" => format!("MAX_STREAM_DATA {stream} {}", number(event, "maximum")),
        "MAX_STREAMS" => format!("{name} {} {}", get(event, "stream_type"), get(event, "maximum")),
        "DATA_BLOCKED" => format!("{name} {}", number(event, "limit")),
        "STREAM_DATA_BLOCKED" => format!("{name} {stream} {}", number(event, "limit")),
        "STREAMS_BLOCKED" => {
            format!("{name} {} {}", get(event, "stream_type"), get(event, "limit"))
        }
        "RESET_STREAM" | "STOP_SENDING" => {
            format!("{name} {stream} code {}", number(event, "error_code"))
        }
        "NEW_CONNECTION_ID" | "RETIRE_CONNECTION_ID" => {
            format!("{name} {}", number(event, "sequence_number"))
        }
        "CONNECTION_CLOSE" => {
            format!("{name} {} code 0x{:x}", get(event, "space"), number(event, "error_code"))
        }
        _ => name,
    }
}

/// `9..7 4 2..0`: the highest first, as in the frame.
fn ranges(event: &Event<'_>) -> String {
    let values = event.fields.iter().filter_map(|field| match (field.name, field.value) {
        ("low" | "high", Value::Number(number)) => Some(number),
        _ => None,
    });
    let values: Vec<u64> = values.collect();
    let mut words: Vec<String> = Vec::new();
    for pair in values.chunks_exact(2).take(RANGES) {
        match pair {
            [low, high] if low == high => words.push(low.to_string()),
            [low, high] => words.push(format!("{low}-{high}")),
            _ => {}
        }
    }
    let more = values.len() / 2;
    if more > RANGES {
        words.push(format!("and {} ranges more", more - RANGES));
    }
    words.join(" ")
}

/// What happened, and from which detail on it is told.
pub(super) fn said(event: &Event<'_>) -> Option<(Detail, String)> {
    let get = |name: &str| get(event, name);
    Some(match event.name {
        "started" => {
            (Detail::Heads, format!("QUIC with {}, version 0x{}", get("remote"), get("version")))
        }
        "version" => (Detail::Heads, format!("version 0x{} from here on", get("chosen"))),
        "state" => (Detail::Heads, get("new").replace('_', " ")),
        "early_data" => (Detail::Heads, format!("early data: {}", get("outcome"))),
        "path" => (Detail::Heads, format!("path to {}: {}", get("remote"), get("new"))),
        "closed" => (Detail::Heads, closed(event)),
        "packet_dropped" => {
            let (kind, reason) = (get("type"), get("reason"));
            let what = if kind.is_empty() { "packet".to_owned() } else { kind };
            let reason = if reason.is_empty() { get("trigger") } else { reason };
            (Detail::Pieces, format!("{what} dropped: {reason}"))
        }
        "packet_buffered" => {
            (Detail::Pieces, format!("{} came before its keys, and is kept", get("type")))
        }
        "packet_lost" => (Detail::Pieces, format!("{} {} is lost", space(event), get("number"))),
        "probe_timeout" => {
            (Detail::Pieces, format!("probe timeout {} of {}", get("count"), space(event)))
        }
        "key_updated" if !get("generation").is_empty() => {
            let ours = get("trigger") == "local_update";
            let who = if ours { "ours" } else { "the peer's" };
            (Detail::Pieces, format!("1-RTT keys of generation {}, {who}", get("generation")))
        }
        "key_updated" => {
            (Detail::Octets, format!("{} keys of the {}", get("level"), get("sender")))
        }
        "key_discarded" => (Detail::Octets, format!("{} keys are thrown away", get("level"))),
        "parameters" | "metrics" => {
            let whose = match event.direction {
                Direction::Sent => "our ",
                Direction::Received => "the peer's ",
                Direction::Local => "",
            };
            let fields = event.fields.iter();
            let fields = fields.map(|field| format!("{} {}", field.name, shown(&field.value)));
            let fields: Vec<String> = fields.collect();
            (Detail::Octets, format!("{whose}{}: {}", event.name, fields.join(", ")))
        }
        _ => return None,
    })
}

/// The packets of a space, as their kind is named.
fn space(event: &Event<'_>) -> String {
    match get(event, "space") {
        name if name == "Initial" || name == "Handshake" => name,
        _ => "1-RTT".to_owned(),
    }
}

fn closed(event: &Event<'_>) -> String {
    let trigger = get(event, "trigger").replace('_', " ");
    let who = if get(event, "initiator") == "local" { "here" } else { "by the peer" };
    let mut words = format!("closed {who}: {trigger}");
    if event.fields.iter().any(|field| field.name == "code") {
        words += &format!(", {} code 0x{:x}", get(event, "space"), number(event, "code"));
    }
    let reason = event.fields.iter().find(|field| field.name == "reason");
    if let Some(Value::Octets(reason)) = reason.map(|field| field.value)
        && !reason.is_empty()
    {
        words += &format!(", \"{}\"", visible_octets(reason));
    }
    words
}
