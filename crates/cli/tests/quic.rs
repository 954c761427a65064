//! `quic serve` and `quic get`: files over QUIC, by the program's own hands.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{Ended, fails, program, run};
use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Stdio},
};
use testkit::TempDir;

/// A server that is ended when it is dropped.
struct Serving {
    child: Child,
    at: SocketAddr,
}

impl Serving {
    fn start(folder: &Path, flags: &[&str]) -> Self {
        let mut command = program();
        command.env("XDG_DATA_HOME", folder.join("data"));
        command.args(["quic", "serve"]).arg(folder).args(["--listen", "127.0.0.1:0"]).args(flags);
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut told = BufReader::new(child.stderr.take().unwrap());
        told.read_line(&mut line).unwrap();
        let at = line.trim().rsplit(' ').next().unwrap();
        let at = at.parse().unwrap_or_else(|_| panic!("no address in {line:?}"));
        std::thread::spawn(move || told.lines().for_each(drop));
        Self { child, at }
    }

    fn get(&self, flags: &[&str], paths: &[&str]) -> Ended {
        let mut command = program();
        command.args(["quic", "get", "-k"]).args(flags);
        command.args(paths.iter().map(|path| format!("https://{}/{path}", self.at)));
        command.output().unwrap().into()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn folder(name: &str) -> TempDir {
    let folder = TempDir::new(name);
    fs::write(folder.path().join("hello.txt"), "hello\n").unwrap();
    fs::write(folder.path().join("empty"), "").unwrap();
    let large: Vec<u8> = (0..3_000_000_u32).flat_map(|number| number.to_be_bytes()).collect();
    fs::write(folder.path().join("large"), large).unwrap();
    folder
}

#[test]
fn files_come_whole_with_offload_and_without() {
    let (folder, out) = (folder("quic-files"), TempDir::new("quic-out"));
    for flags in [&["--threads", "2"][..], &["--no-offload"], &["--retry"]] {
        let serving = Serving::start(folder.path(), flags);
        for more in [&[][..], &["--no-offload"], &["--quic-version", "2"], &["--update-keys"]] {
            let place = out.path().to_str().unwrap();
            let flags = [&["--output-dir", place][..], more].concat();
            let names = ["hello.txt", "large", "empty"];
            let ended = serving.get(&flags, &names);
            assert_eq!((ended.code, ended.out.as_str()), (0, ""), "{}", ended.err);
            for name in names {
                let (theirs, ours) = (folder.path().join(name), out.path().join(name));
                assert!(fs::read(theirs).unwrap() == fs::read(&ours).unwrap(), "{name}");
                fs::remove_file(ours).unwrap();
            }
        }
    }
}

#[test]
fn what_it_was_like_is_told_to_machines() {
    let folder = folder("quic-told");
    let serving = Serving::start(folder.path(), &[]);
    let ended = serving.get(&["--format", "json", "--early"], &["hello.txt", "hello.txt"]);
    assert_eq!(ended.code, 0, "{}", ended.err);
    let line = ended.out.strip_prefix("hello\nhello\n").unwrap();
    let told: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!((&told["connections"], &told["resumed"]), (&2.into(), &true.into()));
    assert_eq!(told["early"], true);
}

#[test]
fn packets_are_told_and_written_down() {
    let (folder, logs) = (folder("quic-told-packets"), TempDir::new("quic-logs"));
    let serving = Serving::start(folder.path(), &[]);
    let place = logs.path().to_str().unwrap();
    let ended = serving.get(&["-vv", "--qlog", place], &["hello.txt"]);
    assert_eq!((ended.code, ended.out.as_str()), (0, "hello\n"));
    for said in ["> Initial 0, 1200 octets: CRYPTO", "handshake complete after 1 round trip"] {
        assert!(ended.err.contains(said), "{}", ended.err);
    }
    let names = fs::read_dir(logs.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    assert!(names.len() == 2 && names[0].ends_with("_client.qlog"), "{names:?}");
}

#[test]
fn failures_have_their_codes() {
    let folder = folder("quic-failures");
    let serving = Serving::start(folder.path(), &[]);
    fails(&serving.get(&[], &["none"]), 96, "is it there?");
    fails(&serving.get(&[], &["../secret"]), 96, "is it there?");
    let url = format!("https://{}/hello.txt", serving.at);
    fails(&run(&["quic", "get", &url]), 60, "is not believed");
    fails(&run(&["quic", "get", "http://127.0.0.1/"]), 3, "must be https");
    assert_eq!(run(&["quic", "play"]).code, 2);
}
