//! The two checksums behind compressed octets.
//!
//! RFC 1950 §8.2 (Adler-32), RFC 1952 §8 (CRC-32)
//!
//! ```text
//!   Adler-32   a = 1 + the octets; b = every a so far; both modulo 65,521, the largest prime
//!              below 2^16; b · 2^16 + a
//!   CRC-32     the rest of dividing the message, as a polynomial over two elements, by
//!              x^32 + x^26 + x^23 + x^22 + x^16 + x^12 + x^11 + x^10 + x^8 + x^7 + x^5 + x^4
//!              + x^2 + x + 1, all bits turned around
//! ```
//!
//! Octet after octet, either would be slower than inflate itself. Both are sums, so what octets
//! further on add can be worked out for many octets side by side: CRC-32 looks eight octets up in
//! eight tables at once, Adler-32 multiplies each of 32 octets by how many values of `a` it is in.

/// See the module.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Adler32 {
    a: u32,
    b: u32,
}

/// The largest prime below 2^16.
const PRIME: u32 = 65_521;
/// Octets added at once.
const LANES: u32 = 32;
/// Octets after which the sums must be reduced, or they would not fit in 32 bits: with n octets of
/// 255 behind a reduction, b is at most 255 n (n + 1) / 2 + (n + 1) (PRIME - 1).
const FITS: usize = 5536;

impl Default for Adler32 {
    fn default() -> Self {
        Self { a: 1, b: 0 }
    }
}

impl Adler32 {
    /// Adds octets.
    // ANCHOR: adler
    pub(crate) fn update(&mut self, octets: &[u8]) {
        for part in octets.chunks(FITS) {
            let (groups, rest) = part.as_chunks::<{ LANES as usize }>();
            for group in groups {
                let (mut sum, mut weighted) = (0, 0);
                for (octet, weight) in group.iter().zip((1..=LANES).rev()) {
                    sum += u32::from(*octet);
                    weighted += u32::from(*octet) * weight;
                }
                self.b += self.a * LANES + weighted;
                self.a += sum;
            }
            for octet in rest {
                self.a += u32::from(*octet);
                self.b += self.a;
            }
            self.a %= PRIME;
            self.b %= PRIME;
        }
    }
    // ANCHOR_END: adler

    pub(crate) fn value(self) -> u32 {
        self.b << 16 | self.a
    }
}

/// See the module.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Crc32 {
    /// The rest so far, every bit turned over.
    turned: u32,
}

/// The polynomial, its bits turned around, without the highest.
const POLYNOMIAL: u32 = 0xedb8_8320;

/// `TABLES[n][octet]`: what the octet adds to the rest when n more octets stand behind it.
#[allow(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "at compile time")]
static TABLES: [[u32; 256]; 8] = {
    let mut tables = [[0; 256]; 8];
    let mut octet = 0;
    while octet < 256 {
        let mut rest = octet as u32;
        let mut bit = 0;
        while bit < 8 {
            rest = if rest & 1 == 1 { rest >> 1 ^ POLYNOMIAL } else { rest >> 1 };
            bit += 1;
        }
        tables[0][octet] = rest;
        octet += 1;
    }
    let mut behind = 1;
    while behind < 8 {
        let mut octet = 0;
        while octet < 256 {
            let before = tables[behind - 1][octet];
            tables[behind][octet] = before >> 8 ^ tables[0][(before & 255) as usize];
            octet += 1;
        }
        behind += 1;
    }
    tables
};

impl Crc32 {
    /// Adds octets.
    // ANCHOR: crc
    pub(crate) fn update(&mut self, octets: &[u8]) {
        let [t0, t1, t2, t3, t4, t5, t6, t7] = &TABLES;
        let mut rest = !self.turned;
        let (groups, last) = octets.as_chunks::<8>();
        for group in groups {
            let mixed = u64::from_le_bytes(*group) ^ u64::from(rest);
            let [a, b, c, d, e, f, g, h] = mixed.to_le_bytes();
            rest = at(t7, a) ^ at(t6, b) ^ at(t5, c) ^ at(t4, d);
            rest ^= at(t3, e) ^ at(t2, f) ^ at(t1, g) ^ at(t0, h);
        }
        for octet in last {
            let [low, ..] = rest.to_le_bytes();
            rest = rest >> 8 ^ at(t0, low ^ octet);
        }
        self.turned = !rest;
    }
    // ANCHOR_END: crc

    pub(crate) fn value(self) -> u32 {
        self.turned
    }
}

#[inline(always)]
#[allow(clippy::indexing_slicing, reason = "an octet is below 256")]
fn at(table: &[u32; 256], octet: u8) -> u32 {
    table[usize::from(octet)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adler(octets: &[u8]) -> u32 {
        let mut adler = Adler32::default();
        adler.update(octets);
        adler.value()
    }

    fn crc(octets: &[u8]) -> u32 {
        let mut crc = Crc32::default();
        crc.update(octets);
        crc.value()
    }

    #[test]
    fn known_values() {
        assert_eq!(adler(b""), 1);
        assert_eq!(adler(b"Wikipedia"), 0x11e6_0398);
        assert_eq!(crc(b""), 0);
        assert_eq!(crc(b"123456789"), 0xcbf4_3926);
    }

    /// As the RFCs define them, octet after octet.
    #[test]
    fn the_fast_forms_are_the_slow_ones() {
        let octets: Vec<u8> = (0..20_000_u32).map(|n| (n * n).to_be_bytes()[2] | 0xf0).collect();
        for octets in [&octets[..], &[255; 20_000], &octets[..7], &octets[1..100]] {
            let (mut a, mut b, mut rest) = (1_u64, 0_u64, u32::MAX);
            for octet in octets {
                a = (a + u64::from(*octet)) % 65_521;
                b = (b + a) % 65_521;
                rest ^= u32::from(*octet);
                for _ in 0..8 {
                    rest = (rest >> 1) ^ (POLYNOMIAL * (rest & 1));
                }
            }
            assert_eq!(u64::from(adler(octets)), b << 16 | a);
            assert_eq!(crc(octets), !rest);
        }
    }

    #[test]
    fn pieces_add_up() {
        let octets: Vec<u8> = (0..=255).collect();
        for split in 0..octets.len() {
            let (one, other) = octets.split_at(split);
            let (mut a, mut c) = (Adler32::default(), Crc32::default());
            for part in [one, other] {
                a.update(part);
                c.update(part);
            }
            assert_eq!((a.value(), c.value()), (adler(&octets), crc(&octets)));
        }
    }
}
