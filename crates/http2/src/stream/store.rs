//! All streams of a connection by their identifiers, and how the last ones ended.
//!
//! RFC 9113 §5.1
//!
//! ```text
//!   index   [(1, 2), (5, 0), (7, 1)]      identifier → place, in order of identifiers
//!   records [ 5 ][ 7 ][ 1 ][ free ]       used again, their memory with them
//!   closed  [(3, ended), (9, reset)]      the last so many
//! ```
//!
//! Streams are begun in order, so a new one goes to the index's end, and a lookup halves a list of
//! a hundred.
//!
//! Invariant: each identifier in the index has a record of its own, and each record in no index
//! entry is free.
//!
//! Used by: the connection.

use super::Stream;
use crate::{
    StreamId,
    state::{Cause, State},
};
use std::collections::VecDeque;

/// Records that are kept for later streams; more are freed.
const KEPT: usize = 128;

#[derive(Debug, Default)]
pub(crate) struct Streams {
    index: Vec<(StreamId, u32)>,
    records: Vec<Stream>,
    free: Vec<u32>,
    closed: VecDeque<(StreamId, Cause)>,
    remembered: usize,
}

impl Streams {
    pub(crate) fn new(remembered: u32) -> Self {
        Self { remembered: remembered as usize, ..Self::default() }
    }

    pub(crate) fn len(&self) -> usize {
        self.index.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    fn place(&self, id: StreamId) -> Option<usize> {
        // Nearly always it is the newest or the oldest that is asked for.
        match self.index.last() {
            Some((last, place)) if *last == id => Some(*place as usize),
            _ => {
                let at = self.index.binary_search_by_key(&id, |(id, _)| *id).ok()?;
                self.index.get(at).map(|(_, place)| *place as usize)
            }
        }
    }

    pub(crate) fn get(&self, id: StreamId) -> Option<&Stream> {
        self.place(id).and_then(|place| self.records.get(place))
    }

    pub(crate) fn get_mut(&mut self, id: StreamId) -> Option<&mut Stream> {
        self.place(id).and_then(|place| self.records.get_mut(place))
    }

    /// Begins a stream that is not there yet.
    pub(crate) fn insert(&mut self, id: StreamId, state: State, receive: u32, send: u32) {
        let place = match self.free.pop() {
            Some(place) => {
                if let Some(record) = self.records.get_mut(place as usize) {
                    record.renew(id, state, receive, send);
                }
                place
            }
            None => {
                self.records.push(Stream::new(id, state, receive, send));
                u32::try_from(self.records.len() - 1).unwrap_or(u32::MAX)
            }
        };
        let at = self.index.partition_point(|(there, _)| *there < id);
        self.index.insert(at, (id, place));
    }

    /// Ends a stream and remembers how; what it held is freed when its record is used again or
    /// here, where it is much.
    pub(crate) fn close(&mut self, id: StreamId, cause: Cause) {
        let Ok(at) = self.index.binary_search_by_key(&id, |(id, _)| *id) else { return };
        let (_, place) = self.index.remove(at);
        if let Some(record) = self.records.get_mut(place as usize) {
            record.renew(StreamId::CONNECTION, State::Closed(cause), 0, 0);
        }
        self.free.push(place);
        if self.index.is_empty() && self.records.len() > KEPT {
            self.records.truncate(KEPT);
            self.free = (0..u32::try_from(KEPT).unwrap_or_default()).collect();
        }
        self.remember(id, cause);
    }

    /// Remembers how a stream ended, or that it never was and will not be.
    pub(crate) fn remember(&mut self, id: StreamId, cause: Cause) {
        if self.remembered == 0 {
            return;
        }
        if self.closed.len() >= self.remembered {
            self.closed.pop_front();
        }
        self.closed.push_back((id, cause));
    }

    /// How a stream ended, if that is remembered.
    pub(crate) fn cause(&self, id: StreamId) -> Option<Cause> {
        self.closed.iter().rev().find(|(closed, _)| *closed == id).map(|(_, cause)| *cause)
    }

    /// The identifier at a place in their order, to walk through all while they change.
    pub(crate) fn id_at(&self, at: usize) -> Option<StreamId> {
        self.index.get(at).map(|(id, _)| *id)
    }

    /// Every stream, in no order.
    pub(crate) fn each(&mut self) -> impl Iterator<Item = &mut Stream> {
        self.records.iter_mut().filter(|record| !record.id.is_connection())
    }
}
