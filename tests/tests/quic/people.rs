//! Who speaks: our program and other people's, each as a server and as a client of HTTP/0.9.
//!
//! ```text
//!             server                                client
//!   ours      wirebook quic serve                   wirebook quic get
//!   aioquic   aioquic_hq.py serve                   aioquic_hq.py get
//!   quinn     quinn-hq serve (tests/peers/quic)     quinn-hq get
//! ```
//!
//! Those who have no HTTP/0.9 are in `over_http3`.
//!
//! A client ends with a line of JSON: `connections`, and what it knows of `early`, `resumed`,
//! `version`, `key_updates` and `migrated`.

use std::io::{BufRead, BufReader, Read};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cases::Wish;
use crate::link::Link;
use crate::papers::Papers;
use crate::relay::Relay;
use crate::{over_http3, peers, program};

/// An implementation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Ours,
    Aioquic,
    Quinn,
    OursByHttp3,
    Ngtcp2,
    Caddy,
}

impl Who {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours | Self::OursByHttp3 => "wirebook",
            Self::Aioquic => "aioquic",
            Self::Quinn => "quinn",
            Self::Ngtcp2 => "ngtcp2",
            Self::Caddy => "Caddy",
        }
    }

    /// Whether it can do what a case wants of a server.
    pub(crate) fn serves(self, wish: Wish) -> bool {
        match (self, wish) {
            (Self::Ours, _) => true,
            (Self::Aioquic, Wish::Ecn | Wish::Preferred) => false,
            (Self::Quinn, Wish::Version2) => false,
            (Self::Aioquic | Self::Quinn, _) => true,
            (Self::OursByHttp3 | Self::Ngtcp2 | Self::Caddy, _) => over_http3::serves(self, wish),
        }
    }

    /// Whether it can do what a case wants of a client.
    pub(crate) fn asks(self, wish: Wish) -> bool {
        match (self, wish) {
            (Self::Ours, _) => true,
            (Self::Aioquic, Wish::Ecn | Wish::Preferred) => false,
            // It takes the address's connection ID, and stays where it is.
            (Self::Quinn, Wish::Version2 | Wish::Preferred) => false,
            (Self::Aioquic | Self::Quinn, _) => true,
            (Self::OursByHttp3 | Self::Ngtcp2 | Self::Caddy, _) => over_http3::asks(self, wish),
        }
    }
}

/// Why it cannot be run here at all, having said so; `false`: it can.
#[track_caller]
pub(crate) fn missing(who: Who) -> bool {
    match who {
        Who::Ours | Who::OursByHttp3 => false,
        Who::Aioquic => script().is_none(),
        Who::Quinn => {
            let built = quinn().is_some();
            if !built {
                testkit::skip("tests/peers/quic does not build here");
            }
            !built
        }
        Who::Ngtcp2 => {
            let missing = ["gtlsclient", "gtlsserver"];
            let missing = missing.iter().any(|name| over_http3::ngtcp2(name).is_none());
            if missing {
                testkit::skip("no ngtcp2 (tests/interop/setup installs it)");
            }
            missing
        }
        Who::Caddy => {
            let missing = !over_http3::caddy().is_file();
            if missing {
                testkit::skip("no Caddy (tests/interop/setup installs it)");
            }
            missing
        }
    }
}

#[track_caller]
fn script() -> Option<Command> {
    let mut command = peers::python("../../quic/aioquic_hq.py")?;
    command.stdin(Stdio::null());
    Some(command)
}

/// The program of quinn, built once.
fn quinn() -> Option<&'static Path> {
    static PROGRAM: OnceLock<Option<PathBuf>> = OnceLock::new();
    let built = PROGRAM.get_or_init(|| {
        let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--release", "--package", "quic-peers"])
            .env_remove("CARGO_TARGET_DIR")
            .current_dir(&peers)
            .status();
        let built = built.is_ok_and(|status| status.success());
        built.then(|| peers.join("target/release/quinn-hq"))
    });
    built.as_deref()
}

