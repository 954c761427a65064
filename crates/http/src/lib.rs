//! What HTTP means, whichever version carries it: methods, status codes, fields, targets, dates,
//! preconditions, ranges, cookies (RFC 9110, RFC 6265, RFC 3986).
//!
//! A message here is a *head*: the body is a stream of its own and passes beside it, so that four
//! gigabytes need no more memory than four octets.
//!
//! Invariant: no field name or value in this crate holds CR, LF or NUL, so nothing a caller passes
//! on can end a line early.
#![forbid(unsafe_code)]

pub mod accept;
pub mod auth;
pub mod conditional;
pub mod cookie;
pub mod date;
pub mod etag;
#[doc(hidden)]
pub mod fuzzing;
pub mod header;
mod limits;
pub mod media;
mod message;
mod method;
pub mod ranges;
pub mod redirect;
mod status;
mod target;
pub mod uri;
mod version;

pub use etag::ETag;
pub use header::{HeaderMap, HeaderName, HeaderValue, InvalidField};
pub use limits::Limits;
pub use media::MediaType;
pub use message::{Request, Response};
pub use method::{InvalidMethod, Method};
pub use status::StatusCode;
pub use target::{InvalidTarget, Target};
pub use uri::{Authority, Host, InvalidUri, Uri};
pub use version::Version;

/// Whether `octet` may stand in a token: method names, field names, codings (RFC 9110 §5.6.2).
///
/// ```text
/// tchar = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." /
///         "^" / "_" / "`" / "|" / "~" / DIGIT / ALPHA
/// ```
pub const fn is_tchar(octet: u8) -> bool {
    matches!(octet,
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*'
        | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~')
}

/// Whether `octets` are a token: at least one octet, each a `tchar`.
pub const fn is_token(octets: &[u8]) -> bool {
    let mut rest = octets;
    while let [first, after @ ..] = rest {
        if !is_tchar(*first) {
            return false;
        }
        rest = after;
    }
    !octets.is_empty()
}
