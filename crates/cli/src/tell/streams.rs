//! HTTP/2 and HTTP/3 as they pass: with `-v` heads as curl shows them, with `-vv` frames as
//! `nghttp -v` does.
//!
//! RFC 9113 §4.1, §8.3; RFC 9114 §4.3, §7
//!
//! ```text
//! * using HTTP/2
//! * [HTTP/2] [1] [:method: GET]
//! > GET / HTTP/2
//! < HTTP/2 200
//!
//! [  1.204] send HEADERS frame <length=41, flags=END_STREAM | END_HEADERS, stream_id=1>
//!           :method: GET
//! [  1.205] 82 octets sent
//!           0000  50 52 49 20 2a                                             (with -vvv)
//! [  1.377] recv DATA frame <length=5, flags=END_STREAM, stream_id=1>
//!
//! [  0.004] send control stream <stream_id=2>                          (HTTP/3)
//! [  0.004] send SETTINGS frame <length=9, stream_id=2>
//! [  0.009] recv 32 octets of QPACK's encoder stream <stream_id=7>
//! ```
//!
//! A head is not text on this wire; the lines with `>` and `<` are how HTTP/1 would write it.
//!
//! Invariant: nothing is kept between events.

use client::trace as steps;
use std::time::{Duration, Instant};
use view::{Detail, visible};
use wire::{
    hex,
    trace::{Direction, Event, Field, Layer, Value},
};

/// What stands before the lines that belong to a frame.
const INDENT: &str = "          ";

/// The lines of an event, each with its end; often none.
pub(super) fn lines(event: &Event<'_>, begun: Instant, detail: Detail) -> String {
    let Some(version) = version(event.layer).filter(|_| event.direction != Direction::Local) else {
        return String::new();
    };
    let time = event.time.saturating_duration_since(begun);
    let frames = detail >= Detail::Pieces;
    if event.name == steps::SHARED_SENT.name || event.name == steps::SHARED_RECEIVED.name {
        return if detail == Detail::Octets { octets(event, time) } else { String::new() };
    }
    match (event.name, frames) {
        ("field_section", true) => section(event),
        ("field_section", false) => head(event, version),
        // Those without a setting only ask for an answer.
        ("settings", false)
            if event.direction == Direction::Sent
                && !has_flag(event, "ACK")
                && event.fields.iter().any(|field| field.name.starts_with("SETTINGS_")) =>
        {
            format!("* using {version}\n")
        }
        (_, false) => String::new(),
        ("stream_type" | "qpack_encoder" | "qpack_decoder", true) => stream(event, time),
        (_, true) => frame(event, time),
    }
}

/// What is spoken on a layer that this is about.
const fn version(layer: Layer) -> Option<&'static str> {
    match layer {
        Layer::Http2 => Some("HTTP/2"),
        Layer::Http3 => Some("HTTP/3"),
        _ => None,
    }
}

/// Octets as they passed, sixteen in a line.
fn octets(event: &Event<'_>, time: Duration) -> String {
    let Some(Value::Octets(octets)) = event.fields.first().map(|field| field.value) else {
        return String::new();
    };
    let way = if event.direction == Direction::Sent { "sent" } else { "received" };
    let mut out = format!("[{:>7.3}] {} octets {way}\n", time.as_secs_f64(), octets.len());
    for line in view::hex_lines(octets) {
        out += &format!("{INDENT}{line}\n");
    }
    out
}

/// A head that came, as HTTP/1 would write it; `None` for anything else.
pub(super) fn received_head(event: &Event<'_>) -> Option<String> {
    let version = version(event.layer).filter(|_| event.name == "field_section")?;
    if event.direction != Direction::Received {
        return None;
    }
    let status = pseudo(event, ":status")?;
    let mut head = format!("{version} {status} \r\n");
    for field in regular(event) {
        head += &format!("{}: {}\r\n", field.name, field.value);
    }
    Some(head + "\r\n")
}

fn pseudo<'a>(event: &'a Event<'_>, name: &str) -> Option<&'a Value<'a>> {
    event.fields.iter().find(|field| field.name == name).map(|field| &field.value)
}

fn regular<'a>(event: &'a Event<'_>) -> impl Iterator<Item = &'a Field<'a>> {
    event.fields.iter().filter(|field| !field.name.starts_with(':'))
}

fn shown(value: &Value<'_>) -> String {
    visible(&value.to_string())
}

/// A section as curl shows it.
fn head(event: &Event<'_>, version: &str) -> String {
    let (mut out, stream) = (String::new(), event.stream.unwrap_or_default());
    let text = |name| pseudo(event, name).map(shown).unwrap_or_default();
    let mark = if event.direction == Direction::Sent { '>' } else { '<' };
    if pseudo(event, ":method").is_some() {
        for field in event.fields {
            let name = visible(field.name);
            out += &format!("* [{version}] [{stream}] [{name}: {}]\n", shown(&field.value));
        }
        out += &format!("{mark} {} {} {version}\n", text(":method"), text(":path"));
        out += &format!("{mark} Host: {}\n", text(":authority"));
    } else if pseudo(event, ":status").is_some() {
        out += &format!("{mark} {version} {}\n", text(":status"));
    }
    for field in regular(event) {
        out += &format!("{mark} {}: {}\n", visible(field.name), shown(&field.value));
    }
    out + &format!("{mark}\n")
}

