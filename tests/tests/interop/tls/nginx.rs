//! `wirebook get` and the client's own sessions at nginx.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use client::core::timeouts::Timeouts;
use client::tls::{Options, Trust};
use client::{Response, Session};

use super::papers::{Papers, program, well};
use super::relay::Relay;
use crate::peers;

/// A server that ends when it is dropped.
struct Nginx {
    child: Child,
    address: SocketAddr,
    papers: Papers,
}

impl Nginx {
    /// Starts it with these directives; `None` where it is not installed.
    #[track_caller]
    fn start(directives: &str) -> Option<Self> {
        let program = peers::find("nginx")?;
        // The port is free until somebody takes it; then the next one is tried.
        for _ in 0..10 {
            let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            let papers = Papers::ours();
            // Whoever starts again knows the tickets from before.
            fs::write(papers.file("tickets"), crate::site::noise(80)).unwrap();
            if let Some(child) = run(&program, &papers, address, directives) {
                return Some(Self { child, address, papers });
            }
        }
        panic!("nginx did not start");
    }

    /// The same place and certificates with other directives.
    fn again(&mut self, directives: &str) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let program = peers::find("nginx").unwrap();
        self.child = run(&program, &self.papers, self.address, directives).expect("it starts");
    }

    fn url(&self, path: &str) -> String {
        format!("https://{}{path}", self.address)
    }

    /// A session that believes it.
    fn session(&self, options: Options) -> Session {
        let patience = Timeouts { total: Some(Duration::from_secs(60)), ..Timeouts::NONE };
        let options = Options { trust: Trust::File(self.papers.file("ca.pem")), ..options };
        Session::builder().timeouts(patience).tls(options).build()
    }

    fn get(&self, session: &Session, path: &str) -> (Response, String) {
        let mut response = session.get(&self.url(path)).unwrap().send().unwrap();
        let text = response.text().unwrap();
        (response, text)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs it until it listens; `None` if it ended instead.
fn run(program: &PathBuf, papers: &Papers, address: SocketAddr, directives: &str) -> Option<Child> {
    let file = papers.file("nginx.conf");
    fs::write(&file, configuration(address, papers, directives)).unwrap();
    let log = fs::File::create(papers.file("stderr.log")).unwrap();
    let mut child = Command::new(program)
        .arg("-c")
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(address).is_err() {
        if child.try_wait().unwrap().is_some() {
            return None;
        }
        assert!(Instant::now() < deadline, "nginx does not listen");
        std::thread::sleep(Duration::from_millis(5));
    }
    Some(child)
}

/// One process, so that ending it ends it all; each answer ends its connection.
fn configuration(address: SocketAddr, papers: &Papers, directives: &str) -> String {
    let state = papers.folder().display();
    format!(
        r#"
daemon off; master_process off; worker_processes 1;
pid {state}/pid; error_log {state}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off; keepalive_timeout 0; default_type text/plain;
  client_body_temp_path {state}/body; proxy_temp_path {state}/proxy;
  fastcgi_temp_path {state}/fastcgi; uwsgi_temp_path {state}/uwsgi; scgi_temp_path {state}/scgi;
  server {{
    listen {address} ssl; root {state};
    ssl_protocols TLSv1.3; ssl_certificate {state}/cert.pem; ssl_certificate_key {state}/key.pem;
    ssl_session_tickets on; ssl_session_ticket_key {state}/tickets;
    {directives}
    location = /see {{
      return 200 "$ssl_protocol $ssl_cipher $ssl_curve|$ssl_session_reused|$ssl_early_data|$ssl_client_verify|$ssl_client_s_dn|$ssl_server_name|$ssl_alpn_protocol\n";
    }}
    location = /late {{
      if ($ssl_early_data) {{ return 425; }}
      return 200 "late\n";
    }}
  }}
}}
"#
    )
}

#[test]
fn a_full_handshake_and_a_resumed_one() {
    let Some(nginx) = Nginx::start("") else { return };
    let url = nginx.url("/see");
    let ca = nginx.papers.path("ca.pem");
    for suite in
        ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]
    {
        let flags = ["get", "--cacert", &ca, "--tls13-ciphers", suite, &url, &url, &url];
        let text = well(&program(&flags));
        let line = |reused| format!("TLSv1.3 {suite} X25519|{reused}||NONE|||http/1.1");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines, [line("."), line("r"), line("r")]);
    }
    let port = nginx.address.port();
    let resolve = format!("localhost:{port}:127.0.0.1");
    let url = format!("https://localhost:{port}/see");
    let text = well(&program(&["get", "--cacert", &ca, "--resolve", &resolve, &url]));
    assert!(text.contains("|localhost|"), "{text}");
}

