//! One test for each rule of DER, named after it (X.690).
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use wire::UnixTime;
use x509::{
    Error, Limits, Violation,
    der::{Oid, Reader, Tag, Writer},
};

fn read<'a, T>(octets: &'a [u8], read: impl FnOnce(&mut Reader<'a>) -> T) -> T {
    read(&mut Reader::new(octets))
}

#[track_caller]
fn assert_violation<T: std::fmt::Debug>(answer: Result<T, Error>, violation: Violation) {
    let error = answer.unwrap_err();
    assert_eq!(error.violation, violation, "{error}");
}

// The standard's own examples.

/// X.690 §8.1.3.5: a length of 201.
#[test]
fn a_length_over_127_says_first_how_many_octets_it_takes() {
    let octets = [&[0x04, 0x81, 0xc9][..], &[7; 201]].concat();
    let value = read(&octets, |reader| reader.value("value", Tag::OCTET_STRING));
    assert_eq!(value.unwrap(), &[7; 201]);
    assert_eq!(Writer::build(|out| out.octets(&[7; 201])), octets);
}

/// X.690 §8.2.2 and §11.1.
#[test]
fn a_boolean_is_00_or_ff() {
    assert_eq!(read(&[1, 1, 0xff], |reader| reader.boolean("value")), Ok(true));
    assert_eq!(read(&[1, 1, 0], |reader| reader.boolean("value")), Ok(false));
    for octets in [&[1, 1, 1][..], &[1, 0], &[1, 2, 0, 0]] {
        let answer = read(octets, |reader| reader.boolean("value"));
        assert_violation(answer, Violation::BooleanNotCanonical);
    }
}

/// X.690 §8.6.4.2: the bits 0a3b5f291cd, four of the last octet unused.
#[test]
fn a_bit_string_says_how_many_bits_do_not_count() {
    let octets = [3, 7, 4, 0x0a, 0x3b, 0x5f, 0x29, 0x1c, 0xd0];
    let bits = read(&octets, |reader| reader.bit_string("value")).unwrap();
    assert_eq!((bits.octets, bits.unused), (&octets[3..], 4));
    assert!(!bits.is_set(0) && bits.is_set(4) && bits.is_set(43) && !bits.is_set(44));
    assert!(!bits.is_set(usize::MAX));
}

/// X.690 §8.19.5: {2 100 3} is 81 34 03.
#[test]
fn an_object_identifier_joins_its_first_two_arcs() {
    let oid = read(&[6, 3, 0x81, 0x34, 0x03], |reader| reader.oid("value")).unwrap();
    assert_eq!(oid.dotted(), "2.100.3");
    assert_eq!(Oid::read(&[0x88, 0x37, 0x03]).unwrap().dotted(), "2.999.3");
}

#[test]
fn an_object_identifier_is_whole_numbers_without_leading_zeros() {
    for contents in [&[][..], &[0x55, 0x86], &[0x55, 0x80, 0x01], &[0x80]] {
        let octets = Writer::build(|out| out.value(Tag::OBJECT_IDENTIFIER, contents));
        assert_violation(read(&octets, |of| of.oid("value")), Violation::OidInvalid);
    }
}

// Tag and length.

#[test]
fn a_value_that_is_cut_short_is_said_so_with_its_name_and_place() {
    let whole = Writer::build(|out| out.sequence(|inner| inner.octets(&[1; 200])));
    testkit::prefixes(&whole, |prefix| {
        let answer = read(prefix, |reader| {
            reader.sequence("outer", "X.690", |inner| {
                inner.value("inner", Tag::OCTET_STRING).map(<[u8]>::len)
            })
        });
        let error = answer.unwrap_err();
        assert_eq!((error.violation, error.field), (Violation::Truncated, "outer"));
    });
    let error = read(&[0x30, 2, 4, 9], |reader| {
        reader
            .sequence("outer", "X.690", |inner| inner.value("inner", Tag::OCTET_STRING).map(|_| ()))
    });
    assert_eq!(error.unwrap_err().to_string(), "`inner` at octet 2: it is cut short (X.690 §8.1)");
}

