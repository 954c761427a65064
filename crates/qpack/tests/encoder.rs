//! One test for each rule of RFC 9204 that an encoder keeps, named after its section.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{Ends, acknowledgments, decode, encode, entries, hex, instructions, list, with_table};
use qpack::{Encoder, Error, ErrorCode, Field, Limits, Scope};

/// A field that goes into the table at once, and whose name the static table has not.
const FIELD: (&str, &str) = ("x-name", "value");

/// What an encoder says of a decoder stream, however it is cut.
#[track_caller]
fn refused(make: impl Fn() -> Encoder, octets: &str) -> Error {
    let octets = hex(octets);
    testkit::splits(&octets, |parts| {
        let mut encoder = make();
        let error = parts.iter().find_map(|part| encoder.receive_instructions(part).err()).unwrap();
        assert_eq!((error.scope(), error.code()), (Scope::Connection, ErrorCode::DecoderStream));
    });
    assert_eq!(ErrorCode::DecoderStream.value(), 0x202);
    make().receive_instructions(&octets).unwrap_err()
}

/// An encoder with three entries, to which sections of the streams 4, 4 and 8 refer.
fn three() -> Encoder {
    let mut encoder = Ends::new(4096, 100).encoder;
    for (stream, value) in [(4, "1"), (4, "2"), (8, "3")] {
        encode(&mut encoder, stream, &[("x-name", value)]);
    }
    assert_eq!((encoder.outstanding(), encoder.table().inserted()), (3, 3));
    encoder
}

/// Many fields, each another.
fn others(count: usize) -> impl Iterator<Item = (String, String)> {
    (0..count).map(|number| (format!("x-{number}"), format!("value {number}")))
}

#[test]
fn s2_1_lines_have_the_order_of_the_fields() {
    let fields = [
        ("x-b", "2"),
        (":method", "GET"),
        ("x-a", "1"),
        (":path", "/a"),
        ("x-b", "2"),
        (":path", "/b"),
        ("x-b", "3"),
    ];
    for risk in [0, 16] {
        let mut ends = Ends::new(4096, risk);
        for stream in 0..4 {
            ends.exchange(stream, &fields);
        }
    }
}

#[test]
fn s2_1_1_nothing_is_inserted_over_what_cannot_be_dropped() {
    // Nobody confirms anything: the table fills up, and stays as it is.
    let mut ends = Ends::new(220, 100);
    for (stream, (name, value)) in (0_u64..).zip(others(50)) {
        let section = encode(&mut ends.encoder, stream, &[(&name, &value)]);
        ends.instruct();
        let found = decode(&mut ends.decoder, stream, &section);
        assert_eq!(found, Ok(Some(list(&[(&name, &value)]))));
    }
    assert_eq!((ends.encoder.table().oldest(), ends.decoder.table().oldest()), (0, 0));
    let full = ends.encoder.table().inserted();
    assert!((3..=6).contains(&full), "{full}");
    // From the first word of the peer on it is used again.
    ends.acknowledge();
    for (stream, (name, value)) in (100_u64..).zip(others(50).skip(10)) {
        ends.exchange(stream, &[(&name, &value)]);
    }
    assert!(ends.encoder.table().oldest() > 0);
}

#[test]
fn s2_1_1_an_entry_that_is_referred_to_stays() {
    let mut ends = Ends::new(220, 100);
    ends.exchange(0, &[FIELD]);
    // A section that nobody acknowledges, while all else is.
    let late = encode(&mut ends.encoder, 4, &[FIELD]);
    assert_eq!(late.len(), 3, "by its index");
    for (stream, (name, value)) in (8_u64..).zip(others(50)) {
        ends.exchange(stream, &[(&name, &value)]);
    }
    assert_eq!(ends.encoder.table().oldest(), 0);
    assert_eq!(decode(&mut ends.decoder, 4, &late), Ok(Some(list(&[FIELD]))));
    ends.acknowledge();
    for (stream, (name, value)) in (100_u64..).zip(others(50)) {
        ends.exchange(stream, &[(&name, &value)]);
    }
    assert!(ends.encoder.table().oldest() > 0);
}

#[test]
fn s2_1_1_1_a_field_in_use_is_copied_before_it_is_dropped() {
    for risk in [0, 100] {
        let mut ends = Ends::new(400, risk);
        for (stream, (name, value)) in (0_u64..).step_by(2).zip(others(300)) {
            ends.exchange(stream, &[FIELD]);
            ends.exchange(stream + 1, &[(&name, &value)]);
        }
        // It was written out once, and is a copy of a copy by now.
        let copies = entries(ends.decoder.table());
        let newest = copies.iter().rfind(|(_, name, _)| name == FIELD.0).unwrap();
        assert!(newest.0 > 10, "{copies:?}");
        assert!(ends.exchange(1000, &[FIELD]) <= 3);
    }
}

