//! What a server needs to speak TLS: certificates, policy, tickets; and what came of it.
//!
//! RFC 8446
//!
//! ```
//! use server::{Certificates, Router, Server, Tls, identity::Identity, inline};
//! use std::sync::Arc;
//!
//! let identity = Identity::generate(std::time::SystemTime::now().into())?;
//! let tls = Tls::new(Certificates::of([identity])?);
//! let router = Router::new().get("/", inline(|request, reply| {
//!     let suite = request.tls().and_then(|tls| tls.suite);
//!     reply.text(http::StatusCode::OK, format!("{suite:?}"));
//! }));
//! let server = Server::new(router).listen_tls("127.0.0.1:0".parse()?, &tls)?.start()?;
//! println!("https://{}/", server.tls_addresses()[0]);
//! server.stop()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Used by: [`Server::listen_tls`](crate::Server::listen_tls).

use crate::{Certificates, core::Protocol};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tls::{MemoryTickets, ServerConfig, Summary};

/// TLS on a listener; may serve several. All loops share it, and with it the store of tickets: one
/// that was used on one loop is used up on all.
#[derive(Debug)]
pub struct Tls {
    config: Arc<ServerConfig>,
    /// The same, for a server that does not speak HTTP/2.
    http1: Arc<ServerConfig>,
    /// The same, for what stands on QUIC.
    http3: Arc<ServerConfig>,
    full: AtomicU64,
    resumed: AtomicU64,
    failed: AtomicU64,
}

/// Handshakes so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Handshakes {
    /// Done, with a certificate shown.
    pub full: u64,
    /// Done, with a ticket from before.
    pub resumed: u64,
    /// Not done: a rule was broken, the peer left, or it took too long.
    pub failed: u64,
}

impl Tls {
    /// TLS with these certificates, tickets in memory, and nothing that has to be asked for: no
    /// early data, no clients' certificates, no key log.
    pub fn new(certificates: Arc<Certificates>) -> Arc<Self> {
        Self::with(Self::config_for(certificates))
    }

    /// What [`new`](Self::new) starts from, to be changed and given to [`with`](Self::with).
    pub fn config_for(certificates: Arc<Certificates>) -> ServerConfig {
        let mut config = ServerConfig::new(certificates);
        config.tickets = Some(Arc::new(MemoryTickets::default()));
        config
    }

    /// TLS with this configuration. What is spoken inside is the server's business: whatever `alpn`
    /// says is replaced.
    pub fn with(mut config: ServerConfig) -> Arc<Self> {
        config.alpn = Protocol::names(false);
        let http1 = Arc::new(config.clone());
        config.alpn = Protocol::names(true);
        let mut http3 = config.clone();
        http3.alpn = vec![b"h3".to_vec()];
        // QUIC's own windows bound it, and it is all or nothing (RFC 9001 §4.6.1).
        http3.early_data = if config.early_data > 0 { u32::MAX } else { 0 };
        let http3 = Arc::new(http3);
        let (full, resumed, failed) = Default::default();
        Arc::new(Self { config: Arc::new(config), http1, http3, full, resumed, failed })
    }

    /// What its connections go by, on a server that speaks HTTP/2 or does not.
    pub(crate) fn config(&self, http2: bool) -> &Arc<ServerConfig> {
        if http2 { &self.config } else { &self.http1 }
    }

    /// What HTTP/3 goes by.
    pub(crate) const fn http3(&self) -> &Arc<ServerConfig> {
        &self.http3
    }

    /// Handshakes so far, over all loops.
    pub fn handshakes(&self) -> Handshakes {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Handshakes {
            full: load(&self.full),
            resumed: load(&self.resumed),
            failed: load(&self.failed),
        }
    }

    pub(crate) fn count_handshake(&self, summary: &Summary) {
        let counter = if summary.resumed { &self.resumed } else { &self.full };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_failure(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }
}
