//! Other people's servers, asked by our own client.
//!
//! ```text
//!   aioquic     aioquic_server.py CERTIFICATE KEY, which prints its port
//!   Caddy       caddy run, before a server of ours that speaks HTTP/1
//!   quinn + h3  h3-cases serve CERTIFICATE KEY FOLDER, which prints its port
//! ```

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use client::tls::{Options, Trust};
use client::websocket::{self, CloseCode, Event, Message};
use client::{Http3Options, Session, core::pool::PoolLimits};
use http::{Method, StatusCode, Version};
use testkit::TempDir;
use x509::Roots;

use crate::clients::{h3_cases, script};
use crate::matrix::{Verdict, table};
use crate::peers;
use crate::place::{self, Papers, digest, folder};

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    Aioquic,
    Caddy,
    QuinnH3,
}

/// A server that is ended when it is dropped.
struct Running {
    child: Child,
    port: u16,
    _folder: TempDir,
    /// Who stands behind it.
    behind: Option<server::Running>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let stopped = self.behind.as_ref().map_or(Ok(()), |behind| behind.stop());
        if !thread::panicking() {
            stopped.unwrap();
        }
    }
}

impl Server {
    fn start(self, papers: &Papers) -> Option<Running> {
        let folder = folder();
        let behind = (self == Self::Caddy).then(|| place::behind(&folder));
        let mut command = match self {
            Self::Aioquic => {
                let mut command = script("aioquic_server.py")?;
                command.arg(papers.file("cert.pem")).arg(papers.file("key.pem"));
                command
            }
            Self::Caddy => {
                let program = peers::cache("http3").join("bin/caddy");
                if !program.is_file() {
                    testkit::skip("no Caddy (tests/interop/setup installs it)");
                    return None;
                }
                let mut command = Command::new(program);
                let config = folder.path().join("Caddyfile");
                let behind = behind.as_ref().unwrap().addresses()[0];
                fs::write(&config, caddyfile(papers, behind)).unwrap();
                command.args(["run", "--adapter", "caddyfile", "--config"]).arg(config);
                command.env("HOME", folder.path());
                command
            }
            Self::QuinnH3 => {
                let mut command = Command::new(h3_cases()?);
                command.arg("serve").arg(papers.file("cert.pem")).arg(papers.file("key.pem"));
                command.arg(folder.path());
                command
            }
        };
        command.stdin(Stdio::null()).stderr(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let port = match self {
            Self::Aioquic | Self::QuinnH3 => {
                let mut line = String::new();
                BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
                line.trim().parse().unwrap()
            }
            Self::Caddy => {
                let text = fs::read_to_string(folder.path().join("Caddyfile")).unwrap();
                let port = text.split("https_port ").nth(1).unwrap();
                let port = port.split_whitespace().next().unwrap().parse().unwrap();
                wait_for(port);
                port
            }
        };
        Some(Running { child, port, _folder: folder, behind })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Aioquic => "aioquic",
            Self::Caddy => "Caddy",
            Self::QuinnH3 => "quinn + h3",
        }
    }

    /// What it cannot do, or what its settings here have not.
    fn lacks(self, case: &str) -> bool {
        match self {
            Self::Aioquic => case == "goaway",
            Self::QuinnH3 => ["goaway", "websocket", "push"].contains(&case),
            Self::Caddy => ["push", "goaway"].contains(&case),
        }
    }
}

fn caddyfile(papers: &Papers, behind: SocketAddr) -> String {
    let port = free_port();
    let (certificate, key) = (papers.file("cert.pem"), papers.file("key.pem"));
    format!(
        "{{\n admin off\n auto_https off\n https_port {port}\n}}\nhttps://localhost:{port} {{\n \
         tls {} {}\n respond /port {{http.request.remote.port}}\n reverse_proxy {behind}\n}}\n",
        certificate.display(),
        key.display(),
    )
}

/// One that was free a moment ago, by TCP and by UDP.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let _ = UdpSocket::bind(("127.0.0.1", port)).unwrap();
    port
}

