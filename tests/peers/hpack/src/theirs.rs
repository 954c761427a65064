//! That of h2.

use crate::h2_module::hpack::{Decoder, Encoder, Header};
use crate::stories::Story;
use bytes::{Bytes, BytesMut};
use http::HeaderName;
use std::hint::black_box;
use std::io::Cursor;
use std::ops::ControlFlow;

/// Each block in a buffer of its own, for the decoder takes it apart.
pub fn blocks(stories: &[Story]) -> Vec<Vec<BytesMut>> {
    let block = |block: &Vec<u8>| BytesMut::from(block.as_slice());
    stories.iter().map(|story| story.iter().map(|case| block(&case.block)).collect()).collect()
}

/// Decodes every block; answers how many fields there were.
pub fn decode(stories: &mut [Vec<BytesMut>]) -> usize {
    let mut count = 0;
    for story in stories {
        let mut decoder = Decoder::new(4096);
        for block in story {
            let verdict = decoder.decode(&mut Cursor::new(block), |field| {
                black_box(field);
                count += 1;
                ControlFlow::Continue(())
            });
            assert!(verdict.is_ok(), "a block of the stories");
        }
    }
    count
}

/// The lists as h2 takes them, which it uses up.
pub fn lists(stories: &[Story]) -> Vec<Vec<Vec<Header<Option<HeaderName>>>>> {
    let copied = |octets: &Vec<u8>| Bytes::copy_from_slice(octets);
    let field = |(name, value): &(Vec<u8>, Vec<u8>)| match Header::new(copied(name), copied(value))
    {
        Ok(field) => Header::from(field),
        Err(error) => panic!("a field of the stories: {error:?}"),
    };
    let list = |list: &Vec<(Vec<u8>, Vec<u8>)>| list.iter().map(field).collect();
    stories.iter().map(|story| story.iter().map(|case| list(&case.list)).collect()).collect()
}

/// Encodes every list; answers how many octets it were.
pub fn encode(stories: Vec<Vec<Vec<Header<Option<HeaderName>>>>>, out: &mut BytesMut) -> usize {
    let mut octets = 0;
    for story in stories {
        let mut encoder = Encoder::new(4096, 0);
        for list in story {
            out.clear();
            encoder.encode(list, out);
            octets += black_box(&out).len();
        }
    }
    octets
}
