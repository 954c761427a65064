//! A regular file as an answer: validators, preconditions, ranges (RFC 9110 §8.8, §13, §14).
//!
//! ```text
//!  HTTP/1.1 206 Partial Content
//!  ETag: "a-68d1f0c300000000"                      length and time of change
//!  Last-Modified: Tue, 23 Sep 2025 00:58:43 GMT    the same for clients that know no ETag
//!  Accept-Ranges: bytes                            parts may be asked for
//!  Content-Range: bytes 2-4/10                     this is one
//! ```
//!
//! The length is promised in the head, before the kernel copies: a file that shrinks meanwhile ends
//! the connection, and one that grows is cut where it was.

use super::{
    Files,
    memory::{Kept, Looks},
    resolve::{OpenFile, Symlinks},
};
use crate::{FilePart, Part, Payload, Reply, Request};
use http::{
    ETag, HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode,
    conditional::{self, Decision, Validators},
    ranges::{self, ContentRange, Multipart, Selection, multipart::Piece},
};
use std::{
    fs::{File, Metadata},
    hash::{BuildHasher, Hasher, RandomState},
    io,
    ops::Range,
    os::unix::fs::{FileExt, MetadataExt},
    sync::{Arc, atomic::AtomicU64},
    time::SystemTime,
};
use wire::UnixTime;

/// Up to this many octets a file is read and sent with its head in one call; beyond it, a second
/// call that copies nothing is cheaper.
const SMALL: u64 = 32 * 1024;

/// Up to this many octets a copy that lies beside its head costs less than a part of its own.
const COPIED: u64 = 4096;

/// Where a file's content is.
#[derive(Debug)]
enum Source {
    Open(Arc<File>),
    Memory(Arc<[u8]>),
}

/// A file, as an answer tells of it.
#[derive(Debug)]
pub(super) struct Described {
    source: Source,
    length: u64,
    modified: UnixTime,
    /// Changes whenever the content does, at the resolution of the file system's clock, some
    /// milliseconds. Strong, as other servers have it: whoever changes a file twice in that time,
    /// keeps its length, and has a part of it fetched in between, must be looking for it.
    opaque: String,
    kind: &'static str,
    /// The validators, as fields.
    fields: HeaderMap,
}

