//! The encoder: what it indexes, what it never does, and how it speaks of its table's size.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{decode, encode, hex, list};
use hpack::{Decoder, Encoder, Field, Limits};

fn one(encoder: &mut Encoder, field: Field<'_>) -> Vec<u8> {
    let mut block = Vec::new();
    encoder.encode([field], &mut block);
    block
}

fn new() -> Encoder {
    Encoder::new(&Limits::default())
}

#[test]
fn section_6_1_a_field_of_the_static_table_is_one_octet() {
    let mut encoder = new();
    for (number, (name, value)) in (1..).zip(hpack::table::FIXED) {
        if !matches!(number, 23 | 32 | 49) {
            assert_eq!(one(&mut encoder, Field::new(name, value)), [0x80 | number]);
        }
    }
    assert!(encoder.table().is_empty());
}

#[test]
fn section_6_1_a_field_that_was_indexed_is_one_octet_too() {
    let mut encoder = new();
    let first = one(&mut encoder, Field::new(b"x-tag", b"a"));
    assert_eq!(first[0], 0x40);
    assert_eq!(one(&mut encoder, Field::new(b"x-tag", b"a")), [0xbe]);
    // Another value of the same name names it by its index.
    assert_eq!(one(&mut encoder, Field::new(b"x-tag", b"b"))[..1], [0x7e]);
    assert_eq!(one(&mut encoder, Field::new(b"x-tag", b"a")), [0xbf]);
}

#[test]
fn section_5_2_a_string_is_coded_only_where_that_is_shorter() {
    let mut encoder = new();
    // `#` takes 12 bits, so three of them take five octets.
    assert_eq!(one(&mut encoder, Field::new(b":path", b"###"))[1..], *b"\x03###");
    assert_eq!(one(&mut encoder, Field::new(b":path", b"aaaa"))[1..], hex("83 18 c6 3f"));
    assert_eq!(one(&mut encoder, Field::new(b":path", b"a"))[1..], *b"\x01a");
}

#[test]
fn section_7_1_3_a_sensitive_field_is_never_indexed_and_never_found() {
    let mut encoder = new();
    one(&mut encoder, Field::new(b"x-key", b"secret"));
    let size = encoder.table().size();
    // Its name may be an index; its value is written out, though the table has the same.
    let block = one(&mut encoder, Field::sensitive(b"x-key", b"secret"));
    assert_eq!(block[..2], [0x1f, 62 - 15]);
    // So it is where the static table has it.
    assert_eq!(one(&mut encoder, Field::sensitive(b":method", b"GET"))[0], 0x12);
    assert_eq!(encoder.table().size(), size);
    let mut decoder = Decoder::new(Limits::default());
    let block = one(&mut new(), Field::sensitive(b"a", b"b"));
    assert_eq!(decode(&mut decoder, &block).unwrap(), [(b"a".to_vec(), b"b".to_vec(), true)]);
}

