//! We and fluke-hpack on the same blocks: what both take must say the same, and what one writes the
//! other reads.
//!
//! RFC 7541 §4.2, §5.1, §6
//!
//! | both are right, and differ              | we            | fluke-hpack              |
//! |-----------------------------------------|---------------|--------------------------|
//! | a size update behind a field            | refuse it     | takes it                 |
//! | a setting made smaller and not told of  | refuse it     | takes it                 |
//! | a block of size updates alone           | take it       | refuses it               |
//! | an integer of six octets                | take it       | refuses it               |
//! | a size update cut short, or of six octets | read it as any integer | panics; not shown it |
//!
//! Invariant: nothing else differs. A new line in this table needs a reason from the RFC.
//!
//! Used by: the fuzz target `hpack_peers`, and the replay of its seeds in `tests/`.

use fluke_hpack::decoder::{DecoderError, IntegerDecodingError};
use hpack::{Decoder, Encoder, Error, Field, Limits};

type List = Vec<(Vec<u8>, Vec<u8>)>;

/// Both ends of a connection, ours and theirs.
struct Ends {
    ours: (Encoder, Decoder),
    theirs: (fluke_hpack::Encoder<'static>, fluke_hpack::Decoder<'static>),
}

fn wide() -> Limits {
    Limits { list_size: 1 << 24, fields: 1 << 20, ..Limits::default() }
}

/// Reads `octets` as blocks, each behind an octet that says how long it is.
///
/// # Panics
/// Where the two disagree in a way that the table does not name.
pub fn check(octets: &[u8]) {
    let mut ours = Decoder::new(wide());
    let mut theirs = fluke_hpack::Decoder::new();
    theirs.set_max_allowed_table_size(4096);
    let mut ends = Ends {
        ours: (Encoder::new(&Limits::default()), Decoder::new(wide())),
        theirs: (fluke_hpack::Encoder::new(), fluke_hpack::Decoder::new()),
    };
    let mut rest = octets;
    while let Some((length, behind)) = rest.split_first() {
        let (block, behind) = behind.split_at(usize::from(*length).min(behind.len()));
        rest = behind;
        let mut list = List::new();
        let verdict = ours.decode(block, |field| {
            list.push((field.name.to_vec(), field.value.to_vec()));
        });
        if matches!(verdict, Err(Error::SizeUpdateLate { .. })) || update_panics(block) {
            return;
        }
        match (verdict, theirs.decode(block)) {
            (Ok(()), Ok(found)) => assert_eq!(found, list),
            (Err(_), Err(_)) => return,
            (Ok(()), Err(error)) => {
                assert!(stricter(&error, &list), "only we take it: {error:?}, {block:02x?}");
                return;
            }
            (Err(error), Ok(_)) => panic!("only fluke-hpack takes it: {error}, {block:02x?}"),
        }
        write_both(&mut ends, &list);
    }
}

/// Whether the block begins with a size update that fluke-hpack does not survive.
fn update_panics(mut block: &[u8]) -> bool {
    while let Some((first @ 0x20..0x40, rest)) = block.split_first() {
        let more = rest.iter().position(|octet| octet & 0x80 == 0).map_or(rest.len(), |at| at + 1);
        let length = if first & 0x1f == 0x1f { more } else { 0 };
        let cut = length > 0 && rest.get(length - 1).is_none_or(|octet| octet & 0x80 != 0);
        if cut || length > 4 || (first & 0x1f == 0x1f && rest.is_empty()) {
            return true;
        }
        block = rest.get(length..).unwrap_or_default();
    }
    false
}

/// Whether the table above names it.
fn stricter(error: &DecoderError, list: &List) -> bool {
    match error {
        DecoderError::SizeUpdateAtEnd => list.is_empty(),
        DecoderError::IntegerDecodingError(IntegerDecodingError::TooManyOctets) => true,
        _ => false,
    }
}

/// Ours is read by theirs and theirs by ours.
fn write_both(ends: &mut Ends, list: &List) {
    let mut block = Vec::new();
    ends.ours.0.encode(list.iter().map(|(name, value)| Field::new(name, value)), &mut block);
    assert_eq!(ends.theirs.1.decode(&block).as_ref(), Ok(list), "ours, read by fluke-hpack");
    let block = ends.theirs.0.encode(list.iter().map(|(name, value)| (&name[..], &value[..])));
    let mut found = List::new();
    let verdict = ends.ours.1.decode(&block, |field| {
        found.push((field.name.to_vec(), field.value.to_vec()));
    });
    assert_eq!((verdict, &found), (Ok(()), list), "fluke-hpack's, read by us");
}
