//! UDP and TCP meet in one queue.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use sim::{Datagram, Host, Link, Network, Node, Silent, tcp};
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

/// A datagram of 1,200 octets every `gap`, whatever becomes of them.
struct Stream {
    next: Instant,
    gap: Duration,
    from: SocketAddr,
    to: SocketAddr,
    heard: usize,
}

impl Node for Stream {
    fn receive(&mut self, datagram: Datagram, _: Instant) {
        self.heard += datagram.payload.len();
    }

    fn transmit(&mut self, now: Instant) -> Option<Datagram> {
        (now >= self.next && !self.gap.is_zero()).then(|| {
            self.next = now + self.gap;
            Datagram::new(self.from, self.to, vec![0; 1200])
        })
    }

    fn next_timeout(&self) -> Option<Instant> {
        (!self.gap.is_zero()).then_some(self.next)
    }

    fn handle_timeout(&mut self, _: Instant) {}
}

#[test]
fn tcp_gives_way_to_what_does_not_listen() {
    let (here, there): (SocketAddr, SocketAddr) =
        ("10.0.0.1:4000".parse().unwrap(), "10.0.0.2:80".parse().unwrap());
    let mut network = Network::new(1);
    let (a, b) = (network.attach(0, "a", here.ip()), network.attach(1, "b", there.ip()));
    network.connect(a, b, Link::interop());
    // 1,228 octets every 2 ms: 4.9 of the 10 Mbit/s.
    let stream = |gap| Stream { next: network.now(), gap, from: here, to: there, heard: 0 };
    let config = tcp::Config::default();
    let mut client =
        Host::new(stream(Duration::from_millis(2)), tcp::Endpoint::new(here.ip(), config, 1));
    let mut server = Host::new(stream(Duration::ZERO), tcp::Endpoint::new(there.ip(), config, 2));
    server.tcp.listen(80);
    let id = client.tcp.connect(there).unwrap();
    let mut accepted = None;
    while network.elapsed() < Duration::from_secs(10) {
        network.step(&mut [&mut client, &mut server]).unwrap();
        client.tcp.get_mut(id).unwrap().write(&[0; 10_000]);
        accepted = accepted.or_else(|| server.tcp.accept());
        if let Some(id) = accepted {
            server.tcp.get_mut(id).unwrap().read(usize::MAX);
        }
    }
    let over_udp = server.udp.heard;
    let over_tcp = client.tcp.get(id).unwrap().figures().acknowledged;
    // Of 6 MB the stream takes nearly all it sends; TCP most of the rest of 12.5 MB.
    assert!(over_udp > 5_700_000, "{over_udp}");
    assert!((4_500_000..6_400_000).contains(&over_tcp), "{over_tcp}");
}

#[test]
fn a_silent_half_waits_for_nothing() {
    let host: Host = Host::new(Silent, Silent);
    assert_eq!(host.next_timeout(), None);
}
