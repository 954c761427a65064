//! What a dissection keeps: which octets were which field.
//!
//! ```text
//!   reader.section("frame", …)      Section  offset 0  depth 0
//!   reader.u24("Length")            Field    offset 0  00 00 06
//!   reader.enter()
//!   reader.section("payload", …)    Section  offset 9  depth 1
//! ```
//!
//! Invariant: notes stand in the order of the reads; a note is never changed but to say what the
//! field read last means.
//!
//! Used by: `dissect`, `get -vv`, and the octet tables in the book. Nothing here runs when nobody
//! listens.

use std::cell::RefCell;

/// One field, or the start of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The fields that follow belong to this unit.
    Section {
        /// Where it begins, in octets from the start of the input.
        offset: usize,
        /// How many units enclose it.
        depth: usize,
        /// The unit's name in the RFC.
        name: &'static str,
        /// The RFC and section, as `RFC 9113 §4.1`.
        rfc: &'static str,
    },
    /// These octets were this field.
    Field {
        /// Where it begins.
        offset: usize,
        /// The octets themselves.
        octets: Vec<u8>,
        /// The field's name in the RFC.
        name: &'static str,
        /// What the octets mean, where that is not plain from the octets.
        value: Option<String>,
    },
}

/// Collects notes in the order in which they were read.
#[derive(Debug, Default)]
pub struct Notes {
    notes: RefCell<Vec<Note>>,
    depth: std::cell::Cell<usize>,
}

impl Notes {
    pub(crate) fn section(&self, offset: usize, name: &'static str, rfc: &'static str) {
        let depth = self.depth.get();
        self.notes.borrow_mut().push(Note::Section { offset, depth, name, rfc });
    }

    pub(crate) fn enter(&self) {
        self.depth.set(self.depth.get() + 1);
    }

    pub(crate) fn leave(&self) {
        self.depth.set(self.depth.get().saturating_sub(1));
    }

    pub(crate) fn field(&self, offset: usize, octets: &[u8], name: &'static str) {
        let octets = octets.to_vec();
        self.notes.borrow_mut().push(Note::Field { offset, octets, name, value: None });
    }

    pub(crate) fn explain(&self, meaning: String) {
        if let Some(Note::Field { value, .. }) = self.notes.borrow_mut().last_mut() {
            *value = Some(meaning);
        }
    }

    /// The notes so far, leaving none.
    pub fn take(&self) -> Vec<Note> {
        self.notes.take()
    }
}
