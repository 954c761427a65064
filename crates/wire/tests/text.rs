//! Hex and base64: the RFC's vectors, and what is refused.

use wire::{base64, hex};

/// RFC 4648 §10.
#[test]
fn base64_vectors_of_the_rfc() {
    for (plain, text) in [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ] {
        assert_eq!(base64::encode(plain.as_bytes()), text);
        assert_eq!(base64::encode_url(plain.as_bytes()), text.trim_end_matches('='));
        assert_eq!(base64::decode(text).as_deref(), Ok(plain.as_bytes()));
    }
}

/// RFC 4648 §4 and §5 differ in the last two characters, and in the padding.
#[test]
fn the_two_alphabets_differ_in_two_characters() {
    assert_eq!(base64::encode(b"\xfb\xff\xbf\xff"), "+/+//w==");
    assert_eq!(base64::encode_url(b"\xfb\xff\xbf\xff"), "-_-__w");
}

#[test]
fn base64_takes_one_text_for_each_value() {
    use base64::Error::{Length, LooseBits, NotADigit};
    for (text, error) in [
        ("Zg", Length),
        ("Zg=", Length),
        ("=", Length),
        ("====", NotADigit(0)),
        ("Z===", NotADigit(1)),
        ("Zg=v", NotADigit(2)),
        ("Zm9vZg==Zm9v", NotADigit(6)),
        ("Zm 9", NotADigit(2)),
        ("Zm9\n", NotADigit(3)),
        ("Zm-_", NotADigit(2)),
        ("길A", NotADigit(0)),
        ("Zh==", LooseBits),
        ("Zm9=", LooseBits),
        ("//==", LooseBits),
    ] {
        assert_eq!(base64::decode(text), Err(error), "{text:?}");
    }
}

/// RFC 4648 §10, in lower case.
#[test]
fn hex_vectors_of_the_rfc() {
    for (plain, text) in [("", ""), ("f", "66"), ("fo", "666f"), ("foobar", "666f6f626172")] {
        assert_eq!(hex::encode(plain.as_bytes()), text);
        assert_eq!(hex::decode(text).as_deref(), Ok(plain.as_bytes()));
    }
    assert_eq!(hex::spaced(b"\x00\x0f\xf0"), "00 0f f0");
    assert_eq!(hex::spaced(b""), "");
}

#[test]
fn hex_passes_over_white_space_and_case() {
    assert_eq!(hex::decode(" 0 0\t0F\r\n\u{3000}fF "), Ok(vec![0, 0x0f, 0xff]));
}

#[test]
fn hex_names_the_octet_that_is_no_digit() {
    use hex::Error::{NotADigit, Odd};
    for (text, error) in [
        ("0", Odd),
        ("00 0", Odd),
        ("0g", NotADigit(1)),
        ("+1", NotADigit(0)),
        ("0x00", NotADigit(1)),
        ("00 길", NotADigit(3)),
        ("길 0g", NotADigit(0)),
        // Digits of other scripts are digits to Unicode and not to us.
        ("\u{ff10}0", NotADigit(0)),
    ] {
        assert_eq!(hex::decode(text), Err(error), "{text:?}");
    }
}
