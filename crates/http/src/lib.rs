//! What HTTP means, whichever version carries it: methods, status codes, fields, targets, dates,
//! preconditions, ranges, cookies (RFC 9110, RFC 6265, RFC 3986).
//!
//! | module           | answers                                          | RFC                |
//! |------------------|--------------------------------------------------|--------------------|
//! | [`Target`]       | what a request line asks for, in four forms      | 9112 §3.2          |
//! | [`uri`]          | names of resources, Korean ones too              | 3986, 3492         |
//! | [`header`]       | fields in order, lists, what ends at the next hop| 9110 §5, §7.6.1    |
//! | [`date`]         | three forms of dates, the calendar               | 9110 §5.6.7        |
//! | [`etag`], [`conditional`] | only if it is still the same            | 9110 §8.8, §13     |
//! | [`ranges`]       | a part instead of the whole                      | 9110 §14           |
//! | [`media`], [`accept`] | what kind it is, which kind is wanted       | 9110 §8.3, §12     |
//! | [`auth`]         | challenges, Basic                                | 9110 §11, 7617     |
//! | [`message`]      | heads, and their rules in HTTP/2 and HTTP/3      | 9113 §8, 9114 §4   |
//! | [`redirect`]     | what to ask for next                             | 9110 §15.4         |
//! | [`priority`]     | which response goes first                        | 9218               |
//! | [`cookie`]       | what to remember and say again                   | 6265, 6265bis      |
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
pub mod message;
mod method;
pub mod priority;
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
pub use priority::Priority;
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
