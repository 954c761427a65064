//! A message that is not whole yet: text that is text already, or octets.
//!
//! RFC 6455 §5.4, §8.1
//!
//! Text is gathered as a `String`: each part is checked where it lies and then copied, so that at
//! the end nothing is left to check.
//!
//! Invariant: the buffer grows with the octets that came; a declared length only keeps it from
//! growing further than that.

use crate::{Kind, Message, Violation, copy, utf8::Utf8};
use wire::spare;

#[derive(Debug)]
pub(super) enum Assembly {
    Text { text: String, cut: Utf8 },
    Binary(Vec<u8>),
}

impl Assembly {
    pub(super) fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text { text: String::new(), cut: Utf8::default() },
            Kind::Binary => Self::Binary(Vec::new()),
        }
    }

    /// Octets so far, those of a character that is cut included.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Text { text, cut } => text.len() + cut.waiting(),
            Self::Binary(octets) => octets.len(),
        }
    }

    /// Octets of memory.
    pub(super) fn held(&self) -> usize {
        match self {
            Self::Text { text, .. } => text.capacity(),
            Self::Binary(octets) => octets.capacity(),
        }
    }

    /// Makes room for `part` octets that are here, of `declared` that are to come: twice what there
    /// is, but no more than was declared; or all of it, where a used buffer lies ready.
    pub(super) fn reserve(&mut self, part: usize, declared: u64) {
        let declared = usize::try_from(declared).unwrap_or(usize::MAX);
        let more = part.max(self.len()).min(declared).max(part);
        let used = |length: usize| spare::take(length.saturating_add(declared));
        match self {
            Self::Text { text, .. } if text.capacity() - text.len() < part => {
                // Empty, and so good UTF-8.
                match used(text.len()).and_then(|used| String::from_utf8(used).ok()) {
                    Some(mut larger) => {
                        copy::append_text(&mut larger, text);
                        *text = larger;
                    }
                    None => text.reserve_exact(more),
                }
            }
            Self::Binary(octets) if octets.capacity() - octets.len() < part => {
                match used(octets.len()) {
                    Some(mut larger) => {
                        copy::append(&mut larger, octets);
                        *octets = larger;
                    }
                    None => octets.reserve_exact(more),
                }
            }
            Self::Text { .. } | Self::Binary(_) => {}
        }
    }

    /// The next octets, unmasked and inflated.
    pub(super) fn append(&mut self, part: &[u8]) -> Result<(), Violation> {
        match self {
            Self::Text { text, cut } => {
                let before = (text.len() + cut.waiting()) as u64;
                let waited = cut.waiting() as u64;
                cut.check(part, |whole| copy::append_text(text, whole)).map_err(|wrong| {
                    // Where a character began in the part before, it is that beginning that is
                    // named.
                    let at = if wrong.good == 0 { before - waited } else { before };
                    Violation::TextNotUtf8 { at: at + wrong.good as u64 }
                })
            }
            Self::Binary(octets) => {
                copy::append(octets, part);
                Ok(())
            }
        }
    }

    /// The whole message.
    pub(super) fn finish(self) -> Result<Message, Violation> {
        match self {
            Self::Text { text, cut } if cut.is_whole() => Ok(Message::Text(text)),
            Self::Text { text, .. } => Err(Violation::TextNotUtf8 { at: text.len() as u64 }),
            Self::Binary(octets) => Ok(Message::Binary(octets)),
        }
    }
}
