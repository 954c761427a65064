//! A node is whatever sends and receives: the four calls of every connection in this project, put
//! around datagrams.
//!
//! Invariant: a node learns the time only from the `now` it is given.
//!
//! Used by: [`Network`](crate::Network), which calls it; the tests of `quic`, the modelled TCP.

use crate::Datagram;
use std::time::Instant;

/// Something with an address.
pub trait Node<P = Vec<u8>> {
    /// A datagram has arrived.
    fn receive(&mut self, datagram: Datagram<P>, now: Instant);

    /// The next datagram to send, until there is none.
    fn transmit(&mut self, now: Instant) -> Option<Datagram<P>>;

    /// When [`handle_timeout`](Self::handle_timeout) must be called at the latest.
    fn next_timeout(&self) -> Option<Instant>;

    /// The instant that [`next_timeout`](Self::next_timeout) named has come.
    fn handle_timeout(&mut self, now: Instant);
}

impl<P, N: Node<P> + ?Sized> Node<P> for &mut N {
    fn receive(&mut self, datagram: Datagram<P>, now: Instant) {
        (**self).receive(datagram, now);
    }

    fn transmit(&mut self, now: Instant) -> Option<Datagram<P>> {
        (**self).transmit(now)
    }

    fn next_timeout(&self) -> Option<Instant> {
        (**self).next_timeout()
    }

    fn handle_timeout(&mut self, now: Instant) {
        (**self).handle_timeout(now);
    }
}
