//! RFC 9204, Appendix B: the five examples, one connection, octet for octet.
//!
//! `appendix_b/examples.txt` has what each example puts on each stream, in the order in which it
//! arrives, and how the table is behind it. What the decoder answers must be the example's octets.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{acknowledgments, decode, entries, hex, list, with_table};
use qpack::{Decoder, DecoderInstruction};
use wire::Reader;

const EXAMPLES: &str = include_str!("appendix_b/examples.txt");

/// The table's octets that the examples' decoder allows.
const CAPACITY: usize = 220;

/// `name: value`; the colon of a pseudo-field has no space behind it.
fn pair(text: &str) -> (&str, &str) {
    text.split_once(": ").unwrap()
}

/// The lines of an example that begin with a word, without it.
fn lines<'a>(example: &'a str, word: &str) -> Vec<&'a str> {
    let rest = |line: &'a str| line.strip_prefix(word).and_then(|line| line.strip_prefix(' '));
    example.lines().filter_map(rest).collect()
}

/// Plays an example; encoder instructions come in portions of so many octets.
fn play(decoder: &mut Decoder, example: &str, portion: usize) {
    let number = example.lines().next().unwrap();
    let fields: Vec<_> = lines(example, "field").into_iter().map(pair).collect();
    for line in example.lines().skip(1) {
        let (word, rest) = line.split_once(' ').unwrap();
        match word {
            "encoder" => {
                for part in hex(rest).chunks(portion) {
                    decoder.receive_instructions(part).unwrap();
                }
            }
            "section" => {
                let (stream, octets) = rest.split_once(' ').unwrap();
                let found = decode(decoder, stream.parse().unwrap(), &hex(octets)).unwrap();
                // Without fields in the file, it waits.
                let wanted = (!fields.is_empty()).then(|| list(&fields));
                assert_eq!(found, wanted, "{number}");
            }
            "cancel" => decoder.cancel(rest.parse().unwrap()),
            "decoder" => assert_eq!(acknowledgments(decoder), hex(rest), "{number}"),
            "field" | "table" => {}
            "size" => assert_eq!(decoder.table().size(), rest.parse().unwrap(), "{number}"),
            other => panic!("{other}"),
        }
    }
    let table: Vec<_> = lines(example, "table")
        .into_iter()
        .map(|line| {
            let (index, field) = line.split_once(' ').unwrap();
            let (name, value) = pair(field);
            (index.parse().unwrap(), name.to_owned(), value.to_owned())
        })
        .collect();
    assert_eq!(entries(decoder.table()), table, "{number}");
}

#[test]
fn all_examples_in_order() {
    let mut decoder = Decoder::new(&with_table(CAPACITY));
    assert_eq!(EXAMPLES.split("\n\n").count(), 5);
    for example in EXAMPLES.split("\n\n") {
        play(&mut decoder, example, usize::MAX);
    }
    // Two entries came behind the last that was told of.
    assert_eq!(acknowledgments(&mut decoder), hex("02"));
}

#[test]
fn all_examples_an_octet_at_a_time() {
    for portion in 1..8 {
        let mut decoder = Decoder::new(&with_table(CAPACITY));
        for example in EXAMPLES.split("\n\n") {
            play(&mut decoder, example, portion);
        }
    }
}

#[test]
fn what_the_decoder_says_is_read_and_written_the_same() {
    use DecoderInstruction::{InsertCountIncrement, SectionAcknowledgment, StreamCancellation};
    for (octets, instruction) in [
        ("84", SectionAcknowledgment { stream: 4 }),
        ("01", InsertCountIncrement { increment: 1 }),
        ("48", StreamCancellation { stream: 8 }),
        ("ff 80 07", SectionAcknowledgment { stream: 1023 }),
    ] {
        let octets = hex(octets);
        assert_eq!(DecoderInstruction::parse(&mut Reader::new(&octets)), Ok(Some(instruction)));
        let mut out = Vec::new();
        instruction.encode(&mut out);
        assert_eq!(out, octets);
    }
}
