//! A message that is not whole yet: text that is text already, or octets.
//!
//! RFC 6455 §5.4, §8.1
//!
//! Text is gathered as a `String`: each part is checked where it lies and then copied, so that at
//! the end nothing is left to check.
//!
//! ```text
//!  came       1 KB   2 KB   4 KB … 128 KB            of 1 MB that its frame declares
//!  the buffer ▏1     ▎2     ▍4   …  ████████ 1 MB    doubles; from an eighth on, a used one of the
//!                                                    whole size, if one lies ready
//! ```
//!
//! A used buffer costs nothing to take, and so it must be earned: others' messages fill a server's
//! store of them for ever, and whoever declared a megabyte and sent an octet would get one each
//! time.
//!
//! Invariant: the buffer grows with the octets that came, to 16 times as much at the most; a
//! declared length only keeps it from growing further than that.

use crate::{Kind, Message, Violation, copy, utf8::Utf8};
use wire::spare;

/// The part of a message, one in so many octets, that must be here before a used buffer for all of
/// it is taken. With reads of 64 KiB a message of 1 MiB gets one at its second.
const EARNED: usize = 8;

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

    /// Makes room for `part` octets that are here, of `declared` that the frame at hand still has:
    /// twice what there is; no more than was declared, where the message ends with it (`fin`); or
    /// all of it, where that is earned and a used buffer lies ready.
    pub(super) fn reserve(&mut self, part: usize, declared: u64, fin: bool) {
        let declared = usize::try_from(declared).unwrap_or(usize::MAX);
        let came = self.len().saturating_add(part);
        // Behind another frame more will come. Were the buffer to grow by each small one alone,
        // each would move the whole message.
        let most = if fin { declared.max(part) } else { usize::MAX };
        let more = part.max(self.len()).min(most);
        let used = |length: usize| {
            let all = length.saturating_add(declared);
            (came.saturating_mul(EARNED) >= all).then(|| spare::take(all)).flatten()
        };
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
