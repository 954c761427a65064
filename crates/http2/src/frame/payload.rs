//! What each type's payload says.
//!
//! RFC 9113 §6.1 to §6.10, RFC 9218 §7.1
//!
//! | type            | stream | payload                                            |
//! |-----------------|--------|----------------------------------------------------|
//! | DATA            | one    | [pad length] data [padding]                        |
//! | HEADERS         | one    | [pad length] [5 of priority] fragment [padding]    |
//! | PRIORITY        | one    | E + dependency (32), weight (8): 5 octets          |
//! | RST_STREAM      | one    | error code (32)                                    |
//! | SETTINGS        | 0      | (id (16), value (32))*; nothing with ACK           |
//! | PUSH_PROMISE    | one    | [pad length] R + stream (32) fragment [padding]    |
//! | PING            | 0      | 8 octets                                           |
//! | GOAWAY          | 0      | R + last stream (32), error code (32), debug data  |
//! | WINDOW_UPDATE   | any    | R + increment (31)                                 |
//! | CONTINUATION    | one    | fragment                                           |
//! | PRIORITY_UPDATE | 0      | R + stream (32), priority field value              |
//!
//! Invariant: what a `Frame` borrows lies inside the payload it was read from.
//!
//! Used by: the connection, `dissect`.

use super::{FrameHead, FrameType, StreamId, flags};
use crate::Error;
use wire::{Reader, Truncated};

/// A frame, its payload borrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame<'a> {
    /// Content (§6.1). Padding counts for flow control: the head's length does.
    Data {
        /// The content.
        data: &'a [u8],
        /// END_STREAM.
        end: bool,
    },
    /// The start of a field block (§6.2).
    Headers {
        /// The block, or its first part.
        fragment: &'a [u8],
        /// END_STREAM.
        end: bool,
        /// END_HEADERS.
        complete: bool,
        /// The stream that this one depends on, in the deprecated tree.
        dependency: Option<StreamId>,
    },
    /// The deprecated tree of priorities: checked and ignored (§6.3).
    Priority {
        /// The stream that this one depends on.
        dependency: StreamId,
    },
    /// The stream's end (§6.4).
    RstStream {
        /// Why; see [`ErrorCode`](crate::ErrorCode).
        code: u32,
    },
    /// Settings, or the answer to ours where there are none (§6.5).
    Settings {
        /// In order.
        settings: Settings<'a>,
        /// ACK.
        ack: bool,
    },
    /// A request that the server makes in the client's name (§6.6).
    PushPromise {
        /// The stream that the response will come on.
        promised: StreamId,
        /// The block, or its first part.
        fragment: &'a [u8],
        /// END_HEADERS.
        complete: bool,
    },
    /// A question that is answered with the same octets (§6.7).
    Ping {
        /// The octets.
        octets: [u8; 8],
        /// ACK.
        ack: bool,
    },
    /// The connection's end (§6.8).
    GoAway {
        /// The last stream that was or might be worked on.
        last: StreamId,
        /// Why; see [`ErrorCode`](crate::ErrorCode).
        code: u32,
        /// Words for a person.
        debug: &'a [u8],
    },
    /// More room in a window (§6.9).
    WindowUpdate {
        /// Octets, 1 to 2^31 - 1.
        increment: u32,
    },
    /// More of a field block (§6.10).
    Continuation {
        /// The next part.
        fragment: &'a [u8],
        /// END_HEADERS.
        complete: bool,
    },
    /// How urgent a response is (RFC 9218 §7.1).
    PriorityUpdate {
        /// The stream that it is about.
        prioritized: StreamId,
        /// A structured field.
        value: &'a [u8],
    },
    /// Of a type that means nothing here: dropped (§5.5).
    Unknown,
}

/// The parameters of a SETTINGS frame, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings<'a>(&'a [u8]);

impl<'a> Settings<'a> {
    /// Parameters as they go on the wire, six octets each.
    pub const fn over(octets: &'a [u8]) -> Self {
        Self(octets)
    }
}

impl Iterator for Settings<'_> {
    type Item = (u16, u32);

    fn next(&mut self) -> Option<(u16, u32)> {
        let ([a, b, c, d, e, f], rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some((u16::from_be_bytes([*a, *b]), u32::from_be_bytes([*c, *d, *e, *f])))
    }
}

