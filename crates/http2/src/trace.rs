//! What this floor tells a listener: each frame as it passes, and the fields of each section.
//!
//! | event           | fields                                                        |
//! |-----------------|---------------------------------------------------------------|
//! | a frame's name  | `length`, `flags`, and what its payload says                  |
//! | `field_section` | the fields, in order                                          |
//! | `violation`     | `violation`, `text`, `code`                                   |
//!
//! Nothing here runs when nobody listens.

use crate::{
    Error, ErrorCode, StreamId,
    frame::{Frame, FrameHead, FrameType, flags},
};
use std::time::Instant;
use wire::trace::{Direction, Field, Layer, Trace, Value};

/// The frame's name as machines and people read it.
const fn name(kind: FrameType) -> &'static str {
    match kind {
        FrameType::DATA => "data",
        FrameType::HEADERS => "headers",
        FrameType::PRIORITY => "priority",
        FrameType::RST_STREAM => "rst_stream",
        FrameType::SETTINGS => "settings",
        FrameType::PUSH_PROMISE => "push_promise",
        FrameType::PING => "ping",
        FrameType::GOAWAY => "goaway",
        FrameType::WINDOW_UPDATE => "window_update",
        FrameType::CONTINUATION => "continuation",
        FrameType::PRIORITY_UPDATE => "priority_update",
        _ => "unknown",
    }
}

fn flag_names(head: &FrameHead) -> String {
    let end_stream = matches!(head.kind, FrameType::DATA | FrameType::HEADERS);
    let ack = matches!(head.kind, FrameType::SETTINGS | FrameType::PING);
    let block =
        matches!(head.kind, FrameType::HEADERS | FrameType::PUSH_PROMISE | FrameType::CONTINUATION);
    let padded =
        matches!(head.kind, FrameType::DATA | FrameType::HEADERS | FrameType::PUSH_PROMISE);
    [
        (end_stream, flags::END_STREAM, "END_STREAM"),
        (ack, flags::ACK, "ACK"),
        (block, flags::END_HEADERS, "END_HEADERS"),
        (padded, flags::PADDED, "PADDED"),
        (head.kind == FrameType::HEADERS, flags::PRIORITY, "PRIORITY"),
    ]
    .iter()
    .filter(|(known, flag, _)| *known && head.has(*flag))
    .map(|(_, _, name)| *name)
    .collect::<Vec<_>>()
    .join(" | ")
}

/// The names of settings, for people.
const fn setting(id: u16) -> &'static str {
    match id {
        0x1 => "SETTINGS_HEADER_TABLE_SIZE",
        0x2 => "SETTINGS_ENABLE_PUSH",
        0x3 => "SETTINGS_MAX_CONCURRENT_STREAMS",
        0x4 => "SETTINGS_INITIAL_WINDOW_SIZE",
        0x5 => "SETTINGS_MAX_FRAME_SIZE",
        0x6 => "SETTINGS_MAX_HEADER_LIST_SIZE",
        0x8 => "SETTINGS_ENABLE_CONNECT_PROTOCOL",
        0x9 => "SETTINGS_NO_RFC7540_PRIORITIES",
        _ => "unknown",
    }
}

/// A frame passes.
pub(crate) fn frame(
    trace: &Trace,
    now: Instant,
    direction: Direction,
    head: &FrameHead,
    frame: &Frame<'_>,
) {
    if !trace.is_on() {
        return;
    }
    let flags = flag_names(head);
    let number = |name, value: u32| Field { name, value: Value::Number(value.into()) };
    let mut fields =
        vec![number("length", head.length), Field { name: "flags", value: Value::Text(&flags) }];
    let code_name = |code: u32| ErrorCode(code).name().unwrap_or("unknown");
    match frame {
        Frame::RstStream { code } => {
            fields.push(Field { name: "error_code", value: Value::Text(code_name(*code)) });
        }
        Frame::Settings { settings, .. } => {
            fields.extend(settings.map(|(id, value)| number(setting(id), value)));
        }
        Frame::PushPromise { promised, .. } => {
            fields.push(number("promised_stream_id", promised.value()));
        }
        Frame::Priority { dependency } | Frame::Headers { dependency: Some(dependency), .. } => {
            fields.push(number("stream_dependency", dependency.value()));
        }
        Frame::Ping { octets, .. } => {
            fields.push(Field { name: "opaque_data", value: Value::Octets(octets) });
        }
        Frame::GoAway { last, code, debug } => {
            fields.push(number("last_stream_id", last.value()));
            fields.push(Field { name: "error_code", value: Value::Text(code_name(*code)) });
            fields.push(Field { name: "debug_data", value: Value::Octets(debug) });
        }
        Frame::WindowUpdate { increment } => {
            fields.push(number("window_size_increment", *increment));
        }
        Frame::PriorityUpdate { prioritized, value } => {
            fields.push(number("prioritized_stream_id", prioritized.value()));
            fields.push(Field { name: "priority_field_value", value: Value::Octets(value) });
        }
        Frame::Unknown => fields.push(number("type", head.kind.0.into())),
        Frame::Data { .. } | Frame::Headers { .. } | Frame::Continuation { .. } => {}
    }
    let stream = Some(u64::from(head.stream.value()));
    trace.emit_slice(now, Layer::Http2, direction, name(head.kind), stream, &fields);
}

/// A frame of a field block, or DATA, whose payload stands elsewhere.
pub(crate) fn head(trace: &Trace, now: Instant, direction: Direction, head: &FrameHead) {
    frame(trace, now, direction, head, &Frame::Data { data: &[], end: false });
}

/// The fields of a section, copied while somebody listens.
pub(crate) type Section = Vec<(Vec<u8>, Vec<u8>)>;

pub(crate) fn section(
    trace: &Trace,
    now: Instant,
    direction: Direction,
    stream: StreamId,
    section: &Section,
) {
    let fields: Vec<Field<'_>> = section
        .iter()
        .filter_map(|(name, value)| {
            let name = std::str::from_utf8(name).ok()?;
            let text = std::str::from_utf8(value);
            Some(Field { name, value: text.map_or(Value::Octets(value), Value::Text) })
        })
        .collect();
    let stream = Some(u64::from(stream.value()));
    trace.emit_slice(now, Layer::Http2, direction, "field_section", stream, &fields);
}

/// A rule was broken.
pub(crate) fn violation(trace: &Trace, now: Instant, error: &Error) {
    if !trace.is_on() {
        return;
    }
    let (name, text, code) = (error.name(), error.to_string(), error.code().to_string());
    let stream = match error.scope() {
        crate::Scope::Stream(stream) => Some(u64::from(stream.value())),
        crate::Scope::Connection => None,
    };
    trace.emit(now, Layer::Http2, Direction::Local, "violation", stream, || {
        [
            Field { name: "violation", value: Value::Text(&name) },
            Field { name: "text", value: Value::Text(&text) },
            Field { name: "code", value: Value::Text(&code) },
        ]
    });
}
