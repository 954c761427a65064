//! Whether to believe a chain: the question that every client asks, asked by hand.
//!
//! RFC 5280 §6, RFC 9525 §6

use super::{now, show, source};
use crate::{
    args::{Parsed, UsageError},
    exit::Failure,
    print,
};
use std::path::PathBuf;
use x509::{Certificate, Refused, Roots, ServerName, Verifier};

/// Prints the chain and the verdict.
///
/// # Errors
/// [`Failure`]: 60 where it is not believed, 77 where there are no roots.
pub(super) fn run(parsed: &Parsed, what: &str, json: bool) -> Result<u8, Failure> {
    let client = parsed.is("client");
    let (name, extra) = (parsed.operands.first(), parsed.operands.get(1));
    if let Some(extra) = extra {
        let operand = extra.to_string_lossy().into_owned();
        return Err(UsageError::ExtraOperand { operand }.into());
    }
    let name = name.map(|name| {
        let name = name.to_string_lossy();
        ServerName::parse(&name)
            .map_err(|error| Failure { usage: true, ..Failure::new(2, error.to_string()) })
    });
    let name = name.transpose()?;
    let verifier = Verifier::new(roots(parsed)?);
    let found = source::chain(what)?;
    let name = name.or(found.host);
    let chain = found.certificates;
    let path = match (&name, client) {
        (_, true) => verifier.verify_client(&chain, now()),
        (Some(name), false) => verifier.verify_server(&chain, name, now()),
        (None, false) => {
            return Err(UsageError::MissingOperand { operand: "the NAME to verify for" }.into());
        }
    };
    let path = path.map(|path| path.certificates().to_vec());
    let verdict = verdict(path, name.as_ref().filter(|_| !client));
    print(&show::told(&chain, now(), json, Some(&verdict)))?;
    match verdict {
        Ok(_) => Ok(0),
        Err(reason) => Err(Failure::new(60, format!("(60) {what}: {reason}"))),
    }
}

fn verdict(
    path: Result<Vec<Certificate>, Refused>,
    name: Option<&ServerName>,
) -> Result<String, String> {
    let path = path.map_err(|refused| refused.to_string())?;
    let root = path.last().map(|root| root.subject().to_string()).unwrap_or_default();
    let whose = name.map_or("a client".into(), ToString::to_string);
    Ok(match path.len() {
        0 | 1 => format!("believed for {whose}: it is a root itself"),
        _ => format!("believed for {whose}: {root} vouches for it, {} certificates", path.len()),
    })
}

/// Whom to believe: `--ca-cert`, or else the system's.
fn roots(parsed: &Parsed) -> Result<Roots, Failure> {
    let file = parsed.raw("ca-cert").map(PathBuf::from);
    let file = file.or_else(|| std::env::var_os("SSL_CERT_FILE").map(PathBuf::from));
    let file = file.unwrap_or_else(|| PathBuf::from("/etc/ssl/certs/ca-certificates.crt"));
    client::tls::from_file(&file).map_err(|error| Failure::new(77, format!("(77) {error}")))
}
