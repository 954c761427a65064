//! A request as its caller builds it, checked before an octet leaves the process.
//!
//! RFC 9110 §6.3 and §5.5
//!
//! ```text
//! session.request(Method::Put, "http://host/a")?      the URL is read here
//!     .header("Content-Type", "text/plain")           faults are kept until send()
//!     .body("octets")
//!     .send()?
//! ```
//!
//! Invariant: CR, LF and NUL never reach the wire, whichever of these calls they came by.

use crate::{
    Content, Error, Response, Session,
    adapter::Expect,
    core::{auth::Auth, timeouts::Timeouts},
};
use http::{HeaderMap, HeaderName, HeaderValue, InvalidField, Method, Uri, Version};
use std::time::Duration;

/// What a session is asked to send. Made by [`Session::request`].
#[derive(Debug, Clone)]
pub struct RequestBuilder {
    session: Session,
    pub(crate) parts: Parts,
    fault: Option<Fault>,
}

/// The request itself.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    pub(crate) method: Method,
    pub(crate) url: Uri,
    pub(crate) version: Version,
    pub(crate) headers: HeaderMap,
    /// Defaults that shall not be sent.
    pub(crate) without: Vec<String>,
    pub(crate) content: Content,
    pub(crate) expect: Expect,
    pub(crate) auth: Option<Auth>,
    pub(crate) timeouts: Timeouts,
    pub(crate) redirects: u32,
    pub(crate) retries: u32,
    /// The request is a handshake for another protocol: it needs a stream of its own to the origin,
    /// so a proxy is asked for a tunnel (RFC 6455 §4.1).
    pub(crate) upgrades: bool,
    /// What an extended CONNECT asks for.
    pub(crate) protocol: Option<&'static str>,
}

/// An [`Error`] that can be cloned.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    Field(String, InvalidField),
    Framing(String),
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Field(name, source) => Self::Field { name, source },
            Fault::Framing(name) => Self::Framing(name),
        }
    }
}

/// A field as somebody passes it, checked; `None` for `Expect: 100-continue`, which is no field
/// here but [`Expect::Always`].
pub(crate) fn field<'a>(
    name: &'a [u8],
    value: &'a [u8],
) -> Result<Option<(HeaderName<'a>, HeaderValue<'a>)>, Fault> {
    let shown = || name.escape_ascii().to_string();
    let fault = |error| Fault::Field(shown(), error);
    let (name, value) =
        (HeaderName::new(name).map_err(fault)?, HeaderValue::new(value).map_err(fault)?);
    let asks = name == HeaderName::EXPECT && value.as_bytes().eq_ignore_ascii_case(b"100-continue");
    let framing = [HeaderName::CONTENT_LENGTH, HeaderName::TRANSFER_ENCODING, HeaderName::EXPECT];
    match asks {
        true => Ok(None),
        false if framing.contains(&name) => Err(Fault::Framing(shown())),
        false => Ok(Some((name, value))),
    }
}

impl RequestBuilder {
    pub(crate) fn new(session: Session, parts: Parts) -> Self {
        Self { session, parts, fault: None }
    }

    /// Adds a field. A default of the same name, such as `User-Agent`, gives way.
    ///
    /// `Content-Length` and `Transfer-Encoding` belong to the connection and are refused;
    /// `Expect: 100-continue` is taken for [`Expect::Always`].
    #[must_use]
    pub fn header(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        let (name, value) = (name.as_ref(), value.as_ref());
        if let Err(fault) = self.add(name, value) {
            self.fault.get_or_insert(fault);
        }
        self
    }

    fn add(&mut self, name: &[u8], value: &[u8]) -> Result<(), Fault> {
        match field(name, value)? {
            Some((name, value)) => self.parts.headers.append(name, value),
            None => self.parts.expect = Expect::Always,
        }
        Ok(())
    }

    /// Leaves out a field that would be sent by default, as curl's `-H 'Accept:'` does.
    #[must_use]
    pub fn without_header(mut self, name: &str) -> Self {
        self.parts.without.push(name.to_owned());
        self
    }

    /// What goes along: octets, text, or a [`Content`] that streams.
    #[must_use]
    pub fn body(mut self, content: impl Into<Content>) -> Self {
        self.parts.content = content.into();
        self
    }

    /// Who sends. Goes before the session's and before a name in the URL.
    #[must_use]
    pub fn auth(mut self, auth: Auth) -> Self {
        self.parts.auth = Some(auth);
        self
    }

    /// The newest version that may be spoken; the session's, unless told otherwise.
    #[must_use]
    pub fn version(mut self, version: Version) -> Self {
        self.parts.version = version;
        self
    }

    /// Whether to ask before the content is sent.
    #[must_use]
    pub fn expect(mut self, expect: Expect) -> Self {
        self.parts.expect = expect;
        self
    }

    /// Other bounds than the session's.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.parts.timeouts = timeouts;
        self
    }

    /// A bound for the whole, redirects and body included.
    #[must_use]
    pub fn timeout(mut self, total: Duration) -> Self {
        self.parts.timeouts.total = Some(total);
        self
    }

    /// How many redirects to follow; 0 hands the first one back as it is.
    #[must_use]
    pub fn redirects(mut self, most: u32) -> Self {
        self.parts.redirects = most;
        self
    }

    /// How often to try again after 408, 429 or a transient 5xx.
    #[must_use]
    pub fn retries(mut self, most: u32) -> Self {
        self.parts.retries = most;
        self
    }

    /// Marks the request as a handshake for another protocol.
    pub(crate) fn upgrades(mut self) -> Self {
        self.parts.upgrades = true;
        self
    }

    /// Asks for another protocol on a stream of its own (RFC 8441, RFC 9220).
    pub(crate) fn protocol(mut self, name: &'static str) -> Self {
        self.parts.protocol = Some(name);
        self
    }

    /// Sends it and waits for the head of the final response.
    ///
    /// # Errors
    /// Whatever keeps a response from coming; see [`Error`].
    pub fn send(self) -> Result<Response, Error> {
        match self.fault {
            Some(fault) => Err(fault.into()),
            None => self.session.send(self.parts),
        }
    }
}
