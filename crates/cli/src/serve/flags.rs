//! What `serve` can be told.

use crate::args::{Command, Parsed, Section, UsageError, switch, valued};
use std::{
    ffi::OsString,
    net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs},
    path::PathBuf,
    thread,
};

/// The ports where nobody names one: not privileged, and what people try first.
const PORT: u16 = 8080;
const TLS_PORT: u16 = 8443;

/// The subcommand's table.
pub(crate) const COMMAND: Command = Command {
    name: "serve",
    operands: "[DIR]",
    count: (0, 1),
    summary: "Serves the files below DIR (the current folder unless you name one).",
    sections: &[
        Section {
            heading: "Where",
            flags: &[
                valued(
                    None,
                    "http",
                    "ADDRESS",
                    "listen here: PORT, IP, IP:PORT or NAME:PORT; may be given again. \
                     0.0.0.0 and [::] are reachable from other machines",
                ),
                valued(
                    None,
                    "https",
                    "ADDRESS",
                    "listen here and speak TLS; may be given again. Where you say nothing, \
                     127.0.0.1:8080 and, with TLS, 127.0.0.1:8443",
                ),
                valued(
                    None,
                    "unix",
                    "PATH",
                    "listen on this Unix-domain socket; alone, no port is opened",
                ),
            ],
        },
        Section {
            heading: "TLS",
            flags: &[
                valued(
                    None,
                    "cert",
                    "FILE",
                    "show this chain of certificates, PEM; may be given again, for other names. \
                     Without, one for localhost is made and kept",
                ),
                valued(
                    None,
                    "key",
                    "FILE",
                    "its private key, PEM; for each --cert one, in their order. Without, it stands \
                     in the same file",
                ),
                valued(
                    None,
                    "client-ca",
                    "FILE",
                    "let nobody in but who shows a certificate that one of these, PEM, leads to",
                ),
                valued(
                    None,
                    "keylog",
                    "FILE",
                    "add the secrets of each connection to FILE, for Wireshark",
                ),
            ],
        },
        Section {
            heading: "Versions",
            flags: &[
                switch(
                    None,
                    "no-http2",
                    "do not speak HTTP/2. Without, https offers h2 first, and http takes HTTP/2 \
                     from those who begin with it or ask for Upgrade: h2c",
                ),
                switch(
                    None,
                    "no-http3",
                    "do not speak HTTP/3. Without, it is spoken by UDP on the ports of https, and \
                     answers there say so (Alt-Svc)",
                ),
                switch(
                    None,
                    "retry",
                    "have every client of HTTP/3 come again with a token (Retry). Without, when \
                     many come at once",
                ),
                valued(
                    None,
                    "preferred",
                    "ADDRESS",
                    "tell clients of HTTP/3 to move to this address once the handshake is done; \
                     one that --https covers, as 0.0.0.0:PORT does. May be given again, for IPv6",
                ),
            ],
        },
        Section {
            heading: "What",
            flags: &[
                switch(None, "listing", "show what is in a folder that has no index.html"),
                valued(
                    None,
                    "access-log",
                    "FILE",
                    "write a line for each request to FILE; - is standard output",
                ),
            ],
        },
        Section {
            heading: "How much",
            flags: &[
                valued(None, "threads", "N", "event loops; one for each core unless you say"),
                valued(
                    None,
                    "max-connections",
                    "N",
                    "connections at once; one more is answered 503. 16384 unless you say",
                ),
                valued(
                    None,
                    "head-timeout",
                    "SECONDS",
                    "how long a request's head may take; then 408. 30 unless you say",
                ),
                valued(
                    None,
                    "idle-timeout",
                    "SECONDS",
                    "how long a connection may wait for its next request. 60 unless you say",
                ),
                valued(
                    None,
                    "grace",
                    "SECONDS",
                    "how long requests under way may take after a stop was asked for. 10 unless you \
                     say",
                ),
            ],
        },
    ],
    notes: "Ctrl-C and SIGTERM let the requests under way come to their end; a second one does not.\n\
            SIGHUP reads the certificates again; connections that are there stay.\n\
            The page /_wirebook/ tells how you got there, and speaks WebSocket:\n\
            /_wirebook/echo says back what it is told, /_wirebook/chat says it to all.\n",
};

