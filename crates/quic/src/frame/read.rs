//! Reading the frames of a packet, one after the other.
//!
//! RFC 9000 §12.4, §19; RFC 9221 §4
//!
//! | frame               | fields; all integers are of variable length                          |
//! |---------------------|----------------------------------------------------------------------|
//! | ACK                 | largest, delay, count, first range, (gap, range)…, ECN counts if 0x01 |
//! | RESET_STREAM        | stream, code, final size                                             |
//! | STOP_SENDING        | stream, code                                                         |
//! | CRYPTO              | offset, length, data                                                 |
//! | NEW_TOKEN           | length, token                                                        |
//! | STREAM              | stream, offset if 0x04, length if 0x02, data; 0x01 is FIN            |
//! | MAX_… , …_BLOCKED   | stream if it is about one, limit                                     |
//! | NEW_CONNECTION_ID   | sequence, retire prior to, 1 octet of length, identifier, token      |
//! | PATH_…              | 8 octets                                                             |
//! | CONNECTION_CLOSE    | code, type if 0x1c, length, reason                                   |
//! | DATAGRAM            | length if 0x01, data                                                 |
//!
//! Invariant: where a frame is wrong, nothing behind it is looked at.
//!
//! Used by: the connection, for each packet; `dissect`.

use super::{AckRanges, Close, Frame, FrameKind, ack::Wrong};
use crate::{
    connection_id::ConnectionId,
    error::Error,
    packet::PacketType,
    recovery::EcnCounts,
    stream::{Direction, StreamId},
};
use tls::Role;
use wire::{Reader, VarInt};

/// The largest count of streams (RFC 9000 §4.6).
const MOST_STREAMS: u64 = 1 << 60;

/// The frames of one packet. Ends after the first that is wrong.
#[derive(Clone)]
pub struct Frames<'a> {
    reader: Reader<'a>,
    packet: PacketType,
    sender: Role,
    fresh: bool,
    wrong: u64,
}

impl<'a> Frames<'a> {
    /// The frames in the payload of such a packet, which `sender` sent.
    pub fn new(payload: &'a [u8], packet: PacketType, sender: Role) -> Self {
        Self { reader: Reader::new(payload), packet, sender, fresh: true, wrong: 0 }
    }

    /// As [`new`](Self::new), of what a reader has left; its listener hears of each field.
    pub const fn read(reader: Reader<'a>, packet: PacketType, sender: Role) -> Self {
        Self { reader, packet, sender, fresh: true, wrong: 0 }
    }

    /// The type of the frame that was wrong, for CONNECTION_CLOSE; 0 while none was.
    pub const fn wrong_type(&self) -> u64 {
        self.wrong
    }

    fn step(&mut self) -> Result<Frame<'a>, Error> {
        let mut reader = self.reader;
        let frame = Frame::read(&mut reader)?;
        let kind = frame.kind();
        let (name, packet, sender) = (kind.name(), self.packet, self.sender);
        if !kind.is_allowed_in(packet) {
            return Err(Error::FrameForbidden { frame: name, packet });
        }
        if kind.info().server && sender == Role::Client {
            return Err(Error::FrameSender { frame: name, sender });
        }
        check_half(&frame, sender)?;
        self.reader = reader;
        Ok(frame)
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = Result<Frame<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let fresh = std::mem::take(&mut self.fresh);
        if self.reader.is_empty() {
            let empty = Error::PayloadEmpty { packet: self.packet };
            return fresh.then_some(Err(empty));
        }
        let item = self.step();
        if item.is_err() {
            // A frame that is wrong is not passed over, so its type can be told. Then nothing more
            // is read.
            self.wrong = Reader::new(self.reader.rest()).varint("Frame Type").unwrap_or(0);
            let length = self.reader.len();
            self.reader.skip(length);
        }
        Some(item)
    }
}

/// A stream of one direction has one half: which end it belongs to stands in its identifier.
fn check_half(frame: &Frame<'_>, sender: Role) -> Result<(), Error> {
    let (stream, right, why) = match frame {
        Frame::ResetStream { stream, .. }
        | Frame::Stream { stream, .. }
        | Frame::StreamDataBlocked { stream, .. } => {
            (stream, stream.sends(sender), "the sender may not send on")
        }
        Frame::StopSending { stream, .. } | Frame::MaxStreamData { stream, .. } => {
            (stream, stream.receives(sender), "its receiver does not receive on")
        }
        _ => return Ok(()),
    };
    let (frame, stream) = (frame.kind().name(), stream.get());
    if right { Ok(()) } else { Err(Error::StreamState { frame, stream, why }) }
}

