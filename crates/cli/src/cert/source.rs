//! Certificates from a file, PEM or DER, or from a server that shows them.

use crate::exit::Failure;
use lab::security::{Line, SystemRandom};
use sockets::DialOptions;
use std::{fs, path::Path, sync::Arc, time::Duration};
use tls::{ClientConfig, Unverified};
use x509::{Certificate, ServerName};

/// Nobody waits longer for a server that may not speak TLS.
const PATIENCE: Duration = Duration::from_secs(10);

/// What was found.
pub(super) struct Found {
    /// The certificates in their order; one at least.
    pub(super) certificates: Vec<Certificate>,
    /// The host that was asked, if one was.
    pub(super) host: Option<ServerName>,
}

/// The certificates that `what` names.
///
/// # Errors
/// [`Failure`] that names it and says what is wrong.
pub(super) fn chain(what: &str) -> Result<Found, Failure> {
    if Path::new(what).exists() {
        let certificates = file(Path::new(what))?;
        return Ok(Found { certificates, host: None });
    }
    let Some((host, port)) = host_and_port(what) else {
        return Err(Failure::new(1, format!("{what}: there is no such file, and no HOST:PORT")));
    };
    server(host, port).map_err(|reason| Failure::new(1, format!("{what}: {reason}")))
}

fn host_and_port(what: &str) -> Option<(&str, u16)> {
    let (host, port) = what.rsplit_once(':')?;
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    // Without brackets, who could tell where an address ends?
    let host = bare.or((!host.contains(':') && !host.is_empty()).then_some(host))?;
    Some((host, port.parse().ok()?))
}

/// All certificates of a file.
pub(super) fn file(path: &Path) -> Result<Vec<Certificate>, Failure> {
    let wrong =
        |error: &dyn std::fmt::Display| Failure::new(1, format!("{}: {error}", path.display()));
    let octets = fs::read(path).map_err(|error| wrong(&error))?;
    // A SEQUENCE's tag, which is also the digit 0; what follows it in DER is no text.
    let read = if octets.starts_with(&[0x30, 0x82]) {
        Certificate::read(&octets).map(|one| vec![one])
    } else {
        Certificate::from_pem(&octets)
    };
    read.map_err(|error| wrong(&error))
}

/// Shakes hands, believing anybody, and hangs up.
fn server(host: &str, port: u16) -> Result<Found, String> {
    let name = ServerName::parse(host).map_err(|error| error.to_string())?;
    let options = DialOptions { connect_timeout: Some(PATIENCE), ..DialOptions::default() };
    let dialed = sockets::dial(host, port, &options).map_err(|error| error.to_string())?;
    let config = Arc::new(ClientConfig::new(Arc::new(Unverified)));
    let line = Line::open(dialed.stream, config, name.clone(), Box::new(SystemRandom))
        .map_err(|error| error.to_string())?;
    let certificates = line.summary().chain.to_vec();
    line.close().map_err(|error| error.to_string())?;
    Ok(Found { certificates, host: Some(name) })
}

#[cfg(test)]
mod tests {
    use super::host_and_port;

    #[test]
    fn an_address_with_colons_stands_in_brackets() {
        assert_eq!(host_and_port("localhost:443"), Some(("localhost", 443)));
        assert_eq!(host_and_port("[::1]:8443"), Some(("::1", 8443)));
        for none in ["localhost", "::1", "::1:443", ":443", "localhost:https", "a:70000"] {
            assert_eq!(host_and_port(none), None, "{none}");
        }
    }
}
