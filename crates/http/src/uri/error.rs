//! What is wrong with a URI, and where.

/// Text that is no URI. Offsets count octets from the start of the text that was parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUri {
    /// RFC 3986 §3: an absolute URI begins with a scheme.
    #[error("the URI does not begin with a scheme and `:` (RFC 3986 §3)")]
    NoScheme,
    /// RFC 3986 §3.1: a letter, then letters, digits, `+`, `-` and `.`.
    #[error("the scheme holds an octet that is not allowed: octet {offset} (RFC 3986 §3.1)")]
    Scheme {
        /// The first wrong octet.
        offset: usize,
    },
    /// RFC 3986 §2: an octet that must be percent-encoded in this component.
    #[error("the {part} holds an octet that must be percent-encoded: octet {offset} (RFC 3986 §2)")]
    Octet {
        /// The component: `userinfo`, `host`, `path`, `query` or `fragment`.
        part: &'static str,
        /// The first wrong octet.
        offset: usize,
    },
    /// RFC 3986 §2.1: `%` without two hexadecimal digits behind it.
    #[error("`%` without two hexadecimal digits behind it: octet {offset} (RFC 3986 §2.1)")]
    Percent {
        /// Where the `%` stands.
        offset: usize,
    },
    /// RFC 9110 §4.2.1: an `http` URI has a host, and so has every Host field that has a value.
    #[error("the host is missing: octet {offset} (RFC 9110 §4.2.1)")]
    NoHost {
        /// Where the host should begin.
        offset: usize,
    },
    /// RFC 3986 §3.2.2: what stands in brackets is not an IPv6 address. Zones and addresses of a
    /// future version are refused as well: nothing here could dial them.
    #[error("what stands in brackets is not an IPv6 address: octet {offset} (RFC 3986 §3.2.2)")]
    Literal {
        /// Where the bracket stands.
        offset: usize,
    },
    /// RFC 3986 §3.2.3: digits, and no more than 65,535.
    #[error("the port is not a number from 0 to 65535: octet {offset} (RFC 3986 §3.2.3)")]
    Port {
        /// Where the port begins.
        offset: usize,
    },
    /// RFC 9110 §4.2.4: `user@` has no place in a Host field or a request target.
    #[error("user information is not allowed here: octet {offset} (RFC 9110 §4.2.4)")]
    Userinfo {
        /// Where the `@` stands.
        offset: usize,
    },
    /// RFC 5890 §2.3: a label that no name server could be asked for: over 63 octets, empty, a
    /// whole name over 253, or with a character that a name must not have.
    #[error("the host name holds a label that cannot be looked up: octet {offset} (RFC 5890 §2.3)")]
    Label {
        /// Where the label or the character stands.
        offset: usize,
    },
    /// RFC 9110 §4.2: only `http` and `https` are spoken here.
    #[error("the scheme is neither http nor https (RFC 9110 §4.2)")]
    NotHttp,
}

impl InvalidUri {
    /// The first wrong octet, counted from the start of the text.
    pub const fn offset(&self) -> usize {
        match self {
            Self::NoScheme | Self::NotHttp => 0,
            Self::Scheme { offset }
            | Self::Octet { offset, .. }
            | Self::Percent { offset }
            | Self::NoHost { offset }
            | Self::Literal { offset }
            | Self::Port { offset }
            | Self::Userinfo { offset }
            | Self::Label { offset } => *offset,
        }
    }

    /// The same error in a text that has `before` more octets in front.
    pub(crate) const fn moved(self, before: usize) -> Self {
        self.at(self.offset() + before)
    }

    /// The same error at another place.
    pub(crate) const fn at(self, offset: usize) -> Self {
        match self {
            Self::NoScheme | Self::NotHttp => self,
            Self::Scheme { .. } => Self::Scheme { offset },
            Self::Octet { part, .. } => Self::Octet { part, offset },
            Self::Percent { .. } => Self::Percent { offset },
            Self::NoHost { .. } => Self::NoHost { offset },
            Self::Literal { .. } => Self::Literal { offset },
            Self::Port { .. } => Self::Port { offset },
            Self::Userinfo { .. } => Self::Userinfo { offset },
            Self::Label { .. } => Self::Label { offset },
        }
    }
}
