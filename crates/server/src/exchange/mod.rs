//! Where a handler and its connection meet: one request, its content, and the answer.
//!
//! ```text
//!   the connection's loop                Exchange                      the handler, any thread
//!     Data, End of the request  ──►  incoming (bounded)  ──► read()
//!     to the wire               ◄──  commands (bounded)  ◄── send(), write(), finish()
//!                               ◄──  wake                ◄── when the loop has something to do
//! ```
//!
//! Both directions are bounded: a peer that sends faster than the handler reads is not read from,
//! and a handler that writes faster than the peer takes waits in `write`.
//!
//! Invariant: the loop never waits for a handler; it only ever holds the lock for a push or a pop.
//!
//! Invariant: whoever waits is woken when the other side goes away.

mod handler_side;
mod loop_side;

use crate::{Contexts, Payload, Share, driver::Workers, endpoint::Opening, limits::Limits};
use http::{HeaderMap, Response};
use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

/// Which request of which connection: what a loop needs to find it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The connection, as its driver numbers them.
    pub connection: u64,
    /// The stream on it, or [`ALONE`](Self::ALONE).
    pub stream: u64,
}

impl Key {
    /// Where a connection carries one request at a time. No stream is called so: HTTP/2's names
    /// are shorter, HTTP/3's begin with 0.
    pub const ALONE: u64 = u64::MAX;
}

/// A loop that can be told that one of its connections has something to do.
pub trait Wake: Send + Sync {
    /// May be called from any thread, also from the loop's own.
    fn wake(&self, key: Key);

    /// Something was said to a group with members on this loop: [take](Share::take) it and
    /// [cast](crate::core::Connection::cast) it. As `wake`, from any thread.
    fn wake_group(&self, share: Arc<Share>);
}

/// What all exchanges of one loop share.
pub struct Hub {
    /// The loop.
    pub wake: Arc<dyn Wake>,
    /// Threads for handlers that block.
    pub workers: Arc<Workers>,
    /// Ceilings.
    pub limits: Arc<Limits>,
    /// Sockets that keep what compression remembers; all loops of a server count together.
    pub contexts: Contexts,
}

/// What a handler asks its connection to do, in order.
pub(crate) enum Command {
    Informational(Response),
    Respond {
        response: Response,
        payload: Payload,
    },
    Begin {
        response: Response,
        length: Option<u64>,
    },
    Data(Vec<u8>),
    End {
        trailers: Option<HeaderMap>,
    },
    /// Answer a request that nobody has sent yet (HTTP/2, RFC 9113 §8.4).
    Push(Box<http::Request>),
    /// Switch protocols: behind this head the stream is a WebSocket's.
    Upgrade {
        response: Response,
        opening: Box<Opening>,
    },
    /// The handler broke off in the middle of the content; the peer must be able to tell.
    Abort,
}

/// Why a request's content ended before its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// The peer broke a rule; the connection has answered already.
    #[error("the request's content is malformed: {0}")]
    Malformed(String),
    /// The connection is gone.
    #[error("the connection ended inside the request's content")]
    Ended,
    /// More than the handler was willing to take.
    #[error("the request's content is longer than {0} octets")]
    TooLong(usize),
}

impl From<ContentError> for io::Error {
    fn from(error: ContentError) -> Self {
        let kind = match error {
            ContentError::Malformed(_) | ContentError::TooLong(_) => io::ErrorKind::InvalidData,
            ContentError::Ended => io::ErrorKind::UnexpectedEof,
        };
        Self::new(kind, error)
    }
}

/// A piece of a request's content, for a handler that runs on the loop.
#[derive(Debug)]
pub enum Piece<'a> {
    /// The next octets.
    Octets(&'a [u8]),
    /// All was received; the trailer section, if there was one.
    End(Option<&'a HeaderMap>),
    /// There will be no end.
    Failed(&'a ContentError),
}

/// Called on the loop with each piece; must never block.
pub(crate) type Listener = Box<dyn FnMut(Piece<'_>) + Send>;

/// Called on the loop when there is room for content that was refused; must never block.
pub(crate) type RoomListener = Box<dyn FnMut() + Send>;

/// Octets a handler may take before the peer hears of it: as much as a large frame brings.
const TOLD: usize = 16 * 1024;

/// Pieces of content that wait are joined up to this length.
const JOINED: usize = 16 * 1024;

type Ending = Result<Option<HeaderMap>, ContentError>;

#[derive(Default)]
struct State {
    incoming: VecDeque<Vec<u8>>,
    incoming_octets: usize,
    /// Octets that the handler has taken and the peer was not told of yet (flow control).
    consumed: usize,
    ending: Option<Ending>,
    /// The handler has asked for the content: time for 100 (Continue), if that was expected.
    wanted: bool,
    listener: Option<Listener>,
    commands: VecDeque<Command>,
    command_octets: usize,
    /// Content did not fit, and whoever had it did not wait: he wants to hear of room.
    refused: bool,
    room_listener: Option<RoomListener>,
    /// The loop runs the handler itself right now and looks at the commands when it returns.
    inline: bool,
    /// The connection is gone: nothing that is said will be heard.
    gone: bool,
}

/// One request and its answer, shared by the connection and the handler.
pub(crate) struct Exchange {
    state: Mutex<State>,
    content: Condvar,
    room: Condvar,
    key: Key,
    hub: Arc<Hub>,
}

thread_local! {
    static ON_LOOP: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Declares the current thread to be a loop's, on which waiting is an error.
pub(crate) fn enter_loop() {
    ON_LOOP.set(true);
}

/// Whether the current thread is a loop's.
pub(crate) fn is_on_loop() -> bool {
    ON_LOOP.get()
}

impl Exchange {
    pub(crate) fn new(hub: Arc<Hub>, key: Key) -> Self {
        let state = Mutex::new(State { inline: true, ..State::default() });
        Self { state, content: Condvar::new(), room: Condvar::new(), key, hub }
    }

    pub(crate) fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A handler that panicked while it held the lock left a state that is whole: each change
        // below is one push or one store.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the lock go, and wakes the loop if it is not looking anyway.
    fn tell(&self, state: MutexGuard<'_, State>) {
        let inline = state.inline;
        drop(state);
        if !inline {
            self.hub.wake.wake(self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Asleep;

    impl Wake for Asleep {
        fn wake(&self, _: Key) {}

        fn wake_group(&self, _: Arc<Share>) {}
    }

    #[test]
    fn content_that_comes_octet_by_octet_waits_in_few_pieces() {
        let limits = Arc::new(Limits::default());
        let hub = Hub {
            wake: Arc::new(Asleep),
            workers: Workers::new(1, 1),
            limits,
            contexts: Contexts::default(),
        };
        let exchange = Exchange::new(Arc::new(hub), Key { connection: 0, stream: Key::ALONE });
        let sent: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        for octet in &sent {
            exchange.deliver(vec![*octet]);
        }
        exchange.deliver_end(Ok(None));
        assert!(exchange.state().incoming.len() <= sent.len() / JOINED + 1);
        let mut read = Vec::new();
        while let Some(octets) = exchange.take_content().unwrap() {
            read.extend(octets);
        }
        assert!(read == sent);
        assert_eq!(exchange.state().incoming_octets, 0);
    }
}
