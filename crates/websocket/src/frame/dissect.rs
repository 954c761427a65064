//! One side's stream, every octet named.
//!
//! RFC 6455 §5
//!
//! Used by: `dissect --as websocket-client` and `websocket-server`, and the book's octet tables.

use super::{Head, Opcode, Rules, mask};
use crate::{CloseCode, Error, Limits, Role};
use wire::Reader;

/// Reads the frames that `sender` sent, from the first octet behind the handshake, telling the
/// reader's observer of each field. Ends where the octets end; a frame that is cut short is left in
/// the reader.
///
/// # Errors
/// What a head alone can break; see [`Head::parse`].
pub fn dissect(reader: &mut Reader<'_>, sender: Role, limits: &Limits) -> Result<(), Error> {
    let receiver = match sender {
        Role::Client => Role::Server,
        Role::Server => Role::Client,
    };
    // Whether compression was agreed on stands in the handshake, which is not here.
    let rules = Rules { role: receiver, compression: true, frame: limits.frame };
    while !reader.is_empty() {
        let offset = reader.offset() as u64;
        let head = Head::parse(reader, &rules).map_err(|violation| violation.at(offset))?;
        let Some(head) = head else { return Ok(()) };
        let length = usize::try_from(head.length).unwrap_or(usize::MAX);
        let there = length.min(reader.len());
        if there == 0 {
            continue;
        }
        let name = if head.mask.is_some() { "payload data, masked" } else { "payload data" };
        let Ok(payload) = reader.take(name, there) else { return Ok(()) };
        reader.explain(|| explain(&head, payload));
    }
    Ok(())
}

/// What a payload says to a person, once its mask is off.
fn explain(head: &Head, payload: &[u8]) -> String {
    let mut plain = payload.to_vec();
    if let Some(key) = head.mask {
        mask(&mut plain, key, 0);
    }
    match (head.opcode, plain.as_slice()) {
        (Opcode::Close, [high, low, reason @ ..]) => {
            let code = CloseCode::new(u16::from_be_bytes([*high, *low]));
            format!("{code} {}, '{}'", code.name(), reason.escape_ascii())
        }
        _ if head.rsv1 => format!("{} octets, compressed", plain.len()),
        (_, octets) => match std::str::from_utf8(octets) {
            Ok(text) => format!("'{}'", text.escape_debug()),
            Err(_) => format!("'{}'", octets.escape_ascii()),
        },
    }
}
