//! Decoding: twelve bits are an index, and what stands there is up to two octets.
//!
//! RFC 7541 §5.2
//!
//! ```text
//!   word   [ 1 1 1 1 0 0 0 1 1 1 1 0 | 0 0 … ]      64 bits, the next one on top
//!            └── 'w' ────┘ └ not all of 'w' ┘
//!            └──────── index ──────┘
//!   entry    31       24 23     16 15        8 7         0
//!           | first's   | bits    | second    | first     |
//!           | bits      | in all  | octet     | octet     |     bits in all > first's: two octets
//! ```
//!
//! Codes of the octets that fields are made of have 5 to 8 bits, so most looks give two. A code of
//! more than 12 bits leaves its entry empty and is found by its length: codes are counted up, so
//! the first length whose last code is not below the bits is the one.
//!
//! Invariant: a look at the end of the input sees ones behind it, which is how a string is padded
//! and is no code of its own until there are thirty.

use super::code::{EOS, LENGTHS, LONGEST, SORTED, SYMBOLS};
use crate::Error;

/// Bits of a look.
const LOOK: u32 = 12;

/// What `LOOK` bits mean.
#[derive(Clone, Copy)]
struct Entry {
    octets: [u8; 2],
    /// How many of `octets` there are: 0 where the code is longer than a look.
    count: u8,
    /// Bits of the first octet's code, and of both codes.
    first: u8,
    all: u8,
}

static TABLE: [Entry; 1 << LOOK] = table();

#[allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "all of it is worked out by the compiler: a wrong index or cast fails the build"
)]
const fn table() -> [Entry; 1 << LOOK] {
    let codes = super::code::codes();
    let mut table = [Entry { octets: [0; 2], count: 0, first: 0, all: 0 }; 1 << LOOK];
    let mut octet = 0;
    while octet < 256 {
        let code = codes[octet];
        if code.length <= LOOK {
            let free = LOOK - code.length;
            let mut at = (code.bits << free) as usize;
            let end = at + (1 << free);
            while at < end {
                let length = code.length as u8;
                table[at] =
                    Entry { octets: [octet as u8, 0], count: 1, first: length, all: length };
                at += 1;
            }
        }
        octet += 1;
    }
    // What is left of a look behind its first code may hold a second one. `first` of the entry that
    // is found is right already, whether or not its own second has been.
    let mut at = 0;
    while at < table.len() {
        let one = table[at];
        let other = table[(at << one.first) & (table.len() - 1)];
        if one.count > 0 && other.count > 0 && one.first + other.first <= LOOK as u8 {
            table[at].octets[1] = other.octets[0];
            table[at].count = 2;
            table[at].all = one.first + other.first;
        }
        at += 1;
    }
    table
}

/// One length of the codes that are longer than a look.
#[derive(Clone, Copy)]
struct Long {
    /// The first 32 bits that are beyond the codes of this length, or all ones.
    end: u32,
    /// The first code of this length, in 32 bits.
    start: u32,
    /// Where its symbol stands among those sorted.
    sorted: u32,
    length: u32,
}

static LONG: [Long; (LONGEST - LOOK) as usize] = long();

#[allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "all of it is worked out by the compiler: a wrong index or cast fails the build"
)]
const fn long() -> [Long; (LONGEST - LOOK) as usize] {
    let mut lengths = [Long { end: 0, start: 0, sorted: 0, length: 0 }; (LONGEST - LOOK) as usize];
    let (mut next, mut sorted) = (0_u64, 0_u32);
    let mut length = 1;
    while length <= LONGEST {
        let (start, first) = (next, sorted);
        let mut symbol = 0;
        while symbol < SYMBOLS {
            if LENGTHS[symbol] as u32 == length {
                next += 1 << (32 - length);
                sorted += 1;
            }
            symbol += 1;
        }
        if length > LOOK {
            // The last codes end where 32 bits do.
            let end = if next > u32::MAX as u64 { u32::MAX } else { next as u32 };
            lengths[(length - LOOK - 1) as usize] =
                Long { end, start: start as u32, sorted: first, length };
        }
        length += 1;
    }
    lengths
}

/// The symbol whose code the top of `word` begins with, where that code is longer than a look.
#[inline(never)]
fn find_long(word: u64) -> (u16, u32) {
    #[allow(clippy::cast_possible_truncation, reason = "32 bits are left")]
    let bits = (word >> 32) as u32;
    for long in &LONG {
        if bits < long.end || long.length == LONGEST {
            let place = long.sorted + ((bits - long.start) >> (32 - long.length));
            return (SORTED.get(place as usize).copied().unwrap_or(EOS), long.length);
        }
    }
    (EOS, LONGEST)
}

