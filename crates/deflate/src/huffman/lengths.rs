//! The best code of limited length for given frequencies.
//!
//! RFC 1951 §3.2.1, §3.2.7
//!
//! ```text
//!   frequencies 1 1 2 4        join the two rarest, again and again:
//!
//!        (8)                   the depth of a symbol is the length of its code,
//!       ╱   ╲                  and only the lengths matter: which code of that
//!      4    (4)                length it gets follows from its number
//!          ╱   ╲
//!         2    (2)
//!             ╱   ╲
//!            1     1
//! ```
//!
//! Since only depths matter no tree is made. The frequencies stand sorted in an array; joining
//! walks it once and leaves in each place the parent's place, a second walk turns parents into
//! depths (the in-place method of Moffat and Katajainen, 1995). Where a depth passes the limit,
//! room is made at the limit by pushing a shorter code down a level: no longer the very best code,
//! but off by little, and that seldom.
//!
//! Invariant: the lengths are a complete code, of two symbols at least.

/// Writes the lengths of a code for `frequencies` of at most `limit` bits, 15 or less. Symbols
/// that do not occur get 0; but where fewer than two occur, the first ones get a code as well, for
/// some decoders take no code of a single symbol.
pub(crate) fn lengths(frequencies: &[u32], limit: usize, lengths: &mut [u8]) {
    lengths.fill(0);
    // Sorted by frequency, then by symbol: both in one number.
    let mut sorted = [0_u32; 288];
    let mut used = 0;
    for (symbol, frequency) in (0..).zip(frequencies).filter(|(_, frequency)| **frequency > 0) {
        if let Some(slot) = sorted.get_mut(used) {
            // A block has fewer than 2^16 symbols, so this fits.
            *slot = frequency << 9 | symbol;
            used += 1;
        }
    }
    let sorted = sorted.get_mut(..used).unwrap_or_default();
    if let [] | [_] = sorted {
        let only = sorted.first().map_or(0, |only| *only as usize & 511);
        for symbol in [only, usize::from(only == 0)] {
            if let Some(length) = lengths.get_mut(symbol) {
                *length = 1;
            }
        }
        return;
    }
    sorted.sort_unstable();
    let mut depths = [0_u32; 288];
    let depths = depths.get_mut(..used).unwrap_or_default();
    for (depth, key) in depths.iter_mut().zip(sorted.iter()) {
        *depth = key >> 9;
    }
    join(depths);
    let mut counts = count_depths(depths, limit);
    limit_depths(&mut counts, limit);
    // The rarest symbols get the longest codes.
    let mut symbols = sorted.iter().map(|key| *key as usize & 511);
    for (length, count) in (0..=15_u8).zip(counts).rev() {
        for symbol in symbols.by_ref().take(count) {
            if let Some(slot) = lengths.get_mut(symbol) {
                *slot = length;
            }
        }
    }
}

/// Turns sorted frequencies, two or more, into the inner nodes' depths: place i, from the second
/// last down, is the depth of a node with two children.
// ANCHOR: join
#[allow(clippy::indexing_slicing, reason = "each index is below the length, as is argued there")]
fn join(nodes: &mut [u32]) {
    let count = nodes.len();
    // First walk. `leaf` is the rarest leaf not joined, `root` the rarest joined node without a
    // parent, and `root < next <= leaf`, for each join uses two of them and makes one. A node's
    // place is free for it: the leaf that stood there was used.
    let (mut leaf, mut root) = (0, 0);
    for next in 0..count - 1 {
        let mut sum = 0;
        for _ in 0..2 {
            if leaf < count && (root >= next || nodes[leaf] <= nodes[root]) {
                sum += nodes[leaf];
                leaf += 1;
            } else {
                sum += nodes[root];
                // At most 288 places.
                nodes[root] = u32::try_from(next).unwrap_or(0);
                root += 1;
            }
        }
        nodes[next] = sum;
    }
    // Second walk: a node lies one below its parent, whose place is behind its own.
    nodes[count - 2] = 0;
    for node in (0..count - 2).rev() {
        nodes[node] = nodes[nodes[node] as usize] + 1;
    }
}
// ANCHOR_END: join

/// How many leaves lie at each depth; those below `limit` are counted at the limit.
fn count_depths(nodes: &[u32], limit: usize) -> [usize; 16] {
    let mut counts = [0; 16];
    let mut inner = nodes.iter().rev().skip(1).peekable();
    // Two places below each inner node of the level above; what is no inner node is a leaf.
    let (mut places, mut depth) = (1, 0_u32);
    while places > 0 {
        let mut nodes_here = 0;
        while inner.next_if(|found| **found == depth).is_some() {
            nodes_here += 1;
        }
        if let Some(count) = counts.get_mut((depth as usize).min(limit)) {
            *count += places - nodes_here;
        }
        places = nodes_here * 2;
        depth += 1;
    }
    counts
}

/// Makes room at the limit until the codes fit (Kraft): a code that is one bit longer frees half
/// of its space.
fn limit_depths(counts: &mut [usize; 16], limit: usize) {
    let mut space: usize =
        (1..=limit).map(|length| counts.get(length).map_or(0, |n| n << (limit - length))).sum();
    while space > 1 << limit {
        // One code at the limit goes to stand beside a shorter one, which gets one bit longer.
        let Some(shorter) = (1..limit).rev().find(|length| counts.get(*length) != Some(&0)) else {
            return;
        };
        for (length, by) in [(limit, -1), (shorter, -1), (shorter + 1, 2)] {
            if let Some(count) = counts.get_mut(length) {
                *count = count.saturating_add_signed(by);
            }
        }
        space -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::huffman::{Space, count, space};

    fn of(frequencies: &[u32], limit: usize) -> Vec<u8> {
        let mut found = vec![0; frequencies.len()];
        lengths(frequencies, limit, &mut found);
        found
    }

    #[test]
    fn the_rarest_are_joined_first() {
        assert_eq!(of(&[1, 1, 2, 4], 15), [3, 3, 2, 1]);
        assert_eq!(of(&[3, 0, 3, 3, 3], 15), [2, 0, 2, 2, 2]);
        assert_eq!(of(&[9, 1, 1, 0], 15), [1, 2, 2, 0]);
    }

    #[test]
    fn there_are_always_two_codes() {
        assert_eq!(of(&[0, 0, 0], 15), [1, 1, 0]);
        assert_eq!(of(&[0, 5, 0], 15), [1, 1, 0]);
        assert_eq!(of(&[5, 0, 0], 15), [1, 1, 0]);
        assert_eq!(of(&[0, 0, 5], 15), [1, 0, 1]);
    }

    #[test]
    fn no_code_is_longer_than_the_limit_and_all_are_complete() {
        // Fibonacci's numbers make the deepest tree that there is.
        let mut fibonacci = vec![1_u32, 1];
        while fibonacci.len() < 22 {
            fibonacci.push(fibonacci[fibonacci.len() - 1] + fibonacci[fibonacci.len() - 2]);
        }
        for limit in [7, 9, 15] {
            for used in 2..=fibonacci.len() {
                let lengths = of(&fibonacci[..used], limit);
                assert!(lengths.iter().all(|length| usize::from(*length) <= limit));
                assert_eq!(space(&count(&lengths)), Space::Complete, "{lengths:?}");
                assert!(lengths.is_sorted_by(|a, b| a >= b));
            }
        }
    }
}
