//! One test for each rule of RFC 9204 that a decoder keeps, named after its section.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{acknowledgments, decode, entries, hex, list, with_table};
use qpack::{Decoder, Error, ErrorCode, Limits, Scope};

/// `:authority: www.example.com` and `:path: /sample/path`, in a table of 220 octets.
const TWO: &str = "3fbd01 c00f 7777772e6578616d706c652e636f6d c10c 2f73616d706c652f70617468";

/// A decoder that has got these octets of the encoder stream.
#[track_caller]
fn with(instructions: &str) -> Decoder {
    let mut decoder = Decoder::new(&with_table(220));
    decoder.receive_instructions(&hex(instructions)).unwrap();
    decoder
}

/// What it says of a section that cannot be decoded.
#[track_caller]
fn failed(decoder: &mut Decoder, section: &str) -> Error {
    let error = decode(decoder, 0, &hex(section)).unwrap_err();
    assert_eq!((error.scope(), error.code()), (Scope::Connection, ErrorCode::DecompressionFailed));
    assert_eq!(error.code().value(), 0x200);
    error
}

/// What it says of instructions that cannot be obeyed, which is the same however they are cut.
#[track_caller]
fn refused(before: &str, instructions: &str) -> Error {
    let octets = hex(instructions);
    let mut answers = Vec::new();
    testkit::splits(&octets, |parts| {
        let mut decoder = with(before);
        let error = parts.iter().find_map(|part| decoder.receive_instructions(part).err());
        let error = error.unwrap();
        assert_eq!((error.scope(), error.code()), (Scope::Connection, ErrorCode::EncoderStream));
        answers.push(std::mem::discriminant(&error));
    });
    assert!(answers.windows(2).all(|two| two[0] == two[1]));
    assert_eq!(ErrorCode::EncoderStream.value(), 0x201);
    with(before).receive_instructions(&octets).unwrap_err()
}

#[test]
fn s2_1_2_more_streams_wait_than_were_allowed() {
    let limits = Limits { blocked_streams: 2, ..with_table(220) };
    let mut decoder = Decoder::new(&limits);
    let section = hex("0280 10");
    assert_eq!(decode(&mut decoder, 0, &section), Ok(None));
    assert_eq!(decode(&mut decoder, 4, &section), Ok(None));
    // One that waits already is not one more.
    assert_eq!(decode(&mut decoder, 4, &section), Ok(None));
    assert_eq!(decoder.blocked(), 2);
    assert_eq!(decode(&mut decoder, 8, &section), Err(Error::TooManyBlocked { limit: 2 }));

    let mut decoder = Decoder::new(&limits);
    decode(&mut decoder, 0, &section).unwrap();
    decode(&mut decoder, 4, &section).unwrap();
    // Those that were given up wait no more.
    decoder.cancel(0);
    assert_eq!(decode(&mut decoder, 8, &section), Ok(None));
    // Where nobody may wait, the first that does is too many.
    let mut decoder = Decoder::new(&Limits { blocked_streams: 0, ..with_table(220) });
    let error = failed(&mut decoder, "0280 10");
    assert_eq!(error, Error::TooManyBlocked { limit: 0 });
}

#[test]
fn s2_2_fields_come_in_the_order_of_their_lines() {
    let fields =
        [("b", "2"), (":path", "/"), ("a", "1"), (":authority", "www.example.com"), ("a", "1")];
    let section = hex("0200 21620132 c1 21610131 80 21610131");
    assert_eq!(decode(&mut with(TWO), 0, &section), Ok(Some(list(&fields))));
}

#[test]
fn s2_1_1_what_a_waiting_section_needs_is_not_driven_out() {
    let mut decoder = Decoder::new(&with_table(220));
    let section = hex("0381 10 11");
    assert_eq!(decode(&mut decoder, 4, &section), Ok(None));
    // All at once: the count goes round, and would mean twelve more.
    decoder.receive_instructions(&hex(&(TWO.to_owned() + &"00".repeat(8)))).unwrap();
    assert_eq!(decoder.poll_unblocked(), Some(4));
    let error = decode(&mut decoder, 4, &section).unwrap_err();
    assert_eq!(error, Error::Evicted { stream: 4, required: 2 });
    assert_eq!((error.scope(), error.code()), (Scope::Connection, ErrorCode::DecompressionFailed));
}

