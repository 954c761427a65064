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

use super::{Files, resolve::OpenFile};
use crate::{FilePart, Part, Payload, Reply, Request};
use http::{
    ETag, HeaderName, HeaderValue, Method, Response, StatusCode,
    conditional::{self, Decision, Validators},
    ranges::{self, ContentRange, Multipart, Selection, multipart::Piece},
};
use std::{
    hash::{BuildHasher, Hasher, RandomState},
    io,
    ops::Range,
    os::unix::fs::{FileExt, MetadataExt},
    sync::Arc,
    time::SystemTime,
};
use wire::UnixTime;

/// Up to this many octets a file is read and sent with its head in one call; beyond it, a second
/// call that copies nothing is cheaper.
const SMALL: u64 = 32 * 1024;

pub(super) fn send(files: &Files, request: &Request, reply: Reply, open: OpenFile) {
    let OpenFile { file, metadata, name } = open;
    let (length, modified) = (metadata.len(), UnixTime(metadata.mtime()));
    let now = UnixTime::from(SystemTime::now());
    // Changes whenever the content does, at the resolution of the file system's clock, some
    // milliseconds. Strong, as other servers have it: whoever changes a file twice in that time,
    // keeps its length, and has a part of it fetched in between, must be looking for it.
    let opaque = format!("{:x}-{:x}{:08x}", length, metadata.mtime(), metadata.mtime_nsec());
    let etag = ETag::strong(&opaque);
    let mut response = Response::new(StatusCode::OK);
    let headers = &mut response.headers;
    if let Some(etag) = &etag {
        add(headers, HeaderName::ETAG, &etag.to_octets());
    }
    // A clock that was wrong when the file was written must not make it newer than this answer
    // (RFC 9110 §8.8.2.1): a cache would hold on to it until that day.
    let shown = UnixTime(modified.0.min(now.0));
    add(headers, HeaderName::LAST_MODIFIED, http::date::format(shown).as_bytes());
    headers.append(HeaderName::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Some(value) = &files.cache_control {
        add(headers, HeaderName::CACHE_CONTROL, value.as_bytes());
    }

    let there = Validators { exists: true, etag, last_modified: Some(modified) };
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
    let kind = http::media::for_path(&name);
    let file = Arc::new(file);
    let selection = ranges.map_or(Selection::Whole, |value| ranges::select(&value, length));
    match payload(&mut response, selection, kind, &file, length) {
        Ok(payload) => reply.send(response, payload),
        // The disk failed, or the file shrank: nothing was promised yet, so it can be said.
        Err(_) => reply.status(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

fn add(headers: &mut http::HeaderMap, name: HeaderName<'_>, value: &[u8]) {
    // What we make ourselves is valid; were it not, the answer would still be right without it.
    if let Ok(value) = HeaderValue::new(value) {
        headers.append(name, value);
    }
}

// ANCHOR: payload
/// What the selection takes of the file, and the status and fields that say so.
fn payload(
    response: &mut Response,
    selection: Selection,
    kind: &'static str,
    file: &Arc<std::fs::File>,
    length: u64,
) -> io::Result<Payload> {
    let of = |range: Range<u64>| FilePart {
        file: file.clone(),
        offset: range.start,
        length: range.end.saturating_sub(range.start),
    };
    let headers = &mut response.headers;
    match selection {
        Selection::Whole => {
            add(headers, HeaderName::CONTENT_TYPE, kind.as_bytes());
            in_memory_if_small(of(0..length))
        }
        Selection::Part(range) => {
            response.status = StatusCode::PARTIAL_CONTENT;
            add(headers, HeaderName::CONTENT_TYPE, kind.as_bytes());
            let said = ContentRange::part(range.clone(), length).to_string();
            add(headers, HeaderName::CONTENT_RANGE, said.as_bytes());
            in_memory_if_small(of(range))
        }
        Selection::Parts(ranges) => {
            response.status = StatusCode::PARTIAL_CONTENT;
            let multipart = Multipart::new(ranges, length, kind.as_bytes(), &mut boundary_seed());
            add(headers, HeaderName::CONTENT_TYPE, multipart.content_type().as_bytes());
            let parts = multipart.pieces().map(|piece| match piece {
                Piece::Octets(octets) => Part::Octets(octets),
                Piece::Content(range) => Part::File(of(range)),
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
