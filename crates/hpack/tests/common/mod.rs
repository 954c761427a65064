//! What the tests of this crate share: octets written as hex, lists written as text.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use hpack::{Decoder, Encoder, Error, Field, Limits};

/// A list as it is compared: names, values, and whether each is a secret.
pub(crate) type List = Vec<(Vec<u8>, Vec<u8>, bool)>;

/// Octets written as hex with spaces between.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pair = |two: &[u8]| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap();
    digits.chunks(2).map(pair).collect()
}

/// Decodes a block into a list of its own.
pub(crate) fn decode(decoder: &mut Decoder, block: &[u8]) -> Result<List, Error> {
    let mut list = List::new();
    let verdict = decoder.decode(block, |field| {
        list.push((field.name.to_vec(), field.value.to_vec(), field.sensitive));
    });
    verdict.map(|()| list)
}

/// Encodes a list into a block of its own.
pub(crate) fn encode(encoder: &mut Encoder, list: &[(Vec<u8>, Vec<u8>, bool)]) -> Vec<u8> {
    let mut block = Vec::new();
    let fields =
        list.iter().map(|(name, value, sensitive)| Field { name, value, sensitive: *sensitive });
    encoder.encode(fields, &mut block);
    block
}

/// A list of fields that are no secrets.
pub(crate) fn list(fields: &[(&str, &str)]) -> List {
    let owned =
        |(name, value): &(&str, &str)| (name.as_bytes().into(), value.as_bytes().into(), false);
    fields.iter().map(owned).collect()
}

/// The dynamic table, newest first.
pub(crate) fn entries(table: &hpack::table::DynamicTable) -> Vec<(String, String)> {
    let text = |octets: &[u8]| String::from_utf8(octets.to_vec()).unwrap();
    (0..table.len()).map(|age| table.get(age).unwrap()).map(|(n, v)| (text(n), text(v))).collect()
}

/// Limits that no story reaches.
pub(crate) fn wide() -> Limits {
    Limits { list_size: 1 << 20, fields: 1 << 16, block: 1 << 20, ..Limits::default() }
}
