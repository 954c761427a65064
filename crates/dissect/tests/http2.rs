//! One side of an HTTP/2 connection, dissected by the parsers of frames and of HPACK.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use dissect::{Kind, dissect, text};

/// A frame of fewer than 256 octets.
fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).unwrap();
    let mut octets = vec![0, 0, length, kind, flags, 0, 0, 0, stream];
    octets.extend(payload);
    octets
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// `:method GET`, `:scheme http`, `:path /`, and `x: y` into the table.
const BLOCK: &[u8] = &[0x82, 0x86, 0x84, 0x40, 1, b'x', 1, b'y'];

fn client() -> Vec<u8> {
    let mut octets = PREFACE.to_vec();
    octets.extend(frame(4, 0, 0, &[0, 3, 0, 0, 0, 100]));
    octets.extend(frame(1, 5, 1, BLOCK));
    // The second request names the field by its place in the table, behind padding and priority.
    octets.extend(frame(1, 0x2d, 3, &[1, 0, 0, 0, 1, 15, 0x82, 0x86, 0x84, 0xbe, 0]));
    octets
}

#[test]
fn a_client_s_side_is_explained_to_the_field() {
    let found = dissect(Kind::Http2, &client());
    assert_eq!((found.read, found.error.clone()), (client().len(), None));
    let told = text(&found);
    for line in ["Connection preface", "SETTINGS", "HEADERS", "Pad Length", "62, x: y"] {
        assert!(told.contains(line), "{line} in {told}");
    }
}

#[test]
fn fragments_are_joined() {
    let mut octets = frame(1, 1, 1, &BLOCK[..5]);
    octets.extend(frame(9, 0, 1, &[]));
    octets.extend(frame(9, 4, 1, &BLOCK[5..]));
    let found = dissect(Kind::Http2, &octets);
    assert_eq!(found.error, None);
    let told = text(&found);
    assert!(told.contains("joined, the block says :method: GET; :scheme: http; :path: /; x: y"));
}

#[test]
fn a_promise_has_a_block_too() {
    let mut payload = vec![0, 0, 0, 2];
    payload.extend(BLOCK);
    let found = dissect(Kind::Http2, &frame(5, 4, 1, &payload));
    assert_eq!(found.error, None);
    let told = text(&found);
    assert!(told.contains("name string") && told.contains("Promised Stream ID"), "{told}");
}

#[test]
fn what_is_wrong_names_the_frame_and_the_rule() {
    let whole = client();
    for (octets, expected) in [
        (frame(9, 4, 1, &[]), "CONTINUATION where no field block is open"),
        ([frame(1, 0, 1, &[0x82]), frame(0, 0, 1, &[])].concat(), "DATA on stream 1 inside"),
        (frame(1, 0, 1, &[0x82]), "goes on in a CONTINUATION"),
        (frame(1, 4, 1, &[0xbe]), "index 62"),
        (frame(8, 0, 1, &[0, 0, 0, 0]), "begins at octet 0"),
        (frame(6, 0, 0, &[0; 7]), "PING"),
        (whole[..whole.len() - 1].to_vec(), "is cut short: 10 of 11 octets"),
        (whole[..28].to_vec(), "4 octets of its head"),
    ] {
        let error = dissect(Kind::Http2, &octets).error.unwrap();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn every_prefix_is_read_or_refused() {
    let whole = client();
    for end in 0..whole.len() {
        let found = dissect(Kind::Http2, &whole[..end]);
        assert!(found.read <= end);
    }
    assert_eq!("http2".parse(), Ok(Kind::Http2));
}
