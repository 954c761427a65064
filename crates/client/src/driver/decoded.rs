//! A response's content with one of its codings undone, as it is read.
//!
//! RFC 9110 §8.4
//!
//! ```text
//!   Body ──► Decoded (gzip) ──► Decoded (deflate) ──► caller      Content-Encoding: deflate, gzip
//!     └───── octets received ──────────┘ bound what may come out
//! ```
//!
//! Invariant: one buffer of decoded octets is in memory, and no more is decoded than that, however
//! much the coded octets would become.
//!
//! Invariant: an end that the coding does not know of is an error, never a short success.
//!
//! Invariant: what is handed out before an error is the same, in whatever pieces the octets came.

use crate::{
    Error, Timings,
    adapter::Incoming,
    core::coding::{Coding, Decoder, Limits, codings},
    tls::Secured,
};
use deflate::Status;
use http::HeaderMap;
use std::{
    io::{self, BufRead, Read},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// Octets that are decoded at a time.
const CHUNK: usize = 64 * 1024;

/// `content` with its codings undone. One that nobody knows is told when an octet of content comes,
/// as curl does: a head alone, or an empty content, says enough without it.
pub(crate) fn decoded(
    content: Box<dyn Incoming>,
    headers: &HeaderMap,
    limits: &Limits,
) -> Box<dyn Incoming> {
    let received = Arc::new(AtomicU64::new(0));
    let layer = |inner, work, first| Decoded {
        inner,
        work,
        counts: first,
        received: Arc::clone(&received),
        limits: *limits,
        out: Vec::new(),
        at: 0,
        produced: 0,
        more: false,
        begun: false,
        failed: None,
    };
    match codings(headers, limits) {
        Ok(codings) => {
            let mut content = content;
            for (index, coding) in codings.into_iter().enumerate() {
                content = Box::new(layer(content, Work::Undo(new(coding)), index == 0));
            }
            content
        }
        Err(reason) => Box::new(layer(content, Work::Refuse(reason), true)),
    }
}

fn new(coding: Coding) -> Box<Decoder> {
    Box::new(Decoder::new(coding))
}

enum Work {
    Undo(Box<Decoder>),
    Refuse(String),
}

struct Decoded {
    inner: Box<dyn Incoming>,
    work: Work,
    /// This is the layer that sees what was received.
    counts: bool,
    received: Arc<AtomicU64>,
    limits: Limits,
    out: Vec<u8>,
    /// Octets of `out` that were handed out.
    at: usize,
    /// Octets that ever came out.
    produced: u64,
    /// The decoder has more to say, without more input: octets, or what is wrong.
    more: bool,
    /// Something came in.
    begun: bool,
    failed: Option<(io::ErrorKind, String)>,
}

impl Decoded {
    // ANCHOR: fill
    /// Makes `out` hold the next octets, or nothing at the end.
    fn fill(&mut self) -> io::Result<()> {
        while self.at == self.out.len() {
            let mut input = if self.more { &[] } else { self.inner.fill_buf()? };
            let before = input.len();
            if before == 0 && !self.more {
                return self.end();
            }
            self.begun = true;
            let decoder = match &mut self.work {
                Work::Undo(decoder) => decoder,
                Work::Refuse(reason) => return Err(coding(reason.clone())),
            };
            self.out.clear();
            self.at = 0;
            let result = decoder.decode(&mut input, &mut self.out, CHUNK);
            let used = before - input.len();
            self.more = match result {
                Ok(Status::Ended) if used == 0 && before > 0 => {
                    return Err(coding("something stands behind its end".into()));
                }
                Ok(status) => status == Status::Full,
                // What came out before the error is handed out first; the decoder repeats it.
                Err(_) if !self.out.is_empty() => true,
                Err(error) => return Err(coding(error.to_string())),
            };
            self.inner.consume(used);
            self.measure(used)?;
        }
        Ok(())
    }
    // ANCHOR_END: fill

    /// Counts, and stops a bomb.
    fn measure(&mut self, used: usize) -> io::Result<()> {
        if self.counts {
            self.received.fetch_add(used as u64, Ordering::Relaxed);
        }
        self.produced += self.out.len() as u64;
        let received = self.received.load(Ordering::Relaxed);
        if self.limits.allow(received, self.produced) {
            return Ok(());
        }
        self.out.clear();
        Err(Error::Bomb { received, limit: self.limits.free, ratio: self.limits.ratio }.into())
    }

    /// The end of the coded octets.
    fn end(&self) -> io::Result<()> {
        match &self.work {
            Work::Undo(decoder) if self.begun && !decoder.may_end() => {
                Err(coding("it is cut short".into()))
            }
            _ => Ok(()),
        }
    }
}

fn coding(reason: String) -> io::Error {
    Error::Coding { reason }.into()
}

impl BufRead for Decoded {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if let Some((kind, text)) = &self.failed {
            return Err(io::Error::new(*kind, text.clone()));
        }
        if let Err(error) = self.fill() {
            // It is told with every read from then on, as a body's error is.
            self.failed = Some((error.kind(), error.to_string()));
            return Err(error);
        }
        Ok(self.out.get(self.at..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.at = self.at.saturating_add(amount).min(self.out.len());
    }
}

impl Read for Decoded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}

impl Incoming for Decoded {
    fn trailers(&self) -> Option<&HeaderMap> {
        self.inner.trailers()
    }

    fn timings(&self) -> Timings {
        self.inner.timings()
    }

    fn secured(&self) -> Option<Arc<Secured>> {
        self.inner.secured()
    }
}
