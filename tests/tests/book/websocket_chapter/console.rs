//! A talk at the console, frame by frame.

use super::octets::echo;
use crate::{figure::figure, messages::serve, programs};
use std::{
    fmt::Write as _,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

/// What is typed, and the frame that must have come before the next is.
const TYPED: [(&str, &str); 3] =
    [("Hello\n", "< text"), ("/ping 7\n", "< pong"), ("/close 1000 bye\n", "< close")];

#[test]
fn a_talk_at_the_console() {
    let (running, address) = serve(echo());
    let mut console = Command::new(programs::wirebook())
        .args(["ws", "--frames", "--commands", "--noproxy", "*", &format!("ws://{address}/chat")])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut keyboard = console.stdin.take().unwrap();
    let mut screen = BufReader::new(console.stderr.take().unwrap());
    let mut shown = String::new();
    for (line, frame) in TYPED {
        keyboard.write_all(line.as_bytes()).unwrap();
        loop {
            let before = shown.len();
            assert_ne!(screen.read_line(&mut shown).unwrap(), 0, "{shown}");
            if shown[before..].contains(frame) {
                break;
            }
        }
    }
    assert!(console.wait().unwrap().success(), "{shown}");
    running.stop().unwrap();
    figure("ws-frames", &still(&shown));
}

/// The lines with all times at zero and each mask the RFC's.
fn still(shown: &str) -> String {
    let mut text = String::new();
    for line in shown.lines() {
        let (time, rest) = line.split_at(9);
        let time = if time.trim().parse::<f64>().is_ok() { "    0.000" } else { time };
        let mask =
            |word: &&str| word.len() == 8 && word.bytes().all(|octet| octet.is_ascii_hexdigit());
        let rest = match rest.split_whitespace().find(mask) {
            Some(word) => rest.replacen(word, "37fa213d", 1),
            None => rest.to_owned(),
        };
        writeln!(text, "{time}{rest}").unwrap();
    }
    text
}
