//! What a client does to each payload: XOR with four octets that it makes up anew for each frame.
//!
//! RFC 6455 §5.3, §10.3
//!
//! ```text
//!  payload    48 65 6c 6c 6f       H  e  l  l  o
//!  key        37 fa 21 3d 37       37 fa 21 3d, and again from its start
//!  ─────────────────────────
//!  XOR        7f 9f 4d 51 58
//! ```
//!
//! It hides nothing, for the key stands in front of it. It keeps a script in a browser from
//! choosing the octets on the wire: without it one could make octets that a careless proxy takes
//! for an HTTP request, and poison its cache for others. To undo it is to do it again.
//!
//! Invariant: masking twice with the same key and offset changes nothing.
//!
//! Used by: the connection, on what it receives and sends; `dissect`.

/// Octets XORed at a time: the key eight times over, as wide as a vector register.
const WIDE: usize = 32;

// ANCHOR: mask
/// Masks or unmasks `octets` where they stand. `offset` is how far into the payload the first of
/// them is, so that a payload may be done in parts.
///
/// `transformed-octet-i = original-octet-i XOR masking-key-octet-(i MOD 4)`
pub fn mask(octets: &mut [u8], key: [u8; 4], offset: usize) {
    // Turned so that the first of these octets meets its own octet of the key.
    let turn = u32::try_from(offset % 4).unwrap_or_default();
    let key = u32::from_le_bytes(key).rotate_right(8 * turn).to_le_bytes();
    let wide = [key; WIDE / 4];
    let wide = wide.as_flattened();
    let (whole, rest) = octets.as_chunks_mut::<WIDE>();
    for block in whole {
        // A fixed number of independent octets: the compiler makes one vector operation of it.
        for (octet, key) in block.iter_mut().zip(wide) {
            *octet ^= key;
        }
    }
    for (octet, key) in rest.iter_mut().zip(wide) {
        *octet ^= key;
    }
}
// ANCHOR_END: mask

#[cfg(test)]
mod tests {
    use super::mask;

    /// RFC 6455 §5.7, the masked "Hello".
    #[test]
    fn the_rfcs_example() {
        let mut octets = *b"Hello";
        mask(&mut octets, [0x37, 0xfa, 0x21, 0x3d], 0);
        assert_eq!(octets, [0x7f, 0x9f, 0x4d, 0x51, 0x58]);
    }

    #[test]
    fn in_parts_it_is_the_same_as_the_rule_octet_by_octet() {
        let key = [0xde, 0xad, 0xbe, 0xef];
        let plain: Vec<u8> = (0..=255).cycle().take(150).collect();
        let rule: Vec<u8> =
            plain.iter().enumerate().map(|(at, octet)| octet ^ key[at % 4]).collect();
        for cut in 0..plain.len() {
            let mut octets = plain.clone();
            let (before, after) = octets.split_at_mut(cut);
            mask(before, key, 0);
            mask(after, key, cut);
            assert_eq!(octets, rule, "cut at {cut}");
            mask(&mut octets, key, 0);
            assert_eq!(octets, plain, "and back");
        }
    }
}
