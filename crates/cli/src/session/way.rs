//! By which way a request goes: addresses, sockets, proxies.

use crate::args::{Parsed, UsageError};
use client::{
    Family, SessionBuilder,
    core::proxy::{NoProxy, Proxies, Proxy},
};
use std::{env, net::IpAddr};

/// The proxies: the flag's, or the environment's.
///
/// # Errors
/// [`UsageError::BadValue`] for a proxy that is none.
pub(super) fn proxies(parsed: &Parsed) -> Result<Proxies, UsageError> {
    let mut proxies = match parsed.text("proxy")? {
        Some("") => Proxies::default(),
        Some(proxy) => {
            let wrong =
                |error| UsageError::value("proxy", &client::core::url::redact(proxy), error);
            Proxies::only(Proxy::parse(proxy).map_err(wrong)?)
        }
        None => Proxies::from_variables(|name| env::var(name).ok())
            .map_err(|error| UsageError::value("proxy", "of the environment", error))?,
    };
    if let Some(list) = parsed.text("noproxy")? {
        proxies.direct = NoProxy::parse(list);
    }
    Ok(proxies)
}

/// Addresses and sockets.
///
/// # Errors
/// [`UsageError`].
pub(super) fn addresses(
    parsed: &Parsed,
    mut builder: SessionBuilder,
) -> Result<SessionBuilder, UsageError> {
    builder = builder.family(family(parsed)?);
    for (host, port, addresses) in overrides(parsed)? {
        builder = builder.resolve(&host, port, addresses);
    }
    if let Some(path) = parsed.raw("unix-socket") {
        builder = builder.unix_socket(path);
    }
    Ok(builder)
}

/// Which addresses may be used.
///
/// # Errors
/// [`UsageError::Conflict`].
pub(crate) fn family(parsed: &Parsed) -> Result<Family, UsageError> {
    match (parsed.is("ipv4"), parsed.is("ipv6")) {
        (true, true) => Err(UsageError::Conflict { first: "-4", second: "-6" }),
        (true, false) => Ok(Family::V4),
        (false, true) => Ok(Family::V6),
        (false, false) => Ok(Family::Any),
    }
}

/// Names that are not looked up: host, port, addresses.
///
/// # Errors
/// [`UsageError::BadValue`].
pub(crate) fn overrides(parsed: &Parsed) -> Result<Vec<(String, u16, Vec<IpAddr>)>, UsageError> {
    parsed.texts("resolve")?.into_iter().map(resolve).collect()
}

/// `HOST:PORT:ADDRESS[,ADDRESS]…`; an IPv6 address may stand in brackets.
fn resolve(text: &str) -> Result<(String, u16, Vec<IpAddr>), UsageError> {
    let wrong = |reason| UsageError::value("resolve", text, reason);
    let form = "it must be HOST:PORT:ADDRESS,…";
    let (host, rest) = text.split_once(':').ok_or_else(|| wrong(form))?;
    let (port, list) = rest.split_once(':').ok_or_else(|| wrong(form))?;
    let port = port.parse().map_err(|_| wrong("the port is none"))?;
    let address = |text: &str| text.trim_matches(['[', ']']).parse();
    let addresses: Result<Vec<IpAddr>, _> = list.split(',').map(address).collect();
    let addresses = addresses.map_err(|_| wrong("the address is none"))?;
    // curl has a `+` for entries that expire; here all of them stay.
    Ok((host.trim_start_matches('+').to_owned(), port, addresses))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_given_addresses() {
        let (host, port, addresses) = resolve("a.example:80:127.0.0.1,[::1]").unwrap();
        assert_eq!((host.as_str(), port, addresses.len()), ("a.example", 80, 2));
        for wrong in ["a", "a:80", "a:x:127.0.0.1", "a:80:b", "a:80:"] {
            assert!(resolve(wrong).is_err(), "{wrong}");
        }
    }
}
