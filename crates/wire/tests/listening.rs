//! What a listener hears: a dissection's notes as text, and a connection's events.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

use std::{
    cell::Cell,
    sync::{Arc, Mutex},
    time::Instant,
};
use wire::{
    Note, Notes, Reader, Truncated, hex,
    trace::{Direction, Event, Field, Layer, Sink, Trace, Value},
};

/// A made-up unit: a head of two fields, a body with units of its own, and an integer.
fn read(reader: &mut Reader<'_>) -> Result<(), Truncated> {
    reader.section("Box", "RFC 0000 §1");
    let length = reader.u16("Length")?;
    let kind = reader.u8("Type")?;
    reader.explain(|| format!("kind {kind}, of those we know"));
    let mut body = reader.within("Body", length.into())?;
    body.enter();
    while !body.is_empty() {
        body.section("Item", "RFC 0000 §2");
        let length = body.u8("Item Length")?;
        body.take("Item Data", length.into())?;
    }
    body.leave();
    reader.section("Trailer", "RFC 0000 §3");
    reader.varint("Count")?;
    Ok(())
}

const BOX: &[u8] = b"\x00\x06\x02\x02hi\x00\x01!\x7b\xbd";

fn show(notes: &[Note]) -> String {
    let mut text = String::new();
    for note in notes {
        text += &match note {
            Note::Section { offset, depth, name, rfc } => {
                format!("{offset:>3}  {}{name} ({rfc})\n", "  ".repeat(*depth))
            }
            Note::Field { offset, octets, name, value } => {
                let value = value.as_ref().map(|value| format!(" = {value}")).unwrap_or_default();
                format!("{offset:>3}    {:<12}{name}{value}\n", hex::spaced(octets))
            }
        };
    }
    text
}

#[test]
fn a_dissection_names_every_octet() {
    let notes = Notes::default();
    let mut reader = Reader::observed(BOX, &notes);
    assert!(reader.is_observed());
    read(&mut reader).unwrap();
    let all = notes.take();
    testkit::golden(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/notes.txt"), &show(&all));
    let octets: Vec<u8> = all
        .iter()
        .flat_map(|note| match note {
            Note::Field { octets, .. } => octets.clone(),
            Note::Section { .. } => Vec::new(),
        })
        .collect();
    assert_eq!(octets, BOX, "nothing left out, nothing told twice");
    assert_eq!(notes.take(), [], "taken is taken");
}

/// What could be read before the cut is told, and is what the whole tells.
#[test]
fn a_dissection_of_a_cut_unit_is_the_beginning_of_the_whole() {
    let notes = Notes::default();
    read(&mut Reader::observed(BOX, &notes)).unwrap();
    let whole = notes.take();
    testkit::prefixes(BOX, |prefix| {
        let notes = Notes::default();
        assert!(read(&mut Reader::observed(prefix, &notes)).is_err());
        assert!(whole.starts_with(&notes.take()), "cut at {}", prefix.len());
    });
}

#[test]
fn a_listener_changes_nothing_and_its_absence_costs_no_text() {
    let mut silent = Reader::new(BOX);
    assert!(!silent.is_observed());
    assert_eq!(read(&mut silent), Ok(()));
    silent.explain(|| panic!("nobody listens"));
}

/// Keeps what it hears, as one line each.
#[derive(Default)]
struct Lines(Mutex<Vec<String>>);

impl Sink for Lines {
    fn event(&self, event: &Event<'_>) {
        let fields: Vec<String> =
            event.fields.iter().map(|field| format!("{}={}", field.name, field.value)).collect();
        self.0.lock().unwrap().push(format!(
            "{} {:?} {:?} {:?} {} {}",
            event.connection,
            event.stream,
            event.layer,
            event.direction,
            event.name,
            fields.join(" ")
        ));
    }
}

#[test]
fn events_tell_who_what_and_how_much() {
    let lines = Arc::new(Lines::default());
    let trace = Trace::to(lines.clone(), 7);
    let now = Instant::now();
    trace.emit(now, Layer::Http2, Direction::Received, "frame", Some(3), || {
        [
            Field { name: "length", value: Value::Number(16_384) },
            Field { name: "share", value: Value::Real(0.5) },
            Field { name: "text", value: Value::Text("길") },
            Field { name: "octets", value: Value::Octets(b"a\x00\r") },
            Field { name: "end", value: Value::Flag(true) },
            Field { name: "took", value: Value::Micros(1_005) },
        ]
    });
    let fields = [Field { name: "n", value: Value::Number(1) }];
    let other = trace.with_connection(8);
    other.emit_slice(now, Layer::Client, Direction::Local, "pool", None, &fields);
    assert_eq!(
        *lines.0.lock().unwrap(),
        [
            "7 Some(3) Http2 Received frame length=16384 share=0.500 text=길 octets=a\\x00\\r \
             end=true took=1.005 ms",
            "8 None Client Local pool n=1",
        ]
    );
}

#[test]
fn without_a_listener_no_field_is_made() {
    let made = Cell::new(false);
    let silent = Trace::default().with_connection(1);
    silent.emit(Instant::now(), Layer::Quic, Direction::Sent, "packet", None, || {
        made.set(true);
        []
    });
    silent.emit_slice(Instant::now(), Layer::Quic, Direction::Sent, "packet", None, &[]);
    assert!(!made.get() && !silent.is_on());
    assert_eq!(format!("{silent:?}"), "Trace(off, connection 1)");
}
