//! Answers that are sent compressed, to clients that say they can read them.
//!
//! RFC 9110 §8.4, §12.5.3
//!
//! ```text
//!   Accept-Encoding: gzip, deflate    what the client can read, in the request
//!   Content-Encoding: gzip            what was done to the content, in the answer
//!   Vary: Accept-Encoding             for caches: another client may get other octets
//!   ETag: W/"a-68d1"                  weak now: the same thing, in other octets
//! ```
//!
//! | an answer stays as it is, if                    | for                             |
//! |-------------------------------------------------|---------------------------------|
//! | the client names no coding of ours              | it could not read it            |
//! | its type is not text ([`media`] says what is)   | pictures are compressed already |
//! | it is shorter than [`Coding::least`]            | nothing would be won            |
//! | it is longer than [`Coding::most`]              | the kernel sends a file for nothing |
//! | it is a part (206), or has no content           | ranges count the octets as they are |
//! | it has a Content-Encoding, or a digest          | it is finished                  |
//! | it says `Cache-Control: no-transform`           | its handler says so             |
//! | it is streamed, and `Limits::contexts` are out  | each holds 264 KiB to its end   |
//! | it is long, and every worker is busy            | the loop waits for nobody       |
//!
//! What is known at once is compressed at once and keeps a Content-Length: on the loop up to
//! [`Coding::inline`] octets, on a worker beyond. What is written piece by piece is compressed as
//! it comes; a flush flushes the compressor too. HEAD is told what GET would be, but for the
//! length. Server-sent events stay plain: one event at a time leaves little to compress.
//!
//! A strong ETag becomes a weak one (RFC 9110 §8.8.1): both forms are the same page, and no octet
//! of one can be put together with one of the other. `If-None-Match` compares weakly, so a client
//! that comes back with either gets its 304, which bears the tag that the client has: a picture's
//! stays strong, for the 304 cannot see any more that it is one. `If-Match` compares strongly, so a
//! weak tag never matches there. Ranges are not offered of what is compressed.
//!
//! A secret and something that an attacker may choose must not be compressed together over an
//! encrypted connection: the length tells how well they fit (the BREACH attack). Such a handler
//! says `no-transform`.
//!
//! Used by: whoever wraps a handler in [`Compressed`]; `wirebook serve` does.

mod encoder;
mod send;
mod stream;

pub(crate) use encoder::Encoder;
pub(crate) use send::send;
pub(crate) use stream::Coder;

use crate::{Handler, Place, Reply, Request};
use deflate::Level;
use http::{
    ETag, HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, accept,
    etag::ETags,
    header::{add_vary, list},
    media,
};
use std::borrow::Cow;

/// What is compressed and how hard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coding {
    /// How much time is spent. Level 4: somebody waits for the answer.
    pub level: Level,
    /// Octets of an answer under which it stays plain. 1 KiB: shorter ones fit in a packet anyway.
    pub least: u64,
    /// Octets of an answer over which it stays plain. 1 MiB, which is a few hundredths of a second
    /// of one worker, and as much memory. What is streamed has no such bound: it is never held.
    pub most: u64,
    /// Octets of an answer that are compressed where the handler runs, even on a loop. 16 KiB: some
    /// tenths of a millisecond, in which the loop serves nobody else.
    pub inline: u64,
}

impl Default for Coding {
    fn default() -> Self {
        let level = Level::new(4).unwrap_or_default();
        Self { level, least: 1024, most: 1024 * 1024, inline: 16 * 1024 }
    }
}

/// A content coding that we can make (RFC 9110 §8.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Gzip,
    /// zlib, not raw DEFLATE, whatever the name says (RFC 9110 §8.4.1.2).
    Deflate,
}

impl Format {
    const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        }
    }
}

/// Compresses what another handler answers.
///
/// ```
/// use server::{Coding, Compressed, Router, Server, inline};
/// use http::StatusCode;
///
/// let router = Router::new()
///     .get("/", inline(|_, reply| reply.text(StatusCode::OK, "again and again ".repeat(100))));
/// let server = Server::new(Compressed::new(router, Coding::default()));
/// # drop(server);
/// ```
pub struct Compressed<H> {
    inner: H,
    options: Coding,
}

impl<H: Handler> Compressed<H> {
    /// Compresses what `inner` answers, as `options` say.
    pub fn new(inner: H, options: Coding) -> Self {
        Self { inner, options }
    }
}

impl<H: Handler> Handler for Compressed<H> {
    fn handle(&self, request: Request, mut reply: Reply) {
        let asked = request.headers.combined(HeaderName::ACCEPT_ENCODING);
        let known = request.headers.combined(HeaderName::IF_NONE_MATCH);
        reply.code(Agreed {
            format: choose(asked.as_deref()),
            head: request.method == Method::Head,
            known: known.map(Cow::into_owned),
            options: self.options,
        });
        self.inner.handle(request, reply);
    }

