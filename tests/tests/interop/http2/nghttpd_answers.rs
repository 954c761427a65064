//! `wirebook get` and the client's own sessions at nghttpd.

use std::collections::HashSet;
use std::fs;
use std::io::Read;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use client::core::timeouts::Timeouts;
use client::tls::{Options, Trust};
use client::{Content, Http2Options, Session, SessionBuilder};
use http::{Method, Version};
use testkit::TempDir;
use wire::trace::{Event, Sink, Trace};

use crate::peers;
use crate::site::{self, LETTERS, noise};
use crate::tls::papers::{Papers, program, well};

/// A server that ends when it is dropped.
struct Nghttpd {
    child: Child,
    address: SocketAddr,
    scheme: &'static str,
    folder: TempDir,
    papers: Papers,
}

impl Nghttpd {
    /// Starts it with these arguments, in the clear or not; `None` where it is not installed.
    #[track_caller]
    fn start(scheme: &'static str, arguments: &[&str]) -> Option<Self> {
        let program = peers::find("nghttpd")?;
        let (folder, papers) = (site::site(), Papers::ours());
        fs::write(folder.path().join("medium.bin"), noise(1 << 20)).unwrap();
        // The port is free until somebody takes it; then the next one is tried.
        for _ in 0..10 {
            let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            let mut command = Command::new(&program);
            command.args(["-a", "127.0.0.1", "-d"]).arg(folder.path()).args(arguments);
            command.arg(address.port().to_string());
            match scheme {
                "http" => command.arg("--no-tls"),
                _ => command.args([papers.path("key.pem"), papers.path("cert.pem")]),
            };
            if let Some(child) = run(&mut command, address) {
                return Some(Self { child, address, scheme, folder, papers });
            }
        }
        panic!("nghttpd did not start");
    }

    fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// What a session must be told to speak HTTP/2 with it.
    fn builder(&self) -> SessionBuilder {
        let patience = Timeouts { total: Some(Duration::from_secs(60)), ..Timeouts::NONE };
        let options =
            Options { trust: Trust::File(self.papers.file("ca.pem")), ..Options::default() };
        let builder = Session::builder().timeouts(patience).tls(options);
        builder.prior_knowledge(self.scheme == "http")
    }

    /// `wirebook get` with what it must be told to speak HTTP/2 with it.
    fn get(&self, arguments: &[&str]) -> Vec<u8> {
        let ca = self.papers.path("ca.pem");
        let way = match self.scheme {
            "http" => &["--http2-prior-knowledge"][..],
            _ => &["--cacert", &ca],
        };
        let output = program(&[&["get", "-sS"], way, arguments].concat());
        well(&output);
        output.stdout
    }

    fn file(&self, path: &str) -> Vec<u8> {
        site::read(self.folder.path(), path)
    }
}

impl Drop for Nghttpd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs it until it listens; `None` if it ended instead.
fn run(command: &mut Command, address: SocketAddr) -> Option<Child> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(address).is_err() {
        if child.try_wait().unwrap().is_some() {
            return None;
        }
        assert!(Instant::now() < deadline, "nghttpd does not listen");
        std::thread::sleep(Duration::from_millis(5));
    }
    Some(child)
}

/// The octets of a file at `path`.
fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap()
}

#[test]
fn a_page_and_a_large_file_by_get() {
    for scheme in ["http", "https"] {
        let Some(nghttpd) = Nghttpd::start(scheme, &[]) else { return };
        let told = ["-w", " %{http_code} %{http_version} %{num_connects}\n"];
        let url = nghttpd.url("/letters.txt");
        let text = nghttpd.get(&[&told[..], &[&url, &url]].concat());
        let expected = format!("{LETTERS} 200 2 1\n{LETTERS} 200 2 0\n");
        assert_eq!(String::from_utf8(text).unwrap(), expected, "{scheme}");
        assert!(nghttpd.get(&[&nghttpd.url("/empty.txt")]).is_empty());
        let octets = noise(super::place::LARGE);
        fs::write(nghttpd.folder.path().join("large.bin"), &octets).unwrap();
        let here = TempDir::new("download");
        let file = here.path().join("large.bin");
        nghttpd.get(&["-o", file.to_str().unwrap(), &nghttpd.url("/large.bin")]);
        assert!(read(&file) == octets, "{scheme}");
        let head = String::from_utf8(nghttpd.get(&["-I", &url])).unwrap();
        assert!(head.starts_with("HTTP/2 200") && head.contains("content-length: 26"), "{head}");
    }
}

#[test]
fn thirty_two_threads_on_one_connection() {
    for scheme in ["http", "https"] {
        let Some(nghttpd) = Nghttpd::start(scheme, &["-n", "2", "-m", "10"]) else { return };
        let session = nghttpd.builder().build();
        let ends = Mutex::new(HashSet::new());
        let (large, small) = (nghttpd.file("medium.bin"), nghttpd.file("letters.txt"));
        std::thread::scope(|scope| {
            for number in 0..32 {
                let (session, nghttpd, ends) = (&session, &nghttpd, &ends);
                let (path, expected) = match number % 4 {
                    0 => ("/medium.bin", &large),
                    _ => ("/letters.txt", &small),
                };
                scope.spawn(move || {
                    for _ in 0..10 {
                        let response = session.get(&nghttpd.url(path)).unwrap().send().unwrap();
                        assert_eq!(response.version, Version::Http2);
                        ends.lock().unwrap().insert(response.timings().local);
                        assert!(response.bytes(2 << 20).unwrap() == *expected);
                    }
                });
            }
        });
        assert_eq!(ends.into_inner().unwrap().len(), 1, "{scheme}: one connection");
    }
}

