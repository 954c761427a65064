//! Inflate as RFC 1951 tells it: a bit at a time, every field by its name.
//!
//! RFC 1951 §3.2.3
//!
//! ```text
//!   block     BFINAL (1 bit) BTYPE (2 bits), then
//!   stored    the rest of the octet, LEN (16) NLEN (16), LEN octets
//!   fixed     symbols in the fixed codes
//!   dynamic   the description of two codes, then symbols in them
//!
//!   symbol    0 … 255     an octet
//!             256         the block ends
//!             257 … 285   a length; extra bits; a distance symbol; extra bits
//! ```
//!
//! This is the module to read first. It does what [`Inflate`](crate::Inflate) does, whole and
//! slowly, and is the measure for it: same octets, same verdict, same bit at which a rule was
//! broken. With an observer on its reader it is the dissector.
//!
//! Invariant: the output is the window. It is kept whole, and references are looked up in it.

mod code;
mod cursor;
mod description;

use crate::{
    BitOffset, Error, Status, Violation, WindowBits,
    huffman::Space,
    symbols::{
        DISTANCE_TABLE, END_OF_BLOCK, FIRST_LENGTH, FIXED_DISTANCE_LENGTHS, FIXED_LITERAL_LENGTHS,
        LENGTHS,
    },
};
use code::Code;
use cursor::{Cursor, Over};
use wire::Reader;

/// Inflates a whole stream, or as much of one as `reader` has, up to `bound` octets.
///
/// Answers what came out and why it stopped: [`Status::Starved`] where the input ends within the
/// stream, [`Status::Full`] where the bound is reached, [`Status::Ended`] behind the final block,
/// or the rule that was broken. The reader stands behind the last octet of which a bit was read.
pub fn inflate(
    reader: &mut Reader<'_>,
    window: WindowBits,
    bound: usize,
) -> (Vec<u8>, Result<Status, Error>) {
    let mut oracle = Oracle { bits: Cursor::new(*reader), out: Vec::new(), window, bound };
    let verdict = match oracle.stream() {
        Ok(()) => Ok(Status::Ended),
        Err(Stop::Over) => Ok(Status::Starved),
        Err(Stop::Full) => Ok(Status::Full),
        Err(Stop::Violation(error)) => Err(error),
    };
    *reader = oracle.bits.into_reader();
    (oracle.out, verdict)
}

/// Why it stops before the end.
enum Stop {
    Over,
    Full,
    Violation(Error),
}

impl From<Over> for Stop {
    fn from(Over: Over) -> Self {
        Self::Over
    }
}

impl Violation {
    /// It stops here, for this reason.
    fn stop(self, at: BitOffset) -> Stop {
        Stop::Violation(self.at(at))
    }
}

struct Oracle<'a> {
    bits: Cursor<'a>,
    out: Vec<u8>,
    window: WindowBits,
    bound: usize,
}

