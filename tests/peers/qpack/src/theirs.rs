//! That of h3, which uses no table.

use crate::h3_module::qpack::{decode_stateless, encode_stateless, HeaderField};
use crate::lists::Work;
use std::hint::black_box;

/// Decodes every section; answers how many fields there were.
pub fn decode(work: &Work) -> usize {
    let mut count = 0;
    for record in &work.records {
        match decode_stateless(&mut record.octets.as_slice(), u64::MAX) {
            Ok(decoded) => count += black_box(decoded.fields).len(),
            Err(error) => panic!("a section of ours: {error:?}"),
        }
    }
    count
}

/// The lists as h3 takes them.
pub fn lists(work: &Work) -> Vec<Vec<HeaderField>> {
    let field = |(name, value): &(Vec<u8>, Vec<u8>)| HeaderField::new(name.clone(), value.clone());
    work.lists.iter().map(|list| list.iter().map(field).collect()).collect()
}

/// Encodes every list; answers how many octets it were. `keep` gets each section.
pub fn encode(lists: &[Vec<HeaderField>], mut keep: impl FnMut(u64, &[u8])) -> usize {
    let (mut octets, mut out) = (0, Vec::new());
    for (stream, list) in (1..).zip(lists) {
        out.clear();
        if let Err(error) = encode_stateless(&mut out, list) {
            panic!("a list: {error:?}");
        }
        octets += black_box(&out).len();
        keep(stream, &out);
    }
    octets
}
