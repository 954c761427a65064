//! Sealing and opening: one key, one direction, one record after the other.
//!
//! RFC 8446 §5.2, §5.3, §5.4
//!
//! ```text
//!   content │ type │ 0 0 0 …        what is sealed; zeros to be longer
//!   ──────────────────────── AEAD(key, nonce, head) ─────────────────────► sealed │ tag
//!                                      │
//!                 iv  ⊕  the record's number, 64 bits, on the right
//! ```
//!
//! The number is not on the wire: a record that is lost, repeated or moved does not open.
//!
//! Invariant: no number is used twice under one key.
//!
//! Used by: [`Connection`](super::Connection).

use super::{ContentType, Head, MAX_CONTENT};
use crate::{
    Error, Suite,
    schedule::{Secret, traffic_key},
};
use ring::aead::{Aad, LessSafeKey, Nonce, UnboundKey};
use std::fmt;

/// Octets of a tag, whatever the cipher.
pub(super) const TAG: usize = 16;

/// Octets copied at a time: long copies are slow where source and destination are a few octets out
/// of step, as content behind a head is (on some processors; facts are in the book).
const PIECE: usize = 2048;

/// A key, its initial vector, and the number of the next record.
pub struct Protection {
    key: LessSafeKey,
    iv: [u8; 12],
    sequence: u64,
}

impl fmt::Debug for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Protection(record {})", self.sequence)
    }
}

impl Drop for Protection {
    fn drop(&mut self) {
        self.iv.fill(0);
        std::hint::black_box(&self.iv);
    }
}

impl Protection {
    /// The key of a traffic secret (§7.3).
    ///
    /// # Errors
    /// [`Error::Internal`], never with the suites that there are.
    pub fn new(suite: Suite, secret: &Secret) -> Result<Self, Error> {
        let (mut octets, mut iv) = ([0; 32], [0; 12]);
        let key = octets.get_mut(..suite.aead().key_len()).unwrap_or_default();
        traffic_key(secret, key, &mut iv);
        let key = UnboundKey::new(suite.aead(), key).map(LessSafeKey::new);
        octets.fill(0);
        std::hint::black_box(&octets);
        let key = key.map_err(|_| Error::Internal { what: "the cipher" })?;
        Ok(Self { key, iv, sequence: 0 })
    }

    /// Records that were sealed or opened so far.
    pub fn records(&self) -> u64 {
        self.sequence
    }

    /// The nonce of the next record; each is given out once it is used.
    fn nonce(&self) -> Nonce {
        let mut nonce = self.iv;
        for (octet, number) in nonce.iter_mut().skip(4).zip(self.sequence.to_be_bytes()) {
            *octet ^= number;
        }
        Nonce::assume_unique_for_key(nonce)
    }

    fn count(&mut self) -> Result<(), Error> {
        self.sequence = self.sequence.checked_add(1).ok_or(Error::SequenceSpent)?;
        Ok(())
    }

    /// Octets of a record around its content.
    pub const OVERHEAD: usize = Head::LENGTH + 1 + TAG;

    // ANCHOR: seal
    /// Appends a record with `content`, 2^14 octets at the most, and `padding` zeros. The content
    /// is copied once, to where it is sealed and sent from.
    ///
    /// # Errors
    /// [`Error::SequenceSpent`]; [`Error::RecordTooLong`] for more than a record holds.
    pub fn seal(
        &mut self,
        kind: ContentType,
        content: &[u8],
        padding: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let mut rest = content;
        self.seal_from(kind, content.len(), padding, out, |most| {
            let (part, after) = rest.split_at_checked(most).unwrap_or((rest, &[]));
            rest = after;
            Some(part)
        })
    }

    /// As [`seal`](Self::seal), of `length` octets that `next` gives: each time at most so many,
    /// and at least one while some are left.
    ///
    /// # Errors
    /// As [`seal`](Self::seal); where `next` gives too few, [`Error::Internal`].
    pub fn seal_from<'a>(
        &mut self,
        kind: ContentType,
        content: usize,
        padding: usize,
        out: &mut Vec<u8>,
        mut next: impl FnMut(usize) -> Option<&'a [u8]>,
    ) -> Result<(), Error> {
        let (sealed, limit) = (content + 1 + padding, MAX_CONTENT + 1);
        let length = u16::try_from(sealed + TAG).ok().filter(|_| sealed <= limit);
        let length = length.ok_or(Error::RecordTooLong { length: sealed, limit })?;
        let [high, low] = length.to_be_bytes();
        let head = [ContentType::ApplicationData.number(), 3, 3, high, low];

        out.reserve(content + padding + Self::OVERHEAD);
        out.extend_from_slice(&head);
        let start = out.len();
        let mut left = content;
        while left > 0 {
            let piece = next(left.min(PIECE)).filter(|piece| !piece.is_empty());
            let piece = piece.ok_or(Error::Internal { what: "too little to seal" })?;
            out.extend_from_slice(piece);
            left = left.saturating_sub(piece.len());
        }
        out.push(kind.number());
        out.resize(start + sealed, 0);

        let (nonce, inner) = (self.nonce(), out.get_mut(start..).unwrap_or_default());
        let tag = self.key.seal_in_place_separate_tag(nonce, Aad::from(head), inner);
        let tag = tag.map_err(|_| Error::Internal { what: "the cipher" })?;
        out.extend_from_slice(tag.as_ref());
        self.count()
    }
    // ANCHOR_END: seal

    /// Opens a record in place: answers what it carries, and how many octets at the front of `body`
    /// are that. A record that does not open changes no number; its octets are lost.
    ///
    /// # Errors
    /// [`Error::RecordMac`], [`Error::RecordTooLong`], [`Error::RecordPadding`],
    /// [`Error::RecordType`].
    pub fn open(
        &mut self,
        head: [u8; Head::LENGTH],
        body: &mut [u8],
    ) -> Result<(ContentType, usize), Error> {
        let opened = self.key.open_in_place(self.nonce(), Aad::from(head), body);
        let opened = opened.map_err(|_| Error::RecordMac)?;
        self.count()?;
        let (length, limit) = (opened.len(), MAX_CONTENT + 1);
        if length > limit {
            return Err(Error::RecordTooLong { length, limit });
        }
        // The type is the last octet that is not zero (§5.4).
        let last = opened.iter().rposition(|octet| *octet != 0).ok_or(Error::RecordPadding)?;
        let kind = opened.get(last).copied().unwrap_or(0);
        Ok((ContentType::from_number(kind)?, last))
    }
}
