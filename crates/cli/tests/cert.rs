//! `wirebook cert`: what it makes, OpenSSL reads, verifies and serves; what it shows, OpenSSL made.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{Ended, program};
use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Output, Stdio},
};
use testkit::TempDir;

/// Runs `wirebook cert` in a folder.
fn cert(folder: &Path, arguments: &[&str]) -> Ended {
    let mut command = program();
    command.env_remove("SSL_CERT_FILE").current_dir(folder);
    command.arg("cert").args(arguments).output().unwrap().into()
}

fn made(folder: &Path, arguments: &[&str]) -> String {
    let ended = cert(folder, arguments);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    ended.out
}

/// One line on standard error, with this in it.
#[track_caller]
fn fails(folder: &Path, arguments: &[&str], code: i32, expected: &str) {
    let ended = cert(folder, arguments);
    assert_eq!(ended.code, code, "{}", ended.err);
    assert_eq!(ended.err.lines().count(), 1, "{}", ended.err);
    assert!(ended.err.contains(expected), "{}", ended.err);
}

/// Runs OpenSSL; `None`, said aloud, where it is not there.
fn openssl(folder: &Path, arguments: &str) -> Option<Output> {
    let mut command = Command::new("openssl");
    command.args(arguments.split(' ')).current_dir(folder).stdin(Stdio::null());
    let Ok(output) = command.output() else {
        testkit::skip("no openssl");
        return None;
    };
    Some(output)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

#[test]
fn an_authority_and_a_certificate_that_openssl_believes() {
    let folder = TempDir::new("cert");
    for kind in ["p256", "p384", "ed25519"] {
        let arguments =
            ["--out", kind, "--key-type", kind, "*.example.com", "a.example", "192.0.2.1", "::1"];
        let out = made(folder.path(), &arguments);
        assert!(out.contains("DNS:*.example.com, DNS:a.example, IP:192.0.2.1, IP:::1"), "{out}");
        for host in ["-verify_hostname www.example.com", "-verify_ip 192.0.2.1", "-verify_ip ::1"] {
            let verify = format!(
                "verify -x509_strict -purpose sslserver {host} -CAfile {kind}/ca.pem {kind}/cert.pem"
            );
            let Some(output) = openssl(folder.path(), &verify) else { return };
            assert!(output.status.success(), "{}", said(&output));
        }
        let other =
            format!("verify -verify_hostname b.example -CAfile {kind}/ca.pem {kind}/cert.pem");
        let Some(output) = openssl(folder.path(), &other) else { return };
        assert!(!output.status.success());
        // The key is the certificate's, and OpenSSL can read it.
        let key = openssl(folder.path(), &format!("pkey -in {kind}/key.pem -pubout")).unwrap();
        let own = format!("x509 -in {kind}/cert.pem -noout -pubkey");
        assert_eq!(key.stdout, openssl(folder.path(), &own).unwrap().stdout);
    }
}

#[test]
fn keys_are_for_their_owner_and_nothing_is_replaced_by_accident() {
    let folder = TempDir::new("cert");
    made(folder.path(), &["--out", "new/deep"]);
    let at = |name: &str| folder.path().join("new/deep").join(name);
    for (name, mode) in [("ca.pem", 0o644), ("ca-key.pem", 0o600), ("key.pem", 0o600)] {
        assert_eq!(fs::metadata(at(name)).unwrap().permissions().mode() & 0o777, mode, "{name}");
    }
    let before = fs::read(at("key.pem")).unwrap();
    let there = "there already; --ca-cert new/deep/ca.pem --ca-key new/deep/ca-key.pem signs";
    fails(folder.path(), &["--out", "new/deep"], 1, there);
    fails(
        folder.path(),
        &["--out", "new/deep", "--self-signed"],
        1,
        "key.pem: there already; --force",
    );
    assert_eq!(fs::read(at("key.pem")).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path().join("new/deep")).unwrap().count(), 4);
    fs::set_permissions(at("key.pem"), fs::Permissions::from_mode(0o644)).unwrap();
    made(folder.path(), &["--out", "new/deep", "--force"]);
    assert_ne!(fs::read(at("key.pem")).unwrap(), before);
    assert_eq!(fs::metadata(at("key.pem")).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(folder.path().join("new/deep")).unwrap().count(), 4);
}

#[test]
fn a_client_is_signed_by_an_authority_that_was_there() {
    let folder = TempDir::new("cert");
    made(folder.path(), &["a.example"]);
    let ca = ["--ca-cert", "ca.pem", "--ca-key", "ca-key.pem"];
    let out = made(folder.path(), &[&["--client", "me@a.example"], &ca[..]].concat());
    assert!(out.contains("curl --cert client.pem --key client-key.pem"), "{out}");
    let verify = "verify -purpose sslclient -CAfile ca.pem client.pem";
    let Some(output) = openssl(folder.path(), verify) else { return };
    assert!(output.status.success(), "{}", said(&output));
    let verified =
        made(folder.path(), &["--verify", "client.pem", "--client", "--ca-cert", "ca.pem"]);
    assert!(verified.contains("believed for a client"), "{verified}");
    fails(
        folder.path(),
        &["--verify", "client.pem", "a.example", "--ca-cert", "ca.pem"],
        60,
        "(60) client.pem: certificate 0",
    );
    let wrong = ["--client", "--force", "--ca-cert", "ca.pem", "--ca-key", "key.pem"];
    fails(folder.path(), &wrong, 1, "key.pem is not the key of ca.pem");
    let leaf = ["--client", "--force", "--ca-cert", "cert.pem", "--ca-key", "key.pem"];
    fails(folder.path(), &leaf, 1, "cert.pem: CN=a.example is no authority");
    let swapped = ["--client", "--force", "--ca-cert", "key.pem", "--ca-key", "key.pem"];
    fails(folder.path(), &swapped, 1, "no -----BEGIN CERTIFICATE-----");
}

