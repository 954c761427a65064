//! The settings of a session, made ready for handshakes at the first that needs them.
//!
//! ```text
//!   Options ──► Context, one per session ──► ClientConfig, one per origin, early or not
//!                  ├─ verifier               read when first needed, shared
//!                  └─ tickets                one store, keyed by origin
//! ```
//!
//! Invariant: a ticket is found only by the host, port and protocol for which it came; the settings
//! cannot differ, for the store is the session's own.

use super::{Options, Trust, judge::Judge, roots};
use crate::{Error, adapter::Http2};
use ::tls::{CertificateResolver, ClientConfig, MemorySessions, Moment, SessionStore, Ticket};
use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant, SystemTime},
};
use x509::{Roots, Verifier};

/// What is spoken inside (RFC 9113 §3.3, RFC 7301 §6).
const HTTP2: &[u8] = b"h2";
const HTTP11: &[u8] = b"http/1.1";

/// The settings of a session, and what its handshakes share.
#[derive(Debug, Default)]
pub(crate) struct Context {
    options: Options,
    verifier: OnceLock<Arc<Verifier>>,
    tickets: Arc<MemorySessions>,
}

impl Context {
    pub(crate) fn new(options: Options) -> Self {
        Self { options, ..Self::default() }
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    /// Whether a server's chain is asked about.
    pub(crate) fn verifies(&self) -> bool {
        !matches!(self.options.trust, Trust::Anybody)
    }

    fn verifier(&self) -> Result<Option<Arc<Verifier>>, Error> {
        if let Some(verifier) = self.verifier.get() {
            return Ok(Some(Arc::clone(verifier)));
        }
        let verifier = match &self.options.trust {
            Trust::Anybody => return Ok(None),
            Trust::System => roots::system()?,
            Trust::Roots(roots) => Arc::new(Verifier::new(Roots::clone(roots))),
            Trust::File(file) => Arc::new(Verifier::new(roots::from_file(file)?)),
            Trust::Folder(folder) => Arc::new(Verifier::new(roots::from_directory(folder)?)),
        };
        Ok(Some(Arc::clone(self.verifier.get_or_init(|| verifier))))
    }

    /// The configuration for handshakes with `origin`, `host:port`; `early` if a request may go
    /// along with the first flight, which is one of HTTP/1.1 then.
    ///
    /// # Errors
    /// [`Error::Roots`].
    pub(crate) fn config(
        &self,
        origin: &str,
        http2: Http2,
        early: bool,
    ) -> Result<Arc<ClientConfig>, Error> {
        let offered: &[&[u8]] = match http2 {
            Http2::Offered if !early => &[HTTP2, HTTP11],
            Http2::Known => &[HTTP2],
            Http2::Never | Http2::Offered => &[HTTP11],
        };
        let offered = if self.options.alpn { offered } else { &[] };
        Ok(Arc::new(self.built(origin, offered, early)?))
    }

    /// The same for QUIC, where `alpn` is spoken inside and must be said (RFC 9001 §8.1).
    ///
    /// # Errors
    /// [`Error::Roots`].
    pub(crate) fn quic(
        &self,
        origin: &str,
        alpn: &[u8],
        early: bool,
    ) -> Result<Arc<ClientConfig>, Error> {
        let mut config = self.built(origin, &[alpn], early)?;
        // No middlebox looks for a session of TLS 1.2 in there (RFC 9001 §8.4).
        config.compatibility = false;
        Ok(Arc::new(config))
    }

    fn built(&self, origin: &str, offered: &[&[u8]], early: bool) -> Result<ClientConfig, Error> {
        let options = &self.options;
        let judge = Judge { verifier: self.verifier()?, pins: options.pins.clone() };
        let mut config = ClientConfig::new(Arc::new(judge));
        config.alpn = offered.iter().map(|name| name.to_vec()).collect();
        if options.resumption {
            let (origin, spoken) = (origin.to_owned(), config.alpn.clone());
            let tickets = Arc::clone(&self.tickets);
            config.sessions = Some(Arc::new(Keyed { origin, spoken, tickets }));
        }
        let resolver = |key: &Arc<_>| Arc::new(Arc::clone(key)) as Arc<dyn CertificateResolver>;
        config.certificates = options.identity.as_ref().map(resolver);
        config.early_data = early;
        config.key_log = options.key_log.clone();
        config.suites = options.suites.clone();
        config.groups = options.groups.clone();
        config.reveal_secrets = options.reveal_secrets;
        // The driver's own deadline bounds it, whatever that is.
        config.limits = ::tls::Limits { handshake: Duration::MAX, ..options.limits.clone() };
        Ok(config)
    }
}

/// The tickets of one origin among those of all.
struct Keyed {
    origin: String,
    /// What may be spoken, the best first.
    spoken: Vec<Vec<u8>>,
    tickets: Arc<MemorySessions>,
}

impl Keyed {
    fn place(&self, server: &str, spoken: Option<&[u8]>) -> String {
        format!("{} {server} {}", self.origin, spoken.unwrap_or_default().escape_ascii())
    }
}

impl SessionStore for Keyed {
    fn put(&self, server: &str, ticket: Ticket) {
        self.tickets.put(&self.place(server, ticket.alpn.as_deref()), ticket);
    }

    fn take(&self, server: &str) -> Option<Ticket> {
        let spoken = self.spoken.iter().map(|name| Some(name.as_slice()));
        let mut places = spoken.chain([None]).map(|spoken| self.place(server, spoken));
        places.find_map(|place| self.tickets.take(&place))
    }
}

/// Now, on both clocks.
pub(crate) fn moment() -> Moment {
    Moment { instant: Instant::now(), time: SystemTime::now().into() }
}
