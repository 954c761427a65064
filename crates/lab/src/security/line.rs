//! One TLS connection over one TCP stream, with every octet kept: for the tour, and for looking at
//! certificates.
//!
//! Where `client` is what a program uses, this is what a reader uses: one thread, calls in the
//! order in which things happen.

use super::Error;
use std::{
    io::{self, Read, Write},
    net::TcpStream,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};
use tls::{
    ClientConfig, Moment, Summary,
    record::{Connection, Event},
};
use wire::{Output, Random, trace::Trace};
use x509::ServerName;

/// Nothing here may wait for ever, whatever goes wrong.
const PATIENCE: Duration = Duration::from_secs(10);

/// What passed, in the order of each side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Passed {
    /// Octets of records sent.
    pub sent: Vec<u8>,
    /// Octets of records received.
    pub received: Vec<u8>,
    /// Times that we had to wait for an answer to what we had said.
    pub round_trips: u64,
}

/// A TLS connection whose handshake is done.
pub struct Line {
    stream: TcpStream,
    connection: Connection,
    passed: Passed,
    data: Vec<u8>,
    /// Whether something was said since we last waited.
    spoke: bool,
    complete: bool,
    over: bool,
}

impl Line {
    /// Shakes hands over `stream`.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn open(
        stream: TcpStream,
        config: Arc<ClientConfig>,
        name: ServerName,
        random: Box<dyn Random + Send>,
    ) -> Result<Self, Error> {
        Self::open_early(stream, config, name, random, &[], Trace::default())
    }

    /// As [`open`](Self::open), with data that goes along with the first flight where a ticket
    /// allows it, and behind the handshake where not; `trace` hears of every message.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn open_early(
        stream: TcpStream,
        config: Arc<ClientConfig>,
        name: ServerName,
        random: Box<dyn Random + Send>,
        data: &[u8],
        trace: Trace,
    ) -> Result<Self, Error> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        let now = Moment { instant: Instant::now(), time: SystemTime::now().into() };
        let connection = Connection::client_traced(config, name, random, now, trace)?;
        let mut line = Self {
            stream,
            connection,
            passed: Passed::default(),
            data: Vec::new(),
            spoke: false,
            complete: false,
            over: false,
        };
        let early = match line.connection.early_data_room() {
            0 => 0,
            _ => line.connection.send_early(data)?,
        };
        while !line.complete {
            line.turn()?;
            if line.over && !line.complete {
                return Err(Error::Ended);
            }
        }
        // What was not taken as early data is sent once more (RFC 8446 §4.2.10).
        let taken = if line.summary().early_data { early } else { 0 };
        line.say(data.get(taken..).unwrap_or_default())?;
        Ok(line)
    }

    /// What the two ends agreed on.
    pub fn summary(&self) -> &Summary {
        self.connection.summary()
    }

    /// What passed so far.
    pub fn passed(&self) -> &Passed {
        &self.passed
    }

    fn say(&mut self, data: &[u8]) -> Result<(), Error> {
        if !data.is_empty() {
            self.connection.send(data)?;
        }
        self.flush_records()
    }

    /// Says goodbye, and waits for nothing.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn close(mut self) -> Result<Passed, Error> {
        if self.connection.close().is_ok() {
            // Who has hung up already needs no goodbye.
            let _ = self.flush_records();
        }
        Ok(self.passed)
    }

    /// Sends what waits, takes what comes.
    fn turn(&mut self) -> Result<(), Error> {
        self.flush_records()?;
        let mut buffer = vec![0; 32 * 1024];
        self.passed.round_trips += u64::from(std::mem::take(&mut self.spoke));
        let length = self.stream.read(&mut buffer)?;
        let now = Instant::now();
        match buffer.get_mut(..length) {
            Some([]) | None => {
                self.over = true;
                self.connection.receive_end(true, now);
            }
            Some(octets) => {
                self.passed.received.extend_from_slice(octets);
                self.connection.receive(octets, now);
            }
        }
        while let Some(event) = self.connection.poll_event() {
            match event {
                Event::Data { octets, .. } => self.data.extend(octets),
                Event::HandshakeComplete(_) => self.complete = true,
                Event::Violation(error) => {
                    // The peer is told why, if it still listens.
                    let _ = self.flush_records();
                    return Err(error.into());
                }
                Event::Closed { .. } => self.over = true,
                _ => {}
            }
        }
        self.flush_records()
    }

    fn flush_records(&mut self) -> Result<(), Error> {
        let mut out = Output::new(usize::MAX);
        self.connection.poll_transmit(Instant::now(), &mut out);
        let octets = out.take();
        self.spoke |= !octets.is_empty();
        self.passed.sent.extend_from_slice(&octets);
        Ok(self.stream.write_all(&octets)?)
    }
}

impl Read for Line {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.data.is_empty() && !self.over {
            self.turn().map_err(io::Error::other)?;
        }
        let length = self.data.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(self.data.drain(..length)) {
            *to = from;
        }
        Ok(length)
    }
}

impl Write for Line {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.say(data).map_err(io::Error::other)?;
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
