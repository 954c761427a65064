//! What this floor tells a listener: heads with their fields, and how much content passed.
//!
//! Nothing here runs when nobody listens.

use crate::Error;
use http::{HeaderMap, Request, Response};
use std::time::Instant;
use wire::trace::{Direction, Field, Layer, Trace, Value};

/// Fields that the connection adds to the caller's, as it writes them.
pub(crate) type Added = [Option<(&'static str, String)>; 3];

pub(crate) fn request(
    trace: &Trace,
    now: Instant,
    direction: Direction,
    request: &Request,
    added: impl FnOnce() -> Added,
) {
    if !trace.is_on() {
        return;
    }
    let added = added();
    let target = request.target.to_string();
    let mut fields = vec![
        Field { name: "method", value: Value::Text(request.method.as_str()) },
        Field { name: "target", value: Value::Text(&target) },
        Field { name: "version", value: Value::Text(request.version.as_str()) },
    ];
    header_fields(&mut fields, &request.headers, &added);
    trace.emit_slice(now, Layer::Http1, direction, "request", None, &fields);
}

pub(crate) fn response(
    trace: &Trace,
    now: Instant,
    direction: Direction,
    response: &Response,
    added: impl FnOnce() -> Added,
) {
    if !trace.is_on() {
        return;
    }
    let added = added();
    let mut fields = vec![
        Field { name: "status", value: Value::Number(response.status.as_u16().into()) },
        Field { name: "reason", value: Value::Text(response.status.reason()) },
        Field { name: "version", value: Value::Text(response.version.as_str()) },
    ];
    header_fields(&mut fields, &response.headers, &added);
    trace.emit_slice(now, Layer::Http1, direction, "response", None, &fields);
}

fn header_fields<'a>(fields: &mut Vec<Field<'a>>, headers: &'a HeaderMap, added: &'a Added) {
    let replaced =
        |name: &str| added.iter().flatten().any(|(added, _)| added.eq_ignore_ascii_case(name));
    for (name, value) in headers.iter().filter(|(name, _)| !replaced(name.as_str())) {
        let value = value.to_str().map_or(Value::Octets(value.as_bytes()), Value::Text);
        fields.push(Field { name: name.as_str(), value });
    }
    for (name, value) in added.iter().flatten() {
        fields.push(Field { name, value: Value::Text(value) });
    }
}

pub(crate) fn data(trace: &Trace, now: Instant, direction: Direction, length: u64) {
    trace.emit(now, Layer::Http1, direction, "data", None, || {
        [Field { name: "length", value: Value::Number(length) }]
    });
}

pub(crate) fn violation(trace: &Trace, now: Instant, error: &Error) {
    if !trace.is_on() {
        return;
    }
    let text = error.to_string();
    trace.emit(now, Layer::Http1, Direction::Local, "violation", None, || {
        [
            Field { name: "violation", value: Value::Text(error.violation.name()) },
            Field { name: "text", value: Value::Text(&text) },
            Field { name: "offset", value: Value::Number(error.offset) },
            Field { name: "status", value: Value::Number(error.status().as_u16().into()) },
        ]
    });
}
