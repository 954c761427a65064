//! What the program says about itself, and what it says about command lines it does not understand.
//! `BLESS=1` rewrites the texts.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{golden, program, run};

fn help(arguments: &[&str], columns: &str) -> String {
    let output = program().args(arguments).env("COLUMNS", columns).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn each_help_is_as_written_down() {
    for (file, arguments) in [
        ("help.txt", &["--help"][..]),
        ("help-tour.txt", &["tour", "--help"]),
        ("help-dissect.txt", &["dissect", "--help"]),
        ("help-serve.txt", &["serve", "--help"]),
        ("help-get.txt", &["get", "-h"]),
        ("help-ws.txt", &["ws", "--help"]),
        ("help-cert.txt", &["cert", "--help"]),
        ("help-lab.txt", &["lab", "--help"]),
        ("help-bench.txt", &["bench", "--help"]),
    ] {
        testkit::golden(golden(file), &help(arguments, "80"));
    }
}

#[test]
fn help_is_as_wide_as_columns_says_and_no_wider_than_can_be_read() {
    for (columns, most) in
        [("60", 60), ("80", 80), ("120", 100), ("1000", 100), ("x", 80), ("", 80)]
    {
        let text = help(&["get", "--help"], columns);
        let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= most, "{columns}: {widest}");
    }
}

#[test]
fn there_are_four_ways_to_the_same_help() {
    let get = help(&["get", "--help"], "80");
    assert_eq!(help(&["get", "-h"], "80"), get);
    assert_eq!(help(&["help", "get"], "80"), get);
    // Also where the rest of the line is not in order.
    assert_eq!(help(&["get", "-s", "--help", "-v"], "80"), get);
    assert_eq!(help(&["help"], "80"), help(&["--help"], "80"));
}

#[test]
fn the_version_is_one_line() {
    let ended = run(&["--version"]);
    assert_eq!(ended.out, format!("wirebook {}\n", env!("CARGO_PKG_VERSION")));
    assert_eq!(run(&["-V"]).out, ended.out);
}

#[test]
fn a_wrong_command_line_is_told_in_one_line_with_a_suggestion() {
    told_in_one_line(&[
        (&[][..], "what is missing is COMMAND"),
        (&["gte"], "there is no command \"gte\"; did you mean `wirebook get`?"),
        (&["srve"], "did you mean `wirebook serve`?"),
        (&["banana"], "there is no command \"banana\"\n"),
        (&["--hepl"], "there is no flag --hepl; did you mean --help?"),
        (&["get"], "what is missing is URL…"),
        (&["get", "--incldue", "a"], "there is no flag --incldue; did you mean --include?"),
        (&["get", "-K", "a"], "there is no flag -K\n"),
        (&["get", "-include", "a"], "did you mean --include?"),
        (&["get", "a", "-o"], "-o, --output needs a value: FILE"),
        (&["get", "--silent=1", "a"], "-s, --silent takes no value"),
        (&["get", "-m", "soon", "a"], "--max-time \"soon\": not a number of seconds"),
        (&["get", "-4", "-6", "a"], "-4 and -6 exclude each other"),
        (&["get", "-Z", "-i", "a"], "-Z and -i exclude each other"),
        (&["get", "-d", "x", "-F", "a=b", "a"], "-d and -F exclude each other"),
        (&["get", "-I", "-d", "x", "a"], "-I and content to send exclude each other"),
        (&["get", "-d", "@/no/such/file", "a"], "--data \"/no/such/file\": No such file"),
        (&["get", "-T", "/no/such/file", "a"], "--upload-file \"/no/such/file\": No such file"),
        (&["get", "-H", "nonsense", "a"], "it must be `Name: value`"),
        (&["get", "-X", "G T", "a"], "--request \"G T\""),
        (&["get", "-u", "me", "a"], "it must be NAME:PASSWORD"),
        (&["get", "-C", "-", "a"], "without -o or -O there is no file"),
        (&["get", "-x", "ftp://a", "a"], "the proxy's scheme \"ftp\" is not supported"),
        (&["get", "--resolve", "a:b", "a"], "it must be HOST:PORT:ADDRESS"),
        (&["get", "--format", "xml", "a"], "it is text or json"),
        (&["tour", "x"], "\"x\" is one argument too many"),
        (&["ws"], "what is missing is URL"),
        (&["ws", "a", "b"], "\"b\" is one argument too many"),
        (&["ws", "--frame", "a"], "did you mean --frames?"),
        (&["ws", "-n", "--wait", "1", "a"], "-n and --wait exclude each other"),
        (&["ws", "--binary", "--commands", "a"], "--binary and --commands exclude each other"),
        (&["ws", "-H", "nonsense", "a"], "it must be `Name: value`"),
        (&["ws", "--format", "xml", "a"], "it is text or json"),
        (&["dissect"], "what is missing is --as KIND"),
        (&["dissect", "--as", "http9"], "nothing here reads `http9`"),
        (&["dissect", "--as", "http1-request", "--octets", "xyz"], "--octets \"xyz\": line 1"),
        (
            &["dissect", "--as", "tls-record", "--keylog", "/no/such", "-"],
            "--keylog \"/no/such\": No",
        ),
    ]);
}

