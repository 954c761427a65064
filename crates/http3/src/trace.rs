//! What this floor tells a listener: each frame as it passes, and the fields of each section.
//!
//! | event           | fields                                                        |
//! |-----------------|---------------------------------------------------------------|
//! | a frame's name  | `length`, and what its payload says                           |
//! | `stream_type`   | what a unidirectional stream is for                           |
//! | `field_section` | the fields, in order                                          |
//! | `qpack_encoder`, `qpack_decoder` | `length` octets of instructions              |
//! | `violation`     | `violation`, `text`, `code`                                   |
//!
//! Nothing here runs when nobody listens.

use crate::{Error, Scope, StreamId, frame::FrameType};
use std::time::Instant;
use wire::trace::{Direction, Field, Layer, Trace, Value};

/// The frame's name as machines read it.
const fn name(kind: FrameType) -> &'static str {
    match kind {
        FrameType::DATA => "data",
        FrameType::HEADERS => "headers",
        FrameType::CANCEL_PUSH => "cancel_push",
        FrameType::SETTINGS => "settings",
        FrameType::PUSH_PROMISE => "push_promise",
        FrameType::GOAWAY => "goaway",
        FrameType::MAX_PUSH_ID => "max_push_id",
        FrameType::PRIORITY_UPDATE | FrameType::PRIORITY_UPDATE_PUSH => "priority_update",
        _ if crate::settings::is_reserved(kind.0) => "reserved",
        _ => "unknown",
    }
}

/// Who listens, and the time.
pub(crate) struct Teller<'a> {
    pub(crate) trace: &'a Trace,
    pub(crate) now: Instant,
    pub(crate) direction: Direction,
}

impl Teller<'_> {
    /// A frame passes; `fields` are what its payload says.
    pub(crate) fn frame(
        &self,
        stream: StreamId,
        kind: FrameType,
        length: u64,
        more: &[(&'static str, u64)],
    ) {
        if !self.trace.is_on() {
            return;
        }
        let mut fields = vec![Field { name: "length", value: Value::Number(length) }];
        let number =
            |(name, value): &(&'static str, u64)| Field { name, value: Value::Number(*value) };
        fields.extend(more.iter().map(number));
        if name(kind) == "unknown" {
            fields.push(Field { name: "type", value: Value::Number(kind.0) });
        }
        self.emit(name(kind), Some(stream), &fields);
    }

    /// What a unidirectional stream is for.
    pub(crate) fn stream_type(&self, stream: StreamId, what: &str) {
        self.emit("stream_type", Some(stream), &[Field { name: "type", value: Value::Text(what) }]);
    }

    /// Instructions of QPACK pass.
    pub(crate) fn instructions(&self, stream: StreamId, name: &'static str, length: usize) {
        let length = Value::Number(length as u64);
        self.emit(name, Some(stream), &[Field { name: "length", value: length }]);
    }

    /// The fields of a section.
    pub(crate) fn section(&self, stream: StreamId, section: &Section) {
        if !self.trace.is_on() {
            return;
        }
        let fields: Vec<Field<'_>> = section
            .iter()
            .filter_map(|(name, value)| {
                let name = std::str::from_utf8(name).ok()?;
                let text = std::str::from_utf8(value);
                Some(Field { name, value: text.map_or(Value::Octets(value), Value::Text) })
            })
            .collect();
        self.emit("field_section", Some(stream), &fields);
    }

    /// A rule was broken.
    pub(crate) fn violation(&self, error: &Error) {
        if !self.trace.is_on() {
            return;
        }
        let (name, text, code) = (error.name(), error.to_string(), error.code().to_string());
        let stream = match error.scope() {
            Scope::Stream(stream) => Some(stream),
            Scope::Connection => None,
        };
        let fields = [
            Field { name: "violation", value: Value::Text(&name) },
            Field { name: "text", value: Value::Text(&text) },
            Field { name: "code", value: Value::Text(&code) },
        ];
        self.emit("violation", stream, &fields);
    }

    fn emit(&self, name: &'static str, stream: Option<StreamId>, fields: &[Field<'_>]) {
        if self.trace.is_on() {
            let stream = stream.map(StreamId::get);
            self.trace.emit_slice(self.now, Layer::Http3, self.direction, name, stream, fields);
        }
    }
}

/// The fields of a section, copied while somebody listens.
pub(crate) type Section = Vec<(Vec<u8>, Vec<u8>)>;
