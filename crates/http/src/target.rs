//! What a request is about: the four forms of a request target (RFC 9112 §3.2).
//!
//! | form      | looks like             | with                          |
//! |-----------|------------------------|-------------------------------|
//! | origin    | `/where?q=now`         | every method but CONNECT      |
//! | absolute  | `http://host/where`    | requests to a proxy           |
//! | authority | `host:443`             | CONNECT alone                 |
//! | asterisk  | `*`                    | OPTIONS alone                 |
//!
//! Invariant: a `Target` holds visible ASCII only: no space, control octet or `#`.

use crate::Method;
use std::fmt;

/// A request target in one of its four forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Path and query; begins with `/`.
    Origin(String),
    /// A whole URI, as a proxy gets it.
    Absolute {
        /// `http` or `https`, lower-case.
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
    pub fn parse(method: &Method, target: &[u8]) -> Result<Self, InvalidTarget> {
        let bad = |reason, offset| InvalidTarget { reason, offset };
        if let Some(offset) = target.iter().position(|octet| !is_target_octet(*octet)) {
            return Err(bad("the target holds an octet that must be percent-encoded", offset));
        }
        let text = std::str::from_utf8(target).map_err(|_| bad("the target is not ASCII", 0))?;
        match (method, text) {
            (Method::Connect, _) => Ok(Self::Authority(text.into())),
            (Method::Options, "*") => Ok(Self::Asterisk),
            _ if text.starts_with('/') => Ok(Self::Origin(text.into())),
            _ => {
                let (scheme, rest) = text
                    .split_once("://")
                    .ok_or(bad("the target has none of the four forms", 0))?;
                let cut = rest.find(['/', '?']).unwrap_or(rest.len());
                let (authority, path) = rest.split_at_checked(cut).unwrap_or((rest, ""));
                let path = if path.starts_with('/') { path.into() } else { format!("/{path}") };
                Ok(Self::Absolute {
                    scheme: scheme.to_ascii_lowercase(),
                    authority: authority.into(),
                    path,
                })
            }
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

const fn is_target_octet(octet: u8) -> bool {
    octet.is_ascii_graphic() && octet != b'#'
}
