//! QUIC's variable-length integers: the RFC's own examples, and the borders between the lengths.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use wire::{Reader, Truncated, VarInt, hex};

/// RFC 9000 §A.1.
#[test]
fn the_examples_of_the_rfc() {
    for (text, value) in [
        ("c2197c5eff14e88c", 151_288_809_941_952_652),
        ("9d7f3e7d", 494_878_333),
        ("7bbd", 15_293),
        ("25", 37),
        ("4025", 37),
    ] {
        let octets = hex::decode(text).unwrap();
        let mut reader = Reader::new(&octets);
        assert_eq!(reader.varint("integer"), Ok(value), "{text}");
        assert!(reader.is_empty());
    }
}

/// RFC 9000 §16, table 4.
#[test]
fn each_length_holds_what_the_table_says() {
    for (value, text) in [
        (0, "00"),
        (63, "3f"),
        (64, "4040"),
        (16_383, "7fff"),
        (16_384, "80004000"),
        (1_073_741_823, "bfffffff"),
        (1_073_741_824, "c000000040000000"),
        (4_611_686_018_427_387_903, "ffffffffffffffff"),
    ] {
        let integer = VarInt::new(value).unwrap();
        let mut out = Vec::new();
        integer.encode(&mut out);
        assert_eq!(hex::encode(&out), text);
        assert_eq!(out.len(), integer.length());
        assert_eq!(Reader::new(&out).varint("integer"), Ok(value));
    }
}

#[test]
fn what_needs_more_than_62_bits_is_no_integer() {
    assert_eq!(VarInt::new((1 << 62) - 1), Some(VarInt::MAX));
    assert_eq!(VarInt::new(1 << 62), None);
    assert_eq!(VarInt::new(u64::MAX), None);
    assert_eq!(VarInt::from(u32::MAX).get(), u64::from(u32::MAX));
}

#[test]
fn the_first_octet_alone_says_the_length() {
    for first in 0..=u8::MAX {
        let length = [1, 2, 4, 8].get(usize::from(first >> 6)).copied();
        assert_eq!(Some(VarInt::length_from(first)), length);
    }
}

#[test]
fn each_cut_is_told_where_the_integer_begins() {
    let cut = Truncated { field: "integer", offset: 1 };
    for text in ["", "40", "bfffff", "c0000000000000"] {
        let octets = hex::decode(&format!("00{text}")).unwrap();
        let mut reader = Reader::new(&octets);
        reader.varint("before").unwrap();
        assert_eq!(reader.varint("integer"), Err(cut), "{text}");
        assert_eq!(reader.offset(), 1);
    }
}
