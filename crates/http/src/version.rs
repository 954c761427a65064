//! Which HTTP a message came by (RFC 9110 §2.5).
//!
//! Invariant: a version is known or the message is refused; there is no "other".

use std::fmt;

/// A version of HTTP that this stack speaks. They order by age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Version {
    /// RFC 1945: one exchange per connection.
    Http10,
    /// RFC 9112: connections persist.
    #[default]
    Http11,
    /// RFC 9113: binary frames, many streams on one TCP connection.
    Http2,
    /// RFC 9114: many streams over QUIC.
    Http3,
}

impl Version {
    /// As logs and status lines write it: `HTTP/1.1`, `HTTP/2`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http10 => "HTTP/1.0",
            Self::Http11 => "HTTP/1.1",
            Self::Http2 => "HTTP/2",
            Self::Http3 => "HTTP/3",
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
