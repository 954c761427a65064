//! A socket, and TLS around it if that is wanted: octets of HTTP in and out.
//!
//! RFC 8446
//!
//! ```text
//!   Speaker ──► plain ──► seal ──► out ──► socket
//!   Speaker ◄───────────── open ◄─────────  buffer, one for all lines of a thread
//! ```
//!
//! Invariant: a line that waits holds no buffer of its own but what the kernel did not take yet.

use super::Secure;
use crate::security::SystemRandom;
use std::{
    io::{self, IoSlice, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    os::fd::{AsFd, BorrowedFd},
    time::{Instant, SystemTime},
};
use tls::{
    Moment,
    record::{self, Event},
};
use wire::Output;

/// Octets that may wait for the socket before no more is made.
const ENOUGH: usize = 256 * 1024;
/// Slices for one `writev`.
const SLICES: usize = 16;

/// A connected, or connecting, stream.
pub(super) struct Line {
    stream: TcpStream,
    tls: Option<Box<record::Connection>>,
    /// Octets of HTTP that wait to be sealed.
    plain: Output,
    /// Octets for the socket.
    out: Output,
    /// Whether the socket took not all of it.
    blocked: bool,
}

/// What opening octets brought.
pub(super) enum Opened<'a> {
    /// Octets of HTTP.
    Data(&'a mut [u8]),
    /// The handshake is done: whether HTTP/2 was agreed on.
    Complete { http2: bool },
    /// The peer ended its side; whether in good order.
    End(bool),
    /// A rule of TLS was broken, or the certificate is not believed.
    Violation(String),
    /// Nothing yet.
    Nothing,
}

impl Line {
    /// Begins to connect; what `secure` says waits until that is done.
    pub(super) fn open(
        address: &SocketAddr,
        secure: Option<&Secure>,
        now: Instant,
    ) -> Result<Self, String> {
        let begin = || {
            let stream = sockets::begin_connect(address)?;
            stream.set_nodelay(true)?;
            Ok(stream)
        };
        let stream = begin().map_err(|error: io::Error| error.to_string())?;
        let tls = match secure {
            None => None,
            Some(Secure { config, name }) => {
                let moment = Moment { instant: now, time: SystemTime::now().into() };
                let random = Box::new(SystemRandom);
                let tls = record::Connection::client(config.clone(), name.clone(), random, moment);
                Some(Box::new(tls.map_err(|error| error.to_string())?))
            }
        };
        let (plain, out) = (Output::new(ENOUGH), Output::new(ENOUGH));
        Ok(Self { stream, tls, plain, out, blocked: false })
    }

    /// Whether a connect that was decided went well.
    pub(super) fn connected(&self) -> io::Result<()> {
        match self.stream.take_error()? {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    pub(super) const fn is_secure(&self) -> bool {
        self.tls.is_some()
    }

    /// Whether the socket should be waited for until it takes more.
    pub(super) const fn blocked(&self) -> bool {
        self.blocked
    }

    /// Reads once; 0 is the end.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let best = self.tls.as_ref().map_or(buffer.len(), |tls| tls.best_read(buffer.len()));
        loop {
            match self.stream.read(buffer.get_mut(..best).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                answer => return answer,
            }
        }
    }

    /// The first of `input` that means something, and how many octets that took.
    pub(super) fn open_some<'a>(
        &'a mut self,
        input: &'a mut [u8],
        now: Instant,
    ) -> (usize, Opened<'a>) {
        let Some(tls) = &mut self.tls else { return (input.len(), Opened::Data(input)) };
        let received = tls.receive_some(input, now);
        (received.used, Opened::Data(received.data))
    }

    /// What TLS tells beside data; asked after each of those.
    pub(super) fn next(&mut self) -> Opened<'static> {
        let Some(tls) = &mut self.tls else { return Opened::Nothing };
        while let Some(event) = tls.poll_event() {
            return match event {
                Event::HandshakeComplete(summary) => {
                    Opened::Complete { http2: summary.alpn.as_deref() == Some(b"h2") }
                }
                Event::Violation(error) => Opened::Violation(error.to_string()),
                Event::Closed { clean } => Opened::End(clean),
                // Tickets, which nobody keeps here.
                _ => continue,
            };
        }
        Opened::Nothing
    }

    /// The socket has ended.
    pub(super) fn end(&mut self, now: Instant) {
        if let Some(tls) = &mut self.tls {
            tls.receive_end(true, now);
        }
    }

    /// Where octets of HTTP that are to be sent go.
    pub(super) fn plain(&mut self) -> &mut Output {
        if self.tls.is_some() { &mut self.plain } else { &mut self.out }
    }

    /// Sends what waits, as far as the socket takes it; answers how much it took.
    pub(super) fn flush(&mut self, now: Instant) -> io::Result<u64> {
        self.seal(now)?;
        let before = self.out.len();
        self.blocked = false;
        while !self.out.is_empty() {
            let mut slices = [IoSlice::new(&[]); SLICES];
            let filled = self.out.slices(&mut slices);
            match self.stream.write_vectored(slices.get(..filled).unwrap_or_default()) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => self.out.advance(written as u64),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.blocked = true;
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(before - self.out.len())
    }

    fn seal(&mut self, now: Instant) -> io::Result<()> {
        let Some(tls) = &mut self.tls else { return Ok(()) };
        tls.poll_transmit(now, &mut self.out);
        while !self.plain.is_empty() && !self.out.is_full() {
            let mut slices = [IoSlice::new(&[]); SLICES];
            let filled = self.plain.slices(&mut slices);
            let parts = slices.get(..filled).unwrap_or_default();
            let most = self.out.room().max(record::MAX_CONTENT);
            let sealed = tls.send_slices(parts, most);
            let sealed = sealed.map_err(|misuse| io::Error::other(misuse.to_string()))?;
            self.plain.advance(sealed as u64);
            tls.poll_transmit(now, &mut self.out);
        }
        Ok(())
    }

    /// Says that no more is sent, as far as the socket takes it now.
    pub(super) fn close(&mut self, now: Instant) {
        // Nobody waits for what comes of it.
        let _ = self.flush(now);
        if let Some(tls) = &mut self.tls {
            let _ = tls.close();
        }
        let _ = self.flush(now);
        let _ = self.stream.shutdown(Shutdown::Write);
    }
}

impl AsFd for Line {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}