/// Octets that `coded` octets decode to at most: the shortest codes have five bits.
#[inline]
pub const fn decoded_bound(coded: usize) -> usize {
    coded.saturating_mul(8) / 5
}

/// Appends what `coded` stands for to `out`.
///
/// # Errors
/// [`Error::HuffmanEos`], [`Error::HuffmanPadding`], both at offset 0; nothing is appended then.
pub fn decode(coded: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
    let start = out.len();
    out.resize(start + decoded_bound(coded.len()) + SPARE, 0);
    let result = decode_to(coded, out.get_mut(start..).unwrap_or_default());
    out.truncate(start + result.unwrap_or(0));
    result.map(|_| ())
}

/// Octets that [`decode_to`] wants behind what a string decodes to: a look writes two.
pub(crate) const SPARE: usize = 2;

/// Puts what `coded` stands for at the front of `out`, which has [`decoded_bound`] and [`SPARE`]
/// octets; answers how many it were.
// ANCHOR: huffman_decode
#[inline]
pub(crate) fn decode_to(coded: &[u8], out: &mut [u8]) -> Result<usize, Error> {
    let mut window = Window { input: coded, word: 0, bits: 0, left: coded.len() * 8 };
    let mut at = 0;
    loop {
        window.fill();
        // 56 bits, so four looks. A look that finds no whole code leaves it to `rare`.
        for _ in 0..4 {
            let entry = window.look();
            if entry.count == 0 || usize::from(entry.all) > window.left {
                break;
            }
            if let Some(two) = out.get_mut(at..at + 2) {
                two.copy_from_slice(&entry.octets);
            }
            at += usize::from(entry.count);
            window.pass(u32::from(entry.all));
        }
        if window.look().count == 0 || window.left < LOOK as usize {
            window.fill();
            match window.rare()? {
                Some(octet) => {
                    if let Some(one) = out.get_mut(at) {
                        *one = octet;
                    }
                    at += 1;
                }
                None => return Ok(at),
            }
        }
    }
}
// ANCHOR_END: huffman_decode

/// The bits that come next.
struct Window<'a> {
    /// Octets of which no bit has been counted into `bits`.
    input: &'a [u8],
    /// The next bits, the first on top; ones behind the end.
    word: u64,
    /// How many bits of `word` may be relied on. Those below are already what the input holds
    /// there, or zeros; filling again changes nothing about them.
    bits: u32,
    /// Bits until the string's end.
    left: usize,
}

impl Window<'_> {
    /// Makes at least 56 bits of `word` reliable.
    #[inline]
    fn fill(&mut self) {
        let next = self.input.first_chunk().copied().unwrap_or_else(|| {
            let mut padded = [0xff; 8];
            padded.iter_mut().zip(self.input).for_each(|(to, from)| *to = *from);
            padded
        });
        self.word |= u64::from_be_bytes(next) >> self.bits;
        let octets = (63 - self.bits) >> 3;
        self.input = self.input.get(octets as usize..).unwrap_or_default();
        self.bits += octets * 8;
    }

    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "twelve bits are left")]
    fn look(&self) -> Entry {
        const NONE: Entry = Entry { octets: [0; 2], count: 0, first: 0, all: 0 };
        TABLE.get((self.word >> (64 - LOOK)) as usize).copied().unwrap_or(NONE)
    }

    #[inline]
    fn pass(&mut self, bits: u32) {
        self.word <<= bits;
        self.bits -= bits;
        self.left = self.left.saturating_sub(bits as usize);
    }

    /// The next octet where its code is long or the end is near; `None` is the end.
    #[inline(never)]
    fn rare(&mut self) -> Result<Option<u8>, Error> {
        let entry = self.look();
        let (symbol, length) = match entry.count {
            0 => find_long(self.word),
            _ => (u16::from(entry.octets[0]), u32::from(entry.first)),
        };
        if length as usize <= self.left {
            self.pass(length);
            return u8::try_from(symbol).map(Some).map_err(|_| Error::HuffmanEos { offset: 0 });
        }
        // No whole code is left: what is there is padding, or a code cut short.
        let ones = self.word.leading_ones() as usize;
        if self.left < 8 && ones >= self.left {
            return Ok(None);
        }
        Err(Error::HuffmanPadding { offset: 0 })
    }
}
