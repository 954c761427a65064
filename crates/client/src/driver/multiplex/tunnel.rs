//! A stream that carries another protocol, for someone who wants a socket.
//!
//! RFC 8441 §5, RFC 9220 §3
//!
//! ```text
//!   WebSocket ◄── socket pair ──► up:   reads, waits for room, Content ──► driver ──► stream
//!                             └── down: writes ◄── body ◄── call ◄────── driver ◄── stream
//! ```
//!
//! What speaks through it waits for octets in a poller, beside its timers, and so it needs a
//! descriptor. Two small threads bring the octets from one side to the other: a tunnel costs what a
//! connection of its own costs, but the server sees one connection.
//!
//! Invariant: an end of either side ends both: the stream's end shuts the socket, and the socket's
//! end finishes the stream, which is reset if the server does not take what was said, or does not
//! finish its own half, in time.
//!
//! Users: [`super::body`].

use super::{
    body::StreamBody,
    call::{Call, Failure, IN_FLIGHT, Kind},
    line::Line,
    mailbox::Wish,
};
use crate::{
    Error,
    driver::stream::{Beyond, Stream},
};
use std::{
    io::{self, Read, Write},
    net::Shutdown,
    os::unix::net::UnixStream,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

/// Octets at a time.
const PIECE: usize = 16 * 1024;

/// How long the server may take to end its half when ours has ended.
const FAREWELL: Duration = Duration::from_secs(5);

/// The socket's end for the protocol.
///
/// # Errors
/// The system has no descriptor or thread left.
pub(super) fn open(body: StreamBody, line: Arc<Line>, call: Arc<Call>) -> io::Result<Stream> {
    let (near, far) = UnixStream::pair()?;
    let up = near.try_clone()?;
    let beyond = Beyond {
        peer: line.peer,
        local: line.local,
        secured: line.secured(),
        _owner: Box::new(Owner(Arc::clone(&call))),
    };
    let builder = || thread::Builder::new().name("client-tunnel".into());
    builder().spawn(move || carry_down(body, &near))?;
    builder().spawn(move || carry_up(up, &line, &call))?;
    Ok(Stream::through(far, beyond))
}

/// Whoever speaks through the tunnel.
#[derive(Debug)]
struct Owner(Arc<Call>);

impl Drop for Owner {
    /// The threads may wait for a server that does not read, and would never look at the socket.
    fn drop(&mut self) {
        self.0.lock().abandoned = true;
        self.0.wake();
    }
}

fn carry_down(mut body: StreamBody, mut socket: &UnixStream) {
    let mut buffer = vec![0; PIECE];
    let whole = loop {
        match body.read(&mut buffer) {
            Ok(0) => break true,
            Ok(length) => {
                if socket.write_all(buffer.get(..length).unwrap_or_default()).is_err() {
                    break false;
                }
            }
            Err(_) => break false,
        }
    };
    // An end in good order leaves the other way open.
    let how = if whole { Shutdown::Write } else { Shutdown::Both };
    let _ = socket.shutdown(how);
}

fn carry_up(mut socket: UnixStream, line: &Line, call: &Arc<Call>) {
    let mut buffer = vec![0; PIECE];
    while let Ok(length @ 1..) = socket.read(&mut buffer) {
        let mut patience = Patience::default();
        let mut state = call.lock();
        while state.in_flight >= IN_FLIGHT && state.failed.is_none() && !state.enough {
            let Some(left) = patience.left(state.abandoned) else {
                drop(state);
                return give_up(line, call, "the server does not take what was said");
            };
            state = call.pause(state, left);
        }
        if state.failed.is_some() || state.enough {
            return;
        }
        state.in_flight += length;
        drop(state);
        let octets = buffer.get(..length).unwrap_or_default().to_vec();
        line.wish(call, Wish::Content(octets));
    }
    line.wish(call, Wish::End);
    let mut patience = Patience::default();
    let mut state = call.lock();
    while !state.ended && state.failed.is_none() {
        let Some(left) = patience.left(true) else {
            drop(state);
            return give_up(line, call, "the server did not end its half");
        };
        state = call.pause(state, left);
    }
}

/// What is left of [`FAREWELL`] since the end was first seen.
#[derive(Debug, Default)]
struct Patience {
    until: Option<Instant>,
}

impl Patience {
    /// How long to wait; `None` when it is over. As long as nothing ends, there is no bound.
    fn left(&mut self, ends: bool) -> Option<Duration> {
        if !ends {
            return Some(FAREWELL);
        }
        let now = Instant::now();
        let until = *self.until.get_or_insert(now + FAREWELL);
        Some(until.saturating_duration_since(now)).filter(|left| !left.is_zero())
    }
}

fn give_up(line: &Line, call: &Arc<Call>, reason: &str) {
    let error = Error::Request(reason.into());
    call.lock().failed = Some(Failure { error, kind: Kind::Final });
    line.wish(call, Wish::Cancel);
    call.wake();
}
