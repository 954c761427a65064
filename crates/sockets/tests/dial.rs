//! Dialing over loopback: who wins, who is told of, and that nobody is left behind.
#![cfg_attr(not(target_os = "linux"), allow(unused, reason = "some of this is Linux's alone"))]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

use sockets::{
    Attempt, DialError, DialOptions, Family, ListenOptions, Outcome, Phase, dial, listen, owner,
    resolve,
};
use std::{
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);
/// On Linux the whole of 127.0.0.0/8 is ours; nobody listens on these.
const NOBODY: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 9, 9, 1));
const OTHER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 9, 9, 2));

fn listener(address: IpAddr) -> (TcpListener, u16) {
    let listener = listen(SocketAddr::new(address, 0), &ListenOptions::default()).unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// A port that answers nobody: its queue is full, so the kernel drops whoever knocks.
fn black_hole() -> (TcpListener, TcpStream, u16) {
    let options = ListenOptions { backlog: 0, ..ListenOptions::default() };
    let listener = listen(SocketAddr::new(V4, 0), &options).unwrap();
    let address = listener.local_addr().unwrap();
    let filling = TcpStream::connect(address).unwrap();
    (listener, filling, address.port())
}

fn overrides(port: u16, addresses: &[IpAddr]) -> DialOptions {
    let entry = ("host.test".to_string(), port, addresses.to_vec());
    DialOptions { overrides: vec![entry], ..DialOptions::default() }
}

fn story(attempts: &[Attempt]) -> Vec<(IpAddr, &'static str)> {
    let word = |outcome: &Outcome| match outcome {
        Outcome::Connected => "connected",
        Outcome::Failed(_) => "failed",
        Outcome::Cancelled => "cancelled",
        Outcome::TimedOut => "timed out",
    };
    attempts.iter().map(|attempt| (attempt.address.ip(), word(&attempt.outcome))).collect()
}

fn has_ipv6() -> bool {
    let has = TcpListener::bind((V6, 0)).is_ok();
    if !has {
        testkit::skip("no IPv6 on loopback");
    }
    has
}

#[test]
fn a_literal_address_needs_no_resolver() {
    let (listener, port) = listener(V4);
    let dialed = dial("127.0.0.1", port, &DialOptions::default()).unwrap();
    assert_eq!(dialed.address, SocketAddr::new(V4, port));
    assert_eq!(dialed.resolved, [dialed.address]);
    assert_eq!(story(&dialed.attempts), [(V4, "connected")]);
    // In blocking mode: a read waits for what is sent later.
    let (mut accepted, peer) = listener.accept().unwrap();
    assert_eq!(peer, dialed.stream.local_addr().unwrap());
    let writer = std::thread::spawn(move || accepted.write_all(b"late").unwrap());
    let mut octets = [0; 4];
    (&dialed.stream).read_exact(&mut octets).unwrap();
    writer.join().unwrap();
}

#[test]
fn brackets_as_in_a_uri_are_taken() {
    if !has_ipv6() {
        return;
    }
    let (_listener, port) = listener(V6);
    for host in ["[::1]", "::1"] {
        let dialed = dial(host, port, &DialOptions::default()).unwrap();
        assert_eq!(dialed.address.ip(), V6);
    }
}

#[test]
fn localhost_is_resolved_by_the_system() {
    let (_listener, port) = listener(V4);
    let dialed = dial("localhost", port, &DialOptions::default()).unwrap();
    assert_eq!(dialed.address, SocketAddr::new(V4, port));
    assert!(resolve("localhost", port).unwrap().contains(&dialed.address));
    // With a timeout the resolver runs on another thread; the outcome is the same.
    let patient =
        DialOptions { connect_timeout: Some(Duration::from_secs(60)), ..DialOptions::default() };
    assert_eq!(dial("localhost", port, &patient).unwrap().address, dialed.address);
}

#[test]
fn a_refused_port_is_told_with_every_address() {
    // Its listener holds the port on another address, so that nobody takes it meanwhile.
    let (_listener, port) = listener(V4);
    let error = dial("host.test", port, &overrides(port, &[NOBODY, OTHER])).unwrap_err();
    assert!(matches!(&error, DialError::Refused { host, .. } if host == "host.test"), "{error}");
    assert_eq!(story(error.attempts()), [(NOBODY, "failed"), (OTHER, "failed")]);
    assert_eq!(
        error.to_string(),
        format!("'host.test' port {port}: connection refused (tried 127.9.9.1, 127.9.9.2)")
    );
}

#[test]
fn a_refused_family_gives_way_at_once() {
    if !has_ipv6() {
        return;
    }
    let (_listener, port) = listener(V4);
    // With a delay this long only a failure can start the second attempt.
    let options = DialOptions {
        attempt_delay: Duration::from_secs(2),
        connect_timeout: Some(Duration::from_secs(1)),
        ..overrides(port, &[V6, V4])
    };
    let dialed = dial("host.test", port, &options).unwrap();
    assert_eq!(story(&dialed.attempts), [(V6, "failed"), (V4, "connected")]);
    assert_eq!(dialed.resolved.len(), 2);
}

#[test]
#[cfg(target_os = "linux")]
fn a_silent_address_is_overtaken_and_cancelled() {
    let (_hole, _filling, port) = black_hole();
    let _listener = TcpListener::bind((OTHER, port)).unwrap();
    let delay = Duration::from_millis(20);
    let options = DialOptions { attempt_delay: delay, ..overrides(port, &[V4, OTHER]) };
    let dialed = dial("host.test", port, &options).unwrap();
    assert_eq!(dialed.address.ip(), OTHER);
    assert_eq!(story(&dialed.attempts), [(V4, "cancelled"), (OTHER, "connected")]);
    let [first, second] = &dialed.attempts[..] else { panic!("{:?}", dialed.attempts) };
    assert!(second.started - first.started >= delay);
    // The loser's socket is gone from the kernel's table.
    let table = owner::entries(owner::Protocol::Tcp).unwrap();
    let knocking = |entry: &&owner::Entry| {
        entry.remote == SocketAddr::new(V4, port) && entry.state.name() == "SYN-SENT"
    };
    assert_eq!(table.iter().find(knocking), None);
}

#[test]
#[cfg(target_os = "linux")]
fn the_timeout_ends_a_dial_that_nobody_answers() {
    let (_hole, _filling, port) = black_hole();
    let after = Duration::from_millis(30);
    let options = DialOptions { connect_timeout: Some(after), ..DialOptions::default() };
    match dial("127.0.0.1", port, &options).unwrap_err() {
        DialError::TimedOut { phase: Phase::Connecting, after: told, attempts, .. } => {
            assert_eq!(told, after);
            assert_eq!(story(&attempts), [(V4, "timed out")]);
        }
        other => panic!("{other}"),
    }
}

#[test]
fn the_timeout_covers_the_resolver() {
    let options = DialOptions { connect_timeout: Some(Duration::ZERO), ..DialOptions::default() };
    let error = dial("localhost", 1, &options).unwrap_err();
    assert!(matches!(error, DialError::TimedOut { .. }), "{error}");
}

#[test]
fn a_name_that_cannot_be_is_told_as_such() {
    // None of these gets as far as the network.
    for host in ["with\0nul", &"a".repeat(300)] {
        let error = dial(host, 80, &DialOptions::default()).unwrap_err();
        assert!(matches!(error, DialError::Resolve { .. }), "{error}");
        assert!(error.attempts().is_empty());
    }
}

#[test]
fn a_family_can_be_asked_for() {
    let (_listener, port) = listener(V4);
    let only = |family| DialOptions { family, ..overrides(port, &[V6, V4]) };
    let dialed = dial("host.test", port, &only(Family::V4)).unwrap();
    assert_eq!(story(&dialed.attempts), [(V4, "connected")]);
    let error = dial("127.0.0.1", port, &only(Family::V6)).unwrap_err();
    assert_eq!(error.to_string(), "'127.0.0.1' has no IPv6 address");
}

#[test]
fn an_override_is_for_its_host_and_port_alone() {
    let (_listener, port) = listener(V4);
    let options = overrides(port, &[V4]);
    dial("HOST.test", port, &options).unwrap();
    let wrong = DialOptions {
        overrides: vec![("127.0.0.1".into(), port.wrapping_add(1), vec![NOBODY])],
        ..DialOptions::default()
    };
    assert_eq!(dial("127.0.0.1", port, &wrong).unwrap().address.ip(), V4);
    let every =
        DialOptions { overrides: vec![("*".into(), port, vec![V4])], ..DialOptions::default() };
    dial("any.test", port, &every).unwrap();
    let empty = overrides(port, &[]);
    let error = dial("host.test", port, &empty).unwrap_err();
    assert_eq!(error.to_string(), "'host.test' has no usable address");
}
