//! A client's port that moves: another socket for another network.
//!
//! RFC 9000 §9, §9.2, §9.5
//!
//! ```text
//!                        paths from the former port ──► former ─┐
//!   Connection::migrate                                         ├─► network
//!                        paths from the new port ─────► socket ─┘
//!
//!   reopen ──► Migrated   ──► what was still on its way comes ──► forget_former
//!          └─► PathFailed ──► go_back
//! ```
//!
//! Each path has a socket of its own, so that it has a port of its own: who watches the new network
//! is not to see the port that the old one knew.
//!
//! Invariant: there are two sockets at the most, and each path's datagrams leave through its own.
//!
//! Used by: the driver of HTTP/3 in `client`.

use super::{Port, prepare};
use sockets::udp::{UdpOptions, UdpSocket};
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

/// The socket from before a move.
#[derive(Debug)]
pub(super) struct Former {
    pub(super) socket: UdpSocket,
    pub(super) local: SocketAddr,
}

/// Of the two, the one of a path that begins at `port`.
pub(super) fn at<'a>(
    port: u16,
    socket: &'a UdpSocket,
    former: &'a Option<Former>,
) -> &'a UdpSocket {
    match former {
        Some(former) if former.local.port() == port => &former.socket,
        _ => socket,
    }
}

/// Any address of `remote`'s kind, and any port: the kernel chooses the address that each datagram
/// leaves from.
pub(super) const fn any(remote: SocketAddr) -> SocketAddr {
    match remote {
        SocketAddr::V4(_) => SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0),
        SocketAddr::V6(_) => SocketAddr::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), 0),
    }
}

/// The address that the kernel would send from to reach `remote` now. Nothing is sent.
///
/// # Errors
/// As the kernel says, which is that no network leads there.
pub fn source_for(remote: SocketAddr) -> io::Result<IpAddr> {
    let socket = std::net::UdpSocket::bind(any(remote))?;
    socket.connect(remote)?;
    Ok(socket.local_addr()?.ip())
}

impl Port {
    /// Opens another socket beside this one. Paths from [`local`](Self::local) leave through it
    /// from now on; those from the port before keep theirs.
    ///
    /// # Errors
    /// As the kernel says; then nothing has changed.
    pub fn reopen(&mut self) -> io::Result<()> {
        let options = UdpOptions { offload: self.socket.abilities().batches, ..Default::default() };
        let socket = UdpSocket::bind(any(self.local), &options)?;
        let local = prepare(&socket)?;
        let socket = std::mem::replace(&mut self.socket, socket);
        let former = Former { socket, local: std::mem::replace(&mut self.local, local) };
        self.former = Some(former);
        Ok(())
    }

    /// The socket from before [`reopen`](Self::reopen), for a poller.
    pub const fn former(&self) -> Option<&UdpSocket> {
        match &self.former {
            Some(former) => Some(&former.socket),
            None => None,
        }
    }

    /// Nothing comes from there any more.
    pub fn forget_former(&mut self) {
        self.former = None;
    }

    /// The new path does not answer: the socket from before is the only one again.
    pub fn go_back(&mut self) {
        if let Some(Former { socket, local }) = self.former.take() {
            (self.socket, self.local) = (socket, local);
        }
    }
}