#[test]
fn s2_2_1_a_section_waits_until_its_entries_are_there() {
    let mut decoder = Decoder::new(&with_table(220));
    let section = hex("0381 10 11");
    assert_eq!(decode(&mut decoder, 4, &section), Ok(None));
    let octets = hex(TWO);
    let (last, before) = octets.split_last().unwrap();
    for octet in before {
        decoder.receive_instructions(&[*octet]).unwrap();
        assert_eq!((decoder.poll_unblocked(), decoder.blocked()), (None, 1));
    }
    decoder.receive_instructions(&[*last]).unwrap();
    assert_eq!((decoder.poll_unblocked(), decoder.poll_unblocked()), (Some(4), None));
    let fields = [(":authority", "www.example.com"), (":path", "/sample/path")];
    assert_eq!(decode(&mut decoder, 4, &section), Ok(Some(list(&fields))));
    assert_eq!(acknowledgments(&mut decoder), hex("84"));
}

#[test]
fn s2_2_1_a_count_below_what_is_needed() {
    let wanted = Error::RequiredDiffers { required: 1, needed: 2 };
    // As an index behind the base, as one before it, and as a name.
    assert_eq!(failed(&mut with(TWO), "0280 11"), wanted);
    assert_eq!(failed(&mut with(TWO), "0201 80"), wanted);
    assert_eq!(failed(&mut with(TWO), "0280 01 0161"), wanted);
    assert_eq!(failed(&mut with(TWO), "0201 40 0161"), wanted);
    // Without a count nothing of the dynamic table may be named.
    let wanted = Error::RequiredDiffers { required: 0, needed: 1 };
    assert_eq!(failed(&mut with(TWO), "0000 10"), wanted);
}

#[test]
fn s2_2_1_a_count_above_what_is_needed() {
    let wanted = Error::RequiredDiffers { required: 2, needed: 1 };
    assert_eq!(failed(&mut with(TWO), "0381 10"), wanted);
    let wanted = Error::RequiredDiffers { required: 2, needed: 0 };
    assert_eq!(failed(&mut with(TWO), "0300 c1"), wanted);
    assert_eq!(failed(&mut with(TWO), "0300"), wanted);
}

#[test]
fn s2_2_2_1_a_section_that_used_the_table_is_acknowledged() {
    let mut decoder = with(TWO);
    decode(&mut decoder, 4, &hex("0000 c1")).unwrap();
    // The static table needs no acknowledgment; the entries are told of once.
    assert_eq!(acknowledgments(&mut decoder), hex("02"));
    decode(&mut decoder, 8, &hex("0381 10 11")).unwrap();
    decode(&mut decoder, 8, &hex("0200 80")).unwrap();
    assert_eq!(acknowledgments(&mut decoder), hex("88 88"));
    // One that is acknowledged says of its entries that they came.
    let mut decoder = with(TWO);
    decode(&mut decoder, 200, &hex("0200 80")).unwrap();
    assert_eq!(acknowledgments(&mut decoder), hex("ff49 01"));
    assert_eq!(acknowledgments(&mut decoder), hex(""));
}

#[test]
fn s2_2_2_1_a_list_that_is_too_large_is_acknowledged_too() {
    let mut decoder = Decoder::new(&Limits { fields: 1, ..with_table(220) });
    decoder.receive_instructions(&hex(TWO)).unwrap();
    let error = decode(&mut decoder, 4, &hex("0381 10 11")).unwrap_err();
    assert_eq!((error, error.scope()), (Error::TooManyFields { limit: 1 }, Scope::Stream));
    assert_eq!(acknowledgments(&mut decoder), hex("84"));
}

#[test]
fn s2_2_2_2_a_stream_that_is_given_up_is_cancelled() {
    let mut decoder = with(TWO);
    decoder.cancel(8);
    decoder.cancel(63);
    assert_eq!(acknowledgments(&mut decoder), hex("48 7f00 02"));
    // Without a table there is nothing that could wait for us.
    let mut decoder = Decoder::new(&with_table(0));
    decoder.cancel(8);
    assert_eq!(acknowledgments(&mut decoder), hex(""));
    // A section that is too long is not read at all.
    let mut decoder = Decoder::new(&Limits { section: 3, ..with_table(220) });
    let error = decode(&mut decoder, 8, &hex("0000 c1 c1")).unwrap_err();
    assert_eq!(error, Error::SectionTooLarge { octets: 4, limit: 3 });
    assert_eq!(acknowledgments(&mut decoder), hex("48"));
}

