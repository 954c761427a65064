//! Whether octets are text, asked while they still arrive.
//!
//! RFC 6455 §8.1, RFC 3629 §4
//!
//! A frame may be cut anywhere, and so may a character of two to four octets. A receiver that waited
//! for the message's end would hold megabytes of what the first octet made invalid; so each part is
//! checked as it comes, and only the beginning of a character waits for the next part.
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
        match std::str::from_utf8(rest) {
            Ok(text) => take(text),
            Err(error) => {
                let (good, cut) = rest.split_at_checked(error.valid_up_to()).unwrap_or_default();
                if error.error_len().is_some() {
                    return Err(NotUtf8 { good: part.len() - cut.len() });
                }
                take(std::str::from_utf8(good).unwrap_or_default());
                self.length = cut.len();
                for (place, octet) in self.octets.iter_mut().zip(cut) {
                    *place = *octet;
                }
            }
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
