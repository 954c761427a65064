//! Making: an authority, if none is given, and a certificate under it.
//!
//! ```text
//!   --self-signed        cert.pem key.pem
//!   (nothing)            ca.pem ca-key.pem ──signs──► cert.pem key.pem
//!   --ca-cert --ca-key   the given one     ──signs──► cert.pem key.pem
//!   --client             the same, client.pem client-key.pem
//! ```
//!
//! `cert.pem` holds the chain as a server shows it: its own certificate, then those between it and
//! the root, without the root.

use super::{
    files::{self, NewFile},
    made::{self, Made},
    names, now,
};
use crate::{
    args::{Parsed, UsageError, read_file},
    exit::Failure,
};
use lab::security::SystemRandom;
use std::path::{Path, PathBuf};
use wire::{Random, hex};
use x509::{
    Certificate, Error, GeneralName, SigningKey, Validity,
    issue::{self, Authority, Serial, Usage},
};

/// Days that a certificate holds unless somebody says otherwise, and the most without `--long`:
/// what Chromium takes over QUIC from an authority that it does not know.
const DAYS: (u32, u32) = (13, 14);
/// The most with it: a hundred years. Later times than 9999 cannot be written.
const LONGEST: u32 = 36_500;
/// Days that a new authority holds, unless what it signs holds longer.
const AUTHORITY_DAYS: u32 = 365;

/// Makes what the flags ask for; what there is to tell of it.
pub(super) fn run(parsed: &Parsed, json: bool) -> Result<String, Failure> {
    let client = parsed.is("client");
    let usage = if client { Usage::Client } else { Usage::Server };
    let (names, days) = (wanted(parsed, client)?, days(parsed)?);
    let folder = PathBuf::from(parsed.raw("out").unwrap_or_default());
    let given = given(parsed)?;
    if parsed.is("self-signed") && given.is_some() {
        return Err(UsageError::Conflict { first: "--self-signed", second: "--ca-cert" }.into());
    }
    let generate = generator(parsed.text("key-type")?.unwrap_or("p256"))?;
    let signed = || -> Result<Made, Error> {
        let (now, key) = (now(), generate()?);
        let validity = Validity::from_now(now, days);
        let template = issue::leaf(
            key.public_key(),
            &names,
            usage,
            validity,
            Serial::random(&mut SystemRandom),
        )?;
        if parsed.is("self-signed") {
            let chain = vec![Certificate::read(&template.sign(&key)?)?];
            return Ok(Made {
                chain,
                key,
                authority: None,
                ca: None,
                folder: folder.clone(),
                client,
            });
        }
        let (authority, between) = match given {
            Some((authority, between)) => (authority, between),
            None => {
                let name = format!("Wirebook test authority {}", suffix());
                let validity = Validity::from_now(now, days.max(AUTHORITY_DAYS));
                let serial = Serial::random(&mut SystemRandom);
                (
                    Authority::root(&name, SigningKey::generate_p256()?, validity, serial)?,
                    Vec::new(),
                )
            }
        };
        let mut chain = vec![authority.sign(template)?];
        chain.extend(between);
        let ca = parsed.raw("ca-cert").map(PathBuf::from);
        let authority = Some(authority);
        Ok(Made { chain, key, authority, ca, folder: folder.clone(), client })
    };
    let made = signed().map_err(|error| Failure::new(1, format!("nothing was made: {error}")))?;
    files::write(&folder, &new_files(&made), parsed.is("force"))?;
    Ok(if json { made::json(&made) } else { made::text(&made) })
}

fn wanted(parsed: &Parsed, client: bool) -> Result<Vec<GeneralName>, Failure> {
    let mut wanted: Vec<&str> = Vec::new();
    for operand in &parsed.operands {
        wanted.push(operand.to_str().ok_or(UsageError::NotText { flag: "NAME" })?);
    }
    if wanted.is_empty() {
        wanted = if client { vec!["client"] } else { vec!["localhost", "127.0.0.1", "::1"] };
    }
    let name = |text: &&str| {
        names::name(text, client).map_err(|reason| {
            let line = format!("{text:?} is no name for a certificate: {reason}");
            Failure { usage: true, ..Failure::new(2, line) }
        })
    };
    wanted.iter().map(name).collect()
}

