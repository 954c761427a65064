//! Several parts of one thing in one answer.
//!
//! RFC 9110 §14.6, RFC 2046 §5.1
//!
//! ```text
//! Content-Type: multipart/byteranges; boundary=3d6b6a416f9b5c2e
//!
//! --3d6b6a416f9b5c2e CRLF                       ┐
//! Content-Type: text/plain CRLF                 │ a part's head
//! Content-Range: bytes 0-4/12 CRLF              │
//! CRLF                                          ┘
//! Hello                                           the octets 0..5, by sendfile if the driver likes
//! CRLF --3d6b6a416f9b5c2e CRLF …                  the next part's head
//! CRLF --3d6b6a416f9b5c2e-- CRLF                  the end
//! ```
//!
//! The boundary is 120 random bits: it must not occur in the content, and nobody can look for it
//! beforehand in content that is not read at all.
//!
//! Invariant: [`Multipart::content_length`] is the sum of all pieces, known before the first is
//! sent.

use super::ContentRange;
use std::ops::Range;
use wire::Random;

/// An answer of several parts, ready to be sent piece by piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Multipart {
    boundary: String,
    content_type: Vec<u8>,
    parts: Vec<Range<u64>>,
    length: u64,
}

/// What to send next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// These octets: a boundary, a part's head, or the end.
    Octets(Vec<u8>),
    /// These octets of the whole.
    Content(Range<u64>),
}

impl Multipart {
    /// `parts`, none of them empty, of a whole of `length` octets and of this content type, which
    /// each part repeats; an empty type is left out.
    pub fn new(
        parts: Vec<Range<u64>>,
        length: u64,
        content_type: &[u8],
        random: &mut impl Random,
    ) -> Self {
        let mut octets = [0; 15];
        random.fill(&mut octets);
        let boundary = wire::hex::encode(&octets);
        Self { boundary, content_type: content_type.to_vec(), parts, length }
    }

    /// The value of the answer's Content-Type.
    pub fn content_type(&self) -> String {
        format!("multipart/byteranges; boundary={}", self.boundary)
    }

    /// The value of the answer's Content-Length.
    pub fn content_length(&self) -> u64 {
        self.pieces().fold(0, |sum: u64, piece| {
            sum.saturating_add(match piece {
                Piece::Octets(octets) => octets.len() as u64,
                Piece::Content(range) => range.end.saturating_sub(range.start),
            })
        })
    }

    /// The pieces in order.
    pub fn pieces(&self) -> impl Iterator<Item = Piece> + '_ {
        let parts = self.parts.iter().enumerate().flat_map(|(index, part)| {
            [Piece::Octets(self.head(index == 0, part)), Piece::Content(part.clone())]
        });
        let end = format!("\r\n--{}--\r\n", self.boundary).into_bytes();
        parts.chain([Piece::Octets(end)])
    }

    fn head(&self, first: bool, part: &Range<u64>) -> Vec<u8> {
        let mut head = Vec::with_capacity(128 + self.content_type.len());
        head.extend_from_slice(if first { b"--" } else { b"\r\n--" });
        head.extend_from_slice(self.boundary.as_bytes());
        if !self.content_type.is_empty() {
            head.extend_from_slice(b"\r\nContent-Type: ");
            head.extend_from_slice(&self.content_type);
        }
        let range = ContentRange::part(part.clone(), self.length);
        head.extend_from_slice(format!("\r\nContent-Range: {range}\r\n\r\n").as_bytes());
        head
    }
}
