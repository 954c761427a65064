//! One test for each rule of RFC 7541, named after its section, and one for each limit.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{decode, entries, hex, list};
use hpack::{Decoder, Error, Limits, Scope};

/// What a new decoder says of a block.
#[track_caller]
fn refused(block: &str) -> Error {
    let error = decode(&mut Decoder::new(Limits::default()), &hex(block)).unwrap_err();
    assert_eq!(error.scope(), Scope::Connection);
    error
}

#[track_caller]
fn taken(block: &str, fields: &[(&str, &str)]) {
    assert_eq!(decode(&mut Decoder::new(Limits::default()), &hex(block)), Ok(list(fields)));
}

#[test]
fn section_2_3_3_an_index_beyond_both_tables_is_an_error() {
    assert_eq!(refused("be"), Error::IndexBeyondTables { index: 62, last: 61, offset: 0 });
    // As a name too, and where the dynamic table has something.
    assert_eq!(refused("7e 01 61"), Error::IndexBeyondTables { index: 62, last: 61, offset: 0 });
    assert_eq!(
        refused("41 01 61 be bf"),
        Error::IndexBeyondTables { index: 63, last: 62, offset: 4 }
    );
    assert_eq!(refused("0f 30 01 61"), Error::IndexBeyondTables { index: 63, last: 61, offset: 0 });
    // The largest index there can be.
    assert!(matches!(
        refused("ff 80 ff ff ff 0f"),
        Error::IndexBeyondTables { index: 0xffff_ffff, .. }
    ));
}

#[test]
fn section_3_2_an_empty_block_is_an_empty_list() {
    taken("", &[]);
}

#[test]
fn section_4_1_an_entry_has_its_octets_and_32() {
    let mut decoder = Decoder::new(Limits::default());
    decode(&mut decoder, &hex("40 01 61 02 62 62")).unwrap();
    assert_eq!(decoder.table().size(), 35);
    decode(&mut decoder, &hex("40 00 00")).unwrap();
    assert_eq!(decoder.table().size(), 67);
}

#[test]
fn section_4_2_a_size_update_stands_at_the_start() {
    assert_eq!(refused("82 20"), Error::SizeUpdateLate { offset: 1 });
    assert_eq!(refused("20 82 3f e1 1f"), Error::SizeUpdateLate { offset: 2 });
    taken("20 82", &[(":method", "GET")]);
}

#[test]
fn section_4_2_several_size_updates_are_taken_the_lowest_then_the_last() {
    let mut decoder = Decoder::new(Limits::default());
    decode(&mut decoder, &hex("40 01 61 01 62")).unwrap();
    assert_eq!(decoder.table().len(), 1);
    // To 0, which drops all, then to 4,096 again.
    assert_eq!(decode(&mut decoder, &hex("20 3f e1 1f 82")), Ok(list(&[(":method", "GET")])));
    assert_eq!((decoder.table().len(), decoder.table().max_size()), (0, 4096));
}

#[test]
fn section_4_2_a_smaller_setting_must_be_told_of() {
    for (block, verdict) in [
        ("82", Err(Error::SizeUpdateMissing { limit: 100 })),
        ("", Err(Error::SizeUpdateMissing { limit: 100 })),
        ("3f 46 82", Err(Error::SizeUpdateTooLarge { size: 101, limit: 100, offset: 0 })),
        ("3f 45 82", Ok(list(&[(":method", "GET")]))),
        ("20 82", Ok(list(&[(":method", "GET")]))),
    ] {
        let mut decoder = Decoder::new(Limits::default());
        decoder.set_max_table_size(100);
        assert_eq!(decode(&mut decoder, &hex(block)), verdict, "{block}");
    }
}

#[test]
fn section_4_2_smaller_then_larger_must_be_told_of_both() {
    for (block, verdict) in [
        ("82", Err(Error::SizeUpdateMissing { limit: 100 })),
        ("3f e1 1f 82", Err(Error::SizeUpdateMissing { limit: 100 })),
        ("3f 45 3f e1 1f 82", Ok(list(&[(":method", "GET")]))),
        // The encoder need not use what it may.
        ("3f 45 82", Ok(list(&[(":method", "GET")]))),
    ] {
        let mut decoder = Decoder::new(Limits::default());
        decoder.set_max_table_size(100);
        decoder.set_max_table_size(4096);
        assert_eq!(decode(&mut decoder, &hex(block)), verdict, "{block}");
    }
}

#[test]
fn section_4_2_a_larger_setting_need_not_be_told_of() {
    let mut decoder = Decoder::new(Limits::default());
    decoder.set_max_table_size(65_536);
    assert_eq!(decode(&mut decoder, &hex("82")), Ok(list(&[(":method", "GET")])));
    assert_eq!(decoder.table().max_size(), 4096);
    decode(&mut decoder, &hex("3f e1 ff 03")).unwrap();
    assert_eq!(decoder.table().max_size(), 65_536);
}

#[test]
fn section_4_2_a_setting_that_the_table_keeps_already_is_nothing_to_wait_for() {
    let mut decoder = Decoder::new(Limits::default());
    decode(&mut decoder, &hex("3f 45")).unwrap();
    decoder.set_max_table_size(200);
    assert_eq!(decode(&mut decoder, &hex("82")), Ok(list(&[(":method", "GET")])));
}

