//! WebSocket over TLS with Python's `ssl` and `websockets`, either way.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use super::papers::{Papers, ours, program, well};
use crate::peers;
use crate::program::Serve;
use crate::site;

/// Python's server, ended when it is dropped.
struct Python(Child);

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn pythons_client() {
    let Some(mut python) = peers::python("secure.py") else { return };
    let (papers, site) = (Papers::ours(), site::site());
    let (certificate, key) = (papers.path("cert.pem"), papers.path("key.pem"));
    let arguments = ["--https", "127.0.0.1:0", "--cert", &certificate, "--key", &key];
    let serve = Serve::start(site.path(), &arguments);
    let url = format!("wss://localhost:{}/_wirebook/echo", serve.tls.unwrap().port());
    let text = well(&peers::run(python.arg("client").arg(url).arg(papers.path("ca.pem")), b""));
    assert!(text.ends_with("all well\n"), "{text}");
}

#[test]
fn pythons_server() {
    let Some(mut python) = peers::python("secure.py") else { return };
    let papers = Papers::ours();
    let mut child = python
        .args(["server", &papers.path("cert.pem"), &papers.path("key.pem")])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let _python = Python(child);
    let root = format!("wss://localhost:{}", line.trim());
    let ca = papers.path("ca.pem");
    let lines = "one\n둘\n\nfour\n";
    let four = format!("{root}/four");
    let mut command = ours(&["ws", "--max-time", "60", "--cacert", &ca, "-n", &four]);
    assert_eq!(well(&peers::run(&mut command, lines.as_bytes())), lines);
    let long = format!("{}\n", "한글 ".repeat(30_000).trim());
    let pieces = format!("{root}/");
    let mut command = ours(&["ws", "--max-time", "60", "--cacert", &ca, "-1", &pieces]);
    assert!(well(&peers::run(&mut command, long.as_bytes())) == long, "it comes back whole");
    let output = program(&["ws", "--max-time", "60", &root]);
    assert_eq!(output.status.code(), Some(60), "{output:?}");
}
