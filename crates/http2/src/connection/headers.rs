//! Field blocks: joined where they come in several frames, bounded before they are decoded.
//!
//! RFC 9113 §4.3, §6.2, §6.10
//!
//! ```text
//!   HEADERS (END_HEADERS)                       decoded where it lies
//!   HEADERS, CONTINUATION, … (END_HEADERS)      joined: `continuations` frames and `block` octets
//! ```
//!
//! Invariant: each block is decoded, whatever becomes of its stream, or the connection ends: its
//! table is shared by all.

use super::Connection;
use crate::{Error, StreamId};

/// What a block is of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// HEADERS.
    Headers { end: bool, dependency: Option<StreamId> },
    /// PUSH_PROMISE.
    Promise { promised: StreamId },
}

/// A block whose rest has not come.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) stream: StreamId,
    kind: Kind,
    octets: Vec<u8>,
    continuations: u32,
}

impl Block {
    pub(super) fn held(&self) -> usize {
        self.octets.capacity()
    }
}

impl Connection {
    pub(super) fn on_headers(
        &mut self,
        stream: StreamId,
        fragment: &[u8],
        end: bool,
        complete: bool,
        dependency: Option<StreamId>,
    ) -> Result<(), Error> {
        self.begin_block(stream, Kind::Headers { end, dependency }, fragment, complete)
    }

    pub(super) fn on_push_promise(
        &mut self,
        stream: StreamId,
        promised: StreamId,
        fragment: &[u8],
        complete: bool,
    ) -> Result<(), Error> {
        self.check_promise(stream, promised)?;
        self.begin_block(stream, Kind::Promise { promised }, fragment, complete)
    }

    fn begin_block(
        &mut self,
        stream: StreamId,
        kind: Kind,
        fragment: &[u8],
        complete: bool,
    ) -> Result<(), Error> {
        if complete {
            return self.on_block(stream, kind, fragment);
        }
        self.block = Some(Block { stream, kind, octets: fragment.to_vec(), continuations: 0 });
        Ok(())
    }

    // ANCHOR: continuation
    pub(super) fn on_continuation(
        &mut self,
        stream: StreamId,
        fragment: &[u8],
        complete: bool,
    ) -> Result<(), Error> {
        let Some(block) = &mut self.block else { return Err(Error::NoBlock { stream }) };
        block.continuations += 1;
        if block.continuations > self.limits.continuations {
            return Err(Error::Flood { what: "CONTINUATION frames in a field block" });
        }
        if block.octets.len() + fragment.len() > self.limits.block as usize {
            return Err(Error::Flood { what: "octets in a field block" });
        }
        block.octets.extend_from_slice(fragment);
        if !complete {
            return Ok(());
        }
        match self.block.take() {
            Some(Block { kind, octets, .. }) => self.on_block(stream, kind, &octets),
            None => Ok(()),
        }
    }
    // ANCHOR_END: continuation

    fn on_block(&mut self, stream: StreamId, kind: Kind, block: &[u8]) -> Result<(), Error> {
        match kind {
            Kind::Headers { end, dependency } => self.on_section(stream, end, dependency, block),
            Kind::Promise { promised } => self.on_promise(stream, promised, block),
        }
    }
}
