//! Answers that came before anybody asked: kept until a GET asks for them.
//!
//! RFC 9113 §8.4
//!
//! ```text
//!   PUSH_PROMISE ──► kept by authority and path ──► the next GET of the same ──► its answer
//!                          └─ no room, or another origin's: refused
//! ```
//!
//! Invariant: at most [`MOST`] are kept, each with no more content than a stream's window; each is
//! used once.
//!
//! Invariant: what is kept is for the authority that the connection is with, and for no other.
//!
//! Users: [`super::told`], [`super::exchange`].

use super::call::Call;
use http::{HeaderName, Method, Request};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Pushed answers that are kept: what a page of one site has, and 8 MiB of content at most.
const MOST: usize = 32;

/// The answers of one connection.
#[derive(Debug, Default)]
pub(super) struct Pushed {
    kept: Mutex<HashMap<String, Arc<Call>>>,
    /// The authority of the first request, which is the connection's.
    authority: Mutex<Option<String>>,
}

impl Pushed {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Call>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection is with this authority.
    pub(super) fn belongs_to(&self, request: &Request) {
        let mut authority = self.authority.lock().unwrap_or_else(PoisonError::into_inner);
        if authority.is_none() {
            *authority = host(request);
        }
    }

    /// Keeps a place for a promised answer.
    ///
    /// # Errors
    /// Whether a rule was broken: the server speaks for another (§8.4).
    pub(super) fn promise(&self, request: &Request, call: &Arc<Call>) -> Result<(), bool> {
        let authority = self.authority.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if authority.is_none() || host(request) != authority {
            return Err(true);
        }
        let mut kept = self.lock();
        let path = request.target.to_string();
        if request.method != Method::Get || kept.len() >= MOST || kept.contains_key(&path) {
            return Err(false);
        }
        kept.insert(path, Arc::clone(call));
        Ok(())
    }

    /// The answer that was pushed for `request`, if one was, and it is the plain request for which
    /// it can stand.
    pub(super) fn take(&self, request: &Request) -> Option<Arc<Call>> {
        let special = [
            HeaderName::RANGE,
            HeaderName::IF_MATCH,
            HeaderName::IF_NONE_MATCH,
            HeaderName::IF_MODIFIED_SINCE,
            HeaderName::IF_UNMODIFIED_SINCE,
            HeaderName::AUTHORIZATION,
        ];
        let plain = !special.into_iter().any(|name| request.headers.contains(name));
        let mut kept = self.lock();
        if kept.is_empty() || request.method != Method::Get || !plain {
            return None;
        }
        let call = kept.remove(&request.target.to_string())?;
        let failed = call.lock().failed.is_some();
        (!failed).then_some(call)
    }
}

fn host(request: &Request) -> Option<String> {
    let host = request.headers.get_only(HeaderName::HOST)?;
    host.to_str().map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::{Call, MOST, Pushed};
    use http::{Method, Request, Target};
    use std::sync::Arc;

    fn request(method: Method, host: &str, path: &str) -> Request {
        let mut request = Request::new(method, Target::Origin(path.into()));
        request.headers.try_append("Host", host).unwrap();
        request
    }

    #[test]
    fn rfc9113_8_4_a_promise_in_anothers_name_is_a_broken_rule() {
        let pushed = Pushed::default();
        let call = Arc::new(Call::new(1));
        let own = |method, path: &str| pushed.promise(&request(method, "a:1", path), &call);
        assert_eq!(own(Method::Get, "/"), Err(true), "nobody has asked yet");
        pushed.belongs_to(&request(Method::Get, "A:1", "/"));
        for other in ["b:1", "a:2", "a"] {
            let promised = pushed.promise(&request(Method::Get, other, "/"), &call);
            assert_eq!(promised, Err(true), "{other}");
        }
        assert_eq!(own(Method::Head, "/"), Err(false));
        for at in 0..MOST {
            assert_eq!(own(Method::Get, &format!("/{at}")), Ok(()));
        }
        assert_eq!(own(Method::Get, "/more"), Err(false));
    }
}
