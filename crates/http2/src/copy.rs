//! Octets copied in pieces, which is faster than it looks.
//!
//! For more than some thousand octets the C library may use the processor's own instruction
//! (`rep movsb`), which on some processors is slow where source and destination are out of step,
//! and a payload behind nine octets of head always is.
//!
//! Used by: DATA, both ways.

/// Octets copied at a time: below what the C library takes for long.
const PIECE: usize = 2048;

/// Appends octets.
pub(crate) fn append(out: &mut Vec<u8>, octets: &[u8]) {
    out.reserve(octets.len());
    for piece in octets.chunks(PIECE) {
        out.extend_from_slice(piece);
    }
}

/// The same octets, in a vector of just their length.
pub(crate) fn octets(octets: &[u8]) -> Vec<u8> {
    let mut copy = Vec::with_capacity(octets.len());
    append(&mut copy, octets);
    copy
}
