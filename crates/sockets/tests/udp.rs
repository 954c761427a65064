//! UDP over loopback: batches, segments, congestion bits, addresses; and the same without offload.
#![cfg_attr(not(target_os = "linux"), allow(unused, reason = "some of this is Linux's alone"))]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use sockets::{
    UdpOptions, UdpSocket,
    udp::{Abilities, Batch, Ecn, MAX_OCTETS, Transmit},
};
use std::{
    io::ErrorKind,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

fn bind_to(address: &str, offload: bool) -> UdpSocket {
    let options = UdpOptions { offload, ..UdpOptions::default() };
    UdpSocket::bind(address.parse().unwrap(), &options).unwrap()
}

fn address(socket: &UdpSocket) -> SocketAddr {
    socket.as_std().local_addr().unwrap()
}

/// One datagram and what was said of it.
struct Arrived {
    octets: Vec<u8>,
    source: SocketAddr,
    ecn: Option<Ecn>,
    destination: Option<IpAddr>,
}

/// Receives until so many datagrams are there.
fn gather(socket: &UdpSocket, count: usize) -> Vec<Arrived> {
    let mut batch = Batch::default();
    let mut all = Vec::new();
    while all.len() < count {
        assert!(socket.receive(&mut batch).unwrap() > 0);
        for mut received in batch.iter_mut() {
            let (source, ecn, destination) = (received.source, received.ecn, received.destination);
            assert!(!received.truncated);
            all.extend(received.datagrams().map(|octets| {
                let octets = octets.to_vec();
                Arrived { octets, source, ecn, destination }
            }));
        }
    }
    all
}

fn has_ipv6() -> bool {
    let has = std::net::UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)).is_ok();
    if !has {
        testkit::skip("no IPv6 on loopback");
    }
    has
}

