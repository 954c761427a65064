//! The oracle as a dissector: a whole message, every octet named.
//!
//! RFC 9112
//!
//! Used by: `dissect --as http1-request` and `http1-response`, and the book's octet tables.

use super::{RequestHead, ResponseHead, oracle};
use crate::{
    Error, Limits, body,
    error::Violation,
    framing::{self, Framing},
};
use http::Method;
use wire::Reader;

/// Reads one request, head and content, telling the reader's observer of each part.
///
/// # Errors
/// What a server's connection would refuse.
pub fn dissect_request(reader: &mut Reader<'_>, limits: &Limits) -> Result<RequestHead, Error> {
    let head = oracle::request(reader, limits)?;
    let framing = framing::request(head.request.version, &head.facts, limits.lenient)?;
    content(reader, framing, limits)?;
    Ok(head)
}

/// Reads one response to a request with `method`, head and content.
///
/// # Errors
/// What a client's connection would refuse.
pub fn dissect_response(
    reader: &mut Reader<'_>,
    method: &Method,
    limits: &Limits,
) -> Result<ResponseHead, Error> {
    let head = oracle::response(reader, limits)?;
    let (status, version) = (head.response.status, head.response.version);
    let framing = framing::response(method, status, version, &head.facts, limits.lenient)?;
    content(reader, framing, limits)?;
    Ok(head)
}

fn content(reader: &mut Reader<'_>, framing: Framing, limits: &Limits) -> Result<(), Error> {
    match framing {
        Framing::None => {}
        Framing::Tunnel => rest(reader, "tunnelled octets", "RFC 9110 §9.3.6"),
        Framing::UntilClose => rest(reader, "content to the end", "RFC 9112 §6.3"),
        Framing::Length(length) => {
            reader.section("content", "RFC 9112 §6.2");
            let there = reader.len() as u64;
            let missing = length.saturating_sub(there);
            let take = usize::try_from(length.min(there)).unwrap_or(usize::MAX);
            let _ = reader.take("content", take);
            if missing > 0 {
                return Err(Violation::EndInContent { missing }.at(take));
            }
        }
        Framing::Chunked => body::chunked::dissect(reader, limits)?,
    }
    Ok(())
}

fn rest(reader: &mut Reader<'_>, name: &'static str, rfc: &'static str) {
    reader.section(name, rfc);
    let _ = reader.take("octets", reader.len());
}
