//! `https` and `wss` from the command line: flags, lines, exit codes, and what is told.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{Ended, fails, get, golden, program};
use http::StatusCode;
use server::{Certificates, Router, Running, Server, Tls, identity::Identity, inline};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::SystemTime,
};
use testkit::TempDir;

/// A server with a certificate of its own making, and that in a file.
struct Site {
    running: Running,
    folder: TempDir,
    pin: String,
}

impl Site {
    fn new() -> Self {
        let identity = Identity::generate(SystemTime::now().into()).unwrap();
        let folder = TempDir::new("tls");
        let pem: String = identity.chain().iter().map(|one| one.to_pem()).collect();
        fs::write(folder.path().join("ca.pem"), pem).unwrap();
        let pin = format!("sha256//{}", identity.spki_sha256());
        let tls = Tls::new(Certificates::of([identity]).unwrap());
        let router =
            Router::new().get("/hello", inline(|_, reply| reply.text(StatusCode::OK, "hello\n")));
        let server = Server::new(router).listen_tls("127.0.0.1:0".parse().unwrap(), &tls).unwrap();
        Self { running: server.start().unwrap(), folder, pin }
    }

    fn ca(&self) -> String {
        self.file("ca.pem").display().to_string()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn port(&self) -> u16 {
        self.running.tls_addresses()[0].port()
    }

    fn at(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port())
    }

    /// Fetches `/hello`, believing the server's own certificate.
    fn get(&self, more: &[&str]) -> Ended {
        let (ca, url) = (self.ca(), self.at("/hello"));
        let mut arguments = vec!["--cacert", &ca];
        arguments.extend(more);
        arguments.push(&url);
        get(&arguments)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.running.stop();
    }
}

#[test]
fn a_certificate_is_believed_or_refused_with_one_line() {
    let site = Site::new();
    let ended = site.get(&[]);
    assert_eq!((ended.code, &*ended.out, &*ended.err), (0, "hello\n", ""));
    // The system's roots know nothing of it.
    fails(&get(&[&site.at("/hello")]), 60, "certificate 0 (CN=localhost)");
    let (ca, other) = (site.ca(), format!("https://127.0.0.2:{}/", site.port()));
    let other = get(&["--cacert", &ca, "--connect-timeout", "5", &other]);
    // Nobody listens there, where loopback is one address; else the name is wrong.
    assert!(matches!(other.code, 7 | 60), "{}", other.err);
    assert_eq!(get(&["-k", &site.at("/hello")]).out, "hello\n");
}

#[test]
fn a_file_that_cannot_be_used_is_named() {
    let site = Site::new();
    fails(&get(&["--cacert", "/none", &site.at("/")]), 77, "/none");
    fails(&site.get(&["--cert", "/none"]), 58, "/none");
    let ca = site.ca();
    fails(&site.get(&["--cert", &ca]), 58, "PRIVATE KEY");
    let ended = program().env("SSL_CERT_FILE", "/none").args(["get", &site.at("/")]).output();
    fails(&Ended::from(ended.unwrap()), 77, "/none");
    let ended = program().env("SSL_CERT_FILE", &ca).args(["get", &site.at("/hello")]).output();
    assert_eq!(Ended::from(ended.unwrap()).out, "hello\n");
}

#[test]
fn a_pinned_key_must_be_the_servers() {
    let site = Site::new();
    assert_eq!(site.get(&["--pinnedpubkey", &site.pin]).out, "hello\n");
    let other = format!("sha256//{}=", "A".repeat(43));
    fails(&site.get(&["--pinnedpubkey", &other]), 90, "pinned");
    fails(&site.get(&["-k", "--pinnedpubkey", &other]), 90, "pinned");
    let both = format!("{other};{}", site.pin);
    assert_eq!(site.get(&["--pinnedpubkey", &both]).out, "hello\n");
    assert_eq!(site.get(&["--pinnedpubkey", "md5//x"]).code, 2);
}

#[test]
fn one_version_is_spoken() {
    let site = Site::new();
    for flag in ["--tlsv1.2", "--tlsv1.3", "--tls-max=1.3"] {
        assert_eq!(site.get(&[flag]).out, "hello\n", "{flag}");
    }
    let ended = site.get(&["--tls-max", "1.2"]);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("TLS 1.3 is the only version that is spoken here"), "{}", ended.err);
}

#[test]
fn what_is_offered_can_be_chosen() {
    let site = Site::new();
    let chosen = |more: &[&str]| site.get(&[&["-v"], more].concat()).err;
    let suite = chosen(&["--tls13-ciphers", "TLS_CHACHA20_POLY1305_SHA256"]);
    assert!(suite.contains("* TLSv1.3, TLS_CHACHA20_POLY1305_SHA256, x25519, h2"), "{suite}");
    let group = chosen(&["--curves", "P-256"]);
    assert!(group.contains(", secp256r1, h2"), "{group}");
    let none = chosen(&["--no-alpn"]);
    assert!(none.contains(", x25519\n"), "{none}");
    assert_eq!(site.get(&["--curves", "P-1"]).code, 2);
    assert_eq!(site.get(&["--tls13-ciphers", ""]).code, 2);
}

