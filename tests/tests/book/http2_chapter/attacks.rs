//! What is refused, and when.

use super::{Pair, block};
use crate::figure::figure;
use hpack::{Decoder, Encoder, Field, Limits};
use http2::{
    Event, StreamId,
    frame::{Frame, PREFACE},
};
use std::fmt::Write as _;

/// A block on a decoder of its own: what it was, what came out, what was said.
fn refused(story: &mut String, title: &str, block: &[u8]) {
    let mut decoder = Decoder::new(Limits::default());
    let (mut fields, mut octets) = (0, 0);
    let verdict = decoder.decode(block, |field| {
        fields += 1;
        octets += field.size();
    });
    let error = verdict.unwrap_err();
    writeln!(story, "{title}: a block of {} octets", block.len()).unwrap();
    writeln!(story, "  handed over: {fields} fields, {octets} octets").unwrap();
    writeln!(story, "  {error}\n").unwrap();
}

/// One large field, then so many references to it, an octet each.
fn bomb(references: usize) -> Vec<u8> {
    let value = [b'x'; 2900];
    let mut encoder = Encoder::new(&Limits::default());
    let mut octets = block(&mut encoder, &[Field::new(b"x-bomb", &value)]);
    octets.extend(std::iter::repeat_n(0xbe, references));
    octets
}

#[test]
fn what_is_refused() {
    let mut story = String::new();
    let octets = bomb(10_000);
    let value = 2900 + 6 + 32;
    writeln!(story, "a bomb that would be {} octets of list", value * 10_001).unwrap();
    refused(&mut story, "a bomb", &octets);
    refused(&mut story, "200 times one octet", &[0x82; 200]);
    refused(&mut story, "an integer without an end", &[&[0x7f][..], &[0xff; 20]].concat());
    refused(&mut story, "an index beyond the tables", &[0x82, 0xbe]);
    refused(&mut story, "a table larger than allowed", &[0x3f, 0xe2, 0x1f]);

    let mut pair = Pair::new();
    let (mut frames, mut octets, id) = (0, PREFACE.to_vec(), StreamId::new(1));
    Frame::Settings { settings: http2::frame::Settings::over(&[]), ack: false }
        .encode(StreamId::CONNECTION, &mut octets);
    Frame::Headers { fragment: &[0x82], end: true, complete: false, dependency: None }
        .encode(id, &mut octets);
    pair.server.receive(&mut octets, pair.now);
    let error = loop {
        let mut octets = Vec::new();
        Frame::Continuation { fragment: &[], complete: false }.encode(id, &mut octets);
        pair.server.receive(&mut octets, pair.now);
        frames += 1;
        let violation = std::iter::from_fn(|| pair.server.poll_event()).find_map(|event| {
            let Event::Violation(error) = event else { return None };
            Some(error)
        });
        if let Some(error) = violation {
            break error;
        }
    };
    writeln!(story, "CONTINUATION without END_HEADERS: refused at frame {frames}").unwrap();
    writeln!(story, "  {error}\n  GOAWAY {}", error.code()).unwrap();
    figure("h2-limits", &story);
}
