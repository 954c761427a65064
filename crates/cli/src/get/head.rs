//! Heads as text: what `-i`, `-I` and `-D` print.

use client::Response;
use http::{HeaderMap, StatusCode, Version};

/// The heads of a response and of all that led to it, as they came.
///
/// The reason phrase is the one that RFC 9110 has for the status: it means nothing (RFC 9112 §4) and
/// is not kept. `-v` shows the octets themselves.
pub(super) fn of(response: &Response) -> Vec<u8> {
    let mut out = Vec::new();
    for hop in &response.history {
        head(&mut out, hop.version, hop.status, &hop.headers);
    }
    head(&mut out, response.version, response.status, &response.headers);
    out
}

fn head(out: &mut Vec<u8>, version: Version, status: StatusCode, headers: &HeaderMap) {
    out.extend(format!("{version} {status} {}\r\n", status.reason()).into_bytes());
    for (name, value) in headers {
        for part in [name.as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            out.extend_from_slice(part);
        }
    }
    out.extend_from_slice(b"\r\n");
}