#[test]
fn section_4_3_a_smaller_table_drops_the_oldest() {
    let mut decoder = Decoder::new(Limits::default());
    decode(&mut decoder, &hex("40 01 61 01 31 40 01 62 01 32 40 01 63 01 33")).unwrap();
    // Two entries of 34 octets and three octets more.
    decode(&mut decoder, &hex("3f 28")).unwrap();
    let table = entries(decoder.table());
    assert_eq!(table, [("c".into(), "3".into()), ("b".into(), "2".into())]);
}

#[test]
fn section_4_4_a_field_larger_than_the_table_empties_it_and_is_no_error() {
    let mut decoder = Decoder::new(Limits { table_size: 64, ..Limits::default() });
    decode(&mut decoder, &hex("40 01 61 01 31")).unwrap();
    assert_eq!(decoder.table().len(), 1);
    let long = format!("40 01 62 20 {}", "33 ".repeat(32));
    assert_eq!(decode(&mut decoder, &hex(&long)), Ok(list(&[("b", &"3".repeat(32))])));
    assert_eq!((decoder.table().len(), decoder.table().size()), (0, 0));
}

#[test]
fn section_4_4_a_name_may_be_that_of_the_entry_which_its_field_drops() {
    let mut decoder = Decoder::new(Limits { table_size: 64, ..Limits::default() });
    decode(&mut decoder, &hex("40 04 6e 61 6d 65 01 31")).unwrap();
    for value in ["32", "33", "34"] {
        let found = decode(&mut decoder, &hex(&format!("7e 14 {}", value.repeat(20))));
        let digits = char::from(hex(value)[0]).to_string().repeat(20);
        assert_eq!(found, Ok(list(&[("name", &digits)])));
        assert_eq!(entries(decoder.table()), [("name".into(), digits)]);
    }
}

#[test]
fn section_5_1_an_integer_is_bounded_in_value_and_in_octets() {
    let name = |bits| Error::IntegerTooLarge { field: "index", offset: 0, bits };
    // 2^32 - 1 is an index that no table has; 2^32 is none.
    assert!(matches!(refused("ff 80 ff ff ff 0f"), Error::IndexBeyondTables { .. }));
    assert_eq!(refused("ff 81 ff ff ff 0f"), name(32));
    // Zeros that go on are refused where they cannot matter any more.
    assert_eq!(refused("ff 80 80 80 80 80"), name(32));
    assert_eq!(refused("ff ff ff ff ff ff ff ff ff ff ff"), name(32));
    // Zeros within bounds are one way to write it.
    taken("0f 80 80 00 01 61", &[("accept-charset", "a")]);
}

#[test]
fn section_5_1_an_integer_that_is_cut_short_says_so() {
    for block in ["ff", "ff 80", "ff 80 80 80 80", "7f", "1f", "3f"] {
        assert!(matches!(refused(block), Error::Truncated(_)), "{block}");
    }
}

#[test]
fn section_5_2_a_string_that_is_cut_short_says_so() {
    let told = refused("40 0a 61 62").to_string();
    assert_eq!(told, "`name string` is cut short at octet 2 (RFC 7541 §6)");
    // A length of 4 GiB asks for no memory.
    let told = refused("40 01 61 7f 80 ff ff ff 0f 61").to_string();
    assert_eq!(told, "`value string` is cut short at octet 9 (RFC 7541 §6)");
    assert!(matches!(refused("40 01 61"), Error::Truncated(_)));
}

#[test]
fn section_5_2_the_code_eos_is_an_error() {
    assert_eq!(refused("04 84 ff ff ff ff"), Error::HuffmanEos { offset: 2 });
    // Behind an octet, in the name, and with nothing behind it but the last two bits.
    assert_eq!(refused("04 85 1f ff ff ff ff"), Error::HuffmanEos { offset: 2 });
    assert_eq!(refused("40 84 ff ff ff fc 01 61"), Error::HuffmanEos { offset: 2 });
}

#[test]
fn section_5_2_padding_is_at_most_seven_bits() {
    // `a` is 00011: three bits of padding are right, eleven are not.
    taken("04 81 1f", &[(":path", "a")]);
    assert_eq!(refused("04 82 1f ff"), Error::HuffmanPadding { offset: 2 });
    assert_eq!(refused("04 81 ff"), Error::HuffmanPadding { offset: 2 });
    // Eight octets exactly, and an octet of ones behind them: the long way through the decoder.
    taken("04 85 18 c6 31 8c 63", &[(":path", "aaaaaaaa")]);
    assert_eq!(refused("04 86 18 c6 31 8c 63 ff"), Error::HuffmanPadding { offset: 2 });
}

#[test]
fn section_5_2_padding_is_the_beginning_of_eos() {
    for last in ["18", "19", "1a", "1b", "1c", "1d", "1e"] {
        assert_eq!(refused(&format!("04 81 {last}")), Error::HuffmanPadding { offset: 2 });
    }
}

