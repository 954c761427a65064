//! Octets as text that is safe to show.
//!
//! A terminal obeys what it is sent: `ESC ] 0 ;` sets its title, other sequences answer *as if
//! somebody had typed*. So what a peer sent is shown with its control characters escaped.

use std::fmt::Write as _;

/// `text` with control characters escaped; everything else, Korean as well, stays as it is.
pub fn visible(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            // The bidirectional controls can make a line read as another than it is.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                safe.extend(character.escape_unicode());
            }
            control if control.is_control() => safe.extend(control.escape_default()),
            other => safe.push(other),
        }
    }
    safe
}

/// As [`visible`]; octets that are no UTF-8 are shown as `\xNN`.
pub fn visible_octets(octets: &[u8]) -> String {
    let mut safe = String::with_capacity(octets.len());
    for chunk in octets.utf8_chunks() {
        safe.push_str(&visible(chunk.valid()));
        for octet in chunk.invalid() {
            // Writing to a `String` cannot fail.
            let _ = write!(safe, "\\x{octet:02x}");
        }
    }
    safe
}

/// Sixteen octets to a line: offset, hexadecimal, and what is printable beside it.
///
/// ```
/// assert_eq!(
///     view::hex_lines(b"GET / HTTP/1.1\r\n").collect::<Vec<_>>(),
///     ["0000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  GET / HTTP/1.1.."],
/// );
/// ```
pub fn hex_lines(octets: &[u8]) -> impl Iterator<Item = String> {
    octets.chunks(16).enumerate().map(|(row, chunk)| {
        let mut line = format!("{:04x} ", row * 16);
        for place in 0..16 {
            line.push_str(if place == 8 { "  " } else { " " });
            match chunk.get(place) {
                Some(octet) => {
                    let _ = write!(line, "{octet:02x}");
                }
                None => line.push_str("  "),
            }
        }
        line.push_str("  ");
        let printable =
            |octet: &u8| if matches!(octet, b' '..=b'~') { *octet as char } else { '.' };
        line.extend(chunk.iter().map(printable));
        line
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_never_come_through() {
        assert_eq!(
            visible("a\x1b[31mb\r\nc\u{9b}d\u{202e}e"),
            r"a\u{1b}[31mb\r\nc\u{9b}d\u{202e}e"
        );
        assert_eq!(visible("한국 ✓"), "한국 ✓");
        assert_eq!(visible_octets(b"caf\xe9 \x07"), r"caf\xe9 \u{7}");
        for octet in 0..=255_u8 {
            assert!(!visible_octets(&[octet]).chars().any(char::is_control), "{octet}");
        }
    }

    #[test]
    fn hex_stands_in_columns() {
        let lines: Vec<String> = hex_lines(&[0x41; 17]).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[1].find('A'), lines[0].find('A'));
        assert_eq!(hex_lines(b"").count(), 0);
    }
}
