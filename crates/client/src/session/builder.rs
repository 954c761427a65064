//! A session's settings, before it exists.
//!
//! ```
//! use client::{Session, core::{proxy::Proxies, timeouts::Timeouts}};
//! use std::time::Duration;
//!
//! let session = Session::builder()
//!     .header("User-Agent", "mine/1.0")?
//!     .proxies(Proxies::default())
//!     .timeouts(Timeouts { total: Some(Duration::from_secs(10)), ..Timeouts::default() })
//!     .build();
//! # let _ = session;
//! # Ok::<(), client::Error>(())
//! ```

use super::{Inner, Session};
use crate::{
    Error,
    adapter::{Adapter, Expect, HttpAdapter, Route},
    core::{
        alternatives::Alternatives, auth::Auth, coding, pool::PoolLimits, proxy::InvalidProxy,
        proxy::Proxies, redirect, timeouts::Timeouts,
    },
    driver::{
        manager::{self, PoolManager},
        multiplex::{Http2Options, Http3Options},
    },
    request, tls,
};
use http::{HeaderMap, Version, cookie::Jar};
use sockets::{DialOptions, Family};
use std::{
    collections::HashMap,
    net::IpAddr,
    path::PathBuf,
    sync::{Arc, Mutex},
};
use wire::trace::Trace;

/// Who we say we are, unless told otherwise.
const USER_AGENT: &str = concat!("wirebook/", env!("CARGO_PKG_VERSION"));

/// Builds a [`Session`]. Every setting has a default.
#[derive(Clone)]
pub struct SessionBuilder {
    adapters: Vec<(String, Arc<dyn Adapter>)>,
    defaults: HeaderMap,
    jar: Option<Jar>,
    auth: Option<Auth>,
    proxies: Proxies,
    route: Route,
    timeouts: Timeouts,
    redirects: u32,
    retries: u32,
    version: Version,
    prior_knowledge: bool,
    http2: Http2Options,
    http3: Http3Options,
    alternatives: Option<Alternatives>,
    expect: Expect,
    trace: Trace,
    pool: PoolLimits,
    http1: http1::Limits,
    dial: DialOptions,
    decoding: Option<coding::Limits>,
    tls: tls::Options,
}

impl Default for SessionBuilder {
    fn default() -> Self {
        let mut defaults = HeaderMap::new();
        for (name, value) in [("User-Agent", USER_AGENT), ("Accept", "*/*")] {
            // Constants that any map takes.
            let _ = defaults.try_append(name, value);
        }
        Self {
            adapters: Vec::new(),
            defaults,
            jar: Some(Jar::default()),
            auth: None,
            proxies: Proxies::default(),
            route: Route::default(),
            timeouts: Timeouts::default(),
            redirects: redirect::MOST,
            retries: 0,
            version: Version::Http2,
            prior_knowledge: false,
            http2: Http2Options::default(),
            http3: Http3Options::default(),
            alternatives: None,
            expect: Expect::default(),
            trace: Trace::default(),
            pool: PoolLimits::default(),
            http1: manager::limits(),
            dial: DialOptions::default(),
            decoding: None,
            tls: tls::Options::default(),
        }
    }
}

impl SessionBuilder {
    /// A field for every request; `User-Agent` and `Accept` replace the defaults. What speaks to
    /// one origin alone, such as `Authorization` or `Cookie`, goes to that of each request's first
    /// URL and no other. Framing fields and `Expect` as in
    /// [`RequestBuilder::header`](crate::RequestBuilder::header).
    ///
    /// # Errors
    /// [`Error::Field`] for CR, LF and whatever else a field cannot hold; [`Error::Framing`].
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, Error> {
        match request::field(name.as_bytes(), value.as_bytes())? {
            Some((name, value)) => self.defaults.set(name, value),
            None => self.expect = Expect::Always,
        }
        Ok(self)
    }

