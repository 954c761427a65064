//! Ours.

use crate::stories::Story;
use ::hpack::{Decoder, Encoder, Field, Limits};
use std::hint::black_box;

fn wide() -> Limits {
    Limits { list_size: 1 << 20, fields: 1 << 16, ..Limits::default() }
}

/// Decodes every block; answers how many fields there were.
pub fn decode(stories: &[Story]) -> usize {
    let mut count = 0;
    for story in stories {
        let mut decoder = Decoder::new(wide());
        for case in story {
            let verdict = decoder.decode(&case.block, |field| {
                black_box(field);
                count += 1;
            });
            assert!(verdict.is_ok(), "a block of the stories");
        }
    }
    count
}

/// Encodes every list; answers how many octets it were.
pub fn encode(stories: &[Story], out: &mut Vec<u8>) -> usize {
    let mut octets = 0;
    for story in stories {
        let mut encoder = Encoder::new(&Limits::default());
        for case in story {
            out.clear();
            let fields = case.list.iter().map(|(name, value)| Field::new(name, value));
            encoder.encode(fields, out);
            octets += black_box(&out).len();
        }
    }
    octets
}
