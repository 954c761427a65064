//! What the program's tests share: the program itself, a server to talk to, and peers that follow a
//! script rather than the protocol.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "each test uses some of these, and a test that panics has failed"
)]

pub mod serving;

use http::{HeaderName, HeaderValue, Response, StatusCode};
use server::{Files, Reply, Request, Router, Running, Server, inline};
use std::{
    ffi::OsStr,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, Output, Stdio},
    thread::{self, JoinHandle},
};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_wirebook");

/// What the program printed and how it ended.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
    pub octets: Vec<u8>,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().expect("the program was ended by a signal"),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
            octets: output.stdout,
        }
    }
}

/// Checks the code, and that there was exactly one line, which names it.
#[track_caller]
pub fn fails(ended: &Ended, code: i32, expected: &str) {
    assert_eq!(ended.code, code, "{}", ended.err);
    let [line] = ended.err.lines().collect::<Vec<_>>()[..] else { panic!("{:?}", ended.err) };
    assert!(line.starts_with(&format!("wirebook: ({code}) ")), "{line}");
    assert!(line.contains(expected), "{line}");
}

/// The program with nothing of this environment that it would heed.
pub fn program() -> Command {
    let mut command = Command::new(PROGRAM);
    for name in [
        "http_proxy",
        "https_proxy",
        "HTTPS_PROXY",
        "all_proxy",
        "ALL_PROXY",
        "no_proxy",
        "NO_PROXY",
        "COLUMNS",
        "SSL_CERT_FILE",
        "SSLKEYLOGFILE",
    ] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

/// Runs `wirebook` with these arguments.
pub fn run(arguments: &[impl AsRef<OsStr>]) -> Ended {
    program().args(arguments).output().unwrap().into()
}

/// Runs `wirebook get`.
pub fn get(arguments: &[&str]) -> Ended {
    let all: Vec<&str> = ["get"].iter().chain(arguments).copied().collect();
    run(&all)
}

/// Runs `wirebook get` in a folder, with something on its standard input.
pub fn get_in(folder: &Path, input: &[u8], arguments: &[&str]) -> Ended {
    let mut command = program();
    command.arg("get").args(arguments).current_dir(folder);
    piped(command, input)
}

/// Runs `wirebook ws`, with something on its standard input.
pub fn ws(input: &[u8], arguments: &[&str]) -> Ended {
    let mut command = program();
    command.arg("ws").args(arguments);
    piped(command, input)
}

/// Runs a command with something on its standard input.
pub fn piped(mut command: Command, input: &[u8]) -> Ended {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Who does not read its input closes it: no fault of the test.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap().into()
}

/// A server that answers in the ways that the tests need; its base URL ends without a slash.
pub struct Site {
    pub running: Running,
    pub url: String,
}

impl Site {
    pub fn new() -> Self {
        Self::over(router())
    }

    /// The usual answers, and the files of a folder.
    pub fn with_files(folder: &Path) -> Self {
        Self::over(router().fallback(Files::new(folder).unwrap()))
    }

    pub fn over(router: Router) -> Self {
        let server = Server::new(router).listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let running = server.start().unwrap();
        let url = format!("http://{}", running.addresses()[0]);
        Self { running, url }
    }

    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.running.stop();
    }
}

