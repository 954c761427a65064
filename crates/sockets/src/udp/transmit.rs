//! What is to be sent: to whom, from where, and in which portions.
//!
//! ```text
//!   octets    | 1200 | 1200 | 1200 | 700 |    segment 1200: four datagrams, the last one shorter
//! ```
//!
//! Used by: [`UdpSocket::send`](super::UdpSocket::send).

use std::{
    io,
    net::{IpAddr, SocketAddr},
};

/// Segments in one [`Transmit`] at most, whatever their size: older kernels' limit.
pub const MAX_SEGMENTS: usize = 64;

/// Octets in one [`Transmit`] at most: what an IPv4 packet can hold, segmented or not.
pub const MAX_OCTETS: usize = 65_507;

/// The two bits in the IP header by which routers tell of congestion (RFC 3168 §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ecn {
    /// 00: the transport does not listen.
    NotEct = 0b00,
    /// 01: the transport listens; used by L4S (RFC 9331).
    Ect1 = 0b01,
    /// 10: the transport listens.
    Ect0 = 0b10,
    /// 11: a router was congested.
    Ce = 0b11,
}

impl Ecn {
    /// From the low two bits of the traffic class (IPv6) or the type of service (IPv4).
    pub fn from_bits(bits: u8) -> Self {
        match bits & 0b11 {
            0b00 => Self::NotEct,
            0b01 => Self::Ect1,
            0b10 => Self::Ect0,
            _ => Self::Ce,
        }
    }
}

/// Octets to send: one datagram, or many equal ones to the same peer.
#[derive(Debug, Clone, Copy)]
pub struct Transmit<'a> {
    /// To whom; `None` on a connected socket.
    pub destination: Option<SocketAddr>,
    /// From which of our addresses; `None` lets the kernel choose. A server answers from the
    /// address it was asked at, or the peer's NAT will not know the answer.
    pub source: Option<IpAddr>,
    /// What the packets say of congestion; `None`: nothing (Not-ECT).
    pub ecn: Option<Ecn>,
    /// Octets in each datagram; the last one may be shorter. `None`: all octets are one datagram.
    pub segment: Option<usize>,
    /// The payload, at most [`MAX_OCTETS`] and [`MAX_SEGMENTS`].
    pub octets: &'a [u8],
}

impl<'a> Transmit<'a> {
    /// One datagram to `destination`, all else left to the kernel.
    pub fn to(destination: SocketAddr, octets: &'a [u8]) -> Self {
        Self { destination: Some(destination), source: None, ecn: None, segment: None, octets }
    }

    /// The same octets as datagrams of at most `length` each.
    pub fn segmented(self, length: usize) -> Self {
        Self { segment: Some(length), ..self }
    }

    /// Whether it is within the limits.
    ///
    /// # Errors
    /// `InvalidInput`.
    pub(super) fn admit(&self) -> io::Result<()> {
        let segments = match self.segment {
            Some(0) => usize::MAX,
            Some(length) => self.octets.len().div_ceil(length),
            None => 1,
        };
        if segments > MAX_SEGMENTS || self.octets.len() > MAX_OCTETS {
            let why = "a transmit holds at most 65,507 octets and 64 segments of at least one";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        Ok(())
    }

    /// The datagrams. An empty one is one too.
    pub(super) fn datagrams(&self) -> impl Iterator<Item = &'a [u8]> {
        let length = self.segment.unwrap_or(self.octets.len()).max(1);
        let empty = self.octets.is_empty().then_some(self.octets);
        empty.into_iter().chain(self.octets.chunks(length))
    }

    /// Whether it is more than one datagram.
    #[cfg(any(target_os = "linux", test))]
    pub(super) fn is_segmented(&self) -> bool {
        self.segment.is_some_and(|length| length < self.octets.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transmit(length: usize, segment: Option<usize>) -> Transmit<'static> {
        const ZEROS: &[u8] = &[0; 70_000];
        let (octets, _) = ZEROS.split_at(length);
        Transmit { segment, ..Transmit::to(([127, 0, 0, 1], 1).into(), octets) }
    }

    #[test]
    fn a_transmit_is_cut_into_its_datagrams() {
        for (length, segment, datagrams) in [
            (2500, Some(1200), vec![1200, 1200, 100]),
            (2400, Some(1200), vec![1200, 1200]),
            (100, Some(1200), vec![100]),
            (2500, None, vec![2500]),
            (0, None, vec![0]),
            (0, Some(1200), vec![0]),
        ] {
            let one = transmit(length, segment);
            assert_eq!(one.datagrams().map(<[u8]>::len).collect::<Vec<_>>(), datagrams);
            assert_eq!(one.is_segmented(), datagrams.len() > 1);
        }
    }

    #[test]
    fn the_limits_hold() {
        for (length, segment, fits) in [
            (MAX_OCTETS, None, true),
            (MAX_OCTETS + 1, None, false),
            (64, Some(1), true),
            (65, Some(1), false),
            (1, Some(0), false),
        ] {
            assert_eq!(transmit(length, segment).admit().is_ok(), fits, "{length} {segment:?}");
        }
    }

    #[test]
    fn the_two_bits_have_four_names() {
        for bits in 0..=255 {
            assert_eq!(Ecn::from_bits(bits) as u8, bits & 3);
        }
    }
}
