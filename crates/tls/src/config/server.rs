//! What a server can do and wants.

use super::identity::CertificateResolver;
use crate::{
    CertificateVerifier, KeyExchange, KeyLog, Limits, NamedGroup, Suite, TicketStore,
    exchange::RingExchange, extension::Extension,
};
use std::{fmt, sync::Arc, time::Duration};

/// Whether a server wants to know who its clients are (RFC 8446 §4.3.2).
#[derive(Clone, Default)]
pub enum ClientAuth {
    /// It does not ask.
    #[default]
    None,
    /// It asks, and lets in who does not say. Who says must be believed.
    Optional(Arc<dyn CertificateVerifier>),
    /// It asks, and lets nobody in who does not say.
    Required(Arc<dyn CertificateVerifier>),
}

impl ClientAuth {
    /// Who decides, if anybody is asked.
    pub(crate) fn verifier(&self) -> Option<&Arc<dyn CertificateVerifier>> {
        match self {
            Self::None => None,
            Self::Optional(verifier) | Self::Required(verifier) => Some(verifier),
        }
    }
}

/// A server's configuration.
#[derive(Clone)]
pub struct ServerConfig {
    /// Finds the certificate for a name.
    pub certificates: Arc<dyn CertificateResolver>,
    /// What can be spoken inside, the best first; empty takes no part in the choice. With a list, a
    /// client that offers others is refused (RFC 7301 §3.2).
    pub alpn: Vec<Vec<u8>>,
    /// Keeps sessions; `None` resumes nothing.
    pub tickets: Option<Arc<dyn TicketStore>>,
    /// Tickets that each client gets, 2: a browser opens several connections at a time.
    pub ticket_count: u8,
    /// For how long a ticket is good, two hours; seven days at the most.
    pub ticket_lifetime: Duration,
    /// Whether to ask who the client is.
    pub client_auth: ClientAuth,
    /// Octets of early data that are taken, 0 for none: it can be replayed, so whoever takes it
    /// must know what it asks for (RFC 8446 §8). QUIC counts its own: anything but 0 is all ones
    /// there.
    pub early_data: u32,
    /// By how much a ticket's age may differ from what the client says for its early data to be
    /// fresh, 10 s (§8.3): what was recorded is stale after that.
    pub freshness: Duration,
    /// Whatever early data relies on and that may change between two starts of a server, as QUIC's
    /// limits (RFC 9001 §4.6.1). Tickets from another context bring no early data.
    pub early_context: Vec<u8>,
    /// Somebody who may know the secrets.
    pub key_log: Option<Arc<dyn KeyLog>>,
    /// Suites, the best first.
    pub suites: Vec<Suite>,
    /// Groups, the best first.
    pub groups: Vec<NamedGroup>,
    /// Each record of data is filled up with zeros to a multiple of so many octets, so that its
    /// length tells less (RFC 8446 §5.4); 0, as by default, fills none.
    pub padding: u16,
    /// Ceilings.
    pub limits: Limits,
    /// Makes the keys for the key exchange.
    pub exchange: Arc<dyn KeyExchange>,
    /// Whether a trace shows secrets.
    pub reveal_secrets: bool,
    /// What a HelloRetryRequest wants to hear again. We keep our state, and need none; the RFC's
    /// example has one.
    #[doc(hidden)]
    pub retry_cookie: Option<Vec<u8>>,
    /// What else stands in EncryptedExtensions, and what a CertificateRequest says in place of what
    /// we would, for the RFC's examples.
    #[doc(hidden)]
    pub encrypted_extensions: Vec<Extension>,
    #[doc(hidden)]
    pub certificate_request: Vec<Extension>,
}

impl ServerConfig {
    /// Shows what `certificates` finds; all else by default.
    pub fn new(certificates: Arc<dyn CertificateResolver>) -> Self {
        Self {
            certificates,
            alpn: Vec::new(),
            tickets: None,
            ticket_count: 2,
            ticket_lifetime: Duration::from_secs(7200),
            client_auth: ClientAuth::None,
            early_data: 0,
            freshness: Duration::from_secs(10),
            early_context: Vec::new(),
            key_log: None,
            suites: Suite::ALL.to_vec(),
            groups: RingExchange::GROUPS.to_vec(),
            padding: 0,
            limits: Limits::default(),
            exchange: Arc::new(RingExchange),
            reveal_secrets: false,
            retry_cookie: None,
            encrypted_extensions: Vec::new(),
            certificate_request: Vec::new(),
        }
    }
}

impl fmt::Debug for ServerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerConfig")
            .field("alpn", &self.alpn)
            .field("suites", &self.suites)
            .field("groups", &self.groups)
            .field("early_data", &self.early_data)
            .finish_non_exhaustive()
    }
}
