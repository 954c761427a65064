//! `tour` and `dissect` as a person or a program calls them; what they say is tested where it is
//! made.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{Ended, program, run};
use std::fs;
use testkit::TempDir;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";

fn piped(input: &[u8], arguments: &[&str]) -> Ended {
    let mut command = program();
    command.arg("dissect").args(arguments);
    common::piped(command, input)
}

#[test]
fn octets_come_from_a_pipe_a_file_or_the_command_line() {
    let kind = ["--as", "http1-request"];
    let from_pipe = piped(REQUEST, &kind);
    assert_eq!((from_pipe.code, from_pipe.err.as_str()), (0, ""));
    assert!(from_pipe.out.contains("request-target") && from_pipe.out.contains("field-value"));
    let folder = TempDir::new("dissect");
    let file = folder.path().join("request");
    fs::write(&file, REQUEST).unwrap();
    let from_file = run(&["dissect", kind[0], kind[1], file.to_str().unwrap()]);
    assert_eq!(from_file.out, from_pipe.out);
    let digits: Vec<String> = REQUEST.iter().map(|octet| format!("{octet:02x}")).collect();
    let given = run(&["dissect", kind[0], kind[1], "--octets", &digits.join(" ")]);
    assert_eq!(given.out, from_pipe.out);
    let remarked = format!("{} # a request\n", digits.join(""));
    assert_eq!(piped(remarked.as_bytes(), &["--hex", kind[0], kind[1], "-"]).out, from_pipe.out);
}

#[test]
fn a_websockets_frames_are_told_with_their_masks_off() {
    let ended = piped(b"81 85 37fa213d 7f9f4d5158", &["--hex", "--as", "websocket"]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    for word in ["RFC 6455", "masking-key", "37 fa 21 3d", "'Hello'"] {
        assert!(ended.out.contains(word), "{word}: {}", ended.out);
    }
    let wrong = ["--hex", "--as", "websocket-server", "--format", "json"];
    let ended = piped(b"81 85 37fa213d 7f9f4d5158", &wrong);
    let told: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(ended.code, 1);
    assert!(told["error"].as_str().unwrap().contains("a server's frame is masked"), "{told}");
}

#[test]
fn a_section_of_qpack_is_read_behind_its_encoder_stream() {
    // RFC 9204 appendix B.2.
    let section = ["dissect", "--as", "qpack-section", "--octets", "03811011"];
    let before = "3fbd01c00f7777772e6578616d706c652e636f6dc10c2f73616d706c652f70617468";
    let ended = run(&[&section[..], &["--encoder-stream", before]].concat());
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    assert!(ended.out.contains("entry 1, :path: /sample/path"), "{}", ended.out);
    let ended = run(&section);
    assert_eq!(ended.code, 1);
    assert!(ended.out.contains("it waits: the encoder stream has brought 0"), "{}", ended.out);
    let ended = run(&[&section[..], &["--encoder-stream", "zz"]].concat());
    assert_eq!((ended.code, ended.out.as_str()), (2, ""));
}

#[test]
fn a_datagram_of_quic_opens_by_what_is_known_beside_it() {
    let quic = ["dissect", "--as", "quic-packet", "--octets"];
    let retry = "ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba";
    let ended = run(&[&quic[..], &[retry, "--dcid", "8394c8f03e515708"]].concat());
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    assert!(ended.out.contains("right, if 8394c8f03e515708 was"), "{}", ended.out);
    let folder = TempDir::new("dissect-quic");
    let log = folder.path().join("keys");
    let secret = "9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b";
    fs::write(&log, format!("CLIENT_TRAFFIC_SECRET_0 {} {secret}\n", "00".repeat(32))).unwrap();
    let short = "4cfe4189655e5cd55c41f69080575d7999c25a5bfb";
    let hints = ["--id-length", "0", "--number", "654360563", "--keylog", log.to_str().unwrap()];
    let ended = run(&[&quic[..], &[short], &hints].concat());
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    assert!(ended.out.contains("PING, RFC 9000") && ended.out.contains("654360564"));
    for wrong in [["--dcid", "8"], ["--id-length", "21"], ["--number", "-1"]] {
        let ended = run(&[&quic[..], &[short], &wrong].concat());
        assert_eq!((ended.code, ended.out.as_str()), (2, ""), "{wrong:?}");
    }
}

#[test]
fn a_parser_that_stops_is_exit_code_1() {
    let ended = piped(b"GET /\x7f HTTP/1.1\r\n\r\n", &["--as", "http1-request"]);
    assert_eq!((ended.code, ended.err.as_str()), (1, ""));
    assert!(ended.out.contains("RFC 9112"), "{}", ended.out);
    let ended = run(&["dissect", "--as", "http1-request", "/no/such/file"]);
    assert_eq!((ended.code, ended.out.as_str()), (1, ""));
    assert!(ended.err.starts_with("wirebook: /no/such/file: "), "{}", ended.err);
}

#[test]
fn json_is_for_programs() {
    let ended = piped(REQUEST, &["--as", "http1-request", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(told["read"], REQUEST.len());
    assert!(told["error"].is_null() && !told["notes"].as_array().unwrap().is_empty());
}

#[test]
fn the_tour_needs_no_arguments_and_says_nothing_on_the_side() {
    let ended = run(&["tour"]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    for stop in ["HTTP/1.0", "HTTP/1.1", "head-of-line"] {
        assert!(ended.out.contains(stop), "{stop}");
    }
}
