//! UDP for a transport in user space: many datagrams in one call, and what the network said of
//! them.
//!
//! RFC 768 (UDP), RFC 3168 (ECN), RFC 8899 (why fragments must not be made)
//!
//! ```text
//!   Transmit    destination, source │ ECN │ octets, cut by the kernel into segments (GSO)
//!   Received    source, destination │ ECN │ octets, joined by the kernel from segments (GRO)
//! ```
//!
//! std sends and receives one datagram in a call, and hears nothing but octets and source. On a
//! fast path the calls are the cost: sixty-four datagrams in one segmented send cost little more
//! than one. The joining and cutting is the kernel's, so the wire shows ordinary datagrams.
//!
//! What the system cannot do is found out at bind and told by [`Abilities`]; every function works
//! without it, one datagram at a time, by std alone.
//!
//! Invariant: an IPv4 peer has an IPv4 address, on a dual-stack socket too: `::ffff:192.0.2.1` is
//! never seen outside.
//!
//! Used by: the drivers of QUIC in `client` and `server`.

mod batch;
#[cfg(target_os = "linux")]
mod offload;
mod plain;
mod transmit;

pub use batch::{Batch, Received};
pub use transmit::{Ecn, MAX_OCTETS, MAX_SEGMENTS, Transmit};

/// Where there is no offload, the plain way stands in its place.
#[cfg(not(target_os = "linux"))]
use plain as offload;

use crate::sys::{
    number::{IPPROTO_IPV6, IPV6_V6ONLY, SO_REUSEPORT, SOCK_DGRAM, SOL_SOCKET},
    option::{Name, switch},
    socket,
};
use std::{
    io,
    net::{IpAddr, SocketAddr},
    os::fd::{AsFd, BorrowedFd},
    sync::atomic::{AtomicBool, Ordering},
};

/// How to bind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UdpOptions {
    /// Several sockets share the port and the kernel spreads peers over them.
    pub reuse_port: bool,
    /// An IPv6 wildcard takes IPv6 alone.
    pub only_v6: bool,
    /// Ask for everything in [`Abilities`]; without it the socket is as std's.
    pub offload: bool,
}

impl Default for UdpOptions {
    fn default() -> Self {
        Self { reuse_port: false, only_v6: false, offload: true }
    }
}

/// What the system does for this socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// Several datagrams in one call (sendmmsg, recvmmsg).
    pub batches: bool,
    /// The kernel cuts a [`Transmit`] into segments (GSO). May be lost later: a network card can
    /// refuse where the kernel did not.
    pub segmentation: bool,
    /// The kernel joins segments of one peer (GRO).
    pub coalescing: bool,
    /// The congestion bits are set and told.
    pub ecn: bool,
    /// Our own address is told, and may be chosen.
    pub destination: bool,
    /// No packet is fragmented: one that is too long for the interface fails with `EMSGSIZE`, one
    /// that is too long for the path is lost.
    pub dont_fragment: bool,
}

impl Abilities {
    /// As std's socket.
    pub const NONE: Self = Self {
        batches: false,
        segmentation: false,
        coalescing: false,
        ecn: false,
        destination: false,
        dont_fragment: false,
    };
}

/// A UDP socket.
#[derive(Debug)]
pub struct UdpSocket {
    socket: std::net::UdpSocket,
    abilities: Abilities,
    /// Cleared when a segmented send is refused.
    segmentation: AtomicBool,
    is_v6: bool,
}

impl UdpSocket {
    /// Binds to `address`; port 0 lets the kernel choose one. Blocking mode, as std's.
    ///
    /// # Errors
    /// As the kernel says. A missing ability is not an error.
    pub fn bind(address: SocketAddr, options: &UdpOptions) -> io::Result<Self> {
        let owned = socket::open(&address, SOCK_DGRAM, false)?;
        if options.reuse_port {
            switch(owned.as_fd(), Name(SOL_SOCKET, SO_REUSEPORT), true)?;
        }
        if address.is_ipv6() {
            switch(owned.as_fd(), Name(IPPROTO_IPV6, IPV6_V6ONLY), options.only_v6)?;
        }
        socket::bind_to(owned.as_fd(), &address)?;
        Self::new(owned.into(), options.offload)
    }

