//! `wirebook lab`: the experiments as the program tells them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::run;
use serde_json::Value;

#[test]
fn each_experiment_is_told_as_text_and_as_json() {
    for (arguments, line, key) in [
        (&["headers"][..], "octets in all", "fields"),
        (&["headers", "--browser"], "sec-fetch-mode: cors", "fields"),
        (&["connections", "--rtt", "50"], "HTTP/1.1, pipelining", "rows"),
        (&["handshake", "--seed", "7"], "QUIC, 0-RTT", "rows"),
        (&["hol", "--loss", "2", "--rtt", "50", "--pages", "1"], "HTTP/3", "rows"),
        (&["multiplexing", "--parts", "3", "--rtt", "10"], "HTTP/1.1, 6 connections", "ways"),
        (&["push"], "a 103", "rows"),
        (&["realtime", "--events", "5"], "long polling", "rows"),
    ] {
        let arguments = [&["lab"], arguments].concat();
        let told = run(&arguments);
        assert_eq!((told.code, told.err.as_str()), (0, ""), "{arguments:?}");
        assert!(told.out.contains(line), "{arguments:?}: {}", told.out);
        let told = run(&[&arguments[..], &["--format", "json"]].concat());
        let json: Value = serde_json::from_str(&told.out).unwrap();
        assert!(!json[key].as_array().unwrap().is_empty(), "{arguments:?}: {json}");
    }
}

#[test]
fn what_is_not_an_experiment_is_said_in_a_line() {
    for (arguments, line) in [
        (
            &["multiplexin"][..],
            "there is no experiment \"multiplexin\"; did you mean multiplexing?",
        ),
        (&["x"], "there is no experiment \"x\""),
        (&["multiplexing", "--parts", "100"], "it is a number from 1 to 99"),
        (&["hol", "--loss", "31"], "it is a number from 0 to 30"),
        (&["realtime", "--events", "0"], "it is a number from 1 to 10000"),
        (&["push", "--format", "svg"], "it is text or json"),
        (&[], "what is missing is NAME"),
        (&["push", "push"], "one argument too many"),
    ] {
        let told = run(&[&["lab"], arguments].concat());
        assert_eq!((told.code, told.out.as_str()), (2, ""), "{arguments:?}");
        assert!(told.err.contains(line), "{arguments:?}: {}", told.err);
    }
}
