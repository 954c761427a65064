//! Octets that came before their time: half a head, a control frame that is not whole, the frames
//! behind the one whose event waits to be told.
//!
//! ```text
//!  octets  │ read already │ waits                 │
//!          0             read                    len
//! ```
//!
//! Taking from the front moves a number, not the octets: a thousand small messages in one read
//! would otherwise be moved a thousand times. They move when something is added.
//!
//! Invariant: an empty tail holds no memory, so an idle connection has no buffer.

use crate::copy;

/// The unread end of what was received.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    octets: Vec<u8>,
    /// Octets at the front that have been read; they go when the vector has to move anyway.
    read: usize,
}

impl Tail {
    pub(crate) fn len(&self) -> usize {
        self.octets.len() - self.read
    }

    /// Octets of memory.
    pub(crate) fn held(&self) -> usize {
        self.octets.capacity()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn extend(&mut self, octets: &[u8]) {
        if octets.is_empty() {
            return;
        }
        if self.read > 0 {
            self.octets.drain(..self.read);
            self.read = 0;
        }
        copy::append(&mut self.octets, octets);
    }

    /// Lends the octets to somebody who needs the tail's owner too; see
    /// [`put_back`](Self::put_back).
    pub(crate) fn lend(&mut self) -> (Vec<u8>, usize) {
        (std::mem::take(&mut self.octets), std::mem::take(&mut self.read))
    }

    /// Takes back what was lent, of which `read` octets from the front are done with. Where all
    /// are, the memory is freed: ten thousand idle connections are the normal case.
    pub(crate) fn put_back(&mut self, octets: Vec<u8>, read: usize) {
        if read < octets.len() {
            (self.octets, self.read) = (octets, read);
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}
