//! Heads on their way out: start line, the caller's fields, and the three that frame.
//!
//! RFC 9112 §3, §4, §6
//!
//! ```text
//! HTTP/1.1 200 OK CRLF
//! Server: w CRLF                      the caller's fields, in the caller's order
//! Content-Length: 5 CRLF              or Transfer-Encoding, or neither
//! Connection: close CRLF              where it is not what the version implies
//! CRLF
//! ```
//!
//! What a caller sets in the framing fields must agree with what it announces: otherwise the peer
//! would look for the next message in the middle of this one.
//!
//! Invariant: a head leaves with at most one Content-Length, never beside Transfer-Encoding.

use crate::{
    body::Outgoing,
    error::Misuse,
    framing::{Facts, Length},
};
use http::{HeaderMap, StatusCode, Version, date::ImfFixdate};

/// How the head announces the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Announce {
    /// No field; the caller's own Content-Length may stand there (HEAD, 304).
    Caller,
    /// No field, and none of the caller's.
    Nothing,
    /// Content-Length.
    Length(u64),
    /// Transfer-Encoding: chunked.
    Chunked,
}

/// What a head says about the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Persistence {
    /// What the version implies.
    Implied,
    /// `Connection: close`.
    Close,
    /// `Connection: keep-alive`, which HTTP/1.0 must be told.
    KeepAlive,
    /// `Connection: upgrade`.
    Upgrade,
}

/// Checks the caller's framing fields against what is announced.
pub(crate) fn check(facts: &Facts, announce: Announce) -> Result<(), Misuse> {
    if facts.coding.is_some() {
        return Err(Misuse::CodingSet);
    }
    match (facts.length, announce) {
        (Length::Absent, _) | (Length::Once(_), Announce::Caller) => Ok(()),
        (Length::Once(set), Announce::Length(length)) if set == length => Ok(()),
        _ => Err(Misuse::LengthConflict),
    }
}

/// Writes `HTTP/1.1 200 OK` and its end.
pub(crate) fn status_line(out: &mut Vec<u8>, status: StatusCode) {
    if status == StatusCode::OK {
        return out.extend_from_slice(b"HTTP/1.1 200 OK\r\n");
    }
    out.extend_from_slice(b"HTTP/1.1 ");
    decimal(out, u64::from(status.as_u16()));
    out.push(b' ');
    out.extend_from_slice(status.reason().as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// Writes the caller's fields, then the framing ones, then the empty line.
pub(crate) fn fields(
    out: &mut Vec<u8>,
    headers: &HeaderMap,
    announce: Announce,
    persistence: Persistence,
    facts: &Facts,
) {
    for (name, value) in headers {
        let name = name.as_bytes();
        let ours = match name.len() {
            // Ours is written below.
            14 => announce != Announce::Caller && name.eq_ignore_ascii_case(b"content-length"),
            // A caller's `keep-alive` must not stand beside our `close`.
            10 => persistence == Persistence::Close && name.eq_ignore_ascii_case(b"connection"),
            _ => false,
        };
        if !ours {
            field(out, name, value.as_bytes());
        }
    }
    match announce {
        Announce::Caller | Announce::Nothing => {}
        Announce::Length(length) => {
            out.extend_from_slice(b"Content-Length: ");
            decimal(out, length);
            out.extend_from_slice(b"\r\n");
        }
        Announce::Chunked => out.extend_from_slice(b"Transfer-Encoding: chunked\r\n"),
    }
    out.extend_from_slice(match persistence {
        Persistence::Close => b"Connection: close\r\n\r\n".as_slice(),
        Persistence::KeepAlive if !facts.keep_alive => b"Connection: keep-alive\r\n\r\n",
        Persistence::Upgrade if !facts.upgrade_listed => b"Connection: upgrade\r\n\r\n",
        Persistence::Implied | Persistence::KeepAlive | Persistence::Upgrade => b"\r\n",
    });
}

/// What a head adds to the caller's fields, for a trace.
pub(crate) fn added(
    announce: Announce,
    persistence: Persistence,
    date: Option<ImfFixdate>,
) -> crate::trace::Added {
    let framing = match announce {
        Announce::Caller | Announce::Nothing => None,
        Announce::Length(length) => Some(("Content-Length", length.to_string())),
        Announce::Chunked => Some(("Transfer-Encoding", "chunked".to_owned())),
    };
    let connection = match persistence {
        Persistence::Implied => None,
        Persistence::Close => Some("close"),
        Persistence::KeepAlive => Some("keep-alive"),
        Persistence::Upgrade => Some("upgrade"),
    };
    let connection = connection.map(|option| ("Connection", option.to_owned()));
    [date.map(|date| ("Date", date.to_string())), framing, connection]
}

/// Writes one field line.
pub(crate) fn field(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

/// What announces `content` in a request. `None` writes nothing: a request without a length has no
/// content.
pub(crate) fn announce_request(content: Outgoing, version: Version) -> Result<Announce, Misuse> {
    match content {
        Outgoing::None => Ok(Announce::Nothing),
        Outgoing::Length(length) => Ok(Announce::Length(length)),
        Outgoing::Unknown if version == Version::Http10 => Err(Misuse::LengthRequired),
        Outgoing::Unknown => Ok(Announce::Chunked),
    }
}

/// Writes `number` in decimal digits.
pub(crate) fn decimal(out: &mut Vec<u8>, number: u64) {
    let mut digits = [b'0'; 20];
    let mut rest = number;
    let mut used = 0;
    for digit in digits.iter_mut().rev() {
        // The remainder of a division by ten fits in an octet.
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
        used += 1;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(digits.len() - used..).unwrap_or_default());
}

/// Writes `number` in hexadecimal digits.
pub(crate) fn hexadecimal(out: &mut Vec<u8>, number: u64) {
    let digits = (64 - number.leading_zeros()).div_ceil(4).max(1);
    for place in (0..digits).rev() {
        let digit = u8::try_from((number >> (place * 4)) & 0xf).unwrap_or_default();
        out.push(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 });
    }
}