/// What `serve` was told of TLS.
#[derive(Debug)]
pub(super) struct HttpsOptions {
    pub(super) addresses: Vec<SocketAddr>,
    /// Somebody asked for it: then it must be.
    pub(super) asked: bool,
    /// Certificates and their keys; where there are none, one is made.
    pub(super) pairs: Vec<(PathBuf, PathBuf)>,
    pub(super) client_ca: Option<PathBuf>,
    pub(super) key_log: Option<PathBuf>,
}

/// What `serve` was told.
#[derive(Debug)]
pub(super) struct Options {
    pub(super) folder: PathBuf,
    pub(super) addresses: Vec<SocketAddr>,
    /// Nothing where no TLS is wanted.
    pub(super) https: Option<HttpsOptions>,
    pub(super) socket: Option<PathBuf>,
    pub(super) http2: bool,
    pub(super) http3: bool,
    /// Whether HTTP/3's clients need a token, and where they shall move to.
    pub(super) retry: bool,
    pub(super) preferred: Vec<SocketAddr>,
    pub(super) listing: bool,
    pub(super) access_log: Option<OsString>,
    pub(super) threads: usize,
    pub(super) limits: server::Limits,
}

impl Options {
    /// Reads the arguments.
    ///
    /// # Errors
    /// [`UsageError`].
    pub(super) fn read(parsed: &Parsed) -> Result<Self, UsageError> {
        let mut addresses = listed(parsed, "http", PORT)?;
        let socket = parsed.raw("unix").map(PathBuf::from);
        let https = https(parsed)?;
        // Whoever names a place means that one; whoever names none gets the two usual ones.
        let nowhere = addresses.is_empty() && socket.is_none() && !https.asked;
        if nowhere {
            addresses.push(SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)));
        }
        let https = Some(https).filter(|https| https.asked || nowhere);
        for (name, second) in [("retry", "--retry"), ("preferred", "--preferred")] {
            if parsed.is("no-http3") && parsed.is(name) {
                return Err(UsageError::Conflict { first: "--no-http3", second });
            }
        }
        let cores = || thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Self {
            folder: parsed.operands.first().map_or_else(|| ".".into(), PathBuf::from),
            addresses,
            https,
            socket,
            http2: !parsed.is("no-http2"),
            http3: !parsed.is("no-http3"),
            retry: parsed.is("retry"),
            preferred: listed(parsed, "preferred", 0)?,
            listing: parsed.is("listing"),
            access_log: parsed.raw("access-log").map(OsString::from),
            threads: at_least_one(parsed, "threads")?.unwrap_or_else(cores),
            limits: limits(parsed)?,
        })
    }
}

/// Every address that the flag's values name.
fn listed(parsed: &Parsed, flag: &'static str, port: u16) -> Result<Vec<SocketAddr>, UsageError> {
    let mut found = Vec::new();
    for text in parsed.texts(flag)? {
        for address in addresses(flag, text, port)? {
            // `localhost` may name an address twice.
            if !found.contains(&address) || address.port() == 0 {
                found.push(address);
            }
        }
    }
    Ok(found)
}

