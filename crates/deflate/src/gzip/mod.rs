//! The gzip format: members one behind the other, each with a head and a trailer.
//!
//! RFC 1952 §2.2
//!
//! ```text
//!   member   head        10 octets and what its flags announce, see `head`
//!            deflated octets
//!            CRC32 (4)   of what was deflated, least significant first
//!            ISIZE (4)   how many octets that was, modulo 2^32
//!   file     one member or more
//! ```
//!
//! Nothing says how many members there are, so a file may end behind each of them, and what stands
//! there is either another member or an error: octets that somebody left behind are not passed
//! over. A file of many tiny members takes time for each, and memory for one.
//!
//! Invariant: a head is listened to and not kept; what is held is one window and a trailer.
//!
//! Used by: `client` and `server` for `Content-Encoding: gzip`.

mod head;

use crate::{
    BitOffset, Deflate, Error, Flush, Inflate, Level, Status, Violation, WindowBits,
    checksum::Crc32, framed::Atom, oracle,
};
use head::{Head, Part};
use wire::{Reader, Truncated};

/// How much of what a peer may say without end is listened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Octets of a member's head. FEXTRA may have 65,535, and names are short; a head is not kept,
    /// but one without an end would be listened to for ever.
    pub head: usize,
}

impl Limits {
    /// 72 KiB.
    pub const DEFAULT: Self = Self { head: 72 * 1024 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A compressor of one gzip member, without a name and without a time: the same octets always make
/// the same member.
#[derive(Debug, Clone)]
pub struct Encoder {
    deflate: Deflate,
    sum: Sum,
    /// Written before the first octet.
    head: Option<[u8; 10]>,
}

/// CRC32 and ISIZE so far.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    crc: Crc32,
    size: u32,
}

impl Sum {
    #[allow(clippy::cast_possible_truncation, reason = "ISIZE is modulo 2^32")]
    fn update(&mut self, octets: &[u8]) {
        self.crc.update(octets);
        self.size = self.size.wrapping_add(octets.len() as u32);
    }
}

impl Encoder {
    /// A compressor with the largest window, for gzip cannot say another one.
    pub fn new(level: Level) -> Self {
        // XFL: 2 is the slowest way, 4 the fastest.
        let extra = match level {
            Level::FAST => 4,
            Level::BEST => 2,
            _ => 0,
        };
        Self {
            deflate: Deflate::new(level, WindowBits::MAX),
            sum: Sum::default(),
            head: Some([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, extra, 255]),
        }
    }

    /// As [`Deflate::deflate`]. After [`Flush::Finish`] nothing may follow.
    pub fn encode(&mut self, input: &[u8], out: &mut Vec<u8>, flush: Flush) {
        out.extend(self.head.take().into_iter().flatten());
        self.sum.update(input);
        self.deflate.deflate(input, out, flush);
        if flush == Flush::Finish {
            out.extend_from_slice(&self.sum.crc.value().to_le_bytes());
            out.extend_from_slice(&self.sum.size.to_le_bytes());
        }
    }

    /// Octets of memory taken beyond the value itself.
    pub fn held(&self) -> usize {
        self.deflate.held()
    }
}

#[derive(Debug, Clone, Copy)]
enum State {
    Head(Head),
    Body,
    Trailer,
}

/// A decoder of a gzip file, which may come in any pieces.
#[derive(Debug, Clone)]
pub struct Decoder {
    state: State,
    limits: Limits,
    atom: Atom,
    inflate: Inflate,
    sum: Sum,
    /// Members that ended.
    members: u64,
    /// Octets of the file that were used.
    used: u64,
    /// Where the deflated octets of this member began.
    body: u64,
    failed: Option<Error>,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new(Limits::DEFAULT)
    }
}

impl Decoder {
    /// A decoder of a file.
    pub fn new(limits: Limits) -> Self {
        Self {
            state: State::Head(Head::new()),
            limits,
            atom: Atom::default(),
            inflate: Inflate::new(WindowBits::MAX),
            sum: Sum::default(),
            members: 0,
            used: 0,
            body: 0,
            failed: None,
        }
    }

