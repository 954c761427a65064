//! What a request is about: the four forms of a request target (RFC 9112 §3.2).
//!
//! | form      | looks like             | with                          |
//! |-----------|------------------------|-------------------------------|
//! | origin    | `/where?q=now`         | every method but CONNECT      |
//! | absolute  | `http://host/where`    | requests to a proxy           |
//! | authority | `host:443`             | CONNECT alone                 |
//! | asterisk  | `*`                    | OPTIONS alone                 |
//!
//! Invariant: a `Target` that was parsed holds visible ASCII only: no space, control octet or `#`.
//!
//! Invariant: what names a host names a valid one, in lower case and without a user.
//!
//! Used by: `http1` (the request line), HTTP/2 and 3 (from pseudo-fields), routes.

use crate::{Authority, InvalidUri, Method, Uri, uri::check_scheme};
use std::fmt;

/// A request target in one of its four forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Path and query; begins with `/`.
    Origin(String),
    /// A whole URI, as a proxy gets it.
    Absolute {
        /// In lower case. Any scheme: a proxy may speak more than `http` and `https`.
        scheme: String,
        /// Host and perhaps port.
        authority: String,
        /// Path and query; begins with `/`.
        path: String,
    },
    /// Host and port.
    Authority(String),
    /// The server itself.
    Asterisk,
}

/// Not a request target, or not one that goes with the method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{reason} (RFC 9112 §3.2)")]
pub struct InvalidTarget {
    /// What is wrong.
    pub reason: &'static str,
    /// Where, in octets from the target's start.
    pub offset: usize,
}

impl Default for Target {
    fn default() -> Self {
        Self::Origin("/".into())
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Origin(path) => f.write_str(path),
            Self::Absolute { scheme, authority, path } => write!(f, "{scheme}://{authority}{path}"),
            Self::Authority(authority) => f.write_str(authority),
            Self::Asterisk => f.write_str("*"),
        }
    }
}

impl Target {
    /// The form that `method` and the first octet ask for.
    ///
    /// # Errors
    /// [`InvalidTarget`] with the offset of the first octet that cannot stand there.
    // ANCHOR: parse
    pub fn parse(method: &Method, target: &[u8]) -> Result<Self, InvalidTarget> {
        let text = visible(target)?;
        match (method, text) {
            (Method::Connect, _) => Self::parse_authority(text),
            (Method::Options, "*") => Ok(Self::Asterisk),
            _ if text.starts_with('/') => Ok(Self::Origin(text.into())),
            (_, "*") => Err(bad("`*` goes with OPTIONS alone", 0)),
            _ => Self::parse_absolute(text),
        }
    }
    // ANCHOR_END: parse

    /// `authority-form = uri-host ":" port` (RFC 9112 §3.2.3): the port has no default here.
    fn parse_authority(text: &str) -> Result<Self, InvalidTarget> {
        let authority = Authority::parse_host(text.as_bytes()).map_err(|error| of(error, 0))?;
        match authority.port() {
            Some(_) => Ok(Self::Authority(authority.to_string())),
            None => Err(bad("the target of CONNECT names no port", text.len())),
        }
    }

