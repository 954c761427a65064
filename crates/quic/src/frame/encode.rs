//! Writing frames.
//!
//! RFC 9000 §19, RFC 9221 §4
//!
//! Data is not copied into a frame first: a STREAM's or a CRYPTO's head is written, and the data
//! is appended behind it from where it is kept.
//!
//! Invariant: what is written is read back as the same frame.
//!
//! Used by: the connection.

use super::{Close, Frame, encode_ack};
use crate::stream::{Direction, StreamId};
use wire::VarInt;

/// Values beyond 62 bits do not come from our own state.
fn put(out: &mut Vec<u8>, values: &[u64]) {
    values.iter().for_each(|value| whole(*value).encode(out));
}

fn whole(value: u64) -> VarInt {
    VarInt::new(value).unwrap_or(VarInt::MAX)
}

/// Appends the head of a STREAM frame with `length` octets of data, which the caller appends. With
/// `last`, the frame reaches to the packet's end and says no length.
pub fn encode_stream(
    out: &mut Vec<u8>,
    stream: StreamId,
    offset: u64,
    length: usize,
    fin: bool,
    last: bool,
) {
    let offset_bit = if offset > 0 { 4 } else { 0 };
    let length_bit = if last { 0 } else { 2 };
    out.push(8 | offset_bit | length_bit | u8::from(fin));
    put(out, &[stream.get()]);
    if offset > 0 {
        put(out, &[offset]);
    }
    if !last {
        put(out, &[length as u64]);
    }
}

/// Octets of that head, for `length` octets of data at the most.
pub fn stream_head_length(stream: StreamId, offset: u64, length: usize, last: bool) -> usize {
    let offset = if offset > 0 { whole(offset).length() } else { 0 };
    let length = if last { 0 } else { whole(length as u64).length() };
    1 + whole(stream.get()).length() + offset + length
}

/// Appends the head of a CRYPTO frame with `length` octets of data, which the caller appends.
pub fn encode_crypto(out: &mut Vec<u8>, offset: u64, length: usize) {
    put(out, &[6, offset, length as u64]);
}

/// Octets of that head, for `length` octets of data at the most.
pub fn crypto_head_length(offset: u64, length: usize) -> usize {
    1 + whole(offset).length() + whole(length as u64).length()
}

/// The type's lowest bit, where it says the direction.
fn of(kind: u64, direction: Direction) -> u64 {
    kind | u64::from(direction == Direction::Unidirectional)
}

impl Frame<'_> {
    /// Appends the frame. STREAM and DATAGRAM frames say their length.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Padding(count) => out.resize(out.len() + count, 0),
            Self::Ping => put(out, &[1]),
            Self::Ack { delay, ranges, ecn, .. } => {
                let ranges = ranges.clone().map(|range| *range.start()..*range.end() + 1);
                encode_ack(out, ranges, *delay, *ecn, usize::MAX);
            }
            Self::ResetStream { stream, code, final_size } => {
                put(out, &[4, stream.get(), *code, *final_size]);
            }
            Self::StopSending { stream, code } => put(out, &[5, stream.get(), *code]),
            Self::Crypto { offset, data } => {
                encode_crypto(out, *offset, data.len());
                out.extend_from_slice(data);
            }
            Self::NewToken(token) => put_data(out, &[7], token),
            Self::Stream { stream, offset, data, fin } => {
                encode_stream(out, *stream, *offset, data.len(), *fin, false);
                out.extend_from_slice(data);
            }
            Self::MaxData(limit) => put(out, &[0x10, *limit]),
            Self::MaxStreamData { stream, limit } => put(out, &[0x11, stream.get(), *limit]),
            Self::MaxStreams { direction, limit } => put(out, &[of(0x12, *direction), *limit]),
            Self::DataBlocked(limit) => put(out, &[0x14, *limit]),
            Self::StreamDataBlocked { stream, limit } => put(out, &[0x15, stream.get(), *limit]),
            Self::StreamsBlocked { direction, limit } => put(out, &[of(0x16, *direction), *limit]),
            Self::NewConnectionId { sequence, retire_prior_to, id, token } => {
                put(out, &[0x18, *sequence, *retire_prior_to, id.len() as u64]);
                out.extend_from_slice(id.octets());
                out.extend_from_slice(token);
            }
            Self::RetireConnectionId(sequence) => put(out, &[0x19, *sequence]),
            Self::PathChallenge(data) => {
                out.push(0x1a);
                out.extend_from_slice(data);
            }
            Self::PathResponse(data) => {
                out.push(0x1b);
                out.extend_from_slice(data);
            }
            Self::Close(Close { code, frame, reason }) => match frame {
                Some(frame) => put_data(out, &[0x1c, *code, *frame], reason),
                None => put_data(out, &[0x1d, *code], reason),
            },
            Self::HandshakeDone => put(out, &[0x1e]),
            Self::Datagram(data) => put_data(out, &[0x31], data),
        }
    }
}

/// Integers, and then octets behind their length.
fn put_data(out: &mut Vec<u8>, values: &[u64], data: &[u8]) {
    put(out, values);
    put(out, &[data.len() as u64]);
    out.extend_from_slice(data);
}
