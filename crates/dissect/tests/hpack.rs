//! A block of HPACK, dissected by its decoder.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use dissect::{Kind, dissect};
use wire::Note;

#[test]
fn a_block_is_explained_field_by_field() {
    // RFC 7541 C.4.1, by its first octets.
    let found = dissect(Kind::Hpack, &[0x82, 0x86, 0x84]);
    assert_eq!((found.read, found.error), (3, None));
    let values: Vec<String> = found
        .notes
        .into_iter()
        .filter_map(|note| match note {
            Note::Field { value, .. } => value,
            Note::Section { .. } => None,
        })
        .collect();
    assert_eq!(values, ["2, :method: GET", "6, :scheme: http", "4, :path: /"]);
}

#[test]
fn what_is_wrong_is_told_behind_what_was_right() {
    let found = dissect(Kind::Hpack, &[0x82, 0xbe]);
    assert!(found.error.unwrap().starts_with("index 62 at octet 1"));
    assert_eq!(found.notes.len(), 4);
}

#[test]
fn the_kind_has_a_name() {
    assert_eq!("hpack".parse(), Ok(Kind::Hpack));
}
