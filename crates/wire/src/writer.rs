//! Appends big-endian fields to a vector: the mirror of [`Reader`](crate::Reader).
//!
//! Lengths that stand before what they count are the usual trouble of binary formats. Here they are
//! reserved first and filled in when the body is there, so no encoder counts its own output:
//!
//! ```
//! use wire::Writer;
//! let mut out = Vec::new();
//! let mut writer = Writer::new(&mut out);
//! writer.u8(22);
//! writer.prefixed_u16("fragment", |body| {
//!     body.put(b"hello");
//!     Ok(())
//! })?;
//! assert_eq!(out, b"\x16\x00\x05hello");
//! # Ok::<(), wire::TooLong>(())
//! ```
//!
//! Invariant: a body that is too long for its prefix leaves the vector as it was.
//!
//! Used by: every encoder of binary formats.

use crate::VarInt;

/// A body is longer than the length in front of it can say. This is the caller's mistake: what came
/// from a peer was bounded when it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` has {length} octets, more than its length prefix can say")]
pub struct TooLong {
    /// The field's name in the RFC.
    pub field: &'static str,
    /// Octets that were written.
    pub length: usize,
}

/// Writes at the end of a vector that the caller owns.
pub struct Writer<'a> {
    out: &'a mut Vec<u8>,
}

impl<'a> Writer<'a> {
    /// Appends to `out`.
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out }
    }

    /// Octets in the vector so far, those that were there before included.
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// Whether the vector is empty.
    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// One octet.
    pub fn u8(&mut self, value: u8) {
        self.out.push(value);
    }

    /// Two octets.
    pub fn u16(&mut self, value: u16) {
        self.put(&value.to_be_bytes());
    }

    /// Three octets: the lower 24 bits of `value`.
    pub fn u24(&mut self, value: u32) {
        let [_, low @ ..] = value.to_be_bytes();
        self.put(&low);
    }

    /// Four octets.
    pub fn u32(&mut self, value: u32) {
        self.put(&value.to_be_bytes());
    }

    /// Eight octets.
    pub fn u64(&mut self, value: u64) {
        self.put(&value.to_be_bytes());
    }

    /// The shortest form of QUIC's variable-length integer (RFC 9000 §16).
    pub fn varint(&mut self, value: VarInt) {
        value.encode(self.out);
    }

    /// These octets as they are.
    pub fn put(&mut self, octets: &[u8]) {
        self.out.extend_from_slice(octets);
    }

    /// What `body` writes, behind its length in one octet.
    ///
    /// # Errors
    /// [`TooLong`] over 255 octets; the vector is then as it was.
    pub fn prefixed_u8(&mut self, field: &'static str, body: impl Body) -> Result<(), TooLong> {
        self.prefixed::<1>(field, body)
    }

    /// What `body` writes, behind its length in two octets.
    ///
    /// # Errors
    /// [`TooLong`] over 65,535 octets; the vector is then as it was.
    pub fn prefixed_u16(&mut self, field: &'static str, body: impl Body) -> Result<(), TooLong> {
        self.prefixed::<2>(field, body)
    }

    /// What `body` writes, behind its length in three octets.
    ///
    /// # Errors
    /// [`TooLong`] over 16,777,215 octets; the vector is then as it was.
    pub fn prefixed_u24(&mut self, field: &'static str, body: impl Body) -> Result<(), TooLong> {
        self.prefixed::<3>(field, body)
    }

    fn prefixed<const N: usize>(
        &mut self,
        field: &'static str,
        body: impl Body,
    ) -> Result<(), TooLong> {
        let start = self.out.len();
        self.put(&[0; N]);
        let result = body(&mut Writer { out: self.out }).and_then(|()| {
            let length = self.out.len() - start - N;
            let octets = (length as u64).to_be_bytes();
            let (high, low) = octets.split_at(octets.len() - N);
            if high.iter().any(|octet| *octet != 0) {
                return Err(TooLong { field, length });
            }
            if let Some(prefix) = self.out.get_mut(start..start + N) {
                prefix.copy_from_slice(low);
            }
            Ok(())
        });
        if result.is_err() {
            self.out.truncate(start);
        }
        result
    }
}

/// What fills a length-prefixed field.
pub trait Body: FnOnce(&mut Writer<'_>) -> Result<(), TooLong> {}
impl<F: FnOnce(&mut Writer<'_>) -> Result<(), TooLong>> Body for F {}