#[test]
fn section_7_1_3_credentials_and_short_cookies_are_never_indexed() {
    let mut encoder = new();
    for (name, value) in [
        (&b"authorization"[..], &b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="[..]),
        (b"proxy-authorization", b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        (b"cookie", b"id=1234567890123456"),
        (b"cookie", b""),
    ] {
        for _ in 0..3 {
            assert_eq!(one(&mut encoder, Field::new(name, value))[0] & 0xf0, 0x10);
        }
    }
    assert!(encoder.table().is_empty());
    // Twenty octets are too many to guess, and come with each request.
    assert_eq!(one(&mut encoder, Field::new(b"cookie", b"id=12345678901234567"))[0] & 0xc0, 0x40);
}

#[test]
fn what_is_another_each_time_goes_into_the_table_the_second_time_or_never() {
    let mut encoder = new();
    for (name, value) in [(&b":path"[..], &b"/a"[..]), (b"etag", b"1"), (b"location", b"/b")] {
        assert_eq!(one(&mut encoder, Field::new(name, value))[0] & 0xf0, 0x00);
        assert_eq!(one(&mut encoder, Field::new(name, value))[0] & 0xc0, 0x40);
        assert_eq!(one(&mut encoder, Field::new(name, value)), [0xbe]);
    }
    let size = encoder.table().size();
    for (name, value) in
        [(&b"content-length"[..], &b"12"[..]), (b"age", b"1"), (b"set-cookie", b"a")]
    {
        for _ in 0..3 {
            assert_eq!(one(&mut encoder, Field::new(name, value))[0] & 0xf0, 0x00);
        }
    }
    assert_eq!(encoder.table().size(), size);
}

#[test]
fn a_field_of_most_of_the_table_stays_out() {
    let mut encoder = new();
    one(&mut encoder, Field::new(b"x-small", b"a"));
    one(&mut encoder, Field::new(b"x-large", &[b'a'; 3072 - 38]));
    assert_eq!(encoder.table().len(), 1);
    one(&mut encoder, Field::new(b"x-large", &[b'a'; 3072 - 39]));
    assert_eq!(encoder.table().len(), 2);
}

#[test]
fn section_4_2_a_size_update_begins_the_next_block() {
    let mut encoder = new();
    one(&mut encoder, Field::new(b"x-tag", b"a"));
    encoder.set_max_table_size(100);
    assert_eq!(one(&mut encoder, Field::new(b":method", b"GET")), hex("3f 45 82"));
    assert_eq!(one(&mut encoder, Field::new(b":method", b"GET")), hex("82"), "once");
}

#[test]
fn section_4_2_the_smallest_size_is_told_then_the_last() {
    let mut encoder = new();
    one(&mut encoder, Field::new(b"x-tag", b"a"));
    encoder.set_max_table_size(50);
    encoder.set_max_table_size(0);
    encoder.set_max_table_size(100);
    assert_eq!(one(&mut encoder, Field::new(b":method", b"GET")), hex("20 3f 45 82"));
    assert!(encoder.table().is_empty());
    assert_eq!(encoder.table().max_size(), 100);
}

#[test]
fn section_4_2_an_empty_list_tells_too() {
    let mut encoder = new();
    encoder.set_max_table_size(0);
    assert_eq!(encode(&mut encoder, &list(&[])), hex("20"));
}

#[test]
fn section_4_2_a_setting_that_changes_nothing_is_not_told() {
    let mut encoder = new();
    encoder.set_max_table_size(4096);
    encoder.set_max_table_size(65_536);
    // The peer offers more than our own limit, which the table has already.
    assert_eq!(one(&mut encoder, Field::new(b":method", b"GET")), hex("82"));
    assert_eq!(encoder.table().max_size(), 4096);
}

/// RFC 9113 §4.3.1: a peer that has allowed less waits for an update, even where we use less.
#[test]
fn a_smaller_setting_is_told_even_where_we_use_less() {
    let mut encoder = Encoder::new(&Limits { table_size: 100, ..Limits::default() });
    assert_eq!(one(&mut encoder, Field::new(b":method", b"GET")), hex("3f 45 82"));
    encoder.set_max_table_size(2000);
    assert_eq!(one(&mut encoder, Field::new(b":method", b"GET")), hex("3f 45 82"));
    encoder.set_max_table_size(4000);
    assert_eq!(one(&mut encoder, Field::new(b":method", b"GET")), hex("82"));
}

#[test]
fn a_larger_table_is_used_where_both_want_it() {
    let mut encoder = Encoder::new(&Limits { table_size: 16_384, ..Limits::default() });
    encoder.set_max_table_size(65_536);
    assert_eq!(one(&mut encoder, Field::new(b":method", b"GET")), hex("3f e1 7f 82"));
    assert_eq!(encoder.table().max_size(), 16_384);
}

/// Thousands of fields, so that entries are dropped, places are taken over and the run of octets
/// is moved; the decoder's table stays the same.
#[test]
fn a_long_connection_stays_in_step() {
    let (mut encoder, mut decoder) = (new(), Decoder::new(Limits::default()));
    for round in 0..2_000_u32 {
        let fields: Vec<(String, String)> = (0..10)
            .map(|field| {
                (format!("x-{}", (round * 7 + field) % 90), format!("{}", round * field % 50))
            })
            .collect();
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let fields = list(&fields);
        let block = encode(&mut encoder, &fields);
        assert_eq!(decode(&mut decoder, &block).unwrap(), fields);
        assert_eq!(encoder.table().size(), decoder.table().size());
    }
}
