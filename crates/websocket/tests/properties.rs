//! The fuzz targets' properties, under proptest's octets: shorter runs of the same thing.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

mod common;

use common::*;
use proptest::prelude::*;
use websocket::fuzzing;

/// A frame that may or may not be allowed where it comes: mostly well made, so that the wrong ones
/// come late.
fn frame() -> impl Strategy<Value = (u8, Vec<u8>)> {
    let first = prop_oneof![
        8 => prop::sample::select(vec![0x81, 0x82, 0x01, 0x02, 0x00, 0x80, 0x89, 0x8a, 0xc1, 0x41]),
        1 => Just(0x88),
        1 => any::<u8>(),
    ];
    let payload = prop_oneof![
        "\\PC{0,40}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..200),
        prop::collection::vec(Just(b'x'), 100..3000),
        Just(vec![0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]),
    ];
    (first, payload)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn heads(octets in prop::collection::vec(any::<u8>(), 0..20)) {
        fuzzing::check_head(&octets);
    }

    #[test]
    fn connections_under_frames(
        choice in any::<u8>(),
        size in any::<u8>(),
        frames in prop::collection::vec(frame(), 0..12),
    ) {
        let mut octets = vec![choice, size];
        for (first, payload) in frames {
            let frame = if choice & 1 == 0 { masked } else { plain };
            octets.extend(frame(first, &payload));
        }
        fuzzing::check_connection(&octets);
    }

    #[test]
    fn connections_under_octets(octets in prop::collection::vec(any::<u8>(), 0..100)) {
        fuzzing::check_connection(&octets);
    }

    #[test]
    fn two_back_to_back(octets in prop::collection::vec(any::<u8>(), 0..400)) {
        fuzzing::check_operations(&octets);
    }

    #[test]
    fn extensions(text in "[a-z,;= \\t\"\\\\0-9]{0,40}") {
        fuzzing::check_extensions(text.as_bytes());
    }

    #[test]
    fn handshakes(choice in any::<u8>(), offers in prop::collection::vec(
        "(server|client)_(no_context_takeover|max_window_bits)(=[0-9]{1,2})?", 0..5,
    )) {
        let fields = format!(
            "{}Host: a\nUpgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Version: 13\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\nSec-WebSocket-Protocol: chat\n\
             Sec-WebSocket-Extensions: permessage-deflate; {}",
            char::from(choice & 0x7f),
            offers.join("; "),
        );
        fuzzing::check_handshake(fields.as_bytes());
    }
}
