//! One side's stream, every octet named.
//!
//! RFC 6455 §5, RFC 7692 §7.2.2
//!
//! A payload is explained by what it says: its mask taken off, inflated where it was compressed.
//! Whether windows are taken over stands in the handshake, which is not here; a window that is
//! always taken over reads both, since a sender that forgets refers to nothing.
//!
//! Used by: `dissect --as websocket-client` and `websocket-server`, and the book's octet tables.

use super::{Head, Opcode, Rules, mask};
use crate::{CloseCode, Error, Limits, Role};
use deflate::{Inflate, Status, WindowBits};
use wire::Reader;

/// Octets of a compressed message that are shown, inflated; the rest is counted.
const SHOWN: usize = 1024;
/// Octets that a frame may become before the dissector looks no further.
const INFLATED: usize = 1 << 20;

/// Reads the frames that `sender` sent, from the first octet behind the handshake, telling the
/// reader's observer of each field. Ends where the octets end; a frame whose head is cut short is
/// left in the reader.
///
/// # Errors
/// What a head alone can break; see [`Head::parse`].
pub fn dissect(reader: &mut Reader<'_>, sender: Role, limits: &Limits) -> Result<(), Error> {
    let receiver = match sender {
        Role::Client => Role::Server,
        Role::Server => Role::Client,
    };
    // Whether compression was agreed on stands in the handshake.
    let rules = Rules { role: receiver, compression: true, frame: limits.frame };
    let mut inflate = Inflate::new(WindowBits::MAX);
    let mut compressed = false;
    while !reader.is_empty() {
        let offset = reader.offset() as u64;
        let head = Head::parse(reader, &rules).map_err(|violation| violation.at(offset))?;
        let Some(head) = head else { return Ok(()) };
        if !head.opcode.is_control() && head.opcode != Opcode::Continuation {
            compressed = head.rsv1;
        }
        let length = usize::try_from(head.length).unwrap_or(usize::MAX);
        let there = length.min(reader.len());
        if there == 0 {
            continue;
        }
        let name = if head.mask.is_some() { "payload data, masked" } else { "payload data" };
        let Ok(payload) = reader.take(name, there) else { return Ok(()) };
        reader.explain(|| {
            let mut plain = payload.to_vec();
            if let Some(key) = head.mask {
                mask(&mut plain, key, 0);
            }
            if compressed && !head.opcode.is_control() {
                inflated(&mut inflate, &plain, head.fin)
            } else {
                explain(head.opcode, &plain)
            }
        });
    }
    Ok(())
}

/// What a payload says to a person.
fn explain(opcode: Opcode, plain: &[u8]) -> String {
    match (opcode, plain) {
        (Opcode::Close, [high, low, reason @ ..]) => {
            let code = CloseCode::new(u16::from_be_bytes([*high, *low]));
            format!("{code} {}, {}", code.name(), quoted(reason))
        }
        (_, octets) => quoted(octets),
    }
}

/// What a compressed payload says to a person.
fn inflated(inflate: &mut Inflate, payload: &[u8], fin: bool) -> String {
    let tail = if fin { &[0x00, 0x00, 0xff, 0xff][..] } else { &[] };
    let mut out = Vec::new();
    for mut part in [payload, tail] {
        loop {
            let room = INFLATED.saturating_sub(out.len());
            match inflate.inflate(&mut part, &mut out, room) {
                Ok(Status::Starved) => break,
                Ok(Status::Ended) => inflate.resume(),
                Ok(Status::Full) => return format!("compressed, more than {INFLATED} octets"),
                Err(error) => return format!("compressed, {error}"),
            }
        }
    }
    let shown = out.get(..SHOWN.min(out.len())).unwrap_or_default();
    let more = if shown.len() < out.len() { "…" } else { "" };
    format!("compressed, {} octets: {}{more}", out.len(), quoted(shown))
}

fn quoted(octets: &[u8]) -> String {
    match std::str::from_utf8(octets) {
        Ok(text) => format!("'{}'", text.escape_debug()),
        Err(_) => format!("'{}'", octets.escape_ascii()),
    }
}
