//! Whether a request that failed, or was refused for now, is sent again.
//!
//! RFC 9110 §9.2.2 (idempotent methods), §10.2.3 (Retry-After); RFC 9112 §9.3.1 (retrying)
//!
//! Two questions that are easily mixed up:
//!
//! | what happened                                       | who decides | how often          |
//! |-----------------------------------------------------|-------------|--------------------|
//! | a reused connection was dead: no octet of an answer | this client | once, at once      |
//! | the server says that it has not looked at it        | this client | [`Patience`]       |
//! | the answer says "later": 408, 429, 5xx              | the caller  | `retries`, waiting |
//!
//! Invariant: a request that is not idempotent is never sent twice because a connection died: the
//! server may have done what it asked.

use http::{Method, StatusCode};
use std::time::Duration;

/// How an exchange failed, as far as a retry asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    /// The connection had carried a request before this one.
    pub reused: bool,
    /// At least one octet of the response had arrived.
    pub response_begun: bool,
    /// The request's content can be sent once more.
    pub replayable: bool,
    /// This was already the second attempt.
    pub retried: bool,
}

// ANCHOR: stale
/// Whether to send the request again, on a fresh connection (RFC 9112 §9.3.1).
///
/// A server may close an idle connection at any time, also while our request is on its way. If the
/// connection was new, or if an answer had begun, that is not what happened.
pub fn on_dead_connection(method: &Method, failure: Failure) -> bool {
    method.is_idempotent()
        && failure.reused
        && !failure.response_begun
        && failure.replayable
        && !failure.retried
}
// ANCHOR_END: stale

/// How the server said that it has not worked on a request (RFC 9113 §8.7): then any request may be
/// sent again, whatever its method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Untouched {
    /// `REFUSED_STREAM`, on a connection that goes on.
    Refused,
    /// GOAWAY, and the request was above its last stream; or it never left; or it left before the
    /// server had said how many streams it takes.
    Left,
}

// ANCHOR: patience
/// How often a request that nobody has worked on is sent again.
///
/// | the connection           | at most | because                                              |
/// |--------------------------|---------|------------------------------------------------------|
/// | goes on                  | 5       | who refuses so often means it                        |
/// | left, nobody was served  | 5       | a server that is restarted may refuse on both        |
/// | left, others were served | 1000    | they were first: a connection may be good for a few  |
#[derive(Debug, Clone, Copy, Default)]
pub struct Patience {
    refused: u32,
    overtaken: u32,
}

impl Patience {
    /// Whether to send it once more. `fruitful`: the connection had answered somebody.
    pub fn bears(&mut self, how: Untouched, fruitful: bool) -> bool {
        let (count, most) = match (how, fruitful) {
            (Untouched::Left, true) => (&mut self.overtaken, 1000),
            (Untouched::Left, false) | (Untouched::Refused, _) => (&mut self.refused, 5),
        };
        *count += 1;
        *count <= most
    }
}
// ANCHOR_END: patience

/// The longest wait that a response can ask for: 5 minutes. Beyond, the response stands.
pub const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// How long to wait before the request is sent again because of `status`, or `None` to let the
/// response stand. `attempt` counts from 0; `retry_after` is the field's value as a span of time.
///
/// Without `Retry-After`: 1, 2, 4 … seconds. A 5xx to a method that is not idempotent stands, since
/// nobody knows how far the server got; 408, 429 and 503 say that it did not begin.
pub fn on_status(
    method: &Method,
    status: StatusCode,
    attempt: u32,
    retry_after: Option<Duration>,
) -> Option<Duration> {
    let not_begun = matches!(status.as_u16(), 408 | 429 | 503);
    let transient = not_begun || matches!(status.as_u16(), 500 | 502 | 504);
    if !transient || !(not_begun || method.is_idempotent()) {
        return None;
    }
    let wait = retry_after.unwrap_or(Duration::from_secs(1 << attempt.min(16)));
    (wait <= LONGEST_WAIT).then_some(wait)
}
