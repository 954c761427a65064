//! The calls that make a socket and give it a name: socket, bind, listen, accept, connect.
//!
//! Invariant: a descriptor is owned from the moment the kernel gives it, so no error on the way
//! leaks it; and none survives an exec (elsewhere than on Linux, but for the instant before fcntl).

use super::{
    address::{RawAddress, family},
    call::check,
    number::EINPROGRESS,
};
use std::{
    ffi::{c_int, c_void},
    io,
    net::SocketAddr,
    os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd},
};

unsafe extern "C" {
    fn socket(domain: c_int, kind: c_int, protocol: c_int) -> c_int;
    fn bind(socket: c_int, address: *const c_void, length: u32) -> c_int;
    fn listen(socket: c_int, backlog: c_int) -> c_int;
    fn connect(socket: c_int, address: *const c_void, length: u32) -> c_int;
}

/// A new socket of the address's family; `kind` is `SOCK_STREAM` or `SOCK_DGRAM`.
///
/// It is closed on exec, so that no child process keeps a port.
pub(crate) fn open(address: &SocketAddr, kind: c_int, nonblocking: bool) -> io::Result<OwnedFd> {
    let flags = flags(nonblocking);
    // SAFETY: three numbers; no memory is handed over.
    let descriptor = check(unsafe { socket(family(address), kind | flags, 0) })?;
    // SAFETY: the kernel just made this descriptor for us, nobody else has it.
    let owned = unsafe { OwnedFd::from_raw_fd(descriptor) };
    finish(&owned, nonblocking)?;
    Ok(owned)
}

/// Gives the socket its local address.
pub(crate) fn bind_to(socket: BorrowedFd<'_>, address: &SocketAddr) -> io::Result<()> {
    let (raw, length) = RawAddress::encode(address);
    // SAFETY: `raw` lives through the call and has at least `length` octets.
    check(unsafe { bind(socket.as_raw_fd(), (&raw const raw).cast(), length) })?;
    Ok(())
}

/// Makes the socket passive, or changes the backlog of one that is.
pub(crate) fn listen_on(socket: BorrowedFd<'_>, backlog: u32) -> io::Result<()> {
    let backlog = c_int::try_from(backlog).unwrap_or(c_int::MAX);
    // SAFETY: two numbers; the descriptor is open as long as it is borrowed.
    check(unsafe { listen(socket.as_raw_fd(), backlog) })?;
    Ok(())
}

/// Starts to connect. `true`: connected at once; `false`: under way, writable when decided.
pub(crate) fn connect_to(socket: BorrowedFd<'_>, address: &SocketAddr) -> io::Result<bool> {
    let (raw, length) = RawAddress::encode(address);
    // SAFETY: `raw` lives through the call and has at least `length` octets.
    match check(unsafe { connect(socket.as_raw_fd(), (&raw const raw).cast(), length) }) {
        Ok(_) => Ok(true),
        // An interrupted connect goes on in the background, as a non-blocking one does.
        Err(error)
            if error.raw_os_error() == Some(EINPROGRESS)
                || error.kind() == io::ErrorKind::Interrupted =>
        {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

#[cfg(target_os = "linux")]
mod system {
    use super::*;
    use crate::sys::number::{SOCK_CLOEXEC, SOCK_NONBLOCK};
    use std::net::{TcpListener, TcpStream};

    unsafe extern "C" {
        fn accept4(socket: c_int, address: *mut c_void, length: *mut u32, flags: c_int) -> c_int;
    }

    pub(super) fn flags(nonblocking: bool) -> c_int {
        SOCK_CLOEXEC | if nonblocking { SOCK_NONBLOCK } else { 0 }
    }

    pub(super) fn finish(_socket: &OwnedFd, _nonblocking: bool) -> io::Result<()> {
        Ok(())
    }

    /// Takes a connection off the queue, already non-blocking: one call where std needs two.
    pub(crate) fn accept_nonblocking(
        listener: &TcpListener,
    ) -> io::Result<(TcpStream, SocketAddr)> {
        let mut raw = RawAddress::EMPTY;
        let mut length = RawAddress::ROOM;
        // SAFETY: `raw` has `length` octets of room, and both live through the call.
        let descriptor = check(unsafe {
            accept4(listener.as_raw_fd(), (&raw mut raw).cast(), &mut length, flags(true))
        })?;
        // SAFETY: the kernel just made this descriptor for us, nobody else has it.
        let stream = TcpStream::from(unsafe { OwnedFd::from_raw_fd(descriptor) });
        Ok((stream, raw.decode()?))
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    unsafe extern "C" {
        fn fcntl(descriptor: c_int, command: c_int, ...) -> c_int;
    }

    const F_GETFL: c_int = 3;
    const F_SETFL: c_int = 4;
    const F_SETFD: c_int = 2;
    const FD_CLOEXEC: c_int = 1;
    const O_NONBLOCK: c_int = 4;

    pub(super) fn flags(_nonblocking: bool) -> c_int {
        0
    }

    pub(super) fn finish(socket: &OwnedFd, nonblocking: bool) -> io::Result<()> {
        let descriptor = socket.as_raw_fd();
        // SAFETY: numbers only; the commands take an int each.
        check(unsafe { fcntl(descriptor, F_SETFD, FD_CLOEXEC) })?;
        if nonblocking {
            // SAFETY: as above.
            let flags = check(unsafe { fcntl(descriptor, F_GETFL) })?;
            // SAFETY: as above.
            check(unsafe { fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) })?;
        }
        Ok(())
    }

    /// Takes a connection off the queue and makes it non-blocking.
    pub(crate) fn accept_nonblocking(
        listener: &TcpListener,
    ) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, peer) = listener.accept()?;
        stream.set_nonblocking(true)?;
        Ok((stream, peer))
    }
}

pub(crate) use system::accept_nonblocking;
use system::{finish, flags};
