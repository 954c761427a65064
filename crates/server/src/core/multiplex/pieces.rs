//! Pieces of files on their way into frames, each read to where it is sent from.
//!
//! ```text
//!   file ── read ──► piece, 32 KiB ──► frame │ frame ──► socket
//!                      ▲                                          │ the last of it was sent
//!                      └────────── the next piece ◄───────────────┘
//! ```
//!
//! A frame refers to its part of a piece, so that nothing is copied between the page cache and the
//! socket but once. A piece that nobody refers to any more is read into again: neither is it
//! cleared, nor do its pages go back and forth between us and the kernel.
//!
//! Invariant: a thread keeps [`KEPT`] pieces at the most; what a piece held before is overwritten
//! whole before anybody sees it, or it is not sent.
//!
//! Used by: a [`Stream`](super::stream::Stream) with a file.

use crate::payload::FilePart;
use std::{cell::RefCell, collections::VecDeque, io, os::unix::fs::FileExt, sync::Arc};

/// Octets of a file read at a time.
pub(super) const PIECE: usize = 32 * 1024;

/// Pieces that a thread keeps, 2 MiB: as much as eight fast peers have under way.
const KEPT: usize = 64;

thread_local! {
    /// The one that was used last stands last.
    static PIECES: RefCell<VecDeque<Arc<[u8]>>> = const { RefCell::new(VecDeque::new()) };
}

/// The next piece of a file that has as much left. One that became shorter while it was sent is an
/// error: its length was promised.
pub(super) fn read(part: &mut FilePart) -> io::Result<Arc<[u8]>> {
    PIECES.with(|pieces| {
        let mut pieces = pieces.borrow_mut();
        let free = pieces.iter_mut().position(|piece| Arc::get_mut(piece).is_some());
        let kept = free.and_then(|at| pieces.remove(at));
        let mut piece = kept.unwrap_or_else(|| vec![0; PIECE].into());
        if let Some(octets) = Arc::get_mut(&mut piece) {
            part.file.read_exact_at(octets, part.offset)?;
        }
        part.offset += PIECE as u64;
        part.length = part.length.saturating_sub(PIECE as u64);
        if pieces.len() < KEPT {
            pieces.push_back(piece.clone());
        }
        Ok(piece)
    })
}