/// A server in a process of its own, ended when it is dropped.
pub(crate) struct Server {
    child: Child,
    /// To an address that it prefers and does not have.
    second_way: Option<Relay>,
    pub(crate) address: SocketAddr,
}

impl Server {
    pub(crate) fn start(
        who: Who,
        wishes: &[Wish],
        folder: &Path,
        papers: &Papers,
        host: IpAddr,
    ) -> Self {
        let everywhere = listens(wishes, host);
        let mut command = match who {
            Who::OursByHttp3 => {
                let mut command = over_http3::ours(wishes, folder, papers, everywhere);
                return Self::spawn(Who::Ours, &mut command, host);
            }
            Who::Ngtcp2 | Who::Caddy => {
                let (child, port) = over_http3::start(who, wishes, folder, papers, everywhere);
                let address = SocketAddr::new(host, port);
                return Self { child, address, second_way: None };
            }
            Who::Ours => ours(wishes, folder, everywhere),
            Who::Aioquic => aioquic(wishes, folder, host),
            Who::Quinn => {
                let mut command = Command::new(quinn().unwrap());
                command.arg("serve").arg(folder).args(["--host", &everywhere.to_string()]);
                command
            }
        };
        let (certificate, key) = papers.of(wishes);
        let option = if who == Who::Ours { "--cert" } else { "--certificate" };
        command.arg(option).arg(certificate).arg("--key").arg(key);
        if wishes.contains(&Wish::Retry) {
            command.arg("--retry");
        }
        if wishes.contains(&Wish::Preferred) && who != Who::Ours {
            // quinn answers from the address of the handshake, whichever was asked, and a client
            // hears nobody there (RFC 9000 §9): the other address is a second way to the first.
            let there = SocketAddr::new(host, free_port());
            let other = Relay::at(IpAddr::from([127, 0, 0, 2]), there, Link::usual());
            command.args(["--preferred", &other.address.to_string()]);
            command.args(["--port", &there.port().to_string()]);
            let mut server = Self::spawn(who, &mut command, host);
            server.second_way = Some(other);
            return server;
        }
        Self::spawn(who, &mut command, host)
    }

