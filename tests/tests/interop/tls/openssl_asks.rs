//! OpenSSL's client at `wirebook serve --https`.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::papers::{Papers, well};
use super::talk::{Talk, openssl};
use crate::peers;
use crate::program::Serve;
use crate::site;
use testkit::TempDir;

/// The last request of a connection.
const LETTERS: &str = "GET /letters.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
/// One that others may come behind.
const FIRST: &[u8] = b"GET /letters.txt HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// Our server over the site, and its certificates.
struct Stage {
    serve: Serve,
    papers: Papers,
    _site: TempDir,
}

impl Stage {
    fn new(more: &[&str]) -> Self {
        Self::with(Papers::ours(), more)
    }

    fn with(papers: Papers, more: &[&str]) -> Self {
        let site = site::site();
        let (certificate, key) = (papers.path("cert.pem"), papers.path("key.pem"));
        let own = ["--https", "127.0.0.1:0", "--cert", &certificate, "--key", &key];
        let serve = Serve::start(site.path(), &[&own[..], more].concat());
        Self { serve, papers, _site: site }
    }

    /// What every conversation says: where, whom to believe, and to go on until the server closes.
    fn arguments(&self, more: &str) -> String {
        let address = self.serve.tls.expect("it speaks TLS");
        let ca = self.papers.path("ca.pem");
        format!(
            "s_client -connect {address} -CAfile {ca} -verify_return_error -verify_ip 127.0.0.1 \
             -ign_eof {more}"
        )
    }

    /// Sends `request`, and answers with all that it printed.
    #[track_caller]
    fn ask(&self, more: &str, request: &str) -> Option<String> {
        let mut command = openssl(&self.arguments(more))?;
        let output = peers::run(&mut command, request.as_bytes());
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        Some(String::from_utf8_lossy(&output.stdout).into_owned() + &errors)
    }
}

/// The content came, the certificate was believed, and the end was said.
#[track_caller]
fn answered(text: &str, also: &[&str]) {
    for seen in ["Verify return code: 0 (ok)", "HTTP/1.1 200 OK", site::LETTERS, "closed\n"] {
        assert!(text.contains(seen), "{seen:?} in\n{text}");
    }
    for seen in also {
        assert!(text.contains(seen), "{seen:?} in\n{text}");
    }
}

/// How many times the client said hello.
fn hellos(text: &str) -> usize {
    text.matches(", ClientHello").count()
}

#[test]
fn each_group_and_each_suite() {
    let stage = Stage::new(&[]);
    for (group, key) in [("X25519", "X25519, 253 bits"), ("P-256", "ECDH, prime256v1, 256 bits")] {
        for suite in
            ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]
        {
            let more = format!("-groups {group} -ciphersuites {suite} -msg");
            let Some(text) = stage.ask(&more, LETTERS) else { return };
            let cipher = format!("New, TLSv1.3, Cipher is {suite}");
            answered(&text, &[&cipher, &format!("Server Temp Key: {key}")]);
            assert_eq!(hellos(&text), 1, "{text}");
        }
    }
}

#[test]
fn a_share_of_another_group_is_asked_for() {
    let stage = Stage::new(&[]);
    for (groups, key) in
        [("P-384:X25519", "X25519, 253 bits"), ("P-521:P-384:P-256", "ECDH, prime256v1, 256 bits")]
    {
        let Some(text) = stage.ask(&format!("-groups {groups} -msg"), LETTERS) else { return };
        answered(&text, &[&format!("Server Temp Key: {key}")]);
        assert_eq!(hellos(&text), 2, "a hello, a HelloRetryRequest, a hello:\n{text}");
    }
    // Nothing in common: the alert says so.
    let Some(text) = stage.ask("-groups P-384", LETTERS) else { return };
    assert!(text.contains("alert handshake failure"), "{text}");
}

#[test]
fn each_kind_of_key() {
    for (key, digest, kind) in [
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "-sha256", "ECDSA"),
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-384", "-sha384", "ECDSA"),
        ("-algorithm ED25519", "", "ed25519"),
        ("-algorithm RSA -pkeyopt rsa_keygen_bits:2048", "-sha256", "RSA-PSS"),
    ] {
        let Some(papers) = Papers::openssls(key, digest) else { return };
        let stage = Stage::with(papers, &[]);
        let Some(text) = stage.ask("", LETTERS) else { return };
        answered(&text, &[&format!("Peer signature type: {kind}\n")]);
    }
}

