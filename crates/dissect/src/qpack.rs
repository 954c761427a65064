//! QPACK's three: what an encoder says, what a decoder says, and a field section.
//!
//! RFC 9204 §4
//!
//! ```text
//!   encoder stream ──► instructions, one behind the other ──► table
//!   field section  ──► prefix, lines ──► need what the hint `encoder_stream` brought, if anything
//!   decoder stream ──► instructions; whether its sections were sent is not known here
//! ```
//!
//! Invariant: what is told is what the parsers of `qpack` read.
//!
//! Used by: [`dissect`](crate::dissect), for its kinds of that name.

use crate::Hints;
use hpack::table::DynamicTable;
use qpack::{Decoder, DecoderInstruction, Error, Limits, Status};
use wire::Reader;

/// What a decoder says in its settings that says nothing else: HPACK's default.
const TABLE: usize = 4096;

/// As much as there is: it is here already.
fn limits(table_capacity: usize) -> Limits {
    let most = usize::MAX;
    Limits { table_capacity, section: most, list_size: most, fields: most, ..Limits::default() }
}

/// Why a stream was not read to its end, if it was not.
fn left(verdict: Result<(), Error>, reader: &Reader<'_>) -> Option<String> {
    match verdict {
        Ok(()) if reader.is_empty() => None,
        Ok(()) => Some(format!("the last instruction is cut short: {} octets of it", reader.len())),
        Err(error) => Some(error.to_string()),
    }
}

/// Reads an encoder stream, or its beginning.
pub(crate) fn encoder_stream(reader: &mut Reader<'_>) -> Option<String> {
    let verdict = Decoder::new(&limits(DynamicTable::LARGEST)).read_instructions(reader);
    left(verdict, reader)
}

/// Reads any part of a decoder stream that begins with an instruction.
pub(crate) fn decoder_stream(reader: &mut Reader<'_>) -> Option<String> {
    let mut verdict = Ok(());
    loop {
        match DecoderInstruction::parse(reader) {
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(error) => {
                verdict = Err(error);
                break;
            }
        }
    }
    left(verdict, reader)
}

/// Reads a section behind the instructions that are known.
pub(crate) fn section(reader: &mut Reader<'_>, hints: &Hints) -> Option<String> {
    let brought = hints.encoder_stream.as_deref().unwrap_or_default();
    let mut decoder = match behind(brought) {
        Ok(decoder) => decoder,
        Err(error) => return Some(format!("the encoder stream: {error}")),
    };
    match decoder.read(0, reader, |_| ()) {
        Ok(Status::Done) => None,
        Ok(Status::Blocked) => Some(format!(
            "it waits: the encoder stream has brought {} entries (RFC 9204 §2.2.1)",
            decoder.table().inserted()
        )),
        Err(error) => Some(error.to_string()),
    }
}

/// A decoder that has got these instructions. The count in a section's prefix goes round at what
/// the decoder allows (§4.5.1.1); nobody says it here, and encoders set the capacity to that.
fn behind(instructions: &[u8]) -> Result<Decoder, Error> {
    let mut any = Decoder::new(&limits(DynamicTable::LARGEST));
    any.receive_instructions(instructions)?;
    let capacity = match any.table().capacity() {
        0 => TABLE,
        capacity => capacity,
    };
    let mut decoder = Decoder::new(&limits(capacity));
    decoder.receive_instructions(instructions)?;
    Ok(decoder)
}
