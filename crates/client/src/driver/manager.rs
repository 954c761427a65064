//! All pools of a session: one for each origin and way to it.
//!
//! RFC 9112 §9.4
//!
//! ```text
//! (http, a.example, 80, direct)         → ConnectionPool
//! (http, a.example, 80, proxy p:3128)   → another: the peer is another
//! (https, a.example, 443, direct)       → another: the settings of TLS are the manager's
//! ```
//!
//! Invariant: no more pools than [`PoolLimits::origins`], but those in use.

use super::{
    compete::{Contest, Known as KnownPlaces},
    connect::Connector,
    multiplex::{Driver, Http2Options, Http3Options},
    pool::{ConnectionPool, PoolKey},
    reach::Reacher,
    shared::Shared,
};
use crate::{
    Error,
    adapter::{Http2, Prepared},
    core::{alternatives::Alternatives, pool::PoolLimits, url},
    tls::{self, Context},
    trace,
};
use sockets::DialOptions;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};
use wire::trace::Direction;

/// What a server may send, unless told otherwise: content of any length, since it streams.
pub(crate) fn limits() -> http1::Limits {
    http1::Limits { content: u64::MAX, ..http1::Limits::default() }
}

/// The pools.
#[derive(Debug)]
pub struct PoolManager {
    pools: Mutex<HashMap<PoolKey, Known>>,
    limits: PoolLimits,
    http1: http1::Limits,
    dial: DialOptions,
    tls: Arc<Context>,
    http2: Http2Options,
    http3: Http3Options,
    /// Where else origins are served, if anybody wants to know.
    alternatives: KnownPlaces,
    /// Drives the connections that are shared.
    driver: Arc<Driver>,
    /// Connections opened so far, which gives each its number.
    opened: Arc<AtomicU64>,
    /// Calls so far: who was used when.
    clock: AtomicU64,
}

impl Default for PoolManager {
    fn default() -> Self {
        Self::new(PoolLimits::default(), limits(), DialOptions::default())
    }
}

#[derive(Debug)]
struct Known {
    pool: Arc<ConnectionPool>,
    used: u64,
}

impl PoolManager {
    /// No pools yet. `dial` says how connections are made; its time-out gives way to a request's.
    pub fn new(limits: PoolLimits, http1: http1::Limits, dial: DialOptions) -> Self {
        let (pools, opened, clock) = Default::default();
        let (tls, http2, http3) = Default::default();
        let (alternatives, driver) = Default::default();
        Self { pools, limits, http1, dial, tls, http2, http3, alternatives, driver, opened, clock }
    }

    /// Speaks HTTP/2 so.
    #[must_use]
    pub fn with_http2(mut self, options: Http2Options) -> Self {
        self.http2 = options;
        self
    }

    /// Speaks HTTP/3 so.
    #[must_use]
    pub fn with_http3(mut self, options: Http3Options) -> Self {
        self.http3 = options;
        self
    }

    /// Looks for origins where they say that they are, too (Alt-Svc), and remembers it here.
    #[must_use]
    pub fn with_alternatives(mut self, known: Arc<Mutex<Alternatives>>) -> Self {
        self.alternatives = Some(known);
        self
    }

    /// With these settings of TLS. All pools of a manager have the same: what was opened by one
    /// setting never serves another.
    #[must_use]
    pub fn with_tls(mut self, options: tls::Options) -> Self {
        self.tls = Arc::new(Context::new(options));
        self
    }

    /// The pool for this request's origin and route.
    ///
    /// # Errors
    /// [`Error::Url`] for a URL without a host.
    pub fn connection_from(&self, request: &Prepared) -> Result<Arc<ConnectionPool>, Error> {
        let origin = request.url.origin();
        let origin = origin.ok_or_else(|| Error::Url {
            url: url::redact(&request.url.to_string()),
            reason: "it has no host".into(),
        })?;
        let key = PoolKey {
            scheme: origin.scheme.to_owned(),
            host: origin.host.to_dial(),
            port: origin.port,
            route: request.route.clone(),
            http2: request.http2(),
            http3: request.http3(),
        };
        trace::MANAGER.tell(&request.trace, Direction::Local, || {
            [
                trace::text("scheme", &key.scheme),
                trace::text("host", &key.host),
                trace::number("port", u64::from(key.port)),
                trace::text(
                    "proxy",
                    key.route.proxy.as_ref().map_or("none", |proxy| proxy.host.as_str()),
                ),
            ]
        });
        Ok(self.pool(key))
    }

    fn pool(&self, key: PoolKey) -> Arc<ConnectionPool> {
        let used = self.clock.fetch_add(1, Ordering::Relaxed);
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = pools.get_mut(&key) {
            known.used = used;
            return Arc::clone(&known.pool);
        }
        if pools.len() >= self.limits.origins {
            let idle = pools.iter().filter(|(_, known)| Arc::strong_count(&known.pool) == 1);
            let oldest = idle.min_by_key(|(_, known)| known.used).map(|(key, _)| key.clone());
            oldest.and_then(|oldest| pools.remove(&oldest));
        }
        // A new origin is a good time to look after the others: nothing else closes what a
        // session no longer asks for.
        let now = Instant::now();
        pools.values().for_each(|known| known.pool.expire(now));
        let connector = Connector::new(
            key.clone(),
            self.dial.clone(),
            self.http1.clone(),
            Arc::clone(&self.opened),
            Arc::clone(&self.tls),
        );
        let early = key.scheme == "https" && self.tls.options().early_data;
        let shared = (key.http2 != Http2::Never).then(|| {
            let driver = Arc::clone(&self.driver);
            Shared::new(driver, self.http2.clone(), self.limits.idle_time)
        });
        let reacher = Arc::new(Reacher {
            context: Arc::clone(&self.tls),
            dial: self.dial.clone(),
            options: self.http3.clone(),
        });
        let contest = Contest::new(&reacher, &self.alternatives, &key);
        let pool = ConnectionPool::new(connector, self.limits, early, (shared, contest));
        pools.insert(key, Known { pool: Arc::clone(&pool), used });
        pool
    }

    /// How many connections were opened in all.
    pub fn opened(&self) -> u64 {
        self.opened.load(Ordering::Relaxed)
    }

    /// Connections that carry a request, and connections that wait for one, in all pools.
    pub fn counts(&self) -> (usize, usize) {
        let pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        pools
            .values()
            .map(|known| known.pool.counts())
            .fold((0, 0), |sum, counts| (sum.0 + counts.0, sum.1 + counts.1))
    }

    /// Closes all connections that wait for work.
    pub fn close_idle(&self) {
        let pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        pools.values().for_each(|known| known.pool.close_idle());
    }

    /// The machine has another network than before: connections of HTTP/3 move on, idle ones of TCP
    /// are closed, for they cannot.
    pub fn network_changed(&self) {
        let pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        pools.values().for_each(|known| known.pool.leave_network());
        self.driver.network_changed();
    }
}
