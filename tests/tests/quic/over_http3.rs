//! Those who have no HTTP/0.9: the same files by HTTP/3, which our program speaks with them.
//!
//! RFC 9114
//!
//! ```text
//!             server                                    client
//!   ours      wirebook serve                            a Session in this process
//!   ngtcp2    gtlsserver (Debian's ngtcp2-server)       gtlsclient (ngtcp2-client)
//!   Caddy     caddy run (quic-go)
//! ```
//!
//! ngtcp2's client is the one that moves to a preferred address.

use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use client::Session;
use client::core::{pool::PoolLimits, timeouts::Timeouts};
use client::tls::{Options, Trust};
use http::{StatusCode, Version};
use serde_json::{Value, json};
use sockets::owner::{self, Protocol};
use testkit::TempDir;
use tls::Suite;

use crate::cases::Wish;
use crate::papers::Papers;
use crate::people::{Who, free_port, said_by};
use crate::{peers, program};

/// How many files are asked for at once, where there are many.
const TOGETHER: usize = 50;

/// Looked for where Debian puts what only root is to run, too.
pub(crate) fn ngtcp2(program: &str) -> Option<PathBuf> {
    let elsewhere = Path::new("/usr/sbin").join(program);
    peers::find(program).or_else(|| Some(elsewhere).filter(|file| file.is_file()))
}

pub(crate) fn caddy() -> PathBuf {
    peers::cache("http3").join("bin/caddy")
}

/// Whether one of them can serve with this wish.
pub(crate) fn serves(who: Who, wish: Wish) -> bool {
    match who {
        // What the client offers decides the suite.
        Who::OursByHttp3 => wish != Wish::Version2,
        // It has the version's numbers of a draft.
        Who::Ngtcp2 => wish != Wish::Version2,
        _ => !matches!(wish, Wish::Retry | Wish::Preferred),
    }
}

/// Whether one of them can ask with this wish.
pub(crate) fn asks(who: Who, wish: Wish) -> bool {
    match who {
        // Its user never sees when keys change.
        Who::OursByHttp3 => !matches!(wish, Wish::Version2 | Wish::UpdateKeys),
        Who::Ngtcp2 => wish != Wish::Version2,
        _ => false,
    }
}

/// The command of our server; `host` is all addresses where it shall be found at two.
pub(crate) fn ours(wishes: &[Wish], folder: &Path, papers: &Papers, host: IpAddr) -> Command {
    let (certificate, key) = papers.of(wishes);
    let mut command = Command::new(program::wirebook());
    command.arg("serve").arg(folder).args(["--https", &SocketAddr::new(host, 0).to_string()]);
    command.arg("--cert").arg(certificate).arg("--key").arg(key);
    if wishes.contains(&Wish::Retry) {
        command.arg("--retry");
    }
    if wishes.contains(&Wish::Preferred) {
        command.args(["--preferred", "127.0.0.2"]);
    }
    command
}

/// Starts another's server, which has to be told its port; it listens when this comes back.
pub(crate) fn start(
    who: Who,
    wishes: &[Wish],
    folder: &Path,
    papers: &Papers,
    host: IpAddr,
) -> (Child, u16) {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let port = free_port();
        let mut command = match who {
            Who::Ngtcp2 => gtlsserver(wishes, folder, papers, SocketAddr::new(host, port)),
            _ => caddy_run(wishes, folder, papers, SocketAddr::new(host, port)),
        };
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        // One that ends at once has found that somebody took its port in the meantime.
        while child.try_wait().unwrap().is_none() {
            let owners = owner::of(Protocol::Udp, port).unwrap_or_default();
            if owners.iter().flat_map(|owner| &owner.processes).any(|it| it.id == child.id()) {
                return (child, port);
            }
            assert!(Instant::now() < end, "{} listens nowhere", who.name());
            thread::sleep(Duration::from_millis(10));
        }
        assert!(Instant::now() < end, "{} does not start", who.name());
    }
}

fn gtlsserver(wishes: &[Wish], folder: &Path, papers: &Papers, at: SocketAddr) -> Command {
    let (certificate, key) = papers.of(wishes);
    let mut command = Command::new(ngtcp2("gtlsserver").unwrap());
    command.arg("--quiet").arg("--htdocs").arg(folder);
    if wishes.contains(&Wish::Retry) {
        command.arg("--validate-addr");
    }
    if wishes.contains(&Wish::Preferred) {
        command.arg(format!("--preferred-ipv4-addr=127.0.0.2:{}", at.port()));
    }
    command.arg(at.ip().to_string()).arg(at.port().to_string()).arg(key).arg(certificate);
    command
}

