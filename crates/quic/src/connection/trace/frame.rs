//! A frame as a listener hears of it.
//!
//! RFC 9000 §19
//!
//! Names are the RFC's, in lower case; `length` is octets of data. An ACK's ranges are pairs of
//! `low` and `high`, from the largest downwards.
//!
//! Invariant: octets of streams and of the handshake are not told, but counted.

use super::{Connection, number, octets, text};
use crate::{
    frame::{Close, Frame},
    stream::{Direction as Kind, StreamId},
};
use wire::{
    Reader,
    trace::{Direction, Field, Layer, Value},
};

/// Ranges of an ACK that are told: a peer may send some hundreds in each packet.
const RANGES: usize = 32;

/// Tells the frames of a payload, up to one that is wrong. ACK delays are in units of
/// 2^`exponent` µs.
pub(super) fn tell_all(from: &Connection, way: Direction, payload: &[u8], exponent: u8) {
    let mut reader = Reader::new(payload);
    while !reader.is_empty() {
        let at = reader.offset() as u64;
        let Ok(frame) = Frame::read(&mut reader) else {
            return from.tell(way, "frame", &[text("type", "unknown"), number("offset", at)]);
        };
        tell(from, way, &frame, exponent);
    }
}

fn tell(from: &Connection, way: Direction, frame: &Frame<'_>, exponent: u8) {
    let mut fields = vec![text("type", frame.kind().name())];
    let stream = fields_of(frame, exponent, &mut fields);
    from.trace.emit_slice(from.now, Layer::Quic, way, "frame", stream.map(StreamId::get), &fields);
}

/// The fields of a frame; answers the stream that it is about.
fn fields_of<'a>(
    frame: &'a Frame<'_>,
    exponent: u8,
    fields: &mut Vec<Field<'a>>,
) -> Option<StreamId> {
    let mut about = None;
    match frame {
        Frame::Ping | Frame::HandshakeDone => {}
        Frame::Padding(count) => fields.push(number("length", *count as u64)),
        Frame::Ack { .. } => ack(frame, exponent, fields),
        Frame::ResetStream { stream, code, final_size } => {
            about = Some(*stream);
            fields.extend([number("error_code", *code), number("final_size", *final_size)]);
        }
        Frame::StopSending { stream, code } => {
            about = Some(*stream);
            fields.push(number("error_code", *code));
        }
        Frame::Crypto { offset, data } => {
            fields.extend([number("offset", *offset), number("length", data.len() as u64)]);
        }
        Frame::NewToken(token) => fields.push(number("length", token.len() as u64)),
        Frame::Stream { stream, offset, data, fin } => {
            about = Some(*stream);
            let fin = Field { name: "fin", value: Value::Flag(*fin) };
            fields.extend([number("offset", *offset), number("length", data.len() as u64), fin]);
        }
        Frame::MaxData(limit) => fields.push(number("maximum", *limit)),
        Frame::MaxStreamData { stream, limit } => {
            about = Some(*stream);
            fields.push(number("maximum", *limit));
        }
        Frame::MaxStreams { direction, limit } => {
            fields.extend([text("stream_type", side(*direction)), number("maximum", *limit)]);
        }
        Frame::DataBlocked(limit) => fields.push(number("limit", *limit)),
        Frame::StreamDataBlocked { stream, limit } => {
            about = Some(*stream);
            fields.push(number("limit", *limit));
        }
        Frame::StreamsBlocked { direction, limit } => {
            fields.extend([text("stream_type", side(*direction)), number("limit", *limit)]);
        }
        Frame::NewConnectionId { sequence, retire_prior_to, id, .. } => {
            fields.push(number("sequence_number", *sequence));
            fields.push(number("retire_prior_to", *retire_prior_to));
            fields.push(octets("connection_id", id.octets()));
        }
        Frame::RetireConnectionId(sequence) => fields.push(number("sequence_number", *sequence)),
        Frame::PathChallenge(data) | Frame::PathResponse(data) => fields.push(octets("data", data)),
        Frame::Close(close) => end(close, fields),
        Frame::Datagram(data) => fields.push(number("length", data.len() as u64)),
    }
    about
}

const fn side(direction: Kind) -> &'static str {
    match direction {
        Kind::Bidirectional => "bidirectional",
        Kind::Unidirectional => "unidirectional",
    }
}

fn ack(frame: &Frame<'_>, exponent: u8, fields: &mut Vec<Field<'_>>) {
    let Frame::Ack { delay, ranges, ecn, .. } = frame else { return };
    let micros = delay.saturating_mul(1 << exponent.min(20));
    fields.push(Field { name: "delay", value: Value::Micros(micros) });
    for range in ranges.clone().take(RANGES) {
        fields.extend([number("low", *range.start()), number("high", *range.end())]);
    }
    if let Some(counts) = ecn {
        fields.push(number("ect0", counts.ect0));
        fields.push(number("ect1", counts.ect1));
        fields.push(number("ce", counts.ce));
    }
}

fn end<'a>(close: &'a Close<'_>, fields: &mut Vec<Field<'a>>) {
    let space = if close.frame.is_some() { "transport" } else { "application" };
    fields.extend([text("space", space), number("error_code", close.code)]);
    fields.extend(close.frame.map(|frame| number("frame_type", frame)));
    fields.push(octets("reason", close.reason));
}
