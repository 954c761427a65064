//! Octets as people have them: raw, or as hexadecimal digits with or without remarks.

/// Neither raw octets nor digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {error}")]
pub struct InputError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong with the digits.
    pub error: wire::hex::Error,
}

/// The octets that `input` stands for.
///
/// With `hex` unsaid, text that consists of hexadecimal digits and white space alone is taken for
/// digits, and anything else for the octets themselves. In digits, `#` begins a remark that goes to
/// the end of its line, and `>` in front of a line is passed over, so that this project's annotated
/// octets can be fed back.
///
/// # Errors
/// [`InputError`] where `input` is said to be digits and is not.
pub fn octets_of(input: Vec<u8>, hex: Option<bool>) -> Result<Vec<u8>, InputError> {
    let looks_like_digits = || {
        let mut digits = input.iter().filter(|octet| !octet.is_ascii_whitespace()).peekable();
        digits.peek().is_some() && digits.all(u8::is_ascii_hexdigit)
    };
    if !hex.unwrap_or_else(looks_like_digits) {
        return Ok(input);
    }
    let (text, mut octets) = (String::from_utf8_lossy(&input), Vec::new());
    for (line, content) in (1..).zip(text.lines()) {
        let digits = content.split('#').next().unwrap_or_default().trim();
        let digits = digits.strip_prefix('>').unwrap_or(digits);
        let digits = digits.strip_prefix("0x").unwrap_or(digits);
        octets.extend(wire::hex::decode(digits).map_err(|error| InputError { line, error })?);
    }
    Ok(octets)
}

#[cfg(test)]
mod tests {
    use super::octets_of;

    #[test]
    fn digits_are_known_by_their_look() {
        assert_eq!(octets_of(b"47 45\n54".to_vec(), None).unwrap(), b"GET");
        assert_eq!(octets_of(b"GET / HTTP/1.1".to_vec(), None).unwrap(), b"GET / HTTP/1.1");
        assert_eq!(octets_of(b"".to_vec(), None).unwrap(), b"");
    }

    #[test]
    fn digits_may_have_remarks() {
        let text = b"> 47 45 54   # method\n0x20".to_vec();
        assert_eq!(octets_of(text, Some(true)).unwrap(), b"GET ");
        assert_eq!(octets_of(b"47\n4".to_vec(), Some(true)).unwrap_err().line, 2);
    }

    #[test]
    fn digits_can_be_meant_as_they_are() {
        assert_eq!(octets_of(b"4745".to_vec(), Some(false)).unwrap(), b"4745");
    }
}