#[test]
fn the_key_log_is_added_to_and_nobody_elses() {
    let site = Site::new();
    let log = site.file("keys");
    let shown = log.display().to_string();
    assert_eq!(site.get(&["--keylog", &shown]).code, 0);
    let lines = |path: &Path| fs::read_to_string(path).unwrap().lines().count();
    let once = lines(&log);
    assert_eq!(fs::metadata(&log).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(fs::read_to_string(&log).unwrap().contains("\nCLIENT_TRAFFIC_SECRET_0 "));
    let ended = program()
        .env("SSLKEYLOGFILE", &log)
        .args(["get", "--cacert", &site.ca(), &site.at("/hello")])
        .output();
    assert_eq!(Ended::from(ended.unwrap()).code, 0);
    assert_eq!(lines(&log), 2 * once);
}

#[test]
fn what_was_agreed_on_can_be_written_out() {
    let site = Site::new();
    let format = "%{ssl_verify_result} %{num_certs} %{scheme} %{http_code}\\n";
    let ended = site.get(&["-o", "/dev/null", "-w", format]);
    assert_eq!(ended.out, "0 1 https 200\n");
    let ended = get(&["-k", "-o", "/dev/null", "-w", format, &site.at("/hello")]);
    assert_eq!(ended.out, "1 1 https 200\n");
    let ended = get(&["-s", "-w", format, &site.at("/hello")]);
    assert!(ended.code == 60 && ended.out == "20 0  000\n", "{}", ended.out);
    let times = "%{time_connect} %{time_appconnect} %{time_starttransfer}";
    let ended = site.get(&["-o", "/dev/null", "-w", times]);
    let times: Vec<f64> = ended.out.split(' ').map(|time| time.parse().unwrap()).collect();
    assert!(times[0] < times[1] && times[1] <= times[2], "{times:?}");
    let ended = site.get(&["-o", "/dev/null", "-w", "%{certs}"]);
    assert!(ended.out.starts_with("Subject: CN=localhost\nIssuer: "), "{}", ended.out);
    assert!(ended.out.trim_end().ends_with("-----END CERTIFICATE-----"), "{}", ended.out);
}

/// What differs from run to run is replaced: times, ports, dates, keys, and lengths that follow
/// from them.
fn masked(text: &str, port: u16) -> String {
    let text = text.replace(&port.to_string(), "PORT");
    let word = |word: &str| {
        let bare = word.trim_end_matches([',', ':', ';', ')', '"']);
        let number = bare.contains('.') && bare.parse::<f64>().is_ok();
        let secret = bare.len() >= 32 && bare.bytes().all(|octet| octet.is_ascii_hexdigit());
        let date = bare.len() == 10 && bare.bytes().filter(|octet| *octet == b'-').count() == 2;
        let time = bare.len() == 8 && bare.bytes().filter(|octet| *octet == b':').count() == 2;
        let mask = [(number, "#"), (secret, "HEX"), (date, "DATE"), (time, "TIME")];
        match mask.into_iter().find(|(fits, _)| *fits) {
            Some((_, mask)) => word.replacen(bare, mask, 1),
            None => word.to_owned(),
        }
    };
    let line = |line: &str| {
        let words: Vec<String> = line.split_whitespace().map(word).collect();
        // A certificate's signature is an octet longer or shorter, as it happens.
        let varies = ["certificate,", "certificate_verify,", "record"];
        let lengths = words.iter().any(|word| varies.contains(&word.as_str()));
        let number =
            |at: usize| lengths && words.get(at + 1).is_some_and(|w| w.starts_with("octet"));
        let words = words.iter().enumerate();
        let words: Vec<&str> = words.map(|(at, w)| if number(at) { "N" } else { w }).collect();
        words.join(" ") + "\n"
    };
    text.lines().map(line).collect()
}

#[test]
fn verbose_says_what_was_agreed_on_and_who_the_server_is() {
    let site = Site::new();
    let ended = site.get(&["-v", "-A", "test"]);
    let told = masked(&ended.err, site.port());
    let told: String = told.lines().take(8).map(|line| format!("{line}\n")).collect();
    testkit::golden(golden("tls_verbose.txt"), &told);
}

#[test]
fn more_verbose_shows_the_handshakes_messages() {
    let site = Site::new();
    let ended = site.get(&["-vv"]);
    let told = masked(&ended.err, site.port());
    let told: String = told.lines().filter(|line| line.contains(" TLS ")).map(named).collect();
    testkit::golden(golden("tls_messages.txt"), &told);
    assert!(!ended.err.contains("key schedule"), "secrets are not for -vv");
}

#[test]
fn most_verbose_shows_the_key_schedule() {
    let site = Site::new();
    let ended = site.get(&["-vvv"]);
    let told = masked(&ended.err, site.port());
    let told: String =
        told.lines().filter(|line| line.contains("key schedule")).map(named).collect();
    testkit::golden(golden("tls_schedule.txt"), &told);
}

fn named(line: &str) -> String {
    format!("{line}\n")
}

#[test]
fn a_websocket_takes_the_same_flags() {
    let site = Site::new();
    let url = format!("wss://localhost:{}/hello", site.port());
    let ca = site.ca();
    // Believed, and no WebSocket; not believed.
    fails(&common::ws(b"", &["--cacert", &ca, &url]), 22, "200");
    fails(&common::ws(b"", &[&url]), 60, "certificate 0");
}
