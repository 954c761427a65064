//! Whom a client believes, who it is itself, and what it remembers of a server: the settings of
//! `https` and `wss`.
//!
//! RFC 8446, RFC 9525 (names), RFC 8470 (early data)
//!
//! | question                      | setting                 | unless told otherwise       |
//! |-------------------------------|-------------------------|-----------------------------|
//! | who may vouch for a server    | [`Options::trust`]      | the system's roots          |
//! | must it be this very key      | [`Options::pins`]       | any key that is vouched for |
//! | who are we, if a server asks  | [`Options::identity`]   | nobody                      |
//! | what is spoken inside         | [`Options::alpn`]       | `h2`, `http/1.1` (RFC 7301) |
//! | are tickets used, each once   | [`Options::resumption`] | yes (RFC 8446 §2.2, §C.4)   |
//! | may a request go first        | [`Options::early_data`] | no: others could repeat it  |
//! | may somebody know the secrets | [`Options::key_log`]    | no                          |
//!
//! Only TLS 1.3 is spoken; there is no older version to fall back to, or to be pushed back to.
//!
//! Invariant: nothing is read from a file before the first handshake needs it, and the system's
//! roots are read once in a process.
//!
//! Invariant: a ticket is used at most once, by the session, host, port and settings that it came
//! to.
//!
//! Users: [`SessionBuilder::tls`](crate::SessionBuilder::tls), `get`, `ws`.

mod context;
mod identity;
mod judge;
mod keylog;
mod roots;
mod secured;

pub use ::tls::{CertifiedKey, KeyLog, NamedGroup, Suite};
pub use ::x509::{Certificate, Roots};
pub(crate) use context::{Context, moment};
pub use identity::identity;
pub use judge::Pin;
pub(crate) use judge::{NOT_PINNED, Unbelieved};
pub use keylog::KeyLogFile;
pub use roots::{from_directory, from_file};
pub use secured::Secured;

use crate::Error;
use std::{fmt, path::PathBuf, sync::Arc};

/// The groups that are spoken here, the best first.
pub const GROUPS: &[NamedGroup] = &::tls::RingExchange::GROUPS;

/// Who may vouch for a server.
#[derive(Debug, Clone, Default)]
pub enum Trust {
    /// The system's roots: the file that `SSL_CERT_FILE` names, or the first of the usual places.
    #[default]
    System,
    /// These roots and no others.
    Roots(Arc<Roots>),
    /// Those of this PEM file, which is read when it is needed.
    File(PathBuf),
    /// Those of all PEM files in this folder.
    Folder(PathBuf),
    /// Anybody: what is sent is private, but nobody knows with whom (curl's `-k`).
    Anybody,
}

/// A version of TLS, the oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// RFC 2246
    Tls10,
    /// RFC 4346
    Tls11,
    /// RFC 5246
    Tls12,
    /// RFC 8446: the one that is spoken here.
    Tls13,
}

impl Version {
    /// As people write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tls10 => "1.0",
            Self::Tls11 => "1.1",
            Self::Tls12 => "1.2",
            Self::Tls13 => "1.3",
        }
    }

    /// Reads `1.3`.
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Tls10, Self::Tls11, Self::Tls12, Self::Tls13];
        all.into_iter().find(|version| version.name() == text)
    }
}

/// The settings. `Default` is right for the web.
#[derive(Clone)]
pub struct Options {
    /// Who may vouch for a server.
    pub trust: Trust,
    /// If there are any, the server's key must be one of these, whoever vouches for it.
    pub pins: Vec<Pin>,
    /// Who we are, if a server asks.
    pub identity: Option<Arc<CertifiedKey>>,
    /// Whether to say what we want to speak inside.
    pub alpn: bool,
    /// Suites, the best first.
    pub suites: Vec<Suite>,
    /// Groups, the best first; for the first one a key is sent at once.
    pub groups: Vec<NamedGroup>,
    /// Whether tickets are kept, so that the next handshake costs no signature.
    pub resumption: bool,
    /// Whether a request that changes nothing (RFC 9110 §9.2.1) goes along with the first flight,
    /// where a ticket allows it. Somebody in between could send it again (RFC 8446 §8), and a
    /// server that minds answers 425, upon which it is sent once more in the usual way (RFC 8470).
    pub early_data: bool,
    /// Who may know the secrets.
    pub key_log: Option<Arc<dyn KeyLog>>,
    /// Whether a trace shows secrets.
    pub reveal_secrets: bool,
    /// Ceilings. The time for a handshake is the session's `connect`.
    pub limits: ::tls::Limits,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            trust: Trust::default(),
            pins: Vec::new(),
            identity: None,
            alpn: true,
            suites: Suite::ALL.to_vec(),
            groups: GROUPS.to_vec(),
            resumption: true,
            early_data: false,
            key_log: None,
            reveal_secrets: false,
            limits: ::tls::Limits::default(),
        }
    }
}

impl Options {
    /// With no other versions than from `least` to `most`: TLS 1.3 must be one of them.
    ///
    /// # Errors
    /// [`Error::TlsVersion`] where it is not.
    pub fn versions(self, least: Version, most: Version) -> Result<Self, Error> {
        if least > Version::Tls13 || most < Version::Tls13 {
            return Err(Error::TlsVersion { most: most.name() });
        }
        Ok(self)
    }

    /// A configuration for handshakes of one's own, as a session's are: for tools that drive
    /// connections themselves. `http2` says what is offered inside.
    ///
    /// # Errors
    /// [`Error::Roots`].
    pub fn config(&self, http2: crate::Http2) -> Result<Arc<::tls::ClientConfig>, Error> {
        Context::new(self.clone()).config("", http2, false)
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("trust", &self.trust)
            .field("pins", &self.pins)
            .field("identity", &self.identity)
            .field("early_data", &self.early_data)
            .finish_non_exhaustive()
    }
}
