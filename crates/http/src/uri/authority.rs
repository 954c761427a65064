//! Who answers for a URI: a host, perhaps a port, and in old URIs a user.
//!
//! RFC 3986 §3.2, RFC 9110 §7.2
//!
//! ```text
//! authority  = [ userinfo "@" ] host [ ":" port ]
//! host       = IP-literal / IPv4address / reg-name
//! IP-literal = "[" IPv6address "]"
//! reg-name   = *( unreserved / pct-encoded / sub-delims )
//! Host       = host [ ":" port ]                        the field of that name
//! ```
//!
//! A host is an IPv4 address only in its one canonical form; `127.1` and `0x7f000001` are names,
//! as the RFC has it, although some resolvers would read them as addresses.
//!
//! Invariant: a name is in lower case, so that equal hosts are equal text.
//!
//! Used by: `Uri`, the Host field's check in HTTP/1, the pool's keys.

use super::{InvalidUri, percent};
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// A host by kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Host {
    /// A registered name in lower case; empty only in URIs such as `file:///etc/hosts`.
    Name(String),
    /// Four numbers.
    V4(Ipv4Addr),
    /// An address that stands in brackets.
    V6(Ipv6Addr),
}

impl Host {
    /// The address, where the host is one.
    pub const fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Name(_) => None,
            Self::V4(address) => Some(IpAddr::V4(*address)),
            Self::V6(address) => Some(IpAddr::V6(*address)),
        }
    }

    /// What a resolver or a dialler takes: a name or an address without brackets.
    pub fn to_dial(&self) -> String {
        match self {
            Self::V6(address) => address.to_string(),
            other => other.to_string(),
        }
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Name(name) if name.is_empty())
    }
}

/// As it stands in a URI: an IPv6 address in brackets.
impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::V4(address) => write!(f, "{address}"),
            Self::V6(address) => write!(f, "[{address}]"),
        }
    }
}

/// Host, perhaps port, perhaps user.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Authority {
    userinfo: Option<String>,
    host: Host,
    port: Option<u16>,
}

impl Authority {
    /// `host` and `port` without a user.
    pub const fn new(host: Host, port: Option<u16>) -> Self {
        Self { userinfo: None, host, port }
    }

    /// A URI's authority, which may name a user and may have an empty host.
    ///
    /// # Errors
    /// [`InvalidUri`] with the offset of the first octet that cannot stand there.
    pub fn parse(text: &str) -> Result<Self, InvalidUri> {
        let (userinfo, rest) = match text.rsplit_once('@') {
            Some((user, rest)) => (Some(user), rest),
            None => (None, text),
        };
        if let Some(user) = userinfo {
            percent::check(user, "userinfo", percent::is_userinfo)?;
        }
        let before = text.len() - rest.len();
        let Split { host, port } = Split::of(rest).map_err(|error| error.moved(before))?;
        Ok(Self { userinfo: userinfo.map(Into::into), host: host.to_host(), port })
    }

    /// The value of a Host field: no user, a host that is there, an optional port (RFC 9110 §7.2).
    /// The empty value, which RFC 9112 §3.2 gives to targets without an authority, is
    /// [`InvalidUri::NoHost`] here: for `http` URIs it never is right.
    ///
    /// # Errors
    /// [`InvalidUri`] with the offset of the first octet that cannot stand there.
    pub fn parse_host(value: &[u8]) -> Result<Self, InvalidUri> {
        let Split { host, port } = Split::of_host(value)?;
        Ok(Self { userinfo: None, host: host.to_host(), port })
    }

