//! The way of std: one datagram in a call, and nothing but its octets and its source.

#[cfg(not(target_os = "linux"))]
use super::Abilities;
use super::{Batch, Transmit, UdpSocket, batch::Found};
use std::io;

/// What std does beyond octets and source.
#[cfg(not(target_os = "linux"))]
pub(super) fn probe(_: &std::net::UdpSocket, _: bool) -> Abilities {
    Abilities::NONE
}

/// Sends the datagrams one by one; answers how many octets went out.
pub(super) fn send(socket: &UdpSocket, transmit: &Transmit<'_>) -> io::Result<usize> {
    let mut sent = 0;
    for datagram in transmit.datagrams() {
        let answer = match transmit.destination {
            Some(address) => socket.socket.send_to(datagram, socket.outward(address)),
            None => socket.socket.send(datagram),
        };
        match answer {
            Ok(octets) => sent += octets,
            Err(error) if sent == 0 => return Err(error),
            Err(_) => break,
        }
    }
    Ok(sent)
}

/// Sends the first transmit.
pub(super) fn send_some(socket: &UdpSocket, transmits: &[Transmit<'_>]) -> io::Result<usize> {
    let Some(first) = transmits.first() else { return Ok(0) };
    socket.send(first).map(|_| 1)
}

/// Receives one datagram.
pub(super) fn receive(socket: &UdpSocket, batch: &mut Batch) -> io::Result<usize> {
    let Some(slot) = batch.slots.first_mut() else { return Ok(0) };
    let (length, source) = socket.socket.recv_from(slot)?;
    batch.found.push(Found {
        source,
        destination: None,
        ecn: None,
        stride: None,
        length,
        truncated: false,
    });
    Ok(1)
}
