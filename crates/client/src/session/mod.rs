//! What stays the same from one request to the next: cookies, credentials, defaults, connections.
//!
//! RFC 9110 §10.1.5 (User-Agent), RFC 6265 (cookies)
//!
//! | floor                     | remembers                                   |
//! |---------------------------|---------------------------------------------|
//! | `Session`                 | cookies, nonces, defaults                   |
//! | `Adapter` under it        | pools, and through them connections         |
//!
//! A session is cheap to clone, and all clones are the same session. Any number of threads may use
//! it at once; each request runs on its caller's thread.
//!
//! Invariant: no lock is held while a request is on its way.

mod builder;
mod headers;
mod send;

pub use builder::SessionBuilder;

use crate::{
    Error, RequestBuilder,
    adapter::{Adapter, Expect, Route},
    core::{
        alternatives::Alternatives, auth::Auth, coding, digest::Digest, proxy::Proxies,
        timeouts::Timeouts, url,
    },
    request::Parts,
    trace,
};
use http::{HeaderMap, Method, Version, cookie::Jar};
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use wire::trace::{Direction, Trace};

/// A client's memory between requests. `Send` and `Sync`; clones are the same session.
#[derive(Clone)]
pub struct Session {
    inner: Arc<Inner>,
}

struct Inner {
    adapters: Vec<(String, Arc<dyn Adapter>)>,
    defaults: HeaderMap,
    /// `None`: cookies are neither kept nor sent.
    jar: Option<Mutex<Jar>>,
    /// Where else origins are served.
    alternatives: Option<Arc<Mutex<Alternatives>>>,
    /// Digest challenges by origin, so that the next request need not be refused first.
    nonces: Mutex<HashMap<String, Digest>>,
    auth: Option<Auth>,
    proxies: Proxies,
    route: Route,
    timeouts: Timeouts,
    redirects: u32,
    retries: u32,
    version: Version,
    prior_knowledge: bool,
    expect: Expect,
    trace: Trace,
    /// `Some`: content codings are undone.
    decoding: Option<coding::Limits>,
}

impl Session {
    /// A session with all defaults: cookies on, 20 redirects, no proxies. The environment's are
    /// asked for by [`SessionBuilder::proxies_from_environment`], which can fail.
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A session to be configured.
    pub fn builder() -> SessionBuilder {
        SessionBuilder::default()
    }

    /// A request of this session. A URL without a scheme is taken for `http`.
    ///
    /// # Errors
    /// [`Error::Url`], [`Error::Scheme`].
    pub fn request(&self, method: Method, url: &str) -> Result<RequestBuilder, Error> {
        let inner = &self.inner;
        let shown = trace::shown(&inner.trace, || url::redact(url));
        trace::REQUEST.tell(&inner.trace, Direction::Local, || {
            [trace::text("method", method.as_str()), trace::text("url", &shown)]
        });
        let url = url::read(url)?;
        let parts = Parts {
            method,
            url,
            version: inner.version,
            headers: HeaderMap::new(),
            without: Vec::new(),
            content: crate::Content::empty(),
            expect: inner.expect,
            auth: inner.auth.clone(),
            timeouts: inner.timeouts,
            redirects: inner.redirects,
            retries: inner.retries,
            upgrades: false,
            protocol: None,
        };
        Ok(RequestBuilder::new(self.clone(), parts))
    }

    /// GET, for short.
    ///
    /// # Errors
    /// As [`request`](Self::request).
    pub fn get(&self, url: &str) -> Result<RequestBuilder, Error> {
        self.request(Method::Get, url)
    }

    /// POST, for short. Until [`body`](RequestBuilder::body) gives it content, it says that it has
    /// none: a POST without a length is refused by some servers (RFC 9110 §8.6).
    ///
    /// # Errors
    /// As [`request`](Self::request).
    pub fn post(&self, url: &str) -> Result<RequestBuilder, Error> {
        Ok(self.request(Method::Post, url)?.body(""))
    }

    /// Lets `look` see or change the cookies; `None` if this session keeps none. `look` must send
    /// nothing by this session: it would wait for the cookies that it holds.
    pub fn cookies<T>(&self, look: impl FnOnce(&mut Jar) -> T) -> Option<T> {
        self.inner.jar.as_ref().map(|jar| look(&mut lock(jar)))
    }

    /// Looks at where else origins are served, as far as servers have said; `None` in a session
    /// that does not listen to that.
    pub fn alternatives<T>(&self, look: impl FnOnce(&mut Alternatives) -> T) -> Option<T> {
        self.inner.alternatives.as_ref().map(|known| look(&mut lock(known)))
    }

    /// Says that the machine has another network than before, for whom the system tells that.
    /// Connections of HTTP/3 move to a new socket, with what is under way on them (RFC 9000 §9);
    /// idle connections of TCP are closed; and what servers said of their other places is
    /// forgotten, but what they said lasts (RFC 7838 §2.2).
    ///
    /// A connection of HTTP/3 that carries something looks once a second whether the kernel would
    /// send from another address, so that a session which is told nothing follows, too.
    pub fn network_changed(&self) {
        self.alternatives(Alternatives::move_network);
        self.inner.adapters.iter().for_each(|(_, adapter)| adapter.network_changed());
    }

    fn adapter(&self, url: &str) -> Option<Arc<dyn Adapter>> {
        let fits = |(prefix, _): &&(String, Arc<dyn Adapter>)| url.starts_with(prefix.as_str());
        let fitting = self.inner.adapters.iter().filter(fits);
        fitting.max_by_key(|(prefix, _)| prefix.len()).map(|(_, adapter)| Arc::clone(adapter))
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("auth", &self.inner.auth)
            .field("proxies", &self.inner.proxies)
            .field("timeouts", &self.inner.timeouts)
            .finish_non_exhaustive()
    }
}

/// What a panic in another thread can leave half done here is at most a cookie not stored.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
