//! A name becomes addresses, by the system's own resolver.
//!
//! getaddrinfo(3) answers with IPv4 and IPv6 addresses together, sorted by RFC 6724, after both
//! questions were answered. RFC 8305 §3 would ask them apart, start to connect as soon as the first
//! family is there, and give IPv6 50 ms to come second (the *resolution delay*). That cannot be had
//! from getaddrinfo; the race between the addresses (§5) can, and is what we do.
//!
//! It cannot be interrupted either. So that a timeout covers it, it runs on a thread of its own,
//! which is left behind when the time is over and ends when the resolver does.
//!
//! Used by: [`dial`](super::dial).

use super::{DialError, DialOptions, Phase};
use std::{
    io,
    net::{IpAddr, SocketAddr, ToSocketAddrs},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Instant,
};

/// The addresses of `host`, in the system's order of preference; a literal address is itself.
///
/// # Errors
/// What getaddrinfo says: an unknown name, no resolver, a name with a NUL in it.
pub fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    match literal(host) {
        Some(address) => Ok(vec![SocketAddr::new(address, port)]),
        None => (host, port).to_socket_addrs().map(Iterator::collect),
    }
}

/// `192.0.2.1`, `2001:db8::1` or, as in a URI, `[2001:db8::1]` (RFC 3986 §3.2.2).
pub(super) fn literal(host: &str) -> Option<IpAddr> {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match bare {
        Some(inside) => inside.parse().ok().map(IpAddr::V6),
        None => host.parse().ok(),
    }
}

/// The addresses of `host` as `options` would have them: overrides, literals, then the resolver,
/// within the time that is left until `deadline`. Any family; [`interleave`](super::interleave)
/// chooses and orders.
///
/// # Errors
/// [`DialError::Resolve`], [`DialError::TimedOut`]
pub fn addresses(
    host: &str,
    port: u16,
    options: &DialOptions,
    deadline: Option<Instant>,
) -> Result<Vec<SocketAddr>, DialError> {
    let mine = |entry: &&(String, u16, Vec<IpAddr>)| {
        entry.1 == port && (entry.0 == "*" || entry.0.eq_ignore_ascii_case(host))
    };
    if let Some((_, _, given)) = options.overrides.iter().find(mine) {
        return Ok(given.iter().map(|&address| SocketAddr::new(address, port)).collect());
    }
    let failed = |source| DialError::Resolve { host: host.to_string(), source };
    let Some(deadline) = deadline.filter(|_| literal(host).is_none()) else {
        return resolve(host, port).map_err(failed);
    };
    let (sender, receiver) = mpsc::channel();
    let name = host.to_string();
    thread::Builder::new().name("resolver".into()).spawn(move || {
        // The other end is gone when the time was over.
        let _ = sender.send(resolve(&name, port));
    })?;
    match receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        Ok(answer) => answer.map_err(failed),
        Err(RecvTimeoutError::Timeout) => Err(DialError::TimedOut {
            host: host.to_string(),
            port,
            after: options.connect_timeout.unwrap_or_default(),
            phase: Phase::Resolving,
            attempts: Vec::new(),
        }),
        Err(RecvTimeoutError::Disconnected) => Err(failed(io::Error::other("the resolver died"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_need_no_resolver() {
        for (text, expected) in [
            ("127.0.0.1", Some("127.0.0.1")),
            ("::1", Some("::1")),
            ("[::1]", Some("::1")),
            ("[127.0.0.1]", None),
            ("[::1", None),
            ("127.1", None),
            ("example.com", None),
            ("", None),
        ] {
            assert_eq!(literal(text), expected.map(|text| text.parse().unwrap()), "{text}");
        }
    }
}
