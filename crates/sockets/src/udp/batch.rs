//! Where received datagrams lie: room that is made once and used for every call.
//!
//! ```text
//!   slot 0   | 1200 | 1200 | 1200 | 700 |        one peer's, joined: stride 1200
//!   slot 1   | 48 |                              another's, alone
//! ```
//!
//! Invariant: a slot's octets are overwritten by the next receive; whoever needs them longer
//! copies.

use super::{Ecn, inward};
#[cfg(target_os = "linux")]
use crate::sys::linux::message::Label;
use std::net::{IpAddr, SocketAddr};

/// Slots at most: what one call can fill.
#[cfg(target_os = "linux")]
const MOST: usize = crate::sys::linux::message::BATCH;
/// Slots at most: what one call can fill.
#[cfg(not(target_os = "linux"))]
const MOST: usize = 1;

/// Room for several datagrams.
#[derive(Debug)]
pub struct Batch {
    /// One octet longer than `room`: who fills it has been cut, whether the system tells or not.
    pub(super) slots: Vec<Box<[u8]>>,
    /// What the kernel writes beside each slot's octets.
    #[cfg(target_os = "linux")]
    pub(super) labels: Vec<Label>,
    /// What we understood of it; as many as slots are filled.
    pub(super) found: Vec<Found>,
    /// Octets that a slot is to hold.
    room: usize,
}

/// What was said of a slot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) source: SocketAddr,
    pub(super) destination: Option<IpAddr>,
    pub(super) ecn: Option<Ecn>,
    pub(super) stride: Option<usize>,
    pub(super) length: usize,
    pub(super) truncated: bool,
}

/// One or more datagrams of one peer.
#[derive(Debug)]
pub struct Received<'a> {
    /// Who sent them.
    pub source: SocketAddr,
    /// Which of our addresses they were sent to, where the system tells.
    pub destination: Option<IpAddr>,
    /// What the packets said of congestion, where the system tells.
    pub ecn: Option<Ecn>,
    /// Octets in each datagram; the last may be shorter.
    pub stride: usize,
    /// The last datagram was longer than the room, and its end is lost.
    pub truncated: bool,
    /// The payload of all of them. To be opened in place, hence mutable.
    pub octets: &'a mut [u8],
}

impl Received<'_> {
    /// Each datagram, an empty one left out.
    pub fn datagrams(&mut self) -> impl Iterator<Item = &mut [u8]> {
        self.octets.chunks_mut(self.stride.max(1))
    }
}

impl Batch {
    /// Room for `slots` receipts, 1 to 32, of `octets` each. Where the kernel joins segments, less
    /// than 65,535 octets may cut a receipt short.
    pub fn new(slots: usize, octets: usize) -> Self {
        let slots = slots.clamp(1, MOST);
        Self {
            slots: (0..slots).map(|_| vec![0; octets.saturating_add(1)].into()).collect(),
            #[cfg(target_os = "linux")]
            labels: vec![Label::EMPTY; slots],
            found: Vec::with_capacity(slots),
            room: octets,
        }
    }

    /// Cuts what is longer than the room, and says so.
    pub(super) fn trim(&mut self) {
        for found in &mut self.found {
            found.truncated |= found.length > self.room;
            found.length = found.length.min(self.room);
        }
    }

    /// What the last receive found.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = Received<'_>> {
        let slots = self.found.iter().zip(&mut self.slots);
        slots.map(|(found, octets)| found.received(octets))
    }

    /// How many receipts there are.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }
}

impl Default for Batch {
    /// 16 receipts of 65,535 octets: one MiB, of which the kernel gives us what is touched.
    fn default() -> Self {
        Self::new(16, 65_535)
    }
}

impl Found {
    fn received(self, octets: &mut [u8]) -> Received<'_> {
        let length = self.length.min(octets.len());
        let (octets, _) = octets.split_at_mut(length);
        Received {
            source: inward(self.source),
            destination: self.destination.map(|address| address.to_canonical()),
            ecn: self.ecn,
            stride: self.stride.unwrap_or(length),
            truncated: self.truncated,
            octets,
        }
    }
}
