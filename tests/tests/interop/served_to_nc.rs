//! What nc gets: exactly the octets of the connection, several requests in one write.

use std::process::Command;

use crate::ours::Ours;
use crate::peers;
use crate::site::LETTERS;

/// Sends `octets` with nc, ends the sending side, and answers with all that came back.
fn nc(ours: &Ours, octets: &str) -> Option<String> {
    let mut command = Command::new(peers::find("nc")?);
    let address = ours.address();
    // -N: the end of the input ends our side of the connection; -w: a bound on waiting.
    command.args(["-N", "-w", "60", &address.ip().to_string(), &address.port().to_string()]);
    let output = peers::run(&mut command, octets.as_bytes());
    assert!(output.status.success(), "{output:?}");
    Some(String::from_utf8(output.stdout).expect("text"))
}

/// The statuses of the responses, by their status lines.
fn statuses(text: &str) -> Vec<&str> {
    // Our contents end without a line feed, so a status line may begin behind one.
    text.split("HTTP/1.1 ").skip(1).map(|rest| &rest[..3]).collect()
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let ours = Ours::start();
    let octets =
        [get("/letters.txt"), get("/none"), get("/empty.txt"), get("/letters.txt")].concat();
    let Some(text) = nc(&ours, &octets) else { return };
    assert_eq!(statuses(&text), ["200", "404", "200", "200"], "{text}");
    assert_eq!(text.matches(LETTERS).count(), 2);
}

#[test]
fn what_was_in_order_before_a_violation_is_answered() {
    let ours = Ours::start();
    let octets = [get("/letters.txt"), get("/empty.txt"), "BAD\r\n\r\n".into(), get("/")].concat();
    let Some(text) = nc(&ours, &octets) else { return };
    assert_eq!(statuses(&text), ["200", "200", "400"], "{text}");
    assert!(text.to_ascii_lowercase().contains("connection: close\r\n"), "{text}");
}

#[test]
fn content_between_two_requests_is_not_a_request() {
    let ours = Ours::start();
    let inner = get("/secret");
    let length = inner.len();
    let post = format!("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{inner}");
    let Some(text) = nc(&ours, &[post, get("/letters.txt")].concat()) else { return };
    assert_eq!(statuses(&text), ["200", "200"], "{text}");
    assert!(text.contains(&inner) && text.ends_with(LETTERS), "{text}");
}

#[test]
fn content_that_nobody_reads_is_drained() {
    let ours = Ours::start();
    let post = "POST /letters.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
    let Some(text) = nc(&ours, &[post, &get("/letters.txt")].concat()) else { return };
    assert_eq!(statuses(&text), ["405", "200"], "{text}");
}

#[test]
fn a_hundred_requests_in_one_write() {
    let ours = Ours::start();
    let Some(text) = nc(&ours, &get("/letters.txt").repeat(100)) else { return };
    assert_eq!(text.matches(LETTERS).count(), 100);
}