#[test]
fn so_it_is_for_what_measures_makes_and_serves() {
    told_in_one_line(&[
        (&["bench"], "what is missing is URL"),
        (&["bench", "-n", "0", "a"], "nothing would be asked"),
        (&["bench", "-c", "0", "a"], "--connections \"0\": it is 1 to"),
        (&["bench", "-m", "65536", "a"], "it is 1 to 65535"),
        (&["bench", "-n", "x", "a"], "not a whole number"),
        (&["bench", "-H", "nonsense", "a"], "it must be `Name: value`"),
        (&["bench", "-4", "-6", "a"], "-4 and -6 exclude each other"),
        (&["bench", "--format", "xml", "a"], "it is text or json"),
        (&["cert", "--days", "0"], "a certificate holds for a day at least"),
        (&["cert", "--days", "15"], "--days \"15\": 14 are the most"),
        (&["cert", "--days", "x"], "not a whole number"),
        (&["cert", "--key-type", "rsa"], "RSA keys are taken, but not made here"),
        (&["cert", "https://a.example/"], "is no name for a certificate: a URL"),
        (&["cert", "*.com"], "two labels"),
        (&["cert", "--ca-cert", "a.pem"], "what is missing is --ca-key FILE"),
        (&["cert", "--ca-key", "a.pem"], "what is missing is --ca-cert FILE"),
        (&["cert", "--show", "a", "--verify", "b"], "--show and --verify exclude each other"),
        (&["cert", "--show", "a", "b"], "\"b\" is one argument too many"),
        (&["cert", "--verify", "a", "b", "c"], "\"c\" is one argument too many"),
        (&["cert", "--format", "xml"], "it is text or json"),
        (&["serve", "--http", "here"], "neither a port nor an address"),
        (&["serve", "--threads", "0"], "there must be at least one"),
        (&["serve", "a", "b"], "\"b\" is one argument too many"),
    ]);
}

/// Each command line ends with 2, a line that says `expected`, and one that says where help is.
#[track_caller]
fn told_in_one_line(wrong: &[(&[&str], &str)]) {
    for (arguments, expected) in wrong {
        let ended = run(arguments);
        assert_eq!((ended.code, ended.out.as_str()), (2, ""), "{arguments:?}");
        assert!(ended.err.contains(expected), "{arguments:?}: {}", ended.err);
        let [line, hint] = ended.err.lines().collect::<Vec<_>>()[..] else {
            panic!("{arguments:?}: {}", ended.err);
        };
        assert!(line.starts_with("wirebook: ") && hint.ends_with("--help` tells what there is"));
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let mut child = program().args(["get", "--help"]).stdout(std::process::Stdio::piped()).spawn();
    let child = child.as_mut().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}
