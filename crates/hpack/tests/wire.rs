//! Blocks as octets, and what the dissector says of each part: `tests/wire/*.txt`. The blocks of
//! one file are those of one connection, in their order.
//!
//! Every beginning of every block is fed too: it must be a shorter list or an error, never a panic.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use hpack::{Decoder, Limits};
use std::{collections::HashMap, fmt::Write};
use wire::{Note, Notes, Reader};

#[test]
fn blocks() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wire");
    let mut earlier: HashMap<String, Vec<Vec<u8>>> = HashMap::new();
    testkit::wire_files(folder, |name, octets| {
        let earlier = earlier.entry(name.to_owned()).or_default();
        testkit::prefixes(octets, |prefix| {
            explain(name, earlier, prefix);
        });
        let explained = explain(name, earlier, octets);
        earlier.push(octets.to_vec());
        explained
    });
}

/// The dissection, then the table as it is behind the block.
fn explain(name: &str, earlier: &[Vec<u8>], octets: &[u8]) -> String {
    let table_size = if name.starts_with("responses") { 256 } else { 4096 };
    let mut decoder = Decoder::new(Limits { table_size, ..Limits::default() });
    for block in earlier.iter().filter(|_| !matches!(name, "forms" | "errors")) {
        decoder.decode(block, |_| ()).unwrap();
    }
    let notes = Notes::default();
    let verdict = decoder.read(&mut Reader::observed(octets, &notes), |_| ());
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
                let line = format!("{offset:>4}    {name:<16}{hex:<26}{value}");
                writeln!(out, "{}", line.trim_end()).unwrap();
            }
        }
    }
    match verdict {
        Ok(()) => {
            let table = decoder.table();
            writeln!(out, "table: {} of {} octets", table.size(), table.max_size()).unwrap();
            for (age, index) in (0..table.len()).zip(62..) {
                let (name, value) = table.get(age).unwrap();
                let (name, value) = (name.escape_ascii(), value.escape_ascii());
                writeln!(out, "  {index}  {name}: {value}").unwrap();
            }
        }
        Err(error) => writeln!(out, "error: {error}").unwrap(),
    }
    out
}
