//! The operating system's randomness, for keys and whatever else must not be guessed.
//!
//! Used by: handshakes, certificates that we make.

use ring::rand::{SecureRandom, SystemRandom};
use wire::Random;

/// A number by chance, for what means nothing.
pub(crate) fn number() -> u64 {
    let mut octets = [0; 8];
    System.fill(&mut octets);
    u64::from_be_bytes(octets)
}

/// Asks the operating system each time: nothing is kept that could be guessed or said twice.
#[derive(Debug, Clone, Copy)]
pub(crate) struct System;

impl Random for System {
    fn fill(&mut self, octets: &mut [u8]) {
        // Linux has it from its start on. A system that has none cannot make a key either, and the
        // handshake fails there.
        if SystemRandom::new().fill(octets).is_err() {
            octets.fill(0);
        }
    }
}
