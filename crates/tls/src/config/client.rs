//! What a client can do and wants.

use super::identity::CertificateResolver;
use crate::{
    CertificateVerifier, KeyExchange, KeyLog, Limits, NamedGroup, SessionStore, Suite,
    exchange::RingExchange,
};
use std::{fmt, sync::Arc};

/// A client's configuration. Cheap to clone: what is large is shared.
#[derive(Clone)]
pub struct ClientConfig {
    /// Decides whether the server is believed.
    pub verifier: Arc<dyn CertificateVerifier>,
    /// What can be spoken inside, the best first; empty offers nothing (RFC 7301).
    pub alpn: Vec<Vec<u8>>,
    /// Who we are, if the server wants to know.
    pub certificates: Option<Arc<dyn CertificateResolver>>,
    /// Tickets from before; `None` resumes nothing.
    pub sessions: Option<Arc<dyn SessionStore>>,
    /// Whether early data is offered where a ticket allows it. What is sent so can be replayed by
    /// others (RFC 8446 §8): for requests that may happen twice.
    pub early_data: bool,
    /// Somebody who may know the secrets.
    pub key_log: Option<Arc<dyn KeyLog>>,
    /// Suites, the best first.
    pub suites: Vec<Suite>,
    /// Groups, the best first.
    pub groups: Vec<NamedGroup>,
    /// For how many of the groups a public key is sent at once, 1: a server that wants another
    /// asks, which costs a round trip and is rare.
    pub shares: usize,
    /// Whether to look like TLS 1.2 to middleboxes (RFC 8446 §D.4). Not under QUIC, which has none.
    pub compatibility: bool,
    /// Each record of data is filled up with zeros to a multiple of so many octets, so that its
    /// length tells less (RFC 8446 §5.4); 0, as by default, fills none.
    pub padding: u16,
    /// Ceilings.
    pub limits: Limits,
    /// Makes the keys for the key exchange.
    pub exchange: Arc<dyn KeyExchange>,
    /// Whether a trace shows secrets.
    pub reveal_secrets: bool,
}

impl ClientConfig {
    /// Believes whom `verifier` believes; all else by default.
    pub fn new(verifier: Arc<dyn CertificateVerifier>) -> Self {
        Self {
            verifier,
            alpn: Vec::new(),
            certificates: None,
            sessions: None,
            early_data: false,
            key_log: None,
            suites: Suite::ALL.to_vec(),
            groups: RingExchange::GROUPS.to_vec(),
            shares: 1,
            compatibility: true,
            padding: 0,
            limits: Limits::default(),
            exchange: Arc::new(RingExchange),
            reveal_secrets: false,
        }
    }
}

impl fmt::Debug for ClientConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientConfig")
            .field("alpn", &self.alpn)
            .field("suites", &self.suites)
            .field("groups", &self.groups)
            .field("early_data", &self.early_data)
            .finish_non_exhaustive()
    }
}
