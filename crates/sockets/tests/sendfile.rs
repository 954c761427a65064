//! A file over a socket without a copy of ours.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use sockets::sendfile;
use std::{
    fs::File,
    io::{ErrorKind, Read, Seek},
    net::{TcpListener, TcpStream},
    thread,
};

fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (client, listener.accept().unwrap().0)
}

fn file(folder: &testkit::TempDir, octets: &[u8]) -> File {
    let path = folder.path().join("file");
    std::fs::write(&path, octets).unwrap();
    File::open(path).unwrap()
}

#[test]
fn a_file_arrives_whole_through_a_socket_that_takes_it_in_portions() {
    let folder = testkit::TempDir::new("sendfile");
    let octets: Vec<u8> = (0..=255).cycle().take(3_000_000).collect();
    let mut file = file(&folder, &octets);
    let (server, mut client) = pair();
    let reader = thread::spawn(move || {
        let mut found = Vec::new();
        client.read_to_end(&mut found).unwrap();
        found
    });
    let end = octets.len() as u64;
    let mut offset = 1_000;
    while offset < end {
        offset += sendfile(&server, &file, offset, end - offset).unwrap() as u64;
    }
    drop(server);
    assert!(reader.join().unwrap() == octets.split_at(1_000).1);
    assert_eq!(file.stream_position().unwrap(), 0, "the file's own position stays");
}

#[test]
fn a_full_socket_says_so() {
    let folder = testkit::TempDir::new("sendfile");
    let file = file(&folder, &[7; 1_000_000]);
    let (server, _client) = pair();
    server.set_nonblocking(true).unwrap();
    let error = loop {
        if let Err(error) = sendfile(&server, &file, 0, 1_000_000) {
            break error;
        }
    };
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
}

#[test]
fn the_end_of_a_file_is_zero_and_so_is_nothing() {
    let folder = testkit::TempDir::new("sendfile");
    let file = file(&folder, b"short");
    let (server, _client) = pair();
    assert_eq!(sendfile(&server, &file, 3, 100).unwrap(), 2);
    assert_eq!(sendfile(&server, &file, 5, 100).unwrap(), 0);
    assert_eq!(sendfile(&server, &file, 500, 100).unwrap(), 0);
    assert_eq!(sendfile(&server, &file, 0, 0).unwrap(), 0);
}

#[test]
fn a_closed_peer_is_an_error_and_no_signal() {
    let folder = testkit::TempDir::new("sendfile");
    let file = file(&folder, &[7; 100_000]);
    let (server, client) = pair();
    drop(client);
    let error = loop {
        if let Err(error) = sendfile(&server, &file, 0, 100_000) {
            break error;
        }
    };
    assert!(matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset), "{error}");
}
