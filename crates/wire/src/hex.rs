//! Octets as a person writes them: two digits each.
//!
//! RFC 4648 §8
//!
//! Invariant: what [`encode`] and [`spaced`] write, [`decode`] reads.
//!
//! Used by: `dissect`'s input and output, test vectors, boundaries of multipart answers.

/// Lower-case digits without spaces.
pub fn encode(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// Lower-case digits with a space between octets, as in this project's tables.
pub fn spaced(octets: &[u8]) -> String {
    let pairs: Vec<String> = octets.iter().map(|octet| format!("{octet:02x}")).collect();
    pairs.join(" ")
}

/// What is not two digits per octet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Neither a digit, a letter from a to f, nor white space; where it stands, in octets from 0.
    #[error("octet {0} begins no hexadecimal digit (RFC 4648 §8)")]
    NotADigit(usize),
    /// The last octet has one digit only.
    #[error("an odd number of digits: the last octet is half there (RFC 4648 §8)")]
    Odd,
}

/// Octets from digits of either case; white space anywhere is passed over.
///
/// # Errors
/// [`Error::NotADigit`] with the character's place, counted in octets from 0; [`Error::Odd`].
pub fn decode(text: &str) -> Result<Vec<u8>, Error> {
    let (mut out, mut high) = (Vec::with_capacity(text.len() / 2), None);
    for (place, character) in text.char_indices().filter(|(_, c)| !c.is_whitespace()) {
        let digit = character.to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let digit = digit.ok_or(Error::NotADigit(place))?;
        match high.take() {
            Some(high) => out.push(high << 4 | digit),
            None => high = Some(digit),
        }
    }
    if high.is_some() { Err(Error::Odd) } else { Ok(out) }
}
