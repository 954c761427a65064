//! The least that a connection needs from the outside: a socket, a clock, randomness.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use tls::record::Connection;
use tls::{Moment, Summary};
use wire::{Output, UnixTime};

/// A connection and the socket under it.
pub(crate) struct Drive {
    stream: TcpStream,
    pub(crate) connection: Connection,
    output: Output,
    scratch: Vec<u8>,
}

impl Drive {
    pub(crate) fn new(stream: TcpStream, connection: Connection) -> Self {
        let output = Output::new(1 << 20);
        Self { stream, connection, output, scratch: vec![0; 64 * 1024] }
    }

    /// Sends all that waits.
    pub(crate) fn send(&mut self) -> io::Result<()> {
        self.connection.poll_transmit(Instant::now(), &mut self.output);
        self.stream.write_all(&self.output.take())
    }

    /// Sends all that waits, then reads what comes; a deadline ends the wait.
    pub(crate) fn turn(&mut self) -> io::Result<()> {
        self.send()?;
        let now = Instant::now();
        let wait = self.connection.next_timeout().map(|due| due.saturating_duration_since(now));
        if wait.is_some_and(|wait| wait.is_zero()) {
            self.connection.handle_timeout(now);
            return Ok(());
        }
        self.stream.set_read_timeout(wait)?;
        match self.stream.read(&mut self.scratch) {
            Ok(0) => self.connection.receive_end(true, Instant::now()),
            Ok(count) => {
                let octets = self.scratch.get_mut(..count).unwrap_or_default();
                self.connection.receive(octets, Instant::now());
            }
            Err(error) if is_late(&error) => self.connection.handle_timeout(Instant::now()),
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

fn is_late(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// The system's randomness.
pub(crate) struct SystemRandom(ring::rand::SystemRandom);

impl SystemRandom {
    pub(crate) fn boxed() -> Box<dyn wire::Random + Send> {
        Box::new(Self(ring::rand::SystemRandom::new()))
    }
}

impl wire::Random for SystemRandom {
    fn fill(&mut self, octets: &mut [u8]) {
        if ring::rand::SecureRandom::fill(&self.0, octets).is_err() {
            // Better no connection than one whose keys can be guessed.
            std::process::abort();
        }
    }
}

/// The present, on both clocks.
pub(crate) fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let time = UnixTime(i64::try_from(since.as_secs()).unwrap_or(i64::MAX));
    Moment { instant: Instant::now(), time }
}

/// What was agreed on, in one line.
pub(crate) fn describe(summary: &Summary) -> String {
    let suite = summary.suite.map_or("?", tls::Suite::name);
    let group = summary.group.map_or("?", |group| group.name());
    let flag = |is: bool, word: &'static str| if is { word } else { "" };
    format!(
        "connected: {suite}, {group}{}{}{}, {} certificates",
        flag(summary.retried, ", retried"),
        flag(summary.resumed, ", resumed"),
        flag(summary.early_data, ", early data"),
        summary.chain.len()
    )
}
