//! The chunked transfer coding: content whose length nobody knows before its end.
//!
//! RFC 9112 §7.1
//!
//! ```text
//! chunked-body   = *chunk last-chunk trailer-section CRLF
//! chunk          = chunk-size [ chunk-ext ] CRLF chunk-data CRLF
//! chunk-size     = 1*HEXDIG
//! last-chunk     = 1*("0") [ chunk-ext ] CRLF
//! chunk-ext      = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
//!
//! 4 CR LF W i k i CR LF  6 CR LF p e d i a _ CR LF  0 CR LF  CR LF
//! └size┘  └─data─┘       └size┘  └────data───┘      └last┘  no trailers
//! ```
//!
//! The chunks that one input holds are moved together in it, so an application sees runs of
//! content, not the sender's chunks, which mean nothing (§7.1).
//!
//! | the sender's mistake             | what a careless reader does     | here                    |
//! |----------------------------------|---------------------------------|-------------------------|
//! | size too small by one            | takes the last octet for the CR | `ChunkEndInvalid`       |
//! | size too large by one            | takes the CR for content        | `ChunkEndInvalid`       |
//! | `0x10`, `+10`                    | reads 0, or 16                  | `ChunkSizeInvalid`      |
//! | `10 ` and no extension           | drops the space                 | `ChunkExtensionInvalid` |
//! | 17 digits                        | wraps around to a small size    | `ChunkSizeOverflow`     |
//! | LF alone behind a size           | ends the line; others do not    | `BareLf`                |
//! | Content-Length in the trailers   | frames the message anew         | `TrailerForbidden`      |
//!
//! Each of them is a way to let two servers in a row see two different requests, so leniency
//! forgives none but the last.
//!
//! Invariant: a size is a number that was read, never room that was reserved.

use super::Found;
use crate::{
    Error, Limits,
    error::Violation,
    framing,
    head::{
        HeadEnd,
        end::Kind,
        oracle::{self, Rules},
    },
    octets,
};
use http::HeaderMap;
use wire::Reader;

/// Where in the coding the next octet stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Phase {
    /// In the line of a chunk's size.
    #[default]
    Size,
    /// In a chunk's octets.
    Data,
    /// In the CRLF behind them.
    DataEnd,
    /// In the trailer section.
    Trailers,
    /// Behind all.
    End,
}

/// Undoes the coding.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    phase: Phase,
    /// Octets of this chunk still to come.
    left: u64,
    /// Octets of content in all chunks so far.
    sum: u64,
    /// Octets on the wire so far, for errors.
    offset: u64,
    /// Octets of chunk extensions so far.
    extensions: u32,
    /// How far a line's or the trailers' end was looked for.
    end: HeadEnd,
    trailers: Option<Box<HeaderMap>>,
}

impl Decoder {
    pub(super) fn is_at_end(&self) -> bool {
        self.phase == Phase::End
    }

    // ANCHOR: decode
    /// Reads on; content of several chunks is moved together in `input`. An error changes nothing.
    pub(super) fn decode(&mut self, input: &mut [u8], limits: &Limits) -> Result<Found, Error> {
        let mut at = 0;
        let mut data = 0..0;
        loop {
            let rest = input.get(at..).unwrap_or_default();
            let step = match self.phase {
                Phase::Size => self.size(rest, limits),
                Phase::DataEnd => self.data_end(rest),
                Phase::Trailers => self.trailers(rest, limits),
                Phase::End if data.is_empty() => return Ok(Found::End(at, self.trailers.take())),
                Phase::End => Ok(0),
                Phase::Data => {
                    let here = usize::try_from(self.left).unwrap_or(usize::MAX).min(rest.len());
                    if data.is_empty() {
                        data = at..at + here;
                    } else {
                        input.copy_within(at..at + here, data.end);
                        data.end += here;
                    }
                    self.left -= here as u64;
                    if self.left == 0 {
                        self.phase = Phase::DataEnd;
                    }
                    Ok(here)
                }
            };
            match step {
                // Content that stands before an error is told first; the error comes again.
                Err(_) if !data.is_empty() => break,
                Err(error) => return Err(error),
                Ok(0) if self.phase != Phase::End || !data.is_empty() => break,
                Ok(step) => {
                    at += step;
                    self.offset += step as u64;
                }
            }
        }
        Ok(if data.is_empty() { Found::NotYet(at) } else { Found::Data(at, data) })
    }
    // ANCHOR_END: decode

