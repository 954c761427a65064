//! Streams as octets, and what the dissector says of each part: `tests/wire/*.txt`. What stands in
//! `client-*.txt` a client sent, and in `server-*.txt` a server.
//!
//! Every beginning of every example is fed too: it must be "not yet" or an error, never a panic.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use std::fmt::Write;
use websocket::{Event, Limits, Role, frame::dissect};
use wire::{Note, Notes, Reader};

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

/// The dissection, then what a connection at the other end tells.
fn explain(name: &str, octets: &[u8]) -> String {
    let sender = if name.starts_with("client") { Role::Client } else { Role::Server };
    let receiver = if sender == Role::Client { Role::Server } else { Role::Client };
    let notes = Notes::default();
    let mut reader = Reader::observed(octets, &notes);
    let verdict = dissect(&mut reader, sender, &Limits::default());
    let left = reader.len();
    let mut out = String::new();
    for note in notes.take() {
        match note {
            Note::Section { offset, name, rfc, .. } => {
                writeln!(out, "{offset:>4}  {name} ({rfc})").unwrap();
            }
            Note::Field { offset, octets, name, value } => {
                let value = value.map(|value| format!("= {value}")).unwrap_or_default();
                let mut hex = wire::hex::spaced(&octets);
                if octets.len() > 8 {
                    hex = format!("{} …", wire::hex::spaced(&octets[..8]));
                }
                let line = format!("{offset:>4}    {name:<24}{hex:<26}{value}");
                writeln!(out, "{}", line.trim_end()).unwrap();
            }
        }
    }
    if let Err(error) = verdict {
        writeln!(out, "error: {error}").unwrap();
    }
    if left > 0 {
        writeln!(out, "left over: {left} octets").unwrap();
    }
    let agreed = common::with_deflate();
    for event in common::story(receiver, &agreed, &Limits::default(), octets) {
        match event {
            Event::Message(message) if message.len() > 32 => {
                writeln!(out, "told: {:?}, {} octets", message.kind(), message.len())
            }
            Event::Message(message) => writeln!(out, "told: {message:?}"),
            Event::Violation(error) => {
                writeln!(out, "told: {error}, answer {}", error.close_code())
            }
            other => writeln!(out, "told: {other:?}"),
        }
        .unwrap();
    }
    out
}
