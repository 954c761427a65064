//! nghttp at our server: pushes, priorities, Upgrade, padding, tiny windows, CONTINUATION.

use std::process::Command;

use super::place::Place;
use crate::peers;
use crate::site::noise;

/// What nghttp tells of a connection: each frame, its fields, its octets.
struct Told {
    text: String,
    out: Vec<u8>,
}

impl Told {
    /// How often this stands in it.
    fn count(&self, words: &str) -> usize {
        self.text.matches(words).count()
    }

    #[track_caller]
    fn has(&self, words: &str) {
        assert!(self.text.contains(words), "{words:?} in {}", self.text);
    }
}

/// nghttp, to its end, telling each frame; `None` where it is not installed.
#[track_caller]
fn nghttp(input: &[u8], arguments: &[&str]) -> Option<Told> {
    let mut command = Command::new(peers::find("nghttp")?);
    // A bound, not a measurement: a hang must become a failure.
    let output = peers::run(command.args(["-y", "-t", "60s"]).args(arguments), input);
    let (out, err) = (output.stdout, String::from_utf8_lossy(&output.stderr).into_owned());
    assert!(output.status.success(), "{arguments:?}: {err}");
    let text = String::from_utf8_lossy(&out).into_owned();
    assert!(!text.contains("[ERROR]") && !err.contains("[ERROR]"), "{arguments:?}: {err} {text}");
    let processed = !err.contains("Some requests were not processed");
    assert!(processed, "{arguments:?}: {err} {text}");
    Some(Told { text, out })
}

/// The rest of a test needs nghttp.
macro_rules! nghttp {
    ($input:expr, $arguments:expr $(,)?) => {
        match nghttp($input, $arguments) {
            Some(told) => told,
            None => return,
        }
    };
}

#[test]
fn pushed_files_are_promised_and_received() {
    let place = Place::start();
    for root in [place.plain("/pushing"), place.secure("/pushing")] {
        let told = nghttp!(b"", &["-nv", &root]);
        assert_eq!(told.count("recv PUSH_PROMISE frame"), 3, "{}", told.text);
        for path in ["/style.css", "/script.js", "/big.bin"] {
            told.has(&format!(":path: {path}"));
        }
        // Four answers, each to its end: all of them on streams that both sides know.
        assert_eq!(told.count(":status: 200"), 4, "{}", told.text);
        for stream in [2, 4, 6] {
            told.has(&format!("promised_stream_id={stream}"));
        }
        // Everything of the big one came: it is printed if it is not discarded.
        let all = nghttp!(b"", &[&root]);
        let expected = ["pushing\n".len(), 0].iter().sum::<usize>()
            + ["style.css", "script.js", "big.bin"]
                .map(|path| place.file(path).len())
                .iter()
                .sum::<usize>();
        assert_eq!(all.out.len(), expected);
    }
}

#[test]
fn who_wants_no_pushes_gets_none() {
    let place = Place::start();
    let told = nghttp!(b"", &["-nv", "--no-push", &place.plain("/pushing")]);
    assert_eq!(told.count("PUSH_PROMISE"), 0, "{}", told.text);
    assert_eq!(told.count(":status: 200"), 1, "{}", told.text);
    // One pushed stream at a time: the others are not promised, or wait; nothing breaks.
    let told = nghttp!(b"", &["-nv", "--max-concurrent-streams=1", &place.plain("/pushing")]);
    assert!(told.count("recv PUSH_PROMISE frame") >= 1, "{}", told.text);
}

#[test]
fn a_request_that_begins_as_an_upgrade() {
    let place = Place::start();
    let told =
        nghttp!(b"", &["-v", "-u", &place.plain("/letters.txt"), &place.plain("/style.css")]);
    told.has("HTTP/1.1 101 Switching Protocols");
    told.has("recv (stream_id=1) :status: 200");
    told.has("abcdefghijklmnopqrstuvwxyz");
    assert_eq!(told.count(":status: 200"), 2, "{}", told.text);
    // With content to send it is an OPTIONS that is upgraded.
    let octets = noise(40_000);
    let told = nghttp!(&octets, &["-u", "-d", "-", &place.plain("/echo")]);
    assert!(told.out == octets, "{} octets", told.out.len());
}

