//! Through whom a request goes: the proxy for a URL, as the environment or the caller says.
//!
//! RFC 9110 §3.7 and §9.3.6 (CONNECT), RFC 9112 §3.2.2 (absolute-form); the variables are a custom
//! that curl, Python and many others share.
//!
//! ```text
//! http  through a proxy    GET http://origin/path HTTP/1.1      the proxy reads all
//! tunnel                   CONNECT origin:port HTTP/1.1 → 200   the proxy sees octets
//! ```
//!
//! | variable      | read as                            | what for                         |
//! |---------------|------------------------------------|----------------------------------|
//! | `http_proxy`  | lower case only                    | `http` URLs                      |
//! | `https_proxy` | either case                        | `https` URLs                     |
//! | `all_proxy`   | either case                        | where the two above say nothing  |
//! | `no_proxy`    | either case                        | whom to reach directly           |
//!
//! `HTTP_PROXY` in capitals is not read, on purpose: in a CGI program it is what a client sent in a
//! field `Proxy`.
//!
//! Users: `Session`, which asks once per request, redirects included.

use super::auth::Credentials;
use std::net::IpAddr;

/// A proxy that speaks HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Proxy {
    /// Name or address, without brackets.
    pub host: String,
    /// 1080 if nothing was said, which is curl's custom.
    pub port: u16,
    /// `Proxy-Authorization`, if the URL held a name and a password.
    authorization: Option<Secret>,
}

/// A field value that a debugger's print must not show.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// Not a proxy that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidProxy {
    /// Only `http://` proxies are spoken to.
    #[error("the proxy's scheme {0:?} is not supported: only http is")]
    Scheme(String),
    /// The host is missing.
    #[error("the proxy {0:?} has no host")]
    Host(String),
    /// The port is not a number up to 65535.
    #[error("the proxy's port {0:?} is not a port")]
    Port(String),
    /// RFC 7617 §2: the user part holds what Basic cannot carry.
    #[error("the proxy's name or password holds a colon or a control character")]
    User,
}

impl Proxy {
    /// Reads `[http://][user:password@]host[:port][/]`.
    ///
    /// # Errors
    /// [`InvalidProxy`].
    pub fn parse(text: &str) -> Result<Self, InvalidProxy> {
        let text = text.trim();
        let rest = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            Some((scheme, _)) => return Err(InvalidProxy::Scheme(scheme.to_owned())),
            None => text,
        };
        let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (user, address) = match rest.rsplit_once('@') {
            Some((user, address)) => (Some(user), address),
            None => (None, rest),
        };
        let (host, port) = split_port(address);
        let legal = |octet: u8| octet.is_ascii_graphic() && !b"\"<>\\^`{|}[]".contains(&octet);
        if host.is_empty() || !host.bytes().all(|octet| legal(octet) || octet >= 0x80) {
            return Err(InvalidProxy::Host(address.to_owned()));
        }
        let port = match port {
            None | Some("") => 1080,
            Some(port) => {
                let digits = port.bytes().all(|octet| octet.is_ascii_digit());
                let number = port.parse().ok().filter(|number| digits && *number != 0);
                number.ok_or_else(|| InvalidProxy::Port(port.to_owned()))?
            }
        };
        let authorization = user.map(|user| {
            let (user, password) = user.split_once(':').unwrap_or((user, ""));
            let (user, password) = (super::url::decode(user), super::url::decode(password));
            Credentials::new(user, password).basic().map(Secret).ok_or(InvalidProxy::User)
        });
        Ok(Self { host: host.to_owned(), port, authorization: authorization.transpose()? })
    }

    /// The value of `Proxy-Authorization`, if the proxy wants one.
    pub fn authorization(&self) -> Option<&str> {
        self.authorization.as_ref().map(|secret| secret.0.as_str())
    }
}

/// `host:port`, `[address]:port`, `host` or a bare IPv6 address; the host without brackets.
fn split_port(text: &str) -> (&str, Option<&str>) {
    if let Some(inner) = text.strip_prefix('[') {
        let Some((host, rest)) = inner.split_once(']') else { return (text, None) };
        return (host, rest.strip_prefix(':'));
    }
    match text.split_once(':') {
        // Two colons and no brackets: an address alone.
        Some((_, port)) if port.contains(':') => (text, None),
        Some((host, port)) => (host, Some(port)),
        None => (text, None),
    }
}

