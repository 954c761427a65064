//! Streams written by hand, bit after bit.

/// Octets from bits as they are read: `0` and `1` in reading order, anything else between them is
/// for the eye. A number of n bits is written least significant bit first, as it is read.
pub(crate) fn stream(bits: &str) -> Vec<u8> {
    let bits: Vec<u8> = bits.bytes().filter(|bit| matches!(bit, b'0' | b'1')).collect();
    let octet = |bits: &[u8]| (0..).zip(bits).map(|(place, bit)| (bit - b'0') << place).sum();
    bits.chunks(8).map(octet).collect()
}

/// A number of `count` bits in reading order.
pub(crate) fn number(value: u32, count: u32) -> String {
    (0..count).map(|place| if value >> place & 1 == 1 { '1' } else { '0' }).collect()
}
