//! curl at `wirebook serve --https` and at a server of ours that echoes.

use std::process::Command;
use std::sync::Arc;

use ::server::identity::Identity;
use ::server::{Certificates, Files, Reply, Request, Router, Running, Server, Tls};
use http::{Response, StatusCode};

use super::papers::Papers;
use crate::curl::{Seen, curl, curl_with};
use crate::peers;
use crate::program::Serve;
use crate::site::{self, LETTERS, noise};

/// curl, to its end, with the authority to believe.
#[track_caller]
fn ask(papers: &Papers, arguments: &[&str]) -> Option<Seen> {
    let ca = papers.path("ca.pem");
    curl(&[&["--tlsv1.3", "--cacert", &ca][..], arguments].concat())
}

/// The SHA-256 of octets, by OpenSSL.
fn hash(octets: &[u8]) -> String {
    let mut command = Command::new(peers::find("openssl").unwrap());
    let output = peers::run(command.args(["dgst", "-sha256", "-r"]), octets);
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_page_ranges_and_several_requests_on_one_connection() {
    let (papers, site) = (Papers::ours(), site::site());
    let (certificate, key) = (papers.path("cert.pem"), papers.path("key.pem"));
    let arguments = ["--https", "127.0.0.1:0", "--cert", &certificate, "--key", &key];
    let serve = Serve::start(site.path(), &arguments);
    let root = format!("https://{}", serve.tls.unwrap());
    let url = format!("{root}/letters.txt");
    let Some(seen) = ask(&papers, &["-v", "-w", " %{http_code} %{num_connects}\n", &url, &url])
    else {
        return;
    };
    let told = &seen.err;
    assert_eq!(seen.text(), format!("{LETTERS} 200 1\n{LETTERS} 200 0\n"), "{told}");
    for word in ["SSL connection using TLSv1.3", "ALPN: server accepted h2"] {
        assert!(told.contains(word), "{word} in {told}");
    }
    // By name: in curl's own words, the certificate is checked for it.
    let (port, to) = (serve.tls.unwrap().port(), serve.tls.unwrap().to_string());
    let resolve = format!("localhost:{port}:127.0.0.1");
    let named = format!("https://localhost:{port}/letters.txt");
    let seen = ask(&papers, &["--resolve", &resolve, "-v", &named]).unwrap();
    assert_eq!((seen.code, seen.text()), (0, LETTERS), "{to}: {}", seen.err);
    for (range, part) in [("0-4", "abcde"), ("-5", "vwxyz"), ("20-", "uvwxyz")] {
        let seen = ask(&papers, &["-r", range, "-w", " %{http_code}", &url]).unwrap();
        assert_eq!(seen.text(), format!("{part} 206"), "-r {range}");
    }
    let seen = ask(&papers, &["-I", &url]).unwrap();
    assert!(seen.text().to_lowercase().contains("content-length: 26\r\n"), "{seen:?}");
    for (suite, group) in [
        ("TLS_AES_256_GCM_SHA384", "P-256"),
        ("TLS_CHACHA20_POLY1305_SHA256", "X25519"),
        ("TLS_AES_128_GCM_SHA256", "P-384:P-256"),
    ] {
        let more = ["--tls13-ciphers", suite, "--curves", group, "-v", &url];
        let seen = ask(&papers, &more).unwrap();
        assert_eq!(seen.text(), LETTERS, "{}", seen.err);
        assert!(seen.err.contains(&format!("TLSv1.3 / {suite}")), "{}", seen.err);
    }
    // An older version is refused by an alert.
    let ca = papers.path("ca.pem");
    let seen = curl(&["--tls-max", "1.2", "--cacert", &ca, &url]).unwrap();
    assert_eq!(seen.code, 35, "{}", seen.err);
    assert!(seen.err.contains("protocol version"), "{}", seen.err);
}

#[test]
fn a_large_download_is_the_file() {
    let (papers, site) = (Papers::ours(), site::site());
    let octets = noise(40_000_000);
    std::fs::write(site.path().join("large.bin"), &octets).unwrap();
    let (certificate, key) = (papers.path("cert.pem"), papers.path("key.pem"));
    let arguments = ["--https", "127.0.0.1:0", "--cert", &certificate, "--key", &key];
    let serve = Serve::start(site.path(), &arguments);
    let url = format!("https://{}/large.bin", serve.tls.unwrap());
    let Some(seen) = ask(&papers, &[&url]) else { return };
    assert_eq!(seen.code, 0, "{}", seen.err);
    assert_eq!(hash(&seen.out), hash(&octets), "{} octets", seen.out.len());
}

#[test]
fn whom_curl_believes() {
    let (papers, site) = (Papers::ours(), site::site());
    let (certificate, key) = (papers.path("cert.pem"), papers.path("key.pem"));
    let arguments = ["--https", "127.0.0.1:0", "--cert", &certificate, "--key", &key];
    let serve = Serve::start(site.path(), &arguments);
    let url = format!("https://{}/letters.txt", serve.tls.unwrap());
    let Some(seen) = curl(&["--cacert", &Papers::ours().path("ca.pem"), &url]) else { return };
    assert_eq!(seen.code, 60, "{}", seen.err);
    assert_eq!(curl(&["-k", &url]).unwrap().text(), LETTERS);
    // The server goes on.
    assert_eq!(ask(&papers, &[&url]).unwrap().text(), LETTERS);
}

#[test]
fn clients_show_who_they_are() {
    let (papers, site) = (Papers::ours(), site::site());
    let (certificate, key) = (papers.path("cert.pem"), papers.path("key.pem"));
    let ca = papers.path("ca.pem");
    let own = ["--https", "127.0.0.1:0", "--cert", &certificate, "--key", &key];
    let serve = Serve::start(site.path(), &[&own[..], &["--client-ca", &ca]].concat());
    let url = format!("https://{}/letters.txt", serve.tls.unwrap());
    let (client, secret) = (papers.path("client.pem"), papers.path("client-key.pem"));
    let Some(seen) = ask(&papers, &["--cert", &client, "--key", &secret, &url]) else { return };
    assert_eq!((seen.code, seen.text()), (0, LETTERS), "{}", seen.err);
    let seen = ask(&papers, &[&url]).unwrap();
    assert_eq!(seen.code, 56, "{}", seen.err);
    assert!(seen.err.contains("certificate required"), "{}", seen.err);
}

/// A server of ours in this process that says back what it is sent.
fn echoing(papers: &Papers) -> (Running, String, Arc<Tls>) {
    let site = site::site();
    let identity = Identity::read(&papers.file("cert.pem"), &papers.file("key.pem")).unwrap();
    let tls: Arc<Tls> = Tls::new(Certificates::of([identity]).unwrap());
    let echo = |mut request: Request, reply: Reply| match request.body.read_all(64 << 20) {
        Ok(octets) => reply.send(Response::new(StatusCode::OK), octets),
        Err(_) => reply.status(StatusCode::BAD_REQUEST),
    };
    let router = Router::new()
        .put("/echo", echo)
        .post("/echo", echo)
        .fallback(Files::new(site.path()).unwrap());
    let any = "127.0.0.1:0".parse().unwrap();
    let running = Server::new(router).listen_tls(any, &tls).unwrap().start().unwrap();
    let url = format!("https://{}/echo", running.tls_addresses()[0]);
    (running, url, tls)
}

#[test]
fn a_large_upload_comes_back() {
    let papers = Papers::ours();
    let (running, url, _) = echoing(&papers);
    let octets = noise(20_000_000);
    let ca = papers.path("ca.pem");
    let common = ["--tlsv1.3", "--cacert", &ca, "-T", "-", &url];
    for more in [&["-H", "Expect:"][..], &["--expect100-timeout", "60"], &["-X", "POST"]] {
        let Some(seen) = curl_with(&octets, &[&common[..], more].concat()) else { return };
        assert_eq!(seen.code, 0, "{}", seen.err);
        assert_eq!(hash(&seen.out), hash(&octets), "{more:?}: {} octets", seen.out.len());
    }
    running.stop().unwrap();
}

#[test]
fn a_ticket_makes_the_second_handshake_short() {
    let papers = Papers::ours();
    let (running, url, tls) = echoing(&papers);
    let close = ["--http1.1", "-H", "Connection: close", "-d", "x", &url, &url, &url];
    let Some(seen) = ask(&papers, &close) else { return };
    assert_eq!((seen.code, seen.text()), (0, "xxx"), "{}", seen.err);
    let handshakes = tls.handshakes();
    assert_eq!((handshakes.full, handshakes.resumed, handshakes.failed), (1, 2, 0));
    running.stop().unwrap();
}
