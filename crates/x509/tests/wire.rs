//! Certificates as octets, and what the parser says of each field: `tests/wire/*.txt`.
//!
//! Every beginning of every example is read too: it must be an error, never a panic.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use std::fmt::Write;
use wire::{Note, Notes, Reader};
use x509::{Certificate, Limits, dissect};

#[test]
fn certificates() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wire");
    testkit::wire_files(folder, |_, octets| {
        testkit::prefixes(octets, |prefix| assert!(Certificate::read(prefix).is_err()));
        explain(octets)
    });
}

/// One line for each structure and each field, indented as they nest, then the verdict.
fn explain(octets: &[u8]) -> String {
    let notes = Notes::default();
    let verdict = dissect(&mut Reader::observed(octets, &notes), &Limits::default());
    let (mut out, mut nesting) = (String::new(), 0);
    for note in notes.take() {
        let line = match note {
            Note::Section { offset, depth, name, rfc } => {
                nesting = depth;
                format!("{offset:>4}{:indent$}{name} ({rfc})", "", indent = 1 + 2 * depth)
            }
            // The head of a structure says nothing that its name does not.
            Note::Field { name: "tag, length", .. } => continue,
            Note::Field { offset, octets, name, value } => {
                let value = value.map(|value| format!(" = {value}")).unwrap_or_default();
                let shown = wire::hex::spaced(octets.get(..8).unwrap_or(&octets));
                let more = if octets.len() > 8 { " …" } else { "" };
                format!(
                    "{offset:>4}{:indent$}{name}: {shown}{more}{value}",
                    "",
                    indent = 3 + 2 * nesting
                )
            }
        };
        writeln!(out, "{line}").unwrap();
    }
    match verdict {
        Ok(()) => writeln!(out, "read: {:?}", Certificate::read(octets).unwrap()).unwrap(),
        Err(error) => writeln!(out, "error: {error}").unwrap(),
    }
    out
}
