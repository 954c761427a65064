//! `https` and `wss`: whom to believe, who we are, what is offered. curl's names.
//!
//! | flag                         | says                                                      |
//! |------------------------------|-----------------------------------------------------------|
//! | `--cacert`, `--capath`, `-k` | who may vouch for the server                              |
//! | `--pinnedpubkey`             | which keys it may have                                    |
//! | `--cert`, `--key`            | who we are                                                |
//! | `--tls-max`, `--tlsv1.3` …   | which versions; there is one                              |
//! | `--tls13-ciphers`, `--curves`, `--no-alpn` | what is offered                             |
//! | `--tls-earlydata`            | whether a request may go along with the first flight      |
//! | `--keylog`, `SSLKEYLOGFILE`  | where the secrets go                                      |
//!
//! Invariant: a file of roots is read only where a handshake needs it.

use crate::{
    args::{Flag, Parsed, UsageError, switch, valued},
    exit::Failure,
};
use client::tls::{self, KeyLogFile, NamedGroup, Options, Pin, Suite, Trust, Version};
use std::{env, ffi::OsString, path::Path, sync::Arc};

/// The flags, for a section of their own.
pub(crate) const FLAGS: &[Flag] = &[
    valued(None, "cacert", "FILE", "believe the certificates in FILE, and not the system's"),
    valued(None, "capath", "DIR", "believe the certificates of all files in DIR"),
    valued(Some('E'), "cert", "FILE", "show this certificate, if the server asks for one (PEM)"),
    valued(None, "key", "FILE", "the key of --cert; unless you say, it is in the same file"),
    switch(Some('k'), "insecure", "believe any certificate: private, but nobody knows with whom"),
    valued(
        None,
        "pinnedpubkey",
        "HASHES",
        "the server's key must be one of these: sha256//BASE64, separated by semicolons",
    ),
    switch(None, "tlsv1.3", "speak TLS 1.3, which is all that is spoken here"),
    switch(None, "tlsv1.2", "speak TLS 1.2 or later: 1.3"),
    valued(None, "tls-max", "VERSION", "speak no later version than this: 1.3, or nothing can be"),
    valued(
        None,
        "tls13-ciphers",
        "LIST",
        "offer these suites, the best first, separated by colons",
    ),
    valued(None, "curves", "LIST", "offer these groups: X25519, P-256; separated by colons"),
    switch(None, "alpn", "say what shall be spoken inside, which is the default"),
    switch(None, "no-alpn", "do not say what shall be spoken inside"),
    switch(
        None,
        "tls-earlydata",
        "send a GET along with the first flight, where the server gave a ticket for that; others \
         could send it again",
    ),
    switch(None, "early-data", "the same as --tls-earlydata"),
    valued(
        None,
        "keylog",
        "FILE",
        "add the secrets of each connection to FILE, for Wireshark; else the file that SSLKEYLOGFILE \
         names",
    ),
];

/// What the flags say.
///
/// # Errors
/// [`Failure`]: a value that is none, a certificate or key that cannot be read (58).
pub(crate) fn options(parsed: &Parsed) -> Result<Options, Failure> {
    versions(parsed)?;
    let mut options = Options { trust: trust(parsed)?, ..Options::default() };
    options.pins = pins(parsed)?;
    if let Some(certificate) = parsed.raw("cert") {
        let key = parsed.raw("key").map(Path::new);
        let read = tls::identity(Path::new(certificate), key);
        options.identity = Some(read.map_err(|error| {
            let code = error.curl_exit_code();
            Failure::new(code, format!("({code}) {error}"))
        })?);
    } else if parsed.is("key") {
        return Err(UsageError::value("key", "", "without --cert there is nothing to prove").into());
    }
    if let Some(list) = parsed.text("tls13-ciphers")? {
        options.suites = read_list("tls13-ciphers", list, suite)?;
    }
    if let Some(list) = parsed.text("curves")? {
        options.groups = read_list("curves", list, group)?;
    }
    options.alpn = !parsed.is("no-alpn");
    options.early_data = parsed.is("tls-earlydata") || parsed.is("early-data");
    options.reveal_secrets = parsed.count("verbose") > 2;
    if let Some(file) = key_log(parsed) {
        let wrong = |error| UsageError::value("keylog", &file.to_string_lossy(), error);
        options.key_log = Some(Arc::new(KeyLogFile::open(Path::new(&file)).map_err(wrong)?));
    }
    Ok(options)
}

