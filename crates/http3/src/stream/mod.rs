//! What is known of one exchange.
//!
//! RFC 9114 §4.1, §6.1
//!
//! ```text
//!   receiving   Head ──HEADERS──► Content ──HEADERS──► Trailers ──┐
//!                 ▲ 1xx │            │ DATA ▲                     ├─end─► over
//!                 └─────┘            └──────┴───────────end───────┘
//!   sending     Head ──head─────► Content ──end──► Finished, when all has gone
//! ```
//!
//! Invariant: a record exists from the stream's first frame until both halves are over.
//!
//! Used by: the connection.

mod outgoing;

pub(crate) use outgoing::{Outgoing, Part};

use crate::{StreamId, frame::Frames};
use http::{Priority, message::Malformed};
use std::time::Instant;

/// An exchange, or a push.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) receiving: Receiving,
    pub(crate) sending: Sending,
    /// The application has been told of it.
    pub(crate) told: bool,
    /// Its request waits among the events.
    pub(crate) unhandled: bool,
    pub(crate) priority: Priority,
    /// A PRIORITY_UPDATE has come, which outweighs the field (RFC 9218 §7).
    pub(crate) reprioritized: bool,
    /// The number of the push whose response this is.
    pub(crate) push: Option<u64>,
}

/// Where the peer's half is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The final head is still to come.
    Head,
    /// Content, then perhaps trailers.
    Content,
    /// Trailers have come; the end must follow.
    Trailers,
    /// The end has come, or nothing more is looked at.
    Over,
}

/// A section that waits for entries of QPACK's table.
#[derive(Debug)]
pub(crate) struct Blocked {
    /// The number of the promise whose request it is.
    pub(crate) promise: Option<u64>,
    pub(crate) section: Vec<u8>,
}

/// The half that the peer fills.
#[derive(Debug)]
pub(crate) struct Receiving {
    pub(crate) frames: Frames,
    pub(crate) phase: Phase,
    pub(crate) blocked: Option<Blocked>,
    /// The stream has ended behind what is blocked.
    pub(crate) ended: bool,
    /// Octets of content that were announced.
    pub(crate) expected: Option<u64>,
    /// Octets of content that came.
    pub(crate) received: u64,
    /// Octets of it that the application has not given back.
    pub(crate) held: usize,
    /// Less was taken than came; the driver is to be told when more would be.
    pub(crate) paused: bool,
    /// DATA frames with little content that cost nothing.
    pub(crate) tiny: u8,
    /// 1xx responses that came.
    pub(crate) informational: u8,
    /// Behind the heads there is no message, and nothing but DATA.
    pub(crate) tunnel: bool,
    /// How fast it comes, where it is awaited.
    pub(crate) pace: Option<Pace>,
}

/// Since when content is counted, and how much had come then.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) since: Instant,
    pub(crate) counted: u64,
}

/// The half that we fill.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for by itself")]
pub(crate) struct Sending {
    pub(crate) queue: Outgoing,
    /// Octets of the queue that the connection has counted.
    pub(crate) counted: usize,
    /// The final head was sent.
    pub(crate) head: bool,
    /// One DATA frame holds all content, and its head has gone.
    pub(crate) framed: bool,
    /// Octets that Content-Length has announced and that were not given to us yet.
    pub(crate) announced: Option<u64>,
    /// Content is dropped: an answer to HEAD, or one that has none.
    pub(crate) dropped: bool,
    /// The application has given all.
    pub(crate) finished: bool,
    /// The end has gone, or our half was given up.
    pub(crate) over: bool,
    /// Among those that have something to send.
    pub(crate) scheduled: bool,
    /// Since when the transport has had no room.
    pub(crate) blocked: Option<Instant>,
    /// The application was told that there is no room.
    pub(crate) full: bool,
    /// The request was HEAD: the answer's Content-Length announces nothing.
    pub(crate) head_request: bool,
    /// The request was CONNECT: 2xx makes a tunnel.
    pub(crate) connect: bool,
    /// The answer is complete, the rest of the request unwanted (§4.1).
    pub(crate) stop_behind: bool,
}

impl Stream {
    pub(crate) fn new() -> Self {
        Self {
            receiving: Receiving::new(),
            sending: Sending::default(),
            told: false,
            unhandled: false,
            priority: Priority::default(),
            reprioritized: false,
            push: None,
        }
    }

    /// Whether both halves are over.
    pub(crate) fn is_over(&self) -> bool {
        self.receiving.phase == Phase::Over && self.sending.over
    }
}

impl Sending {
    /// What waits in all streams, now that this one's queue has changed: `all` as it was before.
    #[must_use]
    pub(crate) fn count(&mut self, all: usize) -> usize {
        let before = std::mem::replace(&mut self.counted, self.queue.waiting());
        all.saturating_sub(before).saturating_add(self.counted)
    }
}

impl Receiving {
    fn new() -> Self {
        Self {
            frames: Frames::default(),
            phase: Phase::Head,
            blocked: None,
            ended: false,
            expected: None,
            received: 0,
            held: 0,
            paused: false,
            tiny: 0,
            informational: 0,
            tunnel: false,
            pace: None,
        }
    }

    // ANCHOR: count
    /// Counts content against its announcement (§4.1.2).
    pub(crate) fn count(&mut self, octets: u64, end: bool, limit: u64) -> Result<(), Malformed> {
        self.received = self.received.saturating_add(octets);
        let received = self.received;
        match self.expected {
            Some(expected) if received > expected || (end && received < expected) => {
                Err(Malformed::LengthDiffers { expected, received })
            }
            None if received > limit && !self.tunnel => {
                Err(Malformed::LengthDiffers { expected: limit, received })
            }
            _ => Ok(()),
        }
    }
    // ANCHOR_END: count
}

/// A promised request, at a client.
#[derive(Debug, Default)]
pub(crate) struct Promise {
    /// The request, as it was first promised.
    pub(crate) head: Option<Box<http::message::RequestHead>>,
    /// The stream of the response.
    pub(crate) stream: Option<StreamId>,
    /// Not wanted, not coming, or ended.
    pub(crate) over: bool,
}
