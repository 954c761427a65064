//! The examples do what they say: each is taken in as a module and run.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for; main is not called"
)]

#[path = "../examples/echo_tcp.rs"]
mod echo_tcp;
#[path = "../examples/echo_udp.rs"]
mod echo_udp;
#[path = "../examples/port_owner.rs"]
mod port_owner;

use sockets::{
    ListenOptions, UdpOptions, UdpSocket, listen,
    udp::{Batch, Transmit},
};
use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

#[test]
fn echo_tcp_sends_back_what_comes_to_many_clients_at_once() {
    let listener = listen("127.0.0.1:0".parse().unwrap(), &ListenOptions::default()).unwrap();
    let address = listener.local_addr().unwrap();
    let mut echo = echo_tcp::Echo::new(listener).unwrap();
    let (stop, waker) = (Arc::new(AtomicBool::new(false)), echo.poller.waker());
    let server = thread::spawn({
        let stop = stop.clone();
        move || {
            while !stop.load(Ordering::Acquire) {
                echo.turn().unwrap();
            }
        }
    });
    // One says nothing and one does not read; the others are served all the same.
    let _silent = TcpStream::connect(address).unwrap();
    let mut stalled = TcpStream::connect(address).unwrap();
    stalled.set_nonblocking(true).unwrap();
    while stalled.write(&[0; 65_536]).is_ok() {}
    let clients: Vec<_> = (0..8_u8)
        .map(|client| {
            thread::spawn(move || {
                let sent: Vec<u8> = (0..100_000).map(|_| client).collect();
                let mut stream = TcpStream::connect(address).unwrap();
                let mut reading = stream.try_clone().unwrap();
                let length = sent.len();
                let reader = thread::spawn(move || {
                    let mut back = vec![0; length];
                    reading.read_exact(&mut back).unwrap();
                    back
                });
                stream.write_all(&sent).unwrap();
                assert!(reader.join().unwrap() == sent);
                stream.shutdown(Shutdown::Write).unwrap();
                assert_eq!(stream.read(&mut [0]).unwrap(), 0, "the server closes too");
            })
        })
        .collect();
    clients.into_iter().for_each(|client| client.join().unwrap());
    stop.store(true, Ordering::Release);
    waker.wake();
    server.join().unwrap();
}

#[test]
fn echo_udp_sends_back_what_comes() {
    let options = UdpOptions::default();
    let server = UdpSocket::bind("127.0.0.1:0".parse().unwrap(), &options).unwrap();
    let client = UdpSocket::bind("127.0.0.1:0".parse().unwrap(), &options).unwrap();
    let address = server.as_std().local_addr().unwrap();
    let sent: Vec<u8> = (0..=255).cycle().take(5000).collect();
    client.send(&Transmit::to(address, &sent).segmented(1200)).unwrap();
    let mut batch = Batch::default();
    let mut echoed = 0;
    while echoed < sent.len() {
        echoed += echo_udp::echo(&server, &mut batch).unwrap();
    }
    let mut back = Vec::new();
    while back.len() < sent.len() {
        client.receive(&mut batch).unwrap();
        for received in batch.iter_mut() {
            assert_eq!(received.source, address);
            back.extend_from_slice(received.octets);
        }
    }
    assert!(back == sent);
}

#[test]
#[cfg(target_os = "linux")]
fn port_owner_names_this_process() {
    let listener = listen("127.0.0.1:0".parse().unwrap(), &ListenOptions::default()).unwrap();
    let port = listener.local_addr().unwrap().port();
    let lines = port_owner::report(port).unwrap();
    let expected = format!("TCP  127.0.0.1:{port}  LISTEN  user ");
    let line = lines.lines().find(|line| line.starts_with(&expected)).unwrap();
    assert!(line.contains(&format!("(pid {})", std::process::id())), "{line}");
}
