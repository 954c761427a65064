//! A request's fields become a request.
//!
//! RFC 9113 §8.3.1, §8.5; RFC 8441 §4
//!
//! | method             | `:scheme` `:path` | `:authority`       | `:protocol`  | target         |
//! |--------------------|-------------------|--------------------|--------------|----------------|
//! | CONNECT            | must not be there | must, with a port  | must not     | authority-form |
//! | CONNECT, extended  | must              | must               | must         | the path       |
//! | OPTIONS            | must              | or Host            | must not     | the path, `*`  |
//! | any other          | must              | or Host            | must not     | the path       |
//!
//! Used by: `http2` and `http3`, servers for requests, clients for promised ones.

use super::fields::Fields;
use crate::{
    Authority, HeaderName, Method, Request, Target, Version, is_token, message::Malformed,
};

/// What a stream of an extended CONNECT speaks: `websocket` (RFC 8441 §4).
pub type Protocol = Box<str>;

/// A request that broke no rule, and what its fields say beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestHead {
    /// The head; boxed, since it passes through many hands and is large to move.
    pub request: Box<Request>,
    /// The `:scheme`, in lower case; `None` with CONNECT.
    pub scheme: Option<Scheme>,
    /// The `:protocol` of an extended CONNECT.
    pub protocol: Option<Protocol>,
    /// Octets of content that Content-Length announces.
    pub content_length: Option<u64>,
}

/// A `:scheme`. The two that nearly all requests have cost nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scheme {
    /// `http`
    Http,
    /// `https`
    Https,
    /// Another: a proxy may speak it.
    Other(Box<str>),
}

impl Scheme {
    /// The scheme as it goes on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Other(scheme) => scheme,
        }
    }

    fn parse(value: &[u8]) -> Option<Self> {
        match value {
            b"http" => Some(Self::Http),
            b"https" => Some(Self::Https),
            _ => {
                let text = std::str::from_utf8(value).ok()?.to_ascii_lowercase();
                crate::uri::check_scheme(&text).ok()?;
                Some(match text.as_str() {
                    "http" => Self::Http,
                    "https" => Self::Https,
                    _ => Self::Other(text.into()),
                })
            }
        }
    }
}

/// A request's fields, as they come.
#[derive(Debug)]
pub struct RequestSection {
    fields: Fields,
    method: Option<Method>,
    scheme: Option<Scheme>,
    /// The target, known once the path or CONNECT's authority is.
    path: Option<String>,
    protocol: Option<Protocol>,
    version: Version,
}

impl RequestSection {
    /// No field yet.
    pub fn new(version: Version) -> Self {
        Self {
            fields: Fields::default(),
            method: None,
            scheme: None,
            path: None,
            protocol: None,
            version,
        }
    }

    // ANCHOR: field
    /// The next field.
    pub fn field(&mut self, name: &[u8], value: &[u8]) {
        match name {
            b":method" => self.method(value),
            b":scheme" => self.scheme(value),
            b":authority" => self.authority(value),
            b":path" => self.path(value),
            b":protocol" => self.protocol(value),
            [b':', ..] => self.fields.fail(Malformed::PseudoUnknown),
            _ => self.fields.regular(name, value),
        }
    }
    // ANCHOR_END: field

    fn method(&mut self, value: &[u8]) {
        if self.fields.pseudo(":method", self.method.is_some()) {
            match Method::new(value) {
                Ok(method) => self.method = Some(method),
                Err(_) => self.fields.fail(Malformed::PseudoValue { name: ":method" }),
            }
        }
    }

    fn scheme(&mut self, value: &[u8]) {
        if self.fields.pseudo(":scheme", self.scheme.is_some()) {
            self.scheme = Scheme::parse(value);
            if self.scheme.is_none() {
                self.fields.fail(Malformed::PseudoValue { name: ":scheme" });
            }
        }
    }

    fn authority(&mut self, value: &[u8]) {
        let twice = self.fields.host.is_some();
        if self.fields.pseudo(":authority", twice) {
            match Authority::check_host(value) {
                Ok(()) => self.fields.keep_host(value),
                Err(_) => self.fields.fail(Malformed::PseudoValue { name: ":authority" }),
            }
        }
    }

    fn path(&mut self, value: &[u8]) {
        if self.fields.pseudo(":path", self.path.is_some()) {
            // Visible ASCII, as in a request line; `*` and its method are looked at in the end.
            match Target::parse(&Method::Options, value) {
                Ok(Target::Origin(path)) => self.path = Some(path),
                Ok(Target::Asterisk) => self.path = Some("*".into()),
                _ => self.fields.fail(Malformed::PseudoValue { name: ":path" }),
            }
        }
    }

    fn protocol(&mut self, value: &[u8]) {
        if self.fields.pseudo(":protocol", self.protocol.is_some()) {
            match std::str::from_utf8(value) {
                Ok(text) if is_token(value) => self.protocol = Some(text.into()),
                _ => self.fields.fail(Malformed::PseudoValue { name: ":protocol" }),
            }
        }
    }

    // ANCHOR: finish
    /// The head.
    ///
    /// # Errors
    /// The first rule that was broken.
    pub fn finish(self) -> Result<RequestHead, Malformed> {
        let Self { fields, method, scheme, path, protocol, version } = self;
        let authority = fields.host.is_some();
        let (headers, content_length) = fields.finish()?;
        let missing = |name| Malformed::PseudoMissing { name };
        let forbidden = |name| Malformed::PseudoForbidden { name };
        let method = method.ok_or(missing(":method"))?;
        let target = if method == Method::Connect && protocol.is_none() {
            match (scheme.is_some(), path.is_some()) {
                (true, _) => return Err(forbidden(":scheme")),
                (_, true) => return Err(forbidden(":path")),
                (false, false) => {}
            }
            let host = headers.get(HeaderName::HOST).filter(|_| authority);
            let host = host.ok_or(missing(":authority"))?;
            Target::parse(&method, host.as_bytes())
                .map_err(|_| Malformed::PseudoValue { name: ":authority" })?
        } else {
            scheme.as_ref().ok_or(missing(":scheme"))?;
            if protocol.is_some() && method != Method::Connect {
                return Err(forbidden(":protocol"));
            }
            // With Host alone a request is as one of HTTP/1.1, and is held to its rule.
            let host = headers.get_only(HeaderName::HOST);
            let host = host.filter(|_| authority || protocol.is_none());
            let host = host.ok_or(missing(":authority"))?;
            if !authority && Authority::check_host(host.as_bytes()).is_err() {
                return Err(Malformed::PseudoValue { name: ":authority" });
            }
            let path = path.ok_or(missing(":path"))?;
            match path.as_str() {
                "*" if method != Method::Options => {
                    return Err(Malformed::PseudoValue { name: ":path" });
                }
                "*" => Target::Asterisk,
                _ => Target::Origin(path),
            }
        };
        let request = Box::new(Request { method, target, version, headers });
        Ok(RequestHead { request, scheme, protocol, content_length })
    }
    // ANCHOR_END: finish
}
