//! Content on the wire: undone by the [`Decoder`], applied by the [`Encoder`].
//!
//! RFC 9112 §6, §7
//!
//! | framing          | on the wire                                    | ends               |
//! |------------------|------------------------------------------------|--------------------|
//! | length           | the octets                                     | after so many      |
//! | chunked          | size CRLF octets CRLF ... 0 CRLF trailers CRLF | with the size 0    |
//! | until close      | the octets                                     | with the connection |
//!
//! Invariant: a decoder keeps no content; it answers which octets of its input are content, and the
//! connection passes them on.

pub mod chunked;
pub(crate) mod encoder;

pub(crate) use encoder::Encoder;

use crate::{Error, Limits, error::Violation, framing::Framing};
use http::HeaderMap;
use std::ops::Range;

/// What a received head announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Nothing follows the head: there will be neither `Data` nor `End`.
    None,
    /// So many octets, then `End`.
    Length(u64),
    /// Octets whose number is not known before `End`, perhaps with trailers.
    Chunked,
    /// Octets to the end of the connection; responses alone.
    UntilClose,
}

/// What a head to be sent announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outgoing {
    /// Nothing follows the head: the message is complete, `send_end` is not called.
    None,
    /// Exactly so many octets, then `send_end`. Where the answer has no content of its own (HEAD,
    /// 304), the length is told, the octets are dropped.
    Length(u64),
    /// Octets, then `send_end`: chunks in HTTP/1.1, the end of the connection in HTTP/1.0.
    Unknown,
}

/// Finds content in what is received.
#[derive(Debug, Default)]
pub(crate) enum Decoder {
    /// Nothing is to come.
    #[default]
    None,
    /// Octets left.
    Length(u64),
    /// In chunks.
    Chunked(chunked::Decoder),
    /// All there is; with the number of octets so far.
    UntilClose(u64),
}

/// What a decoder found at the start of its input.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Octets that are content, at this place of the input; the first number of octets is done
    /// with.
    Data(usize, Range<usize>),
    /// The end, and trailers; the number of octets is done with.
    End(usize, Option<Box<HeaderMap>>),
    /// Nothing: more must come. The number of octets is done with.
    NotYet(usize),
}

impl Decoder {
    /// A decoder for content framed so.
    ///
    /// # Errors
    /// [`Violation::ContentTooLarge`] where the length says so in advance.
    pub(crate) fn new(framing: Framing, limits: &Limits) -> Result<(Self, Content), Error> {
        Ok(match framing {
            Framing::None | Framing::Tunnel => (Self::None, Content::None),
            Framing::Length(length) if length > limits.content => {
                return Err(Violation::ContentTooLarge.at(0));
            }
            // Content of no octets has no parts to wait for.
            Framing::Length(0) => (Self::None, Content::None),
            Framing::Length(length) => (Self::Length(length), Content::Length(length)),
            Framing::Chunked => (Self::Chunked(chunked::Decoder::default()), Content::Chunked),
            Framing::UntilClose => (Self::UntilClose(0), Content::UntilClose),
        })
    }

    /// Looks at `input`; chunks may be moved together in it.
    pub(crate) fn decode(&mut self, input: &mut [u8], limits: &Limits) -> Result<Found, Error> {
        match self {
            Self::None | Self::Length(0) => Ok(Found::End(0, None)),
            Self::Length(_) | Self::UntilClose(_) if input.is_empty() => Ok(Found::NotYet(0)),
            Self::Length(left) => {
                let length = usize::try_from(*left).unwrap_or(usize::MAX).min(input.len());
                *left -= length as u64;
                Ok(Found::Data(length, 0..length))
            }
            Self::UntilClose(sum) => {
                let room = limits.content.saturating_sub(*sum);
                if room == 0 {
                    return Err(Error { violation: Violation::ContentTooLarge, offset: *sum });
                }
                let length = usize::try_from(room).unwrap_or(usize::MAX).min(input.len());
                *sum += length as u64;
                Ok(Found::Data(length, 0..length))
            }
            Self::Chunked(decoder) => decoder.decode(input, limits),
        }
    }

    /// Whether the end can be told without another octet.
    pub(crate) fn is_at_end(&self) -> bool {
        match self {
            Self::None | Self::Length(0) => true,
            Self::Chunked(decoder) => decoder.is_at_end(),
            Self::Length(_) | Self::UntilClose(_) => false,
        }
    }

    /// Whether at most `octets` are still to come, as far as anybody knows: chunks do not tell.
    pub(crate) fn is_within(&self, octets: u64) -> bool {
        match self {
            Self::None | Self::Chunked(_) => true,
            Self::Length(left) => *left <= octets,
            Self::UntilClose(_) => false,
        }
    }

    /// How many of the next octets are content, whatever they are; 0 where that cannot be known.
    pub(crate) fn direct(&self, limits: &Limits) -> u64 {
        match self {
            Self::Length(left) => *left,
            Self::UntilClose(sum) => limits.content.saturating_sub(*sum),
            Self::None | Self::Chunked(_) => 0,
        }
    }

    /// Counts content that did not pass through here.
    pub(crate) fn took(&mut self, length: u64) {
        match self {
            Self::Length(left) => *left = left.saturating_sub(length),
            Self::UntilClose(sum) => *sum = sum.saturating_add(length),
            Self::None | Self::Chunked(_) => {}
        }
    }

    /// What it means that the connection ends here.
    ///
    /// # Errors
    /// How much is missing; nothing where the content ends with the connection.
    pub(crate) fn end(&self) -> Result<(), Error> {
        match self {
            Self::None | Self::Length(0) | Self::UntilClose(_) => Ok(()),
            Self::Length(missing) => Err(Violation::EndInContent { missing: *missing }.at(0)),
            Self::Chunked(_) => Err(Violation::EndInChunks.at(0)),
        }
    }
}
