//! A frame as qlog has it.
//!
//! quic-events, "QUIC Frames"
//!
//! The older form says lengths beside the rest, and codes under `error_code` alone.

use super::{Kind, millis, number, octets, put, text, value};
use crate::json::Object;
use wire::{
    hex,
    trace::{Event, Value},
};

/// One frame, as an object.
pub(super) fn json(event: &Event<'_>, kind: Kind) -> String {
    let name = text(event, "type").unwrap_or("unknown");
    let mut object = Object::default();
    let frame = &mut object;
    frame.text("frame_type", &name.to_ascii_lowercase());
    if let Some(stream) = event.stream {
        put(frame, "stream_id", stream);
    }
    let mut copy = |name: &str| {
        if value(event, name).is_some() {
            put(frame, name, number(event, name));
        }
    };
    match name {
        "ACK" => ack(event, frame),
        "CRYPTO" | "STREAM" => {
            copy("offset");
            length(event, frame, kind, "length");
            if value(event, "fin") == Some(Value::Flag(true)) {
                frame.flag("fin", true);
            }
        }
        "DATAGRAM" => length(event, frame, kind, "length"),
        "PADDING" => length(event, frame, kind, "payload_length"),
        "NEW_TOKEN" => {
            frame.object("token", |token| {
                token.object("raw", |raw| put(raw, "length", number(event, "length")));
            });
        }
        "RESET_STREAM" | "STOP_SENDING" => {
            if kind == Kind::Sequential {
                // What an application means by it, it alone knows.
                frame.text("error", "unknown");
            }
            put(frame, "error_code", number(event, "error_code"));
            if name == "RESET_STREAM" {
                put(frame, "final_size", number(event, "final_size"));
            }
        }
        "CONNECTION_CLOSE" => close(event, frame, kind),
        "PATH_CHALLENGE" | "PATH_RESPONSE" => {
            frame.text("data", &hex::encode(octets(event, "data").unwrap_or_default()));
        }
        "unknown" => {
            put(frame, "frame_type_bytes", number(event, "frame_type"));
        }
        _ => {
            ["maximum", "limit", "sequence_number", "retire_prior_to"].into_iter().for_each(copy);
            if let Some(side) = text(event, "stream_type") {
                frame.text("stream_type", side);
            }
            if let Some(id) = octets(event, "connection_id") {
                frame.number("connection_id_length", id.len() as u64);
                frame.text("connection_id", &hex::encode(id));
            }
        }
    }
    object.finish()
}

/// Octets of data: under `raw` as `name`, or as the older form has it.
fn length(event: &Event<'_>, frame: &mut Object, kind: Kind, name: &str) {
    let octets = number(event, "length");
    match kind {
        Kind::Sequential => frame.object("raw", |raw| put(raw, name, octets)),
        Kind::Version03 => frame.number("length", octets),
    };
}

fn ack(event: &Event<'_>, frame: &mut Object) {
    if let Some(Value::Micros(delay)) = value(event, "delay") {
        frame.real("ack_delay", millis(delay));
    }
    let ends = event.fields.iter().filter_map(|field| match (field.name, field.value) {
        ("low" | "high", Value::Number(number)) => Some(number),
        _ => None,
    });
    let ends: Vec<u64> = ends.collect();
    frame.array("acked_ranges", |ranges| {
        for range in ends.chunks_exact(2) {
            // One number stands for a range of one.
            let ends = if range.first() == range.last() { 1 } else { 2 };
            ranges.array(|pair| {
                for end in range.iter().take(ends) {
                    pair.number(*end);
                }
            });
        }
    });
    for count in ["ect1", "ect0", "ce"] {
        if value(event, count).is_some() {
            put(frame, count, number(event, count));
        }
    }
}

fn close(event: &Event<'_>, frame: &mut Object, kind: Kind) {
    let space = text(event, "space").unwrap_or("transport");
    match kind {
        Kind::Sequential => frame.text("error_space", space),
        Kind::Version03 => frame.text("error_space", &format!("{space}_error")),
    };
    error(frame, kind, space, number(event, "error_code"));
    if value(event, "frame_type").is_some() {
        put(frame, "trigger_frame_type", number(event, "frame_type"));
    }
    let reason = octets(event, "reason").unwrap_or_default();
    frame.text("reason", &String::from_utf8_lossy(reason));
}

/// An error as each form has it.
fn error(frame: &mut Object, kind: Kind, space: &str, code: u64) {
    let name = if space == "transport" { error_name(code) } else { None };
    match (kind, name) {
        (Kind::Sequential, Some(name)) => {
            frame.text("error", &name);
        }
        (Kind::Sequential, None) => {
            frame.text("error", "unknown");
            put(frame, "error_code", code);
        }
        (Kind::Version03, name) => {
            match name {
                Some(name) => frame.text("error_code", &name),
                None => frame.number("error_code", code),
            };
            frame.number("raw_error_code", code);
        }
    }
}

/// The drafts' name of a transport error (RFC 9000 §20.1).
pub(super) fn error_name(code: u64) -> Option<String> {
    const NAMES: [&str; 17] = [
        "no_error",
        "internal_error",
        "connection_refused",
        "flow_control_error",
        "stream_limit_error",
        "stream_state_error",
        "final_size_error",
        "frame_encoding_error",
        "transport_parameter_error",
        "connection_id_limit_error",
        "protocol_violation",
        "invalid_token",
        "application_error",
        "crypto_buffer_exceeded",
        "key_update_error",
        "aead_limit_reached",
        "no_viable_path",
    ];
    if (0x100..0x200).contains(&code) {
        return Some(format!("crypto_error_0x{code:x}"));
    }
    let name = usize::try_from(code).ok().and_then(|at| NAMES.get(at));
    name.map(|name| (*name).to_owned())
}
