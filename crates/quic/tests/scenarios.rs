//! Scenario files: what a client and a server do, what then goes over the network, and what both
//! ends make of it, as a page.
//!
//! ```text
//!   # Some lines: the rule, and the section of its RFC.
//!   link delay 10                 before anything else: milliseconds each way, and settings
//!   > drop client 1               a command of a person: the client's next datagram is lost
//!   > advance 30                  so many milliseconds pass
//!       0.0 ms  client → server  1200  Initial 0 [CRYPTO 0..248, PADDING]  LOST
//!       0.0 ms  client           probe timeout 1 of Initial
//! ```
//!
//! Each datagram is a line, at the time at which it is sent, with its octets; coalesced packets
//! stand behind each other. Lines behind a command are what must happen; `BLESS=1` rewrites them.
//!
//! | command | |
//! |---|---|
//! | `advance MS`, `skip MS` | time passes, and is told; is not told, and begins anew |
//! | `drop`, `pass` `END N` | of an end's next datagrams so many are lost, are not |
//! | `END send N`, `ping`, `update-keys`, `close CODE`, `state` | what an application does |
//! | `migrate`, `rebind port`, `rebind address`, `spoof`, `mtu N` | what becomes of the way |
//! | `retry`, `negotiate`, `reset` | what an endpoint answers without a connection |
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a test that panics has failed, which is what it is for"
)]

#[path = "scenarios/page.rs"]
mod page;
#[allow(dead_code, reason = "the tests of connections need more of it")]
#[path = "connection/pair.rs"]
mod pair;
#[path = "scenarios/scene.rs"]
mod scene;

use scene::play;
use std::{fs, path::PathBuf};

fn files() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        entries.filter(|path| path.extension() == Some("txt".as_ref())).collect();
    files.sort();
    files
}

#[test]
fn every_scenario_is_what_its_file_says() {
    let files = files();
    assert!(files.len() >= 12, "{} scenarios", files.len());
    for path in files {
        testkit::golden(&path, &play(&fs::read_to_string(&path).unwrap()));
    }
}

#[test]
fn every_scenario_names_its_rule_and_expects_something() {
    for path in files() {
        let text = fs::read_to_string(&path).unwrap();
        let shown = path.display();
        assert!(text.starts_with("# "), "{shown} says nothing of its rule");
        assert!(
            text.lines().any(|line| line.starts_with('#') && line.contains("RFC 9")),
            "{shown}"
        );
        assert!(text.lines().filter(|line| line.contains(" ms  ")).count() > 1, "{shown}");
    }
}

#[test]
fn an_expectation_that_is_not_met_is_found() {
    let path = files().into_iter().next().unwrap();
    let said = fs::read_to_string(path).unwrap();
    for (number, line) in said.lines().enumerate().filter(|(_, line)| line.contains(" ms  ")) {
        let other: String = said
            .lines()
            .enumerate()
            .filter(|(at, _)| *at != number)
            .map(|(_, l)| format!("{l}\n"))
            .collect();
        assert_ne!(play(&other), other, "without '{line}' the page is the same");
    }
}
