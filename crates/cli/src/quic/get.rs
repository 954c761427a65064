//! `wirebook quic get`: files of one server, by one connection or two.

use super::flags::{self, Both};
use crate::{
    args::{Parsed, UsageError},
    exit::Failure,
    tell::{self, Teller, Telling},
};
use client::{
    Error,
    quic::hq::{Hq, Options, Told, Use},
};
use quic::connection::Listeners;
use std::{
    collections::HashMap,
    fs::File,
    io::{self, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

/// Where the files go.
enum Out {
    Standard,
    One(PathBuf),
    Folder(PathBuf),
}

/// Gets everything.
pub(super) fn run(parsed: &Parsed, urls: &[String]) -> Result<u8, Failure> {
    let telling = Telling::read(parsed)?;
    let (json, told) = (telling.json, Telling { json: false, ..telling });
    let (host, port, paths) = targets(urls)?;
    let out = out(parsed, paths.len())?;
    let options = options(parsed, told)?;
    let remote = resolve(&host, port)?;
    let failed = |error: Error| {
        let code = error.curl_exit_code();
        Failure::new(code, format!("({code}) {error}"))
    };
    let mut hq = Hq::new(&host, remote, options).map_err(failed)?;
    let mut files: HashMap<usize, File> = HashMap::new();
    let mut all = Vec::new();
    let mut first = 0;
    for (part, usage) in parts(parsed, &paths) {
        let mut sink =
            |index: usize, octets: &[u8]| write(&out, &paths, &mut files, first + index, octets);
        all.push(hq.fetch(part, usage, &mut sink).map_err(failed)?);
        first += part.len();
    }
    // A file of no octets is one, too.
    for index in 0..paths.len() {
        write(&out, &paths, &mut files, index, &[]).map_err(|error| failed(Error::Write(error)))?;
    }
    if json {
        let line = summary(&all);
        let written = io::stdout().lock().write_all(line.as_bytes());
        written.map_err(|error| failed(Error::Write(error)))?;
    }
    Ok(0)
}

/// Host, port and paths of the URLs, which are of one server.
fn targets(urls: &[String]) -> Result<(String, u16, Vec<String>), Failure> {
    let mut server = None;
    let mut paths = Vec::new();
    for url in urls {
        let wrong = |reason: &str| Failure::new(3, format!("(3) the URL {url:?}: {reason}"));
        let uri = client::core::url::read(url)
            .map_err(|error| Failure::new(3, format!("(3) {error}")))?;
        let origin = uri.origin().ok_or_else(|| wrong("it has no host"))?;
        if origin.scheme != "https" {
            return Err(wrong("its scheme must be https"));
        }
        let here = (origin.host.to_dial(), origin.port);
        if server.get_or_insert_with(|| here.clone()) != &here {
            return Err(wrong("all URLs must name one server"));
        }
        let path = uri.path();
        paths.push(if path.is_empty() { "/".to_owned() } else { path.to_owned() });
    }
    let Some((host, port)) = server else {
        return Err(UsageError::MissingOperand { operand: "URL" }.into());
    };
    Ok((host, port, paths))
}

fn resolve(host: &str, port: u16) -> Result<SocketAddr, Failure> {
    let failed =
        |reason: String| Failure::new(6, format!("(6) could not resolve host {host:?}: {reason}"));
    let found = sockets::resolve(host, port).map_err(|error| failed(error.to_string()))?;
    // IPv4 first: a server at ::1 that is not there is not told from one that is silent.
    let first = found.iter().find(|address| address.is_ipv4()).or(found.first());
    first.copied().ok_or_else(|| failed("it has no address".into()))
}

fn options(parsed: &Parsed, telling: Telling) -> Result<Options, Failure> {
    let both = Both::read(parsed)?;
    let deadline = flags::max_time(parsed)?.map(|time| Instant::now() + time);
    let mut options = Options {
        tls: both.tls,
        transport: both.transport,
        version: both.version,
        offload: both.offload,
        deadline,
        ..Options::default()
    };
    let folder = parsed.raw("qlog").map(|folder| tell::qlog::Folder::new(folder.into()));
    let teller = Arc::new(Teller::new(telling).with_qlog(folder));
    if telling.listens() || teller.writes() {
        let (trace, count) = (tell::trace(teller), AtomicU64::new(1));
        options.listeners =
            Listeners::new(move |_| trace.with_connection(count.fetch_add(1, Ordering::Relaxed)));
    }
    Ok(options)
}

fn out(parsed: &Parsed, count: usize) -> Result<Out, UsageError> {
    match (parsed.raw("output"), parsed.raw("output-dir")) {
        (Some(_), Some(_)) => {
            Err(UsageError::Conflict { first: "--output", second: "--output-dir" })
        }
        (Some(file), None) if count == 1 => Ok(Out::One(file.into())),
        (Some(file), None) => {
            Err(UsageError::value("output", &file.to_string_lossy(), "it is for one URL"))
        }
        (None, Some(folder)) => Ok(Out::Folder(folder.into())),
        (None, None) => Ok(Out::Standard),
    }
}

/// Which paths go by which connection.
fn parts<'a>(parsed: &Parsed, paths: &'a [String]) -> Vec<(&'a [String], Use)> {
    let again = match (parsed.is("early"), parsed.is("resume")) {
        (true, _) => Some(Use::Early),
        (false, true) => Some(Use::Plain),
        (false, false) => None,
    };
    match again {
        Some(usage) => {
            let (first, rest) = paths.split_at(1.min(paths.len()));
            vec![(first, Use::AwaitTicket), (rest, usage)]
        }
        None if parsed.is("update-keys") => vec![(paths, Use::UpdateKeys)],
        None => vec![(paths, Use::Plain)],
    }
}

/// Octets of a file go where they belong.
fn write(
    out: &Out,
    paths: &[String],
    files: &mut HashMap<usize, File>,
    index: usize,
    octets: &[u8],
) -> io::Result<()> {
    let place = match out {
        Out::Standard => return io::stdout().lock().write_all(octets),
        Out::One(file) => file.clone(),
        Out::Folder(folder) => {
            let path = paths.get(index).map(Path::new);
            let name = path.and_then(Path::file_name);
            let none = || io::Error::other("a URL without a file's name has none here");
            folder.join(name.ok_or_else(none)?)
        }
    };
    let file = match files.entry(index) {
        std::collections::hash_map::Entry::Occupied(there) => there.into_mut(),
        std::collections::hash_map::Entry::Vacant(new) => new.insert(File::create(place)?),
    };
    file.write_all(octets)
}

/// How it was, for a machine.
fn summary(all: &[Told]) -> String {
    let last = all.last();
    format!(
        "{{\"connections\": {}, \"resumed\": {}, \"early\": {}, \"version\": {}, \"key_updates\": {}, \
         \"packets_sent\": {}, \"packets_lost\": {}, \"rtt_us\": {}}}\n",
        all.len(),
        last.is_some_and(|told| told.resumed),
        last.is_some_and(|told| told.early),
        last.map_or(0, |told| told.version.0),
        all.iter().map(|told| told.stats.key_updates).sum::<u64>(),
        all.iter().map(|told| told.stats.packets_sent).sum::<u64>(),
        all.iter().map(|told| told.stats.packets_lost).sum::<u64>(),
        last.map_or(0, |told| told.stats.rtt.as_micros()),
    )
}