    fn spawn(who: Who, command: &mut Command, host: IpAddr) -> Self {
        let command = command.stdin(Stdio::null());
        // Ours keeps standard output for what was asked for.
        let told: Box<dyn Read + Send>;
        let mut child;
        if who == Who::Ours {
            child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
            told = Box::new(child.stderr.take().unwrap());
        } else {
            child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
            told = Box::new(child.stdout.take().unwrap());
        }
        let mut lines = BufReader::new(told).lines();
        let line = lines.next().expect("a server says where it listens").unwrap();
        let digits = line.rsplit(|octet: char| !octet.is_ascii_digit());
        let port = digits.filter_map(|digits| digits.parse().ok()).next();
        let port = port.unwrap_or_else(|| panic!("no port in: {line}"));
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address: SocketAddr::new(host, port), second_way: None }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.second_way.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Our program, which serves HTTP/0.9.
fn ours(wishes: &[Wish], folder: &Path, host: IpAddr) -> Command {
    let mut command = Command::new(program::wirebook());
    command.args(["quic", "serve"]).arg(folder).arg("--listen");
    let port = if wishes.contains(&Wish::Preferred) { free_port() } else { 0 };
    command.arg(SocketAddr::new(host, port).to_string());
    if port != 0 {
        command.args(["--preferred", &format!("127.0.0.2:{port}")]);
    }
    if wishes.contains(&Wish::Version2) {
        command.args(["--quic-version", "2"]);
    }
    if wishes.contains(&Wish::ChaCha20) {
        command.args(["--tls13-ciphers", "TLS_CHACHA20_POLY1305_SHA256"]);
    }
    command
}

fn aioquic(wishes: &[Wish], folder: &Path, host: IpAddr) -> Command {
    let mut command = script().unwrap();
    if wishes.contains(&Wish::Version2) {
        command.arg("--version-2");
    }
    if wishes.contains(&Wish::ChaCha20) {
        command.arg("--chacha20");
    }
    command.arg("serve").arg(folder).args(["--host", &host.to_string()]);
    command
}

/// A server that is to be found at two addresses listens at all of them.
fn listens(wishes: &[Wish], host: IpAddr) -> IpAddr {
    if wishes.contains(&Wish::Preferred) { IpAddr::from([0, 0, 0, 0]) } else { host }
}

/// A port that nobody has at this moment.
pub(crate) fn free_port() -> u16 {
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    socket.local_addr().unwrap().port()
}

/// Fetches `paths` into `folder`; what the client said of it, or how it failed.
pub(crate) fn fetch(
    who: Who,
    wishes: &[Wish],
    at: SocketAddr,
    paths: &[String],
    folder: &Path,
    patience: Duration,
) -> Result<Value, String> {
    let urls = paths.iter().map(|path| format!("https://{at}/{path}"));
    let mut command = match who {
        Who::OursByHttp3 => return over_http3::get(wishes, at, paths, folder, patience),
        Who::Ngtcp2 => return over_http3::gtlsclient(wishes, at, paths, folder, patience),
        Who::Caddy => return Err("Caddy is no client".into()),
        Who::Ours => {
            let mut command = Command::new(program::wirebook());
            command.args(["quic", "get", "-k", "--format", "json", "--output-dir"]);
            command.arg(folder).args(urls);
            if wishes.contains(&Wish::Version2) {
                command.args(["--quic-version", "2"]);
            }
            if wishes.contains(&Wish::ChaCha20) {
                command.args(["--tls13-ciphers", "TLS_CHACHA20_POLY1305_SHA256"]);
            }
            command
        }
        Who::Aioquic => {
            let mut command = script().unwrap();
            if wishes.contains(&Wish::Version2) {
                command.arg("--version-2");
            }
            if wishes.contains(&Wish::ChaCha20) {
                command.arg("--chacha20");
            }
            command.arg("get").arg(folder).args(urls);
            command
        }
        Who::Quinn => {
            let mut command = Command::new(quinn().unwrap());
            command.arg("get").arg(folder).args(urls);
            if wishes.contains(&Wish::ChaCha20) {
                command.arg("--chacha20");
            }
            command
        }
    };
    for (wish, option) in
        [(Wish::UpdateKeys, "--update-keys"), (Wish::Resume, "--resume"), (Wish::Early, "--early")]
    {
        if wishes.contains(&wish) {
            command.arg(option);
        }
    }
    let (said, _) = said_by(&mut command, patience)?;
    let last = said.lines().last().unwrap_or_default();
    serde_json::from_str(last).map_err(|error| format!("'{last}' is no JSON: {error}"))
}

/// Runs a client to its end, or to the end of patience; what it said by both ways.
pub(crate) fn said_by(
    command: &mut Command,
    patience: Duration,
) -> Result<(String, String), String> {
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let said = std::thread::spawn(move || {
        let mut said = String::new();
        let _ = stdout.read_to_string(&mut said);
        said
    });
    let complained = std::thread::spawn(move || {
        let mut said = String::new();
        let _ = stderr.read_to_string(&mut said);
        said
    });
    let end = Instant::now() + patience;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if Instant::now() > end {
            let _ = child.kill();
            let _ = child.wait();
            let last = complained.join().unwrap();
            return Err(format!("not finished after {} s: {}", patience.as_secs(), tail(&last)));
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let (said, complained) = (said.join().unwrap(), complained.join().unwrap());
    if !status.success() {
        return Err(format!("{status}: {}", tail(&complained)));
    }
    Ok((said, complained))
}

/// The last line of what a program complained of.
fn tail(said: &str) -> &str {
    said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("it says nothing")
}
