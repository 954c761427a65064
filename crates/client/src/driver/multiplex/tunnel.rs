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
//! end finishes the stream, which is reset if the server does not finish its own in time.
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
    let beyond = Beyond { peer: line.peer, local: line.local, secured: line.secured() };
    let builder = || thread::Builder::new().name("client-tunnel".into());
    builder().spawn(move || carry_down(body, &near))?;
    builder().spawn(move || carry_up(up, &line, &call))?;
    Ok(Stream::through(far, beyond))
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
        let mut state = call.lock();
        while state.in_flight >= IN_FLIGHT && state.failed.is_none() && !state.enough {
            state = call.pause(state, FAREWELL);
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
    let until = Instant::now() + FAREWELL;
    let mut state = call.lock();
    while !state.ended && state.failed.is_none() {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let error = Error::Request("the server did not end its half".into());
            state.failed = Some(Failure { error, kind: Kind::Final });
            drop(state);
            line.wish(call, Wish::Cancel);
            call.wake();
            return;
        }
        state = call.pause(state, left);
    }
}