/// A section below its frame.
fn section(event: &Event<'_>) -> String {
    let line =
        |field: &Field<'_>| format!("{INDENT}{}: {}\n", visible(field.name), shown(&field.value));
    event.fields.iter().map(line).collect()
}

fn has_flag(event: &Event<'_>, flag: &str) -> bool {
    let flags = event.fields.iter().find(|field| field.name == "flags");
    flags.is_some_and(|flags| flags.value.to_string().split(" | ").any(|name| name == flag))
}

/// What a unidirectional stream is for, and what QPACK says on one.
fn stream(event: &Event<'_>, time: Duration) -> String {
    let verb = if event.direction == Direction::Sent { "send" } else { "recv" };
    let said = event.fields.first().map(|field| field.value.to_string()).unwrap_or_default();
    let what = match event.name {
        "qpack_encoder" => format!("{said} octets of QPACK's encoder stream"),
        "qpack_decoder" => format!("{said} octets of QPACK's decoder stream"),
        _ => said,
    };
    let id = event.stream.unwrap_or_default();
    format!("[{:7.3}] {verb} {what} <stream_id={id}>\n", time.as_secs_f64())
}

/// A frame: its head, and what its payload says.
fn frame(event: &Event<'_>, time: Duration) -> String {
    let verb = if event.direction == Direction::Sent { "send" } else { "recv" };
    let get = |name: &str| {
        let field = event.fields.iter().find(|field| field.name == name);
        field.map(|field| field.value.to_string()).unwrap_or_default()
    };
    let (name, stream) = (event.name.to_ascii_uppercase(), event.stream.unwrap_or_default());
    // In HTTP/3 frames have none: what they said is said by the stream, or not at all.
    let flags = match (event.layer, get("flags")) {
        (Layer::Http3, _) => String::new(),
        (_, none) if none.is_empty() => ", flags=none".to_owned(),
        (_, flags) => format!(", flags={flags}"),
    };
    let mut out = format!(
        "[{:7.3}] {verb} {name} frame <length={}{flags}, stream_id={stream}>\n",
        time.as_secs_f64(),
        get("length"),
    );
    let payload = event.fields.iter().filter(|field| !matches!(field.name, "length" | "flags"));
    for field in payload {
        let value = match field.value {
            Value::Octets(octets) if field.name == "opaque_data" => hex::encode(octets),
            value => shown(&value),
        };
        out += &format!("{INDENT}({}={value})\n", field.name);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event<'a>(direction: Direction, name: &'static str, fields: &'a [Field<'a>]) -> Event<'a> {
        let (time, layer, stream) = (Instant::now(), Layer::Http2, Some(1));
        Event { time, layer, direction, connection: 1, stream, name, fields }
    }

    const fn text<'a>(name: &'a str, value: &'a str) -> Field<'a> {
        Field { name, value: Value::Text(value) }
    }

    #[test]
    fn heads_look_like_those_of_http1() {
        let fields = [text(":status", "204"), text("server", "x")];
        let came = event(Direction::Received, "field_section", &fields);
        assert_eq!(lines(&came, came.time, Detail::Heads), "< HTTP/2 204\n< server: x\n<\n");
        assert_eq!(received_head(&came).unwrap(), "HTTP/2 204 \r\nserver: x\r\n\r\n");
        let fields = [
            text(":method", "GET"),
            text(":scheme", "https"),
            text(":authority", "a"),
            text(":path", "/b"),
        ];
        let sent = event(Direction::Sent, "field_section", &fields);
        let shown = lines(&sent, sent.time, Detail::Heads);
        assert!(shown.starts_with("* [HTTP/2] [1] [:method: GET]\n"), "{shown}");
        assert!(shown.ends_with("> GET /b HTTP/2\n> Host: a\n>\n"), "{shown}");
        assert_eq!(received_head(&sent), None);
    }

    #[test]
    fn frames_look_like_those_of_nghttp() {
        let length = Field { name: "length", value: Value::Number(8) };
        let data = Field { name: "opaque_data", value: Value::Octets(&[1, 2]) };
        let fields = [length, text("flags", "ACK"), data];
        let sent = event(Direction::Sent, "ping", &fields);
        assert_eq!(
            lines(&sent, sent.time, Detail::Pieces),
            "[  0.000] send PING frame <length=8, flags=ACK, stream_id=1>\n          \
             (opaque_data=0102)\n"
        );
        assert_eq!(lines(&sent, sent.time, Detail::Heads), "");
    }
}
