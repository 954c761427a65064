//! Octets of each stream, and what the dissector says of each part: `tests/wire/*.txt`. What one
//! file has is of one connection, in its order, but for the file of errors.
//!
//! ```text
//!   encoder-stream    instructions for the table, and the table behind them
//!   sections          field sections, behind the first of `encoder-stream`
//!   decoder-stream    what a decoder answers
//!   errors-…          what each of them refuses, each on a connection of its own
//! ```
//!
//! Every beginning of all octets is fed too: it must be less, or an error, never a panic.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{entries, hex, with_table};
use qpack::{Decoder, DecoderInstruction, Error, Status};
use std::{collections::HashMap, fmt::Write};
use wire::{Note, Notes, Reader};

/// What the sections refer to.
const BEFORE: &str = "3fbd01 c00f 7777772e6578616d706c652e636f6d c10c 2f73616d706c652f70617468";

#[test]
fn streams_and_sections() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wire");
    let mut earlier: HashMap<String, Vec<Vec<u8>>> = HashMap::new();
    testkit::wire_files(folder, |name, octets| {
        let earlier = earlier.entry(name.to_owned()).or_default();
        testkit::prefixes(octets, |prefix| {
            explain(name, earlier, prefix);
        });
        let explained = explain(name, earlier, octets);
        if !name.starts_with("errors") {
            earlier.push(octets.to_vec());
        }
        explained
    });
}

/// The dissection, then what came of it.
fn explain(name: &str, earlier: &[Vec<u8>], octets: &[u8]) -> String {
    let notes = Notes::default();
    let mut reader = Reader::observed(octets, &notes);
    let mut decoder = Decoder::new(&with_table(220));
    let verdict = if name.ends_with("encoder-stream") {
        earlier.iter().for_each(|octets| decoder.receive_instructions(octets).unwrap());
        decoder.read_instructions(&mut reader).map(|()| table(&decoder))
    } else if name.ends_with("decoder-stream") {
        read_all(&mut reader).map(|()| String::new())
    } else {
        decoder.receive_instructions(&hex(BEFORE)).unwrap();
        decoder.read(4, &mut reader, |_| ()).map(|status| match status {
            Status::Done => String::new(),
            Status::Blocked => "it waits for entries\n".to_owned(),
        })
    };
    let left = reader.len();
    let mut out = told(notes);
    match verdict {
        Ok(text) => {
            if left > 0 && !text.starts_with("it waits") {
                writeln!(out, "{left} octets are the beginning of one more").unwrap();
            }
            out.push_str(&text);
        }
        Err(error) => writeln!(out, "error: {error}").unwrap(),
    }
    out
}

fn read_all(reader: &mut Reader<'_>) -> Result<(), Error> {
    while DecoderInstruction::parse(reader)?.is_some() {}
    Ok(())
}

fn table(decoder: &Decoder) -> String {
    let table = decoder.table();
    let mut out = format!("table: {} of {} octets\n", table.size(), table.capacity());
    for (index, name, value) in entries(table) {
        writeln!(out, "  {index}  {name}: {value}").unwrap();
    }
    out
}

fn told(notes: Notes) -> String {
    let mut out = String::new();
    for note in notes.take() {
        match note {
            Note::Section { offset, name, rfc, .. } => {
                writeln!(out, "{offset:>4}  {name} ({rfc})").unwrap();
            }
            Note::Field { offset, octets, name, value } => {
                let value = value.map(|value| format!("= {value}")).unwrap_or_default();
                let (shown, more) = octets.split_at(octets.len().min(8));
                let more = if more.is_empty() { "" } else { " …" };
                let hex = format!("{}{more}", wire::hex::spaced(shown));
                let line = format!("{offset:>4}    {name:<22}{hex:<26}{value}");
                writeln!(out, "{}", line.trim_end()).unwrap();
            }
        }
    }
    out
}
