//! Whom a client wants to speak to, and whether a certificate names that one.
//!
//! RFC 9525 §3 (which names count), §6.3 (host names), §6.5 (addresses); RFC 5280 §4.2.1.6
//!
//! | the client wants    | the certificate says   | match                                        |
//! |---------------------|------------------------|----------------------------------------------|
//! | `www.example.com`   | `www.example.com`      | yes, in any case of letters                  |
//! | `www.example.com`   | `*.example.com`        | yes: `*` is one label, whole and left-most   |
//! | `a.b.example.com`   | `*.example.com`        | no: not two labels                           |
//! | `example.com`       | `*.example.com`        | no: not none                                 |
//! | `www.example.com`   | `w*.example.com`       | no: not a part of one                        |
//! | `example.com`       | `*.com`                | no: not under all that a registry has sold   |
//! | `192.0.2.1`         | DNS `192.0.2.1`        | no: an address is an iPAddress               |
//! | `www.example.com`   | CN=www.example.com     | no: the subject is not looked at             |
//!
//! Invariant: a [`DnsName`] is lower-case letters, digits, hyphens and underscores in labels of 1
//! to 63, 253 in all, without a dot at the end, and cannot be mistaken for an address.
//!
//! Used by: `verify`, `tls` (server_name), `client`.

use super::GeneralName;
use std::{fmt, net::IpAddr, str::FromStr};

/// A host's name, as a client has it: with Korean letters already as `xn--…`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DnsName(String);

impl DnsName {
    /// The name, in lower case; a dot at the end is dropped. `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.strip_suffix('.').unwrap_or(text);
        let letter = |octet: u8| octet.is_ascii_alphanumeric() || octet == b'-' || octet == b'_';
        let label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(letter);
        // A last label of digits, or of 0x and hex, is how an address is misspelt (WHATWG URL).
        let last = name.rsplit('.').next().unwrap_or_default();
        let hex = last.strip_prefix("0x").or(last.strip_prefix("0X"));
        let number = last.bytes().all(|octet| octet.is_ascii_digit())
            || hex.is_some_and(|hex| hex.bytes().all(|octet| octet.is_ascii_hexdigit()));
        let fits = name.len() <= 253 && name.split('.').all(label) && !number;
        fits.then(|| Self(name.to_ascii_lowercase()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    // ANCHOR: match
    /// Whether a dNSName of a certificate names this host.
    pub fn is_named_by(&self, presented: &str) -> bool {
        match presented.strip_prefix("*.") {
            // The asterisk stands for the first label, whatever it is, and for no dot. What follows
            // has two labels at least: nobody owns all of `*.com`.
            Some(parent) => {
                let behind = self.0.split_once('.').map(|(_, behind)| behind);
                parent.contains('.') && behind.is_some_and(|own| own.eq_ignore_ascii_case(parent))
            }
            // No other asterisk is special, and no host has one.
            None => self.0.eq_ignore_ascii_case(presented),
        }
    }
    // ANCHOR_END: match
}

impl fmt::Display for DnsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whom a client wants to speak to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ServerName {
    /// A host by its name.
    Dns(DnsName),
    /// A host by its address.
    Ip(IpAddr),
}

/// A text that is neither a host's name nor an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{}' is neither a host name nor an address", .0.escape_debug())]
pub struct NoServerName(pub String);

impl ServerName {
    /// A name or an address, without brackets or port.
    ///
    /// # Errors
    /// [`NoServerName`].
    pub fn parse(text: &str) -> Result<Self, NoServerName> {
        match (text.parse(), DnsName::parse(text)) {
            (Ok(address), _) => Ok(Self::Ip(address)),
            (Err(_), Some(name)) => Ok(Self::Dns(name)),
            (Err(_), None) => Err(NoServerName(text.to_string())),
        }
    }

    /// Whether one of a certificate's names is this one.
    pub fn is_named_by(&self, presented: &GeneralName) -> bool {
        match (self, presented) {
            (Self::Dns(wanted), GeneralName::Dns(presented)) => wanted.is_named_by(presented),
            (Self::Ip(wanted), GeneralName::Ip(presented)) => wanted == presented,
            _ => false,
        }
    }
}

impl FromStr for ServerName {
    type Err = NoServerName;

    fn from_str(text: &str) -> Result<Self, NoServerName> {
        Self::parse(text)
    }
}

impl fmt::Display for ServerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) => name.fmt(f),
            Self::Ip(address) => address.fmt(f),
        }
    }
}
