//! `get -vv` as the program tells it: two requests, two streams, one connection.

use super::{answer_text, sent};
use crate::{figure::figure, messages::listener, programs};
use http2::{Connection, Event, Limits};
use std::{
    io::{Read, Write as _},
    net::TcpListener,
    process::Command,
    thread,
    time::Instant,
};

/// Answers each request on the next connection until its client goes. Our server would say the
/// date, whose octets are more or fewer each second, and so would the lengths of frames be.
fn answers(listener: &TcpListener) {
    let (mut stream, _) = listener.accept().unwrap();
    let mut server = Connection::server(&Limits::default(), Instant::now());
    let mut octets = [0; 16_384];
    loop {
        let count = stream.read(&mut octets).unwrap_or(0);
        if count == 0 {
            return;
        }
        server.receive(&mut octets[..count], Instant::now());
        let mut asked = false;
        while let Some(event) = server.poll_event() {
            if let Event::Request { stream, .. } = event {
                answer_text(&mut server, stream, "Hello, Wirebook.\n");
                asked = true;
            }
        }
        // All at once, so that the client reads all at once.
        if asked {
            stream.write_all(&sent(&mut server, Instant::now())).unwrap();
        }
    }
}

#[test]
fn two_gets_share_a_connection() {
    let program = programs::wirebook();
    let listener = listener();
    let port = listener.local_addr().unwrap().port().to_string();
    let running = thread::spawn(move || answers(&listener));
    let urls = ["hello", "again"].map(|path| format!("http://127.0.0.1:{port}/{path}"));
    let told = Command::new(program)
        .args(["get", "-vv", "--http2-prior-knowledge", "--noproxy", "*"])
        .args(["-H", "Host: wirebook.example"])
        .args(&urls)
        .output()
        .unwrap();
    running.join().unwrap();
    let text = String::from_utf8(told.stderr).unwrap();
    assert!(told.status.success(), "{text}");
    figure("h2-get", &still(&text.replace(&port, "8080")));
}

/// Times at zero.
fn still(text: &str) -> String {
    let mut story = String::new();
    for line in text.lines().filter(|line| !line.contains("* tried")) {
        let line = match (line.strip_prefix('['), line.split_once(" in ")) {
            (Some(timed), _) => format!("[  0.000]{}", timed.split_once(']').unwrap().1),
            (None, Some((what, _))) if line.ends_with(" ms") => format!("{what} in 0.000 ms"),
            _ => line.to_owned(),
        };
        let line = match line.split_once(" ms ") {
            Some((time, rest)) if time.trim().parse::<f64>().is_ok() => {
                format!("    0.000 ms {rest}")
            }
            _ => line,
        };
        story += line.trim_end();
        story.push('\n');
    }
    story
}
