//! What a peer can make either end keep: no more than the limits say, whatever it does or leaves.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{Ends, decode, encode, hex, instructions, with_table};
use qpack::{Decoder, Encoder, Error, Limits};

#[test]
fn a_peer_that_acknowledges_nothing_costs_no_memory() {
    for risk in [0, 16] {
        let limits = Limits { risk, outstanding: 20, ..with_table(1000) };
        let mut encoder = Encoder::new(&limits);
        encoder.set_peer(1000, 16);
        let (mut said, capacity) = (0, instructions(&mut encoder).len());
        assert_eq!(capacity, 3);
        for stream in 0..10_000_u64 {
            let value = stream.to_string();
            encode(&mut encoder, stream, &[("x-name", &value), ("x-name", "same")]);
            said += instructions(&mut encoder).len();
            assert!(encoder.outstanding() <= 20);
        }
        // What is not confirmed cannot be dropped, so no more is said than the table holds.
        assert!(said <= 1000, "{said}");
        assert!(encoder.table().size() <= 1000);
    }
}

#[test]
fn a_peer_that_confirms_entries_and_no_section_costs_no_more_sections() {
    let limits = Limits { risk: 16, outstanding: 20, ..with_table(1000) };
    let mut encoder = Encoder::new(&limits);
    encoder.set_peer(1000, 16);
    let mut known = 0;
    for stream in 0..1000_u64 {
        let value = (stream % 40).to_string();
        encode(&mut encoder, stream, &[("x-name", &value)]);
        instructions(&mut encoder);
        for _ in known..encoder.table().inserted() {
            encoder.receive_instructions(&hex("01")).unwrap();
        }
        known = encoder.table().inserted();
    }
    assert_eq!(encoder.outstanding(), 20);
}

#[test]
fn a_beginning_of_an_instruction_is_kept_as_far_as_an_entry_can_need_it() {
    let mut decoder = Decoder::new(&with_table(1000));
    decoder.receive_instructions(&hex("3fc907")).unwrap();
    // A name of 900 octets and a value of 800, which is too much: found at the length.
    let name = [hex("5fe506"), vec![b'a'; 900], hex("7fa1")].concat();
    for octet in &name {
        decoder.receive_instructions(&[*octet]).unwrap();
        assert!(decoder.held() <= 910);
    }
    // The longest that can be of use is in Huffman's code: 30 bits for each octet.
    let mut decoder = Decoder::new(&with_table(1000));
    decoder.receive_instructions(&hex("3fc907")).unwrap();
    let error = decoder.receive_instructions(&hex("7f82 1f")).unwrap_err();
    assert_eq!(error, Error::EntryTooLarge { size: 4001, capacity: 1000 });
    // What is declared and does not come costs nothing.
    decoder = Decoder::new(&with_table(1000));
    decoder.receive_instructions(&hex("3fc907 7f81 1f")).unwrap();
    assert_eq!(decoder.held(), 3);
}

#[test]
fn half_an_instruction_is_ten_octets_at_most() {
    let mut encoder = Ends::new(4096, 100).encoder;
    for octet in hex("ff ff ff ff ff ff ff ff ff") {
        encoder.receive_instructions(&[octet]).unwrap();
    }
    encoder.receive_instructions(&hex("ff")).unwrap_err();
}

#[test]
fn a_section_that_grows_when_it_is_read_is_cut_at_the_list_size() {
    // One entry of 3,000 octets, named 60,000 times in 60,000 octets: 180 MB, if it were kept.
    let mut decoder = Decoder::new(&Limits::default());
    let value = vec![b'a'; 3000];
    let insert = [hex("3fe11f 4161 7fb916"), value].concat();
    decoder.receive_instructions(&insert).unwrap();
    let section = [hex("0200"), vec![0x80; 60_000]].concat();
    let (mut fields, mut octets) = (0, 0);
    let error = decoder
        .decode(0, &section, |field| {
            fields += 1;
            octets += field.value.len();
        })
        .unwrap_err();
    assert_eq!(error, Error::ListTooLarge { limit: 16_384 });
    assert_eq!((fields, octets), (5, 15_000));
}

#[test]
fn streams_that_wait_are_as_many_as_were_allowed_and_those_that_are_cancelled_are_forgotten() {
    let mut decoder = Decoder::new(&Limits::default());
    for stream in 0..10_000 {
        assert_eq!(decode(&mut decoder, stream, &hex("0280 10")), Ok(None));
        assert!(decoder.blocked() <= 1);
        decoder.cancel(stream);
        decoder.take_instructions(&mut Vec::new());
    }
    assert_eq!((decoder.blocked(), decoder.held()), (0, 0));
}
