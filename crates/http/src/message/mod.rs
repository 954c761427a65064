//! Heads of messages: what stands in front of the content (RFC 9110 §6).
//!
//! ```text
//! request   = method target version fields          response = version status fields
//! ```
//!
//! [`section`] reads heads from the field sections of HTTP/2 and HTTP/3, where method and target
//! are fields too; [`outgoing`] says what is written into one.
//!
//! Invariant: a head says nothing of how its content is framed; that is the version's own business.
//!
//! Used by: every version's connection, `client`, `server`.

mod error;
pub mod outgoing;
pub mod section;

pub use error::Malformed;
pub use outgoing::Outgoing;
pub use section::{Protocol, RequestHead, RequestSection, ResponseSection, Scheme, TrailerSection};

use crate::{HeaderMap, Method, StatusCode, Target, Version};

/// A request's head.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    /// What to do.
    pub method: Method,
    /// With what.
    pub target: Target,
    /// How it came, or how it shall go.
    pub version: Version,
    /// The fields, in order.
    pub headers: HeaderMap,
}

impl Request {
    /// A request without fields, HTTP/1.1 until a connection says otherwise.
    pub fn new(method: Method, target: Target) -> Self {
        Self { method, target, ..Self::default() }
    }
}

/// A response's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// How it went.
    pub status: StatusCode,
    /// How it came, or how it shall go.
    pub version: Version,
    /// The fields, in order.
    pub headers: HeaderMap,
}

impl Response {
    /// A response without fields, HTTP/1.1 until a connection says otherwise.
    pub fn new(status: StatusCode) -> Self {
        Self { status, version: Version::Http11, headers: HeaderMap::new() }
    }
}
