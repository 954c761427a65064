//! What must hold for every input, one function for each parser of this floor.
//!
//! A property that does not hold is a panic, which is what a fuzzer and a test understand.
//!
//! Used by: the fuzz targets, `tests/properties.rs`.

use crate::{Reader, VarInt, base64, hex};

/// What was written is read back; what was read is what a person wrote, but for case and spaces;
/// every error lies within the text.
pub fn check_hex(octets: &[u8]) {
    for text in [hex::encode(octets), hex::spaced(octets), hex::encode(octets).to_uppercase()] {
        assert_eq!(hex::decode(&text).as_deref(), Ok(octets), "{text:?}");
    }
    let text = String::from_utf8_lossy(octets);
    let digits = || text.chars().filter(|character| !character.is_whitespace());
    match hex::decode(&text) {
        Ok(found) => {
            assert_eq!(hex::encode(&found), digits().collect::<String>().to_lowercase());
        }
        Err(hex::Error::NotADigit(place)) => {
            let found = text.get(place..).and_then(|rest| rest.chars().next());
            assert!(found.is_some_and(|character| !character.is_ascii_hexdigit()), "{text:?}");
        }
        Err(hex::Error::Odd) => assert!(!digits().count().is_multiple_of(2)),
    }
}

/// Each value has one text and each text that is taken is that one.
pub fn check_base64(octets: &[u8]) {
    let encoded = base64::encode(octets);
    assert_eq!(encoded.len(), octets.len().div_ceil(3) * 4);
    assert_eq!(base64::decode(&encoded).as_deref(), Ok(octets));
    let safe = encoded.trim_end_matches('=').replace('+', "-").replace('/', "_");
    assert_eq!(base64::encode_url(octets), safe);
    let text = String::from_utf8_lossy(octets);
    match base64::decode(&text) {
        Ok(found) => assert_eq!(base64::encode(&found), text),
        Err(base64::Error::NotADigit(place)) => assert!(place < text.len()),
        Err(base64::Error::Length) => assert!(!text.len().is_multiple_of(4)),
        Err(base64::Error::LooseBits) => assert!(text.ends_with('=')),
    }
}

/// An integer takes the octets that its first one promises or none, fits in 62 bits, and in its
/// shortest form is read as the same.
pub fn check_varint(octets: &[u8]) {
    let mut reader = Reader::new(octets);
    let promised = octets.first().map_or(1, |first| VarInt::length_from(*first));
    match reader.varint("integer") {
        Ok(value) => {
            assert_eq!(reader.offset(), promised);
            let integer = VarInt::new(value).unwrap_or_default();
            assert_eq!(integer.get(), value, "fits in 62 bits");
            let mut shortest = Vec::new();
            integer.encode(&mut shortest);
            assert_eq!(shortest.len(), integer.length());
            assert!(shortest.len() <= promised);
            if shortest.len() == promised {
                assert!(octets.starts_with(&shortest));
            }
            assert_eq!(Reader::new(&shortest).varint("integer"), Ok(value));
        }
        Err(error) => {
            assert!(octets.len() < promised);
            assert_eq!((error.offset, reader.rest()), (0, octets), "the cursor is in place");
        }
    }
}
