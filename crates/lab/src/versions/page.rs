//! The page that is fetched, and how far one has come with it.
//!
//! ```text
//!   wanted ──ask──► under way ──whole──► here        a page that names its parts: they are wanted
//!                                                    when the page itself is here
//! ```
//!
//! Invariant: nothing is asked for twice.
//!
//! Used by: the clients of [`versions`](crate::versions).

use std::{collections::VecDeque, time::Instant};

/// What is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Octets of the page that names the parts; `None`: they are known from the start.
    pub document: Option<u64>,
    /// How many parts.
    pub parts: usize,
    /// Octets of each.
    pub size: u64,
}

/// One thing of a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Object {
    /// Octets of its content.
    pub size: u64,
    /// When it was asked for.
    pub asked: Option<Instant>,
    /// When its content was here, whole.
    pub whole: Option<Instant>,
    /// Octets of its content that are here.
    pub received: u64,
}

/// A page on its way.
#[derive(Debug, Default)]
pub struct Fetch {
    /// The page, if it is one that names the rest; then its parts.
    pub objects: Vec<Object>,
    wanted: VecDeque<usize>,
    /// What becomes wanted when the document is here.
    named: VecDeque<usize>,
}

impl Fetch {
    pub(super) fn new(page: &Page) -> Self {
        let parts = std::iter::repeat_n(page.size, page.parts);
        let sizes = page.document.into_iter().chain(parts);
        let object = |size| Object { size, ..Object::default() };
        let objects: Vec<_> = sizes.map(object).collect();
        let mut wanted: VecDeque<_> = (0..objects.len()).collect();
        let named = match page.document {
            Some(_) => wanted.split_off(1.min(wanted.len())),
            None => VecDeque::new(),
        };
        Self { objects, wanted, named }
    }

    /// How many are wanted and not asked for.
    pub(super) fn wanted(&self) -> usize {
        self.wanted.len()
    }

    /// What to ask for next, and how long it is.
    pub(super) fn ask(&mut self, now: Instant) -> Option<(usize, u64)> {
        let place = self.wanted.pop_front()?;
        let object = self.objects.get_mut(place)?;
        object.asked = Some(now);
        Some((place, object.size))
    }

    /// Octets of content are here.
    pub(super) fn came(&mut self, place: usize, octets: usize) {
        if let Some(object) = self.objects.get_mut(place) {
            object.received += octets as u64;
        }
    }

    /// One is whole.
    pub(super) fn whole(&mut self, place: usize, now: Instant) {
        if let Some(object) = self.objects.get_mut(place) {
            object.whole = Some(now);
        }
        if place == 0 {
            self.wanted.append(&mut self.named);
        }
    }

    /// Whether all is here.
    pub fn is_done(&self) -> bool {
        self.objects.iter().all(|object| object.whole.is_some())
    }
}