    /// The same for a socket of std, with everything the system can do.
    ///
    /// # Errors
    /// The socket has no address.
    pub fn from_std(socket: std::net::UdpSocket) -> io::Result<Self> {
        Self::new(socket, true)
    }

    fn new(socket: std::net::UdpSocket, offload: bool) -> io::Result<Self> {
        let is_v6 = socket.local_addr()?.is_ipv6();
        let abilities = if offload { offload::probe(&socket, is_v6) } else { Abilities::NONE };
        let segmentation = AtomicBool::new(abilities.segmentation);
        Ok(Self { socket, abilities, segmentation, is_v6 })
    }

    /// std's socket, for its options, its address and its modes.
    pub fn as_std(&self) -> &std::net::UdpSocket {
        &self.socket
    }

    /// What the system does for this socket now.
    pub fn abilities(&self) -> Abilities {
        let segmentation = self.segmentation.load(Ordering::Relaxed);
        Abilities { segmentation, ..self.abilities }
    }

    /// Sends one transmit; answers how many of its octets went out: all of them, or, where the
    /// system cannot segment, those of the datagrams that the socket took before it was full.
    ///
    /// # Errors
    /// `InvalidInput` for a transmit over the limits; `WouldBlock` from a full non-blocking socket;
    /// otherwise what the kernel says. A peer that is not there may be told as `ConnectionRefused`
    /// by a later call.
    pub fn send(&self, transmit: &Transmit<'_>) -> io::Result<usize> {
        transmit.admit()?;
        if self.abilities.batches {
            offload::send(self, transmit)
        } else {
            plain::send(self, transmit)
        }
    }

    /// Sends as many of `transmits` as the socket takes, in few calls; answers how many it took.
    ///
    /// Where the system cannot segment, a transmit whose first datagrams went out counts as taken:
    /// the rest of it is lost, as on any network.
    ///
    /// # Errors
    /// As [`Self::send`], where the first transmit fails; a failure of a later one ends the call,
    /// and comes out when that one is sent again.
    pub fn send_batch(&self, transmits: &[Transmit<'_>]) -> io::Result<usize> {
        let mut taken = 0;
        while let Some(rest) = transmits.get(taken..).filter(|rest| !rest.is_empty()) {
            let some = if self.abilities.batches {
                offload::send_some(self, rest)
            } else {
                plain::send_some(self, rest)
            };
            match some {
                Ok(some) => taken += some,
                Err(error) if taken == 0 => return Err(error),
                Err(_) => break,
            }
        }
        Ok(taken)
    }

    /// Fills `batch` with what has come; answers how many receipts it has. A blocking socket waits
    /// for the first one.
    ///
    /// # Errors
    /// `WouldBlock` from a non-blocking socket with nothing in it. `ConnectionRefused` tells that
    /// an earlier datagram found no peer (ICMP); the socket is as good as before.
    pub fn receive(&self, batch: &mut Batch) -> io::Result<usize> {
        batch.found.clear();
        let count = if self.abilities.batches {
            offload::receive(self, batch)?
        } else {
            plain::receive(self, batch)?
        };
        batch.trim();
        Ok(count)
    }

    /// The address as this socket's family says it.
    fn outward(&self, address: SocketAddr) -> SocketAddr {
        match address {
            SocketAddr::V4(v4) if self.is_v6 => {
                SocketAddr::new(v4.ip().to_ipv6_mapped().into(), v4.port())
            }
            same => same,
        }
    }
}

/// The address as the network says it: a mapped one is IPv4's.
fn inward(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        v4 @ IpAddr::V4(_) => SocketAddr::new(v4, address.port()),
        IpAddr::V6(_) => address,
    }
}

impl AsFd for UdpSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