#[test]
fn what_is_made_is_told_to_programs_too() {
    let folder = TempDir::new("cert");
    let out =
        made(folder.path(), &["--out", "a b", "--self-signed", "--format", "json", "x.example"]);
    let told: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(told["certificate"], "a b/cert.pem");
    assert_eq!(told["chain"][0]["names"][0], "DNS:x.example");
    assert_eq!(told["chain"][0]["purposes"][0], "serverAuth");
    let hash = told["chain"][0]["spki_sha256"].as_str().unwrap();
    let commands = &told["commands"];
    assert_eq!(commands["curl"], "curl --cacert 'a b/cert.pem' https://x.example:8443/");
    let chromium = commands["chromium"].as_str().unwrap();
    assert!(chromium.contains(&format!("--ignore-certificate-errors-spki-list={hash} ")));
    assert!(chromium.contains("--user-data-dir="));
    let shown = made(folder.path(), &["--show", "a b/cert.pem", "--format", "json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["certificates"], told["chain"]);
    // OpenSSL finds the same hash, and the same fingerprint.
    let Some(output) =
        openssl(&folder.path().join("a b"), "x509 -in cert.pem -noout -fingerprint -sha256")
    else {
        return;
    };
    let print = told["chain"][0]["sha256"].as_str().unwrap();
    assert!(said(&output).contains(print), "{print}: {}", said(&output));
    let public =
        openssl(&folder.path().join("a b"), "pkey -in key.pem -pubout -outform DER").unwrap();
    let digest = ring::digest::digest(&ring::digest::SHA256, &public.stdout);
    assert_eq!(wire::base64::encode(digest.as_ref()), hash);
}

#[test]
fn what_openssl_makes_is_shown() {
    let folder = TempDir::new("cert");
    let request = "req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -days 400 -subj \
                   /C=KR/CN=root.example -addext subjectAltName=DNS:root.example";
    let Some(output) = openssl(folder.path(), request) else { return };
    assert!(output.status.success(), "{}", said(&output));
    openssl(folder.path(), "x509 -in c.pem -outform DER -out c.der").unwrap();
    let shown = made(folder.path(), &["--show", "c.pem"]);
    for word in [
        "certificate 0 of 1: CN=root.example,C=KR",
        "key          RSA-2048",
        "authority    yes",
        " days left",
        "sha256WithRSAEncryption",
    ] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    assert_eq!(made(folder.path(), &["--show", "c.der"]), shown);
    let verdict = made(folder.path(), &["--verify", "c.der", "root.example", "--ca-cert", "c.pem"]);
    assert!(verdict.ends_with("believed for root.example: it is a root itself\n"), "{verdict}");
    fails(folder.path(), &["--show", "k.pem"], 1, "no -----BEGIN CERTIFICATE-----");
    fails(folder.path(), &["--show", "none.pem"], 1, "there is no such file, and no HOST:PORT");
    made(folder.path(), &["--out", "other"]);
    let other = ["--verify", "c.pem", "root.example", "--ca-cert", "other/ca.pem"];
    fails(folder.path(), &other, 60, "(60) c.pem: certificate 0 (CN=root.example,C=KR)");
    let none = ["--verify", "c.pem", "root.example", "--ca-cert", "none.pem"];
    fails(folder.path(), &none, 77, "none.pem");
}

/// OpenSSL's server on a port of its own, ended with the test.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_servers_certificate_is_shown_and_verified() {
    let folder = TempDir::new("cert");
    made(folder.path(), &[]);
    let mut command = Command::new("openssl");
    command.args(["s_server", "-accept", "127.0.0.1:0", "-cert", "cert.pem", "-key", "key.pem"]);
    command.arg("-tls1_3").current_dir(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let Ok(child) = command.stderr(Stdio::null()).spawn() else {
        return testkit::skip("no openssl");
    };
    let mut serving = Serving(child);
    let lines = BufReader::new(serving.0.stdout.take().unwrap()).lines();
    let port = lines.map_while(Result::ok).find_map(|line| {
        line.strip_prefix("ACCEPT ").map(|at| at.rsplit_once(':').unwrap().1.to_owned())
    });
    let there = format!("localhost:{}", port.unwrap());
    let shown = made(folder.path(), &["--show", &there]);
    assert_eq!(shown, made(folder.path(), &["--show", "cert.pem"]));
    let verdict = made(folder.path(), &["--verify", &there, "--ca-cert", "ca.pem"]);
    assert!(verdict.contains("believed for localhost: CN=Wirebook test authority"), "{verdict}");
    let other = ["--verify", &there, "other.example", "--ca-cert", "ca.pem"];
    fails(folder.path(), &other, 60, "is not for other.example");
}

#[test]
fn a_server_that_speaks_something_else_is_told_as_such() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let there = listener.local_addr().unwrap().to_string();
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        std::io::Write::write_all(&mut stream, b"220 mail.example\r\n").unwrap();
        // Until the other end hangs up: who closes over unread octets resets.
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let folder = TempDir::new("cert");
    fails(folder.path(), &["--show", &there], 1, "the peer may not speak TLS");
    thread.join().unwrap();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    fails(folder.path(), &["--show", &nobody], 1, "refused");
}
