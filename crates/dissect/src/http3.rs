//! A stream of HTTP/3: its type, if it has one, frames, and inside them QPACK's field sections.
//!
//! RFC 9114 §6.2, §7, RFC 9204
//!
//! ```text
//!   0x00            a control stream: SETTINGS, GOAWAY …
//!   0x02, 0x03      QPACK's encoder and decoder streams: instructions
//!   0x01 …          is both: HEADERS, and the type of a push. A push says its number, which is
//!                   short, and then HEADERS; a field section begins with two octets, mostly 0
//!   anything else   a request's stream: frames from the first octet on
//! ```
//!
//! Only what one stream shows by itself is judged. Sections that refer to the dynamic table need
//! the hint `encoder_stream`, as [`qpack`](super::qpack)'s do.
//!
//! Used by: [`dissect`](crate::dissect).

use crate::{Hints, qpack};
use ::http3::{
    Role, Settings,
    frame::{FrameHead, FrameType, Place, read_control},
};
use wire::{Reader, Truncated};

/// Types of unidirectional streams (RFC 9114 §6.2, RFC 9204 §4.2).
const CONTROL: u8 = 0x00;
const PUSH: u8 = 0x01;
const ENCODER: u8 = 0x02;
const DECODER: u8 = 0x03;

/// As many settings as there are: they are here already.
const SETTINGS: u32 = u32::MAX;

/// Reads a stream to the end; why it did not get there, if it did not.
pub(crate) fn stream(reader: &mut Reader<'_>, hints: &Hints) -> Option<String> {
    let first = reader.rest().first().copied();
    if let Some(kind @ (CONTROL | ENCODER | DECODER)) = first {
        kind_of(reader);
        return match kind {
            CONTROL => frames(reader, Place::Control, hints),
            ENCODER => qpack::encoder_stream(reader),
            _ => qpack::decoder_stream(reader),
        };
    }
    if first == Some(PUSH) && is_push(reader.unobserved()) {
        kind_of(reader);
        // It is there: it was read a moment ago.
        let _ = reader.varint("Push ID");
        return frames(reader, Place::Push, hints);
    }
    frames(reader, Place::Request, hints)
}

fn kind_of(reader: &mut Reader<'_>) {
    reader.section("Unidirectional stream", "RFC 9114 §6.2");
    if let Ok(kind) = reader.varint("Stream Type") {
        reader.explain(|| match u8::try_from(kind) {
            Ok(CONTROL) => "control stream".into(),
            Ok(PUSH) => "push stream".into(),
            Ok(ENCODER) => "QPACK encoder stream".into(),
            _ => "QPACK decoder stream".into(),
        });
    }
}

/// Whether a push's number and a whole HEADERS frame stand behind the type, and no HEADERS frame
/// begins with it.
fn is_push(reader: Reader<'_>) -> bool {
    let is_headers = |mut reader: Reader<'_>| {
        FrameHead::read(&mut reader).is_ok_and(|head| {
            let length = usize::try_from(head.length).unwrap_or(usize::MAX);
            head.kind == FrameType::HEADERS && length >= 2 && length <= reader.len()
        })
    };
    let mut behind = reader;
    let number = behind.varint("Stream Type").and_then(|_| behind.varint("Push ID"));
    number.is_ok() && is_headers(behind) && !is_headers(reader)
}

/// Reads frames, one behind the other.
fn frames(reader: &mut Reader<'_>, place: Place, hints: &Hints) -> Option<String> {
    let mut first = true;
    while !reader.is_empty() {
        let at = reader.offset();
        let mut ahead = reader.unobserved();
        let (there, head) = (reader.len(), FrameHead::read(&mut ahead));
        let Ok(head) = head else {
            return Some(format!(
                "the frame at octet {at} is cut short: {there} octets of its head"
            ));
        };
        let (there, length) = (ahead.len(), usize::try_from(head.length).unwrap_or(usize::MAX));
        reader.section(head.kind.name(), rfc(head.kind));
        // It is there: it was read a moment ago.
        let _ = FrameHead::read(reader);
        let here = [Role::Client, Role::Server].map(|role| head.kind.is_allowed(place, role));
        let opens = place == Place::Control && std::mem::take(&mut first);
        if (head.kind == FrameType::SETTINGS) != opens || !(opens || here.contains(&true)) {
            let (kind, section) = (head.kind.name(), if opens { "6.2.1" } else { "7.2" });
            return Some(format!(
                "{kind} has no place there: the frame begins at octet {at} (RFC 9114 §{section})"
            ));
        }
        if there < length {
            let kind = head.kind.name();
            return Some(format!(
                "the {kind} at octet {at} is cut short: {there} of {length} octets"
            ));
        }
        if let Err(error) = payload(head, length, reader, hints) {
            return Some(format!("{error}; the frame begins at octet {at}"));
        }
    }
    None
}

const fn rfc(kind: FrameType) -> &'static str {
    match kind {
        FrameType::DATA => "RFC 9114 §7.2.1",
        FrameType::HEADERS => "RFC 9114 §7.2.2",
        FrameType::CANCEL_PUSH => "RFC 9114 §7.2.3",
        FrameType::SETTINGS => "RFC 9114 §7.2.4",
        FrameType::PUSH_PROMISE => "RFC 9114 §7.2.5",
        FrameType::GOAWAY => "RFC 9114 §7.2.6",
        FrameType::MAX_PUSH_ID => "RFC 9114 §7.2.7",
        FrameType::PRIORITY_UPDATE | FrameType::PRIORITY_UPDATE_PUSH => "RFC 9218 §7.2",
        _ => "RFC 9114 §7.2.8",
    }
}

fn payload(
    head: FrameHead,
    length: usize,
    reader: &mut Reader<'_>,
    hints: &Hints,
) -> Result<(), String> {
    let cut = |truncated: Truncated| truncated.to_string();
    match head.kind {
        FrameType::HEADERS | FrameType::PUSH_PROMISE => {
            let mut section = reader.within("Encoded Field Section", length).map_err(cut)?;
            if head.kind == FrameType::PUSH_PROMISE {
                section.varint("Push ID").map_err(cut)?;
            }
            section.enter();
            let left = qpack::section(&mut section, hints);
            reader.leave();
            left.map_or(Ok(()), Err)
        }
        FrameType::SETTINGS => {
            let mut payload = reader.within("Settings", length).map_err(cut)?;
            Settings::read(&mut payload, SETTINGS).map(|_| ()).map_err(|error| error.to_string())
        }
        FrameType::DATA => reader.take("Data", length).map(|_| ()).map_err(cut),
        kind => {
            let mut payload = reader.within("Payload", length).map_err(cut)?;
            let read = read_control(kind, &mut payload).map_err(|error| error.to_string())?;
            if read.is_none() && length > 0 {
                payload.take("Payload", length).map_err(cut)?;
            }
            Ok(())
        }
    }
}