    /// Whether [`parse_host`](Self::parse_host) would succeed, without allocating: a server asks
    /// this of every request.
    ///
    /// # Errors
    /// As [`parse_host`](Self::parse_host).
    pub fn check_host(value: &[u8]) -> Result<(), InvalidUri> {
        // Nearly all hosts are letters, digits, dots and hyphens, and their ports four digits at
        // most: one look at each octet.
        let plain = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'.' | b'-');
        let name = value.iter().position(|octet| !plain(octet)).unwrap_or(value.len());
        match value.split_at_checked(name) {
            Some(([_, ..], [])) => Ok(()),
            Some(([_, ..], [b':', port @ ..]))
                if port.len() < 5 && port.iter().all(u8::is_ascii_digit) =>
            {
                Ok(())
            }
            _ => Split::of_host(value).map(|_| ()),
        }
    }

    /// The host.
    pub const fn host(&self) -> &Host {
        &self.host
    }

    /// The port, where one is written.
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    /// What stands before the `@`, still percent-encoded.
    pub fn userinfo(&self) -> Option<&str> {
        self.userinfo.as_deref()
    }

    /// User and password, decoded; a password that is not there is empty. Octets, since a server
    /// may expect any charset.
    pub fn credentials(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let info = self.userinfo()?;
        let (user, password) = info.split_once(':').unwrap_or((info, ""));
        let plain = |text: &str| Some(percent::decode(text.as_bytes()).ok()?.into_owned());
        Some((plain(user)?, plain(password)?))
    }

    /// The same without the user: what may go into Host and Referer.
    #[must_use]
    pub fn without_userinfo(&self) -> Self {
        Self { userinfo: None, host: self.host.clone(), port: self.port }
    }

    /// The same with another port, or none.
    #[must_use]
    pub fn with_port(mut self, port: Option<u16>) -> Self {
        self.port = port;
        self
    }
}

impl fmt::Display for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(user) = &self.userinfo {
            write!(f, "{user}@")?;
        }
        write!(f, "{}", self.host)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

/// Host and port, checked and not yet copied.
struct Split<'a> {
    host: Kind<'a>,
    port: Option<u16>,
}

enum Kind<'a> {
    Name(&'a str),
    V4(Ipv4Addr),
    V6(Ipv6Addr),
}

impl Kind<'_> {
    fn to_host(&self) -> Host {
        match self {
            // Digits may have been encoded too; what they spell once decoded is what counts.
            Self::Name(name) if name.contains('%') => {
                let name = lower(name);
                name.parse().map_or(Host::Name(name), Host::V4)
            }
            Self::Name(name) => Host::Name(name.to_ascii_lowercase()),
            Self::V4(address) => Host::V4(*address),
            Self::V6(address) => Host::V6(*address),
        }
    }
}

impl<'a> Split<'a> {
    fn of_host(value: &'a [u8]) -> Result<Self, InvalidUri> {
        let text = std::str::from_utf8(value)
            .map_err(|error| InvalidUri::Octet { part: "host", offset: error.valid_up_to() })?;
        // By octets: a search made for long texts costs more than a host is long.
        if let Some(offset) = value.iter().position(|octet| *octet == b'@') {
            return Err(InvalidUri::Userinfo { offset });
        }
        match Self::of(text)? {
            Self { host: Kind::Name(""), .. } => Err(InvalidUri::NoHost { offset: 0 }),
            split => Ok(split),
        }
    }

    fn of(text: &'a str) -> Result<Self, InvalidUri> {
        if let Some(inside) = text.strip_prefix('[') {
            let bad = InvalidUri::Literal { offset: 0 };
            let (address, port) = inside.split_once(']').ok_or(bad)?;
            let host = Kind::V6(address.parse().map_err(|_| bad)?);
            return Ok(Self { host, port: read_port(port, address.len() + 2)? });
        }
        let colon = text.bytes().position(|octet| octet == b':').unwrap_or(text.len());
        let (name, port) = text.split_at_checked(colon).unwrap_or((text, ""));
        percent::check(name, "host", percent::is_name)?;
        // Most names begin with a letter; only digits are worth the look.
        let address = name.starts_with(|first: char| first.is_ascii_digit()).then(|| name.parse());
        let host = match address {
            Some(Ok(address)) => Kind::V4(address),
            _ => Kind::Name(name),
        };
        Ok(Self { host, port: read_port(port, name.len())? })
    }
}

/// `:` and digits, or nothing; a port of no digits is none (RFC 3986 §3.2.3).
fn read_port(text: &str, offset: usize) -> Result<Option<u16>, InvalidUri> {
    let bad = InvalidUri::Port { offset: offset + 1 };
    match text.strip_prefix(':') {
        None if text.is_empty() => Ok(None),
        Some("") => Ok(None),
        Some(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => {
            digits.parse().map(Some).map_err(|_| bad)
        }
        Some(_) => Err(bad),
        None => Err(InvalidUri::Port { offset }),
    }
}

/// Letters in lower case, the digits of triplets in upper case (RFC 3986 §6.2.2.1).
fn lower(name: &str) -> String {
    // Once for letters that were encoded, once more for the digits that lower-casing touched.
    percent::normalise(&percent::normalise(name).to_ascii_lowercase())
}
