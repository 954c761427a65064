//! The sockets of a race: non-blocking connects that wait together.
//!
//! RFC 8305 §5
//!
//! One poll(2) holds them all: a race has a few sockets and lives for some milliseconds, too little
//! for an epoll of its own to pay. A socket becomes writable when its connect is decided, and
//! SO_ERROR says how. Dropping a socket closes it, and that cancels a connect.
//!
//! Invariant: where several connect in the same instant, the one that started first wins.

use super::{Attempt, DialError, Outcome, Race, Step};
use crate::sys::{
    number::SOCK_STREAM,
    poll::{self, PollFd},
    socket,
};
use std::{
    io, mem,
    net::{SocketAddr, TcpStream},
    os::fd::{AsFd, AsRawFd},
    time::Instant,
};

/// Begins to connect to `address` and does not wait: the stream is non-blocking, and writable as
/// soon as it is decided; [`TcpStream::take_error`] says how. For whoever has a
/// [`Poller`](crate::Poller) and many to open; [`dial`](crate::dial) waits, and tries all addresses
/// of a name.
///
/// # Errors
/// What the kernel says at once.
pub fn begin_connect(address: &SocketAddr) -> io::Result<TcpStream> {
    let owned = socket::open(address, SOCK_STREAM, true)?;
    socket::connect_to(owned.as_fd(), address)?;
    Ok(owned.into())
}

/// How a race ends.
pub(super) enum Finish {
    Won(TcpStream, SocketAddr),
    Lost,
    TimedOut,
}

/// A connect that is not decided.
struct Runner {
    stream: TcpStream,
    /// Its place among the starts.
    start: usize,
}

/// An attempt, decided or not.
struct Start {
    address: SocketAddr,
    at: Instant,
    decided: Option<(Instant, Outcome)>,
}

/// The race and its sockets.
pub(super) struct Runners {
    race: Race,
    running: Vec<Runner>,
    starts: Vec<Start>,
}

impl Runners {
    pub(super) fn new(race: Race) -> Self {
        Self { race, running: Vec::new(), starts: Vec::new() }
    }

    // ANCHOR: run
    pub(super) fn run(&mut self) -> Result<Finish, DialError> {
        loop {
            let connected = match self.race.step(Instant::now()) {
                Step::Start(address) => self.start(address),
                Step::Wait(until) => self.wait(until)?,
                Step::Lost => return Ok(Finish::Lost),
                Step::TimedOut => return Ok(Finish::TimedOut),
            };
            if let Some((stream, address)) = connected {
                stream.set_nonblocking(false)?;
                return Ok(Finish::Won(stream, address));
            }
        }
    }
    // ANCHOR_END: run

    /// Starts a connect; the stream, if it is connected at once.
    fn start(&mut self, address: SocketAddr) -> Option<(TcpStream, SocketAddr)> {
        let start = self.starts.len();
        self.starts.push(Start { address, at: Instant::now(), decided: None });
        let begun = socket::open(&address, SOCK_STREAM, true).and_then(|owned| {
            let connected = socket::connect_to(owned.as_fd(), &address)?;
            Ok((TcpStream::from(owned), connected))
        });
        match begun {
            Ok((stream, true)) => {
                self.decide(start, Outcome::Connected);
                return Some((stream, address));
            }
            Ok((stream, false)) => self.running.push(Runner { stream, start }),
            Err(error) => {
                self.decide(start, Outcome::Failed(error));
                self.race.failed();
            }
        }
        None
    }

    /// Waits for a decision; the first stream that is connected, if one is.
    fn wait(&mut self, until: Option<Instant>) -> io::Result<Option<(TcpStream, SocketAddr)>> {
        let timeout = until.map(|until| until.saturating_duration_since(Instant::now()));
        let mut list: Vec<PollFd> = self.running.iter().map(Runner::asked).collect();
        match poll::wait(&mut list, timeout) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(None),
            answer => answer?,
        };
        let mut winner = None;
        for (runner, polled) in mem::take(&mut self.running).into_iter().zip(list) {
            if polled.answered == 0 || winner.is_some() {
                self.running.push(runner);
                continue;
            }
            match runner.stream.take_error() {
                Ok(None) => winner = Some(runner),
                Ok(Some(error)) | Err(error) => {
                    self.decide(runner.start, Outcome::Failed(error));
                    self.race.failed();
                }
            }
        }
        Ok(winner.and_then(|Runner { stream, start }| {
            self.decide(start, Outcome::Connected);
            self.starts.get(start).map(|start| (stream, start.address))
        }))
    }

    fn decide(&mut self, start: usize, outcome: Outcome) {
        if let Some(start) = self.starts.get_mut(start) {
            start.decided = Some((Instant::now(), outcome));
        }
    }

    /// Closes what is under way, which ends as `rest` says, and tells what was tried.
    pub(super) fn close(self, rest: impl Fn() -> Outcome) -> Vec<Attempt> {
        drop(self.running);
        let now = Instant::now();
        let closed = |Start { address, at, decided }| {
            let (ended, outcome) = decided.unwrap_or_else(|| (now, rest()));
            Attempt { address, started: at, ended, outcome }
        };
        self.starts.into_iter().map(closed).collect()
    }
}

impl Runner {
    fn asked(&self) -> PollFd {
        PollFd { descriptor: self.stream.as_raw_fd(), asked: poll::OUT, answered: 0 }
    }
}