impl<'a> Frame<'a> {
    // ANCHOR: read
    /// Reads one frame; whether it may stand there is for [`Frames`] to say.
    ///
    /// # Errors
    /// What is wrong with it: mostly FRAME_ENCODING_ERROR.
    pub fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let offset = reader.offset();
        let length = reader.len();
        let mut name = "unknown";
        let result = Self::read_type(reader, &mut name, offset, length);
        result.map_err(|wrong| match wrong {
            Wrong::Cut(cut) => Error::FrameTruncated { frame: name, cut },
            Wrong::Rule(error) => error,
        })
    }
    // ANCHOR_END: read

    fn read_type(
        reader: &mut Reader<'a>,
        name: &mut &'static str,
        offset: usize,
        length: usize,
    ) -> Result<Self, Wrong> {
        if reader.is_observed()
            && let Ok(number) = Reader::new(reader.rest()).varint("Frame Type")
            && let Some(kind) = FrameKind::from_type(number)
        {
            reader.section(kind.name(), kind.info().rfc);
        }
        let number = reader.varint("Frame Type")?;
        let kind = FrameKind::from_type(number);
        if VarInt::new(number).is_some_and(|number| number.length() < length - reader.len()) {
            return Err(Wrong::Rule(Error::FrameTypeLong { kind: number, offset }));
        }
        let kind = kind.ok_or(Wrong::Rule(Error::FrameUnknown { kind: number, offset }))?;
        *name = kind.name();
        reader.explain(|| kind.name().into());
        body(reader, kind, number)
    }
}

fn body<'a>(reader: &mut Reader<'a>, kind: FrameKind, number: u64) -> Result<Frame<'a>, Wrong> {
    Ok(match kind {
        FrameKind::Padding => padding(reader)?,
        FrameKind::Ping => Frame::Ping,
        FrameKind::Ack => ack(reader, number & 1 != 0)?,
        FrameKind::ResetStream => Frame::ResetStream {
            stream: stream(reader)?,
            code: reader.varint("Application Protocol Error Code")?,
            final_size: reader.varint("Final Size")?,
        },
        FrameKind::StopSending => Frame::StopSending {
            stream: stream(reader)?,
            code: reader.varint("Application Protocol Error Code")?,
        },
        FrameKind::Crypto => crypto(reader)?,
        FrameKind::NewToken => new_token(reader)?,
        FrameKind::Stream => stream_data(reader, number)?,
        FrameKind::MaxData => Frame::MaxData(reader.varint("Maximum Data")?),
        FrameKind::MaxStreamData => Frame::MaxStreamData {
            stream: stream(reader)?,
            limit: reader.varint("Maximum Stream Data")?,
        },
        FrameKind::MaxStreams => {
            let limit = count(reader, "Maximum Streams", kind)?;
            Frame::MaxStreams { direction: direction(number), limit }
        }
        FrameKind::DataBlocked => Frame::DataBlocked(reader.varint("Maximum Data")?),
        FrameKind::StreamDataBlocked => Frame::StreamDataBlocked {
            stream: stream(reader)?,
            limit: reader.varint("Maximum Stream Data")?,
        },
        FrameKind::StreamsBlocked => {
            let limit = count(reader, "Maximum Streams", kind)?;
            Frame::StreamsBlocked { direction: direction(number), limit }
        }
        FrameKind::NewConnectionId => new_connection_id(reader)?,
        FrameKind::RetireConnectionId => {
            Frame::RetireConnectionId(reader.varint("Sequence Number")?)
        }
        FrameKind::PathChallenge => Frame::PathChallenge(reader.octets("Data")?),
        FrameKind::PathResponse => Frame::PathResponse(reader.octets("Data")?),
        FrameKind::TransportClose => close(reader, true)?,
        FrameKind::ApplicationClose => close(reader, false)?,
        FrameKind::HandshakeDone => Frame::HandshakeDone,
        FrameKind::Datagram => {
            let length = if number & 1 == 0 { reader.len() } else { length(reader)? };
            Frame::Datagram(reader.take("Datagram Data", length)?)
        }
    })
}

/// A run of PADDING frames is one; the first is read already.
fn padding<'a>(reader: &mut Reader<'a>) -> Result<Frame<'a>, Wrong> {
    let run = reader.rest().iter().take_while(|octet| **octet == 0).count();
    if run > 0 {
        reader.take("Padding", run)?;
    }
    Ok(Frame::Padding(run + 1))
}

