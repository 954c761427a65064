//! A NAT stands between a host and the world: it lends each inside port an outside one, and may
//! forget.
//!
//! RFC 4787 §4.1 (endpoint-independent mapping), RFC 9000 §9 (what rebinding looks like to a peer):
//!
//! ```text
//!   10.0.0.1:5000 ──► 192.0.2.1:1024 ──► server      first datagram: a mapping is made
//!   10.0.0.1:5000 ◄── 192.0.2.1:1024 ◄── server
//!   rebind: the mapping is forgotten
//!   10.0.0.1:5000 ──► 192.0.2.1:1025 ──► server      the same socket, another outside port
//!                 ✗── 192.0.2.1:1024 ◄── server      what comes to the old port is dropped
//! ```
//!
//! Invariant: no outside port is lent twice until all have been lent once.

use std::{
    collections::VecDeque,
    net::{IpAddr, SocketAddr},
};

/// The first port lent.
const FIRST: u16 = 1024;

/// One host's NAT.
#[derive(Debug, Clone)]
pub(crate) struct Nat {
    outside: IpAddr,
    next: u16,
    /// Inside address, outside port; oldest first.
    mappings: VecDeque<(SocketAddr, u16)>,
    limit: usize,
}

impl Nat {
    pub(crate) fn new(outside: IpAddr, limit: usize) -> Self {
        Self { outside, next: FIRST, mappings: VecDeque::new(), limit: limit.max(1) }
    }

    pub(crate) fn outside(&self) -> IpAddr {
        self.outside
    }

    /// The outside address for an inside one; makes a mapping where there is none.
    pub(crate) fn out(&mut self, inside: SocketAddr) -> SocketAddr {
        let known = self.mappings.iter().find(|(address, _)| *address == inside);
        if let Some((_, port)) = known {
            return SocketAddr::new(self.outside, *port);
        }
        let port = self.next;
        self.next = self.next.checked_add(1).unwrap_or(FIRST);
        if self.mappings.len() >= self.limit {
            self.mappings.pop_front();
        }
        self.mappings.push_back((inside, port));
        SocketAddr::new(self.outside, port)
    }

    /// The inside address for an outside port, if it is lent.
    pub(crate) fn back(&self, port: u16) -> Option<SocketAddr> {
        self.mappings.iter().find(|(_, lent)| *lent == port).map(|(inside, _)| *inside)
    }

    /// Forgets all mappings; from now on the host is seen at `outside`.
    pub(crate) fn rebind(&mut self, outside: IpAddr) {
        self.mappings.clear();
        self.outside = outside;
    }
}