#[test]
fn two_tickets_each_good_for_one_connection() {
    let stage = Stage::new(&[]);
    let session = stage.papers.path("session.pem");
    let Some(text) = stage.ask(&format!("-sess_out {session}"), LETTERS) else { return };
    answered(&text, &["\nNew, "]);
    assert_eq!(text.matches("New Session Ticket arrived").count(), 2, "{text}");
    let Some(text) = stage.ask(&format!("-sess_in {session}"), LETTERS) else { return };
    answered(&text, &["\nReused, TLSv1.3"]);
    // The same one again is not taken, and nothing is lost by that.
    let Some(text) = stage.ask(&format!("-sess_in {session}"), LETTERS) else { return };
    answered(&text, &["\nNew, TLSv1.3"]);
}

#[test]
fn a_ticket_and_a_share_of_another_group() {
    let stage = Stage::new(&[]);
    let session = stage.papers.path("session.pem");
    if stage.ask(&format!("-sess_out {session}"), LETTERS).is_none() {
        return;
    }
    // The binder covers both hellos (RFC 8446 §4.2.11.2).
    let more = format!("-sess_in {session} -groups P-384:P-256 -msg");
    let text = stage.ask(&more, LETTERS).unwrap();
    answered(&text, &["\nReused, TLSv1.3"]);
    assert_eq!(hellos(&text), 2, "{text}");
}

#[test]
fn early_data_once() {
    let stage = Stage::new(&[]);
    let (session, early) = (stage.papers.path("session.pem"), stage.papers.path("early.txt"));
    fs::write(&early, LETTERS).unwrap();
    let Some(text) = stage.ask(&format!("-sess_out {session}"), LETTERS) else { return };
    answered(&text, &["Max Early Data: 16384", "Early data was not sent"]);
    let again = format!("-sess_in {session} -early_data {early}");
    let text = stage.ask(&again, "").unwrap();
    answered(&text, &["\nReused, ", "Early data was accepted"]);
    // Whoever recorded the first flight and sends it again is not answered early.
    let text = stage.ask(&again, LETTERS).unwrap();
    answered(&text, &["Early data was rejected"]);
    assert_eq!(text.matches(site::LETTERS).count(), 1, "what was rejected is skipped:\n{text}");
}

#[test]
fn early_data_before_another_hello_is_skipped() {
    let stage = Stage::new(&[]);
    let (session, early) = (stage.papers.path("session.pem"), stage.papers.path("early.txt"));
    fs::write(&early, LETTERS).unwrap();
    if stage.ask(&format!("-sess_out {session}"), LETTERS).is_none() {
        return;
    }
    let more = format!("-sess_in {session} -early_data {early} -groups P-384:X25519 -msg");
    let text = stage.ask(&more, LETTERS).unwrap();
    answered(&text, &["\nReused, ", "Early data was rejected"]);
    assert_eq!((hellos(&text), text.matches(site::LETTERS).count()), (2, 1), "{text}");
}

#[test]
fn keys_are_changed_by_the_client() {
    let stage = Stage::new(&[]);
    // Without -ign_eof, or the letters are no commands.
    let arguments = stage.arguments("-msg").replace(" -ign_eof", "");
    let Some(mut command) = openssl(&arguments) else { return };
    let mut talk = Talk::start(&mut command);
    talk.wait_for("NewSessionTicket");
    for (letter, asked) in [(b"k\n", false), (b"K\n", true), (b"K\n", true)] {
        talk.say(letter);
        talk.wait_for(">>> TLS 1.3, Handshake [length 0005], KeyUpdate");
        talk.say(FIRST);
        if asked {
            talk.wait_for("<<< TLS 1.3, Handshake [length 0005], KeyUpdate");
        }
        talk.wait_for(site::LETTERS);
    }
    talk.say(LETTERS.as_bytes());
    talk.wait_for(site::LETTERS);
    talk.wait_for("Alert [length 0002], warning close_notify");
    let text = talk.end();
    let theirs = text.matches("<<< TLS 1.3, Handshake [length 0005], KeyUpdate").count();
    assert_eq!(theirs, 2, "one for each that was asked for:\n{text}");
}

#[test]
fn what_is_spoken_inside_and_for_which_name() {
    let stage = Stage::new(&[]);
    let Some(text) = stage.ask("-alpn h3,http/1.1 -servername localhost", LETTERS) else { return };
    answered(&text, &["ALPN protocol: http/1.1"]);
    let text = stage.ask("", LETTERS).unwrap();
    answered(&text, &["No ALPN negotiated"]);
    let text = stage.ask("-alpn imap", LETTERS).unwrap();
    assert!(text.contains("alert no application protocol"), "{text}");
}

