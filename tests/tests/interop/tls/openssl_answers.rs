//! `wirebook get` at OpenSSL's server.

use super::papers::{Papers, ours, program, well};
use super::talk::{Answering, Talk};
use crate::site;
use testkit::TempDir;

const SUITES: [&str; 3] =
    ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];

/// `get` with `-v`, what it fetched and what it told.
#[track_caller]
fn get(papers: &Papers, more: &[&str]) -> (String, String) {
    let ca = papers.path("ca.pem");
    let common = ["get", "-v", "--max-time", "60", "--cacert", &ca];
    let output = program(&[&common[..], more].concat());
    (well(&output), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// An answer as somebody types it into `s_server`.
fn typed(content: &str, close: bool) -> Vec<u8> {
    let length = content.len();
    let close = if close { "Connection: close\r\n" } else { "" };
    format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n{close}\r\n{content}").into_bytes()
}

#[test]
fn each_group_and_each_suite() {
    let papers = Papers::ours();
    let arguments = format!("{} -www", papers.server());
    let Some(server) = Answering::start(&arguments) else { return };
    for group in ["x25519", "secp256r1"] {
        for suite in SUITES {
            let url = server.url("/");
            let (page, told) = get(&papers, &["--curves", group, "--tls13-ciphers", suite, &url]);
            assert!(page.contains(&format!("New, TLSv1.3, Cipher is {suite}")), "{page}");
            assert!(page.contains(&format!("Shared groups: {group}")), "{page}");
            assert!(told.contains(&format!("TLSv1.3, {suite}, {group}")), "{told}");
        }
    }
}

#[test]
fn another_group_is_asked_for() {
    let papers = Papers::ours();
    for (theirs, ours) in [("P-256", "X25519:P-256"), ("X25519", "P-256:X25519")] {
        let arguments = format!("{} -www -msg -groups {theirs}", papers.server());
        let Some(mut server) = Answering::start(&arguments) else { return };
        // Twice: a ticket's binder covers both hellos.
        let url = server.url("/");
        let (pages, _) = get(&papers, &["--curves", ours, &url, &url]);
        assert!(pages.contains("\nNew, TLSv1.3") && pages.contains("\nReused, TLSv1.3"), "{pages}");
        for _ in 0..4 {
            server.talk.wait_for("<<< TLS 1.3, Handshake");
            server.talk.wait_for(", ClientHello");
        }
    }
    let arguments = format!("{} -www -groups P-384", papers.server());
    let Some(server) = Answering::start(&arguments) else { return };
    let output = program(&["get", "--cacert", &papers.path("ca.pem"), &server.url("/")]);
    assert_eq!(output.status.code(), Some(35), "{output:?}");
}

#[test]
fn each_kind_of_key() {
    for (key, digest) in [
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "-sha256"),
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-384", "-sha384"),
        ("-algorithm ED25519", ""),
        ("-algorithm RSA -pkeyopt rsa_keygen_bits:2048", "-sha256"),
        ("-algorithm RSA -pkeyopt rsa_keygen_bits:3072", "-sha512"),
    ] {
        let Some(papers) = Papers::openssls(key, digest) else { return };
        // And the client has such a key, too.
        let ca = papers.path("ca.pem");
        let arguments = format!("{} -www -Verify 2 -CAfile {ca}", papers.server());
        let Some(mut server) = Answering::start(&arguments) else { return };
        let (certificate, secret) = (papers.path("client.pem"), papers.path("client-key.pem"));
        let shown = ["--cert", &certificate, "--key", &secret, &server.url("/")];
        let (page, _) = get(&papers, &shown);
        assert!(page.contains("Subject: CN = client") || page.contains("CN=client"), "{page}");
        server.talk.wait_for("verify return:1");
    }
}

#[test]
fn a_client_that_says_nothing_where_it_is_asked() {
    let papers = Papers::ours();
    let ca = papers.path("ca.pem");
    let arguments = format!("{} -www -Verify 2 -CAfile {ca}", papers.server());
    let Some(server) = Answering::start(&arguments) else { return };
    let output = program(&["get", "--cacert", &ca, &server.url("/")]);
    let line = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(56), "{line}");
    assert!(line.contains("certificate_required") && line.lines().count() == 1, "{line}");
}

#[test]
fn a_ticket_makes_the_second_handshake_short() {
    let papers = Papers::ours();
    for suite in SUITES {
        let arguments = format!("{} -www -ciphersuites {suite}", papers.server());
        let Some(server) = Answering::start(&arguments) else { return };
        let url = server.url("/");
        let (pages, told) = get(&papers, &[&url, &url, &url]);
        let how = |word: &str| pages.matches(&format!("\n{word}, TLSv1.3")).count();
        assert_eq!((how("New"), how("Reused")), (1, 2), "{pages}");
        assert_eq!(told.matches("by a ticket from before").count(), 2, "{told}");
    }
}