    /// The cookies to begin with.
    #[must_use]
    pub fn cookies(mut self, jar: Jar) -> Self {
        self.jar = Some(jar);
        self
    }

    /// Cookies are neither kept nor sent.
    #[must_use]
    pub fn without_cookies(mut self) -> Self {
        self.jar = None;
        self
    }

    /// Who sends all requests. Goes to the origin of each request's first URL and no other.
    #[must_use]
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = Some(auth);
        self
    }

    /// Proxies as given. Without this call, none.
    #[must_use]
    pub fn proxies(mut self, proxies: Proxies) -> Self {
        self.proxies = proxies;
        self
    }

    /// Proxies as the environment says: `http_proxy`, `all_proxy`, `no_proxy`.
    ///
    /// # Errors
    /// [`Error::Proxy`] for a variable that cannot be read.
    pub fn proxies_from_environment(self) -> Result<Self, Error> {
        let read: Result<Proxies, InvalidProxy> =
            Proxies::from_variables(|name| std::env::var(name).ok());
        Ok(self.proxies(read?))
    }

    /// Through a proxy always by a tunnel (curl's `-p`).
    #[must_use]
    pub fn tunnel(mut self, tunnel: bool) -> Self {
        self.route.tunnel = tunnel;
        self
    }

    /// By this Unix-domain socket, whatever the URL's host.
    #[must_use]
    pub fn unix_socket(mut self, path: impl Into<PathBuf>) -> Self {
        self.route.unix_socket = Some(path.into());
        self
    }

    /// Bounds on time.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// How many redirects are followed; 20 by default.
    #[must_use]
    pub fn redirects(mut self, most: u32) -> Self {
        self.redirects = most;
        self
    }

    /// How often a request is sent again after 408, 429 or a transient 5xx; 0 by default.
    #[must_use]
    pub fn retries(mut self, most: u32) -> Self {
        self.retries = most;
        self
    }

    /// The newest version that may be spoken; HTTP/2 by default, which an `https` server chooses
    /// if it can.
    #[must_use]
    pub fn version(mut self, version: Version) -> Self {
        self.version = version;
        self
    }

    /// Speaks HTTP/2 at once, without asking: for servers that are known to, also of `http`
    /// (RFC 9113 §3.3).
    #[must_use]
    pub fn prior_knowledge(mut self, known: bool) -> Self {
        self.prior_knowledge = known;
        self
    }

    /// How HTTP/2 is spoken: ceilings, and whether servers may push.
    #[must_use]
    pub fn http2(mut self, options: Http2Options) -> Self {
        self.http2 = options;
        self
    }

    /// How HTTP/3 is spoken: ceilings, and QUIC's head start before TCP.
    #[must_use]
    pub fn http3(mut self, options: Http3Options) -> Self {
        self.http3 = options;
        self
    }

    /// Goes where servers say that they are, too (Alt-Svc, RFC 7838), beginning with these places.
    /// Without this call, what they say is not listened to.
    #[must_use]
    pub fn alternatives(mut self, known: Alternatives) -> Self {
        self.alternatives = Some(known);
        self
    }

    /// Whether to ask before content is sent.
    #[must_use]
    pub fn expect(mut self, expect: Expect) -> Self {
        self.expect = expect;
        self
    }

    /// Who listens to the walk.
    #[must_use]
    pub fn trace(mut self, trace: Trace) -> Self {
        self.trace = trace;
        self
    }

    /// Bounds of each pool.
    #[must_use]
    pub fn pool(mut self, limits: PoolLimits) -> Self {
        self.pool = limits;
        self
    }

    /// Bounds of what a server may send. By default those of [`http1::Limits`], but content of any
    /// length: it streams, and whoever gathers it gives a bound of their own. The time-outs among
    /// them are not used; [`timeouts`](Self::timeouts) are.
    #[must_use]
    pub fn limits(mut self, limits: http1::Limits) -> Self {
        self.http1 = limits;
        self
    }

    /// Asks for compressed content, and undoes what the server did: gzip, zlib and raw DEFLATE.
    /// Off by default, as curl has it; the head stays as it came. A body may then fail with
    /// [`Error::Coding`], or with [`Error::Bomb`] where it becomes more than `limits` allow.
    #[must_use]
    pub fn compressed(mut self, limits: coding::Limits) -> Self {
        self.decoding = Some(limits);
        // A constant that any map takes.
        let _ = self.defaults.try_append("Accept-Encoding", coding::ACCEPTED);
        self
    }

    /// IPv4 alone, IPv6 alone, or both (curl's `-4` and `-6`).
    #[must_use]
    pub fn family(mut self, family: Family) -> Self {
        self.dial.family = family;
        self
    }

    /// Addresses to use for a name at a port instead of asking for them (curl's `--resolve`).
    #[must_use]
    pub fn resolve(mut self, host: &str, port: u16, addresses: Vec<IpAddr>) -> Self {
        self.dial.overrides.push((host.to_ascii_lowercase(), port, addresses));
        self
    }

    /// Believes what these certificates vouch for, and not what the system's do.
    #[must_use]
    pub fn roots(mut self, roots: tls::Roots) -> Self {
        self.tls.trust = tls::Trust::Roots(Arc::new(roots));
        self
    }

    /// Believes any server (curl's `-k`): what is sent is private, but nobody knows with whom.
    #[must_use]
    pub fn insecure(mut self) -> Self {
        self.tls.trust = tls::Trust::Anybody;
        self
    }

    /// Shows this certificate to servers that ask; see [`tls::identity`].
    #[must_use]
    pub fn identity(mut self, identity: Arc<tls::CertifiedKey>) -> Self {
        self.tls.identity = Some(identity);
        self
    }

    /// Whether requests that change nothing may go before the handshake is done; see
    /// [`tls::Options::early_data`].
    #[must_use]
    pub fn early_data(mut self, early: bool) -> Self {
        self.tls.early_data = early;
        self
    }

    /// Whom to believe, who we are, and all else about `https` and `wss`.
    #[must_use]
    pub fn tls(mut self, options: tls::Options) -> Self {
        self.tls = options;
        self
    }

    /// An adapter for all URLs that begin with `prefix`; the longest prefix wins, and of two equal
    /// ones the later. A prefix that names a host ends with a slash, or it is also the beginning of
    /// longer names.
    #[must_use]
    pub fn mount(mut self, prefix: impl Into<String>, adapter: Arc<dyn Adapter>) -> Self {
        self.adapters.push((prefix.into(), adapter));
        self
    }

    /// The session.
    pub fn build(self) -> Session {
        let manager = PoolManager::new(self.pool, self.http1, self.dial);
        let mut manager = manager.with_tls(self.tls).with_http2(self.http2).with_http3(self.http3);
        let alternatives = self.alternatives.map(|known| Arc::new(Mutex::new(known)));
        if let Some(known) = &alternatives {
            manager = manager.with_alternatives(Arc::clone(known));
        }
        let adapter: Arc<dyn Adapter> = Arc::new(HttpAdapter::new(manager));
        let mut adapters: Vec<(String, Arc<dyn Adapter>)> = ["http://", "https://"]
            .map(|prefix| (prefix.to_owned(), Arc::clone(&adapter)))
            .to_vec();
        adapters.extend(self.adapters);
        Session {
            inner: Arc::new(Inner {
                adapters,
                defaults: self.defaults,
                jar: self.jar.map(Mutex::new),
                alternatives,
                nonces: Mutex::new(HashMap::new()),
                auth: self.auth,
                proxies: self.proxies,
                route: self.route,
                timeouts: self.timeouts,
                redirects: self.redirects,
                retries: self.retries,
                version: self.version,
                prior_knowledge: self.prior_knowledge,
                expect: self.expect,
                trace: self.trace,
                decoding: self.decoding,
            }),
        }
    }
}