#[test]
fn uploads_come_back() {
    for scheme in ["http", "https"] {
        let Some(nghttpd) = Nghttpd::start(scheme, &["--echo-upload"]) else { return };
        let octets = noise(8 << 20);
        let here = TempDir::new("upload");
        let file = here.path().join("sent.bin");
        fs::write(&file, &octets).unwrap();
        let data = format!("@{}", file.to_str().unwrap());
        for upload in [["-T", file.to_str().unwrap()], ["--data-binary", &data]] {
            let back = nghttpd.get(&[&upload[..], &[&nghttpd.url("/echo")]].concat());
            assert!(back == octets, "{scheme} {upload:?}: {} octets", back.len());
        }
        let session = nghttpd.builder().build();
        let unknown = Content::reader(std::io::Cursor::new(octets.clone()));
        let request = session.request(Method::Post, &nghttpd.url("/echo")).unwrap().body(unknown);
        assert!(request.send().unwrap().bytes(9 << 20).unwrap() == octets, "{scheme}");
    }
}

#[test]
fn padding_trailers_and_answers_without_a_length() {
    let arguments = ["-b", "255", "--trailer", "x-sum: 42", "--no-content-length"];
    for scheme in ["http", "https"] {
        let Some(nghttpd) = Nghttpd::start(scheme, &arguments) else { return };
        let session = nghttpd.builder().build();
        for path in ["letters.txt", "medium.bin"] {
            let mut response =
                session.get(&nghttpd.url(&format!("/{path}"))).unwrap().send().unwrap();
            assert_eq!(response.content_length(), None);
            let mut octets = Vec::new();
            response.read_to_end(&mut octets).unwrap();
            assert!(octets == nghttpd.file(path), "{scheme} {path}: {}", octets.len());
            let trailers = response.trailers().expect("a trailer section");
            let (name, value) = trailers.into_iter().next().unwrap();
            assert_eq!((name.as_str(), value.as_bytes()), ("x-sum", &b"42"[..]));
        }
    }
}

/// Counts the answers that had been pushed.
#[derive(Debug, Default)]
struct Heard(AtomicUsize);

impl Sink for Heard {
    fn event(&self, event: &Event<'_>) {
        if event.name == "Connection.pushed" {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
}

#[test]
fn a_pushed_file_is_not_asked_for() {
    for scheme in ["http", "https"] {
        let push = "-p/index.html=/style.css,/medium.bin";
        let Some(nghttpd) = Nghttpd::start(scheme, &[push]) else { return };
        let options = Http2Options { push: true, ..Http2Options::default() };
        let heard = Arc::new(Heard::default());
        let trace = Trace::to(heard.clone(), 0);
        let session = nghttpd.builder().http2(options).trace(trace).build();
        let get = |path: &str| session.get(&nghttpd.url(path)).unwrap().send().unwrap();
        assert!(get("/index.html").bytes(1 << 20).unwrap() == nghttpd.file("index.html"));
        for path in ["style.css", "medium.bin"] {
            let octets = get(&format!("/{path}")).bytes(2 << 20).unwrap();
            assert!(octets == nghttpd.file(path), "{scheme} {path}");
        }
        assert_eq!(heard.0.load(Ordering::SeqCst), 2, "{scheme}: both were here already");
        // Each is used once.
        assert!(get("/style.css").bytes(1 << 20).unwrap() == nghttpd.file("style.css"));
        assert_eq!(heard.0.load(Ordering::SeqCst), 2, "{scheme}");
        // Without push nothing is pushed, and nothing breaks.
        let session = nghttpd.builder().build();
        let response = session.get(&nghttpd.url("/index.html")).unwrap().send().unwrap();
        assert!(response.bytes(1 << 20).unwrap() == nghttpd.file("index.html"));
    }
}

#[test]
fn windows_and_tables_of_any_size() {
    for arguments in [
        &["-w", "8", "-W", "10", "--echo-upload"][..],
        &["-w", "1", "-W", "1", "--echo-upload"],
        &["-c", "0", "--echo-upload"],
        &["--encoder-header-table-size=0", "--echo-upload"],
        &["-c", "65536", "--encoder-header-table-size=65536", "--echo-upload"],
    ] {
        let Some(nghttpd) = Nghttpd::start("http", arguments) else { return };
        let session = nghttpd.builder().build();
        let octets = noise(if arguments[1] == "1" { 100 } else { 100_000 });
        let mut ends = HashSet::new();
        for _ in 0..3 {
            let request = session.request(Method::Post, &nghttpd.url("/echo")).unwrap();
            let response = request.body(octets.clone()).send().unwrap();
            ends.insert(response.timings().local);
            assert!(response.bytes(1 << 20).unwrap() == octets, "{arguments:?}");
        }
        assert_eq!(ends.len(), 1, "{arguments:?}: one connection");
    }
}
