//! Randomness that a driver hands in: the operating system's in a program, a script's in a test.
//!
//! Invariant: a [`Random`] fills every octet it is given.
//!
//! Used by: whatever must not be guessed (keys, nonces, boundaries); `Scripted` by tests and `sim`.

/// A source of octets nobody can guess, unless it is a test that chose them.
pub trait Random {
    /// Fills `octets`.
    fn fill(&mut self, octets: &mut [u8]);
}

impl<R: Random + ?Sized> Random for &mut R {
    fn fill(&mut self, octets: &mut [u8]) {
        (**self).fill(octets);
    }
}

/// Octets from a seed: the same seed, the same octets. For tests and simulations only, since anyone
/// can compute them (SplitMix64).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scripted(pub u64);

impl Scripted {
    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl Random for Scripted {
    fn fill(&mut self, octets: &mut [u8]) {
        for chunk in octets.chunks_mut(8) {
            let random = self.next_u64().to_be_bytes();
            chunk.copy_from_slice(random.get(..chunk.len()).unwrap_or_default());
        }
    }
}
