//! `wirebook serve`: a folder on a port, until somebody says stop.
//!
//! ```text
//!   arguments ──► Options ──► Files + page ──► Server ──► one line with the URLs
//!   SIGINT, SIGTERM ──► stop gracefully     again ──► end at once     SIGHUP ──► new certificates
//! ```
//!
//! Exit codes: 0 stopped when asked, 1 could not serve, 2 a wrong command line; 128 + the signal's
//! number after a second signal, as shells count.

mod endpoints;
mod flags;
mod https;
mod log;
mod page;

pub(crate) use flags::COMMAND;

use crate::{args::Parsed, exit::Failure, terminal::say};
use flags::{HttpsOptions, Options};
use https::Https;
use log::Log;
use server::{Coding, Compressed, Files, Limits, Router, Running, Server, early, inline};
use sockets::{ListenOptions, Signal, Signals, owner::Protocol};
use std::{
    io::{self, IsTerminal},
    net::{SocketAddr, TcpListener},
    sync::{Arc, OnceLock},
    thread,
};

/// Serves until a signal ends it.
///
/// # Errors
/// [`Failure`] with one line and the exit code.
pub(crate) fn run(parsed: &Parsed) -> Result<u8, Failure> {
    let options = Options::read(parsed)?;
    let files = Files::new(&options.folder).map_err(|error| {
        Failure::new(1, format!("cannot serve {}: {error}", options.folder.display()))
    })?;
    let files = files.listing(options.listing);
    make_room(options.limits.connections);
    let running: Arc<OnceLock<Running>> = Arc::default();
    let router = router(files, running.clone(), &options.limits);
    let mut server = Server::new(Compressed::new(router, Coding::default()))
        .threads(options.threads)
        .http2(options.http2)
        .limits(options.limits.clone());
    if options.http3 {
        server = http3(server, &options);
    }
    if let Some(file) = &options.access_log {
        let log = Log::open(file).map_err(|error| {
            Failure::new(1, format!("cannot write {}: {error}", file.to_string_lossy()))
        })?;
        server = server.access_log(Arc::new(log));
    }
    for address in &options.addresses {
        server = server.listener(listen(*address)?);
    }
    let (https, without) = match options.https.as_ref().map(secured) {
        Some(Ok((https, listeners))) => {
            for listener in listeners {
                server = server.tls_listener(listener, &https.tls);
            }
            (Some(https), None)
        }
        // Nobody asked for it: what there is without is better than nothing.
        Some(Err(failure)) if options.https.as_ref().is_some_and(|https| !https.asked) => {
            (None, Some(failure.line))
        }
        Some(Err(failure)) => return Err(failure),
        None => (None, None),
    };
    if let Some(path) = &options.socket {
        server = server.listen_unix(path).map_err(|error| {
            Failure::new(1, format!("cannot listen on {}: {error}", path.display()))
        })?;
    }
    // Before the first line is printed: whoever reads it may send a signal at once.
    let signals = Signals::new(&[Signal::Interrupt, Signal::Terminate, Signal::Hangup])
        .map_err(|error| Failure::new(1, format!("cannot catch signals: {error}")))?;
    let started = server
        .start()
        .map_err(|error| Failure::new(1, format!("cannot start the server: {error}")))?;
    let running = running.get_or_init(|| started);
    say(&announcement(&options, running));
    if let Some(line) = without {
        say(&format!("without https: {line}"));
    }
    if let Some(https) = &https {
        say(&https.line);
        https.keep_fresh();
    }
    watch(signals, running, https);
    let ended = running.wait();
    if let Some(path) = &options.socket {
        // The kernel frees a port with its process, but not a path.
        let _ = std::fs::remove_file(path);
    }
    ended.map_err(|error| Failure::new(1, format!("the server ended: {error}")))?;
    Ok(0)
}

