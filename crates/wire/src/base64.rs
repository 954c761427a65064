//! Octets as 64 printable characters: three octets in four.
//!
//! RFC 4648 §4 (standard), §5 (URL-safe)
//!
//! ```text
//!   octets       |   0x4d    |   0x61    |   0x6e    |
//!   bits         |0 1 0 0 1 1|0 1 0 1 1 0|0 0 0 1 0 1|1 0 1 1 1 0|
//!   characters   |     T     |     W     |     F     |     u     |
//! ```
//!
//! One octet left over takes two characters and `==`, two take three and `=`.
//!
//! Invariant: [`decode`] takes exactly the texts that [`encode`] makes, so that one value never
//! has two texts.
//!
//! Used by: `http` (Basic authentication); PEM files and WebSocket's handshake are made of it too.

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The usual alphabet, padded with `=`.
pub fn encode(octets: &[u8]) -> String {
    let mut text = digits(octets, STANDARD);
    text.extend(std::iter::repeat_n('=', (4 - text.len() % 4) % 4));
    text
}

/// The alphabet that is safe in URLs and file names, without padding.
pub fn encode_url(octets: &[u8]) -> String {
    digits(octets, URL_SAFE)
}

fn digits(octets: &[u8], alphabet: &[u8; 64]) -> String {
    let mut text = String::with_capacity(octets.len().div_ceil(3) * 4);
    for group in octets.chunks(3) {
        let bits = (0..3).fold(0u32, |bits, at| {
            bits << 8 | u32::from(group.get(at).copied().unwrap_or_default())
        });
        // One octet takes two characters, two take three, three take four.
        for at in 0..=group.len() {
            let index = (bits >> (18 - 6 * at)) & 0x3f;
            text.extend(alphabet.get(index as usize).map(|digit| char::from(*digit)));
        }
    }
    text
}

/// What is not base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// An octet outside the alphabet, at this place counted from 0. `=` anywhere but at the end is
    /// one (RFC 4648 §3.3).
    #[error("octet {0} is not in the base64 alphabet (RFC 4648 §3.3)")]
    NotADigit(usize),
    /// The length, padding included, is not a multiple of four (RFC 4648 §3.2).
    #[error("the length is not a multiple of four (RFC 4648 §3.2)")]
    Length,
    /// The last character carries bits that no octet takes; two texts would mean the same octets
    /// (RFC 4648 §3.5).
    #[error("the last character carries bits beyond the last octet (RFC 4648 §3.5)")]
    LooseBits,
}

/// Octets from the usual alphabet, padded. Strict: one text for each value.
///
/// # Errors
/// See [`Error`].
pub fn decode(text: &str) -> Result<Vec<u8>, Error> {
    if !text.len().is_multiple_of(4) {
        return Err(Error::Length);
    }
    let body = text.strip_suffix("==").or(text.strip_suffix('=')).unwrap_or(text);
    let (mut out, mut bits, mut held) = (Vec::with_capacity(text.len() / 4 * 3), 0u32, 0);
    for (place, character) in body.bytes().enumerate() {
        let digit = value(character).ok_or(Error::NotADigit(place))?;
        bits = (bits << 6 | u32::from(digit)) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xff).unwrap_or_default());
        }
    }
    if bits & ((1 << held) - 1) != 0 { Err(Error::LooseBits) } else { Ok(out) }
}

fn value(character: u8) -> Option<u8> {
    Some(match character {
        b'A'..=b'Z' => character - b'A',
        b'a'..=b'z' => character - b'a' + 26,
        b'0'..=b'9' => character - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}