#[test]
fn another_group_is_asked_for() {
    let Some(nginx) = Nginx::start("ssl_ecdh_curve prime256v1; ssl_early_data on;") else { return };
    let url = nginx.url("/see");
    let ca = nginx.papers.path("ca.pem");
    // With a ticket, and early data that the second hello undoes.
    let flags = ["get", "-vv", "--cacert", &ca, "--tls-earlydata", &url, &url];
    let output = program(&flags);
    let (text, told) = (well(&output), String::from_utf8_lossy(&output.stderr).into_owned());
    let cipher = "TLSv1.3 TLS_AES_128_GCM_SHA256 prime256v1";
    let lines: Vec<&str> = text.lines().collect();
    let expected = [format!("{cipher}|.||NONE|||http/1.1"), format!("{cipher}|r||NONE|||http/1.1")];
    assert_eq!(lines, expected, "{told}");
    assert_eq!(told.matches("retry true").count(), 2, "{told}");
}

#[test]
fn early_data_and_too_early() {
    let Some(nginx) = Nginx::start("ssl_early_data on;") else { return };
    // The way is long: it answers before it has seen the end of the handshake.
    let relay = Relay::start(nginx.address, &[1, 2]);
    let session = nginx.session(Options { early_data: true, ..Options::default() });
    let early = |path: &str| {
        let url = format!("https://{}{path}", relay.address);
        let mut response = session.get(&url).unwrap().send().unwrap();
        let early = response.secured().unwrap().is_early();
        (response.status.as_u16(), early, response.text().unwrap())
    };
    assert!(!early("/see").1, "there is no ticket yet");
    let (status, was_early, text) = early("/see");
    assert_eq!((status, was_early), (200, true), "{text}");
    assert!(text.contains("|r|1|"), "{text}");
    // It goes once more, and this time not early (RFC 8470 §5.2).
    assert_eq!(early("/late"), (200, false, "late\n".to_owned()));
    drop(session);
    let connections = relay.end().iter().map(|piece| piece.connection).max();
    assert_eq!(connections, Some(3), "the answer 425 was on a connection of its own");
}

#[test]
fn early_data_that_is_not_taken_any_more_goes_again() {
    let Some(mut nginx) = Nginx::start("ssl_early_data on;") else { return };
    let session = nginx.session(Options { early_data: true, ..Options::default() });
    nginx.get(&session, "/see");
    nginx.again("ssl_early_data off;");
    let (response, text) = nginx.get(&session, "/see");
    let secured = response.secured().unwrap();
    assert!(secured.is_resumed() && !secured.is_early(), "{text}");
    assert!(text.contains("|r||"), "{text}");
}

#[test]
fn a_ticket_that_is_not_known_any_more() {
    let Some(mut nginx) = Nginx::start("ssl_early_data on;") else { return };
    let session = nginx.session(Options { early_data: true, ..Options::default() });
    nginx.get(&session, "/see");
    fs::write(nginx.papers.file("tickets"), [7; 80]).unwrap();
    nginx.again("ssl_early_data on;");
    let (response, text) = nginx.get(&session, "/see");
    let secured = response.secured().unwrap();
    assert!(!secured.is_resumed() && !secured.is_early(), "{text}");
}

#[test]
fn it_asks_who_we_are() {
    let papers = Papers::ours();
    let roots = papers.path("ca.pem");
    let directives =
        format!("ssl_verify_client on; ssl_client_certificate {roots}; ssl_early_data on;");
    let Some(nginx) = Nginx::start(&directives) else { return };
    let (ca, url) = (nginx.papers.path("ca.pem"), nginx.url("/see"));
    let (certificate, key) = (papers.path("client.pem"), papers.path("client-key.pem"));
    let shown = ["get", "--cacert", &ca, "--cert", &certificate, "--key", &key, &url, &url];
    let text = well(&program(&shown));
    let seen: Vec<&str> = text.lines().map(|line| line.split('|').nth(3).unwrap()).collect();
    assert_eq!(seen, ["SUCCESS", "SUCCESS"], "{text}");
    assert!(text.contains("CN=client") && text.contains("|r|"), "{text}");
    // It finishes the handshake, and then answers 400 to who is nobody.
    let output = program(&["get", "-f", "--cacert", &ca, &url]);
    assert_eq!(output.status.code(), Some(22), "{output:?}");
}