fn router(files: Files, running: Arc<OnceLock<Running>>, limits: &Limits) -> Router {
    let page = {
        let running = running.clone();
        inline(move |request, reply| {
            page::answer(&request, reply, running.get());
        })
    };
    let tiles = page::Tiles::new();
    let tile = inline(move |request: server::Request, reply| {
        tiles.answer(request.target.query().unwrap_or_default(), reply);
    });
    Router::new()
        .get("/_wirebook/", page)
        .get("/_wirebook/tile", tile)
        .websocket("/_wirebook/echo", endpoints::echo())
        .websocket("/_wirebook/chat", endpoints::chat(limits))
        .websocket("/_wirebook/live", endpoints::live(running))
        // To read a file twice is to read a file.
        .fallback(early(files))
}

/// HTTP/3, as far as there is TLS.
fn http3(server: Server, options: &Options) -> Server {
    let mut server = server.http3(true);
    if options.retry {
        server = server.http3_retry();
    }
    for address in &options.preferred {
        server = server.http3_preferred_address(*address);
    }
    server
}

/// TLS, and where it is spoken.
fn secured(options: &HttpsOptions) -> Result<(Https, Vec<TcpListener>), Failure> {
    // First, so that no certificate is made for a port that is not ours.
    let listeners = options.addresses.iter().copied().map(listen).collect::<Result<Vec<_>, _>>()?;
    Ok((Https::new(options)?, listeners))
}

fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    sockets::listen(address, &ListenOptions::default()).map_err(|error| {
        let reason = match error.kind() {
            io::ErrorKind::AddrInUse => format!("the port is in use{}", owners(address)),
            _ => error.to_string(),
        };
        Failure::new(1, format!("cannot listen on {address}: {reason}"))
    })
}

/// Who has the port, as far as we are allowed to see.
fn owners(address: SocketAddr) -> String {
    let found = sockets::owner::of(Protocol::Tcp, address.port()).unwrap_or_default();
    let listeners = found.iter().filter(|owner| owner.entry.is_listener());
    let mut names: Vec<String> = listeners
        .flat_map(|owner| &owner.processes)
        .map(|process| format!("{} (process {})", process.name, process.id))
        .collect();
    names.dedup();
    if names.is_empty() { String::new() } else { format!(" by {}", names.join(", ")) }
}

/// Descriptors for as many connections as there may be, as far as the system lets us.
fn make_room(connections: usize) {
    let Ok(limit) = sockets::tcp::raise_descriptor_limit() else { return };
    // Beside the connections: listeners, pollers, the log, and files that are being sent.
    let room = limit.saturating_sub(64) / 2;
    let wanted = u64::try_from(connections).unwrap_or(u64::MAX);
    if room < wanted.min(1024) {
        say(&format!("only {limit} descriptors may be open: see `ulimit -n`"));
    }
}

/// The line that says where the server is.
fn announcement(options: &Options, running: &Running) -> String {
    let url = |scheme| move |address: &SocketAddr| format!("{scheme}://{address}/");
    let urls = running.addresses().iter().map(url("http"));
    let urls = urls.chain(running.tls_addresses().iter().map(url("https")));
    let sockets = options.socket.iter().map(|path| format!("the socket {}", path.display()));
    let places: Vec<String> = urls.chain(sockets).collect();
    format!("serving {} at {} (Ctrl-C stops)", options.folder.display(), places.join(" and "))
}

/// The first signal stops the server gracefully, the second ends the process. A hangup makes it
/// read its certificates again, as daemons do; unless the terminal that it was started from is
/// gone, for which the same signal stands.
fn watch(signals: Signals, running: &Running, https: Option<Https>) {
    let stopper = running.stopper();
    let has_terminal = || io::stderr().is_terminal();
    let had_terminal = has_terminal();
    let watch = move || {
        while signals.wait() == Signal::Hangup
            && let Some(https) = &https
            && had_terminal == has_terminal()
        {
            https.reload();
        }
        stopper.stop();
        let code = match signals.wait() {
            Signal::Hangup => 129,
            Signal::Interrupt => 130,
            Signal::Quit => 131,
            Signal::Terminate => 143,
        };
        std::process::exit(code);
    };
    if let Err(error) = thread::Builder::new().name("signals".into()).spawn(watch) {
        say(&format!("signals cannot be watched, only SIGKILL will end this: {error}"));
    }
}