fn router() -> Router {
    let redirect = |request: Request, reply: Reply| {
        let left: u32 = request.param("left").unwrap().parse().unwrap();
        let location =
            if left == 0 { "/echo".to_owned() } else { format!("/redirect/{}", left - 1) };
        with(
            reply,
            StatusCode::FOUND,
            &[("Location", &location), ("Set-Cookie", "hop=1; Path=/")],
            "",
        );
    };
    let status = |request: Request, reply: Reply| {
        let code = request.param("code").unwrap().parse().unwrap();
        reply.text(StatusCode::new(code).unwrap(), format!("status {code}\n"));
    };
    let cookies = |_: Request, reply: Reply| {
        let fields = [("Set-Cookie", "session=1"), ("Set-Cookie", "kept=2; Max-Age=3600; Path=/")];
        with(reply, StatusCode::OK, &fields, "baked\n");
    };
    let mut router = Router::new()
        .get("/hello", inline(|_, reply| reply.text(StatusCode::OK, "hello\n")))
        .get("/binary", inline(|_, reply| reply.send(Response::new(StatusCode::OK), vec![0; 9])))
        .get("/redirect/{left}", inline(redirect))
        .get("/loop", inline(|_, r| with(r, StatusCode::FOUND, &[("Location", "/loop")], "")))
        .get("/status/{code}", inline(status))
        .get("/cookies", inline(cookies));
    for method in ["GET", "POST", "PUT", "DELETE", "PATCH"] {
        let method = http::Method::new(method.as_bytes()).unwrap();
        router = router.route(method, "/echo", echo).route(http::Method::Put, "/up/{name}", echo);
    }
    router
}

/// Answers with the request: its line, its fields in order, and its content.
fn echo(mut request: Request, reply: Reply) {
    let mut text = format!("{} {} {}\n", request.method, request.target, request.version);
    for (name, value) in &request.headers.clone() {
        text += &format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes()));
    }
    text.push('\n');
    text += &String::from_utf8_lossy(&request.body.read_all(1 << 20).unwrap());
    with(reply, StatusCode::OK, &[("Content-Type", "text/plain"), ("X-Echo", "yes")], &text);
}

pub fn with(reply: Reply, status: StatusCode, fields: &[(&str, &str)], text: &str) {
    let mut response = Response::new(status);
    for (name, value) in fields {
        let (name, value) = (HeaderName::new(*name).unwrap(), HeaderValue::new(*value).unwrap());
        response.headers.append(name, value);
    }
    reply.send(response, text.to_owned());
}

/// A peer that reads one head and then does what the script says.
pub struct Peer {
    pub url: String,
    thread: Option<JoinHandle<Vec<u8>>>,
}

/// Serves one connection by `script`, which is given the stream behind the request's head.
pub fn peer(script: impl FnOnce(&mut TcpStream) + Send + 'static) -> Peer {
    serving("http", |_| String::new(), script)
}

/// As [`peer`], for a WebSocket: the script is given the stream behind the 101.
pub fn switching(script: impl FnOnce(&mut TcpStream) + Send + 'static) -> Peer {
    let answer = |head: &str| {
        let key = head.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: ")).unwrap();
        let accept = websocket::handshake::accept_key(key.as_bytes());
        format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {accept}\r\n\r\n"
        )
    };
    serving("ws", answer, script)
}

fn serving(
    scheme: &str,
    answer: fn(&str) -> String,
    script: impl FnOnce(&mut TcpStream) + Send + 'static,
) -> Peer {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("{scheme}://{}/", listener.local_addr().unwrap());
    let thread = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = Vec::new();
        let mut octet = [0];
        while !head.ends_with(b"\r\n\r\n") && stream.read(&mut octet).unwrap() == 1 {
            head.push(octet[0]);
        }
        stream.write_all(answer(&String::from_utf8_lossy(&head)).as_bytes()).unwrap();
        script(&mut stream);
        head
    });
    Peer { url, thread: Some(thread) }
}

/// A peer that answers with these octets and closes.
pub fn answering(octets: &'static [u8]) -> Peer {
    peer(move |stream| stream.write_all(octets).unwrap())
}

impl Peer {
    /// The request's head.
    pub fn head(mut self) -> String {
        String::from_utf8(self.thread.take().unwrap().join().unwrap()).unwrap()
    }
}

/// A port where nobody listens.
pub fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}/", listener.local_addr().unwrap())
}

/// The path of a golden file of this crate.
pub fn golden(name: &str) -> String {
    format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"))
}