#[test]
fn an_error_leaves_the_reader_in_place() {
    let mut reader = Reader::new(&[2, 1, 5]);
    assert_violation(
        reader.value("value", Tag::OCTET_STRING),
        Violation::TagUnexpected { expected: Tag::OCTET_STRING, found: Tag::INTEGER },
    );
    assert_eq!(reader.integer("value"), Ok(&[5][..]));
    assert_eq!(reader.end("value"), Ok(()));
}

#[test]
fn high_tag_numbers_are_refused() {
    assert_violation(read(&[0x1f, 0x81, 0x01, 0], |of| of.any("value")), Violation::TagHigh);
    assert_violation(read(&[0xbf, 0x01, 0], |of| of.any("value")), Violation::TagHigh);
}

#[test]
fn an_indefinite_length_is_refused() {
    let answer = read(&[0x30, 0x80, 5, 0, 0, 0], |reader| reader.any("value"));
    assert_violation(answer, Violation::LengthIndefinite);
}

#[test]
fn a_length_takes_the_fewest_octets() {
    for octets in [
        [&[4, 0x81, 0x7f][..], &[0; 0x7f]].concat(),
        [&[4, 0x82, 0, 0xff][..], &[0; 0xff]].concat(),
        [&[4, 0x84, 0, 0, 1, 0][..], &[0; 0x100]].concat(),
        vec![4, 0x81, 0],
    ] {
        assert_violation(read(&octets, |of| of.any("value")), Violation::LengthNotMinimal);
    }
    for length in [0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x1_0000] {
        let octets = Writer::build(|out| out.octets(&vec![9; length]));
        let value = read(&octets, |reader| reader.value("value", Tag::OCTET_STRING));
        assert_eq!(value.unwrap().len(), length);
    }
}

#[test]
fn a_length_is_never_believed_beyond_what_is_there() {
    let answer = read(&[4, 0x84, 0xff, 0xff, 0xff, 0xff], |reader| reader.any("value"));
    assert_violation(answer, Violation::Truncated);
    let answer = read(&[4, 0x85, 1, 0, 0, 0, 0], |reader| reader.any("value"));
    assert_violation(answer, Violation::LengthTooLong);
    assert_violation(read(&[4, 0xff], |of| of.any("value")), Violation::LengthTooLong);
}

#[test]
fn nothing_may_follow_inside_or_behind_a_structure() {
    let octets = [0x30, 4, 5, 0, 5, 0];
    let answer = read(&octets, |reader| reader.sequence("outer", "X.690", |of| of.null("first")));
    assert_violation(answer, Violation::Trailing { octets: 2 });
    let mut reader = Reader::new(&octets);
    reader.any("outer").unwrap();
    assert_eq!(reader.end("outer"), Ok(()));
    let answer = read(&[5, 0, 1], |reader| reader.null("value").and_then(|()| reader.end("value")));
    assert_violation(answer, Violation::Trailing { octets: 1 });
}

#[test]
fn structures_nest_only_so_deep() {
    fn nested(depth: usize) -> Vec<u8> {
        (0..depth)
            .fold(Vec::new(), |inner, _| Writer::build(|out| out.value(Tag::SEQUENCE, &inner)))
    }
    fn depth(reader: &mut Reader<'_>) -> Result<usize, Error> {
        if reader.is_empty() {
            return Ok(0);
        }
        reader.sequence("level", "X.690", |inner| Ok(1 + depth(inner)?))
    }
    let limit = Limits::default().nesting;
    assert_eq!(read(&nested(limit), depth), Ok(limit));
    assert_violation(read(&nested(limit + 1), depth), Violation::TooDeep { limit });
    // What is not entered may be as deep as it likes.
    assert!(read(&nested(10_000), |reader| reader.any("value").map(|_| ())).is_ok());
}

