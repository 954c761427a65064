//! `get` over TLS as the program tells it: one answer, and three refusals.

use crate::{
    figure::figure,
    programs::{self, Running},
};
use std::{
    fmt::Write as _,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

#[test]
fn an_answer_and_three_refusals() {
    let program = programs::wirebook();
    let folder = std::env::temp_dir().join(format!("wirebook-book-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("www")).unwrap();
    std::fs::write(folder.join("www/hello"), "Hello, Wirebook.\n").unwrap();
    let made = Command::new(&program)
        .args(["cert", "--out", ".", "localhost"])
        .current_dir(&folder)
        .output()
        .unwrap();
    assert!(made.status.success());
    let mut command = Command::new(&program);
    command.args(["serve", "--https", "127.0.0.1:0", "--cert", "cert.pem", "--key", "key.pem"]);
    let child = command.arg("www").current_dir(&folder).stderr(Stdio::piped()).spawn().unwrap();
    let mut server = Running(child);
    let mut lines = BufReader::new(server.0.stderr.take().unwrap()).lines().map(Result::unwrap);
    let line = lines.find(|line| line.contains("https://")).unwrap();
    let port = line.split("127.0.0.1:").nth(1).unwrap().split('/').next().unwrap().to_owned();

    let mut story = String::new();
    let other = format!("other.example:{port}:127.0.0.1");
    for (host, arguments) in [
        ("localhost", vec!["-v", "--http1.1", "--cacert", "ca.pem"]),
        ("localhost", vec![]),
        ("other.example", vec!["--cacert", "ca.pem", "--resolve", &other]),
        ("localhost", vec!["--cacert", "nowhere.pem"]),
    ] {
        let url = format!("https://{host}:{port}/hello");
        let told = Command::new(&program)
            .arg("get")
            .args(&arguments)
            .args(["-4", "--noproxy", "*", &url])
            .env_remove("SSL_CERT_FILE")
            .current_dir(&folder)
            .output()
            .unwrap();
        let asked = [&["wirebook get"], &arguments[..], &[&url]].concat().join(" ");
        writeln!(story, "$ {}", asked.replace(&port, "8443")).unwrap();
        story += &still(&String::from_utf8(told.stderr).unwrap(), &port);
        match told.status.code().unwrap() {
            0 => assert_eq!(told.stdout, b"Hello, Wirebook.\n"),
            code => writeln!(story, "exit code {code}").unwrap(),
        }
    }
    drop(server);
    clear(&folder);
    figure("tls-get", &super::octets::narrow(&story));
}

fn clear(folder: &Path) {
    // What is left in a folder for such things harms nobody.
    let _ = std::fs::remove_dir_all(folder);
}

/// What changes from run to run is made the same: times, dates, the port, an authority's number.
fn still(text: &str, port: &str) -> String {
    let mut story = String::new();
    for line in text.lines().filter(|line| !line.starts_with("* tried")) {
        let mut line = line.replace(port, "8443");
        for (word, shown) in [
            (" in ", "0.0"),
            ("test authority ", "000000"),
            ("valid ", "2026-01-01 00:00:00 UTC to 2026-01-14 01:00:00 UTC"),
            ("Date: ", "Thu, 01 Jan 2026 01:00:00 GMT"),
            ("Last-Modified: ", "Thu, 01 Jan 2026 00:00:00 GMT"),
            ("ETag: ", "\"11-0\""),
        ] {
            let Some((before, rest)) = line.split_once(word) else { continue };
            let behind = match word {
                " in " => rest.find(" ms"),
                "valid " => rest.find(" UTC: ").map(|at| at + 4),
                "test authority " => Some(6),
                _ => None,
            };
            let behind = behind.and_then(|at| rest.get(at..)).unwrap_or_default();
            line = format!("{before}{word}{shown}{behind}");
        }
        writeln!(story, "{line}").unwrap();
    }
    story
}