#[test]
fn the_certificate_is_that_of_the_name() {
    let other = Papers::ours();
    let out = other.path("");
    well(&super::papers::program(&["cert", "--force", "--out", &out, "other.example"]));
    let (certificate, key) = (other.path("cert.pem"), other.path("key.pem"));
    let stage = Stage::new(&["--cert", &certificate, "--key", &key]);
    for (name, subject) in [
        ("other.example", "subject=CN = other.example"),
        ("localhost", "subject=CN = localhost"),
        ("nobody.example", "subject=CN = localhost"),
    ] {
        // Whether it is believed is another question.
        let arguments = stage.arguments(&format!("-servername {name}"));
        let arguments = arguments.replace("-verify_return_error -verify_ip 127.0.0.1", "");
        let Some(mut command) = openssl(&arguments) else { return };
        let output = peers::run(&mut command, LETTERS.as_bytes());
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains(subject) && text.contains(site::LETTERS), "{name}: {text}");
    }
}

#[test]
fn clients_show_who_they_are() {
    let papers = Papers::ours();
    let ca = papers.path("ca.pem");
    let stage = Stage::with(papers, &["--client-ca", &ca]);
    let (certificate, key) = (stage.papers.path("client.pem"), stage.papers.path("client-key.pem"));
    let session = stage.papers.path("session.pem");
    let shown = format!("-cert {certificate} -key {key} -sess_out {session}");
    let Some(text) = stage.ask(&shown, LETTERS) else { return };
    answered(&text, &["\nNew, "]);
    // By a ticket nobody has to show it again.
    answered(&stage.ask(&format!("-sess_in {session}"), LETTERS).unwrap(), &["\nReused, "]);
    let text = stage.ask("", LETTERS).unwrap();
    assert!(text.contains("alert certificate required"), "{text}");
    // Another authority's clients, with keys of other kinds.
    for key in ["-algorithm ED25519", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048"] {
        let digest = if key.contains("ED25519") { "" } else { "-sha256" };
        let theirs = Papers::openssls(key, digest).unwrap();
        let shown =
            format!("-cert {} -key {}", theirs.path("client.pem"), theirs.path("client-key.pem"));
        let text = stage.ask(&shown, LETTERS).unwrap();
        assert!(text.contains("alert unknown ca"), "{text}");
        let ca = theirs.path("ca.pem");
        let stage = Stage::with(Papers::ours(), &["--client-ca", &ca]);
        answered(&stage.ask(&shown, LETTERS).unwrap(), &[]);
    }
}

#[test]
fn who_is_not_believed_is_told_why_by_openssl() {
    let stage = Stage::new(&[]);
    let stranger = Papers::ours();
    let arguments =
        stage.arguments("").replace(&stage.papers.path("ca.pem"), &stranger.path("ca.pem"));
    let Some(mut command) = openssl(&arguments) else { return };
    let output = peers::run(&mut command, LETTERS.as_bytes());
    assert!(!output.status.success(), "another authority's");
    // The server outlives it.
    answered(&stage.ask("", LETTERS).unwrap(), &[]);
}

#[test]
fn a_new_certificate_after_a_hangup_while_a_connection_goes_on() {
    let stage = Stage::new(&[]);
    let Some(mut command) = openssl(&stage.arguments("-msg").replace(" -ign_eof", "")) else {
        return;
    };
    let mut old = Talk::start(&mut command);
    old.say(FIRST);
    old.wait_for(site::LETTERS);
    let serial = |papers: &Path| {
        let certificate = papers.display();
        let mut command = openssl(&format!("x509 -in {certificate} -noout -serial")).unwrap();
        well(&peers::run(&mut command, b""))
    };
    let shown = || {
        let text = stage.ask("", LETTERS).unwrap();
        answered(&text, &[]);
        let file = stage.papers.file("shown.pem");
        fs::write(&file, text).unwrap();
        serial(&file)
    };
    let (own, ca) = (stage.papers.file("cert.pem"), stage.papers.path("ca.pem"));
    let before = serial(&own);
    assert_eq!(shown(), before);
    let (key, out) = (stage.papers.path("ca-key.pem"), stage.papers.path(""));
    let make = ["cert", "--force", "--out", &out, "--ca-cert", &ca, "--ca-key", &key];
    well(&super::papers::program(&make));
    let after = serial(&own);
    assert_ne!(before, after);
    let pid = stage.serve.pid().to_string();
    well(&peers::run(std::process::Command::new("kill").args(["-HUP", &pid]), b""));
    // A signal is not answered, so the new one is looked for until it is there.
    let deadline = Instant::now() + Duration::from_secs(60);
    while shown() != after {
        assert!(Instant::now() < deadline, "the new certificate is never shown");
    }
    old.say(LETTERS.as_bytes());
    old.wait_for(site::LETTERS);
    old.wait_for("warning close_notify");
}