impl Described {
    fn new(source: Source, metadata: &Metadata, name: &str, now: UnixTime) -> Self {
        let (length, modified) = (metadata.len(), UnixTime(metadata.mtime()));
        let opaque = format!("{:x}-{:x}{:08x}", length, metadata.mtime(), metadata.mtime_nsec());
        let mut fields = HeaderMap::new();
        if let Some(etag) = ETag::strong(&opaque) {
            add(&mut fields, HeaderName::ETAG, &etag.to_octets());
        }
        // A clock that was wrong when the file was written must not make it newer than this answer
        // (RFC 9110 §8.8.2.1): a cache would hold on to it until that day.
        let shown = UnixTime(modified.0.min(now.0));
        add(&mut fields, HeaderName::LAST_MODIFIED, http::date::format(shown).as_bytes());
        fields.append(HeaderName::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        let kind = http::media::for_path(name);
        Self { source, length, modified, opaque, kind, fields }
    }

    #[cfg(test)]
    pub(super) fn for_tests(metadata: &Metadata) -> Self {
        Self::new(Source::Memory(Arc::default()), metadata, "page", UnixTime(0))
    }

    fn of(&self, range: Range<u64>) -> io::Result<Payload> {
        match &self.source {
            Source::Open(file) => in_memory_if_small(part_of(file, range)),
            Source::Memory(octets) if self.length > COPIED && range == (0..self.length) => {
                Ok(octets.clone().into())
            }
            Source::Memory(octets) => Ok(within(octets, range).to_vec().into()),
        }
    }
}

/// Sends a file that was just opened; keeps it for the next who asks for `path`, where it may.
pub(super) fn send_opened(files: &Files, request: &Request, reply: Reply, open: Box<OpenFile>) {
    let OpenFile { file, metadata, place, name } = *open;
    let (looks, now) = (Looks::of(&metadata), UnixTime::from(SystemTime::now()));
    let kept = metadata.len() <= SMALL
        && files.memory.most() > 0
        && files.symlinks != Symlinks::Never
        && looks.is_settled(now);
    let octets = kept.then(|| read(&file, metadata.len(), looks)).flatten();
    let Some(octets) = octets else {
        let described = Described::new(Source::Open(Arc::new(file)), &metadata, &name, now);
        return send(files, request, reply, &described);
    };
    let described = Described::new(Source::Memory(octets), &metadata, &name, now);
    let seen = AtomicU64::new(crate::reading::current().unwrap_or_default());
    let kept = Arc::new(Kept { place, looks, described, seen });
    files.memory.keep(request.target.path(), kept.clone());
    send(files, request, reply, &kept.described);
}

/// All of a small file, if it is behind the reading what it was before.
fn read(file: &File, length: u64, looks: Looks) -> Option<Arc<[u8]>> {
    let mut octets = vec![0; usize::try_from(length).ok()?];
    file.read_exact_at(&mut octets, 0).ok()?;
    let same = file.metadata().is_ok_and(|found| Looks::of(&found) == looks);
    same.then(|| octets.into())
}

pub(super) fn send(files: &Files, request: &Request, reply: Reply, file: &Described) {
    let now = UnixTime::from(SystemTime::now());
    let mut response = Response::new(StatusCode::OK);
    response.headers = file.fields.clone();
    if let Some(value) = &files.cache_control {
        add(&mut response.headers, HeaderName::CACHE_CONTROL, value.as_bytes());
    }

    let (etag, last_modified) = (ETag::strong(&file.opaque), Some(file.modified));
    let there = Validators { exists: true, etag, last_modified };
    let ranges = match conditional::evaluate(&request.method, &there, &request.headers, now) {
        // Ranges are defined for GET alone: HEAD tells of the whole (RFC 9110 §14.2).
        Decision::Proceed if request.method == Method::Get => {
            request.headers.combined(HeaderName::RANGE)
        }
        Decision::Proceed | Decision::IgnoreRange => None,
        Decision::NotModified => {
            response.status = StatusCode::NOT_MODIFIED;
            return reply.send(response, ());
        }
        Decision::PreconditionFailed => {
            response.status = StatusCode::PRECONDITION_FAILED;
            return reply.send(response, "412 Precondition Failed\n");
        }
    };
    let selection = ranges.map_or(Selection::Whole, |value| ranges::select(&value, file.length));
    match payload(&mut response, selection, file) {
        Ok(payload) => reply.send(response, payload),
        // The disk failed, or the file shrank: nothing was promised yet, so it can be said.
        Err(_) => reply.status(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

fn add(headers: &mut HeaderMap, name: HeaderName<'_>, value: &[u8]) {
    // What we make ourselves is valid; were it not, the answer would still be right without it.
    if let Ok(value) = HeaderValue::new(value) {
        headers.append(name, value);
    }
}

// ANCHOR: payload
/// What the selection takes of the file, and the status and fields that say so.
fn payload(response: &mut Response, selection: Selection, file: &Described) -> io::Result<Payload> {
    let (kind, length) = (file.kind, file.length);
    let headers = &mut response.headers;
    match selection {
        Selection::Whole => {
            add(headers, HeaderName::CONTENT_TYPE, kind.as_bytes());
            file.of(0..length)
        }
        Selection::Part(range) => {
            response.status = StatusCode::PARTIAL_CONTENT;
            add(headers, HeaderName::CONTENT_TYPE, kind.as_bytes());
            let said = ContentRange::part(range.clone(), length).to_string();
            add(headers, HeaderName::CONTENT_RANGE, said.as_bytes());
            file.of(range)
        }
        Selection::Parts(ranges) => {
            response.status = StatusCode::PARTIAL_CONTENT;
            let multipart = Multipart::new(ranges, length, kind.as_bytes(), &mut boundary_seed());
            add(headers, HeaderName::CONTENT_TYPE, multipart.content_type().as_bytes());
            let parts = multipart.pieces().map(|piece| match piece {
                Piece::Octets(octets) => Part::Octets(octets),
                Piece::Content(range) => match &file.source {
                    Source::Open(file) => Part::File(part_of(file, range)),
                    Source::Memory(octets) => Part::Octets(within(octets, range).to_vec()),
                },
            });
            Ok(Payload::Parts(parts.collect()))
        }
        Selection::Unsatisfiable => {
            response.status = StatusCode::RANGE_NOT_SATISFIABLE;
            let said = ContentRange::unsatisfied(length).to_string();
            add(headers, HeaderName::CONTENT_RANGE, said.as_bytes());
            Ok("416 Range Not Satisfiable\n".into())
        }
    }
}
// ANCHOR_END: payload

fn part_of(file: &Arc<File>, range: Range<u64>) -> FilePart {
    let length = range.end.saturating_sub(range.start);
    FilePart { file: file.clone(), offset: range.start, length }
}

fn within(octets: &[u8], range: Range<u64>) -> &[u8] {
    let at = |at| usize::try_from(at).unwrap_or(usize::MAX);
    octets.get(at(range.start)..at(range.end)).unwrap_or_default()
}

fn in_memory_if_small(part: FilePart) -> io::Result<Payload> {
    if part.length > SMALL {
        return Ok(part.into());
    }
    let mut octets = vec![0; usize::try_from(part.length).unwrap_or_default()];
    part.file.read_exact_at(&mut octets, part.offset)?;
    Ok(octets.into())
}

/// A boundary must not occur in the parts; that nobody can foresee it is enough. The standard
/// library keys its hash tables from the operating system's randomness.
fn boundary_seed() -> wire::Scripted {
    wire::Scripted(RandomState::new().build_hasher().finish())
}
