//! A field's name: a token, in which upper and lower case are the same (RFC 9110 §5.1).
//!
//! ```text
//! field-name = token
//! ```
//!
//! Invariant: what [`HeaderName::new`] takes is a token, so it is ASCII and not empty.

use super::InvalidField;
use std::{fmt, hash};

/// A borrowed name. Equality ignores case; the octets are kept as they were written, since HTTP/1
/// can show them (HTTP/2 and 3 send them in lower case).
#[derive(Clone, Copy)]
pub struct HeaderName<'a>(&'a [u8]);

macro_rules! names {
    ($($constant:ident $name:literal)*) => {
        impl HeaderName<'static> {
            $(#[doc = concat!("`", $name, "`")]
            pub const $constant: Self = Self($name.as_bytes());)*
        }
    };
}

names! {
    ACCEPT "Accept"
    ACCEPT_ENCODING "Accept-Encoding"
    ACCEPT_LANGUAGE "Accept-Language"
    ACCEPT_RANGES "Accept-Ranges"
    AGE "Age"
    ALLOW "Allow"
    ALT_SVC "Alt-Svc"
    AUTHORIZATION "Authorization"
    CACHE_CONTROL "Cache-Control"
    CONNECTION "Connection"
    CONTENT_DISPOSITION "Content-Disposition"
    CONTENT_ENCODING "Content-Encoding"
    CONTENT_LENGTH "Content-Length"
    CONTENT_LOCATION "Content-Location"
    CONTENT_RANGE "Content-Range"
    CONTENT_TYPE "Content-Type"
    COOKIE "Cookie"
    DATE "Date"
    ETAG "ETag"
    EXPECT "Expect"
    EXPIRES "Expires"
    HOST "Host"
    IF_MATCH "If-Match"
    IF_MODIFIED_SINCE "If-Modified-Since"
    IF_NONE_MATCH "If-None-Match"
    IF_RANGE "If-Range"
    IF_UNMODIFIED_SINCE "If-Unmodified-Since"
    KEEP_ALIVE "Keep-Alive"
    LAST_MODIFIED "Last-Modified"
    LINK "Link"
    LOCATION "Location"
    MAX_FORWARDS "Max-Forwards"
    ORIGIN "Origin"
    PRAGMA "Pragma"
    PRIORITY "Priority"
    PROXY_AUTHENTICATE "Proxy-Authenticate"
    PROXY_AUTHORIZATION "Proxy-Authorization"
    PROXY_CONNECTION "Proxy-Connection"
    RANGE "Range"
    REFERER "Referer"
    RETRY_AFTER "Retry-After"
    SEC_WEBSOCKET_ACCEPT "Sec-WebSocket-Accept"
    SEC_WEBSOCKET_EXTENSIONS "Sec-WebSocket-Extensions"
    SEC_WEBSOCKET_KEY "Sec-WebSocket-Key"
    SEC_WEBSOCKET_PROTOCOL "Sec-WebSocket-Protocol"
    SEC_WEBSOCKET_VERSION "Sec-WebSocket-Version"
    SERVER "Server"
    SET_COOKIE "Set-Cookie"
    TE "TE"
    TRAILER "Trailer"
    TRANSFER_ENCODING "Transfer-Encoding"
    UPGRADE "Upgrade"
    USER_AGENT "User-Agent"
    VARY "Vary"
    VIA "Via"
    WWW_AUTHENTICATE "WWW-Authenticate"
}

impl<'a> HeaderName<'a> {
    /// `name`, if it is a token.
    ///
    /// # Errors
    /// [`InvalidField::Name`] with the first octet that is not a `tchar`.
    pub fn new(name: &'a (impl AsRef<[u8]> + ?Sized)) -> Result<Self, InvalidField> {
        let name = name.as_ref();
        match name.iter().position(|octet| !crate::is_tchar(*octet)) {
            None if !name.is_empty() => Ok(Self(name)),
            offset => Err(InvalidField::Name { offset: offset.unwrap_or_default() }),
        }
    }

    /// A name from octets that a parser has already found to be a token.
    pub(super) const fn trusted(name: &'a [u8]) -> Self {
        Self(name)
    }

    /// The octets as they were written.
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.0
    }

    /// The name as it was written.
    pub fn as_str(&self) -> &'a str {
        // A token is ASCII, so the default never shows.
        std::str::from_utf8(self.0).unwrap_or_default()
    }
}

impl PartialEq for HeaderName<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for HeaderName<'_> {}

impl hash::Hash for HeaderName<'_> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        for octet in self.0 {
            state.write_u8(octet.to_ascii_lowercase());
        }
    }
}

impl fmt::Display for HeaderName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for HeaderName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}