fn ack<'a>(reader: &mut Reader<'a>, with_ecn: bool) -> Result<Frame<'a>, Wrong> {
    let largest = reader.varint("Largest Acknowledged")?;
    let delay = reader.varint("ACK Delay")?;
    let ranges = AckRanges::read(reader, largest)?;
    let mut ecn = None;
    if with_ecn {
        let ect0 = reader.varint("ECT0 Count")?;
        let ect1 = reader.varint("ECT1 Count")?;
        let ce = reader.varint("ECN-CE Count")?;
        ecn = Some(EcnCounts { ect0, ect1, ce });
    }
    Ok(Frame::Ack { largest, delay, ranges, ecn })
}

fn crypto<'a>(reader: &mut Reader<'a>) -> Result<Frame<'a>, Wrong> {
    let offset = reader.varint("Offset")?;
    let length = length(reader)?;
    let data = reader.take("Crypto Data", length)?;
    check_end("CRYPTO", offset, data, "19.6")?;
    Ok(Frame::Crypto { offset, data })
}

fn new_token<'a>(reader: &mut Reader<'a>) -> Result<Frame<'a>, Wrong> {
    let length = length(reader)?;
    if length == 0 {
        return Err(Wrong::Rule(Error::TokenEmpty));
    }
    Ok(Frame::NewToken(reader.take("Token", length)?))
}

fn stream_data<'a>(reader: &mut Reader<'a>, number: u64) -> Result<Frame<'a>, Wrong> {
    let stream = stream(reader)?;
    let offset = if number & 4 == 0 { 0 } else { reader.varint("Offset")? };
    let length = if number & 2 == 0 { reader.len() } else { length(reader)? };
    let data = reader.take("Stream Data", length)?;
    check_end("STREAM", offset, data, "19.8")?;
    Ok(Frame::Stream { stream, offset, data, fin: number & 1 != 0 })
}

fn check_end(
    frame: &'static str,
    offset: u64,
    data: &[u8],
    section: &'static str,
) -> Result<(), Wrong> {
    let length = data.len() as u64;
    if offset + length <= VarInt::MAX.get() {
        return Ok(());
    }
    Err(Wrong::Rule(Error::OffsetTooLarge { frame, offset, length, section }))
}

fn new_connection_id<'a>(reader: &mut Reader<'a>) -> Result<Frame<'a>, Wrong> {
    let sequence = reader.varint("Sequence Number")?;
    let retire_prior_to = reader.varint("Retire Prior To")?;
    if retire_prior_to > sequence {
        return Err(Wrong::Rule(Error::RetirePriorTo { sequence, retire_prior_to }));
    }
    let length = usize::from(reader.u8("Length")?);
    if !(1..=ConnectionId::LONGEST).contains(&length) {
        return Err(Wrong::Rule(Error::ConnectionIdLength { length }));
    }
    let id = ConnectionId::new(reader.take("Connection ID", length)?).unwrap_or_default();
    let token = reader.octets("Stateless Reset Token")?;
    Ok(Frame::NewConnectionId { sequence, retire_prior_to, id, token })
}

fn close<'a>(reader: &mut Reader<'a>, transport: bool) -> Result<Frame<'a>, Wrong> {
    let code = reader.varint("Error Code")?;
    let frame = if transport { Some(reader.varint("Frame Type")?) } else { None };
    let length = length(reader)?;
    let reason = reader.take("Reason Phrase", length)?;
    reader.explain(|| String::from_utf8_lossy(reason).escape_debug().to_string());
    Ok(Frame::Close(Close { code, frame, reason }))
}

fn stream(reader: &mut Reader<'_>) -> Result<StreamId, Wrong> {
    Ok(StreamId::new(reader.varint("Stream ID")?))
}

fn length(reader: &mut Reader<'_>) -> Result<usize, Wrong> {
    Ok(usize::try_from(reader.varint("Length")?).unwrap_or(usize::MAX))
}

fn count(reader: &mut Reader<'_>, field: &'static str, kind: FrameKind) -> Result<u64, Wrong> {
    let value = reader.varint(field)?;
    if value <= MOST_STREAMS {
        return Ok(value);
    }
    Err(Wrong::Rule(Error::StreamCount { frame: kind.name(), value }))
}

const fn direction(number: u64) -> Direction {
    if number & 1 == 0 { Direction::Bidirectional } else { Direction::Unidirectional }
}