impl<'a> Frame<'a> {
    // ANCHOR: read
    /// Reads the payload that follows `head`; the reader stands behind the head.
    ///
    /// # Errors
    /// What §6 says of each type: the wrong stream, the wrong length, too much padding, an
    /// increment of 0.
    pub fn read(head: &FrameHead, reader: &mut Reader<'a>) -> Result<Self, Error> {
        check_stream(head)?;
        check_length(head)?;
        let wrong = |_: Truncated| wrong_length(head);
        reader.section(head.kind.name(), head.kind.rule());
        let length = usize::try_from(head.length).unwrap_or(usize::MAX);
        let mut body = reader.within("Payload", length).map_err(wrong)?;
        let body = &mut body;
        Ok(match head.kind {
            FrameType::DATA => {
                let padding = pad_length(head, body)?;
                let data = unpad(head, body, "Data", padding)?;
                Self::Data { data, end: head.has(flags::END_STREAM) }
            }
            FrameType::HEADERS => {
                let padding = pad_length(head, body)?;
                let dependency = match head.has(flags::PRIORITY) {
                    true => Some(priority(body).map_err(wrong)?),
                    false => None,
                };
                Self::Headers {
                    fragment: unpad(head, body, "Field Block Fragment", padding)?,
                    end: head.has(flags::END_STREAM),
                    complete: head.has(flags::END_HEADERS),
                    dependency,
                }
            }
            FrameType::PRIORITY => Self::Priority { dependency: priority(body).map_err(wrong)? },
            FrameType::RST_STREAM => {
                Self::RstStream { code: body.u32("Error Code").map_err(wrong)? }
            }
            FrameType::SETTINGS => Self::Settings {
                settings: settings(body).map_err(wrong)?,
                ack: head.has(flags::ACK),
            },
            FrameType::PUSH_PROMISE => {
                let padding = pad_length(head, body)?;
                let promised = body.u32("R, Promised Stream ID").map_err(wrong)?;
                Self::PushPromise {
                    promised: StreamId::new(promised),
                    fragment: unpad(head, body, "Field Block Fragment", padding)?,
                    complete: head.has(flags::END_HEADERS),
                }
            }
            FrameType::PING => Self::Ping {
                octets: body.octets("Opaque Data").map_err(wrong)?,
                ack: head.has(flags::ACK),
            },
            FrameType::GOAWAY => Self::GoAway {
                last: StreamId::new(body.u32("R, Last-Stream-ID").map_err(wrong)?),
                code: body.u32("Error Code").map_err(wrong)?,
                debug: rest(body, "Additional Debug Data").map_err(wrong)?,
            },
            FrameType::WINDOW_UPDATE => Self::WindowUpdate { increment: increment(head, body)? },
            FrameType::CONTINUATION => Self::Continuation {
                fragment: rest(body, "Field Block Fragment").map_err(wrong)?,
                complete: head.has(flags::END_HEADERS),
            },
            FrameType::PRIORITY_UPDATE => {
                let stream = body.u32("R, Prioritized Stream ID").map_err(wrong)?;
                Self::PriorityUpdate {
                    prioritized: StreamId::new(stream),
                    value: rest(body, "Priority Field Value").map_err(wrong)?,
                }
            }
            _ => Self::Unknown,
        })
    }
    // ANCHOR_END: read
}

/// Which frames are the connection's and which a stream's (§6).
fn check_stream(head: &FrameHead) -> Result<(), Error> {
    let (frame, stream, section) = (head.kind.name(), head.stream, head.kind.rule());
    match head.kind {
        FrameType::SETTINGS | FrameType::PING | FrameType::GOAWAY | FrameType::PRIORITY_UPDATE => {
            match stream.is_connection() {
                true => Ok(()),
                false => Err(Error::StreamForbidden { frame, stream, section }),
            }
        }
        FrameType::WINDOW_UPDATE => Ok(()),
        kind if kind.0 <= FrameType::CONTINUATION.0 && stream.is_connection() => {
            Err(Error::StreamMissing { frame, section })
        }
        _ => Ok(()),
    }
}

/// The types whose length is known beforehand.
fn check_length(head: &FrameHead) -> Result<(), Error> {
    let right = match head.kind {
        FrameType::PRIORITY => head.length == 5,
        FrameType::RST_STREAM | FrameType::WINDOW_UPDATE => head.length == 4,
        FrameType::PING => head.length == 8,
        FrameType::SETTINGS if head.has(flags::ACK) => head.length == 0,
        FrameType::SETTINGS => head.length.is_multiple_of(6),
        _ => true,
    };
    if right { Ok(()) } else { Err(wrong_length(head)) }
}

fn wrong_length(head: &FrameHead) -> Error {
    Error::FrameSize {
        frame: head.kind.name(),
        length: usize::try_from(head.length).unwrap_or(usize::MAX),
        section: head.kind.rule(),
        // Of the tree nothing is shared, so only its stream is lost (§6.3).
        stream: (head.kind == FrameType::PRIORITY).then_some(head.stream),
    }
}

fn pad_length(head: &FrameHead, body: &mut Reader<'_>) -> Result<usize, Error> {
    if !head.has(flags::PADDED) {
        return Ok(0);
    }
    body.u8("Pad Length").map(usize::from).map_err(|_| wrong_length(head))
}

/// What stands between the fields in front and the padding.
fn unpad<'a>(
    head: &FrameHead,
    body: &mut Reader<'a>,
    field: &'static str,
    padding: usize,
) -> Result<&'a [u8], Error> {
    let room = body.len();
    let too_long = Error::PaddingTooLong { frame: head.kind.name(), padding, room };
    let length = room.checked_sub(padding).ok_or(too_long)?;
    let octets = body.take(field, length).map_err(|_| too_long)?;
    if padding > 0 {
        body.take("Padding", padding).map_err(|_| too_long)?;
    }
    Ok(octets)
}

fn increment(head: &FrameHead, body: &mut Reader<'_>) -> Result<u32, Error> {
    let field = body.u32("R, Window Size Increment").map_err(|_| wrong_length(head))?;
    match field & 0x7fff_ffff {
        0 => Err(Error::IncrementZero { stream: head.stream }),
        increment => Ok(increment),
    }
}

fn priority(body: &mut Reader<'_>) -> Result<StreamId, Truncated> {
    let dependency = body.u32("E, Stream Dependency")?;
    body.u8("Weight")?;
    Ok(StreamId::new(dependency))
}

fn settings<'a>(body: &mut Reader<'a>) -> Result<Settings<'a>, Truncated> {
    let all = body.rest();
    while !body.is_empty() {
        body.u16("Identifier")?;
        body.u32("Value")?;
    }
    Ok(Settings(all))
}

fn rest<'a>(body: &mut Reader<'a>, field: &'static str) -> Result<&'a [u8], Truncated> {
    body.take(field, body.len())
}