fn versions(parsed: &Parsed) -> Result<(), UsageError> {
    let most = match parsed.text("tls-max")? {
        None | Some("default") => return Ok(()),
        Some(text) => {
            Version::parse(text).ok_or_else(|| UsageError::value("tls-max", text, "it is none"))?
        }
    };
    match Options::default().versions(Version::Tls10, most) {
        Ok(_) => Ok(()),
        Err(error) => Err(UsageError::value("tls-max", most.name(), error)),
    }
}

fn trust(parsed: &Parsed) -> Result<Trust, UsageError> {
    Ok(match (parsed.raw("cacert"), parsed.raw("capath")) {
        _ if parsed.is("insecure") => Trust::Anybody,
        (Some(_), Some(_)) => {
            return Err(UsageError::Conflict { first: "--cacert", second: "--capath" });
        }
        (Some(file), None) => Trust::File(file.into()),
        (None, Some(folder)) => Trust::Folder(folder.into()),
        (None, None) => Trust::System,
    })
}

fn pins(parsed: &Parsed) -> Result<Vec<Pin>, UsageError> {
    let Some(list) = parsed.text("pinnedpubkey")? else { return Ok(Vec::new()) };
    let pin = |text: &str| {
        let wrong = || UsageError::value("pinnedpubkey", text, "it must be sha256//BASE64");
        Pin::parse(text.trim()).ok_or_else(wrong)
    };
    list.split(';').filter(|text| !text.trim().is_empty()).map(pin).collect()
}

fn key_log(parsed: &Parsed) -> Option<OsString> {
    let given = parsed.raw("keylog").map(OsString::from);
    given.or_else(|| env::var_os("SSLKEYLOGFILE")).filter(|file| !file.is_empty())
}

fn read_list<T>(
    flag: &'static str,
    list: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, UsageError> {
    let names = list.split([':', ',']).map(str::trim).filter(|name| !name.is_empty());
    let one = |name: &str| {
        read(name).ok_or_else(|| UsageError::value(flag, name, "it is none that is spoken here"))
    };
    let all: Vec<T> = names.map(one).collect::<Result<_, _>>()?;
    if all.is_empty() { Err(UsageError::value(flag, list, "it names none")) } else { Ok(all) }
}

fn suite(name: &str) -> Option<Suite> {
    Suite::ALL.into_iter().find(|suite| suite.name().eq_ignore_ascii_case(name))
}

/// By the RFC's name, NIST's or OpenSSL's.
fn group(name: &str) -> Option<NamedGroup> {
    let alias = match name.to_ascii_lowercase().as_str() {
        "p-256" | "prime256v1" => "secp256r1".to_owned(),
        "p-384" => "secp384r1".to_owned(),
        other => other.to_owned(),
    };
    tls::GROUPS.iter().copied().find(|group| group.name() == alias)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_and_groups_have_several_names() {
        assert_eq!(suite("tls_aes_128_gcm_sha256"), Some(Suite::Aes128GcmSha256));
        assert_eq!(suite("TLS_AES_128_CCM_SHA256"), None);
        for name in ["P-256", "prime256v1", "secp256r1"] {
            assert_eq!(group(name), Some(NamedGroup::SECP256R1));
        }
        assert_eq!(group("X25519"), Some(NamedGroup::X25519));
        assert_eq!(group("X448"), None);
    }
}