#[test]
fn early_data() {
    let papers = Papers::ours();
    let arguments = format!("{} -early_data -alpn http/1.1 -msg", papers.server());
    let Some(Answering { mut talk, address }) = Answering::start(&arguments) else { return };
    let (ca, root) = (papers.path("ca.pem"), format!("https://{address}"));
    let (one, two) = (format!("{root}/one"), format!("{root}/two"));
    let flags = ["get", "-v", "--max-time", "60", "--cacert", &ca, "--tls-earlydata", &one, &two];
    let mut get = Talk::start(&mut ours(&flags));
    for (path, word) in [("/one", "No early data received"), ("/two", "Early data received")] {
        if path == "/one" {
            talk.wait_for(word);
            talk.wait_for(&format!("GET {path} HTTP/1.1"));
        } else {
            // It is written to two outputs, which may be read in any order.
            talk.wait_for("EndOfEarlyData");
            talk.wait_for("Reused session-id");
            talk.wait_for_anywhere(word);
            talk.wait_for_anywhere("GET /two");
        }
        talk.say(&typed(path, true));
        get.wait_for(path);
        talk.wait_for("warning close_notify");
    }
    let told = get.end();
    assert!(told.contains("early data accepted") && !told.contains("wirebook: ("), "{told}");
}

#[test]
fn keys_are_changed_by_the_server() {
    let papers = Papers::ours();
    let arguments = format!("{} -msg", papers.server());
    let Some(Answering { mut talk, address }) = Answering::start(&arguments) else { return };
    let (ca, root) = (papers.path("ca.pem"), format!("https://{address}"));
    let paths = ["/one", "/two", "/three"].map(|path| format!("{root}{path}"));
    let mut get = Talk::start(&mut ours(&[
        "get",
        "-v",
        "--max-time",
        "60",
        "--cacert",
        &ca,
        &paths[0],
        &paths[1],
        &paths[2],
    ]));
    for (path, letter) in [("/one", b"k\n"), ("/two", b"K\n"), ("/three", b"K\n")] {
        talk.wait_for(&format!("GET {path} HTTP/1.1"));
        talk.say(letter);
        talk.wait_for(">>> TLS 1.3, Handshake [length 0005], KeyUpdate");
        if letter == b"K\n" {
            talk.wait_for("<<< TLS 1.3, Handshake [length 0005], KeyUpdate");
        }
        talk.say(&typed(path, path == "/three"));
        get.wait_for(path);
    }
    talk.wait_for("warning close_notify");
    let (told, said) = (get.end(), talk.text());
    assert!(!told.contains("wirebook: ("), "{told}");
    let theirs = said.matches("<<< TLS 1.3, Handshake [length 0005], KeyUpdate").count();
    assert_eq!(theirs, 2, "one for each that was asked for:\n{said}");
    assert_eq!(said.matches(", ClientHello").count(), 1, "one connection:\n{said}");
}

#[test]
fn what_is_spoken_inside_and_for_which_name() {
    let papers = Papers::ours();
    let own = papers.server();
    let second = own.replace("-cert", "-cert2").replace("-key", "-key2");
    // Its second certificate's context knows no ALPN.
    for (arguments, seen) in [
        (format!("{own} -alpn h2,http/1.1"), "ALPN protocols selected: http/1.1"),
        (format!("{own} {second} -servername localhost"), "extension: \"localhost\""),
    ] {
        let Some(Answering { mut talk, address }) = Answering::start(&arguments) else { return };
        let (ca, port) = (papers.path("ca.pem"), address.port());
        let (url, resolve) =
            (format!("https://localhost:{port}/"), format!("localhost:{port}:127.0.0.1"));
        let own = ["get", "-v", "--http1.1", "--max-time", "60", "--cacert", &ca];
        let flags = [&own[..], &["--resolve", &resolve, &url]].concat();
        let mut get = Talk::start(&mut ours(&flags));
        talk.wait_for("GET / HTTP/1.1");
        talk.say(&typed("hello", true));
        get.wait_for("hello");
        let told = get.end();
        talk.wait_for_anywhere(seen);
        assert_eq!(told.contains(", http/1.1\n"), arguments.contains("-alpn"), "{told}");
    }
}

#[test]
fn a_large_file_in_records_of_any_length() {
    let papers = Papers::ours();
    let folder = TempDir::new("large");
    let octets = site::noise(3_000_000);
    std::fs::write(folder.path().join("big.bin"), &octets).unwrap();
    for more in ["", "-split_send_frag 600 -max_send_frag 600", "-record_padding 4096"] {
        let arguments = format!("{} -WWW {more}", papers.server());
        let Some(mut command) =
            super::talk::openssl(&format!("s_server -accept 127.0.0.1:0 {arguments}"))
        else {
            return;
        };
        let server = Answering::of(command.current_dir(folder.path()));
        let output = program(&[
            "get",
            "--max-time",
            "60",
            "--cacert",
            &papers.path("ca.pem"),
            &server.url("/big.bin"),
        ]);
        well(&output);
        assert!(output.stdout.ends_with(&octets), "{more}: {} octets", output.stdout.len());
    }
}
