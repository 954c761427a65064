//! What the flags of `bench` ask for, as the load generator wants it.
//!
//! Invariant: the server's address is found, and found to answer, before the load begins: a wrong
//! name or port is one line and no table of failures.

use crate::{
    args::{Parsed, UsageError, as_text, read_file},
    exit::Failure,
    session::{Field, fields, tls, way},
};
use client::{Http2, core::url};
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use lab::load::{Ask, Datagrams, Plan, Secure};
use sockets::{DialError, DialOptions, dial};
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use x509::ServerName;

/// Connections, streams and threads that may be asked for.
const MOST: usize = 100_000;
/// Threads: more than any machine has processors for this.
const THREADS: usize = 256;
/// What is asked if nobody says how much.
const REQUESTS: u64 = 1000;
/// How long to wait for a sign of life.
const PATIENCE: Duration = Duration::from_secs(10);

/// Reads the flags, and finds the server.
///
/// # Errors
/// [`Failure`].
pub(super) fn plan(parsed: &Parsed) -> Result<Plan, Failure> {
    let text = parsed.operands.first().map(|url| as_text("URL", url)).transpose()?;
    let uri = url::read(text.unwrap_or_default()).map_err(|error| refused(&error))?;
    let (requests, duration) = (parsed.number("requests")?, parsed.seconds("duration")?);
    if requests == Some(0) || duration == Some(Duration::ZERO) {
        return Err(UsageError::value("requests", "0", "nothing would be asked").into());
    }
    let connections = count(parsed, "connections", MOST)?;
    let connections = usize::try_from(requests.unwrap_or(u64::MAX))
        .map_or(connections, |all| connections.min(all));
    let depth = count(parsed, "max-concurrent-streams", usize::from(u16::MAX))?;
    let threads = count(parsed, "threads", THREADS)?;
    let version = version(parsed);
    let patience = parsed.seconds("connect-timeout")?.unwrap_or(PATIENCE);
    let ask = ask(parsed, &uri)?;
    let https = uri.scheme() == "https";
    let http3 = parsed.is("http3") || parsed.is("http3-only");
    if http3 && !https {
        return Err(
            UsageError::value("http3", text.unwrap_or_default(), "only https has it").into()
        );
    }
    let http3 = if http3 { Some(datagrams(parsed, &uri)?) } else { None };
    let secure = https.then(|| secure(parsed, &uri, version)).transpose()?;
    Ok(Plan {
        address: address(parsed, &uri, http3.is_some(), patience)?,
        secure,
        http3,
        http2: version == Http2::Known,
        ask,
        requests: requests.or(if duration.is_none() { Some(REQUESTS) } else { None }),
        connections,
        depth,
        threads,
        duration,
        patience,
    })
}

/// A number from 1 to `most`; 1 where none is said.
fn count(parsed: &Parsed, flag: &'static str, most: usize) -> Result<usize, UsageError> {
    match parsed.number(flag)? {
        None => Ok(1),
        Some(count) if (1..=most).contains(&count) => Ok(count),
        Some(count) => {
            Err(UsageError::value(flag, &count.to_string(), format!("it is 1 to {most}")))
        }
    }
}

/// What may be spoken. As in curl, the flag given last counts.
fn version(parsed: &Parsed) -> Http2 {
    let named = |(flag, _): (&str, _)| match flag {
        "http1.1" => Some(Http2::Never),
        "http2" => Some(Http2::Offered),
        "http2-prior-knowledge" => Some(Http2::Known),
        _ => None,
    };
    parsed.iter().filter_map(named).last().unwrap_or(Http2::Offered)
}