#[test]
fn s2_2_3_an_entry_that_was_dropped_is_no_reference() {
    // A table of 64 octets has one entry of 34; the second drops the first.
    let before = "3f21 4161 0162 4161 0163";
    assert_eq!(
        failed(&mut with(before), "0300 81 80"),
        Error::DynamicIndex { index: 1, offset: 2, place: ErrorCode::DecompressionFailed }
    );
    assert_eq!(
        failed(&mut with(before), "0381 000162 10"),
        Error::DynamicIndex { index: 0, offset: 2, place: ErrorCode::DecompressionFailed }
    );
    let error = refused(before, "01");
    assert_eq!(error, Error::DynamicIndex { index: 1, offset: 0, place: ErrorCode::EncoderStream });
    assert_eq!(
        refused(before, "3f21 81 0161"),
        Error::DynamicIndex { index: 1, offset: 2, place: ErrorCode::EncoderStream }
    );
    // Never there at all.
    refused("", "00");
    refused("3fbd01", "80 0161");
    failed(&mut with(TWO), "0300 82 80");
}

#[test]
fn s3_1_an_index_beyond_the_static_table() {
    let place = ErrorCode::DecompressionFailed;
    assert_eq!(
        failed(&mut with(""), "0000 c1 ff24"),
        Error::StaticIndex { index: 99, offset: 3, place }
    );
    assert_eq!(
        failed(&mut with(""), "0000 5f54 0161"),
        Error::StaticIndex { index: 99, offset: 2, place }
    );
    let found = decode(&mut with(""), 0, &hex("0000 ff23")).unwrap();
    assert_eq!(found, Some(list(&[("x-frame-options", "sameorigin")])));
    let place = ErrorCode::EncoderStream;
    assert_eq!(
        refused("3fbd01", "c1 0161 ff24 0161"),
        Error::StaticIndex { index: 99, offset: 3, place }
    );
}

#[test]
fn s3_2_the_same_field_twice_is_two_entries() {
    let decoder = with("3fbd01 4161 0162 4161 0162 00 00");
    assert_eq!(decoder.table().inserted(), 4);
    assert!(entries(decoder.table()).iter().all(|(_, name, value)| name == "a" && value == "b"));
}

#[test]
fn s3_2_1_an_entry_has_its_octets_and_32() {
    assert_eq!(with("3fbd01 40 00").table().size(), 32);
    // Huffman's code counts as what it stands for.
    assert_eq!(with("3fbd01 4161 00").table().size(), 33);
    // Huffman's code counts as what it stands for.
    let decoder = with("3fbd01 c1 81 1f");
    assert_eq!(entries(decoder.table()), [(0, ":path".into(), "a".into())]);
    assert_eq!(decoder.table().size(), 5 + 1 + 32);
}

#[test]
fn s3_2_2_an_entry_larger_than_the_table() {
    // Literal, by its value alone, by both, and by the name that it takes over.
    assert!(matches!(refused("21", "40 00"), Error::EntryTooLarge { size: 32, capacity: 1 }));
    let long = "61".repeat(32);
    assert_eq!(
        refused("3f21", &format!("4161 20 {long}")),
        Error::EntryTooLarge { size: 65, capacity: 64 }
    );
    assert_eq!(
        refused("3f21", &format!("c0 20 {long}")),
        Error::EntryTooLarge { size: 74, capacity: 64 }
    );
    assert_eq!(
        refused("3f21 4a 6162636465666768696a 00", &format!("80 17 {}", "61".repeat(23))),
        Error::EntryTooLarge { size: 65, capacity: 64 }
    );
    // A length that says so already is refused before its octets come.
    assert_eq!(refused("3f21", "4161 7f00"), Error::EntryTooLarge { size: 127, capacity: 64 });
    // A table of which nobody has said that there is one.
    refused("", "40 00");
    refused("", "c1 0161");
}

#[test]
fn s3_2_2_a_name_outlives_the_entry_that_it_is_taken_from() {
    // Each entry of 34 octets drops the one before in a table of 64; its name goes on.
    let decoder = with("3f21 4161 0162 80 0163 80 0164 00");
    assert_eq!(entries(decoder.table()), [(3, "a".into(), "d".into())]);
}

#[test]
fn s3_2_2_a_smaller_capacity_drops_the_oldest_and_0_all() {
    let mut decoder = with(TWO);
    decoder.receive_instructions(&hex("3f2b")).unwrap();
    assert_eq!((decoder.table().capacity(), decoder.table().oldest()), (74, 1));
    decoder.receive_instructions(&hex("20")).unwrap();
    assert_eq!((decoder.table().size(), decoder.table().oldest()), (0, 2));
    // It can be restored, and counting goes on.
    decoder.receive_instructions(&hex("3fbd01 4161 0162")).unwrap();
    assert_eq!(entries(decoder.table()), [(2, "a".into(), "b".into())]);
    assert_eq!(decode(&mut decoder, 0, &hex("0400 80")), Ok(Some(list(&[("a", "b")]))));
}

