//! Messages as octets, and what the dissector says of each part: `tests/wire/*.txt`.
//!
//! Every beginning of every example is fed too: it must be "not yet" or an error, never a panic.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use http::Method;
use http1::{
    Limits,
    head::{dissect_request, dissect_response},
};
use std::fmt::Write;
use wire::{Note, Notes, Reader};

#[test]
fn messages() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wire");
    testkit::wire_files(folder, |name, octets| {
        testkit::prefixes(octets, |prefix| {
            explain(name, prefix);
        });
        explain(name, octets)
    });
}

/// The dissection, then what the parser says.
fn explain(name: &str, octets: &[u8]) -> String {
    let notes = Notes::default();
    let mut reader = Reader::observed(octets, &notes);
    let limits = Limits::default();
    let verdict = if name.starts_with("response") {
        dissect_response(&mut reader, &Method::Get, &limits)
            .map(|head| format!("{:?}", head.response.status))
    } else {
        dissect_request(&mut reader, &limits)
            .map(|head| format!("{} {}", head.request.method, head.request.target))
    };
    let left = reader.len();
    let mut out = String::new();
    for note in notes.take() {
        match note {
            Note::Section { offset, name, rfc, .. } => {
                writeln!(out, "{offset:>4}  {name} ({rfc})").unwrap();
            }
            Note::Field { offset, octets, name, value } => {
                let value = value.map(|value| format!("  = {value}")).unwrap_or_default();
                let octets = octets.escape_ascii();
                writeln!(out, "{offset:>4}    {name:<16} '{octets}'{value}").unwrap();
            }
        }
    }
    match verdict {
        Ok(value) => writeln!(out, "value: {value}").unwrap(),
        Err(error) => writeln!(out, "error: {error}, answer {}", error.status()).unwrap(),
    }
    if left > 0 {
        writeln!(out, "left over: {left} octets").unwrap();
    }
    out
}
