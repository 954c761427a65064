//! A segment: a head, options, and octets of the stream.
//!
//! RFC 9293 §3.1; RFC 2018 §2 and §3 (SACK), RFC 7323 §2 (window scale)
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-------------------------------+-------------------------------+
//! |         source port           |       destination port        |   in the datagram's addresses
//! +-------------------------------+-------------------------------+
//! |                        sequence number                        |
//! |                    acknowledgment number                      |
//! +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
//! | offset| rsrvd |C|E|U|A|P|R|S|F|            window             |
//! +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
//! |           checksum            |        urgent pointer         |   `damaged`; not modelled
//! +-------------------------------+-------------------------------+
//! |      options: MSS, window scale, SACK permitted, SACK         |
//! ```
//!
//! Invariant: a segment weighs on a link what it would weigh on a wire.

use crate::{Chance, Payload};
use std::fmt;

/// The bits of a segment that the model uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "they are bits in RFC 9293's head")]
pub struct Flags {
    /// The sequence number is the first one.
    pub syn: bool,
    /// The acknowledgment number counts.
    pub ack: bool,
    /// No more data behind this.
    pub fin: bool,
    /// The connection is no more.
    pub rst: bool,
    /// A datagram came marked CE (RFC 3168 §6.1).
    pub ece: bool,
    /// The window has been reduced for it.
    pub cwr: bool,
}

/// The options the model knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// The largest segment the sender takes (on SYN only).
    pub mss: Option<u16>,
    /// By how many bits windows are shifted (on SYN only).
    pub window_scale: Option<u8>,
    /// Whether SACK may be sent (on SYN only).
    pub sack_permitted: bool,
    /// Up to four blocks that arrived behind a hole: first sequence number, and the one behind
    /// the last.
    pub sack: Vec<(u32, u32)>,
}

impl Options {
    /// Octets, padded to a multiple of four.
    fn length(&self) -> usize {
        let sack = if self.sack.is_empty() { 0 } else { 2 + 8 * self.sack.len() };
        let length = self.mss.map_or(0, |_| 4)
            + self.window_scale.map_or(0, |_| 3)
            + if self.sack_permitted { 2 } else { 0 }
            + sack;
        length.next_multiple_of(4)
    }
}

/// What travels between two modelled TCPs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Segment {
    /// Of the first octet of `data`, or of the SYN.
    pub sequence: u32,
    /// The octet expected next, if [`Flags::ack`] is set.
    pub acknowledgment: u32,
    /// The bits.
    pub flags: Flags,
    /// Octets behind `acknowledgment` that the sender takes, shifted by its scale.
    pub window: u16,
    /// The options.
    pub options: Options,
    /// Octets of the stream.
    pub data: Vec<u8>,
    /// Whether the checksum is wrong. The receiver then drops the segment.
    pub damaged: bool,
}

impl Payload for Segment {
    fn length(&self) -> usize {
        const HEAD: usize = 20;
        HEAD + self.options.length() + self.data.len()
    }

    /// The checksum finds every single flipped bit, so the damage need not be done.
    fn corrupt(&mut self, _: &mut Chance) {
        self.damaged = true;
    }

    fn describe(&self) -> String {
        self.to_string()
    }
}

/// `SYN seq=7`, `seq=8 len=1460 ack=1`, `ack=1461 sack=2921-4381`.
impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Flags { syn, ack, fin, rst, ece, cwr } = self.flags;
        for (set, name) in
            [(syn, "SYN "), (fin, "FIN "), (rst, "RST "), (ece, "ECE "), (cwr, "CWR ")]
        {
            if set {
                f.write_str(name)?;
            }
        }
        write!(f, "seq={}", self.sequence)?;
        if !self.data.is_empty() {
            write!(f, " len={}", self.data.len())?;
        }
        if ack {
            write!(f, " ack={} win={}", self.acknowledgment, self.window)?;
        }
        for (start, end) in &self.options.sack {
            write!(f, " sack={start}-{end}")?;
        }
        Ok(())
    }
}

/// An octet's sequence number on the wire.
pub(super) fn on_wire(initial: u32, offset: u64) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "sequence numbers wrap: that is meant")]
    let low = offset as u32;
    initial.wrapping_add(low)
}

// ANCHOR: expand
/// The octet that `sequence` means: of all that look so in 32 bits, the one nearest to `near`.
/// `None`: it lies before the connection's first.
pub(super) fn expand(initial: u32, sequence: u32, near: u64) -> Option<u64> {
    let distance = sequence.wrapping_sub(on_wire(initial, near)).cast_signed();
    near.checked_add_signed(i64::from(distance))
}
// ANCHOR_END: expand

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_number_means_the_nearest_octet() {
        for initial in [0, 7, u32::MAX - 2, u32::MAX] {
            for near in [0_u64, 1, 5000, 1 << 31, (1 << 32) - 1, 1 << 32, 1 << 40] {
                for offset in [near.saturating_sub(9000), near, near + 9000] {
                    assert_eq!(expand(initial, on_wire(initial, offset), near), Some(offset));
                }
            }
            assert_eq!(expand(initial, initial.wrapping_sub(1), 0), None);
        }
    }

    #[test]
    fn a_segment_weighs_what_it_would_on_a_wire() {
        let mut segment = Segment { data: vec![0; 100], ..Segment::default() };
        assert_eq!(segment.length(), 120);
        segment.options.sack = vec![(1, 2); 3];
        // Two octets of option head, three blocks of eight, two of padding.
        assert_eq!(segment.length(), 148);
        let options =
            Options { mss: Some(1460), window_scale: Some(7), sack_permitted: true, sack: vec![] };
        assert_eq!(options.length(), 12);
    }
}
