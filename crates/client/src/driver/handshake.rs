//! From a connected stream to one that is sealed, and to what is spoken inside.
//!
//! RFC 8446 §2, RFC 7301 (what is spoken), RFC 6066 §3 (the name that is asked for)
//!
//! ```text
//!   Connection ──► hello … Finished ──► ALPN ──► Connection that speaks HTTP/1.1, or HTTP/2
//!                        └─ a request goes along, where a ticket and the session allow it
//! ```
//!
//! Invariant: what is spoken inside is decided here, and nowhere else.
//!
//! Users: [`super::connect`].

use super::{
    connection::{Connection, Waits},
    pool::PoolKey,
    random::SystemOctets,
    secure::Secure,
};
use crate::{
    Error,
    adapter::Http2,
    core::timeouts::Phase,
    tls::{Context, moment},
};
use ::tls::{ClientConfig, record};
use std::{
    sync::{Arc, OnceLock},
    time::Instant,
};
use wire::trace::Trace;
use x509::ServerName;

/// What a connection speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Http11,
    Http2,
}

impl Protocol {
    /// What the server chose, of what we offered. Who chooses nothing knows nothing else.
    fn chosen(alpn: Option<&[u8]>) -> Self {
        match alpn {
            Some(b"h2") => Self::Http2,
            // Nothing else is offered, and the handshake fails where it is chosen all the same.
            Some(_) | None => Self::Http11,
        }
    }
}

/// Secures connections to one origin.
#[derive(Debug)]
pub(super) struct Handshaker {
    context: Arc<Context>,
    /// Without early data, and with it.
    configs: [OnceLock<Arc<ClientConfig>>; 2],
}

impl Handshaker {
    pub(super) fn new(context: Arc<Context>) -> Self {
        Self { context, configs: Default::default() }
    }

    fn config(&self, origin: &str, http2: Http2, early: bool) -> Result<Arc<ClientConfig>, Error> {
        let [late_config, early_config] = &self.configs;
        let place = if early { early_config } else { late_config };
        match place.get() {
            Some(config) => Ok(Arc::clone(config)),
            None => {
                let config = self.context.config(origin, http2, early)?;
                Ok(Arc::clone(place.get_or_init(|| config)))
            }
        }
    }

    // ANCHOR: secure
    /// Puts a connection, direct or by a tunnel, under TLS. Connecting `began` before, and the
    /// handshake is part of it. With `early` it may come back before the handshake is done.
    pub(super) fn secure(
        &self,
        connection: Connection,
        key: &PoolKey,
        limits: &http1::Limits,
        (waits, began): (&Waits, Instant),
        (early, trace): (bool, &Trace),
    ) -> Result<(Connection, Protocol), Error> {
        let origin = super::connect::authority(&key.host, key.port);
        let name = ServerName::parse(&key.host).map_err(|error| Error::Url {
            url: format!("{}://{origin}/", key.scheme),
            reason: error.to_string(),
        })?;
        let config = self.config(&origin, key.http2, early)?;
        let random = Box::new(SystemOctets::few()?);
        let tls = record::Connection::client_traced(config, name, random, moment(), trace.clone());
        let tls = tls.map_err(|error| Error::of_tls(&origin, error, false))?;
        let (name, number) = (connection.name.clone(), connection.number);
        let mut stream = connection.into_stream();
        stream.put_under(Secure::new(tls, origin, self.context.verifies(), trace.clone()));
        stream.shake(early, || waits.cap_since(Phase::Connect, began))?;
        let secured = stream.secured();
        let chosen = match (key.http2, secured) {
            // Without ALPN nobody chooses; the caller knows.
            (Http2::Known, Some(secured)) if secured.alpn().is_none() => Protocol::Http2,
            (_, secured) => Protocol::chosen(secured.as_deref().and_then(|secured| secured.alpn())),
        };
        Ok((Connection::new(stream, name, number, limits), chosen))
    }
    // ANCHOR_END: secure
}