    /// Reads the line of a size, if it is whole; answers its octets.
    fn size(&mut self, input: &[u8], limits: &Limits) -> Result<usize, Error> {
        let Some(length) = self.end.line(input) else {
            let most = limits.chunk_line as usize;
            // A line without an end must not be waited for: it would be kept, octet by octet.
            return if input.len() > most {
                Err(self.fail(Violation::ChunkLineTooLong, most))
            } else {
                Ok(0)
            };
        };
        if length > limits.chunk_line as usize {
            return Err(self.fail(Violation::ChunkLineTooLong, limits.chunk_line as usize));
        }
        self.end = HeadEnd::default();
        let line = input.get(..length).unwrap_or_default();
        let head = read_line(&mut Reader::new(line))
            .map_err(|error| Error { offset: error.offset + self.offset, ..error })?;
        // One octet of content per chunk, and a kilobyte of extensions with it: allowed by the
        // grammar, and work without end. The sum over all chunks is what is bounded.
        let extensions = self.extensions.saturating_add(head.extensions);
        if extensions > limits.extensions {
            return Err(self.fail(Violation::ExtensionsTooLarge, 0));
        }
        let sum = self.sum.saturating_add(head.size);
        if sum > limits.content {
            return Err(self.fail(Violation::ContentTooLarge, 0));
        }
        (self.extensions, self.sum) = (extensions, sum);
        self.left = head.size;
        self.phase = if head.size == 0 { Phase::Trailers } else { Phase::Data };
        Ok(length)
    }

    /// Reads the CRLF behind a chunk's octets.
    fn data_end(&mut self, input: &[u8]) -> Result<usize, Error> {
        match input {
            [b'\r', b'\n', ..] => {
                self.phase = Phase::Size;
                Ok(2)
            }
            [] | [b'\r'] => Ok(0),
            [b'\r', ..] => Err(self.fail(Violation::ChunkEndInvalid, 1)),
            _ => Err(self.fail(Violation::ChunkEndInvalid, 0)),
        }
    }

    /// Reads the trailer section, if it is whole.
    fn trailers(&mut self, input: &[u8], limits: &Limits) -> Result<usize, Error> {
        let shift = |error: Error| Error { offset: error.offset + self.offset, ..error };
        let length = match input {
            // No trailers: the usual case, an empty line at once.
            [b'\r', b'\n', ..] => 2,
            // Told apart by the reader below, which refuses it unless it is lenient.
            [b'\n', ..] => 1,
            _ => match self.end.find(input, limits, Kind::Trailers).map_err(shift)? {
                Some(length) => length,
                None => return Ok(0),
            },
        };
        let whole = input.get(..length).unwrap_or_default();
        let trailers = read_trailers(&mut Reader::new(whole), limits).map_err(shift)?;
        self.phase = Phase::End;
        self.trailers = (!trailers.is_empty()).then(|| Box::new(trailers));
        Ok(length)
    }

    fn fail(&self, violation: Violation, offset: usize) -> Error {
        Error { violation, offset: self.offset + offset as u64 }
    }
}

/// What the line of a chunk's size says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ChunkHead {
    size: u64,
    /// Octets of its extensions.
    extensions: u32,
}

/// Reads the line of a chunk's size, which must be whole.
fn read_line(reader: &mut Reader<'_>) -> Result<ChunkHead, Error> {
    let start = reader.offset();
    let here = |reader: &Reader<'_>| reader.offset() - start;
    let digits = reader.rest().iter().take_while(|octet| octet.is_ascii_hexdigit()).count();
    let digits = reader.take("chunk-size", digits).unwrap_or_default();
    if digits.is_empty() {
        return Err(Violation::ChunkSizeInvalid.at(0));
    }
    let size = digits.iter().try_fold(0u64, |size, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        size.checked_mul(16)?.checked_add(digit.into())
    });
    // Sixteen digits fill 64 bits; more are an overflow, unless they are zeros in front.
    let size = size.ok_or(Violation::ChunkSizeOverflow.at(0))?;
    reader.explain(|| format!("{size} octets"));
    let before = reader.offset();
    while !matches!(reader.rest(), [b'\r', b'\n']) {
        let expected = if reader.offset() == before {
            Violation::ChunkSizeInvalid
        } else {
            Violation::ChunkExtensionInvalid
        };
        match reader.rest() {
            [b'\n', ..] => return Err(Violation::BareLf.at(here(reader))),
            [b';' | b' ' | b'\t', ..] => {
                extension(reader).map_err(|at| Violation::ChunkExtensionInvalid.at(at - start))?
            }
            _ => return Err(expected.at(here(reader))),
        }
    }
    let extensions = u32::try_from(reader.offset() - before).unwrap_or(u32::MAX);
    let _ = reader.take("CRLF", 2);
    Ok(ChunkHead { size, extensions })
}

