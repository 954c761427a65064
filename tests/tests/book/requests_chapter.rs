//! Chapter 4: the walk from `get` down to a socket, ours and Python's.

use crate::{
    figure::{figure, root},
    messages::{hello, serve},
    ports::Ports,
    programs,
};
use std::{fmt::Write as _, process::Command};

/// `get --trace` of the same thing twice: a miss and a hit.
#[test]
fn two_gets_of_one_session() {
    let (running, address) = serve(hello());
    let url = format!("http://{address}/hello");
    let output = Command::new(programs::wirebook())
        .args(["get", "--trace", "--noproxy", "*", &url, &url])
        .output()
        .unwrap();
    running.stop().unwrap();
    let trace = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{trace}");
    assert_eq!(output.stdout, b"Hello, Wirebook.\n".repeat(2));
    let trace = still(&Ports::new(address).mask(&trace));
    let second = trace.match_indices("    0.0  api.get").nth(1).unwrap().0;
    let (first, second) = trace.split_at(second);
    figure("get-trace", first);
    figure("get-trace-again", second);
}

/// The trace with all times at zero and the lines as wide as a page.
fn still(trace: &str) -> String {
    let mut text = String::new();
    for line in trace.lines() {
        let begins = line.get(..7).is_some_and(|time| time.trim().parse::<f64>().is_ok());
        let mut line = if begins { format!("    0.0{}", &line[7..]) } else { line.to_owned() };
        for word in ["took ", "after "] {
            if let Some((before, rest)) = line.split_once(word) {
                let (_, behind) = rest.split_once(" ms").unwrap();
                line = format!("{before}{word}0.0 ms{behind}");
            }
        }
        // Where Python's name for it is a list, it goes on under its beginning.
        while line.chars().count() > 100 {
            let (before, rest) = line.rsplit_once(", ").unwrap();
            let (before, rest) = match before.split_at_checked(100) {
                Some(_) => {
                    let (shorter, last) = before.rsplit_once(", ").unwrap();
                    (shorter, format!("{last}, {rest}"))
                }
                None => (before, rest.to_owned()),
            };
            writeln!(text, "{before},").unwrap();
            line = format!("{:53}{rest}", "");
        }
        writeln!(text, "{line}").unwrap();
    }
    text
}

/// The same walk through `requests`, by Python's own profiler, where that version is installed.
#[test]
fn the_walk_of_requests_get() {
    let script = root().join("docs/figures/requests_get.py");
    let output = Command::new("python3").arg(script).output();
    let Some(output) = output.ok().filter(|output| output.status.success()) else {
        return testkit::skip("python3 has no requests 2.34.2 with urllib3 2.8.0");
    };
    figure("requests-get", &String::from_utf8(output.stdout).unwrap());
}