fn caddy_run(wishes: &[Wish], folder: &Path, papers: &Papers, at: SocketAddr) -> Command {
    let (certificate, key) = papers.of(wishes);
    let (port, host) = (at.port(), at.ip());
    let config = papers.file(&format!("Caddyfile-{port}"));
    let served = format!(
        "{{\n admin off\n auto_https off\n https_port {port}\n}}\nhttps://:{port} {{\n bind {host}\n \
         tls {} {}\n root * {}\n file_server\n}}\n",
        certificate.display(),
        key.display(),
        folder.display(),
    );
    fs::write(&config, served).unwrap();
    let mut command = Command::new(caddy());
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(config);
    command.env("HOME", folder);
    command
}

/// Our client gets them all: the first, and where a wish says so the rest by another connection.
pub(crate) fn get(
    wishes: &[Wish],
    at: SocketAddr,
    paths: &[String],
    folder: &Path,
    patience: Duration,
) -> Result<Value, String> {
    let early = wishes.contains(&Wish::Early);
    let again = early || wishes.contains(&Wish::Resume);
    let mut options = Options { trust: Trust::Anybody, early_data: early, ..Options::default() };
    if wishes.contains(&Wish::ChaCha20) {
        options.suites = vec![Suite::ChaCha20Poly1305Sha256];
    }
    let idle_time = if again { Duration::from_millis(100) } else { patience };
    let session = Session::builder()
        .version(Version::Http3)
        .prior_knowledge(true)
        .tls(options)
        .pool(PoolLimits { idle_time, ..PoolLimits::default() })
        .timeouts(Timeouts { total: Some(patience), ..Timeouts::default() })
        .build();
    let one = |path: &String| -> Result<bool, String> {
        let url = format!("https://{at}/{path}");
        let told = |error: client::Error| format!("{path}: {error}");
        let mut response = session.get(&url).and_then(|asked| asked.send()).map_err(told)?;
        if (response.status, response.version) != (StatusCode::OK, Version::Http3) {
            return Err(format!("{path}: {} by {}", response.status, response.version));
        }
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut response, &mut content)
            .map_err(|error| format!("{path}: {error}"))?;
        fs::write(folder.join(path), content).map_err(|error| error.to_string())?;
        Ok(response.secured().is_some_and(|secured| secured.is_early()))
    };
    let (first, rest) = if again { paths.split_at(1) } else { paths.split_at(0) };
    for path in first {
        one(path)?;
        // Until the connection is closed, which has brought its tickets.
        thread::sleep(Duration::from_millis(500));
    }
    let next = AtomicUsize::new(0);
    let some = || -> Result<bool, String> {
        let mut early = false;
        while let Some(path) = rest.get(next.fetch_add(1, Ordering::Relaxed)) {
            early |= one(path)?;
        }
        Ok(early)
    };
    let went_early = thread::scope(|scope| {
        let threads: Vec<_> = (0..rest.len().min(TOGETHER)).map(|_| scope.spawn(some)).collect();
        let ends = threads.into_iter().map(|thread| thread.join().unwrap());
        ends.collect::<Result<Vec<bool>, String>>()
    })?;
    Ok(json!({ "early": went_early.contains(&true) }))
}

/// ngtcp2's client gets them all, by two connections where a wish says so.
pub(crate) fn gtlsclient(
    wishes: &[Wish],
    at: SocketAddr,
    paths: &[String],
    folder: &Path,
    patience: Duration,
) -> Result<Value, String> {
    let kept = TempDir::new("quic-ngtcp2");
    let early = wishes.contains(&Wish::Early);
    let again = early || wishes.contains(&Wish::Resume);
    let (first, rest) = if again { paths.split_at(1) } else { paths.split_at(0) };
    let mut said = String::new();
    for paths in [first, rest].into_iter().filter(|paths| !paths.is_empty()) {
        let mut command = Command::new(ngtcp2("gtlsclient").unwrap());
        command.arg("--download").arg(folder);
        command.args(["--exit-on-all-streams-close", "--no-quic-dump", "--no-http-dump"]);
        if again {
            command.arg("--session-file").arg(kept.path().join("session"));
            command.arg("--tp-file").arg(kept.path().join("parameters"));
        }
        if again && !early {
            command.arg("--disable-early-data");
        }
        if wishes.contains(&Wish::UpdateKeys) {
            // Not before the server has confirmed the handshake, a round trip later.
            command.arg("--key-update=100ms");
        }
        if wishes.contains(&Wish::ChaCha20) {
            let only = "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+CHACHA20-POLY1305";
            command.arg(format!("--ciphers={only}"));
        }
        command.arg(at.ip().to_string()).arg(at.port().to_string());
        command.args(paths.iter().map(|path| format!("https://{at}/{path}")));
        let (stdout, stderr) = said_by(&mut command, patience)?;
        said = stdout + &stderr;
    }
    let went_early = said.contains("type=0RTT") && !said.contains("Early data was rejected");
    Ok(json!({
        "early": went_early,
        "key_updates": said.matches("key update confirmed").count(),
    }))
}
