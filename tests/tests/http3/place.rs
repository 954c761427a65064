//! A server of ours in this process, with a certificate and a route for each case.
//!
//! ```text
//!   GET  /letters.txt /big.bin /large.bin /large.sum   files, early too; a file's SHA-256
//!   POST /echo  /digest  /sums     the content; its length and SHA-256; its length and trailers
//!   GET  /trailers  /hinted        trailers, 103 before the answer
//!   GET  /pushing                  three files are pushed, then the answer
//!   GET  /port                     the client's, as it is seen
//!   GET  /held  /stop              an answer that waits for the server's end, and that end
//!        /socket                   a WebSocket that says back what it is told
//! ```

use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex, OnceLock};
use std::time::Duration;

use http::{Response, StatusCode};
use server::identity::Identity;
use server::{
    Certificates, Files, Message, Peer, Reply, Request, Router, Running, Server, Socket, Stopper,
    Tls, WebSocket, early,
};
use testkit::TempDir;

use crate::ours::{echo, trailers};
use crate::{peers, program, site};

/// Octets of the file that is large, and the most that is read of an upload.
const LARGE: usize = 10 << 20;

/// What is taken of early data; any amount above nothing means all that QUIC's windows let in.
const EARLY: u32 = 16 << 10;

/// A certificate for localhost and its key, in a folder that goes away.
pub(crate) struct Papers {
    folder: TempDir,
    /// What makes Chromium trust the key.
    pub(crate) switch: String,
}

impl Papers {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new("http3-papers");
        let mut command = Command::new(program::wirebook());
        let made = peers::run(command.args(["cert", "--out"]).arg(folder.path()), b"");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let said = String::from_utf8(made.stdout).unwrap();
        let switch = said.split_whitespace().find(|word| word.contains("-spki-list="));
        let switch = switch.unwrap_or_else(|| panic!("no switch in {said}")).to_owned();
        Self { folder, switch }
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// A server that stops when it is dropped.
pub(crate) struct Place {
    running: Running,
    pub(crate) papers: Papers,
    pub(crate) folder: TempDir,
}

impl Place {
    /// Starts on a port of the kernel's choice, the same by TCP and UDP.
    pub(crate) fn start() -> Self {
        let (folder, papers) = (folder(), Papers::new());
        let identity = Identity::read(&papers.file("cert.pem"), &papers.file("key.pem")).unwrap();
        let mut config = Tls::config_for(Certificates::of([identity]).unwrap());
        config.early_data = EARLY;
        let gate = Arc::new(Gate::default());
        let router = routes(&gate).fallback(early(Files::new(folder.path()).unwrap()));
        let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let server = Server::new(router).listen_tls(any, &Tls::with(config)).unwrap();
        let running = server.http3(true).start().unwrap();
        assert!(gate.stopper.set(running.stopper()).is_ok(), "it is set once");
        let place = Self { running, papers, folder };
        assert_eq!(place.address().port(), place.running.tls_addresses()[0].port(), "one port");
        place
    }

    /// Where it speaks HTTP/3.
    pub(crate) fn address(&self) -> SocketAddr {
        self.running.http3_addresses()[0]
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let stopped = self.running.stop();
        if !std::thread::panicking() {
            stopped.unwrap();
        }
    }
}

/// The same by HTTP/1 without TLS, for somebody else to stand before it.
pub(crate) fn behind(folder: &TempDir) -> Running {
    let router = routes(&Arc::default()).fallback(early(Files::new(folder.path()).unwrap()));
    let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
    Server::new(router).listen(any).unwrap().start().unwrap()
}

/// What is served as files.
pub(crate) fn folder() -> TempDir {
    let folder = site::site();
    let large = site::noise(LARGE);
    fs::write(folder.path().join("large.sum"), digest(&large)).unwrap();
    fs::write(folder.path().join("large.bin"), large).unwrap();
    folder
}

/// SHA-256 in hexadecimal digits.
pub(crate) fn digest(octets: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, octets);
    digest.as_ref().iter().map(|octet| format!("{octet:02x}")).collect()
}

/// Opened when the server was told to stop.
#[derive(Default)]
struct Gate {
    stopper: OnceLock<Stopper>,
    open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    fn stop(&self) {
        self.stopper.get().expect("it runs").stop();
        *self.open.lock().unwrap() = true;
        self.opened.notify_all();
    }

    /// Waits for it; a bound, not a measurement: what hangs must fail.
    fn wait(&self) -> bool {
        let open = self.open.lock().unwrap();
        let minute = Duration::from_secs(60);
        *self.opened.wait_timeout_while(open, minute, |open| !*open).unwrap().0
    }
}

fn routes(gate: &Arc<Gate>) -> Router {
    let (held, stopped) = (gate.clone(), gate.clone());
    Router::new()
        .post("/echo", echo)
        .post("/digest", |mut request: Request, reply: Reply| match request.body.read_all(LARGE) {
            Ok(octets) => {
                let told = format!("{} {}", octets.len(), digest(&octets));
                reply.text(StatusCode::OK, told);
            }
            Err(_) => reply.status(StatusCode::BAD_REQUEST),
        })
        .post("/sums", sums)
        .get("/trailers", trailers)
        .get("/hinted", |_: Request, reply: Reply| {
            reply.early_hints(["</style.css>; rel=preload; as=style"]);
            reply.text(StatusCode::OK, "hinted\n");
        })
        .get("/pushing", |request: Request, reply: Reply| {
            for path in ["/style.css", "/script.js", "/big.bin"] {
                reply.push(request.promise(path));
            }
            reply.text(StatusCode::OK, "pushing\n");
        })
        .get("/port", |request: Request, reply: Reply| match request.peer {
            Peer::Inet(address) => reply.text(StatusCode::OK, address.port().to_string()),
            _ => reply.status(StatusCode::INTERNAL_SERVER_ERROR),
        })
        .get("/held", move |_: Request, reply: Reply| {
            let mut writer = reply.stream(Response::new(StatusCode::OK), None);
            writer.write_all(b"begun").unwrap();
            writer.flush().unwrap();
            if held.wait() {
                writer.write_all(b" and done").unwrap();
                writer.finish().unwrap();
            }
        })
        .get("/stop", move |_: Request, reply: Reply| {
            reply.text(StatusCode::OK, "stopping\n");
            stopped.stop();
        })
        .websocket("/socket", WebSocket::new(|_| Ok(Box::new(say_back))))
}

fn say_back(socket: &mut Socket<'_>, message: Message) {
    let _ = socket.send(message);
}

/// `LENGTH NAME=VALUE…` of the content and its trailers.
fn sums(mut request: Request, reply: Reply) {
    let Ok(octets) = request.body.read_all(1 << 20) else {
        return reply.status(StatusCode::BAD_REQUEST);
    };
    let mut text = octets.len().to_string();
    for (name, value) in request.body.trailers().unwrap_or_default().into_iter() {
        text += &format!(" {}={}", name.as_str(), String::from_utf8_lossy(value.as_bytes()));
    }
    reply.text(StatusCode::OK, text + "\n");
}
