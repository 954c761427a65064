//! Reading and writing: what is written is read back, and what is cut says where.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

use wire::{Reader, TooLong, Truncated, VarInt, Writer};

/// One field of each kind, as a writer makes it and as a reader takes it.
fn one_of_each() -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = Writer::new(&mut out);
    writer.u8(0x12);
    writer.u16(0x3456);
    writer.u24(0x0078_9abc);
    writer.u32(0xdef0_1234);
    writer.u64(0x5678_9abc_def0_1234);
    writer.varint(VarInt::new(15_293).unwrap());
    writer.put(b"octets");
    writer.put(b"list");
    out
}

fn read_each(reader: &mut Reader<'_>) -> Result<(), Truncated> {
    assert_eq!(reader.u8("one")?, 0x12);
    assert_eq!(reader.u16("two")?, 0x3456);
    assert_eq!(reader.u24("three")?, 0x0078_9abc);
    assert_eq!(reader.u32("four")?, 0xdef0_1234);
    assert_eq!(reader.u64("eight")?, 0x5678_9abc_def0_1234);
    assert_eq!(reader.varint("varint")?, 15_293);
    assert_eq!(reader.take("slice", 6)?, b"octets");
    assert_eq!(reader.octets::<4>("array")?, *b"list");
    Ok(())
}

/// Where each field begins and ends.
const FIELDS: [(&str, usize, usize); 8] = [
    ("one", 0, 1),
    ("two", 1, 3),
    ("three", 3, 6),
    ("four", 6, 10),
    ("eight", 10, 18),
    ("varint", 18, 20),
    ("slice", 20, 26),
    ("array", 26, 30),
];

#[test]
fn what_is_written_is_read_back() {
    let octets = one_of_each();
    let mut reader = Reader::new(&octets);
    assert_eq!(read_each(&mut reader), Ok(()));
    assert!(reader.is_empty());
    assert_eq!((reader.offset(), reader.len(), reader.rest()), (30, 0, &[][..]));
}

#[test]
fn each_cut_names_the_field_and_where_it_begins() {
    testkit::prefixes(&one_of_each(), |prefix| {
        let mut reader = Reader::new(prefix);
        let error = read_each(&mut reader).unwrap_err();
        let (field, offset, _) = *FIELDS.iter().find(|(_, _, end)| prefix.len() < *end).unwrap();
        assert_eq!(error, Truncated { field, offset }, "cut at {}", prefix.len());
        assert_eq!(reader.offset(), offset, "an error leaves the cursor in place");
        assert_eq!(reader.rest(), &prefix[offset..]);
    });
}

#[test]
fn the_error_says_so_in_one_line() {
    let error = Truncated { field: "Length", offset: 7 };
    assert_eq!(error.to_string(), "`Length` is cut short at octet 7");
}

#[test]
fn no_length_is_too_long_to_be_refused() {
    let mut reader = Reader::new(b"abc");
    for length in [4, usize::MAX] {
        assert_eq!(reader.take("field", length), Err(Truncated { field: "field", offset: 0 }));
        assert!(reader.within("field", length).is_err());
    }
    assert_eq!(reader.take("nothing", 0), Ok(&[][..]));
    assert_eq!(reader.rest(), b"abc");
    reader.skip(1);
    assert_eq!(reader.rest(), b"bc");
    reader.skip(usize::MAX);
    assert_eq!((reader.offset(), reader.is_empty()), (3, true));
    reader.skip(usize::MAX);
    assert_eq!(reader.offset(), 3);
}

#[test]
fn a_reader_within_another_counts_from_the_outermost_unit() {
    let mut outer = Reader::new(b"\x01abcdefg");
    outer.u8("type").unwrap();
    let mut middle = outer.within("middle", 5).unwrap();
    assert_eq!(outer.rest(), b"fg", "passed over at once");
    middle.take("head", 2).unwrap();
    let mut inner = middle.within("inner", 2).unwrap();
    assert_eq!((inner.offset(), inner.len()), (3, 2));
    assert_eq!(inner.u16("pair"), Ok(0x6364));
    // The inner end is an end, whatever the outer one holds behind it.
    assert_eq!(inner.u8("more"), Err(Truncated { field: "more", offset: 5 }));
    assert_eq!(middle.take("tail", 1), Ok(&b"e"[..]));
    assert_eq!(middle.u8("more"), Err(Truncated { field: "more", offset: 6 }));
}

#[test]
fn a_copy_looks_ahead() {
    let reader = Reader::new(b"ab");
    let mut ahead = reader;
    assert_eq!(ahead.u8("next"), Ok(b'a'));
    assert_eq!(reader.rest(), b"ab");
}

fn fill(body: &mut Writer<'_>, length: usize) -> Result<(), TooLong> {
    body.put(&vec![7; length]);
    Ok(())
}

/// Each prefix, its greatest length, and one octet more.
#[test]
fn a_body_longer_than_its_prefix_can_say_leaves_the_vector_as_it_was() {
    type Prefixed = fn(&mut Writer<'_>, usize) -> Result<(), TooLong>;
    let prefixes: [(usize, usize, Prefixed); 3] = [
        (1, 0xff, |writer, length| writer.prefixed_u8("body", |body| fill(body, length))),
        (2, 0xffff, |writer, length| writer.prefixed_u16("body", |body| fill(body, length))),
        (3, 0xff_ffff, |writer, length| writer.prefixed_u24("body", |body| fill(body, length))),
    ];
    for (octets, most, prefixed) in prefixes {
        for length in [0, 1, most] {
            let mut out = b"before".to_vec();
            prefixed(&mut Writer::new(&mut out), length).unwrap();
            assert_eq!(out.len(), 6 + octets + length);
            assert_eq!(&out[6..6 + octets], &length.to_be_bytes()[8 - octets..]);
        }
        let mut out = b"before".to_vec();
        let error = prefixed(&mut Writer::new(&mut out), most + 1).unwrap_err();
        assert_eq!(error, TooLong { field: "body", length: most + 1 });
        assert_eq!(out, b"before");
    }
}

#[test]
fn prefixes_nest_and_an_inner_error_undoes_all() {
    let nested = |inner: usize, out: &mut Vec<u8>| {
        Writer::new(out).prefixed_u16("outer", |outer| {
            outer.u8(1);
            outer.prefixed_u8("inner", |body| {
                body.put(&vec![2; inner]);
                Ok(())
            })
        })
    };
    let mut out = Vec::new();
    nested(3, &mut out).unwrap();
    assert_eq!(out, [0, 5, 1, 3, 2, 2, 2]);
    let error = nested(256, &mut out).unwrap_err();
    assert_eq!(error.to_string(), "`inner` has 256 octets, more than its length prefix can say");
    assert_eq!(out, [0, 5, 1, 3, 2, 2, 2]);
}

#[test]
fn three_octets_hold_the_lower_24_bits() {
    let mut out = Vec::new();
    let mut writer = Writer::new(&mut out);
    assert!(writer.is_empty());
    writer.u24(0xff01_0203);
    assert_eq!(writer.len(), 3);
    assert_eq!(out, [1, 2, 3]);
}
