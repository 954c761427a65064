//! "Only if it is still what I think it is": preconditions, in the order the RFC sets.
//!
//! RFC 9110 §13.2.2
//!
//! ```text
//! If-Match there?  ──yes──► matches (strong)? ──no──► 412
//!    │ no                       │ yes
//!    ▼                          │
//! If-Unmodified-Since? ─yes► unmodified? ────no──► 412
//!    │ no                       │ yes
//!    ▼◄─────────────────────────┘
//! If-None-Match there? ─yes─► none matches (weak)? ─no─► GET, HEAD: 304    others: 412
//!    │ no                       │ yes
//!    ▼                          │
//! If-Modified-Since, GET or HEAD? ─yes► modified? ─no─► 304
//!    │ no                       │ yes
//!    ▼◄─────────────────────────┘
//! Range and If-Range, GET? ──► If-Range matches (strong)? ──no──► answer whole, 200
//!    │                          │ yes
//!    ▼                          ▼
//!  proceed                    proceed: the range may be answered, 206
//! ```
//!
//! Invariant: a pure function. It decides nothing about a resource whose plain answer is not a
//! success: the caller asks only when it would answer 2xx (RFC 9110 §13.2.1).

use crate::{
    HeaderMap, HeaderName, Method, date,
    etag::{ETag, ETags},
};
use wire::UnixTime;

/// What the server knows of the selected representation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Validators<'a> {
    /// Whether there is one; `If-None-Match: *` asks for that alone.
    pub exists: bool,
    /// Its entity-tag.
    pub etag: Option<ETag<'a>>,
    /// When it changed last.
    pub last_modified: Option<UnixTime>,
}

/// What the preconditions decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decision {
    /// Do what was asked; a Range field counts.
    Proceed,
    /// Do what was asked as if there were no Range field.
    IgnoreRange,
    /// 304: the client has it.
    NotModified,
    /// 412: it is not what the client thought.
    PreconditionFailed,
}

/// Evaluates the preconditions in `headers`. `now` is the server's clock: it reads two-digit years,
/// and it tells whether a modification date is old enough to be a strong validator.
// ANCHOR: evaluate
pub fn evaluate(
    method: &Method,
    there: &Validators<'_>,
    headers: &HeaderMap,
    now: UnixTime,
) -> Decision {
    // These neither select nor change a representation (RFC 9110 §13.2.1).
    if matches!(method, Method::Connect | Method::Options | Method::Trace) {
        return Decision::Proceed;
    }
    let reads = matches!(method, Method::Get | Method::Head);
    if let Some(wanted) = headers.combined(HeaderName::IF_MATCH) {
        if !matches(&wanted, there, true) {
            return Decision::PreconditionFailed;
        }
    } else if let Some(false) = unmodified(HeaderName::IF_UNMODIFIED_SINCE, headers, there, now) {
        return Decision::PreconditionFailed;
    }
    if let Some(known) = headers.combined(HeaderName::IF_NONE_MATCH) {
        if matches(&known, there, false) {
            return if reads { Decision::NotModified } else { Decision::PreconditionFailed };
        }
    } else if reads && unmodified(HeaderName::IF_MODIFIED_SINCE, headers, there, now) == Some(true)
    {
        return Decision::NotModified;
    }
    let ranged = *method == Method::Get && headers.contains(HeaderName::RANGE);
    if ranged && if_range(headers, there, now) == Some(false) {
        return Decision::IgnoreRange;
    }
    Decision::Proceed
}
// ANCHOR_END: evaluate

/// Whether a list of tags names what there is, by the strong or the weak comparison.
fn matches(list: &[u8], there: &Validators<'_>, strong: bool) -> bool {
    match (ETags::new(list), there.etag) {
        (ETags::Any, _) => there.exists,
        (_, None) => false,
        (list, Some(etag)) => list.tags().any(|tag| match strong {
            true => tag.strong_eq(&etag),
            false => tag.weak_eq(&etag),
        }),
    }
}

/// Whether it has not changed since the field's date; nothing where the field or the modification
/// date is missing or unreadable, or the field is there twice: it is ignored then
/// (RFC 9110 §13.1.3, §13.1.4).
fn unmodified(
    name: HeaderName<'_>,
    headers: &HeaderMap,
    there: &Validators<'_>,
    now: UnixTime,
) -> Option<bool> {
    let since = date::parse(headers.get_only(name)?.as_bytes(), now).ok()?;
    Some(there.last_modified? <= since)
}

/// Whether the part that the client has belongs to what there is; nothing where the field is
/// missing (RFC 9110 §13.1.5).
fn if_range(headers: &HeaderMap, there: &Validators<'_>, now: UnixTime) -> Option<bool> {
    let value = headers.get(HeaderName::IF_RANGE)?.as_bytes();
    if let Some(tag) = ETag::parse(value) {
        return Some(there.etag.is_some_and(|etag| etag.strong_eq(&tag)));
    }
    // A date counts only where it is exact and strong: the second it names must be over, or the
    // file may have changed twice in it (RFC 9110 §8.8.2.2).
    let date = date::parse(value, now).ok();
    Some(date.is_some() && date == there.last_modified && date < Some(now))
}
