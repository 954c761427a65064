//! Sends back every datagram, many in one call where the system can.
//!
//! ```text
//! cargo run -p sockets --example echo_udp            then, elsewhere:  nc -u 127.0.0.1 7007
//! ```
//!
//! There are no connections: each datagram says who sent it, and the answer goes there, from the
//! address it came to, with the congestion bits it came with.

use sockets::{
    UdpOptions, UdpSocket,
    udp::{Batch, Transmit},
};
use std::{io, net::SocketAddr};

fn main() -> io::Result<()> {
    let address = SocketAddr::from(([127, 0, 0, 1], 7007));
    let socket = UdpSocket::bind(address, &UdpOptions::default())?;
    println!("echoing on {address}; this system can: {:#?}", socket.abilities());
    let mut batch = Batch::default();
    loop {
        echo(&socket, &mut batch)?;
    }
}

// ANCHOR: echo
/// Waits for datagrams and sends them back; answers how many octets there were.
pub(crate) fn echo(socket: &UdpSocket, batch: &mut Batch) -> io::Result<usize> {
    socket.receive(batch)?;
    let answers: Vec<Transmit<'_>> = batch
        .iter_mut()
        .map(|received| Transmit {
            destination: Some(received.source),
            source: received.destination,
            ecn: received.ecn,
            // What the kernel joined is cut again at the same places.
            segment: Some(received.stride.max(1)),
            octets: received.octets,
        })
        .collect();
    // What the socket does not take is lost, as it might be on any network.
    socket.send_batch(&answers)?;
    Ok(answers.iter().map(|answer| answer.octets.len()).sum())
}
// ANCHOR_END: echo
