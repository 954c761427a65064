//! What this floor tells a listener: each frame, either way, and what was wrong.
//!
//! Nothing here runs when nobody listens.

use crate::{Error, frame::Head};
use std::time::Instant;
use wire::{
    hex,
    trace::{Direction, Field, Layer, Trace, Value},
};

#[inline]
pub(crate) fn frame(trace: &Trace, now: Instant, direction: Direction, head: &Head) {
    if trace.is_on() {
        tell_frame(trace, now, direction, head);
    }
}

/// Apart, so that where nobody listens a frame costs one branch and no call.
#[cold]
fn tell_frame(trace: &Trace, now: Instant, direction: Direction, head: &Head) {
    let mask = head.mask.map(|key| hex::encode(&key));
    trace.emit(now, Layer::WebSocket, direction, "frame", None, || {
        [
            Field { name: "opcode", value: Value::Text(head.opcode.name()) },
            Field { name: "fin", value: Value::Flag(head.fin) },
            Field { name: "rsv1", value: Value::Flag(head.rsv1) },
            Field { name: "mask", value: Value::Text(mask.as_deref().unwrap_or("none")) },
            Field { name: "length", value: Value::Number(head.length) },
        ]
    });
}

pub(crate) fn violation(trace: &Trace, now: Instant, error: &Error) {
    if !trace.is_on() {
        return;
    }
    let text = error.to_string();
    trace.emit(now, Layer::WebSocket, Direction::Local, "violation", None, || {
        [
            Field { name: "violation", value: Value::Text(error.violation.name()) },
            Field { name: "text", value: Value::Text(&text) },
            Field { name: "offset", value: Value::Number(error.offset) },
            Field { name: "code", value: Value::Number(error.close_code().as_u16().into()) },
        ]
    });
}
