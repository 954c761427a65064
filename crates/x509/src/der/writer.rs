//! Appends DER to a vector: the mirror of [`Reader`](super::Reader).
//!
//! X.690 §8, §10, §11
//!
//! A length stands before what it counts, and how many octets it takes depends on what it counts.
//! So a body is written first and its head is put in front of it:
//!
//! ```
//! use x509::der::{Tag, Writer, oid};
//! let mut out = Vec::new();
//! Writer::new(&mut out).sequence(|algorithm| {
//!     algorithm.oid(&oid::RSA_SHA256);
//!     algorithm.null();
//! });
//! assert_eq!(out[..4], [0x30, 0x0d, 0x06, 0x09]);
//! ```
//!
//! Invariant: what is written is DER, as long as [`raw`](Writer::raw) is given DER; no call can
//! fail.
//!
//! Used by: `issue`, `key`, and the tests, which build the certificates that must be refused.

use super::{DateTime, Oid, Tag};
use wire::UnixTime;

/// Writes at the end of a vector that the caller owns.
pub struct Writer<'a> {
    out: &'a mut Vec<u8>,
}

impl<'a> Writer<'a> {
    /// Appends to `out`.
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out }
    }

    /// What `body` writes, alone.
    pub fn build(body: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
        let mut out = Vec::new();
        body(&mut Writer::new(&mut out));
        out
    }

    /// A value with these contents.
    pub fn value(&mut self, tag: Tag, contents: &[u8]) {
        self.wrap(tag, |inner| inner.raw(contents));
    }

    /// A value whose contents `body` writes.
    pub fn wrap(&mut self, tag: Tag, body: impl FnOnce(&mut Writer<'_>)) {
        let start = self.out.len();
        body(&mut Writer { out: self.out });
        let length = self.out.len() - start;
        let octets = (length as u64).to_be_bytes();
        let zeros = octets.iter().take_while(|octet| **octet == 0).count();
        let digits = octets.get(zeros..).unwrap_or_default();
        let mut head = vec![tag.0];
        if length > 0x7f {
            head.push(0x80 | u8::try_from(digits.len()).unwrap_or_default());
        }
        head.extend_from_slice(if length == 0 { &[0] } else { digits });
        self.out.splice(start..start, head);
    }

    /// A SEQUENCE.
    pub fn sequence(&mut self, body: impl FnOnce(&mut Writer<'_>)) {
        self.wrap(Tag::SEQUENCE, body);
    }

    /// A SET OF one member, which needs no sorting.
    pub fn set(&mut self, body: impl FnOnce(&mut Writer<'_>)) {
        self.wrap(Tag::SET, body);
    }

    /// DER that is there already.
    pub fn raw(&mut self, der: &[u8]) {
        self.out.extend_from_slice(der);
    }

    /// An INTEGER that is not negative, from its octets.
    pub fn unsigned(&mut self, magnitude: &[u8]) {
        let zeros = magnitude.iter().take_while(|octet| **octet == 0).count();
        let digits = magnitude.get(zeros..).unwrap_or_default();
        let sign: &[u8] =
            if digits.first().is_none_or(|first| *first >= 0x80) { &[0] } else { &[] };
        self.wrap(Tag::INTEGER, |inner| {
            inner.raw(sign);
            inner.raw(digits);
        });
    }

    /// A small INTEGER that is not negative.
    pub fn number(&mut self, value: u64) {
        self.unsigned(&value.to_be_bytes());
    }

    /// A BOOLEAN.
    pub fn boolean(&mut self, value: bool) {
        self.value(Tag::BOOLEAN, if value { &[0xff] } else { &[0] });
    }

    /// NULL.
    pub fn null(&mut self) {
        self.value(Tag::NULL, &[]);
    }

    /// An OBJECT IDENTIFIER.
    pub fn oid(&mut self, oid: &Oid) {
        self.value(Tag::OBJECT_IDENTIFIER, oid.octets());
    }

    /// An OCTET STRING.
    pub fn octets(&mut self, octets: &[u8]) {
        self.value(Tag::OCTET_STRING, octets);
    }

    /// A BIT STRING of whole octets.
    pub fn bit_octets(&mut self, octets: &[u8]) {
        self.wrap(Tag::BIT_STRING, |inner| {
            inner.raw(&[0]);
            inner.raw(octets);
        });
    }

    /// A BIT STRING of named bits, of which the first is the highest bit of the first octet.
    pub fn named_bits(&mut self, bits: u16) {
        let octets = bits.to_be_bytes();
        let used = octets.len() - octets.iter().rev().take_while(|octet| **octet == 0).count();
        let octets = octets.get(..used).unwrap_or_default();
        let unused = octets.last().map_or(0, |last| last.trailing_zeros());
        self.wrap(Tag::BIT_STRING, |inner| {
            inner.raw(&[u8::try_from(unused).unwrap_or_default()]);
            inner.raw(octets);
        });
    }

    /// A UTF8String.
    pub fn utf8(&mut self, text: &str) {
        self.value(Tag::UTF8_STRING, text.as_bytes());
    }

    /// A time, in the form that RFC 5280 §4.1.2.5 asks for.
    pub fn time(&mut self, time: UnixTime) {
        let time = DateTime::of(time);
        let tag = if time.fits_utc() { Tag::UTC_TIME } else { Tag::GENERALIZED_TIME };
        self.value(tag, time.text().as_bytes());
    }
}
