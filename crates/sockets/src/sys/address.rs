//! An address and a port as the kernel reads them.
//!
//! ```text
//!              0         2         4                   8                  24         28
//! sockaddr_in  | family  | port    | IPv4 address      | zeros …       |
//! sockaddr_in6 | family  | port    | flow information  | IPv6 address     | scope    |
//! ```
//!
//! Port and address are in network order, the rest in the machine's. The BSDs split `family` into
//! a length octet and a family octet.
//!
//! Invariant: the structure is built and read as octets, so that nothing here is `unsafe`.
#![cfg_attr(
    not(target_os = "linux"),
    allow(dead_code, reason = "elsewhere std reads the addresses that the kernel wrote")
)]

use super::number::{AF_INET, AF_INET6};
use std::{
    ffi::c_int,
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6},
};

/// Octets of the longer of the two.
const LENGTH: usize = 28;

/// A `struct sockaddr_in` or `struct sockaddr_in6`, aligned as both ask for.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(8))]
pub(crate) struct RawAddress([u8; LENGTH]);

/// The protocol family that an address needs.
pub(crate) fn family(address: &SocketAddr) -> c_int {
    if address.is_ipv4() { AF_INET } else { AF_INET6 }
}

impl RawAddress {
    /// Room for the kernel to write into.
    pub(crate) const EMPTY: Self = Self([0; LENGTH]);
    /// How much room: what goes in with [`Self::EMPTY`].
    pub(crate) const ROOM: u32 = 28;

    /// The structure and how many of its octets count.
    pub(crate) fn encode(address: &SocketAddr) -> (Self, u32) {
        let mut raw = Self::EMPTY;
        let length = match address {
            SocketAddr::V4(v4) => {
                raw.put(0, &head(AF_INET, 16));
                raw.put(2, &v4.port().to_be_bytes());
                raw.put(4, &v4.ip().octets());
                16
            }
            SocketAddr::V6(v6) => {
                raw.put(0, &head(AF_INET6, 28));
                raw.put(2, &v6.port().to_be_bytes());
                raw.put(4, &v6.flowinfo().to_ne_bytes());
                raw.put(8, &v6.ip().octets());
                raw.put(24, &v6.scope_id().to_ne_bytes());
                28
            }
        };
        (raw, length)
    }

    /// What the kernel wrote.
    ///
    /// # Errors
    /// `InvalidData` for a family that is neither.
    pub(crate) fn decode(&self) -> io::Result<SocketAddr> {
        let port = u16::from_be_bytes(self.take(2));
        let family = self.family();
        if family == AF_INET {
            let address = Ipv4Addr::from(self.take::<4>(4));
            return Ok(SocketAddrV4::new(address, port).into());
        }
        if family == AF_INET6 {
            let address = Ipv6Addr::from(self.take::<16>(8));
            let flow = u32::from_ne_bytes(self.take(4));
            let scope = u32::from_ne_bytes(self.take(24));
            return Ok(SocketAddrV6::new(address, port, flow, scope).into());
        }
        Err(io::Error::new(io::ErrorKind::InvalidData, "an address that is not an internet one"))
    }

    #[cfg(target_os = "linux")]
    fn family(&self) -> c_int {
        c_int::from(u16::from_ne_bytes(self.take(0)))
    }

    #[cfg(not(target_os = "linux"))]
    fn family(&self) -> c_int {
        c_int::from(self.take::<1>(1)[0])
    }

    fn put(&mut self, at: usize, octets: &[u8]) {
        if let Some(place) = self.0.get_mut(at..at + octets.len()) {
            place.copy_from_slice(octets);
        }
    }

    fn take<const N: usize>(&self, at: usize) -> [u8; N] {
        self.0.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or([0; N])
    }
}

#[cfg(target_os = "linux")]
fn head(family: c_int, _length: u8) -> [u8; 2] {
    u16::try_from(family).unwrap_or_default().to_ne_bytes()
}

#[cfg(not(target_os = "linux"))]
fn head(family: c_int, length: u8) -> [u8; 2] {
    [length, u8::try_from(family).unwrap_or_default()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_encoded_is_decoded() {
        for text in ["127.0.0.1:80", "0.0.0.0:65535", "[::1]:443", "[fe80::1%7]:1"] {
            let address: SocketAddr = text.parse().unwrap();
            let (raw, length) = RawAddress::encode(&address);
            assert_eq!(raw.decode().unwrap(), address);
            assert_eq!(length, if address.is_ipv4() { 16 } else { 28 });
        }
    }

    #[test]
    fn another_family_is_refused() {
        assert_eq!(RawAddress::EMPTY.decode().unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
