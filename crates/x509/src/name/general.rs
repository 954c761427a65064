//! General names: what a key may be said to belong to.
//!
//! RFC 5280 §4.2.1.6
//!
//! | tag    | form                       | contents                                  |
//! |--------|----------------------------|-------------------------------------------|
//! | `[0]`  | otherName                  | a type and anything                       |
//! | `[1]`  | rfc822Name                 | ASCII: a mailbox                          |
//! | `[2]`  | dNSName                    | ASCII: a host, perhaps `*.` in front      |
//! | `[3]`  | x400Address                | nobody uses it                            |
//! | `[4]`  | directoryName              | a Name, under a tag of its own            |
//! | `[5]`  | ediPartyName               | nobody uses it                            |
//! | `[6]`  | uniformResourceIdentifier  | ASCII: a URI                              |
//! | `[7]`  | iPAddress                  | 4 or 16 octets                            |
//! | `[8]`  | registeredID               | an OBJECT IDENTIFIER                      |
//!
//! Invariant: a text is ASCII; an address has the length of one.
//!
//! Used by: `certificate` (subjectAltName), `verify` (constraints).

use super::DistinguishedName;
use crate::{
    Error, Violation,
    der::{Reader, Tag},
};
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// A name of one of the nine forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GeneralName {
    /// A host's name as it stood: it may be no name at all, and then matches nothing.
    Dns(String),
    /// An address.
    Ip(IpAddr),
    /// A distinguished name.
    Directory(DistinguishedName),
    /// A mailbox.
    Email(String),
    /// A URI.
    Uri(String),
    /// One of the other forms, which name no server; kept as its number and contents.
    Other {
        /// The number of its tag.
        form: u8,
        /// The contents.
        contents: Vec<u8>,
    },
}

impl GeneralName {
    /// The number of its tag.
    pub fn form(&self) -> u8 {
        match self {
            Self::Email(_) => 1,
            Self::Dns(_) => 2,
            Self::Directory(_) => 4,
            Self::Uri(_) => 6,
            Self::Ip(_) => 7,
            Self::Other { form, .. } => *form,
        }
    }

    /// Reads a GeneralName.
    ///
    /// # Errors
    /// What is wrong with the DER; [`Violation::NameForm`], [`Violation::IpLength`],
    /// [`Violation::StringInvalid`].
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let start = reader.offset();
        let name = match reader.peek() {
            Some(tag @ Tag(0x81)) => Self::Email(reader.ascii("rfc822Name", tag)?.to_string()),
            Some(tag @ Tag(0x82)) => Self::Dns(reader.ascii("dNSName", tag)?.to_string()),
            Some(tag @ Tag(0xa4)) => {
                let name =
                    reader.structure("directoryName", "RFC 5280 §4.2.1.6", tag, |inner| {
                        DistinguishedName::read(inner, "Name")
                    })?;
                Self::Directory(name)
            }
            Some(tag @ Tag(0x86)) => {
                Self::Uri(reader.ascii("uniformResourceIdentifier", tag)?.to_string())
            }
            Some(tag @ Tag(0x87)) => {
                let octets = reader.value("iPAddress", tag)?;
                let violation = Violation::IpLength { octets: octets.len() };
                let address = address(octets).ok_or(violation.at("iPAddress", start))?;
                reader.explain(|| address.to_string());
                Self::Ip(address)
            }
            Some(tag @ Tag(0xa0 | 0xa3 | 0xa5 | 0x88)) => {
                let contents = reader.value("GeneralName", tag)?.to_vec();
                Self::Other { form: tag.number(), contents }
            }
            Some(tag) => return Err(reader.error(Violation::NameForm { tag }, "GeneralName")),
            None => return Err(reader.error(Violation::Truncated, "GeneralName")),
        };
        Ok(name)
    }
}

/// An address from its octets.
pub(crate) fn address(octets: &[u8]) -> Option<IpAddr> {
    let four = || Some(IpAddr::V4(Ipv4Addr::from(<[u8; 4]>::try_from(octets).ok()?)));
    let sixteen = || Some(IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(octets).ok()?)));
    four().or_else(sixteen)
}

/// The octets of an address.
pub(crate) fn address_octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(four) => four.octets().to_vec(),
        IpAddr::V6(sixteen) => sixteen.octets().to_vec(),
    }
}

impl fmt::Display for GeneralName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) => write!(f, "DNS:{}", name.escape_debug()),
            Self::Ip(address) => write!(f, "IP:{address}"),
            Self::Directory(name) => write!(f, "DirName:{name}"),
            Self::Email(mailbox) => write!(f, "email:{}", mailbox.escape_debug()),
            Self::Uri(uri) => write!(f, "URI:{}", uri.escape_debug()),
            Self::Other { form, contents } => {
                write!(f, "[{form}]:{}", wire::hex::encode(contents))
            }
        }
    }
}