fn days(parsed: &Parsed) -> Result<u32, UsageError> {
    let (usual, most) = DAYS;
    let days = parsed.number("days")?.unwrap_or(usual);
    let most = if parsed.is("long") { LONGEST } else { most };
    let wrong = |reason: String| Err(UsageError::value("days", &days.to_string(), reason));
    match days {
        0 => wrong("a certificate holds for a day at least".into()),
        days if days <= most => Ok(days),
        _ if parsed.is("long") => wrong(format!("{most} are the most")),
        _ => {
            wrong(format!("{most} are the most that Chromium takes over QUIC; --long allows more"))
        }
    }
}

type Generate = fn() -> Result<SigningKey, Error>;

fn generator(kind: &str) -> Result<Generate, UsageError> {
    match kind {
        "p256" => Ok(SigningKey::generate_p256),
        "p384" => Ok(SigningKey::generate_p384),
        "ed25519" => Ok(SigningKey::generate_ed25519),
        "rsa" => Err(UsageError::value("key-type", kind, "RSA keys are taken, but not made here")),
        other => Err(UsageError::value("key-type", other, "it is p256, p384 or ed25519")),
    }
}

/// The authority of `--ca-cert` and `--ca-key`, and the certificates to show with what it signs.
fn given(parsed: &Parsed) -> Result<Option<(Authority, Vec<Certificate>)>, Failure> {
    let (certificate, key) = match (parsed.raw("ca-cert"), parsed.raw("ca-key")) {
        (None, None) => return Ok(None),
        (Some(certificate), Some(key)) => (certificate, key),
        (Some(_), None) => {
            return Err(UsageError::MissingOperand { operand: "--ca-key FILE" }.into());
        }
        (None, Some(_)) => {
            return Err(UsageError::MissingOperand { operand: "--ca-cert FILE" }.into());
        }
    };
    let wrong = |file: &Path, error: &dyn std::fmt::Display| {
        Failure::new(1, format!("{}: {error}", file.display()))
    };
    let (certificate, key) = (Path::new(certificate), Path::new(key));
    let text = read_file("ca-cert", certificate.as_os_str())?;
    let mut chain =
        Certificate::from_pem(&text).map_err(|error| wrong(certificate, &error))?.into_iter();
    let Some(own) = chain.next() else {
        return Err(wrong(certificate, &"there is no certificate in it"));
    };
    let basic = own.extensions().basic_constraints;
    if !basic.is_some_and(|basic| basic.ca) {
        return Err(wrong(certificate, &format!("{} is no authority", own.subject())));
    }
    if own.validity().not_after < now() {
        return Err(wrong(certificate, &format!("it was valid {}", own.validity())));
    }
    let text = read_file("ca-key", key.as_os_str())?;
    let secret = SigningKey::from_pem(&text).map_err(|error| wrong(key, &error))?;
    let between = std::iter::once(own.clone()).chain(chain).filter(|one| !one.is_self_issued());
    let between = between.collect();
    let authority = Authority::from_parts(own, secret).map_err(|_| {
        let line = format!("{} is not the key of {}", key.display(), certificate.display());
        Failure::new(1, line)
    })?;
    Ok(Some((authority, between)))
}

/// Tells authorities apart: a browser that has one by the same name looks for its key.
fn suffix() -> String {
    let mut octets = [0; 3];
    SystemRandom.fill(&mut octets);
    hex::encode(&octets)
}

fn new_files(made: &Made) -> Vec<NewFile> {
    let mut files = Vec::new();
    let mut add = |path: PathBuf, text: String, private| {
        files.push(NewFile { path, text, private });
    };
    if let (Some(authority), None) = (&made.authority, &made.ca) {
        add(made.folder.join("ca-key.pem"), authority.key().to_pkcs8_pem(), true);
        add(made.folder.join("ca.pem"), authority.certificate().to_pem(), false);
    }
    add(made.key_path(), made.key.to_pkcs8_pem(), true);
    add(made.path(), made.chain.iter().map(Certificate::to_pem).collect(), false);
    files
}
