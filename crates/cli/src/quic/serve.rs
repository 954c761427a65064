//! `wirebook quic serve`: a folder, one file a stream.

use super::flags::{self, Both};
use crate::{
    args::{Parsed, UsageError},
    exit::Failure,
    tell::qlog::Folder,
    terminal::say,
};
use quic::{ServerConfig, connection::Listeners};
use server::{
    Certificates,
    identity::{self, Identity, IdentityError},
    quic::{
        QuicServer,
        hq::{self, Hq},
    },
};
use sockets::{Signal, Signals};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::SystemTime,
};
use tls::MemoryTickets;
use wire::trace::Trace;

/// Serves until a signal ends it.
pub(super) fn run(parsed: &Parsed, operands: &[String]) -> Result<u8, Failure> {
    let folder = match operands {
        [] => PathBuf::from("."),
        [folder] => PathBuf::from(folder),
        [_, extra, ..] => {
            return Err(UsageError::ExtraOperand { operand: extra.clone() }.into());
        }
    };
    let both = Both::read(parsed)?;
    let wrong = |error| Failure::new(1, format!("cannot serve {}: {error}", folder.display()));
    // Once now, so that a wrong folder is told at once; each loop opens it for itself.
    Hq::new(&folder).map_err(wrong)?;
    let (addresses, preferred) = addresses(parsed)?;
    let offload = both.offload;
    let mut config = config(parsed, both)?;
    if let Some(address) = preferred {
        config.prefer(address);
    }
    let threads: Option<usize> = parsed.number("threads")?;
    let mut server = QuicServer::new(config, application(folder.clone()))
        .threads(threads.unwrap_or(1))
        .retry(parsed.is("retry"))
        .offload(offload);
    for address in &addresses {
        server = server.listen(*address);
    }
    let signals = Signals::new(&[Signal::Interrupt, Signal::Terminate])
        .map_err(|error| Failure::new(1, format!("cannot catch signals: {error}")))?;
    let running = server.start().map_err(|error| {
        Failure::new(
            1,
            format!(
                "cannot listen on {}: {error}",
                addresses.first().map(ToString::to_string).unwrap_or_default()
            ),
        )
    })?;
    for address in running.addresses() {
        say(&format!("serving {} by QUIC (hq-interop) on {address}", folder.display()));
    }
    let stopper = running.stopper();
    let watch = move || {
        signals.wait();
        stopper.stop();
        // A second one does not wait for the peers.
        std::process::exit(if signals.wait() == Signal::Terminate { 143 } else { 130 });
    };
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(watch)
        .map_err(|error| Failure::new(1, format!("cannot watch for signals: {error}")))?;
    running.wait().map_err(|error| Failure::new(1, format!("the server ended: {error}")))?;
    Ok(0)
}

/// What each loop speaks.
fn application(
    folder: PathBuf,
) -> impl Fn() -> Box<dyn server::quic::Application> + Send + Sync + 'static {
    move || match Hq::new(&folder) {
        Ok(hq) => Box::new(hq),
        // The folder went away in the meantime.
        Err(_) => Box::new(server::quic::Nothing),
    }
}

/// Where to listen, and where clients shall move to.
fn addresses(parsed: &Parsed) -> Result<(Vec<SocketAddr>, Option<SocketAddr>), UsageError> {
    let mut addresses = Vec::new();
    for text in parsed.texts("listen")? {
        addresses.push(flags::address("listen", text)?);
    }
    if addresses.is_empty() {
        addresses.push(flags::address("listen", flags::LISTEN)?);
    }
    let preferred = parsed.text("preferred")?;
    let preferred = preferred.map(|text| flags::address("preferred", text)).transpose()?;
    Ok((addresses, preferred))
}

fn config(parsed: &Parsed, both: Both) -> Result<ServerConfig, Failure> {
    let failed = |error: IdentityError| Failure::new(1, format!("cannot serve: {error}"));
    let identity = identity(parsed).map_err(failed)?;
    let certificates = Certificates::of([identity]).map_err(failed)?;
    let mut tls = tls::ServerConfig::new(certificates);
    tls.tickets = Some(Arc::new(MemoryTickets::default()));
    tls.alpn = vec![hq::ALPN.to_vec()];
    tls.early_data = u32::MAX;
    tls.suites = both.tls.suites;
    tls.groups = both.tls.groups;
    tls.key_log = both.tls.key_log;
    let mut config = ServerConfig::new(Arc::new(tls));
    config.transport = Arc::new(both.transport);
    let named = parsed.raw("qlog").map(|folder| Folder::new(folder.into()));
    if let Some(folder) = named.or_else(Folder::from_environment) {
        let (folder, count) = (Arc::new(folder), AtomicU64::new(1));
        config.listeners = Listeners::new(move |_| {
            Trace::to(folder.clone(), count.fetch_add(1, Ordering::Relaxed))
        });
    }
    Ok(config)
}

/// The certificate of the command line, or our own.
fn identity(parsed: &Parsed) -> Result<Identity, IdentityError> {
    if let Some(certificate) = parsed.raw("cert").map(Path::new) {
        return Identity::read(certificate, parsed.raw("key").map_or(certificate, Path::new));
    }
    let now = SystemTime::now().into();
    match identity::folder() {
        Some(folder) => identity::automatic(&folder, now).or_else(|_| Identity::generate(now)),
        None => Identity::generate(now),
    }
}
