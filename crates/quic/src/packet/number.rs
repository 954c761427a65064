//! A packet number counts to 2^62, and travels in one to four octets.
//!
//! RFC 9000 §17.1, appendix A.2, A.3
//!
//! ```text
//!   sent         0xa82f30ea..   the peer has acknowledged 0xabe8b3
//!   on the wire      ac5c02 → 5c02        only the end: as much as makes it plain
//!   received         a82f30ea is the highest so far: 9b32 can only be a82f9b32
//! ```
//!
//! Invariant: what is decoded is the number nearest to the one expected next that ends so.
//!
//! Used by: [`Builder`](super::Builder), [`protection`](crate::protection).

/// The largest packet number (RFC 9000 §12.3).
pub const MAX: u64 = (1 << 62) - 1;

/// Octets in which `number` must travel, 1 to 4, where the peer has acknowledged up to
/// `largest_acked`: enough to tell twice as many numbers as are in flight apart.
pub fn length(number: u64, largest_acked: Option<u64>) -> usize {
    let unacknowledged = match largest_acked {
        Some(largest) => number.saturating_sub(largest),
        None => number.saturating_add(1),
    };
    match unacknowledged {
        0..=0x7f => 1,
        0x80..=0x7fff => 2,
        0x8000..=0x7f_ffff => 3,
        _ => 4,
    }
}

/// The last `length` octets of `number`, 1 to 4.
pub fn truncate(number: u64, length: usize) -> u32 {
    let mask = u32::MAX >> (32 - 8 * length.clamp(1, 4));
    let [_, _, _, _, low @ ..] = number.to_be_bytes();
    u32::from_be_bytes(low) & mask
}

// ANCHOR: decode
/// The number that ends in the `length` octets `truncated`, and is nearest to `expected`, which is
/// one above the highest that was authentic so far.
pub fn decode(truncated: u32, length: usize, expected: u64) -> u64 {
    let window = 1_u64 << (8 * length.clamp(1, 4));
    let half = window / 2;
    let candidate = expected & !(window - 1) | u64::from(truncated) & (window - 1);
    if candidate + half <= expected && candidate + window <= MAX {
        candidate + window
    } else if candidate > expected + half && candidate >= window {
        candidate - window
    } else {
        candidate
    }
}
// ANCHOR_END: decode