#[test]
fn s2_1_2_no_more_streams_risk_to_wait_than_were_allowed() {
    for (risk, peer) in [(2, 100), (100, 2)] {
        let limits = Limits { risk, ..Limits::default() };
        let mut encoder = Encoder::new(&limits);
        encoder.set_peer(4096, peer);
        let mut refer = |stream: u64| {
            let value = stream.to_string();
            // A section that refers to nothing needs no entry.
            encode(&mut encoder, stream, &[("x-name", &value)])[0] != 0
        };
        assert_eq!([refer(0), refer(4), refer(8)], [true, true, false]);
        // A stream that may wait already is not one more.
        assert_eq!([refer(0), refer(12)], [true, false]);
    }
}

#[test]
fn s2_1_2_nobody_waits_where_nobody_may() {
    for (risk, peer) in [(0, 100), (100, 0)] {
        let mut ends = Ends::new(4096, risk);
        ends.encoder.set_peer(4096, peer);
        let fields = [FIELD, (":path", "/a"), ("user-agent", "me")];
        for stream in 0..4 {
            let section = encode(&mut ends.encoder, stream, &fields);
            // Before the instructions, and after them.
            assert_eq!(decode(&mut ends.decoder, stream, &section), Ok(Some(list(&fields))));
            ends.instruct();
            if stream % 2 == 1 {
                ends.acknowledge();
            }
        }
        // What is confirmed is referred to.
        assert!(encode(&mut ends.encoder, 100, &fields).len() < 8);
    }
}

#[test]
fn s2_1_4_a_section_that_is_acknowledged_confirms_its_entries() {
    let mut encoder = three();
    // Stream 8 needs all three.
    encoder.receive_instructions(&hex("88")).unwrap();
    assert_eq!(encoder.outstanding(), 2);
    let error = encoder.receive_instructions(&hex("01")).unwrap_err();
    assert_eq!(error, Error::Increment { increment: 1, most: Some(0) });
}

#[test]
fn s2_2_2_1_sections_of_a_stream_are_acknowledged_in_their_order() {
    let mut encoder = three();
    encoder.receive_instructions(&hex("84")).unwrap();
    // The first of stream 4 needs one entry, so two are not confirmed.
    assert_eq!(
        encoder.receive_instructions(&hex("03")),
        Err(Error::Increment { increment: 3, most: Some(2) })
    );
    let mut encoder = three();
    encoder.receive_instructions(&hex("84 84 88")).unwrap();
    assert_eq!(encoder.outstanding(), 0);
}

#[test]
fn s2_2_2_2_a_stream_that_is_cancelled_holds_nothing() {
    let mut encoder = three();
    encoder.receive_instructions(&hex("44")).unwrap();
    assert_eq!(encoder.outstanding(), 1);
    // Nothing is known of the entries by that.
    encoder.receive_instructions(&hex("03")).unwrap();
    // One without sections, or that nobody knows, may be cancelled too.
    encoder.receive_instructions(&hex("44 7f80 01")).unwrap();
    assert_eq!(encoder.outstanding(), 1);
}

#[test]
fn s3_2_2_a_smaller_table_waits_for_what_is_needed_and_is_not_used() {
    let mut ends = Ends::new(4096, 100);
    ends.exchange(0, &[FIELD]);
    let late = encode(&mut ends.encoder, 4, &[FIELD]);
    ends.encoder.set_capacity(0);
    assert_eq!(instructions(&mut ends.encoder), hex(""), "a section needs the entry");
    for stream in 8..20 {
        let section = encode(&mut ends.encoder, stream, &[FIELD, ("x-other", "1")]);
        assert_eq!(section[..2], [0, 0], "no new references, or it would never be smaller");
    }
    assert_eq!(decode(&mut ends.decoder, 4, &late), Ok(Some(list(&[FIELD]))));
    ends.acknowledge();
    assert_eq!(instructions(&mut ends.encoder), hex("20"));
    assert_eq!(ends.encoder.table().size(), 0);
}

#[test]
fn s3_2_2_a_table_grows_shrinks_and_comes_back() {
    for risk in [0, 100] {
        let mut ends = Ends::new(4096, risk);
        for (stream, capacity) in (0..).step_by(4).zip([4096, 100, 64, 0, 2000, 31, 4096, 0, 0]) {
            ends.encoder.set_capacity(capacity);
            for stream in stream..stream + 4 {
                ends.exchange(stream, &[FIELD, ("x-other", "1"), (":path", "/path")]);
                assert_eq!(ends.encoder.table().capacity(), capacity);
                assert_eq!(ends.decoder.table().capacity(), capacity);
            }
        }
    }
}

#[test]
fn s3_2_3_no_more_than_the_peer_allows_and_nothing_before_it_speaks() {
    let mut encoder = Encoder::new(&Limits { risk: 100, ..Limits::default() });
    encode(&mut encoder, 0, &[FIELD]);
    encoder.set_capacity(1000);
    assert_eq!(instructions(&mut encoder), hex(""), "its settings are not there");
    encoder.set_peer(100, 0);
    assert_eq!(instructions(&mut encoder), hex("3f45"));
    encoder.set_capacity(4096);
    assert_eq!((instructions(&mut encoder), encoder.table().capacity()), (hex(""), 100));
    // Nor more than we want ourselves.
    let mut encoder = Encoder::new(&with_table(100));
    encoder.set_peer(1 << 30, 0);
    assert_eq!(instructions(&mut encoder), hex("3f45"));
}

