//! Streams as octets, and what the dissector says of each field: `tests/wire/*.txt`.
//!
//! Every beginning of every example is fed too: it must be "not yet" or an error, never a panic.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use deflate::{Error, Status, WindowBits, gzip, oracle, zlib};
use std::fmt::Write;
use wire::{Note, Notes, Reader, hex};

#[test]
fn streams() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wire");
    testkit::wire_files(folder, |name, octets| {
        testkit::prefixes(octets, |prefix| {
            explain(name, prefix);
        });
        explain(name, octets)
    });
}

fn explain(name: &str, octets: &[u8]) -> String {
    let notes = Notes::default();
    let mut reader = Reader::observed(octets, &notes);
    let (found, verdict): (Vec<u8>, Result<Status, Error>) = match name {
        name if name.starts_with("gzip") => {
            gzip::dissect(&mut reader, gzip::Limits::DEFAULT, 1 << 16)
        }
        name if name.starts_with("zlib") => zlib::dissect(&mut reader, WindowBits::MAX, 1 << 16),
        _ => oracle::inflate(&mut reader, WindowBits::MAX, 1 << 16),
    };
    let mut out = String::new();
    for note in notes.take() {
        match note {
            Note::Section { offset, name, rfc, .. } => {
                writeln!(out, "{offset:>4}  {name} ({rfc})").unwrap();
            }
            Note::Field { offset, octets, name, value } => {
                let (octets, value) = (hex::spaced(&octets), value.unwrap_or_default());
                let line = format!("{offset:>4}    {name:<14} {octets:<18} {value}");
                writeln!(out, "{}", line.trim_end()).unwrap();
            }
        }
    }
    match verdict {
        Ok(status) => writeln!(out, "{status:?}: \"{}\"", found.escape_ascii()).unwrap(),
        Err(error) => writeln!(out, "error: {error}").unwrap(),
    }
    out
}
