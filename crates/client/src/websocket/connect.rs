//! The handshake: an HTTP request that asks to speak something else.
//!
//! RFC 6455 §4.1, RFC 9110 §7.8
//!
//! ```text
//! GET /chat HTTP/1.1                       HTTP/1.1 101 Switching Protocols
//! Host: a.example                          Upgrade: websocket
//! Connection: Upgrade                      Connection: Upgrade
//! Upgrade: websocket                       Sec-WebSocket-Accept: the key, hashed
//! Sec-WebSocket-Version: 13                Sec-WebSocket-Protocol: the one that was chosen
//! Sec-WebSocket-Key: 16 random octets      Sec-WebSocket-Extensions: those agreed on
//! ```
//!
//! Over HTTP/2 and HTTP/3 it is an extended CONNECT on a stream, without a key, and the answer is a
//! 200 (RFC 8441 §5, RFC 9220 §3).
//!
//! Invariant: an answer other than a 101 that proves it has read the key is an error, and nothing
//! of it is taken for frames.

use super::{Options, WebSocket, socket::Handshake as Shaken};
use crate::{Error, Response, Session, core::url, driver::random::SystemOctets};
use ::websocket::{Connection, handshake::Handshake};
use http::{HeaderMap, Method, StatusCode, Uri, Version};
use std::{io::Read, time::Instant};

/// Octets of a refusal that are looked at, and characters that are shown.
const EXCERPT: (u64, usize) = (1024, 160);

/// Opens a WebSocket at `url`: `ws://host/path?query` or `wss://…`, the scheme left out if one likes
/// (then it is `ws`). Cookies,
/// credentials, proxies, default fields, time-outs and the trace are those of `session`.
///
/// # Errors
/// [`Error::Refused`] where the server answers anything but 101; [`Error::Handshake`] where its 101
/// is wrong; whatever else keeps a response from coming.
pub fn connect(session: &Session, url: &str, options: &Options) -> Result<WebSocket, Error> {
    let target = url::read_websocket(url)?;
    let mut random = SystemOctets::new()?;
    let streams = options.version.filter(|version| *version >= Version::Http2);
    let handshake = match streams {
        Some(_) => Handshake::connect(options.asked()?),
        None => Handshake::new(&mut random, options.asked()?),
    };
    let mut request = session
        .request(Method::Get, &target.to_string())?
        .upgrades()
        .version(streams.unwrap_or(Version::Http11))
        .redirects(options.redirects);
    if streams.is_some() {
        request = request.protocol("websocket");
    }
    let fields = handshake.fields();
    if let Some(name) = own(options, &fields) {
        return Err(Error::Request(format!("the field {name:?} is made by the handshake")));
    }
    for (name, value) in fields.iter().chain(&options.headers) {
        request = request.header(name.as_str(), value.as_bytes());
    }
    if let Some(origin) = &options.origin {
        request = request.header("Origin", origin);
    }
    for name in &options.without {
        request = request.without_header(name);
    }
    if let Some(timeouts) = options.timeouts {
        request = request.timeouts(timeouts);
    }
    let timeouts = request.parts.timeouts;
    let response = request.send()?;
    let switched = match streams {
        Some(_) => response.status.is_success(),
        None => response.status == StatusCode::SWITCHING_PROTOCOLS,
    };
    if !switched {
        return Err(refused(response));
    }
    let head = http::Response {
        status: response.status,
        version: response.version,
        headers: response.headers.clone(),
    };
    let (url, history) = (as_websocket(&response.url), response.history.clone());
    let from = url.host().map(ToString::to_string).unwrap_or_default();
    let agreed = handshake.finish(&head).map_err(|source| Error::Handshake { from, source })?;
    let upgraded = response.upgrade().ok_or_else(|| {
        Error::Request("the adapter for this URL has no stream behind its answer".into())
    })?;
    let now = Instant::now();
    let connection = Connection::client(&agreed, &options.limits, Box::new(random), now);
    let timings = upgraded.timings;
    let shaken = Shaken { url, headers: head.headers, history, agreed, timings };
    WebSocket::new(upgraded, connection, &options.limits, timeouts, shaken)
}

/// A field among the caller's that is the handshake's own.
fn own(options: &Options, fields: &HeaderMap) -> Option<String> {
    let mut names = options.headers.into_iter().map(|(name, _)| name);
    names.find(|name| fields.contains(*name)).map(|name| name.as_str().to_owned())
}

/// The URL of the handshake as the WebSocket's.
fn as_websocket(url: &Uri) -> Uri {
    let text = url.to_string();
    // `http` becomes `ws`, `https` becomes `wss`.
    let rest = text.strip_prefix("http").unwrap_or(&text);
    Uri::parse(&format!("ws{rest}")).unwrap_or_else(|_| url.clone())
}

/// What a server said instead of switching.
fn refused(response: Response) -> Error {
    let (status, url) = (response.status, as_websocket(&response.url).to_string());
    let mut octets = Vec::new();
    // What cannot be read is not shown; the status stands all the same.
    let _ = response.take(EXCERPT.0).read_to_end(&mut octets);
    let text = String::from_utf8(octets).unwrap_or_default();
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let shown = line.chars().filter(|character| !character.is_control()).take(EXCERPT.1);
    let excerpt: String = shown.collect();
    // Many a page begins with its status, which is said already.
    let known = format!("{status} {}", status.reason());
    let excerpt = excerpt.strip_prefix(&known).unwrap_or(&excerpt);
    Error::Refused { status, url, excerpt: excerpt.trim_start_matches([':', ' ']).to_owned() }
}