#[test]
fn segments_arrive_as_the_datagrams_they_are() {
    let octets: Vec<u8> = (0..=255).cycle().take(20 * 1200 + 700).collect();
    for (sender, receiver) in [(true, true), (true, false), (false, true), (false, false)] {
        let (from, to) = (bind_to("127.0.0.1:0", sender), bind_to("127.0.0.1:0", receiver));
        let sent = from.send(&Transmit::to(address(&to), &octets).segmented(1200)).unwrap();
        assert_eq!(sent, octets.len());
        let found = gather(&to, 21);
        let lengths: Vec<usize> = found.iter().map(|one| one.octets.len()).collect();
        assert_eq!(lengths, [vec![1200; 20], vec![700]].concat());
        assert!(found.iter().flat_map(|one| &one.octets).eq(&octets));
        assert!(found.iter().all(|one| one.source == address(&from)));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn the_kernel_joins_what_it_did_not_have_to_cut() {
    let (from, to) = (bind_to("127.0.0.1:0", true), bind_to("127.0.0.1:0", true));
    let abilities = to.abilities();
    if !(abilities.segmentation && abilities.coalescing) {
        return testkit::skip("this kernel knows no UDP_SEGMENT or UDP_GRO");
    }
    let octets = vec![7; 1200 * 54];
    from.send(&Transmit::to(address(&to), &octets).segmented(1200)).unwrap();
    let mut batch = Batch::default();
    assert_eq!(to.receive(&mut batch).unwrap(), 1, "54 datagrams in one receipt");
    let mut received = batch.iter_mut().next().unwrap();
    assert_eq!((received.stride, received.octets.len()), (1200, octets.len()));
    assert_eq!(received.datagrams().count(), 54);
}

#[test]
fn a_batch_goes_out_in_order_however_long_it_is() {
    for offload in [true, false] {
        let (from, to) = (bind_to("127.0.0.1:0", offload), bind_to("127.0.0.1:0", offload));
        let payloads: Vec<[u8; 2]> = (0..100_u16).map(u16::to_be_bytes).collect();
        let transmits: Vec<_> =
            payloads.iter().map(|octets| Transmit::to(address(&to), octets)).collect();
        assert_eq!(from.send_batch(&transmits).unwrap(), 100);
        let found: Vec<Vec<u8>> = gather(&to, 100).into_iter().map(|one| one.octets).collect();
        assert_eq!(found, payloads);
    }
}

#[test]
fn an_empty_batch_is_no_work() {
    assert_eq!(bind_to("127.0.0.1:0", true).send_batch(&[]).unwrap(), 0);
}

#[test]
#[cfg(target_os = "linux")]
fn congestion_bits_arrive_in_both_families() {
    for local in ["127.0.0.1:0", "[::1]:0"] {
        if local.starts_with('[') && !has_ipv6() {
            continue;
        }
        let (from, to) = (bind_to(local, true), bind_to(local, true));
        for ecn in [Ecn::Ect0, Ecn::Ect1, Ecn::Ce, Ecn::NotEct] {
            let transmit = Transmit { ecn: Some(ecn), ..Transmit::to(address(&to), b"x") };
            from.send(&transmit).unwrap();
            let found = gather(&to, 1);
            assert_eq!(found[0].ecn, Some(ecn), "{local}");
            assert_eq!(found[0].destination, Some(address(&to).ip()), "{local}");
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn an_answer_leaves_from_the_address_that_was_asked() {
    let (client, server) = (bind_to("127.0.0.1:0", true), bind_to("0.0.0.0:0", true));
    let asked = SocketAddr::new(Ipv4Addr::new(127, 9, 9, 9).into(), address(&server).port());
    client.send(&Transmit::to(asked, b"question")).unwrap();
    let Arrived { source: peer, destination, .. } = gather(&server, 1).remove(0);
    assert_eq!(destination, Some(asked.ip()));
    let answer = Transmit { source: destination, ..Transmit::to(peer, b"answer") };
    server.send(&answer).unwrap();
    assert_eq!(gather(&client, 1)[0].source, asked);
}

#[test]
#[cfg(target_os = "linux")]
fn a_dual_stack_socket_knows_ipv4_peers_by_their_own_addresses() {
    if !has_ipv6() {
        return;
    }
    let server = bind_to("[::]:0", true);
    let port = address(&server).port();
    for (local, to) in [("127.0.0.1:0", "127.9.9.9"), ("[::1]:0", "::1")] {
        let client = bind_to(local, true);
        let asked = SocketAddr::new(to.parse().unwrap(), port);
        let question = Transmit { ecn: Some(Ecn::Ect0), ..Transmit::to(asked, b"question") };
        client.send(&question).unwrap();
        let Arrived { source: peer, ecn, destination, .. } = gather(&server, 1).remove(0);
        assert_eq!(peer, address(&client));
        assert_eq!((ecn, destination), (Some(Ecn::Ect0), Some(asked.ip())));
        let octets = [7; 3000];
        let answer = Transmit {
            source: destination,
            ecn: Some(Ecn::Ect1),
            ..Transmit::to(peer, &octets).segmented(1000)
        };
        server.send(&answer).unwrap();
        for one in gather(&client, 3) {
            let found = (one.octets.len(), one.source, one.ecn);
            assert_eq!(found, (1000, asked, Some(Ecn::Ect1)));
        }
    }
}

#[test]
fn a_connected_socket_needs_no_destination() {
    for offload in [true, false] {
        let (from, to) = (bind_to("127.0.0.1:0", offload), bind_to("127.0.0.1:0", offload));
        from.as_std().connect(address(&to)).unwrap();
        let transmit = Transmit { destination: None, ..Transmit::to(address(&to), b"abcdef") };
        assert_eq!(from.send(&transmit.segmented(2)).unwrap(), 6);
        assert_eq!(gather(&to, 3).len(), 3);
    }
}

#[test]
fn an_empty_datagram_is_one() {
    for offload in [true, false] {
        let (from, to) = (bind_to("127.0.0.1:0", offload), bind_to("127.0.0.1:0", offload));
        assert_eq!(from.send(&Transmit::to(address(&to), b"")).unwrap(), 0);
        let mut batch = Batch::default();
        assert_eq!(to.receive(&mut batch).unwrap(), 1);
        let mut received = batch.iter_mut().next().unwrap();
        assert_eq!((received.octets.len(), received.datagrams().count()), (0, 0));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_datagram_longer_than_the_room_is_marked() {
    let (from, to) = (bind_to("127.0.0.1:0", true), bind_to("127.0.0.1:0", true));
    from.send(&Transmit::to(address(&to), &[7; 100])).unwrap();
    let mut batch = Batch::new(4, 60);
    to.receive(&mut batch).unwrap();
    let received = batch.iter_mut().next().unwrap();
    assert!(received.truncated);
    assert_eq!(received.octets.len(), 60);
}

#[test]
fn a_non_blocking_socket_with_nothing_says_so() {
    for offload in [true, false] {
        let socket = bind_to("127.0.0.1:0", offload);
        socket.as_std().set_nonblocking(true).unwrap();
        let mut batch = Batch::default();
        assert_eq!(socket.receive(&mut batch).unwrap_err().kind(), ErrorKind::WouldBlock);
        assert!(batch.is_empty() && batch.iter_mut().next().is_none());
    }
}

#[test]
fn what_is_over_the_limits_is_refused() {
    let socket = bind_to("127.0.0.1:0", true);
    let octets = vec![0; MAX_OCTETS + 1];
    let long = Transmit::to(address(&socket), &octets);
    let fits = Transmit::to(address(&socket), b"fits");
    assert_eq!(socket.send(&long).unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(socket.send(&long.segmented(0)).unwrap_err().kind(), ErrorKind::InvalidInput);
    // In a batch, what stands before it goes out and its own error comes when it is first.
    assert_eq!(socket.send_batch(&[fits, long]).unwrap(), 1);
    assert_eq!(socket.send_batch(&[long]).unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[test]
fn without_offload_the_socket_is_as_stds() {
    assert_eq!(bind_to("127.0.0.1:0", false).abilities(), Abilities::NONE);
    if cfg!(target_os = "linux") {
        let abilities = bind_to("127.0.0.1:0", true).abilities();
        assert!(abilities.batches && abilities.ecn && abilities.destination);
        assert!(abilities.dont_fragment);
    }
}

#[test]
fn a_socket_of_std_is_taken_in() {
    let socket = UdpSocket::from_std(std::net::UdpSocket::bind("127.0.0.1:0").unwrap()).unwrap();
    socket.send(&Transmit::to(address(&socket), b"to myself")).unwrap();
    assert_eq!(gather(&socket, 1)[0].octets, b"to myself");
}

#[test]
#[cfg(target_os = "linux")]
fn a_shared_port_is_shared_by_those_who_say_so() {
    let options = UdpOptions { reuse_port: true, ..UdpOptions::default() };
    let first = UdpSocket::bind("127.0.0.1:0".parse().unwrap(), &options).unwrap();
    UdpSocket::bind(address(&first), &options).unwrap();
    let other = UdpSocket::bind(address(&first), &UdpOptions::default());
    assert_eq!(other.unwrap_err().kind(), ErrorKind::AddrInUse);
}

/// A datagram longer than the room is told, with offload and without; one that just fits is whole.
#[test]
fn a_datagram_that_was_cut_is_told() {
    for offload in [true, false] {
        let (from, to) = (bind_to("127.0.0.1:0", false), bind_to("127.0.0.1:0", offload));
        let mut batch = Batch::new(1, 4);
        for (sent, found, cut) in [
            ("abc", "abc", false),
            ("abcd", "abcd", false),
            ("abcde", "abcd", true),
            ("abcdef", "abcd", true),
        ] {
            from.send(&Transmit::to(address(&to), sent.as_bytes())).unwrap();
            assert_eq!(to.receive(&mut batch).unwrap(), 1);
            let received = batch.iter_mut().next().unwrap();
            assert_eq!(received.octets, found.as_bytes(), "{sent}, offload {offload}");
            assert_eq!(received.truncated, cut, "{sent}, offload {offload}");
        }
    }
}
