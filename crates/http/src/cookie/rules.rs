//! Which host and which path a cookie belongs to.
//!
//! RFC 6265 §5.1.3, §5.1.4
//!
//! | domain        | matches           | does not match              |
//! |---------------|-------------------|-----------------------------|
//! | `example.com` | `www.example.com` | `badexample.com`, `com`     |
//! | `127.0.0.1`   | `127.0.0.1`       | `a.127.0.0.1`               |
//!
//! | path    | matches                 | does not match |
//! |---------|-------------------------|----------------|
//! | `/docs` | `/docs`, `/docs/a`      | `/docsets`     |
//! | `/`     | everything              |                |
//!
//! Invariant: pure functions; a host and a domain are compared as they are, so both must be in
//! lower case, an IPv6 address in brackets.

use crate::{Uri, uri::Host};

/// Whether `host` is `domain` or lies under it. Both in lower case, as [`Host`] keeps names.
pub fn domain_match(host: &str, domain: &str) -> bool {
    if host == domain {
        return true;
    }
    let under = host.strip_suffix(domain).is_some_and(|front| front.ends_with('.'));
    under && !domain.is_empty() && !is_address(host)
}

/// Whether a request for `path` is covered by a cookie's path.
pub fn path_match(path: &str, cookie_path: &str) -> bool {
    path.strip_prefix(cookie_path)
        .is_some_and(|rest| rest.is_empty() || cookie_path.ends_with('/') || rest.starts_with('/'))
}

/// The path of a cookie that names none: the directory of what was asked for (RFC 6265 §5.1.4).
pub fn default_path(uri: &Uri) -> &str {
    let path = uri.path();
    match path.rfind('/') {
        Some(at) if at > 0 && path.starts_with('/') => path.get(..at).unwrap_or("/"),
        _ => "/",
    }
}

/// Whether this is an address, which has no domains under it. In a jar, IPv6 stands in brackets.
pub(super) fn is_address(host: &str) -> bool {
    host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok()
}

/// Whether cookies marked Secure may be set from and sent to this: TLS, or the machine itself,
/// which no network lies before (6265bis §5.8.3 leaves it to the client; curl and browsers do the
/// same).
pub(super) fn is_trustworthy(uri: &Uri) -> bool {
    let loopback = match uri.host() {
        Some(Host::Name(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(host) => host.address().is_some_and(|address| address.is_loopback()),
        None => false,
    };
    loopback || matches!(uri.scheme(), "https" | "wss")
}