impl Oracle<'_> {
    // ANCHOR: stream
    /// Block after block, until one is the last.
    fn stream(&mut self) -> Result<(), Stop> {
        loop {
            if !self.bits.reader().is_empty() {
                self.bits.reader().section("block", "RFC 1951 §3.2.3");
            }
            let at = self.bits.offset();
            let last = self.bits.named("BFINAL", 1, |last| match last {
                0 => "0: more blocks follow".into(),
                _ => "1: the last block".into(),
            })?;
            let kind = self.bits.named("BTYPE", 2, |kind| {
                let names = ["stored", "fixed codes", "dynamic codes", "reserved"];
                format!("{kind}: {}", names.get(usize::from(kind)).unwrap_or(&""))
            })?;
            match kind {
                0 => self.stored()?,
                1 => {
                    let (literals, _) = Code::new(&FIXED_LITERAL_LENGTHS);
                    let (distances, _) = Code::new(&FIXED_DISTANCE_LENGTHS);
                    self.symbols(&literals, &distances)?;
                }
                2 => {
                    let (literals, distances) = description::read(&mut self.bits)?;
                    self.symbols(&literals, &distances)?;
                }
                _ => return Err(Violation::BlockType.stop(BitOffset(at.0 + 1))),
            }
            if last == 1 {
                return Ok(());
            }
        }
    }

    /// RFC 1951 §3.2.4: octets as they are.
    fn stored(&mut self) -> Result<(), Stop> {
        self.bits.align();
        self.bits.reader().section("stored block", "RFC 1951 §3.2.4");
        let at = self.bits.offset();
        let length = self.bits.named("LEN", 16, |length| format!("{length} octets"))?;
        let turned = self.bits.named("NLEN", 16, |turned| format!("{turned:#06x}"))?;
        if turned != !length {
            return Err(Violation::StoredLength.stop(at));
        }
        let length = usize::from(length);
        let room = self.bound - self.out.len();
        let octets = self.bits.octets("octets", length.min(room));
        self.out.extend_from_slice(octets);
        match octets.len() {
            read if read == length => Ok(()),
            read if read == room => Err(Stop::Full),
            _ => Err(Stop::Over),
        }
    }

    /// RFC 1951 §3.2.5: literals and references, until the block ends.
    fn symbols(&mut self, literals: &Code, distances: &Code) -> Result<(), Stop> {
        self.bits.reader().section("symbols", "RFC 1951 §3.2.5");
        loop {
            let start = self.bits;
            let symbol = literals.decode(&mut self.bits)?;
            match symbol.map(usize::from) {
                Some(octet @ 0..END_OF_BLOCK) => {
                    let [octet, ..] = octet.to_le_bytes();
                    self.put(octet)?;
                    self.bits.note(start, "literal", || readable(&[octet]));
                }
                Some(END_OF_BLOCK) => {
                    self.bits.note(start, "end of block", || "256".into());
                    return Ok(());
                }
                Some(symbol) => self.reference(symbol, start, distances)?,
                None => return Err(Violation::LiteralSymbol.stop(start.offset())),
            }
        }
    }

    /// A length, whose symbol was read from `start` on, and the distance behind it.
    fn reference(
        &mut self,
        symbol: usize,
        start: Cursor<'_>,
        distances: &Code,
    ) -> Result<(), Stop> {
        let Some(meaning) = LENGTHS.get(symbol - FIRST_LENGTH) else {
            return Err(Violation::LiteralSymbol.stop(start.offset()));
        };
        let length = meaning.base + self.bits.number(meaning.extra.into())?;
        self.bits.note(start, "length", || format!("{symbol}: {length}"));
        let start = self.bits;
        let Some(symbol) = distances.decode(&mut self.bits)? else {
            return Err(Violation::DistanceSymbol.stop(start.offset()));
        };
        let Some(meaning) = DISTANCE_TABLE.get(usize::from(symbol)) else {
            return Err(Violation::DistanceSymbol.stop(start.offset()));
        };
        let distance = usize::from(meaning.base + self.bits.number(meaning.extra.into())?);
        if distance > self.out.len().min(self.window.size()) {
            return Err(Violation::DistanceTooFar.stop(start.offset()));
        }
        // Octet after octet, for a reference may reach into what it makes itself.
        let from = self.out.len() - distance;
        let copied = (from..from + usize::from(length)).try_for_each(|at| {
            let octet = self.out.get(at).copied().unwrap_or_default();
            self.put(octet)
        });
        self.bits.note(start, "distance", || {
            let made = self.out.get(from + distance..).unwrap_or_default();
            format!("{symbol}: {distance} back, {}", readable(made))
        });
        copied
    }
    // ANCHOR_END: stream

    fn put(&mut self, octet: u8) -> Result<(), Stop> {
        if self.out.len() == self.bound {
            return Err(Stop::Full);
        }
        self.out.push(octet);
        Ok(())
    }
}

/// Octets as a person reads them: text in quotes, with escapes.
fn readable(octets: &[u8]) -> String {
    let short = octets.get(..40).unwrap_or(octets);
    let more = if short.len() < octets.len() { "…" } else { "" };
    match std::str::from_utf8(short) {
        Ok(text) => format!("{text:?}{more}"),
        Err(_) => format!("\"{}\"{more}", short.escape_ascii()),
    }
}

/// Whether the space of codes is used as it must be.
fn check(
    space: Space,
    overfull: Violation,
    incomplete: Violation,
    at: BitOffset,
) -> Result<(), Stop> {
    match space {
        Space::Overfull => Err(overfull.stop(at)),
        Space::Incomplete => Err(incomplete.stop(at)),
        Space::Complete | Space::Single => Ok(()),
    }
}