/// The proxies for all URLs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proxies {
    /// For `http`.
    pub http: Option<Proxy>,
    /// For `https`.
    pub https: Option<Proxy>,
    /// For a scheme that has none of its own.
    pub all: Option<Proxy>,
    /// Whom to reach directly.
    pub direct: NoProxy,
}

impl Proxies {
    /// The same proxy for everything.
    pub fn only(proxy: Proxy) -> Self {
        Self { all: Some(proxy), ..Self::default() }
    }

    /// What the variables say; `variable` looks one up (a driver passes the environment, a test a
    /// table). An empty variable says nothing.
    ///
    /// # Errors
    /// [`InvalidProxy`], so that a typing error is not taken for "no proxy".
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidProxy> {
        let either = |lower: &str| {
            let value = variable(lower).or_else(|| variable(&lower.to_ascii_uppercase()));
            value.filter(|value| !value.trim().is_empty())
        };
        let proxy = |value: Option<String>| value.map(|text| Proxy::parse(&text)).transpose();
        Ok(Self {
            http: proxy(variable("http_proxy").filter(|value| !value.trim().is_empty()))?,
            https: proxy(either("https_proxy"))?,
            all: proxy(either("all_proxy"))?,
            direct: NoProxy::parse(&either("no_proxy").unwrap_or_default()),
        })
    }

    /// The proxy for this origin, or `None` to go directly.
    pub fn choose(&self, scheme: &str, host: &str, port: u16) -> Option<&Proxy> {
        let own = if scheme == "https" { &self.https } else { &self.http };
        let proxy = own.as_ref().or(self.all.as_ref())?;
        if self.direct.covers(host, port) { None } else { Some(proxy) }
    }
}

/// Whom to reach without a proxy: `*`, names and the names below them, addresses, address blocks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NoProxy {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    Everything,
    /// This name and all names below it, perhaps at one port only.
    Name(String, Option<u16>),
    /// Addresses whose first bits are these.
    Block(IpAddr, u8),
}

impl NoProxy {
    /// Reads entries divided by commas or spaces. What is not understood matches nothing.
    pub fn parse(list: &str) -> Self {
        let words = list.split([',', ' ', '\t']).filter(|word| !word.is_empty());
        Self { entries: words.map(Entry::parse).collect() }
    }

    /// Whether `host` (without brackets) at `port` is to be reached directly.
    pub fn covers(&self, host: &str, port: u16) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
        let address: Option<IpAddr> = host.parse().ok();
        self.entries.iter().any(|entry| match entry {
            Entry::Everything => true,
            Entry::Block(block, bits) => address.is_some_and(|a| same_block(a, *block, *bits)),
            Entry::Name(name, only) => {
                only.is_none_or(|only| only == port) && below(host, name) && address.is_none()
            }
        })
    }
}

impl Entry {
    fn parse(word: &str) -> Self {
        if word == "*" {
            return Self::Everything;
        }
        let (address, bits) = word.split_once('/').map_or((word, None), |(a, b)| (a, Some(b)));
        if let Ok(address) = split_port(address).0.parse::<IpAddr>() {
            let whole = if address.is_ipv4() { 32 } else { 128 };
            let bits = bits.map_or(Some(whole), |bits| bits.parse().ok());
            // "/33" is no block of IPv4: it covers nothing rather than everything.
            return match bits.filter(|bits| *bits <= whole) {
                Some(bits) => Self::Block(address, bits),
                None => Self::Name(String::new(), None),
            };
        }
        let (name, port) = split_port(word);
        let name = name.trim_start_matches('.').trim_end_matches('.').to_ascii_lowercase();
        Self::Name(name, port.and_then(|port| port.parse().ok()))
    }
}

/// Whether `host` is `name` or ends in `.name`.
fn below(host: &str, name: &str) -> bool {
    let host = host.to_ascii_lowercase();
    match host.strip_suffix(name) {
        Some(front) => !name.is_empty() && (front.is_empty() || front.ends_with('.')),
        None => false,
    }
}

/// Whether two addresses share their first `bits` bits.
fn same_block(a: IpAddr, b: IpAddr, bits: u8) -> bool {
    match (a, b) {
        (IpAddr::V4(a), IpAddr::V4(b)) => {
            (u32::from(a) ^ u32::from(b)).checked_shr(32 - u32::from(bits)).unwrap_or(0) == 0
        }
        (IpAddr::V6(a), IpAddr::V6(b)) => {
            (u128::from(a) ^ u128::from(b)).checked_shr(128 - u32::from(bits)).unwrap_or(0) == 0
        }
        _ => false,
    }
}
