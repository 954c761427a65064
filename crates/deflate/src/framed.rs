//! A few octets of a head or a trailer that may come in pieces.
//!
//! Used by: [`zlib`](crate::zlib) and [`gzip`](crate::gzip).

use crate::{BitOffset, Error};

/// Octets of a field that is not all here yet.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Atom {
    octets: [u8; 10],
    count: usize,
}

impl Atom {
    /// Octets that wait.
    pub(crate) fn len(&self) -> u64 {
        self.count as u64
    }

    /// Takes from `input` what is missing of `N` octets, 10 at most; answers them when they are all
    /// here, and is empty then.
    pub(crate) fn fill<const N: usize>(&mut self, input: &mut &[u8]) -> Option<[u8; N]> {
        while self.count < N {
            let (first, rest) = input.split_first()?;
            *self.octets.get_mut(self.count)? = *first;
            self.count += 1;
            *input = rest;
        }
        self.count = 0;
        self.octets.first_chunk().copied()
    }
}

impl Error {
    /// The same error, counted from so many octets further ahead.
    pub(crate) fn behind(self, octets: u64) -> Self {
        Self { at: BitOffset(self.at.0 + octets * 8), ..self }
    }
}