#[test]
fn s3_2_5_s3_2_6_the_figures() {
    // Six entries; the base is four.
    let insert = "4161 0130 4161 0131 4161 0132 4161 0133 4161 0134 4161 0135";
    let mut decoder = with(&format!("3fbd01 {insert}"));
    let section = hex("0781 81 80 10 11");
    let fields = [("a", "2"), ("a", "3"), ("a", "4"), ("a", "5")];
    assert_eq!(decode(&mut decoder, 0, &section), Ok(Some(list(&fields))));
    // On the encoder stream the newest is 0, and what that is changes with each.
    decoder.receive_instructions(&hex("01 01")).unwrap();
    let values: Vec<String> = entries(decoder.table()).into_iter().map(|entry| entry.2).collect();
    assert_eq!(values, ["2", "3", "4", "5", "4", "5"]);
}

#[test]
fn s4_1_1_integers_of_62_bits_are_read_and_longer_ones_refused() {
    let most = (1 << 62) - 1;
    let largest = "80 ff ff ff ff ff ff ff 3f";
    // As an index, which there is none of.
    let error = failed(&mut with(""), &format!("0000 ff c0 {}", "ff ff ff ff ff ff ff 3f"));
    assert_eq!(
        error,
        Error::StaticIndex { index: most, offset: 2, place: ErrorCode::DecompressionFailed }
    );
    let longer = "0000 ff ff ff ff ff ff ff ff ff ff 01";
    assert!(matches!(failed(&mut with(""), longer), Error::Primitive { .. }));
    assert!(matches!(refused("", &format!("3f {largest}")), Error::Capacity { .. }));
    let longer = "3f ff ff ff ff ff ff ff ff ff 01";
    assert!(matches!(refused("", longer), Error::Primitive { .. }));
}

#[test]
fn s4_1_2_huffman_that_is_none() {
    // The code EOS, and padding of eight bits.
    for string in ["84 ffffffff", "82 1fff"] {
        let error = failed(&mut with(""), &format!("0000 51 {string}"));
        assert!(matches!(error, Error::Primitive { .. }));
        let error = refused("3fbd01", &format!("c1 {string}"));
        assert!(matches!(error, Error::Primitive { .. }));
    }
}

#[test]
fn s4_3_1_a_capacity_above_the_limit() {
    assert_eq!(refused("", "3fbe01"), Error::Capacity { capacity: 221, limit: 220 });
    assert_eq!(with("3fbd01").table().capacity(), 220);
}

#[test]
fn s2_1_1_a_section_that_waited_is_decoded_before_its_entry_can_go() {
    // An entry, a section that waits for it, and its copy, for which it must go.
    let (entry, copy) = (hex("3f16 c0 00"), hex("00"));
    let octets = [&entry[..], &copy].concat();
    testkit::splits(&octets, |parts| {
        let mut decoder = with("");
        let section = hex("0200 80");
        assert_eq!(decode(&mut decoder, 0, &section), Ok(None));
        let mut decoded = 0;
        for part in parts {
            let mut rest = *part;
            while !rest.is_empty() {
                let taken = decoder.receive_until_unblocked(rest).unwrap();
                rest = &rest[taken..];
                while decoder.poll_unblocked().is_some() {
                    assert!(decode(&mut decoder, 0, &section).unwrap().is_some());
                    decoded += 1;
                }
            }
        }
        assert_eq!((decoded, decoder.table().inserted()), (1, 2));
    });
}

#[test]
fn s4_3_instructions_cut_anywhere_are_the_same() {
    let octets = hex(&format!("{TWO} 4a637573746f6d2d6b6579 00 02 810161 3f45 3fbd01 00"));
    let mut whole = with("");
    whole.receive_instructions(&octets).unwrap();
    testkit::splits(&octets, |parts| {
        let mut decoder = with("");
        parts.iter().for_each(|part| decoder.receive_instructions(part).unwrap());
        assert_eq!(entries(decoder.table()), entries(whole.table()));
        assert_eq!(decoder.table().capacity(), whole.table().capacity());
        assert_eq!(decoder.held(), whole.held());
    });
}

