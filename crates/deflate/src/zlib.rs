//! The zlib format: two octets before, a checksum behind.
//!
//! RFC 1950 §2.2
//!
//! ```text
//!   CMF     CINFO (4 bits) CM (4 bits)       window 2^(CINFO + 8), method 8
//!   FLG     FLEVEL (2) FDICT (1) FCHECK (5)  CMF · 256 + FLG is a multiple of 31
//!   DICTID  4 octets, only with FDICT        refused: we have no dictionary
//!   deflated octets
//!   ADLER32 4 octets, the most significant first
//! ```
//!
//! HTTP calls this `deflate` (RFC 9110 §8.4.1.2); some servers send raw DEFLATE under that name,
//! and [`is_head`] tells the two apart.
//!
//! Invariant: the window that CINFO says binds: a reference beyond it is an error, even where a
//! larger window would still have had the octets (as zlib itself, unless told, lets pass).
//!
//! Used by: `client` and `server` for `Content-Encoding: deflate`.

use crate::{
    BitOffset, Deflate, Error, Flush, Inflate, Level, Status, Violation, WindowBits,
    checksum::Adler32, framed::Atom, oracle,
};
use wire::{Reader, Truncated};

/// Whether two octets can begin a zlib stream. Of raw DEFLATE streams, one in 500 begins so, and
/// none that a usual compressor makes: it would have to begin with a stored block that is not final
/// and has a set bit in its padding.
pub const fn is_head(octets: [u8; 2]) -> bool {
    let [cmf, flg] = octets;
    cmf & 15 == 8 && cmf >> 4 <= 7 && u16::from_be_bytes([cmf, flg]).is_multiple_of(31)
}

/// The two octets at the front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Head {
    /// What references may reach, 2^8 to 2^15 octets.
    window: WindowBits,
}

impl Head {
    // ANCHOR: head
    /// Reads CMF and FLG; `most` is the largest window allowed.
    fn read(reader: &mut Reader<'_>, most: WindowBits) -> Result<Result<Self, Error>, Truncated> {
        reader.section("zlib head", "RFC 1950 §2.2");
        let at = BitOffset::of_octet(reader.offset() as u64);
        let cmf = reader.u8("CMF")?;
        reader.explain(|| format!("CM {}, CINFO {}", cmf & 15, cmf >> 4));
        let flg = reader.u8("FLG")?;
        reader.explain(|| {
            format!("FCHECK {}, FDICT {}, FLEVEL {}", flg & 31, flg >> 5 & 1, flg >> 6)
        });
        let flg_at = BitOffset(at.0 + 8);
        if cmf & 15 != 8 {
            return Ok(Err(Violation::ZlibMethod.at(at)));
        }
        let window = match WindowBits::new((cmf >> 4) + 8) {
            Some(window) if window <= most => window,
            _ => return Ok(Err(Violation::ZlibWindow.at(BitOffset(at.0 + 4)))),
        };
        if !u16::from_be_bytes([cmf, flg]).is_multiple_of(31) {
            return Ok(Err(Violation::ZlibCheck.at(flg_at)));
        }
        if flg >> 5 & 1 == 1 {
            return Ok(Err(Violation::ZlibDictionary.at(BitOffset(flg_at.0 + 5))));
        }
        Ok(Ok(Self { window }))
    }
    // ANCHOR_END: head

    fn encode(level: Level, window: WindowBits) -> [u8; 2] {
        let cmf = (window.get() - 8) << 4 | 8;
        let flevel = match level.get() {
            0 | 1 => 0,
            2..=5 => 1,
            6 => 2,
            _ => 3,
        };
        let without = u16::from_be_bytes([cmf, flevel << 6]);
        // FCHECK takes it to the next multiple of 31.
        (without + (31 - without % 31) % 31).to_be_bytes()
    }
}

/// A compressor of one zlib stream.
#[derive(Debug, Clone)]
pub struct Encoder {
    deflate: Deflate,
    adler: Adler32,
    /// Written before the first octet.
    head: Option<[u8; 2]>,
}

impl Encoder {
    /// As [`Deflate::new`].
    pub fn new(level: Level, window: WindowBits) -> Self {
        Self {
            deflate: Deflate::new(level, window),
            adler: Adler32::default(),
            head: Some(Head::encode(level, window)),
        }
    }

