//! Heads: a start line and fields, read twice over and written once.
//!
//! RFC 9112 §2.1
//!
//! ```text
//! head       = start-line CRLF *( field-line CRLF ) CRLF
//! start-line = request-line / status-line
//! ```
//!
//! There are two parsers of the same grammar. [`scan`] is fast and says only *yes*; [`oracle`]
//! reads an octet at a time, names what it reads and tells exactly what is wrong. A head that the
//! scan takes is never seen by the oracle; everything else is the oracle's to judge, leniency
//! included. A differential test holds the two together.
//!
//! Invariant: an error is reported when the head is whole or past a limit, so the way in which the
//! octets were cut never shows.
//!
//! Used by: both connections; `dissect`.

mod dissect;
pub(crate) mod encode;
pub(crate) mod end;
pub mod oracle;
pub mod scan;

pub use dissect::{dissect_request, dissect_response};
pub use end::HeadEnd;

use crate::{Error, Limits, framing::Facts};

/// A request's head, and what its fields say about the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestHead {
    /// The head; boxed, since it passes through many hands and is large to move.
    pub request: Box<http::Request>,
    /// What the fields say.
    pub facts: Facts,
}

/// A response's head, and what its fields say about the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseHead {
    /// The head.
    pub response: http::Response,
    /// What the fields say.
    pub facts: Facts,
}

/// Parses the request head at the start of `input`; answers it with its length in octets, or
/// nothing if it is not all there yet.
///
/// # Errors
/// What [`oracle::request`] finds, once the head is whole; a limit as soon as it is passed.
pub fn parse_request(input: &[u8], limits: &Limits) -> Result<Option<(RequestHead, usize)>, Error> {
    next_request(&mut HeadEnd::default(), input, limits)
}

/// As [`parse_request`], for a response.
///
/// # Errors
/// As [`parse_request`].
pub fn parse_response(
    input: &[u8],
    limits: &Limits,
) -> Result<Option<(ResponseHead, usize)>, Error> {
    next_response(&mut HeadEnd::default(), input, limits)
}

/// As [`parse_request`], with `end` remembering how far it looked when it was called before with a
/// shorter `input`.
///
/// # Errors
/// As [`parse_request`].
pub fn next_request(
    end: &mut HeadEnd,
    input: &[u8],
    limits: &Limits,
) -> Result<Option<(RequestHead, usize)>, Error> {
    // Most heads arrive in one piece and are in order: they are read once.
    if end.is_new()
        && let Some(head) = scan::request(input, limits)
    {
        return Ok(Some(head));
    }
    let Some(length) = end.find(input, limits, end::Kind::Request)? else { return Ok(None) };
    *end = HeadEnd::default();
    let whole = input.get(..length).unwrap_or_default();
    if let Some(head) = scan::request(whole, limits) {
        return Ok(Some(head));
    }
    let head = oracle::request(&mut wire::Reader::new(whole), limits)?;
    Ok(Some((head, length)))
}

/// As [`next_request`], for a response.
///
/// # Errors
/// As [`parse_request`].
pub fn next_response(
    end: &mut HeadEnd,
    input: &[u8],
    limits: &Limits,
) -> Result<Option<(ResponseHead, usize)>, Error> {
    if end.is_new()
        && let Some(head) = scan::response(input, limits)
    {
        return Ok(Some(head));
    }
    let Some(length) = end.find(input, limits, end::Kind::Response)? else { return Ok(None) };
    *end = HeadEnd::default();
    let whole = input.get(..length).unwrap_or_default();
    if let Some(head) = scan::response(whole, limits) {
        return Ok(Some(head));
    }
    let head = oracle::response(&mut wire::Reader::new(whole), limits)?;
    Ok(Some((head, length)))
}
