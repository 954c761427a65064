//! One input in every portion: a stream has no message boundaries, and no parser may see any.
//!
//! ```text
//!   whole            | G E T   / ... |
//!   octet by octet   | G | E | T |   | / | ...
//!   one cut, each    | G | E T   / ... |     | G E | T   / ... |     ...
//!   random cuts      | G E | T   | / ... |   the same on each run
//! ```
//!
//! Used by: the tests of every protocol crate, which ask that all of these give the same events.

/// Random cuts beyond the systematic ones.
const RANDOM: usize = 32;

/// Inputs longer than this are cut once at this many places, evenly spread, instead of everywhere:
/// the work would grow with the square of the length.
const SINGLE_CUTS: usize = 2_000;

/// Hands `input` to `check` in pieces: whole, octet by octet, with each single cut, with random
/// cuts. An empty input is handed over once, as no piece at all.
pub fn splits(input: &[u8], mut check: impl FnMut(&[&[u8]])) {
    if input.is_empty() {
        return check(&[]);
    }
    check(&[input]);
    check(&input.chunks(1).collect::<Vec<_>>());
    for cut in (1..input.len()).step_by(input.len().div_ceil(SINGLE_CUTS).max(1)) {
        let (before, after) = input.split_at(cut);
        check(&[before, after]);
    }
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    for _ in 0..RANDOM {
        check(&random.cuts(input));
    }
}

/// Hands each beginning of `input` to `check`, the empty one first, the whole left out.
pub fn prefixes(input: &[u8], mut check: impl FnMut(&[u8])) {
    for length in 0..input.len() {
        check(input.split_at(length).0);
    }
}

/// Xorshift: small, and the same sequence on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        // The remainder is below `bound`, which is a usize.
        usize::try_from(self.0 % bound.max(1) as u64).unwrap_or_default()
    }

    /// Pieces of 1 to `most` octets, where `most` changes from call to call: some splits are fine,
    /// some coarse.
    fn cuts<'a>(&mut self, mut rest: &'a [u8]) -> Vec<&'a [u8]> {
        let most = 1 + self.below(rest.len());
        let mut pieces = Vec::new();
        while !rest.is_empty() {
            let length = (1 + self.below(most)).min(rest.len());
            let (piece, after) = rest.split_at(length);
            pieces.push(piece);
            rest = after;
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_split_holds_the_whole_input_in_order() {
        for length in 0..40_u8 {
            let input: Vec<u8> = (0..length).collect();
            splits(&input, |pieces| {
                assert_eq!(pieces.concat(), input);
                assert!(pieces.iter().all(|piece| !piece.is_empty()));
            });
        }
    }

    #[test]
    fn each_single_cut_is_there() {
        let mut seen = Vec::new();
        splits(b"abcd", |pieces| {
            if let [before, _] = pieces {
                seen.push(before.len());
            }
        });
        assert!(seen.starts_with(&[1, 2, 3]), "{seen:?}");
    }

    #[test]
    fn a_long_input_is_not_cut_at_every_place() {
        let mut calls = 0;
        splits(&[0; 100_000], |_| calls += 1);
        assert!(calls <= SINGLE_CUTS + RANDOM + 2, "{calls}");
    }

    #[test]
    fn prefixes_are_all_shorter_than_the_whole() {
        let mut seen = Vec::new();
        prefixes(b"abc", |prefix| seen.push(prefix.to_vec()));
        assert_eq!(seen, [b"".to_vec(), b"a".to_vec(), b"ab".to_vec()]);
    }

    #[test]
    fn two_runs_cut_alike() {
        let cuts = || {
            let mut all = Vec::new();
            splits(&[7; 100], |pieces| {
                all.push(pieces.iter().map(|p| p.len()).collect::<Vec<_>>())
            });
            all
        };
        assert_eq!(cuts(), cuts());
    }
}
