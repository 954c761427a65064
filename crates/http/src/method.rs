//! What a request asks for (RFC 9110 §9).
//!
//! | method  | safe | idempotent | its request's content |
//! |---------|------|------------|-----------------------|
//! | GET     | yes  | yes        | no defined meaning    |
//! | HEAD    | yes  | yes        | no defined meaning    |
//! | POST    | no   | no         | what to process       |
//! | PUT     | no   | yes        | the new state         |
//! | DELETE  | no   | yes        | no defined meaning    |
//! | CONNECT | no   | no         | none: a tunnel begins |
//! | OPTIONS | yes  | yes        | rare                  |
//! | TRACE   | yes  | yes        | must have none        |
//! | PATCH   | no   | no         | what to change        |
//!
//! Invariant: a method that [`Method::new`] made is a token, and `Other` is none of the nine.
//!
//! Used by: framing (HEAD, CONNECT), routes, redirects, retries.

use std::fmt;

/// A case-sensitive token; the nine that are known are told apart without comparing text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Method {
    /// Transfer the current state of the target.
    #[default]
    Get,
    /// As GET, but the head alone.
    Head,
    /// Let the target process the content.
    Post,
    /// Replace the target's state.
    Put,
    /// Remove the target's state.
    Delete,
    /// Make a tunnel to the target.
    Connect,
    /// Say what the target can do.
    Options,
    /// Send back what arrived.
    Trace,
    /// Change the target in part (RFC 5789).
    Patch,
    /// Any other token. Build it with [`Method::new`], which keeps the known ones apart.
    Other(Box<str>),
}

/// Not a token: empty, or with an octet that no token has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the method is not a token (RFC 9110 §9.1)")]
pub struct InvalidMethod;

impl Method {
    /// The method that `name` names, whether known or not.
    ///
    /// # Errors
    /// [`InvalidMethod`] where `name` is not a token.
    pub fn new(name: &[u8]) -> Result<Self, InvalidMethod> {
        Ok(match name {
            b"GET" => Self::Get,
            b"HEAD" => Self::Head,
            b"POST" => Self::Post,
            b"PUT" => Self::Put,
            b"DELETE" => Self::Delete,
            b"CONNECT" => Self::Connect,
            b"OPTIONS" => Self::Options,
            b"TRACE" => Self::Trace,
            b"PATCH" => Self::Patch,
            other if crate::is_token(other) => {
                Self::Other(std::str::from_utf8(other).map_err(|_| InvalidMethod)?.into())
            }
            _ => return Err(InvalidMethod),
        })
    }

    /// The token as it goes on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Connect => "CONNECT",
            Self::Options => "OPTIONS",
            Self::Trace => "TRACE",
            Self::Patch => "PATCH",
            Self::Other(name) => name,
        }
    }

    /// Whether it asks for nothing to change (RFC 9110 §9.2.1).
    pub fn is_safe(&self) -> bool {
        matches!(self, Self::Get | Self::Head | Self::Options | Self::Trace)
    }

    /// Whether asking twice does what asking once does, so that a client may try again when a
    /// connection dies (RFC 9110 §9.2.2).
    pub fn is_idempotent(&self) -> bool {
        self.is_safe() || matches!(self, Self::Put | Self::Delete)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
