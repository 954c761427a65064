//! Whether octets are text, asked while they still arrive.
//!
//! RFC 6455 §8.1, RFC 3629 §4
//!
//! A frame may be cut anywhere, and so may a character of two to four octets. A receiver that
//! waited for the message's end would hold megabytes of what the first octet made invalid; so each
//! part is checked as it comes, and only the beginning of a character waits for the next part.
//!
//! ```text
//!  parts       c e c e b a │ e 1 │ b d b 9 c f …        "κ", "ό" cut in three …
//!  waits                     e1
//! ```
//!
//! What cannot become a character any more is refused at its first wrong octet: `f4 90` is, without
//! the two octets that would follow, since no character begins so.
//!
//! Invariant: what was passed on is whole characters; at most three octets wait.
//!
//! Used by: the assembly of text messages, and the sender of fragments.

/// Octets that are not UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotUtf8 {
    /// How many of this part's octets were fine; 0 where the character began before it.
    pub(crate) good: usize,
}

/// The beginning of a character that waits for its end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Utf8 {
    octets: [u8; 4],
    length: usize,
}

impl Utf8 {
    // ANCHOR: utf8
    /// Checks the next part, and hands the whole characters in it to `take`, in order.
    pub(crate) fn check(&mut self, part: &[u8], mut take: impl FnMut(&str)) -> Result<(), NotUtf8> {
        let mut rest = part;
        while self.length > 0 {
            let Some((next, after)) = rest.split_first() else { return Ok(()) };
            if let Some(place) = self.octets.get_mut(self.length) {
                *place = *next;
            }
            self.length += 1;
            rest = after;
            match std::str::from_utf8(self.octets.get(..self.length).unwrap_or_default()) {
                Ok(character) => {
                    take(character);
                    self.length = 0;
                }
                // No length: it is valid so far, and goes on.
                Err(error) if error.error_len().is_none() => {}
                Err(_) => return Err(NotUtf8 { good: 0 }),
            }
        }
        // What may be the beginning of a character is set aside first, so that the rest is looked
        // at only once.
        let (whole, cut) = rest.split_at_checked(end_of_characters(rest)).unwrap_or_default();
        let before = part.len() - rest.len();
        let wrong = |error: std::str::Utf8Error| NotUtf8 { good: before + error.valid_up_to() };
        take(std::str::from_utf8(whole).map_err(wrong)?);
        if let Err(error) = std::str::from_utf8(cut)
            && error.error_len().is_some()
        {
            return Err(NotUtf8 { good: before + whole.len() });
        }
        self.length = cut.len();
        for (place, octet) in self.octets.iter_mut().zip(cut) {
            *place = *octet;
        }
        Ok(())
    }
    // ANCHOR_END: utf8

    /// Whether no character is cut: asked at the end of a message.
    pub(crate) fn is_whole(&self) -> bool {
        self.length == 0
    }

    /// Octets of a character that waits for its end.
    pub(crate) fn waiting(&self) -> usize {
        self.length
    }
}

/// Where the last character ends, if one begins behind it and is cut; else the length.
fn end_of_characters(octets: &[u8]) -> usize {
    // A lead octet says how many follow; it is one of the last three, or nothing is cut.
    for (place, octet) in octets.iter().enumerate().rev().take(3) {
        let length = match octet {
            0x80..=0xbf => continue,
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => 1,
        };
        return if place + length > octets.len() { place } else { octets.len() };
    }
    octets.len()
}

#[cfg(test)]
mod tests {
    use super::{NotUtf8, Utf8};

    /// Checks the parts one behind the other; the text, or how many octets of all were fine.
    fn check(parts: &[&[u8]]) -> Result<String, usize> {
        let (mut utf8, mut text, mut before) = (Utf8::default(), String::new(), 0);
        for part in parts {
            let waited = utf8.waiting();
            let result = utf8.check(part, |whole| text.push_str(whole));
            if let Err(NotUtf8 { good }) = result {
                return Err(before + good - if good == 0 { waited } else { 0 });
            }
            before += part.len();
        }
        if utf8.is_whole() { Ok(text) } else { Err(before - utf8.waiting()) }
    }

    const SAMPLES: [&[u8]; 12] = [
        "Hello-µ@ßöäüàá-UTF-8!! 소켓 🦀".as_bytes(),
        "κόσμε".as_bytes(),
        b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xf4\x90\x80\x80edited",
        b"\xed\xa0\x80 a surrogate",
        b"overlong \xc0\xaf",
        b"overlong \xe0\x80\xaf",
        b"alone \x80",
        b"lead twice \xe1\xe1",
        b"ends cut \xf0\x9f\xa6",
        b"cut inside \xf0\x9f\xa6 text",
        b"beyond \xf5",
        b"",
    ];

    #[test]
    fn in_any_parts_it_says_what_the_standard_library_says_of_the_whole() {
        for sample in SAMPLES {
            let whole = std::str::from_utf8(sample);
            let whole = whole.map(str::to_string).map_err(|error| error.valid_up_to());
            testkit::splits(sample, |parts| assert_eq!(check(parts), whole, "{sample:x?}"));
        }
    }

    /// Autobahn's 6.4.3 and 6.4.4: the text need not be over.
    #[test]
    fn what_cannot_become_a_character_is_refused_at_once() {
        for (part, good) in [(&b"ab\xf4\x90"[..], 2), (b"a\xed\xa0", 1), (b"\xc0", 0)] {
            assert_eq!(Utf8::default().check(part, |_| {}), Err(NotUtf8 { good }));
        }
        for part in [&b"\xf4\x8f"[..], b"\xed\x9f", b"\xf0\x90\x80"] {
            let mut utf8 = Utf8::default();
            assert_eq!(utf8.check(part, |_| {}), Ok(()));
            assert_eq!(utf8.waiting(), part.len());
        }
    }
}
