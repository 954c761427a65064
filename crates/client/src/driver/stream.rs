//! The octets' way out and in: TCP, or a Unix-domain socket with the same manners; and TLS over
//! either.
//!
//! ```text
//!   Stream ──────────────────► Socket ──► kernel       http, ws
//!   Stream ──► Secure (TLS) ──► Socket ──► kernel      https, wss
//! ```
//!
//! Invariant: a time-out set on the socket is remembered, so that a read costs one call to the
//! kernel and not two.
//!
//! Users: [`super::connection`], [`crate::websocket`].

use super::secure::Secure;
use crate::{Error, core::timeouts::Wait, tls::Secured};
use std::{
    fmt,
    io::{self, IoSlice, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    os::{
        fd::{AsFd, BorrowedFd},
        unix::net::UnixStream,
    },
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use wire::trace::Trace;

/// A connected stream.
#[derive(Debug)]
pub(crate) struct Stream {
    socket: Socket,
    /// Locked for as long as octets pass, so that two threads may use the stream, one for each
    /// way; their socket does not block.
    secure: Option<Box<Mutex<Secure>>>,
    read_limit: Option<Duration>,
    write_limit: Option<Duration>,
    /// Of a tunnel: who is at its other end, for the socket leads to our own driver.
    beyond: Option<Box<Beyond>>,
}

/// The connection that carries a tunnel.
#[derive(Debug)]
pub(super) struct Beyond {
    pub(super) peer: Option<SocketAddr>,
    pub(super) local: Option<SocketAddr>,
    pub(super) secured: Option<Arc<Secured>>,
    /// Learns by its drop that nobody speaks through it any more.
    pub(super) _owner: Box<dyn fmt::Debug + Send + Sync>,
}

/// A connected stream socket.
#[derive(Debug)]
pub(super) enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// Calls the same method of whichever socket it is.
macro_rules! either {
    ($stream:expr, $socket:ident => $call:expr) => {
        match $stream {
            Socket::Tcp($socket) => $call,
            Socket::Unix($socket) => $call,
        }
    };
}

impl Socket {
    pub(super) fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        either!(self, socket => { let mut socket = socket; socket.read(buffer) })
    }

    pub(super) fn write_vectored(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        either!(self, socket => { let mut socket = socket; socket.write_vectored(slices) })
    }
}

impl Stream {
    pub(crate) fn tcp(stream: TcpStream) -> Self {
        Self::new(Socket::Tcp(stream))
    }

    pub(crate) fn unix(stream: UnixStream) -> Self {
        Self::new(Socket::Unix(stream))
    }

    /// A socket whose other end our driver holds.
    pub(super) fn through(stream: UnixStream, beyond: Beyond) -> Self {
        let mut stream = Self::unix(stream);
        stream.beyond = Some(Box::new(beyond));
        stream
    }

    fn new(socket: Socket) -> Self {
        Self { socket, secure: None, read_limit: None, write_limit: None, beyond: None }
    }

    /// From here on all that passes is sealed.
    pub(super) fn put_under(&mut self, secure: Secure) {
        self.secure = Some(Box::new(Mutex::new(secure)));
    }

    /// A panic with the lock held would be one in a state machine that does not panic.
    fn secure(&self) -> Option<MutexGuard<'_, Secure>> {
        let secure = self.secure.as_ref();
        secure.map(|secure| secure.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How long a read may block from now on.
    pub(crate) fn limit_reads(&mut self, limit: Option<Duration>) -> io::Result<()> {
        if self.read_limit != limit {
            either!(&self.socket, socket => socket.set_read_timeout(limit))?;
            self.read_limit = limit;
        }
        Ok(())
    }

    /// How long a write may block from now on.
    pub(crate) fn limit_writes(&mut self, limit: Option<Duration>) -> io::Result<()> {
        if self.write_limit != limit {
            either!(&self.socket, socket => socket.set_write_timeout(limit))?;
            self.write_limit = limit;
        }
        Ok(())
    }

    pub(crate) fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        either!(&self.socket, socket => socket.set_nonblocking(nonblocking))
    }

    /// Tells the peer that nothing more will come.
    pub(crate) fn shut_down_writing(&self) -> io::Result<()> {
        if let Some(mut secure) = self.secure()
            && !secure.close(&self.socket)?
        {
            // Behind the last octet, and not before it.
            return Ok(());
        }
        either!(&self.socket, socket => socket.shutdown(Shutdown::Write))
    }

    pub(crate) fn peer(&self) -> Option<SocketAddr> {
        match &self.socket {
            Socket::Tcp(stream) => stream.peer_addr().ok(),
            Socket::Unix(_) => self.beyond.as_ref()?.peer,
        }
    }

    pub(crate) fn local(&self) -> Option<SocketAddr> {
        match &self.socket {
            Socket::Tcp(stream) => stream.local_addr().ok(),
            Socket::Unix(_) => self.beyond.as_ref()?.local,
        }
    }

    /// Tells `trace` of records and messages from here on.
    pub(crate) fn listen(&self, trace: &Trace) {
        if let Some(mut secure) = self.secure() {
            secure.listen(trace);
        }
    }

    /// What was agreed on with the server, where there is TLS.
    pub(crate) fn secured(&self) -> Option<Arc<Secured>> {
        if let Some(beyond) = &self.beyond {
            return beyond.secured.clone();
        }
        self.secure()?.secured().cloned()
    }

    /// Whether the request went as early data, and counts as far as we know.
    pub(crate) fn sent_early(&self) -> bool {
        self.secure().is_some_and(|secure| secure.sent_early())
    }

    /// Whether something that came is still here: then the socket must not be waited for.
    pub(crate) fn holds(&self) -> bool {
        self.secure().is_some_and(|secure| secure.holds())
    }

    /// Whether the end that a read told may be anybody's doing: TLS has a word for the end, and it
    /// did not come.
    pub(crate) fn was_cut(&self) -> bool {
        self.secure().is_some_and(|secure| secure.was_cut())
    }

    /// Hands the socket what an earlier write left; false if it took not all of it.
    pub(crate) fn push(&self) -> io::Result<bool> {
        self.secure().map_or(Ok(true), |mut secure| secure.push(&self.socket))
    }

    /// Gives up memory that an idle connection does not need.
    pub(crate) fn rest(&self) {
        if let Some(mut secure) = self.secure() {
            secure.rest();
        }
    }

    // ANCHOR: shake
    /// Goes on with the handshake until it is done, or with `early` until something may be sent.
    /// Our own last message waits for what is written next, to go with it.
    ///
    /// # Errors
    /// What `limit` says when the time is over; [`Error::Tls`] and its kin.
    pub(super) fn shake(
        &mut self,
        early: bool,
        limit: impl Fn() -> Result<Wait, Error>,
    ) -> Result<(), Error> {
        loop {
            let wait = limit()?;
            let limited = self.limit_writes(wait.limit).and_then(|()| self.limit_reads(wait.limit));
            let step = limited.and_then(|()| match self.secure() {
                Some(mut secure) => secure.step(&self.socket, early),
                None => Ok(true),
            });
            match step {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(error) if super::connection::is_wait(&error) => {
                    return Err(wait.expired.into());
                }
                Err(error) => return Err(Error::from_read(error, "the server")),
            }
        }
    }
    // ANCHOR_END: shake

    /// Whether an idle connection can still carry a request: the peer has neither closed it nor
    /// sent something nobody asked for (a 408, say, before it closes). An octet that this reads is
    /// lost, but then so is the connection. (Tickets are TLS's own affair, and no answer.)
    pub(crate) fn is_quiet(&mut self) -> bool {
        if self.set_nonblocking(true).is_err() {
            return false;
        }
        let read = self.read(&mut [0]).map_err(|error| error.kind());
        read == Err(io::ErrorKind::WouldBlock) && self.set_nonblocking(false).is_ok()
    }
}

impl Drop for Stream {
    /// Whoever reads on the other side is told that this is the end, if that needs no wait.
    fn drop(&mut self) {
        if self.secure.is_some() && self.set_nonblocking(true).is_ok() {
            let _ = self.secure().map(|mut secure| secure.close(&self.socket));
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self).read(buffer)
    }
}

/// The kernel lets two threads use a socket at once, one for each way.
impl Read for &Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.secure() {
            Some(mut secure) => secure.read(&self.socket, buffer),
            None => self.socket.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        (&*self).write(octets)
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        (&*self).write_vectored(slices)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Write for &Stream {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(octets)])
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match self.secure() {
            Some(mut secure) => secure.write(&self.socket, slices),
            None => self.socket.write_vectored(slices),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        either!(&self.socket, socket => socket.as_fd())
    }
}