/// Reads `BWS ";" BWS name [ BWS "=" BWS value ]`; the error is the offset of what does not fit.
fn extension(reader: &mut Reader<'_>) -> Result<(), usize> {
    space(reader);
    let [b';', ..] = reader.rest() else { return Err(reader.offset()) };
    let _ = reader.take("semicolon", 1);
    space(reader);
    run(reader, "chunk-ext-name", http::is_tchar)?;
    // Space may stand before the `=` or before the next `;`; not at the end of the line.
    let mut ahead = *reader;
    while let [b' ' | b'\t', ..] = ahead.rest() {
        ahead.skip(1);
    }
    let [b'=', ..] = ahead.rest() else { return Ok(()) };
    space(reader);
    let _ = reader.take("equals", 1);
    space(reader);
    if let [b'"', ..] = reader.rest() {
        quoted(reader)
    } else {
        run(reader, "chunk-ext-val", http::is_tchar)
    }
}

/// A quoted string (RFC 9110 §5.6.4).
fn quoted(reader: &mut Reader<'_>) -> Result<(), usize> {
    let mut text = reader.rest().iter().copied().enumerate().skip(1);
    while let Some((at, octet)) = text.next() {
        match octet {
            b'"' => {
                let _ = reader.take("chunk-ext-val", at + 1);
                return Ok(());
            }
            b'\\' => match text.next() {
                Some((_, escaped)) if octets::is(octets::VALUE, escaped) => {}
                _ => return Err(reader.offset() + at),
            },
            _ if octets::is(octets::VALUE, octet) => {}
            _ => return Err(reader.offset() + at),
        }
    }
    Err(reader.offset())
}

fn space(reader: &mut Reader<'_>) {
    let length = reader.rest().iter().take_while(|octet| matches!(octet, b' ' | b'\t')).count();
    if length > 0 {
        let _ = reader.take("BWS", length);
    }
}

fn run(
    reader: &mut Reader<'_>,
    field: &'static str,
    allowed: impl Fn(u8) -> bool,
) -> Result<(), usize> {
    let length = reader.rest().iter().take_while(|octet| allowed(**octet)).count();
    if length == 0 {
        return Err(reader.offset());
    }
    let _ = reader.take(field, length);
    Ok(())
}

/// Reads a trailer section, which must be whole, its empty line included.
fn read_trailers(reader: &mut Reader<'_>, limits: &Limits) -> Result<HeaderMap, Error> {
    let start = reader.offset();
    let (mut trailers, _) = oracle::fields(reader, Rules::request(limits), start)?;
    let forbidden: Vec<Vec<u8>> = trailers
        .iter()
        .map(|(name, _)| name.as_bytes())
        .filter(|name| framing::is_forbidden_trailer(name))
        .map(<[u8]>::to_vec)
        .collect();
    if !limits.lenient && !forbidden.is_empty() {
        return Err(Violation::TrailerForbidden.at(0));
    }
    for name in forbidden {
        if let Ok(name) = http::HeaderName::new(&name) {
            trailers.remove(name);
        }
    }
    Ok(trailers)
}

/// Reads a whole chunked body, telling the observer of each part.
pub(crate) fn dissect(reader: &mut Reader<'_>, limits: &Limits) -> Result<(), Error> {
    let start = reader.offset();
    let cut = |reader: &Reader<'_>| Violation::EndInChunks.at(reader.offset() - start);
    loop {
        reader.section("chunk", "RFC 9112 §7.1");
        let length = HeadEnd::default().line(reader.rest()).ok_or(cut(reader))?;
        let mut line = reader.within("chunk head", length).map_err(|_| cut(reader))?;
        let at = (line.offset() - start) as u64;
        let head = read_line(&mut line).map_err(|e| Error { offset: e.offset + at, ..e })?;
        if head.size == 0 {
            reader.section("trailer section", "RFC 9112 §7.1.2");
            let at = (reader.offset() - start) as u64;
            let trailers = read_trailers(reader, limits);
            return trailers.map(drop).map_err(|e| Error { offset: e.offset + at, ..e });
        }
        let size = usize::try_from(head.size).map_err(|_| cut(reader))?;
        reader.take("chunk-data", size).map_err(|_| cut(reader))?;
        match reader.rest() {
            [b'\r', b'\n', ..] => drop(reader.take("CRLF", 2)),
            [] | [b'\r'] => return Err(cut(reader)),
            _ => return Err(Violation::ChunkEndInvalid.at(reader.offset() - start)),
        }
    }
}
