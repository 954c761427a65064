//! Names of resources: `http://example.com/where?q=now`.
//!
//! RFC 3986, RFC 9110 §4
//!
//! ```text
//! URI = scheme ":" [ "//" authority ] path [ "?" query ] [ "#" fragment ]
//! ```
//!
//! ```
//! use http::Uri;
//! let page = Uri::parse("http://example.com/a/b?q")?;
//! assert_eq!(page.resolve("../c#d")?.to_string(), "http://example.com/c#d");
//! assert_eq!(page.origin().map(|origin| origin.port), Some(80));
//! // A person may write what the wire cannot carry.
//! let korean = Uri::from_text("http://한국.kr/길")?;
//! assert_eq!(korean.to_string(), "http://xn--3e0b707e.kr/%EA%B8%B8");
//! # Ok::<(), http::uri::InvalidUri>(())
//! ```
//!
//! Invariant: a `Uri` is ASCII, its scheme and host are in lower case, and its text parses to an
//! equal `Uri`.
//!
//! Used by: `client` (what to fetch, where a redirect leads), [`Target`].

mod authority;
mod error;
mod international;
mod normal;
pub mod percent;
pub mod punycode;
mod reference;
mod resolve;

pub use authority::{Authority, Host};
pub use error::InvalidUri;
pub use reference::Reference;
pub(crate) use reference::check_scheme;
pub use resolve::remove_dot_segments;

use crate::Target;
use std::{fmt, str::FromStr};

/// An absolute URI, perhaps with a fragment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uri {
    scheme: String,
    authority: Option<Authority>,
    path: String,
    query: Option<String>,
    fragment: Option<String>,
}

/// Who must not be mistaken for another: scheme, host and port together (RFC 9110 §4.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin<'a> {
    /// In lower case.
    pub scheme: &'a str,
    /// In lower case.
    pub host: &'a Host,
    /// The scheme's default where none is written.
    pub port: u16,
}

impl Uri {
    /// An absolute URI as it stands on the wire.
    ///
    /// # Errors
    /// [`InvalidUri`] with the offset of the first octet that cannot stand where it stands.
    pub fn parse(text: &str) -> Result<Self, InvalidUri> {
        let parts = Reference::parse(text)?;
        let scheme = parts.scheme.ok_or(InvalidUri::NoScheme)?.to_ascii_lowercase();
        let owned = |text: &str| text.to_owned();
        let (query, fragment) = (parts.query.map(owned), parts.fragment.map(owned));
        Ok(Self { scheme, authority: parts.authority, path: parts.path.into(), query, fragment })
    }

    /// Puts components together that are each in order. A path that begins with `//` where there is
    /// no authority would be read as one; `/.` in front keeps it a path.
    fn compose(
        scheme: String,
        authority: Option<Authority>,
        mut path: String,
        query: Option<String>,
        fragment: Option<String>,
    ) -> Self {
        if authority.is_none() && path.starts_with("//") {
            path.insert_str(0, "/.");
        }
        Self { scheme, authority, path, query, fragment }
    }

    /// What stands before the first `:`, in lower case.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// What stands behind `//`.
    pub const fn authority(&self) -> Option<&Authority> {
        self.authority.as_ref()
    }

    /// The authority's host.
    pub fn host(&self) -> Option<&Host> {
        self.authority().map(Authority::host)
    }

    /// The path as it is written, still percent-encoded; it may be empty.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What stands behind the first `?`, still percent-encoded.
    pub fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }

    /// What stands behind the first `#`, still percent-encoded. It is never sent.
    pub fn fragment(&self) -> Option<&str> {
        self.fragment.as_deref()
    }

    /// The port that is written, or the scheme's own (RFC 9110 §4.2).
    pub fn port_or_default(&self) -> Option<u16> {
        self.authority().and_then(Authority::port).or_else(|| default_port(&self.scheme))
    }

    /// Scheme, host and port, where all three are there.
    pub fn origin(&self) -> Option<Origin<'_>> {
        let host = self.host().filter(|host| !host.is_empty())?;
        Some(Origin { scheme: &self.scheme, host, port: self.port_or_default()? })
    }

    /// Whether a request can be made of this: `http` or `https`, with a host.
    ///
    /// # Errors
    /// [`InvalidUri::NotHttp`], [`InvalidUri::NoHost`].
    pub fn check_http(&self) -> Result<(), InvalidUri> {
        if !matches!(self.scheme(), "http" | "https") {
            return Err(InvalidUri::NotHttp);
        }
        let offset = self.scheme.len() + "://".len();
        self.origin().map(|_| ()).ok_or(InvalidUri::NoHost { offset })
    }

    /// Path and query as a request names them: the path is never empty (RFC 9112 §3.2.1).
    pub fn path_and_query(&self) -> String {
        let root = if self.path.starts_with('/') { "" } else { "/" };
        match &self.query {
            Some(query) => format!("{root}{}?{query}", self.path),
            None => format!("{root}{}", self.path),
        }
    }

    /// The target of a request to the origin server.
    pub fn target(&self) -> Target {
        Target::Origin(self.path_and_query())
    }

    /// The target of a request to a proxy: the whole URI, without user and fragment.
    pub fn absolute_target(&self) -> Target {
        let authority = self.authority.as_ref().map(|authority| authority.without_userinfo());
        Target::Absolute {
            scheme: self.scheme.clone(),
            authority: authority.map(|authority| authority.to_string()).unwrap_or_default(),
            path: self.path_and_query(),
        }
    }

    /// The Host field's value: host, and the port where it is not the scheme's own (RFC 9110 §7.2).
    pub fn host_field(&self) -> String {
        let Some(authority) = &self.authority else { return String::new() };
        let port = authority.port().filter(|port| Some(*port) != default_port(&self.scheme));
        authority.without_userinfo().with_port(port).to_string()
    }

    /// The same with this fragment, or none.
    #[must_use]
    pub fn with_fragment(mut self, fragment: Option<&str>) -> Self {
        self.fragment = fragment.map(|text| percent::encode_more(text, percent::is_query));
        self
    }

    /// The same with this query, or none; what cannot stand in a query is encoded.
    #[must_use]
    pub fn with_query(mut self, query: Option<&str>) -> Self {
        self.query = query.map(|text| percent::encode_more(text, percent::is_query));
        self
    }

    /// The same without the user: what may be printed, logged and sent as Referer.
    #[must_use]
    pub fn without_userinfo(mut self) -> Self {
        self.authority = self.authority.map(|authority| authority.without_userinfo());
        self
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.scheme)?;
        if let Some(authority) = &self.authority {
            write!(f, "//{authority}")?;
        }
        f.write_str(&self.path)?;
        if let Some(query) = &self.query {
            write!(f, "?{query}")?;
        }
        self.fragment.as_ref().map_or(Ok(()), |fragment| write!(f, "#{fragment}"))
    }
}

impl FromStr for Uri {
    type Err = InvalidUri;

    fn from_str(text: &str) -> Result<Self, InvalidUri> {
        Self::parse(text)
    }
}

/// The port of a scheme that names none (RFC 9110 §4.2, RFC 6455 §3).
pub fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        _ => None,
    }
}
