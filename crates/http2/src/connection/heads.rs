//! Heads become field blocks, and blocks frames.
//!
//! RFC 9113 §4.3, §8.2, §8.3
//!
//! ```text
//!   HEADERS                                    the block fits
//!   HEADERS, CONTINUATION … END_HEADERS        it does not: cut where the peer's frames end
//! ```
//!
//! What a head says is `http`'s to tell ([`Sink`]); here it is encoded.
//!
//! Invariant: a block is in the output, whole, before anything else is encoded: the peer decodes in
//! the order in which we encode.

use super::Connection;
use crate::{
    StreamId,
    frame::{FrameHead, FrameType, flags, set_length},
    trace,
};
use hpack::{Encoder, Field};
use http::message::outgoing::Sink;
use wire::{Output, trace::Direction};

/// What a block is put into.
#[derive(Debug, Clone, Copy)]
pub(super) enum Carrier {
    Headers { end: bool },
    Promise { promised: StreamId },
}

/// Fields on their way into a block.
pub(super) struct Block<'a> {
    encoder: &'a mut Encoder,
    out: &'a mut Vec<u8>,
    /// What is told to a listener.
    told: Option<trace::Section>,
}

impl Sink for Block<'_> {
    fn field(&mut self, name: &[u8], value: &[u8]) {
        if let Some(told) = &mut self.told {
            told.push((name.to_vec(), value.to_vec()));
        }
        self.encoder.encode([Field::new(name, value)], self.out);
    }
}

impl Connection {
    /// Puts a block behind all that waits to be sent.
    pub(super) fn put_block(
        &mut self,
        stream: StreamId,
        carrier: Carrier,
        fields: impl FnOnce(&mut Block<'_>),
    ) {
        // Lent, so that the block can be written while the encoder is borrowed too.
        let mut output = std::mem::replace(&mut self.output, Output::new(0));
        self.write_block(stream, carrier, fields, &mut output);
        self.output = output;
    }

    // ANCHOR: write_block
    pub(super) fn write_block(
        &mut self,
        stream: StreamId,
        carrier: Carrier,
        fields: impl FnOnce(&mut Block<'_>),
        output: &mut Output,
    ) {
        let (kind, flags) = match carrier {
            Carrier::Headers { end: true } => (FrameType::HEADERS, flags::END_STREAM),
            Carrier::Headers { end: false } => (FrameType::HEADERS, 0),
            Carrier::Promise { .. } => (FrameType::PUSH_PROMISE, 0),
        };
        let most = self.theirs.max_frame_size as usize;
        let told = self.trace.is_on().then(trace::Section::new);
        let encoder = &mut self.encoder;
        let (told, cuts) = output.write(|out| {
            let start = out.len();
            let flags = flags | flags::END_HEADERS;
            FrameHead { length: 0, kind, flags, stream }.encode(out);
            if let Carrier::Promise { promised } = carrier {
                out.extend_from_slice(&promised.value().to_be_bytes());
            }
            let mut block = Block { encoder, out, told };
            fields(&mut block);
            let told = block.told;
            let length = out.len() - start - FrameHead::LENGTH;
            if length <= most {
                set_length(out, start);
                return (told, vec![length]);
            }
            (told, cut(out, start, most, stream))
        });
        if let Some(section) = told {
            self.trace_block(
                FrameHead { length: 0, kind, flags, stream },
                carrier,
                &cuts,
                &section,
            );
        }
    }
    // ANCHOR_END: write_block

    fn trace_block(
        &self,
        first: FrameHead,
        carrier: Carrier,
        cuts: &[usize],
        section: &trace::Section,
    ) {
        let stream = first.stream;
        for (at, length) in cuts.iter().enumerate() {
            let length = u32::try_from(*length).unwrap_or(u32::MAX);
            let last = if at + 1 == cuts.len() { flags::END_HEADERS } else { 0 };
            let head = match at {
                0 => FrameHead { length, flags: first.flags | last, ..first },
                _ => FrameHead { length, kind: FrameType::CONTINUATION, flags: last, stream },
            };
            let frame = match carrier {
                Carrier::Promise { promised } if at == 0 => {
                    crate::frame::Frame::PushPromise { promised, fragment: &[], complete: true }
                }
                _ => crate::frame::Frame::Continuation { fragment: &[], complete: true },
            };
            trace::frame(&self.trace, self.now, Direction::Sent, &head, &frame);
        }
        trace::section(&self.trace, self.now, Direction::Sent, stream, section);
    }
}

/// Cuts a frame that is too long into CONTINUATION frames; answers the lengths of all.
fn cut(out: &mut Vec<u8>, start: usize, most: usize, stream: StreamId) -> Vec<usize> {
    let payload = out.split_off(start + FrameHead::LENGTH);
    let mut lengths = Vec::new();
    let count = payload.len().div_ceil(most.max(1));
    for (at, part) in payload.chunks(most.max(1)).enumerate() {
        let from = if at == 0 { start } else { out.len() };
        if at == 0 {
            // The flags of the first frame: the block does not end there.
            if let Some(place) = out.get_mut(start + 4) {
                *place &= !flags::END_HEADERS;
            }
        } else {
            let flags = if at + 1 == count { flags::END_HEADERS } else { 0 };
            FrameHead { length: 0, kind: FrameType::CONTINUATION, flags, stream }.encode(out);
        }
        out.extend_from_slice(part);
        set_length(out.get_mut(..).unwrap_or_default(), from);
        lengths.push(part.len());
    }
    lengths
}
