//! Listeners over loopback: families, shared ports, queues, and what the kernel tells of TCP.
#![cfg_attr(not(target_os = "linux"), allow(unused, reason = "some of this is Linux's alone"))]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use sockets::{ListenOptions, accept, listen, tcp};
use std::{
    io::{ErrorKind, Read, Write},
    net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

fn wildcard_v6() -> SocketAddr {
    SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0))
}

fn loopback() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

fn has_ipv6() -> bool {
    let has = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok();
    if !has {
        testkit::skip("no IPv6 on loopback");
    }
    has
}

fn pair() -> (TcpStream, TcpStream) {
    let listener = listen(loopback(), &ListenOptions::default()).unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (client, accept(&listener).unwrap().0)
}

#[test]
fn the_ipv6_wildcard_takes_both_families() {
    if !has_ipv6() {
        return;
    }
    let listener = listen(wildcard_v6(), &ListenOptions::default()).unwrap();
    let port = listener.local_addr().unwrap().port();
    let _four = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    let (_, peer) = accept(&listener).unwrap();
    assert_eq!(peer.ip().to_string(), "::ffff:127.0.0.1");
    let _six = TcpStream::connect((Ipv6Addr::LOCALHOST, port)).unwrap();
    let (_, peer) = accept(&listener).unwrap();
    assert_eq!(peer.ip(), Ipv6Addr::LOCALHOST);
}

#[test]
fn only_v6_leaves_the_port_of_ipv4_to_others() {
    if !has_ipv6() {
        return;
    }
    let options = ListenOptions { only_v6: true, ..ListenOptions::default() };
    let six = listen(wildcard_v6(), &options).unwrap();
    let port = six.local_addr().unwrap().port();
    let four = listen((Ipv4Addr::UNSPECIFIED, port).into(), &ListenOptions::default()).unwrap();
    let _client = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    assert_eq!(accept(&four).unwrap().1.ip(), Ipv4Addr::LOCALHOST);
}

#[test]
fn a_taken_port_is_told() {
    let first = listen(loopback(), &ListenOptions::default()).unwrap();
    let again = listen(first.local_addr().unwrap(), &ListenOptions::default());
    assert_eq!(again.unwrap_err().kind(), ErrorKind::AddrInUse);
}

#[test]
#[cfg(target_os = "linux")]
fn a_shared_port_spreads_its_connections() {
    let options = ListenOptions { reuse_port: true, ..ListenOptions::default() };
    let first = listen(loopback(), &options).unwrap();
    let address = first.local_addr().unwrap();
    let second = listen(address, &options).unwrap();
    let _clients: Vec<_> = (0..100).map(|_| TcpStream::connect(address).unwrap()).collect();
    let count = |listener: &TcpListener| {
        listener.set_nonblocking(true).unwrap();
        std::iter::from_fn(|| accept(listener).ok()).count()
    };
    let (one, two) = (count(&first), count(&second));
    assert_eq!(one + two, 100);
    assert!(one > 0 && two > 0, "{one} and {two}");
}

#[test]
fn the_queue_is_longer_than_stds() {
    let listener = listen(loopback(), &ListenOptions::default()).unwrap();
    let address = listener.local_addr().unwrap();
    // std's listener would drop the 130th.
    let connect = |_| TcpStream::connect_timeout(&address, Duration::from_secs(20)).unwrap();
    assert_eq!((0..300).map(connect).collect::<Vec<_>>().len(), 300);
}

#[test]
fn accepted_streams_are_non_blocking_and_so_is_an_empty_queue() {
    let listener = listen(loopback(), &ListenOptions::default()).unwrap();
    listener.set_nonblocking(true).unwrap();
    assert_eq!(accept(&listener).unwrap_err().kind(), ErrorKind::WouldBlock);
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut stream, peer) = accept(&listener).unwrap();
    assert_eq!(peer, client.local_addr().unwrap());
    assert_eq!(stream.read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
}

#[test]
fn zero_linger_resets_the_peer() {
    let (mut client, server) = pair();
    tcp::set_linger(&server, Some(Duration::ZERO)).unwrap();
    drop(server);
    assert_eq!(client.read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[test]
#[cfg(target_os = "linux")]
fn the_kernel_tells_of_a_connections_life() {
    let (client, server) = pair();
    let told = tcp::info(&client).unwrap();
    assert_eq!(told.state, tcp::State::Established);
    assert!(told.segment_size > 500 && told.congestion_window > 0, "{told:?}");
    server.shutdown(Shutdown::Write).unwrap();
    assert_eq!(client.peek(&mut [0]).unwrap(), 0);
    assert_eq!(tcp::info(&client).unwrap().state, tcp::State::CloseWait);
    // Whether the peer has acknowledged our end is its business: it may wait a little.
    let waiting = [tcp::State::FinWait1, tcp::State::FinWait2];
    assert!(waiting.contains(&tcp::info(&server).unwrap().state));
}

#[test]
#[cfg(target_os = "linux")]
fn a_cork_holds_octets_back_until_it_is_pulled() {
    let (mut client, mut server) = pair();
    tcp::set_cork(&server, true).unwrap();
    server.write_all(b"head").unwrap();
    client.set_nonblocking(true).unwrap();
    assert_eq!(client.read(&mut [0; 9]).unwrap_err().kind(), ErrorKind::WouldBlock);
    server.write_all(b" body").unwrap();
    tcp::set_cork(&server, false).unwrap();
    client.set_nonblocking(false).unwrap();
    let mut octets = [0; 9];
    client.read_exact(&mut octets).unwrap();
    assert_eq!(&octets, b"head body");
}

#[test]
#[cfg(target_os = "linux")]
fn a_deferred_connection_is_accepted_with_its_first_octets() {
    let listener = listen(loopback(), &ListenOptions::default()).unwrap();
    tcp::set_defer_accept(&listener, Duration::from_secs(30)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    assert_eq!(accept(&listener).unwrap_err().kind(), ErrorKind::WouldBlock);
    client.write_all(b"first").unwrap();
    listener.set_nonblocking(false).unwrap();
    let (mut server, _) = accept(&listener).unwrap();
    assert_eq!(server.read(&mut [0; 9]).unwrap(), 5);
}

#[test]
fn descriptors_can_be_raised_to_the_hard_limit() {
    let raised = tcp::raise_descriptor_limit().unwrap();
    assert_eq!(tcp::descriptor_limit().unwrap(), raised);
    assert_eq!(tcp::raise_descriptor_limit().unwrap(), raised);
}
