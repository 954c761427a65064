//! The program at the sizes it is made for: four gigabytes each way, ten thousand connections.
//!
//! Server and client are processes of their own, so that each one's memory can be read.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]
#![cfg(target_os = "linux")]

use http::StatusCode;
use server::{Reply, Request, Router, Server};
use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_wirebook");
const FOUR_GIB: u64 = 4 << 30;
/// What a process may hold at its peak: its code, its stacks, a few buffers. In KiB.
const MODEST: u64 = 64 * 1024;

/// A process that is ended with the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The most memory the process ever held at once, in KiB; none once it has ended.
fn peak(process: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// `wirebook serve` on a port of its own, and that port's address.
fn serve(folder: &Path) -> (Process, String) {
    let mut child = Command::new(PROGRAM)
        .args(["serve", "--http", "127.0.0.1:0", "--threads", "1"])
        .arg(folder)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.split_whitespace().find_map(|word| word.strip_prefix("http://"));
    let address = url.unwrap_or_else(|| panic!("no address in {line:?}"));
    (Process(child), address.trim_end_matches('/').to_string())
}

/// Runs `wirebook get` to its end; answers what it printed and its peak.
fn get(arguments: &[&str]) -> (String, u64) {
    let child =
        Command::new(PROGRAM).arg("get").args(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut process = Process(child);
    let mut most = 0;
    while process.0.try_wait().unwrap().is_none() {
        most = most.max(peak(&process.0).unwrap_or_default());
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut printed = String::new();
    process.0.stdout.take().unwrap().read_to_string(&mut printed).unwrap();
    (printed, most)
}

#[test]
fn four_gibibytes_come_down_in_constant_memory() {
    let folder = testkit::TempDir::new("down");
    // A file with nothing in it costs no disk and is read like any other.
    File::create(folder.path().join("large")).unwrap().set_len(FOUR_GIB).unwrap();
    let (server, address) = serve(folder.path());
    let url = format!("http://{address}/large");
    let (size, client) = get(&["-s", "-o", "/dev/null", "-w", "%{size_download}", &url]);
    assert_eq!(size, FOUR_GIB.to_string());
    let server = peak(&server.0).unwrap();
    assert!(server < MODEST && client < MODEST, "server {server} KiB, client {client} KiB");
}

#[test]
fn four_gibibytes_go_up_in_constant_memory() {
    let router = Router::new().put("/large", |mut request: Request, reply: Reply| {
        let (mut octets, mut buffer) = (0, vec![0; 64 * 1024]);
        loop {
            match request.body.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => octets += count as u64,
                Err(_) => return,
            }
        }
        reply.text(StatusCode::OK, octets.to_string());
    });
    let server = Server::new(router).listen("127.0.0.1:0".parse().unwrap()).unwrap();
    let server = server.start().unwrap();
    let folder = testkit::TempDir::new("up");
    let file = folder.path().join("large");
    File::create(&file).unwrap().set_len(FOUR_GIB).unwrap();
    // A name is added to a folder, as curl does.
    let url = format!("http://{}/", server.addresses()[0]);
    let (said, client) = get(&["-s", "-T", file.to_str().unwrap(), &url]);
    assert_eq!(said, FOUR_GIB.to_string(), "what the server counted");
    assert!(client < MODEST, "client {client} KiB");
    // The server runs in this process, beside the tests.
    let own = fs::read_to_string("/proc/self/status").unwrap();
    let own = own.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    let own: u64 = own.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!(own < 2 * MODEST, "server {own} KiB");
}

#[test]
fn ten_thousand_connections_are_held_and_each_is_served() {
    const MANY: usize = 10_000;
    let room = sockets::tcp::raise_descriptor_limit().unwrap();
    if room < MANY as u64 + 200 {
        return testkit::skip("this process may open fewer than 10,000 descriptors");
    }
    let folder = testkit::TempDir::new("many");
    fs::write(folder.path().join("hello.txt"), "Hello, world!").unwrap();
    let (server, address) = serve(folder.path());
    let request = format!("GET /hello.txt HTTP/1.1\r\nHost: {address}\r\n\r\n");
    let mut streams = Vec::with_capacity(MANY);
    for _ in 0..MANY {
        let stream = TcpStream::connect(&address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        streams.push(stream);
    }
    for round in 0..2 {
        for stream in &mut streams {
            stream.write_all(request.as_bytes()).unwrap();
        }
        for (number, stream) in streams.iter_mut().enumerate() {
            let mut answer = Vec::new();
            let mut buffer = [0; 1024];
            while !answer.ends_with(b"Hello, world!") {
                let count = stream.read(&mut buffer).unwrap();
                assert!(count > 0, "connection {number} ended in round {round}");
                answer.extend_from_slice(&buffer[..count]);
            }
        }
    }
    let held = peak(&server.0).unwrap();
    assert!(held < MODEST, "{held} KiB for {MANY} connections");
}