fn wait_for(port: u16) {
    let end = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < end, "nobody listens at {port}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// All cases by our client.
#[track_caller]
pub(crate) fn asked_by_ours(server: Server) {
    let papers = Papers::new();
    let Some(running) = server.start(&papers) else { return };
    let roots = Roots::from_pem(&fs::read(papers.file("ca.pem")).unwrap()).0;
    let trust = Trust::Roots(Arc::new(roots));
    let options = Http3Options { push: true, ..Http3Options::default() };
    let session = Session::builder()
        .tls(Options { trust, early_data: true, ..Options::default() })
        .version(Version::Http3)
        .prior_knowledge(true)
        // What lies idle is closed soon, so that the next connection can begin early.
        .pool(PoolLimits { idle_time: Duration::from_millis(100), ..PoolLimits::default() })
        .http3(options)
        .build();
    let asking = Asking { session, root: format!("https://localhost:{}", running.port) };
    table(&format!("wirebook → {}", server.name()), |case| {
        if server.lacks(case) {
            return Verdict::Lacks;
        }
        let begin = Instant::now();
        match asking.play(case) {
            Ok(()) => Verdict::Pass(begin.elapsed()),
            Err(reason) => Verdict::Fail(reason),
        }
    });
}

struct Asking {
    session: Session,
    root: String,
}

impl Asking {
    fn ask(&self, method: Method, path: &str, content: Option<Vec<u8>>) -> Result<Answer, String> {
        let url = format!("{}{path}", self.root);
        let mut request = self.session.request(method, &url).map_err(|error| error.to_string())?;
        if let Some(content) = content {
            request = request.body(content);
        }
        let mut response = request.send().map_err(|error| format!("{path}: {error}"))?;
        if response.version != Version::Http3 {
            return Err(format!("{path}: {}", response.version));
        }
        let (status, length) =
            (response.status, response.headers.get(http::HeaderName::CONTENT_LENGTH));
        let length = length.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let mut octets = Vec::new();
        response.read_to_end(&mut octets).map_err(|error| format!("{path}: {error}"))?;
        let name = http::HeaderName::new("x-sum").unwrap();
        let sum = response.trailers().and_then(|fields| fields.get(name));
        let sum = sum.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let early = response.secured().is_some_and(|secured| secured.is_early());
        Ok(Answer { status, length, octets, sum, early })
    }

    fn get(&self, path: &str) -> Result<Answer, String> {
        self.ask(Method::Get, path, None)
    }

    fn play(&self, case: &str) -> Result<(), String> {
        match case {
            "get" => {
                let answer = self.get("/letters.txt")?;
                equal(&answer.octets, &b"abcdefghijklmnopqrstuvwxyz".to_vec(), "GET")?;
                equal(&self.get("/nowhere")?.status, &StatusCode::NOT_FOUND, "GET of nothing")
            }
            "head" => {
                let answer = self.ask(Method::Head, "/letters.txt", None)?;
                equal(&(answer.octets.len(), answer.length.as_deref()), &(0, Some("26")), "HEAD")
            }
            "post" => [1, 5000].into_iter().try_for_each(|length| {
                let content = vec![b'x'; length];
                equal(
                    &self.ask(Method::Post, "/echo", Some(content.clone()))?.octets,
                    &content,
                    "POST",
                )
            }),
            "upload" => {
                let content: Vec<u8> = (0..10_u32 << 20).map(|at| (at % 251) as u8).collect();
                let wanted = format!("{} {}", content.len(), digest(&content));
                let told = self.ask(Method::Post, "/digest", Some(content))?.octets;
                equal(&String::from_utf8_lossy(&told).into_owned(), &wanted, "the upload")
            }
            "download" => {
                let (large, sum) = (self.get("/large.bin")?, self.get("/large.sum")?);
                equal(&digest(&large.octets).into_bytes(), &sum.octets, "the download")
            }
            "parallel" => self.together(),
            "trailers" => {
                let answer = self.get("/trailers")?;
                equal(&answer.octets, &b"one two three".to_vec(), "what stands before them")?;
                equal(&answer.sum.as_deref(), &Some("11"), "the trailer")
            }
            "informational" => {
                equal(&self.get("/hinted")?.octets, &b"hinted\n".to_vec(), "what comes behind it")
            }
            "push" => {
                equal(&self.get("/pushing")?.octets, &b"pushing\n".to_vec(), "the page")?;
                // Nobody but a push has it here.
                equal(&self.get("/style.css")?.octets, &b"body {}\n".to_vec(), "what was pushed")
            }
            "early" => self.early(),
            "websocket" => self.websocket(),
            "migration" => self.migration(),
            _ => Err("no such case".into()),
        }
    }

    /// Another port in mid-transfer, which the server sees and follows.
    fn migration(&self) -> Result<(), String> {
        let url = format!("{}/large.bin", self.root);
        let large = self.session.get(&url).and_then(|request| request.send());
        let mut large = large.map_err(|error| error.to_string())?;
        let mut content = vec![0; 1 << 20];
        large.read_exact(&mut content).map_err(|error| error.to_string())?;
        let before = self.get("/port")?.octets;
        self.session.network_changed();
        let end = Instant::now() + Duration::from_secs(20);
        while self.get("/port")?.octets == before {
            if Instant::now() > end {
                return Err("the server sees the port from before".into());
            }
            thread::sleep(Duration::from_millis(5));
        }
        large.read_to_end(&mut content).map_err(|error| error.to_string())?;
        equal(&digest(&content).into_bytes(), &self.get("/large.sum")?.octets, "the download")
    }

    /// Messages of three lengths of a frame's head, and an end that both have said.
    fn websocket(&self) -> Result<(), String> {
        let url = format!("{}/socket", self.root.replacen("https", "wss", 1));
        let options =
            websocket::Options { version: Some(Version::Http3), ..websocket::Options::default() };
        let socket = websocket::connect(&self.session, &url, &options);
        let socket = socket.map_err(|error| error.to_string())?;
        let next = || {
            let event = socket.receive(Some(Duration::from_secs(20)));
            event.map_err(|error| error.to_string())?.ok_or("silence".to_owned())
        };
        for length in [5, 300, 70_000] {
            let said = Message::Text("w".repeat(length));
            socket.send(said.clone()).map_err(|error| error.to_string())?;
            equal(&next()?, &Event::Message(said), "the echo")?;
        }
        socket.close(CloseCode::NORMAL, "").map_err(|error| error.to_string())?;
        loop {
            match next()? {
                Event::Close { .. } => {}
                Event::Closed { clean: true } => return Ok(()),
                other => return Err(format!("{other:?}, not the end")),
            }
        }
    }

    /// A hundred threads on one connection.
    fn together(&self) -> Result<(), String> {
        thread::scope(|scope| {
            let all: Vec<_> = (0..100)
                .map(|number| scope.spawn(move || self.get(&format!("/letters.txt?{number}"))))
                .collect();
            for one in all {
                equal(&one.join().unwrap()?.octets.len(), &26, "one of a hundred")?;
            }
            Ok(())
        })
    }

    /// Connections that begin with a ticket and the request; the first has none.
    fn early(&self) -> Result<(), String> {
        for _ in 0..5 {
            let answer = self.get("/letters.txt")?;
            equal(&answer.octets.len(), &26, "the early GET")?;
            if answer.early {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(400));
        }
        Err("no request went early".into())
    }
}

struct Answer {
    status: StatusCode,
    length: Option<String>,
    octets: Vec<u8>,
    /// The trailer of that name.
    sum: Option<String>,
    /// It was asked in 0-RTT packets, which were accepted.
    early: bool,
}

fn equal<T: PartialEq + std::fmt::Debug>(found: &T, wanted: &T, what: &str) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("{what}: {found:?}, not {wanted:?}")) }
}
