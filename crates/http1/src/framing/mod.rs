//! How long a message's content is: one pure function for requests and one for responses.
//!
//! RFC 9112 §6.3
//!
//! | in this order                                         | the content is               |
//! |-------------------------------------------------------|------------------------------|
//! | 1. response to HEAD, 1xx, 204, 304                    | none                         |
//! | 2. 2xx to CONNECT                                     | none: a tunnel begins        |
//! | 3. Transfer-Encoding beside Content-Length            | rejected                     |
//! | 4. Transfer-Encoding, chunked is final                | chunks                       |
//! |    Transfer-Encoding, chunked is not final            | 400; in a response: to the end |
//! | 5. Content-Length invalid                             | rejected                     |
//! | 6. Content-Length                                     | so many octets               |
//! | 7. a request with neither                             | none                         |
//! | 8. a response with neither                            | to the end of the connection |
//!
//! Two ends that disagree about this disagree about where the next message begins: that is request
//! smuggling. So the functions see only [`Facts`], which the head parser gathers while it scans,
//! and nothing is looked up a second time in another way.
//!
//! Invariant: a message with more than one reading is rejected, never interpreted.

use crate::error::{Error, Violation};
use http::{HeaderMap, Method, StatusCode, Version};

mod facts;
pub(crate) use facts::is_host;
pub use facts::{Coding, Expect, Facts, Host, Length};

/// How a message's content ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// There is none.
    None,
    /// After so many octets.
    Length(u64),
    /// With a chunk of size 0.
    Chunked,
    /// With the connection; responses alone.
    UntilClose,
    /// There is none, and what follows the head is no longer HTTP.
    Tunnel,
}

// ANCHOR: framing
/// How the content of a request ends.
///
/// # Errors
/// What §6.3 rejects, with the offset of the field to blame.
pub fn request(version: Version, facts: &Facts, lenient: bool) -> Result<Framing, Error> {
    if let Some((coding, offset)) = facts.coding {
        check_coding(version, facts, lenient, offset)?;
        return match coding {
            Coding::Chunked => Ok(Framing::Chunked),
            Coding::NotFinal => Err(Violation::ChunkedNotFinal.at(offset)),
            refused => Err(refuse(refused, offset)),
        };
    }
    Ok(length(facts, lenient)?.map_or(Framing::None, Framing::Length))
}

/// How the content of a response ends; `method` is the request's.
///
/// # Errors
/// What §6.3 rejects, with the offset of the field to blame.
pub fn response(
    method: &Method,
    status: StatusCode,
    version: Version,
    facts: &Facts,
    lenient: bool,
) -> Result<Framing, Error> {
    if *method == Method::Head || status.forbids_content() {
        return Ok(Framing::None);
    }
    if *method == Method::Connect && status.is_success() {
        return Ok(Framing::Tunnel);
    }
    if let Some((coding, offset)) = facts.coding {
        check_coding(version, facts, lenient, offset)?;
        return match coding {
            Coding::Chunked => Ok(Framing::Chunked),
            Coding::NotFinal => Ok(Framing::UntilClose),
            refused => Err(refuse(refused, offset)),
        };
    }
    Ok(length(facts, lenient)?.map_or(Framing::UntilClose, Framing::Length))
}
// ANCHOR_END: framing

/// What makes Transfer-Encoding suspect, whatever it says.
fn check_coding(
    version: Version,
    facts: &Facts,
    lenient: bool,
    offset: usize,
) -> Result<(), Error> {
    // An HTTP/1.0 party in between would have passed the chunks on as content.
    if version == Version::Http10 {
        return Err(Violation::CodingInHttp10.at(offset));
    }
    if facts.length != Length::Absent && !lenient {
        return Err(Violation::LengthAndCoding.at(offset));
    }
    Ok(())
}

fn refuse(coding: Coding, offset: usize) -> Error {
    match coding {
        Coding::Repeated => Violation::ChunkedRepeated.at(offset),
        Coding::Unknown => Violation::CodingUnknown.at(offset),
        Coding::Chunked | Coding::NotFinal | Coding::Invalid => Violation::CodingInvalid.at(offset),
    }
}

fn length(facts: &Facts, lenient: bool) -> Result<Option<u64>, Error> {
    match facts.length {
        Length::Absent => Ok(None),
        Length::Once(length) => Ok(Some(length)),
        Length::Equal { length, .. } if lenient => Ok(Some(length)),
        Length::Equal { offset, .. } | Length::Differ { offset } => {
            Err(Violation::LengthRepeated.at(offset))
        }
        Length::Invalid { offset } => Err(Violation::LengthInvalid.at(offset)),
        Length::Overflow { offset } => Err(Violation::LengthOverflow.at(offset)),
    }
}

/// Whether a field must not stand among trailers: it frames or routes the message, and by the time
/// a trailer comes both have been done (RFC 9110 §6.5.1).
pub fn is_forbidden_trailer(name: &[u8]) -> bool {
    const FORBIDDEN: [&str; 18] = [
        "content-length",
        "transfer-encoding",
        "host",
        "connection",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "upgrade",
        "expect",
        "max-forwards",
        "range",
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
        "content-encoding",
        "content-range",
    ];
    FORBIDDEN.iter().any(|forbidden| name.eq_ignore_ascii_case(forbidden.as_bytes()))
}

/// The facts of a section that did not come from the wire.
pub fn facts_of(headers: &HeaderMap) -> Facts {
    let mut facts = Facts::default();
    for (name, value) in headers {
        facts.field(name.as_bytes(), value.as_bytes(), 0);
    }
    facts
}
