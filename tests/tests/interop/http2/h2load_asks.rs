//! h2load at our server: many connections, many streams, windows of any size, not one error.

use std::process::Command;

use super::place::Place;
use crate::peers;

/// h2load to its end: `(succeeded, failed or errored, 2xx)`; `None` where it is not installed.
#[track_caller]
fn h2load(arguments: &[&str]) -> Option<(u64, u64, u64)> {
    let mut command = Command::new(peers::find("h2load")?);
    // A bound, not a measurement: a hang must become a failure.
    let output = peers::run(command.args(["-T", "100s"]).args(arguments), b"");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{arguments:?}: {text}");
    // requests: 5000 total, 5000 started, 5000 done, 5000 succeeded, 0 failed, 0 errored, 0 timeout
    // status codes: 5000 2xx, 0 3xx, 0 4xx, 0 5xx
    let number = |word: &str| -> u64 {
        let before = text.split(word).next().filter(|before| before.len() < text.len());
        let before = before.unwrap_or_else(|| panic!("{word} in {text}"));
        before.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
    };
    let bad = number(" failed,") + number(" errored,") + number(" timeout");
    Some((number(" succeeded,"), bad, number(" 2xx,")))
}

/// All requests are answered, whatever is added to `h2load -n COUNT`.
#[track_caller]
fn all_answered(count: u64, arguments: &[&str]) {
    let number = count.to_string();
    let Some(seen) = h2load(&[&["-n", &number], arguments].concat()) else { return };
    assert_eq!(seen, (count, 0, count), "{arguments:?}");
}

#[test]
fn small_answers() {
    let place = Place::start();
    for url in [place.plain("/letters.txt"), place.secure("/letters.txt")] {
        all_answered(5000, &["-c", "10", "-m", "32", &url]);
        all_answered(2000, &["-c", "1", "-m", "100", &url]);
        all_answered(500, &["-c", "100", "-m", "1", &url]);
        all_answered(2000, &["-c", "10", "-m", "10", "--h1", &url]);
    }
}

/// Both versions at once, on the same two ports.
#[test]
fn http1_and_2_beside_each_other() {
    let place = Place::start();
    std::thread::scope(|scope| {
        for url in [place.plain("/letters.txt"), place.secure("/letters.txt")] {
            for more in [&["-m", "32"][..], &["--h1"]] {
                let url = url.clone();
                scope.spawn(move || all_answered(2000, &[&["-c", "5"], more, &[&url]].concat()));
            }
        }
    });
}

#[test]
fn answers_of_a_mebibyte() {
    let place = Place::start();
    for url in [place.plain("/medium.bin"), place.secure("/medium.bin")] {
        all_answered(100, &["-c", "4", "-m", "8", &url]);
        all_answered(40, &["-c", "4", "-m", "8", "-f", "1M", &url]);
    }
}

/// An answer of a mebibyte through windows that hold a part of it, or a few octets.
#[test]
fn windows_that_hold_little() {
    let place = Place::start();
    let (medium, style) = (place.plain("/medium.bin"), place.plain("/style.css"));
    for (stream, connection) in [("16", "16"), ("10", "20"), ("20", "10"), ("8", "12")] {
        all_answered(40, &["-c", "2", "-m", "10", "-w", stream, "-W", connection, &medium]);
    }
    for bits in ["1", "2", "4"] {
        all_answered(100, &["-c", "2", "-m", "20", "-w", bits, "-W", bits, &style]);
    }
}

#[test]
fn uploads() {
    let place = Place::start();
    let file = place.folder.path().join("big.bin");
    let file = file.to_str().unwrap();
    for url in [place.plain("/count"), place.secure("/count")] {
        all_answered(60, &["-c", "4", "-m", "8", "-d", file, &url]);
    }
}