    /// `absolute-form = absolute-URI` (RFC 9112 §3.2.2), with an authority: whatever a proxy could
    /// be asked for has one.
    fn parse_absolute(text: &str) -> Result<Self, InvalidTarget> {
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(bad("the target has none of the four forms", 0));
        };
        check_scheme(scheme).map_err(|error| of(error, 0))?;
        let cut = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(cut).unwrap_or((rest, ""));
        let before = text.len() - rest.len();
        let authority =
            Authority::parse_host(authority.as_bytes()).map_err(|error| of(error, before))?;
        let root = if path.starts_with('/') { "" } else { "/" };
        Ok(Self::Absolute {
            scheme: scheme.to_ascii_lowercase(),
            authority: authority.to_string(),
            path: format!("{root}{path}"),
        })
    }

    /// The whole URI that a request is for (RFC 9110 §7.1): the target's own where it is absolute,
    /// else built of the connection's scheme and the Host field. Octets that a URI must not hold
    /// but browsers send (`|`, `[`, ...) are encoded.
    ///
    /// # Errors
    /// [`InvalidUri`] where Host is missing or is none, or the parts make no URI; `*` is the
    /// server's root.
    pub fn to_uri(&self, scheme: &str, host: Option<&[u8]>) -> Result<Uri, InvalidUri> {
        // Checked before it is put into text: `a/b` or `user@a` would change what the URI names.
        let host = || Authority::parse_host(host.ok_or(InvalidUri::NoHost { offset: 0 })?);
        match self {
            Self::Origin(path) => Uri::from_text(&format!("{scheme}://{}{path}", host()?)),
            Self::Asterisk => Uri::from_text(&format!("{scheme}://{}", host()?)),
            Self::Absolute { .. } => Uri::from_text(&self.to_string()),
            Self::Authority(authority) => Uri::from_text(&format!("{scheme}://{authority}")),
        }
    }

    /// The path without the query, still percent-encoded; `*` and CONNECT have none.
    pub fn path(&self) -> &str {
        let whole = self.path_and_query();
        whole.split_once('?').map_or(whole, |(path, _)| path)
    }

    /// What stands behind the first `?`, still percent-encoded.
    pub fn query(&self) -> Option<&str> {
        self.path_and_query().split_once('?').map(|(_, query)| query)
    }

    /// Path and query as they came; empty for `*` and CONNECT.
    pub fn path_and_query(&self) -> &str {
        match self {
            Self::Origin(path) | Self::Absolute { path, .. } => path,
            Self::Authority(_) | Self::Asterisk => "",
        }
    }

    /// Host and port, where the target itself says them.
    pub fn authority(&self) -> Option<&str> {
        match self {
            Self::Absolute { authority, .. } | Self::Authority(authority) => Some(authority),
            Self::Origin(_) | Self::Asterisk => None,
        }
    }
}

/// What may stand in a target: visible ASCII but `#`. RFC 3986 admits less; browsers send more than
/// it admits (`|`, `"`, `[` in queries), so the rest is left to whoever reads the path.
const fn is_target_octet(octet: u8) -> bool {
    octet.is_ascii_graphic() && octet != b'#'
}

/// `target` as text, if all of it may stand there.
fn visible(target: &[u8]) -> Result<&str, InvalidTarget> {
    // Without an early end the loop runs over many octets at once.
    if !target.iter().fold(true, |all, octet| all & is_target_octet(*octet)) {
        let offset = target.iter().position(|octet| !is_target_octet(*octet)).unwrap_or_default();
        return Err(bad("the target holds an octet that must be percent-encoded", offset));
    }
    if target.is_empty() {
        return Err(bad("the target is empty", 0));
    }
    std::str::from_utf8(target).map_err(|_| bad("the target is not ASCII", 0))
}

const fn bad(reason: &'static str, offset: usize) -> InvalidTarget {
    InvalidTarget { reason, offset }
}

/// What is wrong with the URI in the target, `before` octets behind its start.
fn of(error: InvalidUri, before: usize) -> InvalidTarget {
    let reason = match error {
        InvalidUri::NoScheme | InvalidUri::Scheme { .. } | InvalidUri::NotHttp => {
            "the target's scheme is malformed"
        }
        InvalidUri::Percent { .. } | InvalidUri::Octet { .. } | InvalidUri::Label { .. } => {
            "the target's host holds an octet that is not allowed"
        }
        InvalidUri::NoHost { .. } => "the target names no host",
        InvalidUri::Literal { .. } => "what stands in brackets is not an IPv6 address",
        InvalidUri::Port { .. } => "the target's port is not a number from 0 to 65535",
        InvalidUri::Userinfo { .. } => "user information must not stand in a target",
    };
    bad(reason, error.offset() + before)
}