    /// As [`Inflate::inflate`]. [`Status::Ended`] stands behind a member's trailer where the input
    /// ends, too; if more comes, it must be another member.
    ///
    /// # Errors
    /// The first rule that the octets break; every later call repeats it.
    pub fn decode(
        &mut self,
        input: &mut &[u8],
        out: &mut Vec<u8>,
        bound: usize,
    ) -> Result<Status, Error> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let before = (input.len(), out.len());
        let result = loop {
            let room = bound - (out.len() - before.1);
            match self.step(input, out, room) {
                Ok(None) => {}
                Ok(Some(status)) => break Ok(status),
                Err(error) => break Err(error),
            }
        };
        self.failed = result.err();
        result
    }

    /// One part of a member; the status where there is nothing more to do.
    fn step(
        &mut self,
        input: &mut &[u8],
        out: &mut Vec<u8>,
        bound: usize,
    ) -> Result<Option<Status>, Error> {
        let (here, before) = (self.used - self.atom.len(), input.len());
        let result = match self.state {
            State::Head(head) => self.head(head, input).map_err(|error| error.behind(here)),
            State::Body => {
                let start = out.len();
                let status = self.inflate.inflate(input, out, bound);
                self.sum.update(out.get(start..).unwrap_or_default());
                match status.map_err(|error| error.behind(self.body)) {
                    Ok(Status::Ended) => {
                        self.state = State::Trailer;
                        Ok(None)
                    }
                    status => status.map(Some),
                }
            }
            State::Trailer => match self.atom.fill::<8>(input) {
                None => Ok(Some(Status::Starved)),
                Some(octets) => {
                    // It is whole, so nothing is cut short.
                    let verdict = trailer(&mut Reader::new(&octets), self.sum).unwrap_or(Ok(()));
                    self.members += 1;
                    self.state = State::Head(Head::new());
                    verdict.map(|()| None).map_err(|error| error.behind(here))
                }
            },
        };
        self.used += (before - input.len()) as u64;
        if matches!(self.state, State::Head(head) if head.part == Part::Body) {
            self.inflate.reset();
            self.sum = Sum::default();
            self.body = self.used;
            self.state = State::Body;
        }
        result
    }

    /// The next part of a head.
    fn head(&mut self, mut head: Head, input: &mut &[u8]) -> Result<Option<Status>, Error> {
        let fresh = head.is_fresh() && self.atom.len() == 0;
        if input.is_empty() && fresh && self.members > 0 {
            return Ok(Some(Status::Ended));
        }
        match head.part {
            Part::Fixed => {
                let Some(octets) = self.atom.fill::<10>(input) else {
                    return Ok(Some(Status::Starved));
                };
                head.read(&mut Reader::new(&octets), &self.limits)?;
            }
            Part::ExtraLength | Part::Crc16 => {
                let Some(octets) = self.atom.fill::<2>(input) else {
                    return Ok(Some(Status::Starved));
                };
                head.read(&mut Reader::new(&octets), &self.limits)?;
            }
            Part::Extra(_) | Part::Name | Part::Comment => {
                if input.is_empty() {
                    return Ok(Some(Status::Starved));
                }
                let mut reader = Reader::new(input);
                let result = head.read(&mut reader, &self.limits);
                *input = reader.rest();
                result?;
            }
            Part::Body => {}
        }
        self.state = State::Head(head);
        Ok(None)
    }

    /// Whether a member ended and no other began.
    pub fn is_ended(&self) -> bool {
        let fresh = matches!(self.state, State::Head(head) if head.is_fresh());
        self.members > 0 && fresh && self.atom.len() == 0
    }

    /// Octets of memory taken beyond the value itself.
    pub fn held(&self) -> usize {
        self.inflate.held()
    }
}

// ANCHOR: trailer
/// CRC32 and ISIZE.
fn trailer(reader: &mut Reader<'_>, sum: Sum) -> Result<Result<(), Error>, Truncated> {
    reader.section("gzip trailer", "RFC 1952 §2.3.1");
    let at = BitOffset::of_octet(reader.offset() as u64);
    let crc = u32::from_le_bytes(reader.octets("CRC32")?);
    reader.explain(|| format!("{crc:08x}"));
    let size = u32::from_le_bytes(reader.octets("ISIZE")?);
    reader.explain(|| format!("{size} octets"));
    Ok(match () {
        () if crc != sum.crc.value() => Err(Violation::Crc32.at(at)),
        () if size != sum.size => Err(Violation::Size.at(BitOffset(at.0 + 32))),
        () => Ok(()),
    })
}
// ANCHOR_END: trailer

/// The same with the [`oracle`]: a whole file, every field named.
pub fn dissect(
    reader: &mut Reader<'_>,
    limits: Limits,
    bound: usize,
) -> (Vec<u8>, Result<Status, Error>) {
    let start = reader.offset() as u64;
    let from_start = |error: Error| Error { at: BitOffset(error.at.0 - start * 8), ..error };
    let mut out = Vec::new();
    loop {
        let mut head = Head::new();
        while head.part != Part::Body {
            if reader.len() < head.part.least() {
                return (out, Ok(Status::Starved));
            }
            if let Err(error) = head.read(reader, &limits) {
                return (out, Err(from_start(error)));
            }
        }
        let body = reader.offset() as u64 - start;
        let (octets, verdict) = oracle::inflate(reader, WindowBits::MAX, bound - out.len());
        out.extend_from_slice(&octets);
        if verdict != Ok(Status::Ended) {
            return (out, verdict.map_err(|error| error.behind(body)));
        }
        let mut sum = Sum::default();
        sum.update(&octets);
        match trailer(reader, sum) {
            Ok(Err(error)) => return (out, Err(from_start(error))),
            Err(_) => return (out, Ok(Status::Starved)),
            Ok(Ok(())) if reader.is_empty() => return (out, Ok(Status::Ended)),
            Ok(Ok(())) => {}
        }
    }
}