#[test]
fn section_5_2_an_empty_string_may_be_coded_or_not() {
    taken("04 80 04 00", &[(":path", ""), (":path", "")]);
}

#[test]
fn section_6_1_the_index_0_is_an_error() {
    assert_eq!(refused("80"), Error::IndexZero { offset: 0 });
    assert_eq!(refused("82 80"), Error::IndexZero { offset: 1 });
}

#[test]
fn section_6_2_only_incremental_indexing_changes_the_table() {
    let mut decoder = Decoder::new(Limits::default());
    decode(&mut decoder, &hex("00 01 61 01 31 10 01 61 01 31 04 01 61")).unwrap();
    assert!(decoder.table().is_empty());
    decode(&mut decoder, &hex("40 01 61 01 31")).unwrap();
    assert_eq!(decoder.table().len(), 1);
}

#[test]
fn section_6_2_3_never_indexed_is_told() {
    let mut decoder = Decoder::new(Limits::default());
    let block = hex("10 01 61 01 31 00 01 61 01 31 40 01 61 01 31 1f 2f 01 32 be");
    let told: Vec<bool> =
        decode(&mut decoder, &block).unwrap().into_iter().map(|field| field.2).collect();
    assert_eq!(told, [true, false, false, true, false]);
}

#[test]
fn section_6_3_a_size_update_beyond_the_setting_is_an_error() {
    assert_eq!(
        refused("3f e2 1f"),
        Error::SizeUpdateTooLarge { size: 4097, limit: 4096, offset: 0 }
    );
    taken("3f e1 1f", &[]);
}

#[test]
fn limit_block_is_held_against_before_anything_is_read() {
    let limits = Limits { block: 3, ..Limits::default() };
    let mut decoder = Decoder::new(limits);
    assert!(decode(&mut decoder, &hex("82 82 82")).is_ok());
    let error = decode(&mut decoder, &hex("80 80 80 80")).unwrap_err();
    assert_eq!(error, Error::BlockTooLarge { octets: 4, limit: 3 });
    assert_eq!(error.scope(), Scope::Connection);
}

#[test]
fn limit_fields_is_the_streams_matter_and_the_table_stays_in_step() {
    let mut decoder = Decoder::new(Limits { fields: 2, ..Limits::default() });
    let mut told = 0;
    let error = decoder.decode(&hex("82 86 84 40 01 61 01 31"), |_| told += 1).unwrap_err();
    assert_eq!((error, told), (Error::TooManyFields { limit: 2 }, 2));
    assert_eq!(error.scope(), Scope::Stream);
    assert_eq!(decode(&mut decoder, &hex("be")), Ok(list(&[("a", "1")])));
}

#[test]
fn limit_list_size_is_the_streams_matter_and_the_table_stays_in_step() {
    // `:method: GET` has 42 octets, `a: 1` 34.
    let mut decoder = Decoder::new(Limits { list_size: 42 + 34, ..Limits::default() });
    assert!(decode(&mut decoder, &hex("82 40 01 61 01 31")).is_ok());
    let mut told = 0;
    let error = decoder.decode(&hex("82 82 40 01 61 01 32"), |_| told += 1).unwrap_err();
    assert_eq!((error, told), (Error::ListTooLarge { limit: 76 }, 1));
    assert_eq!(error.scope(), Scope::Stream);
    assert_eq!(decode(&mut decoder, &hex("be bf")), Ok(list(&[("a", "2"), ("a", "1")])));
}

#[test]
fn a_block_that_is_too_much_and_wrong_is_wrong() {
    let mut decoder = Decoder::new(Limits { fields: 1, ..Limits::default() });
    let error = decode(&mut decoder, &hex("82 82 82 80")).unwrap_err();
    assert_eq!(error, Error::IndexZero { offset: 3 });
}

/// 4,000 octets in the table, then one octet for each time they are to be said: the list would be
/// 256 MiB. The sink hears of four.
#[test]
fn a_bomb_of_indexed_fields_is_counted_and_not_built() {
    let mut decoder = Decoder::new(Limits::default());
    decode(&mut decoder, &[&hex("40 01 61 7f a1 1e")[..], &[b'x'; 4000]].concat()).unwrap();
    assert_eq!(decoder.table().len(), 1);
    let (mut told, mut octets) = (0, 0);
    let verdict = decoder.decode(&[0xbe; 65_536], |field| {
        told += 1;
        octets += field.size();
    });
    assert_eq!(verdict, Err(Error::ListTooLarge { limit: 16_384 }));
    assert_eq!((told, octets), (4, 4 * 4033));
}

/// The table's memory is bounded by its size, whatever comes: a million insertions later too.
#[test]
fn a_table_that_is_filled_for_ever_stays_as_it_is() {
    let mut decoder =
        Decoder::new(Limits { fields: usize::MAX, list_size: usize::MAX, ..Limits::default() });
    let field = [&hex("40 01 61 1e")[..], &[b'x'; 30]].concat();
    let block = field.repeat(1000);
    for _ in 0..100 {
        decoder.decode(&block, |_| ()).unwrap();
        assert_eq!((decoder.table().len(), decoder.table().size()), (65, 65 * 63));
    }
}
