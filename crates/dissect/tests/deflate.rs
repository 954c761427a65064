//! Compressed streams, dissected bit by bit.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use dissect::{Kind, dissect, text};

/// "Hello, Hello" in the fixed codes.
const HELLO: &[u8] = &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0xd7, 0x51, 0xf0, 0x00, 0x51, 0x00];

#[test]
fn a_stream_is_named_bit_by_bit() {
    let dissection = dissect(Kind::Deflate, HELLO);
    assert_eq!(dissection.error, None);
    let lines = text(&dissection);
    for line in [
        "block, RFC 1951 §3.2.3",
        "  0000  f3                       BFINAL             1: the last block (bit 0)",
        "  0000  f3                       BTYPE              1: fixed codes (bits 1–2)",
        "  0000  f3 48                    literal            \"H\" (bits 3–10)",
        "  0008  00 51                    length             258: 4 (bits 3–9)",
        "  0009  51                       distance           5: 7 back, \"ello\" (bits 2–7)",
        "✓ 11 octets read",
    ] {
        assert!(lines.contains(line), "{line}\nnot in\n{lines}");
    }
}

#[test]
fn a_gzip_file_shows_head_and_trailer() {
    let head = [0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3, b'a', 0];
    let octets = [&head, HELLO, &[0x03, 0x31, 0x3c, 0x2a, 12, 0, 0, 0]].concat();
    let lines = text(&dissect(Kind::Gzip, &octets));
    for word in ["ID1 ID2", "FNAME", "3: Unix", "BTYPE", "ISIZE", "12 octets", "CRC32"] {
        assert!(lines.contains(word), "{word} not in\n{lines}");
    }
}

#[test]
fn what_is_wrong_is_said_with_its_bit() {
    let error = |kind, octets: &[u8]| dissect(kind, octets).error.unwrap();
    assert!(error(Kind::Deflate, &[7]).contains("octet 0, bit 1"));
    assert!(error(Kind::Zlib, &[0x78, 0x9d]).contains("FCHECK"));
    assert!(error(Kind::Gzip, HELLO).contains("1f 8b"));
    assert_eq!(error(Kind::Deflate, &HELLO[..4]), "the stream goes on behind octet 4");
    assert!(error(Kind::Deflate, &[HELLO, b"next"].concat()).contains("4 octets stand behind it"));
}