#[test]
fn s4_5_a_section_cut_anywhere_is_refused_or_shorter() {
    let section = hex("0381 10 c1 51026162 000163 21640165 11 7f40 0166");
    let all = decode(&mut with(TWO), 0, &section).unwrap().unwrap();
    testkit::prefixes(&section, |prefix| {
        let mut decoder = with(TWO);
        match decode(&mut decoder, 0, prefix) {
            Ok(found) => assert!(all.starts_with(&found.unwrap())),
            Err(error) => {
                assert_eq!(error.code(), ErrorCode::DecompressionFailed);
                assert!(matches!(error, Error::Truncated(_) | Error::RequiredDiffers { .. }));
            }
        }
    });
}

#[test]
fn s4_5_1_1_a_count_that_no_encoder_writes() {
    // MaxEntries is 6, so 12 is the largest; and 0 is written as 0.
    assert_eq!(failed(&mut with(""), "0d00"), Error::InsertCount { encoded: 13 });
    assert_eq!(failed(&mut with(""), "0100"), Error::InsertCount { encoded: 1 });
    // Beyond what can have been sent: nothing has come, so 6 is the last that may be waited for.
    assert_eq!(failed(&mut with(""), "0800"), Error::InsertCount { encoded: 8 });
    assert_eq!(decode(&mut with(""), 0, &hex("0700")), Ok(None));
    // Without a table any is too many.
    let error = failed(&mut Decoder::new(&with_table(0)), "0200");
    assert_eq!(error, Error::InsertCount { encoded: 2 });
}

#[test]
fn s4_5_1_1_the_count_goes_round() {
    let mut decoder = with("3fbd01");
    let (mut index, mut stream) = (0_u64, 0);
    for _ in 0..100 {
        decoder.receive_instructions(&hex("4161 0162")).unwrap();
        index += 1;
        let encoded = u8::try_from(index % 12 + 1).unwrap();
        let section = [encoded, 0, 0x80];
        assert_eq!(decode(&mut decoder, stream, &section), Ok(Some(list(&[("a", "b")]))));
        stream += 4;
    }
}

#[test]
fn s4_5_1_2_a_base_below_zero() {
    assert_eq!(failed(&mut with(TWO), "0382 10 11"), Error::Base { required: 2, delta: 2 });
    assert_eq!(failed(&mut with(TWO), "0080"), Error::Base { required: 0, delta: 0 });
    assert!(decode(&mut with(TWO), 0, &hex("0381 10 11")).is_ok());
}

#[test]
fn s4_5_1_2_any_base_without_references() {
    for prefix in ["0000", "0005", "007f 80 ff ff ff ff ff ff ff 3e"] {
        assert_eq!(
            decode(&mut with(""), 0, &hex(&format!("{prefix} c1"))),
            Ok(Some(list(&[(":path", "/")])))
        );
    }
}

#[test]
fn s4_5_4_what_is_never_to_be_indexed_is_marked() {
    // With a name of the static table, of the dynamic one on both sides of the base, and literal.
    for (plain, marked) in [
        ("0000 51 0161", "0000 71 0161"),
        ("0300 40 0161", "0300 60 0161"),
        ("0381 01 0161", "0381 09 0161"),
        ("0000 2161 0161", "0000 3161 0161"),
    ] {
        for (section, wanted) in [(plain, false), (marked, true)] {
            let found = decode(&mut with(TWO), 0, &hex(section)).unwrap().unwrap();
            assert_eq!((found.len(), found[0].2), (1, wanted), "{section}");
        }
    }
}

#[test]
fn s7_4_what_is_more_than_we_take_ends_a_stream_alone() {
    let limits = Limits { section: 100, list_size: 96, fields: 3, ..with_table(220) };
    let mut decoder = Decoder::new(&limits);
    for (section, wanted) in [
        ("c1 c1".to_owned(), None),
        // Two of 38 octets, and one of 32.
        ("c1 c1 2000".to_owned(), Some(Error::ListTooLarge { limit: 96 })),
        ("2000 2000 2000 2000".to_owned(), Some(Error::TooManyFields { limit: 3 })),
        ("c1".repeat(99), Some(Error::SectionTooLarge { octets: 101, limit: 100 })),
    ] {
        let verdict = decode(&mut decoder, 0, &hex(&format!("0000 {section}")));
        assert_eq!(verdict.as_ref().err(), wanted.as_ref());
        if let Some(error) = wanted {
            assert_eq!(
                (error.scope(), error.code()),
                (Scope::Stream, ErrorCode::DecompressionFailed)
            );
        }
    }
    // And the connection goes on.
    assert_eq!(decode(&mut decoder, 4, &hex("0000 c1")), Ok(Some(list(&[(":path", "/")]))));
}
