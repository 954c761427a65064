//! Vectors: a length, then as many octets.
//!
//! RFC 8446 §3.4
//!
//! ```text
//!   opaque session_id<0..32>;       one octet of length      00
//!   CipherSuite suites<2..2^16-2>;  two octets of length     00 06  13 01 13 02 13 03
//!   CertificateEntry list<0..2^24-1>;  three                 00 01 b5  …
//! ```
//!
//! Invariant: a list that was read had a length within its bounds, and its elements fill it.

use crate::Error;
use wire::{Reader, TooLong, Writer};

fn bounded<'a>(
    reader: &mut Reader<'a>,
    field: &'static str,
    length: usize,
    least: usize,
) -> Result<Reader<'a>, Error> {
    reader.explain(|| format!("{length} octet{} of {field}", if length == 1 { "" } else { "s" }));
    if length < least {
        return Err(Error::Length { field, length });
    }
    Ok(reader.within(field, length)?)
}

/// The body of a vector whose length takes one octet.
pub(crate) fn vector8<'a>(
    reader: &mut Reader<'a>,
    field: &'static str,
    least: usize,
) -> Result<Reader<'a>, Error> {
    let length = usize::from(reader.u8("length")?);
    bounded(reader, field, length, least)
}

/// The body of a vector whose length takes two octets.
pub(crate) fn vector16<'a>(
    reader: &mut Reader<'a>,
    field: &'static str,
    least: usize,
) -> Result<Reader<'a>, Error> {
    let length = usize::from(reader.u16("length")?);
    bounded(reader, field, length, least)
}

/// The body of a vector whose length takes three octets.
pub(crate) fn vector24<'a>(
    reader: &mut Reader<'a>,
    field: &'static str,
    least: usize,
) -> Result<Reader<'a>, Error> {
    let length = usize::try_from(reader.u24("length")?).unwrap_or(usize::MAX);
    bounded(reader, field, length, least)
}

/// Octets that mean something to somebody else, behind one octet of length.
pub(crate) fn opaque8(
    reader: &mut Reader<'_>,
    field: &'static str,
    least: usize,
) -> Result<Vec<u8>, Error> {
    rest(&mut vector8(reader, field, least)?, field)
}

/// Octets that mean something to somebody else, behind two octets of length.
pub(crate) fn opaque16(
    reader: &mut Reader<'_>,
    field: &'static str,
    least: usize,
) -> Result<Vec<u8>, Error> {
    rest(&mut vector16(reader, field, least)?, field)
}

/// All that is left.
pub(crate) fn rest(reader: &mut Reader<'_>, field: &'static str) -> Result<Vec<u8>, Error> {
    let octets = reader.take(field, reader.len())?;
    if octets.is_empty() {
        reader.explain(|| "empty".to_owned());
    }
    Ok(octets.to_vec())
}

/// Numbers of two octets, to the end. `explain` says what one is called.
pub(crate) fn numbers(
    mut reader: Reader<'_>,
    field: &'static str,
    explain: fn(u16) -> String,
) -> Result<Vec<u16>, Error> {
    let length = reader.len();
    if !length.is_multiple_of(2) {
        return Err(Error::Length { field, length });
    }
    let mut numbers = Vec::with_capacity(length / 2);
    while !reader.is_empty() {
        let number = reader.u16(field)?;
        reader.explain(|| explain(number));
        numbers.push(number);
    }
    Ok(numbers)
}

/// Nothing may follow.
pub(crate) fn end(reader: &Reader<'_>, field: &'static str) -> Result<(), Error> {
    if reader.is_empty() {
        return Ok(());
    }
    Err(Error::Trailing { field, offset: reader.offset() })
}

/// Writes octets behind one octet of their length.
pub(crate) fn put8(
    out: &mut Writer<'_>,
    field: &'static str,
    octets: &[u8],
) -> Result<(), TooLong> {
    out.prefixed_u8(field, |out| {
        out.put(octets);
        Ok(())
    })
}

/// Writes octets behind two octets of their length.
pub(crate) fn put16(
    out: &mut Writer<'_>,
    field: &'static str,
    octets: &[u8],
) -> Result<(), TooLong> {
    out.prefixed_u16(field, |out| {
        out.put(octets);
        Ok(())
    })
}