#[test]
fn a_list_holds_something() {
    let list = |octets: &[u8]| {
        read(octets, |of| of.list("list", "X.690", Tag::SEQUENCE, |one| one.null("one")))
            .map(|_| ())
    };
    assert_violation(list(&[0x30, 0]), Violation::Empty);
    assert_eq!(list(&[0x30, 4, 5, 0, 5, 0]), Ok(()));
}

// Values.

#[test]
fn an_integer_takes_the_fewest_octets() {
    let integer =
        |octets: &[u8]| read(octets, |reader| reader.integer("value").map(<[u8]>::to_vec));
    assert_violation(integer(&[2, 0]), Violation::IntegerEmpty);
    for octets in [[2, 2, 0x00, 0x7f], [2, 2, 0xff, 0x80], [2, 2, 0, 0]] {
        assert_violation(integer(&octets), Violation::IntegerNotMinimal);
    }
    for octets in [&[2, 1, 0][..], &[2, 2, 0x00, 0x80], &[2, 2, 0xff, 0x7f], &[2, 1, 0x80]] {
        assert_eq!(integer(octets).unwrap(), octets[2..]);
    }
}

#[test]
fn a_number_is_not_negative_and_fits() {
    let number = |octets: &[u8], most| read(octets, |of| of.number("value", Tag::INTEGER, most));
    assert_violation(number(&[2, 1, 0x80], 255), Violation::IntegerNegative);
    assert_violation(number(&[2, 1, 5], 4), Violation::IntegerTooLarge { most: 4 });
    assert_eq!(number(&[2, 1, 4], 4), Ok(4));
    let most = Writer::build(|out| out.number(u64::MAX));
    assert_eq!(number(&most, u64::MAX), Ok(u64::MAX));
    let more = [2, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0];
    assert_violation(number(&more, u64::MAX), Violation::IntegerTooLarge { most: u64::MAX });
}

#[test]
fn a_modulus_is_positive() {
    let positive = |octets: &[u8]| read(octets, |of| of.positive("value").map(<[u8]>::to_vec));
    assert_violation(positive(&[2, 1, 0]), Violation::IntegerNegative);
    assert_violation(positive(&[2, 1, 0xff]), Violation::IntegerNegative);
    assert_eq!(positive(&[2, 2, 0, 0x80]), Ok(vec![0x80]));
    assert_eq!(positive(&[2, 1, 0x7f]), Ok(vec![0x7f]));
}

#[test]
fn bits_that_do_not_count_are_few_and_zero() {
    let bits = |octets: &[u8]| read(octets, |of| of.bit_string("value").map(|bits| bits.unused));
    assert_violation(bits(&[3, 2, 8, 0]), Violation::BitStringUnused { unused: 8 });
    assert_violation(bits(&[3, 1, 1]), Violation::BitStringUnused { unused: 1 });
    assert_violation(bits(&[3, 2, 3, 0b0000_0100]), Violation::BitStringPadding);
    assert_violation(bits(&[3, 0]), Violation::Truncated);
    assert_eq!(bits(&[3, 1, 0]), Ok(0));
    let octets = read(&[3, 2, 1, 0xfe], |of| of.bit_octets("value").map(<[u8]>::to_vec));
    assert_violation(octets, Violation::BitStringNotOctets);
}

#[test]
fn named_bits_are_written_without_those_that_are_not_set() {
    for (bits, octets) in [
        (0x8000, &[3, 2, 7, 0x80][..]),
        (0x0600, &[3, 2, 1, 0x06]),
        (0x8080, &[3, 3, 7, 0x80, 0x80]),
        (0, &[3, 1, 0]),
    ] {
        assert_eq!(Writer::build(|out| out.named_bits(bits)), octets);
    }
}

#[test]
fn null_holds_nothing() {
    assert_violation(read(&[5, 1, 0], |of| of.null("value")), Violation::NullNotEmpty);
}