fn ask(parsed: &Parsed, uri: &Uri) -> Result<Ask, Failure> {
    let content = match parsed.raw("data") {
        None => None,
        Some(data) => Some(match data.as_encoded_bytes().strip_prefix(b"@") {
            None => data.as_encoded_bytes().to_vec(),
            Some(_) => {
                let file = as_text("data", data)?.trim_start_matches('@');
                read_file("data", file.as_ref())?
            }
        }),
    };
    let method = match parsed.text("request")? {
        Some(name) => Method::new(name.as_bytes())
            .map_err(|error| UsageError::value("request", name, error.to_string()))?,
        None if content.is_some() => Method::Post,
        None => Method::Get,
    };
    let mut request = Request::new(method, uri.target());
    let agent = concat!("wirebook/", env!("CARGO_PKG_VERSION"));
    let given = [("Host", uri.host_field()), ("User-Agent", agent.to_owned())];
    let given = given.map(|(name, value)| Field::Set(name.to_owned(), value));
    for field in given.into_iter().chain(fields(parsed)?) {
        let (Field::Set(name, _) | Field::Without(name)) = &field;
        let wrong = || UsageError::value("header", name, "it cannot be sent");
        let known = HeaderName::new(name).map_err(|_| wrong())?;
        // Those that are sent anyway are replaced; others may come more than once.
        if matches!(&field, Field::Without(_))
            || [HeaderName::HOST, HeaderName::USER_AGENT].contains(&known)
        {
            request.headers.remove(known);
        }
        if let Field::Set(_, value) = &field {
            let value = HeaderValue::new(value.as_bytes()).map_err(|_| wrong())?;
            request.headers.append(known, value);
        }
    }
    Ok(Ask { request, content: content.map(Into::into) })
}

fn secure(parsed: &Parsed, uri: &Uri, version: Http2) -> Result<Secure, Failure> {
    let mut options = tls::options(parsed)?;
    // Each connection pays for a whole handshake, so that all of them pay the same.
    options.resumption = false;
    let config = options.config(version).map_err(|error| refused(&error))?;
    Ok(Secure { config, name: server_name(uri)? })
}

fn datagrams(parsed: &Parsed, uri: &Uri) -> Result<Datagrams, Failure> {
    let mut options = tls::options(parsed)?;
    options.resumption = false;
    let config = client::quic::Config::new(options).speak(b"h3", &host(uri));
    Ok(Datagrams { config: config.map_err(|error| refused(&error))?, name: server_name(uri)? })
}

fn server_name(uri: &Uri) -> Result<ServerName, Failure> {
    let host = host(uri);
    ServerName::parse(&host).map_err(|error| Failure::new(3, format!("(3) {host}: {error}")))
}

/// curl's code, in front of the line as curl has it.
fn refused(error: &client::Error) -> Failure {
    let code = error.curl_exit_code();
    Failure::new(code, format!("({code}) {error}"))
}

fn host(uri: &Uri) -> String {
    uri.host().map(http::uri::Host::to_dial).unwrap_or_default()
}

/// Where the server answers: the address by which a first connection comes about. By UDP that is
/// known of none before it is spoken to: the first address is taken.
fn address(
    parsed: &Parsed,
    uri: &Uri,
    udp: bool,
    patience: Duration,
) -> Result<SocketAddr, Failure> {
    let options = DialOptions {
        connect_timeout: Some(patience),
        family: way::family(parsed)?,
        overrides: way::overrides(parsed)?,
        ..DialOptions::default()
    };
    let (host, port) = (host(uri), uri.port_or_default().unwrap_or(80));
    let found = if udp {
        sockets::addresses(&host, port, &options, Instant::now().checked_add(patience)).and_then(
            |found| {
                let first = sockets::interleave(&found, options.family).first().copied();
                let family = options.family.name();
                first.ok_or_else(|| DialError::NoAddress { host: host.clone(), family })
            },
        )
    } else {
        dial(&host, port, &options).map(|dialed| dialed.address)
    };
    match found {
        Ok(address) => Ok(address),
        Err(error) => {
            let code = match &error {
                DialError::Resolve { .. } | DialError::NoAddress { .. } => 6,
                DialError::TimedOut { .. } => 28,
                _ => 7,
            };
            Err(Failure::new(code, format!("({code}) {error}")))
        }
    }
}
