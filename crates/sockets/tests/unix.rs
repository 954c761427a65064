//! Unix-domain sockets: the path that outlives its process, and the peer the kernel vouches for.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use sockets::unix::{ListenOptions, listen, peer_credentials};
use std::{
    fs,
    io::{ErrorKind, Read, Write},
    os::unix::{
        fs::{MetadataExt, PermissionsExt, symlink},
        net::UnixStream,
    },
};

#[test]
fn octets_go_both_ways_and_the_peer_is_known() {
    let folder = testkit::TempDir::new("unix");
    let path = folder.path().join("app.sock");
    let listener = listen(&path, &ListenOptions::default()).unwrap();
    let mut client = UnixStream::connect(&path).unwrap();
    let (mut server, _) = listener.accept().unwrap();
    client.write_all(b"ping").unwrap();
    let mut octets = [0; 4];
    server.read_exact(&mut octets).unwrap();
    let peer = peer_credentials(&server).unwrap();
    assert_eq!(peer.user, fs::metadata(folder.path()).unwrap().uid());
    if cfg!(target_os = "linux") {
        assert_eq!(peer.process, Some(std::process::id()));
    }
}

#[test]
fn a_dead_processs_socket_is_replaced() {
    let folder = testkit::TempDir::new("unix");
    let path = folder.path().join("app.sock");
    drop(listen(&path, &ListenOptions::default()).unwrap());
    assert!(path.exists(), "closing does not remove the file");
    let _listener = listen(&path, &ListenOptions::default()).unwrap();
    UnixStream::connect(&path).unwrap();
}

#[test]
fn a_living_listener_is_left_alone_even_with_a_full_queue() {
    let folder = testkit::TempDir::new("unix");
    let path = folder.path().join("app.sock");
    let first = listen(&path, &ListenOptions { backlog: 0, mode: None }).unwrap();
    let _filling = UnixStream::connect(&path).unwrap();
    let again = listen(&path, &ListenOptions::default());
    assert_eq!(again.unwrap_err().kind(), ErrorKind::AddrInUse);
    // The question left no connection behind: one is queued, not two.
    first.accept().unwrap();
    first.set_nonblocking(true).unwrap();
    assert_eq!(first.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
}

#[test]
fn nothing_but_a_socket_is_ever_removed() {
    let folder = testkit::TempDir::new("unix");
    let file = folder.path().join("precious.txt");
    fs::write(&file, "precious").unwrap();
    let dead = folder.path().join("dead.sock");
    drop(listen(&dead, &ListenOptions::default()).unwrap());
    let link = folder.path().join("link.sock");
    symlink(&dead, &link).unwrap();
    for path in [&file, &link] {
        let error = listen(path, &ListenOptions::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrInUse, "{}", path.display());
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "precious");
    assert!(fs::symlink_metadata(&link).is_ok());
}

#[test]
fn the_mode_is_set() {
    let folder = testkit::TempDir::new("unix");
    let path = folder.path().join("app.sock");
    let options = ListenOptions { mode: Some(0o600), ..ListenOptions::default() };
    let _listener = listen(&path, &options).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_path_that_is_too_long_is_an_error() {
    let folder = testkit::TempDir::new("unix");
    let path = folder.path().join("a".repeat(200));
    assert!(listen(&path, &ListenOptions::default()).is_err());
}

#[test]
#[cfg(target_os = "linux")]
fn the_owner_of_a_path_is_found() {
    let folder = testkit::TempDir::new("unix");
    let path = folder.path().join("app.sock");
    let _listener = listen(&path, &ListenOptions::default()).unwrap();
    let owners = sockets::owner::of_unix(path.to_str().unwrap()).unwrap();
    let ids: Vec<u32> = owners.iter().flat_map(|(_, all)| all).map(|one| one.id).collect();
    assert_eq!(ids, [std::process::id()]);
}