#[test]
fn priorities_of_both_kinds() {
    let place = Place::start();
    let (page, big) = (place.plain("/letters.txt"), place.plain("/big.bin"));
    for arguments in [&["-p", "256", "-p", "1"][..], &["--no-dep"], &["--no-rfc7540-pri"], &["-a"]]
    {
        let told = nghttp!(b"", &[&["-nv"], arguments, &[&big, &page]].concat());
        assert_eq!(told.count(":status: 200"), 2, "{arguments:?}: {}", told.text);
    }
    let told = nghttp!(b"", &["-nv", "-H", "priority: u=0, i", &page]);
    told.has(":status: 200");
}

#[test]
fn padding_is_read_and_its_window_given_back() {
    let place = Place::start();
    let octets = noise(3 << 20);
    for padding in ["1", "16", "256"] {
        let told = nghttp!(&octets, &["-b", padding, "-d", "-", &place.plain("/echo")]);
        assert!(told.out == octets, "padding {padding}: {} octets", told.out.len());
    }
}

#[test]
fn windows_of_any_size() {
    let place = Place::start();
    let expected = place.file("medium.bin");
    for bits in ["1", "4", "8", "16", "30"] {
        let path = if bits == "1" { "/letters.txt" } else { "/medium.bin" };
        let told = nghttp!(b"", &["-w", bits, "-W", bits, &place.plain(path)]);
        let whole = told.out == expected || told.out == b"abcdefghijklmnopqrstuvwxyz";
        assert!(whole, "{bits} bits: {} octets", told.out.len());
    }
}

#[test]
fn assets_that_a_page_names_are_asked_for_on_its_connection() {
    let place = Place::start();
    let told = nghttp!(b"", &["-nav", &place.secure("/index.html")]);
    for path in ["/index.html", "/style.css", "/picture.png", "/script.js"] {
        told.has(&format!(":path: {path}"));
    }
    assert_eq!(told.count(":status: 200"), 4, "{}", told.text);
}

#[test]
fn the_same_many_times() {
    let place = Place::start();
    let told = nghttp!(b"", &["-m", "300", "-M", "100", &place.plain("/letters.txt")]);
    assert_eq!(told.out.len(), 300 * 26);
    let told = nghttp!(b"", &["-nv", "-m", "100", "-M", "1000", &place.plain("/letters.txt")]);
    assert_eq!(told.count(":status: 200"), 100);
}

#[test]
fn heads_in_pieces_and_tables_of_any_size() {
    let place = Place::start();
    let url = place.plain("/letters.txt");
    // A head of several frames, as long as a head may be.
    let told = nghttp!(b"", &["-nv", "--continuation", &url]);
    assert!(told.count(":status: 200") + told.count(":status: 431") == 1, "{}", told.text);
    for sizes in [
        &["-c", "0"][..],
        &["-c", "100", "-c", "4096"],
        &["-c", "65536"],
        &["--encoder-header-table-size=0"],
        &["--encoder-header-table-size=64K"],
    ] {
        let told = nghttp!(b"", &[&["-nv", "-m", "5"], sizes, &[&url]].concat());
        assert_eq!(told.count(":status: 200"), 5, "{sizes:?}: {}", told.text);
    }
}

#[test]
fn trailers_go_both_ways() {
    let place = Place::start();
    let told =
        nghttp!(b"twelve octet", &["--trailer", "x-sum: 42", "-d", "-", &place.plain("/sums")]);
    assert_eq!(told.text, "12 x-sum=42\n");
    let told = nghttp!(b"", &["-nv", &place.plain("/trailers")]);
    told.has("x-sum: 11");
}

#[test]
fn content_that_is_asked_for_first() {
    let place = Place::start();
    let octets = noise(200_000);
    let told = nghttp!(&octets, &["-v", "--expect-continue", "-d", "-", &place.plain("/count")]);
    told.has(":status: 100");
    told.has("200000");
}