/// What was said of TLS, and whether anything was.
fn https(parsed: &Parsed) -> Result<HttpsOptions, UsageError> {
    let mut addresses = listed(parsed, "https", TLS_PORT)?;
    let paths = |flag: &str| {
        let values = parsed.iter().filter(move |(long, _)| *long == flag);
        values.map(|(_, value)| PathBuf::from(value)).collect::<Vec<_>>()
    };
    let (certificates, mut keys) = (paths("cert"), paths("key"));
    let path = |flag| parsed.raw(flag).map(PathBuf::from);
    let (client_ca, key_log) = (path("client-ca"), path("keylog"));
    if keys.is_empty() {
        keys.clone_from(&certificates);
    }
    if keys.len() != certificates.len() {
        let (keys, certificates) = (keys.len(), certificates.len());
        let why = format!("{keys} for {certificates} of --cert: each certificate has one");
        return Err(UsageError::value("key", &keys.to_string(), why));
    }
    // A certificate alone asks for the usual port.
    let said = [!addresses.is_empty(), !certificates.is_empty(), client_ca.is_some()];
    let asked = said.contains(&true) || key_log.is_some();
    if addresses.is_empty() {
        addresses.push(SocketAddr::from((Ipv4Addr::LOCALHOST, TLS_PORT)));
    }
    let pairs = certificates.into_iter().zip(keys).collect();
    Ok(HttpsOptions { addresses, asked, pairs, client_ca, key_log })
}

fn limits(parsed: &Parsed) -> Result<server::Limits, UsageError> {
    let mut limits = server::Limits::default();
    if let Some(connections) = at_least_one(parsed, "max-connections")? {
        limits.connections = connections;
    }
    if let Some(time) = parsed.seconds("head-timeout")? {
        limits.http1.head_timeout = time;
        limits.http2.block_timeout = time;
    }
    if let Some(time) = parsed.seconds("idle-timeout")? {
        limits.http1.idle_timeout = time;
        limits.http2.idle_timeout = time;
    }
    if let Some(time) = parsed.seconds("grace")? {
        limits.grace = time;
    }
    Ok(limits)
}

fn at_least_one(parsed: &Parsed, flag: &'static str) -> Result<Option<usize>, UsageError> {
    match parsed.number(flag)? {
        Some(0) => Err(UsageError::value(flag, "0", "there must be at least one")),
        number => Ok(number),
    }
}

/// Every address that `text` names.
fn addresses(flag: &'static str, text: &str, default: u16) -> Result<Vec<SocketAddr>, UsageError> {
    let wrong = |reason: String| UsageError::value(flag, text, reason);
    if let Ok(port) = text.parse::<u16>() {
        return Ok(vec![SocketAddr::from((Ipv4Addr::LOCALHOST, port))]);
    }
    if let Ok(address) = text.trim_matches(['[', ']']).parse::<IpAddr>() {
        return Ok(vec![SocketAddr::from((address, default))]);
    }
    if let Some(port) = text.strip_prefix(':') {
        // To some programs that means every address: a thing to say, not to guess.
        return Err(wrong(format!("say 127.0.0.1:{port}, or 0.0.0.0:{port} for every address")));
    }
    if !text.contains(':') {
        return Err(wrong("neither a port nor an address".into()));
    }
    let found: Vec<SocketAddr> =
        text.to_socket_addrs().map_err(|error| wrong(error.to_string()))?.collect();
    if found.is_empty() {
        return Err(wrong("the name has no address".into()));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match addresses("http", text, PORT) {
            Ok(found) => found.iter().map(SocketAddr::to_string).collect::<Vec<_>>().join(" "),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn an_address_is_written_in_many_ways() {
        assert_eq!(shown("9000"), "127.0.0.1:9000");
        assert_eq!(shown("0.0.0.0"), "0.0.0.0:8080");
        assert_eq!(shown("::1"), "[::1]:8080");
        assert_eq!(shown("[::1]"), "[::1]:8080");
        assert_eq!(shown("[::]:80"), "[::]:80");
        assert_eq!(shown("127.0.0.2:0"), "127.0.0.2:0");
        assert!(shown("localhost:7000").contains(":7000"));
    }

    #[test]
    fn what_is_no_address_is_said() {
        assert!(shown(":80").contains("say 127.0.0.1:80, or 0.0.0.0:80"));
        assert!(shown("here").contains("neither a port nor an address"));
        assert!(shown("99999").contains("neither a port"));
        assert!(shown("127.0.0.1:99999").starts_with("--http"));
    }
}