#[test]
fn s3_2_3_without_a_table_nothing_is_said_on_the_encoder_stream() {
    let mut encoder = Encoder::new(&Limits { risk: 100, ..Limits::default() });
    encoder.set_peer(0, 100);
    for stream in 0..4 {
        let section = encode(&mut encoder, stream, &[FIELD, (":path", "/")]);
        assert_eq!(section[..2], [0, 0]);
        encoder.set_capacity(4096);
    }
    assert_eq!((instructions(&mut encoder), encoder.outstanding()), (hex(""), 0));
}

#[test]
fn s4_4_1_no_section_is_there_to_be_acknowledged() {
    assert_eq!(refused(three, "80"), Error::Acknowledgment { stream: 0 });
    assert_eq!(refused(three, "88 88"), Error::Acknowledgment { stream: 8 });
    assert_eq!(refused(three, "44 84"), Error::Acknowledgment { stream: 4 });
    // A section that refers to nothing is not acknowledged.
    let static_alone = || {
        let mut encoder = three();
        encode(&mut encoder, 12, &[(":path", "/")]);
        encoder
    };
    assert_eq!(refused(static_alone, "8c"), Error::Acknowledgment { stream: 12 });
}

#[test]
fn s4_4_3_an_increment_of_0_or_beyond_what_was_sent() {
    assert_eq!(refused(three, "00"), Error::Increment { increment: 0, most: None });
    assert_eq!(refused(three, "04"), Error::Increment { increment: 4, most: Some(3) });
    assert_eq!(refused(three, "03 01"), Error::Increment { increment: 1, most: Some(0) });
    let most = "3f80 ff ff ff ff ff ff ff 3f";
    assert!(matches!(refused(three, most), Error::Increment { .. }));
    three().receive_instructions(&hex("03 84 88 84")).unwrap();
}

#[test]
fn s4_1_1_an_integer_of_more_than_62_bits() {
    let longer = "ff ff ff ff ff ff ff ff ff ff 01";
    assert!(matches!(refused(three, longer), Error::Primitive { .. }));
}

#[test]
fn s4_4_instructions_cut_anywhere_are_the_same() {
    let octets = hex("03 84 7f80 80 01 88 84");
    testkit::splits(&octets, |parts| {
        let mut encoder = three();
        parts.iter().for_each(|part| encoder.receive_instructions(part).unwrap());
        assert_eq!(encoder.outstanding(), 0);
    });
}

#[test]
fn s4_5_1_the_prefix_says_what_the_lines_need_and_no_more() {
    let mut ends = Ends::new(4096, 100);
    for (stream, (name, value)) in (0..).zip(others(40)) {
        ends.exchange(stream, &[(&name, &value)]);
    }
    // The twentieth entry alone, of forty: 20 + 1, and the base is 20 beyond it.
    let section = encode(&mut ends.encoder, 100, &[("x-19", "value 19")]);
    assert_eq!(section, hex("15 14 94"));
    // Nothing of the dynamic table: 0, 0.
    assert_eq!(encode(&mut ends.encoder, 100, &[(":path", "/")]), hex("0000 c1"));
    // An entry that this section inserts stands behind its base, and the sign bit says so.
    let section = encode(&mut ends.encoder, 100, &[("x-new", "1")]);
    assert_eq!(section, hex("2a 80 10"));
}

#[test]
fn s4_5_4_what_is_a_secret_is_a_literal_and_marked() {
    for field in [
        Field { name: b"x-secret", value: b"hush", sensitive: true },
        Field { name: b":path", value: b"/", sensitive: true },
        Field::new(b"authorization", b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        Field::new(b"proxy-authorization", b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        Field::new(b"cookie", b"id=1"),
    ] {
        let mut ends = Ends::new(4096, 100);
        for stream in 0..4 {
            let mut section = Vec::new();
            ends.encoder.encode(stream, [field], &mut section);
            assert_eq!(ends.instruct(), if stream == 0 { 3 } else { 0 }, "the capacity alone");
            assert_eq!(section[..2], [0, 0]);
            let found = decode(&mut ends.decoder, stream, &section).unwrap().unwrap();
            assert_eq!(found, [(field.name.to_vec(), field.value.to_vec(), true)]);
            assert_eq!(acknowledgments(&mut ends.decoder), hex(""));
        }
    }
}

#[test]
fn s4_5_4_what_came_marked_goes_on_marked() {
    // As somebody between a client and a server does it: what was decoded is encoded again.
    let mut ends = Ends::new(4096, 100);
    for stream in 0..3 {
        let mut section = Vec::new();
        ends.decoder
            .decode(stream, &hex("0000 3161 0162"), |field| {
                ends.encoder.encode(stream, [field], &mut section);
            })
            .unwrap();
        assert_eq!(section, hex("0000 3161 0162"));
    }
}
