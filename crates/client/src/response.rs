//! What came back: the head at once, the body as it is asked for.
//!
//! RFC 9110 §6
//!
//! Three ways to take the body, none of which holds more than it must:
//!
//! | call             | memory            | for                          |
//! |------------------|-------------------|------------------------------|
//! | `Read`, `BufRead`| one buffer        | programs that read as it comes |
//! | `copy_to`        | one buffer        | files                        |
//! | `bytes`, `text`  | up to a limit     | small answers                |
//!
//! A body that was read to its end gives its connection back to the pool. One that is dropped early
//! costs the connection, unless only a little was left to read.
//!
//! Invariant: a body that ended early is an error, never a short success.

use crate::{
    Error, Timings,
    adapter::{Answer, Incoming},
    core::{coding, url},
    driver::{decoded::decoded, upgrade::Upgraded},
    tls::Secured,
};
use http::{HeaderMap, HeaderName, StatusCode, Uri, Version};
use std::{
    fmt,
    io::{self, BufRead, Read, Write},
    sync::Arc,
};

/// How much [`Response::text`] takes, 64 MiB: more text than anybody reads.
pub const TEXT_LIMIT: u64 = 64 << 20;

/// A response whose body is still to be read.
pub struct Response {
    /// How it went.
    pub status: StatusCode,
    /// By which version it came.
    pub version: Version,
    /// The fields, in order.
    pub headers: HeaderMap,
    /// Where it came from: the last URL of a chain of redirects, without name and password.
    pub url: Uri,
    /// What led here, the first first.
    pub history: Vec<Hop>,
    content: Box<dyn Incoming>,
    /// What is read is not what was sent.
    decoded: bool,
}

/// A response on the way to the last one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// What answered.
    pub url: Uri,
    /// How.
    pub status: StatusCode,
    /// By which version.
    pub version: Version,
    /// With which fields.
    pub headers: HeaderMap,
}

impl Response {
    /// With `decoding`, the content's codings are undone as it is read.
    pub(crate) fn new(
        answer: Answer,
        url: Uri,
        history: Vec<Hop>,
        decoding: Option<&coding::Limits>,
    ) -> Self {
        let Answer { head, mut content } = answer;
        let http::Response { status, version, headers } = head;
        let coded = headers.contains(HeaderName::CONTENT_ENCODING);
        let undone = decoding.filter(|_| coded && !status.is_informational());
        if let Some(limits) = undone {
            content = decoded(content, &headers, limits);
        }
        let (url, decoded) = (url.without_userinfo(), undone.is_some());
        Self { status, version, headers, url, history, content, decoded }
    }

    /// The stream behind a 101.
    pub(crate) fn upgrade(self) -> Option<Upgraded> {
        self.content.upgrade()
    }

    /// The length that the head declares, if it does, and if it is that of what is read: not where
    /// a content coding is undone.
    pub fn content_length(&self) -> Option<u64> {
        if self.decoded {
            return None;
        }
        self.headers.get_only(HeaderName::CONTENT_LENGTH)?.to_str()?.parse().ok()
    }

    /// The fields that came behind a chunked body, once it was read to its end.
    pub fn trailers(&self) -> Option<&HeaderMap> {
        self.content.trailers()
    }

    /// What was measured; complete once the body was read to its end.
    pub fn timings(&self) -> Timings {
        self.content.timings()
    }

    /// What was agreed on with the server, where there is TLS; `None` for `http`.
    pub fn secured(&self) -> Option<Arc<Secured>> {
        self.content.secured()
    }

    /// This response, or [`Error::Status`] for 4xx and 5xx.
    ///
    /// # Errors
    /// [`Error::Status`].
    pub fn error_for_status(self) -> Result<Self, Error> {
        if self.status.is_client_error() || self.status.is_server_error() {
            let url = url::redact(&self.url.to_string());
            return Err(Error::Status { status: self.status, url });
        }
        Ok(self)
    }

    /// The rest of the body, at most `limit` octets. Takes the response, so that it is not mistaken
    /// for [`Read::bytes`]; where it is still needed, there is [`copy_to`](Self::copy_to).
    ///
    /// # Errors
    /// [`Error::TooLarge`] if there is more; otherwise as [`copy_to`](Self::copy_to).
    pub fn bytes(mut self, limit: u64) -> Result<Vec<u8>, Error> {
        self.collect(limit)
    }

    fn collect(&mut self, limit: u64) -> Result<Vec<u8>, Error> {
        let mut octets = Vec::new();
        // One octet more than allowed tells "exactly" from "more".
        let mut bounded = Read::by_ref(self).take(limit.saturating_add(1));
        let read = bounded.read_to_end(&mut octets);
        read.map_err(|error| Error::from_read(error, &self.from()))?;
        if octets.len() as u64 > limit { Err(Error::TooLarge { limit }) } else { Ok(octets) }
    }

    /// The rest of the body as text, at most [`TEXT_LIMIT`] octets: UTF-8, or Latin-1 where
    /// `Content-Type` says so. What is not UTF-8 is replaced by U+FFFD.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes).
    pub fn text(&mut self) -> Result<String, Error> {
        let latin = self.is_latin();
        let octets = self.collect(TEXT_LIMIT)?;
        Ok(if latin {
            octets.into_iter().map(char::from).collect()
        } else {
            String::from_utf8(octets)
                .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
        })
    }

    fn is_latin(&self) -> bool {
        let value = self.headers.get(HeaderName::CONTENT_TYPE);
        let value = value.and_then(|value| value.to_str()).unwrap_or_default();
        let parameters = value.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
        parameters.map(|(name, value)| (name.trim(), value.trim().trim_matches('"'))).any(
            |(name, value)| {
                name.eq_ignore_ascii_case("charset")
                    && ["iso-8859-1", "latin1"].iter().any(|l| value.eq_ignore_ascii_case(l))
            },
        )
    }

    /// Writes the rest of the body to `writer`; answers how many octets that were.
    ///
    /// # Errors
    /// [`Error::Write`] if the writer fails; [`Error::Partial`], [`Error::Timeout`] and others if
    /// the body does.
    pub fn copy_to(&mut self, writer: &mut (impl Write + ?Sized)) -> Result<u64, Error> {
        let mut copied = 0;
        loop {
            let from = &self.url;
            let octets = self.content.fill_buf().map_err(|error| {
                Error::from_read(
                    error,
                    from.host().map(ToString::to_string).as_deref().unwrap_or(""),
                )
            })?;
            if octets.is_empty() {
                return Ok(copied);
            }
            let length = octets.len();
            writer.write_all(octets).map_err(Error::Write)?;
            self.content.consume(length);
            copied += length as u64;
        }
    }

    fn from(&self) -> String {
        self.url.host().map(ToString::to_string).unwrap_or_default()
    }
}

impl Read for Response {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.content.read(buffer)
    }
}

impl BufRead for Response {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.content.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.content.consume(amount);
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("version", &self.version)
            .field("url", &self.url)
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}
