//! RFC 7541, Appendix C: every example, read and written, octet for octet.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{List, decode, encode, hex};
use hpack::{
    Decoder, Encoder, Limits,
    fuzzing::model::{Form, Model},
    integer,
};
use wire::Reader;

/// One example of `appendix_c/examples.txt`.
struct Example {
    number: String,
    block: Vec<u8>,
    list: List,
    table: List,
    size: usize,
}

fn examples(section: &str) -> Vec<Example> {
    let text = include_str!("appendix_c/examples.txt");
    let paragraphs = text.split("\n\n").filter(|text| text.starts_with(section));
    let found: Vec<Example> = paragraphs.map(example).collect();
    assert!(!found.is_empty(), "{section}");
    found
}

fn example(text: &str) -> Example {
    let lines = |kind: &str| -> Vec<&str> {
        text.lines().filter_map(|line| line.strip_prefix(kind)).map(str::trim).collect()
    };
    let list = |kind: &str| -> List {
        // The colon of a pseudo-field's name has no space behind it.
        let pair = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.into(), value.into(), false)
        };
        lines(kind).into_iter().map(pair).collect()
    };
    Example {
        number: text.split_whitespace().next().unwrap().to_owned(),
        block: hex(&lines("block").concat()),
        list: list("list"),
        table: list("table"),
        size: lines("size")[0].parse().unwrap(),
    }
}

/// Decodes the examples of a section on one connection; looks at the table after each.
fn decodes(section: &str, table_size: usize) {
    let mut decoder = Decoder::new(Limits { table_size, ..Limits::default() });
    for example in examples(section) {
        let found = decode(&mut decoder, &example.block).unwrap();
        assert_eq!(found, example.list, "{}", example.number);
        let table = decoder.table();
        assert_eq!((table.len(), table.size()), (example.table.len(), example.size));
        for (age, (name, value, _)) in example.table.iter().enumerate() {
            assert_eq!(table.get(age), Some((name.as_slice(), value.as_slice())));
        }
    }
}

/// Writes the examples of a section on one connection, each field indexed, as they are written.
fn encodes(section: &str, table_size: usize, huffman: bool) {
    let mut model = Model::new(table_size);
    for example in examples(section) {
        let mut block = Vec::new();
        for (name, value, _) in &example.list {
            block.extend(model.encode((name, value), Form::Incremental, huffman));
        }
        assert_eq!(block, example.block, "{}", example.number);
    }
}

#[test]
fn c_1_integers() {
    for (number, prefix, value, octets) in [
        ("C.1.1", 5, 10, &[0x0a][..]),
        ("C.1.2", 5, 1337, &[0x1f, 0x9a, 0x0a]),
        ("C.1.3", 8, 42, &[0x2a]),
    ] {
        let mut out = Vec::new();
        integer::encode(0, prefix, value, &mut out);
        assert_eq!(out, octets, "{number}");
        // What stands above the prefix is no part of the number.
        for above in [0x00, 0xe0] {
            let mut octets = octets.to_vec();
            octets[0] |= if prefix == 8 { 0 } else { above };
            let found = integer::decode::<32>(&mut Reader::new(&octets), "I", prefix);
            assert_eq!(found, Ok(value), "{number}");
        }
    }
}

#[test]
fn c_2_representations() {
    // Each on a connection of its own.
    for (example, form) in examples("C.2").into_iter().zip([
        Form::Incremental,
        Form::Without,
        Form::Never,
        Form::Incremental,
    ]) {
        let mut decoder = Decoder::new(Limits::default());
        let mut list = example.list.clone();
        list[0].2 = form == Form::Never;
        assert_eq!(decode(&mut decoder, &example.block), Ok(list), "{}", example.number);
        assert_eq!(decoder.table().size(), example.size, "{}", example.number);
        let (name, value, _) = &example.list[0];
        let block = Model::new(4096).encode((name, value), form, false);
        assert_eq!(block, example.block, "{}", example.number);
    }
}

#[test]
fn c_3_requests_without_huffman() {
    decodes("C.3", 4096);
    encodes("C.3", 4096, false);
}

#[test]
fn c_4_requests_with_huffman() {
    decodes("C.4", 4096);
    encodes("C.4", 4096, true);
}

/// Our encoder decides by itself as these examples do.
#[test]
fn c_4_is_what_our_encoder_writes() {
    let mut encoder = Encoder::new(&Limits::default());
    for example in examples("C.4") {
        assert_eq!(encode(&mut encoder, &example.list), example.block, "{}", example.number);
        assert_eq!(encoder.table().size(), example.size);
    }
}

#[test]
fn c_5_responses_without_huffman() {
    decodes("C.5", 256);
    encodes("C.5", 256, false);
}

#[test]
fn c_6_responses_with_huffman() {
    decodes("C.6", 256);
    encodes("C.6", 256, true);
}

/// Cut anywhere, a block is either a list that is a beginning of the whole, or an error; never a
/// panic, and never a list with something else in it.
#[test]
fn every_beginning_of_every_example() {
    for section in ["C.2", "C.3", "C.4", "C.5", "C.6"] {
        let table_size = if matches!(section, "C.5" | "C.6") { 256 } else { 4096 };
        let all = examples(section);
        for (number, example) in all.iter().enumerate() {
            testkit::prefixes(&example.block, |prefix| {
                let mut decoder = Decoder::new(Limits { table_size, ..Limits::default() });
                if section != "C.2" {
                    for before in &all[..number] {
                        decode(&mut decoder, &before.block).unwrap();
                    }
                }
                match decode(&mut decoder, prefix) {
                    Ok(list) => {
                        let begins = list.iter().zip(&example.list).all(|(a, b)| a.1 == b.1);
                        assert!(begins && list.len() < example.list.len());
                    }
                    Err(error) => assert!(matches!(error, hpack::Error::Truncated(_)), "{error}"),
                }
            });
        }
    }
}
