//! The calls that two servers make for two clients, as `strace` prints them, thread by thread.

use super::strace::Traced;
use crate::{figure::figure, ports::Ports, programs};
use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
};

#[test]
fn a_thread_for_each_connection() {
    // The example binds the one port that its readers type; it may be taken.
    let address: SocketAddr = ([127, 0, 0, 1], 8080).into();
    if TcpListener::bind(address).is_err() {
        return testkit::skip("port 8080 is in use, so chapter 1's server cannot be traced");
    }
    let program = programs::example("server", "threads");
    let Some(mut server) = Traced::start(&program, "www") else { return };
    fs::create_dir(server.folder().join("www")).unwrap();
    fs::write(server.folder().join("www/index.html"), "Hello, Wirebook.\n").unwrap();
    assert_eq!(server.line(), "http://127.0.0.1:8080/\n");
    let mut ports = Ports::new(address);
    let mut clients = Vec::new();
    for accepted in 1..=2 {
        clients.push(connect(address, &mut ports));
        // Both are there before either is served, so that each has a descriptor of its own.
        server.wait_until(|threads| threads.len() == 1 + accepted && !threads[accepted].is_empty());
    }
    for (mut client, target) in clients.into_iter().zip(["/index.html", "/nothing"]) {
        client.write_all(format!("GET {target} HTTP/1.0\r\n\r\n").as_bytes()).unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.0 "), "{answer}");
    }
    let closed = |calls: &Vec<String>| {
        let sent = calls.iter().any(|call| call.starts_with("sendto("));
        sent && calls.last().is_some_and(|call| call.starts_with("close("))
    };
    let mut threads = server.wait_until(|threads| threads[1..].iter().all(closed));
    threads[0].push("accept4(3, …   and waits".to_owned());
    let titles = ["main thread", "thread of client 1", "thread of client 2"];
    let parts = titles.iter().zip(&threads);
    let parts = parts.map(|(title, calls)| format!("# {title}\n{}\n", calls.join("\n")));
    let text = parts.collect::<Vec<_>>().join("\n");
    figure("strace-threads", &ports.mask(&text));
}

#[test]
fn one_loop_for_all_connections() {
    let program = programs::example("server", "hello");
    let Some(mut server) = Traced::start(&program, "127.0.0.1:0") else { return };
    let line = server.line();
    let address = line.trim_start_matches("http://").trim_end().trim_end_matches('/');
    let address: SocketAddr = address.parse().unwrap();
    let mut ports = Ports::new(address);
    let count = |threads: &[Vec<String>], name: &str| {
        threads.last().unwrap().iter().filter(|call| call.starts_with(name)).count()
    };
    let mut clients = Vec::new();
    for number in 1..=2 {
        clients.push(connect(address, &mut ports));
        // The loop has taken it and found nobody else at the door.
        server.wait_until(|threads| count(threads, "accept4(") == 2 * number);
    }
    for client in &mut clients {
        client.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
        let mut answer = [0; 4096];
        let length = client.read(&mut answer).unwrap();
        assert!(answer[..length].ends_with(b"Hello, world!"));
    }
    for (number, client) in (1..).zip(clients) {
        drop(client);
        server.wait_until(|threads| count(threads, "close(") == number);
    }
    let threads = server.wait_until(|_| true);
    let [main, event_loop] = &threads[..] else { panic!("{threads:?}") };
    let text = format!(
        "# main thread\n{}\n\n# event loop\n{}\nepoll_wait(4, …   and waits\n",
        main.join("\n"),
        event_loop.join("\n")
    );
    // The page's port is a digit shorter than the kernel's.
    let text = text.replace(r#"/\n", 24) = 24"#, r#"/\n", 23) = 23"#);
    figure("strace-loop", &ports.mask(&on_one_day(&text)));
}

/// The same with the day on which the figure was made: strace shows the date as far as its year.
fn on_one_day(text: &str) -> String {
    const DAY: &str = "Sun, 22 Nov 2026";
    let mut parts = text.split("Date: ");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| format!("{text}Date: {DAY}{}", &part[DAY.len()..]))
}

fn connect(address: SocketAddr, ports: &mut Ports) -> TcpStream {
    let client = TcpStream::connect(address).unwrap();
    ports.client(client.local_addr().unwrap());
    client
}
