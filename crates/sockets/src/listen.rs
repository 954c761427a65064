//! A port becomes a stream of connections.
//!
//! ```text
//!   socket ─► options ─► bind ─► listen ─► accept ─► accept ─► …
//! ```
//!
//! std's listener knows one backlog (128) and no options before bind, where most of them have to be
//! set; this one makes the same type by hand.
//!
//! Used by: `server`'s loops, which each listen on the same port by SO_REUSEPORT.

use crate::sys::{
    number::{IPPROTO_IPV6, IPV6_V6ONLY, SO_REUSEADDR, SO_REUSEPORT, SOCK_STREAM, SOL_SOCKET},
    option::{Name, switch},
    socket,
};
use std::{
    io,
    net::{SocketAddr, TcpListener, TcpStream},
    os::fd::AsFd,
};

/// How to listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenOptions {
    /// Connections that may wait to be accepted. 1,024 survives a burst of a thousand clients;
    /// beyond it, Linux drops the last step of the handshake and the client tries again after a
    /// second. The kernel caps it at `net.core.somaxconn` (4,096 by default).
    pub backlog: u32,
    /// Several sockets share the port and the kernel spreads connections over them: one queue per
    /// loop and no lock between loops. Whoever shares must say so, the first included.
    pub reuse_port: bool,
    /// An IPv6 wildcard takes IPv6 alone; without it `[::]` also accepts IPv4, seen as
    /// `::ffff:192.0.2.1` (RFC 4291 §2.5.5.2).
    pub only_v6: bool,
}

impl Default for ListenOptions {
    fn default() -> Self {
        Self { backlog: 1024, reuse_port: false, only_v6: false }
    }
}

/// Listens on `address`; port 0 lets the kernel choose one.
///
/// The listener is in blocking mode, as std's is.
///
/// # Errors
/// `AddrInUse`, `AddrNotAvailable`, `PermissionDenied` (ports under 1,024), as the kernel says it.
pub fn listen(address: SocketAddr, options: &ListenOptions) -> io::Result<TcpListener> {
    let owned = socket::open(&address, SOCK_STREAM, false)?;
    // A restarted server must not wait for the old connections' TIME-WAIT (RFC 9293 §3.4.2).
    switch(owned.as_fd(), Name(SOL_SOCKET, SO_REUSEADDR), true)?;
    if options.reuse_port {
        switch(owned.as_fd(), Name(SOL_SOCKET, SO_REUSEPORT), true)?;
    }
    if address.is_ipv6() {
        // Said in both cases, since the default is the administrator's.
        switch(owned.as_fd(), Name(IPPROTO_IPV6, IPV6_V6ONLY), options.only_v6)?;
    }
    socket::bind_to(owned.as_fd(), &address)?;
    socket::listen_on(owned.as_fd(), options.backlog)?;
    Ok(TcpListener::from(owned))
}

/// Takes one connection off the queue, in non-blocking mode: one call where std needs two.
///
/// # Errors
/// `WouldBlock` when the queue of a non-blocking listener is empty. Errors that concern the one
/// connection (it was reset while it waited) or our supply of descriptors come out here too: a
/// server goes on after all of them.
pub fn accept(listener: &TcpListener) -> io::Result<(TcpStream, SocketAddr)> {
    socket::accept_nonblocking(listener)
}
