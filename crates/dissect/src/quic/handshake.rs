//! What TLS says inside of CRYPTO frames, and what transport parameters say inside of that.
//!
//! RFC 9000 §19.6, §18; RFC 9001 §4, §8.2
//!
//! ```text
//!   Crypto Data                 at offset 0: handshake messages, read by TLS
//!     quic_transport_parameters read by QUIC
//! ```
//!
//! Invariant: what cannot be read whole stays the one field that it was.
//!
//! Used by: [`datagram`](super::datagram).

use ::quic::parameters::TransportParameters;
use tls::{Role, message};
use wire::{Note, Notes, Reader};

/// Puts `frames` behind `out`, with fields that hold messages replaced by what these say.
pub(super) fn retell<'a>(
    datagram: &'a [u8],
    listener: &'a Notes,
    frames: Vec<Note>,
    sender: Role,
    out: &mut Vec<Note>,
) {
    // Where in a message octets are that stand elsewhere than at offset 0, nobody knows.
    let mut from_start = false;
    let reader = Reader::observed(datagram, listener);
    for note in frames {
        let told = match &note {
            Note::Field { name: "Offset", value, .. } => {
                from_start = value.as_deref() == Some("0");
                None
            }
            Note::Field { name: "Crypto Data", octets, offset, .. } if from_start => {
                part((reader, listener), (*offset, octets.len()), 2, messages)
            }
            _ => None,
        };
        for note in told.unwrap_or_else(|| vec![note]) {
            let parameters = match &note {
                Note::Field { name: "quic_transport_parameters", octets, offset, .. } => {
                    let read = |reader: &mut Reader<'_>| {
                        TransportParameters::read(reader, sender).is_ok() && reader.is_empty()
                    };
                    part((reader, listener), (*offset, octets.len()), 4, read)
                }
                _ => None,
            };
            out.extend(parameters.unwrap_or_else(|| vec![note]));
        }
    }
}

/// Reads these octets once more, so deep inside; what was told, if all of them were read.
fn part<'a>(
    (mut reader, listener): (Reader<'a>, &'a Notes),
    (offset, length): (usize, usize),
    depth: usize,
    read: impl FnOnce(&mut Reader<'a>) -> bool,
) -> Option<Vec<Note>> {
    reader.skip(offset);
    let mut inside = reader.within("part", length).ok()?;
    (0..depth).for_each(|_| inside.enter());
    let whole = read(&mut inside);
    (0..depth).for_each(|_| inside.leave());
    let told = listener.take();
    whole.then_some(told)
}

fn messages(data: &mut Reader<'_>) -> bool {
    let most = data.len();
    let some = message::dissect(data, most).is_ok_and(|messages| !messages.is_empty());
    if some && !data.is_empty() {
        // It is there: as much as is left.
        let _ = data.take("Crypto Data", data.len());
        data.explain(|| "a message that goes on in another frame".into());
    }
    some
}
