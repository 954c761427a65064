//! The octets' way out and in: TCP, or a Unix-domain socket with the same manners.
//!
//! Invariant: a time-out set on the socket is remembered, so that a read costs one call to the
//! kernel and not two.
//!
//! Users: [`super::connection`].

use std::{
    io::{self, IoSlice, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    os::{
        fd::{AsFd, BorrowedFd},
        unix::net::UnixStream,
    },
    time::Duration,
};

/// A connected stream socket.
#[derive(Debug)]
pub(crate) struct Stream {
    socket: Socket,
    read_limit: Option<Duration>,
    write_limit: Option<Duration>,
}

#[derive(Debug)]
enum Socket {
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

impl Stream {
    pub(crate) fn tcp(stream: TcpStream) -> Self {
        Self { socket: Socket::Tcp(stream), read_limit: None, write_limit: None }
    }

    pub(crate) fn unix(stream: UnixStream) -> Self {
        Self { socket: Socket::Unix(stream), read_limit: None, write_limit: None }
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
        either!(&self.socket, socket => socket.shutdown(Shutdown::Write))
    }

    pub(crate) fn peer(&self) -> Option<SocketAddr> {
        match &self.socket {
            Socket::Tcp(stream) => stream.peer_addr().ok(),
            Socket::Unix(_) => None,
        }
    }

    pub(crate) fn local(&self) -> Option<SocketAddr> {
        match &self.socket {
            Socket::Tcp(stream) => stream.local_addr().ok(),
            Socket::Unix(_) => None,
        }
    }

    /// Whether an idle connection can still carry a request: the peer has neither closed it nor
    /// sent something nobody asked for (a 408, say, before it closes). An octet that this reads is
    /// lost, but then so is the connection.
    pub(crate) fn is_quiet(&mut self) -> bool {
        if self.set_nonblocking(true).is_err() {
            return false;
        }
        let read = self.read(&mut [0]).map_err(|error| error.kind());
        read == Err(io::ErrorKind::WouldBlock) && self.set_nonblocking(false).is_ok()
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
        either!(&self.socket, socket => { let mut socket = socket; socket.read(buffer) })
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
        either!(&self.socket, socket => { let mut socket = socket; socket.write(octets) })
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        either!(&self.socket, socket => { let mut socket = socket; socket.write_vectored(slices) })
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
