//! What a connection wants sent: many equal datagrams behind each other, one system call.
//!
//! ```text
//!   octets   │ segment │ segment │ segment │ rest │      one path, one mark
//! ```
//!
//! Segmentation offload sends them as they lie (`UDP_SEGMENT`), some twenty times cheaper than one
//! by one. Who has no offload sends [`Transmit::segments`].
//!
//! Invariant: all but the last have `segment` octets, the last has at most as many.
//!
//! Used by: [`Connection::poll_transmit`](super::Connection::poll_transmit), the drivers, who keep
//! one and use it again.

use super::FourTuple;
use crate::acks::Ecn;
use std::net::{Ipv4Addr, SocketAddr};

/// Octets that one offloaded send carries at most.
const LONGEST: usize = 65_507;

/// Datagrams for one path.
#[derive(Debug, Clone)]
pub struct Transmit {
    /// The datagrams.
    pub octets: Vec<u8>,
    /// Octets of each but the last.
    pub segment: usize,
    /// Where they go.
    pub path: FourTuple,
    /// How they are marked.
    pub ecn: Ecn,
    most: usize,
}

impl Transmit {
    /// At most `most` datagrams at once: 1 without offload, 64 on older kernels.
    pub fn new(most: usize) -> Self {
        let nowhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
        Self {
            octets: Vec::new(),
            segment: 0,
            path: FourTuple { local: nowhere, remote: nowhere },
            ecn: Ecn::NotEct,
            most: most.max(1),
        }
    }

    /// The datagrams, one by one.
    pub fn segments(&self) -> impl Iterator<Item = &[u8]> {
        self.octets.chunks(self.segment.max(1))
    }

    /// Whether there is nothing.
    pub const fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }

    pub(super) fn clear(&mut self, path: FourTuple) {
        self.octets.clear();
        (self.segment, self.ecn, self.path) = (0, Ecn::NotEct, path);
    }

    /// Whether one more of `size` octets fits.
    pub(super) const fn has_room(&self, size: usize) -> bool {
        let length = self.octets.len();
        length == 0 || (length < self.segment * self.most && length + size <= LONGEST)
    }
}