#[test]
fn a_default_is_left_out() {
    let value = |octets: &[u8]| read(octets, |reader| reader.boolean_or_false("value"));
    assert_eq!(value(&[]), Ok(false));
    assert_eq!(value(&[2, 1, 0]), Ok(false));
    assert_eq!(value(&[1, 1, 0xff]), Ok(true));
    assert_violation(value(&[1, 1, 0]), Violation::DefaultEncoded);
}

#[test]
fn ascii_is_ascii() {
    let ascii =
        |octets: &[u8]| read(octets, |of| of.ascii("v", Tag::IA5_STRING).map(str::to_string));
    assert_eq!(ascii(b"\x16\x03a\0b"), Ok("a\0b".to_string()));
    assert_violation(ascii(&[0x16, 1, 0x80]), Violation::StringInvalid { tag: Tag::IA5_STRING });
}

#[test]
fn times_are_digits_and_z() {
    let time = |tag: Tag, text: &str| {
        let octets = Writer::build(|out| out.value(tag, text.as_bytes()));
        read(&octets, |reader| reader.time("value"))
    };
    for (text, seconds) in [
        ("700101000000Z", 0),
        ("491231235959Z", 2_524_607_999),
        ("500101000000Z", -631_152_000),
        ("240229120000Z", 1_709_208_000),
    ] {
        assert_eq!(time(Tag::UTC_TIME, text), Ok(UnixTime(seconds)), "{text}");
    }
    for text in [
        "",
        "Z",
        "7001010000Z",
        "700101000000",
        "700101000000+0000",
        "700101000000.0Z",
        "701301000000Z",
        "700001000000Z",
        "700100000000Z",
        "700132000000Z",
        "250229000000Z",
        "700101240000Z",
        "700101006000Z",
        "700101000060Z",
        "70010100000 Z",
        "+70101000000Z",
        "700101000000ZZ",
        "19700101000000Z",
    ] {
        let form = "YYMMDDHHMMSSZ";
        assert_violation(time(Tag::UTC_TIME, text), Violation::TimeInvalid { form });
    }
    let general = |text| time(Tag::GENERALIZED_TIME, text);
    assert_eq!(general("20500101000000Z"), Ok(UnixTime(2_524_608_000)));
    assert_eq!(general("99991231235959Z"), Ok(UnixTime(253_402_300_799)));
    let form = "YYYYMMDDHHMMSSZ";
    for text in ["20500101000000.5Z", "20500101000000", "21000229000000Z", "500101000000Z"] {
        assert_violation(general(text), Violation::TimeInvalid { form });
    }
    for seconds in [0, -1, 2_524_607_999, 2_524_608_000, 253_402_300_799] {
        let octets = Writer::build(|out| out.time(UnixTime(seconds)));
        assert_eq!(read(&octets, |reader| reader.time("value")), Ok(UnixTime(seconds)));
    }
}

#[test]
fn tags_are_told_by_name() {
    for (tag, name) in [
        (Tag::SEQUENCE, "SEQUENCE"),
        (Tag::context(3), "[3]"),
        (Tag::constructed(3), "[3]"),
        (Tag(0x4a), "tag 4a"),
    ] {
        assert_eq!(tag.to_string(), name);
    }
    assert!(Tag::constructed(3).is_constructed() && !Tag::context(3).is_constructed());
}

/// Whatever is written, each rule's name stands in the error that breaks it.
#[test]
fn an_error_names_the_field_the_place_and_the_rule() {
    let error = read(&[5, 0, 2, 2, 0, 1], |reader| {
        reader.null("first")?;
        reader.integer("serialNumber").map(|_| ())
    });
    let error = error.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`serialNumber` at octet 2: an INTEGER in more octets than it needs (X.690 §8.3.2)"
    );
    assert_eq!((error.rule(), error.violation.name()), ("X.690 §8.3.2", "IntegerNotMinimal"));
}