    fn accepts_early(&self, request: &Request) -> bool {
        self.inner.accepts_early(request)
    }

    fn place(&self) -> Place {
        self.inner.place()
    }
}

// ANCHOR: choose
/// The coding that the client likes best; where it likes several alike, gzip.
fn choose(asked: Option<&[u8]>) -> Option<Format> {
    let offers = [Format::Gzip.name(), Format::Deflate.name(), "identity"];
    match accept::encoding(asked, &offers)? {
        0 => Some(Format::Gzip),
        1 => Some(Format::Deflate),
        _ => None,
    }
}
// ANCHOR_END: choose

/// What one request may be answered with.
#[derive(Debug, Clone)]
pub(crate) struct Agreed {
    pub(crate) format: Option<Format>,
    /// The request is HEAD: its answer's content is never sent.
    pub(crate) head: bool,
    /// If-None-Match: what the client has already.
    pub(crate) known: Option<Vec<u8>>,
    pub(crate) options: Coding,
}

impl Agreed {
    // ANCHOR: prepare
    /// Changes the head of an answer of so many octets, if they are known, to what it must be, and
    /// says how to compress its content.
    pub(crate) fn prepare(&self, response: &mut Response, length: Option<u64>) -> Option<Format> {
        if response.status == StatusCode::NOT_MODIFIED {
            // It speaks of what a 200 would be, whose type it does not say.
            add_vary(&mut response.headers, HeaderName::ACCEPT_ENCODING);
            if self.format.is_some() && !self.knows_strong(&response.headers) {
                weaken(&mut response.headers);
            }
            return None;
        }
        if !is_text(&response.headers) || is_finished(&response.headers) {
            return None;
        }
        let fits = length.is_none_or(|n| (self.options.least..=self.options.most).contains(&n));
        if response.status == StatusCode::PARTIAL_CONTENT || fits {
            add_vary(&mut response.headers, HeaderName::ACCEPT_ENCODING);
        }
        let format = self.format.filter(|_| fits && has_content(response.status))?;
        let headers = &mut response.headers;
        headers.set(HeaderName::CONTENT_ENCODING, HeaderValue::from_static(format.name()));
        headers.remove(HeaderName::CONTENT_LENGTH);
        // A range would be one of the octets that are sent, and those are made anew each time.
        headers.remove(HeaderName::ACCEPT_RANGES);
        weaken(headers);
        Some(format)
    }
    // ANCHOR_END: prepare

    /// Whether the client has this very tag as a strong one: so it has the plain form.
    fn knows_strong(&self, headers: &HeaderMap) -> bool {
        let ours = headers.get(HeaderName::ETAG);
        let Some(ours) = ours.and_then(|value| ETag::parse(value.as_bytes())) else { return false };
        let known = self.known.as_deref().unwrap_or_default();
        ETags::new(known).tags().any(|tag| tag.strong_eq(&ours))
    }
}

fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(HeaderName::CONTENT_TYPE);
    let kind = kind.and_then(|kind| std::str::from_utf8(kind.as_bytes()).ok());
    kind.is_some_and(media::is_compressible)
}

/// Fields that sum up the octets, with their codings or as they are sent (RFC 9530 §2, §3; the last
/// two are what stood there before). A coding would make each of them a lie.
const DIGESTS: [&str; 4] = ["Content-Digest", "Repr-Digest", "Digest", "Content-MD5"];

/// Whether the content must stay the octets that it is.
fn is_finished(headers: &HeaderMap) -> bool {
    let control = headers.combined(HeaderName::CACHE_CONTROL);
    let trailer = headers.combined(HeaderName::TRAILER).unwrap_or_default();
    let is_there =
        |digest: &str| HeaderName::new(digest).is_ok_and(|digest| headers.contains(digest));
    headers.contains(HeaderName::CONTENT_ENCODING)
        || DIGESTS.iter().any(|digest| is_there(digest) || list::contains(&trailer, digest))
        || control.is_some_and(|control| list::contains(&control, "no-transform"))
}

const fn has_content(status: StatusCode) -> bool {
    !status.forbids_content()
        && !status.is_informational()
        && !matches!(status, StatusCode::PARTIAL_CONTENT | StatusCode::RESET_CONTENT)
}

/// Makes a strong validator a weak one.
fn weaken(headers: &mut HeaderMap) {
    let weak = headers.get(HeaderName::ETAG).and_then(|value| {
        let tag = ETag::parse(value.as_bytes())?;
        Some(ETag::weak(tag.opaque())?.to_octets())
    });
    if let Some(value) = weak.as_deref().and_then(|weak| HeaderValue::new(weak).ok()) {
        headers.set(HeaderName::ETAG, value);
    }
}
