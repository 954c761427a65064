//! What is known of one stream, and of all that are there.
//!
//! RFC 9113 §5
//!
//! | file       | holds                                             |
//! |------------|---------------------------------------------------|
//! | `mod`      | a stream's record                                 |
//! | `outgoing` | content that waits to be sent                     |
//! | `store`    | all records by identifier, and how the last ended |
//!
//! Invariant: a record exists from the stream's first frame until it is closed, and no longer.
//!
//! Used by: the connection.

mod outgoing;
mod store;

pub(crate) use outgoing::{Outgoing, Part};
pub(crate) use store::Streams;

use crate::{ErrorCode, StreamId, state::State, window::Window};
use http::{HeaderMap, Priority, message::Malformed};
use std::time::Instant;

/// A stream that is reserved, open or half-closed.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) id: StreamId,
    pub(crate) state: State,
    pub(crate) receiving: Receiving,
    pub(crate) sending: Sending,
    /// Whether the application has been told of it.
    pub(crate) told: bool,
    /// Whether its request waits among the events; see
    /// [`unhandled_resets`](crate::Limits::unhandled_resets).
    pub(crate) unhandled: bool,
    pub(crate) priority: Priority,
    /// A PRIORITY_UPDATE has come, which outweighs the field (RFC 9218 §7).
    pub(crate) reprioritized: bool,
    /// Since when the rest of the request is unwanted, its answer being complete.
    pub(crate) unwanted: Option<Instant>,
}

/// The half that the peer fills.
#[derive(Debug)]
pub(crate) struct Receiving {
    pub(crate) window: Window,
    /// The final head has come.
    pub(crate) head: bool,
    /// Octets of content that were announced.
    pub(crate) expected: Option<u64>,
    /// Octets of content that came.
    pub(crate) received: u64,
    /// 1xx responses that came.
    pub(crate) informational: u8,
    /// How fast content comes, where it is awaited.
    pub(crate) pace: Option<Pace>,
    /// A tunnel: behind the heads there is no message, and no trailers end it.
    pub(crate) tunnel: bool,
}

/// Since when content is counted, and how much had come then.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) since: Instant,
    pub(crate) counted: u64,
}

/// The half that we fill.
#[derive(Debug)]
pub(crate) struct Sending {
    /// Octets that the peer takes now; a setting may make it negative (§6.9.2).
    pub(crate) window: i64,
    /// The final head was sent.
    pub(crate) head: bool,
    pub(crate) content: Outgoing,
    /// Octets that Content-Length has announced and that were not given to us yet.
    pub(crate) announced: Option<u64>,
    /// Content is dropped: an answer to HEAD, or one that has none.
    pub(crate) dropped: bool,
    /// The application has given all; END_STREAM goes with the last of it.
    pub(crate) finished: bool,
    pub(crate) trailers: Option<HeaderMap>,
    /// Reset behind END_STREAM: the answer is complete, the rest of the request unwanted (§8.1).
    pub(crate) reset_behind: Option<ErrorCode>,
    /// Among those that are scheduled.
    pub(crate) scheduled: bool,
    /// The application was told that there is no room.
    pub(crate) full: bool,
    /// Since when content has waited for this window to open.
    pub(crate) stalled: Option<Instant>,
    /// The request was HEAD: the answer's Content-Length announces nothing.
    pub(crate) head_request: bool,
    /// The request was CONNECT: 2xx makes a tunnel.
    pub(crate) connect: bool,
}

impl Stream {
    pub(crate) fn new(id: StreamId, state: State, receive: u32, send: u32) -> Self {
        Self {
            id,
            state,
            receiving: Receiving::new(receive),
            sending: Sending::new(send, Outgoing::default()),
            told: false,
            unhandled: false,
            priority: Priority::default(),
            reprioritized: false,
            unwanted: None,
        }
    }

    /// Makes a record that is done with another stream's, its memory kept.
    pub(crate) fn renew(&mut self, id: StreamId, state: State, receive: u32, send: u32) {
        let mut content = std::mem::take(&mut self.sending.content);
        content.clear();
        *self =
            Self { sending: Sending::new(send, content), ..Self::new(id, state, receive, send) };
    }

    /// Whether content waits that the window admits.
    pub(crate) fn is_ready(&self) -> bool {
        self.sending.content.waiting() > 0 && self.sending.window > 0
    }
}

impl Receiving {
    fn new(window: u32) -> Self {
        Self {
            window: Window::new(window),
            head: false,
            expected: None,
            received: 0,
            informational: 0,
            pace: None,
            tunnel: false,
        }
    }

    // ANCHOR: count
    /// Counts content against its announcement (§8.1.1).
    pub(crate) fn count(&mut self, octets: u64, end: bool, limit: u64) -> Result<(), Malformed> {
        self.received = self.received.saturating_add(octets);
        let received = self.received;
        match self.expected {
            Some(expected) if received > expected || (end && received < expected) => {
                Err(Malformed::LengthDiffers { expected, received })
            }
            None if received > limit => Err(Malformed::LengthDiffers { expected: limit, received }),
            _ => Ok(()),
        }
    }
    // ANCHOR_END: count
}

impl Sending {
    fn new(window: u32, content: Outgoing) -> Self {
        Self {
            window: window.into(),
            head: false,
            content,
            announced: None,
            dropped: false,
            finished: false,
            trailers: None,
            reset_behind: None,
            scheduled: false,
            full: false,
            stalled: None,
            head_request: false,
            connect: false,
        }
    }
}
