//! `serve` as a process of its own.

use super::{Ended, program};
use std::{
    io::{BufRead, BufReader, Read},
    net::TcpStream,
    path::Path,
    process::{Child, ChildStderr, Command, Stdio},
};

/// A server of its own process, ended with the test.
pub struct Serving {
    pub child: Child,
    pub err: BufReader<ChildStderr>,
    /// The first line, which says where it is.
    pub line: String,
    /// The first URL in it.
    pub url: String,
}

impl Serving {
    /// Serves a folder in the clear.
    pub fn new(folder: &Path, flags: &[&str]) -> Self {
        let flags: Vec<&str> = ["--http", "127.0.0.1:0"].iter().chain(flags).copied().collect();
        Self::start(program(), folder, &flags)
    }

    /// Serves a folder as the flags say, in an environment of the test's choice.
    pub fn start(mut command: Command, folder: &Path, flags: &[&str]) -> Self {
        command.arg("serve").args(flags).arg(folder);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut err = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        err.read_line(&mut line).unwrap();
        let word = line.split_whitespace().find(|word| word.starts_with("http"));
        let url = word.unwrap_or_else(|| panic!("no URL in {line:?}")).to_owned();
        Self { child, err, line, url }
    }

    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    pub fn connect(&self) -> TcpStream {
        let address = self.url.trim_start_matches("http://").trim_end_matches('/');
        TcpStream::connect(address).unwrap()
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Waits for its end: the code, and what it said after its first line.
    pub fn end(mut self) -> Ended {
        let mut rest = String::new();
        self.err.read_to_string(&mut rest).unwrap();
        let mut out = Vec::new();
        self.child.stdout.take().unwrap().read_to_end(&mut out).unwrap();
        let code = self.child.wait().unwrap().code().unwrap();
        let out_text = String::from_utf8_lossy(&out).into_owned();
        Ended { code, out: out_text, err: rest, octets: out }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