    /// As [`Deflate::deflate`]. After [`Flush::Finish`] nothing may follow.
    pub fn encode(&mut self, input: &[u8], out: &mut Vec<u8>, flush: Flush) {
        out.extend(self.head.take().into_iter().flatten());
        self.adler.update(input);
        self.deflate.deflate(input, out, flush);
        if flush == Flush::Finish {
            out.extend_from_slice(&self.adler.value().to_be_bytes());
        }
    }

    /// Octets of memory taken beyond the value itself.
    pub fn held(&self) -> usize {
        self.deflate.held()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Head,
    Body,
    Trailer,
    Ended,
}

/// A decoder of one zlib stream, which may come in any pieces.
#[derive(Debug, Clone)]
pub struct Decoder {
    state: State,
    most: WindowBits,
    atom: Atom,
    inflate: Inflate,
    adler: Adler32,
    /// Octets of the stream that were used.
    used: u64,
    /// Where the deflated octets began.
    body: u64,
    failed: Option<Error>,
}

impl Decoder {
    /// A decoder of streams with windows of up to 2^`most` octets.
    pub fn new(most: WindowBits) -> Self {
        Self {
            state: State::Head,
            most,
            atom: Atom::default(),
            inflate: Inflate::new(most),
            adler: Adler32::default(),
            used: 0,
            body: 0,
            failed: None,
        }
    }

    /// As [`Inflate::inflate`]. [`Status::Ended`] stands behind the checksum; what is left of the
    /// input then is not part of the stream.
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
        let before = input.len();
        let result = self.run(input, out, bound);
        self.used += (before - input.len()) as u64;
        self.failed = result.err();
        result
    }

    fn run(&mut self, input: &mut &[u8], out: &mut Vec<u8>, bound: usize) -> Result<Status, Error> {
        let whole = input.len();
        loop {
            let here = self.used + (whole - input.len()) as u64;
            match self.state {
                State::Head => {
                    let Some(octets) = self.atom.fill::<2>(input) else {
                        return Ok(Status::Starved);
                    };
                    // It is whole, so nothing is cut short.
                    if let Ok(head) = Head::read(&mut Reader::new(&octets), self.most) {
                        self.inflate = Inflate::new(head?.window);
                    }
                    self.body = 2;
                    self.state = State::Body;
                }
                State::Body => {
                    let start = out.len();
                    let status = self.inflate.inflate(input, out, bound);
                    self.adler.update(out.get(start..).unwrap_or_default());
                    match status.map_err(|error| error.behind(self.body))? {
                        Status::Ended => self.state = State::Trailer,
                        status => return Ok(status),
                    }
                }
                State::Trailer => {
                    let at = BitOffset::of_octet(here - self.atom.len());
                    let Some(octets) = self.atom.fill::<4>(input) else {
                        return Ok(Status::Starved);
                    };
                    if u32::from_be_bytes(octets) != self.adler.value() {
                        return Err(Violation::Adler32.at(at));
                    }
                    self.state = State::Ended;
                }
                State::Ended => return Ok(Status::Ended),
            }
        }
    }

    /// Whether the checksum was read, and right.
    pub fn is_ended(&self) -> bool {
        self.state == State::Ended
    }

    /// Octets of memory taken beyond the value itself.
    pub fn held(&self) -> usize {
        self.inflate.held()
    }
}

/// The same with the [`oracle`]: a whole stream, every field named.
pub fn dissect(
    reader: &mut Reader<'_>,
    most: WindowBits,
    bound: usize,
) -> (Vec<u8>, Result<Status, Error>) {
    let start = reader.offset() as u64;
    let from_start = |error: Error| Error { at: BitOffset(error.at.0 - start * 8), ..error };
    let head = match Head::read(reader, most) {
        Ok(Ok(head)) => head,
        Ok(Err(error)) => return (Vec::new(), Err(from_start(error))),
        Err(_) => return (Vec::new(), Ok(Status::Starved)),
    };
    let (out, verdict) = oracle::inflate(reader, head.window, bound);
    if verdict != Ok(Status::Ended) {
        return (out, verdict.map_err(|error| error.behind(2)));
    }
    let mut adler = Adler32::default();
    adler.update(&out);
    reader.section("zlib trailer", "RFC 1950 §2.2");
    let at = BitOffset::of_octet(reader.offset() as u64);
    let verdict = match reader.u32("ADLER32") {
        Ok(found) if found == adler.value() => Ok(Status::Ended),
        Ok(_) => Err(from_start(Violation::Adler32.at(at))),
        Err(_) => Ok(Status::Starved),
    };
    (out, verdict)
}
