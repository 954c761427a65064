//! The same events from one server to one client in every way that the web has found for it.
//!
//! ```text
//!   polling             client: anything new?  server: no.  client: anything new?  server: no.
//!   long polling        client: anything new?  ··········  server: this.  client: anything new?
//!   server-sent events  client: tell me.       server: this.  this.  this.
//!   WebSocket           client: let us talk.   server: this.  this.  client: that.  server: this.
//! ```
//!
//! Each way runs over our own client and server on the loopback, up to twice:
//!
//! | run     | an event is born              | counted                               |
//! |---------|-------------------------------|---------------------------------------|
//! | counted | when the one before has come  | octets and requests, the same each time |
//! | timed   | at its time on the clock      | how long after its birth it came      |
//!
//! In the counted run polling has a clock of its own that only jumps from one poll to the next, so
//! that half an hour of polling takes a second. Octets are counted where they pass, by a tap
//! between client and server; in the timed run nothing stands between them.
//!
//! Invariant: what arrives is what was sent, event by event; anything else is an error.

mod delays;
mod events;
mod feed;
mod fetch;
mod run;
mod site;
mod stream;
mod table;
mod tap;

pub use delays::Delays;
pub use fetch::Fields;
pub use table::{json, text};
pub use tap::Counts;

use std::{io, time::Duration};

/// A way for events to reach a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A request each time this has passed, whether there is something or not.
    Polling(Duration),
    /// A request whose answer waits until there is something.
    LongPolling,
    /// One request whose answer never ends: `text/event-stream`.
    Events,
    /// One request, and frames behind its answer.
    WebSocket {
        /// Whether messages are compressed, each with the help of those before it.
        deflate: bool,
    },
}

impl Way {
    /// All of them; polling ten times slower than events are born, and twice as fast.
    pub fn all(interval: Duration) -> [Self; 6] {
        [
            Self::Polling(interval * 10),
            Self::Polling(interval / 2),
            Self::LongPolling,
            Self::Events,
            Self::WebSocket { deflate: false },
            Self::WebSocket { deflate: true },
        ]
    }
}

impl std::fmt::Display for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Polling(every) => write!(f, "polling each {} ms", every.as_secs_f64() * 1e3),
            Self::LongPolling => f.write_str("long polling"),
            Self::Events => f.write_str("server-sent events"),
            Self::WebSocket { deflate: false } => f.write_str("WebSocket"),
            Self::WebSocket { deflate: true } => f.write_str("WebSocket, deflate"),
        }
    }
}

/// What is delivered, and how it is watched.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many events. 300: enough for a p99.
    pub events: u32,
    /// One event in each of these, at a moment in it that looks like chance. 100 ms.
    pub interval: Duration,
    /// Octets of one event's text; a little more where that is too few to tell its number. 256.
    pub size: usize,
    /// What each request says beside what it asks for.
    pub fields: Fields,
    /// Whether to run each way a second time, against the clock: that takes `events` × `interval`.
    pub timed: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            events: 300,
            interval: Duration::from_millis(100),
            size: 256,
            fields: Fields::Small,
            timed: false,
        }
    }
}

/// What one way cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The way.
    pub way: Way,
    /// Requests sent.
    pub requests: u32,
    /// What passed the tap.
    pub counts: Counts,
    /// How late the events were by the schedule alone, as on a network that takes no time.
    pub scheduled: Delays,
    /// How late they were by the clock, if it was asked.
    pub measured: Option<Delays>,
}

/// Why the experiment broke off.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The loopback or a thread failed.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The client's own errors.
    #[error("{0}")]
    Client(#[from] client::Error),
    /// The client received something else than what was sent.
    #[error("event {number} did not arrive as it was sent")]
    Mangled {
        /// Which one, from 0 on.
        number: usize,
    },
    /// The stream ended before the last event.
    #[error("the connection ended behind {arrived} of the events")]
    Ended {
        /// How many had come.
        arrived: usize,
    },
    /// A thread of ours panicked.
    #[error("a part of the experiment broke down")]
    Broken,
}

/// The texts of `count` events of `size` octets each, as the experiment has them.
pub fn texts(count: u32, size: usize) -> Vec<String> {
    events::texts(count, size)
}

/// Delivers the events in each of `ways`; `progress` hears the way that begins.
///
/// # Errors
/// See [`Error`].
pub fn run(
    ways: &[Way],
    options: &Options,
    mut progress: impl FnMut(&Way),
) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    for way in ways {
        progress(way);
        rows.push(run::row(*way, options)?);
    }
    Ok(rows)
}
