//! The two kinds of stream sockets a loop serves, and the listeners they come from.
//!
//! TCP reaches other machines; a Unix-domain socket reaches processes of this one through a path in
//! the file system, without ports, checksums or acknowledgements. HTTP does not see the difference.

use crate::{Peer, Tls};
use std::{
    io::{self, IoSlice, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    os::{
        fd::{AsFd, BorrowedFd},
        unix::net::{UnixListener, UnixStream},
    },
    sync::Arc,
};

/// A connection's socket.
pub(crate) enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// Where connections come from.
pub(crate) struct Listener {
    place: Place,
    /// What they are spoken to in; in the clear without.
    tls: Option<Arc<Tls>>,
}

enum Place {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// A new connection.
pub(crate) struct Arrival {
    pub(super) socket: Socket,
    pub(super) peer: Peer,
    pub(super) tls: Option<Arc<Tls>>,
}

impl Listener {
    pub(crate) fn tcp(listener: TcpListener, tls: Option<Arc<Tls>>) -> Self {
        Self { place: Place::Tcp(listener), tls }
    }

    pub(crate) fn unix(listener: UnixListener) -> Self {
        Self { place: Place::Unix(listener), tls: None }
    }

    /// Where it listens on the network, and whether it speaks TLS there.
    pub(super) fn address(&self) -> io::Result<Option<(SocketAddr, bool)>> {
        match &self.place {
            Place::Tcp(listener) => Ok(Some((listener.local_addr()?, self.tls.is_some()))),
            Place::Unix(_) => Ok(None),
        }
    }

    /// Where it speaks TLS, and by what.
    pub(super) fn door(&self) -> io::Result<Option<(SocketAddr, Arc<Tls>)>> {
        let Some((address, true)) = self.address()? else { return Ok(None) };
        Ok(self.tls.clone().map(|tls| (address, tls)))
    }

    /// Makes it fit for a loop.
    pub(super) fn prepare(&self) -> io::Result<()> {
        match &self.place {
            Place::Tcp(listener) => {
                listener.set_nonblocking(true)?;
                // Accepted sockets inherit it: answers leave at once, not when the last one is
                // acknowledged.
                sockets::tcp::set_listener_nodelay(listener, true)
            }
            Place::Unix(listener) => listener.set_nonblocking(true),
        }
    }

    /// The next connection, non-blocking.
    pub(super) fn accept(&self) -> io::Result<Arrival> {
        let (socket, peer) = match &self.place {
            Place::Tcp(listener) => {
                let (stream, address) = sockets::accept(listener)?;
                (Socket::Tcp(stream), Peer::Inet(address))
            }
            Place::Unix(listener) => {
                let (stream, _) = listener.accept()?;
                stream.set_nonblocking(true)?;
                (Socket::Unix(stream), Peer::Unix)
            }
        };
        Ok(Arrival { socket, peer, tls: self.tls.clone() })
    }
}

impl Socket {
    /// Lets the close that follows be a reset instead of an orderly end.
    pub(super) fn reset_on_close(&self) {
        match self {
            // Where that fails, the connection is gone already.
            Self::Tcp(stream) => {
                drop(sockets::tcp::set_linger(stream, Some(std::time::Duration::ZERO)));
            }
            // There is no such thing; a connection within the machine does not need it as much.
            Self::Unix(_) => {}
        }
    }

    /// Says that we send no more.
    pub(super) fn shut_down_sending(&self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.shutdown(Shutdown::Write),
            Self::Unix(stream) => stream.shutdown(Shutdown::Write),
        }
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match &self.place {
            Place::Tcp(listener) => listener.as_fd(),
            Place::Unix(listener) => listener.as_fd(),
        }
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Tcp(stream) => stream.as_fd(),
            Self::Unix(stream) => stream.as_fd(),
        }
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(buffer),
            Self::Unix(stream) => stream.read(buffer),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(octets),
            Self::Unix(stream) => stream.write(octets),
        }
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write_vectored(slices),
            Self::Unix(stream) => stream.write_vectored(slices),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
