//! How a request shows who sends it.
//!
//! RFC 9110 §11, RFC 7617 (Basic), RFC 7616 (Digest)
//!
//! ```text
//!   client                        server
//!     │ GET /private ───────────────►│
//!     │◄──── 401, WWW-Authenticate ──│   Digest: the nonce comes first
//!     │ GET /private, Authorization ►│
//!     │◄──────────────────────── 200 │
//! ```
//!
//! Basic needs no challenge and is sent at once, as curl and `requests` do: the password is
//! readable to everybody on the way, so over `http` it belongs on loopback.
//!
//! Invariant: credentials go to the origin for which the caller gave them and to no other; the
//! session asks [`crate::core::redirect`] before it sends them anywhere else.

use super::digest::{Digest, Hash, Unanswerable};
use crate::Error;
use http::auth::{Challenge, basic};
use std::fmt;

/// Who sends, and by which scheme the server shall be convinced.
#[derive(Clone, PartialEq, Eq)]
pub enum Auth {
    /// Name and password, as good as readable; sent with the first request.
    Basic(Credentials),
    /// Answers a Digest challenge; the first request goes without.
    Digest(Credentials),
    /// Whatever the server offers, Digest before Basic; the first request goes without.
    Any(Credentials),
    /// A token that somebody issued (RFC 6750), sent with the first request.
    Bearer(String),
}

/// A user's name and password.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The name; for Basic it cannot hold a colon.
    pub user: String,
    /// The password.
    pub password: String,
}

impl Credentials {
    /// Name and password.
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self { user: user.into(), password: password.into() }
    }

    /// `Basic` and base64 of `user:password` in UTF-8; nothing where the name holds a colon or
    /// either holds a control character (RFC 7617 §2).
    pub fn basic(&self) -> Option<String> {
        basic(self.user.as_bytes(), self.password.as_bytes())
    }
}

/// Never the password: values like this end in logs.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials {{ user: {:?}, password: … }}", self.user)
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Basic(credentials) => write!(f, "Basic({credentials:?})"),
            Self::Digest(credentials) => write!(f, "Digest({credentials:?})"),
            Self::Any(credentials) => write!(f, "Any({credentials:?})"),
            Self::Bearer(_) => f.write_str("Bearer(…)"),
        }
    }
}

impl Auth {
    /// What goes with the first request, before any challenge.
    ///
    /// # Errors
    /// [`Error::Request`] where Basic cannot carry the name.
    pub fn first(&self) -> Result<Option<String>, Error> {
        match self {
            Self::Basic(credentials) => credentials.basic().map(Some).ok_or_else(unfit),
            Self::Bearer(token) => Ok(Some(format!("Bearer {token}"))),
            Self::Digest(_) | Self::Any(_) => Ok(None),
        }
    }

    /// Whose answer a challenge gets.
    pub fn credentials(&self) -> Option<&Credentials> {
        match self {
            Self::Basic(credentials) | Self::Digest(credentials) | Self::Any(credentials) => {
                Some(credentials)
            }
            Self::Bearer(_) => None,
        }
    }
}

/// What to do about a 401.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Send again with Basic.
    Basic,
    /// Send again with an answer to this challenge.
    Digest(Digest),
    /// Nothing on offer goes with what the caller allowed: the 401 stands.
    None,
}

/// Chooses among the challenges that came with a 401. The strongest hash wins, whatever order the
/// server listed them in; a server that offers MD5 beside SHA-256 is answered with SHA-256.
///
/// # Errors
/// [`Unanswerable`] if Digest was wanted, is offered, and no offer can be answered.
pub fn answer(auth: &Auth, challenges: &[Challenge]) -> Result<Answer, Unanswerable> {
    if !matches!(auth, Auth::Digest(_) | Auth::Any(_)) {
        return Ok(Answer::None);
    }
    let (mut best, mut fault) = (None::<Digest>, None);
    for challenge in challenges.iter().filter(|challenge| challenge.is("digest")) {
        match Digest::read(challenge) {
            Ok(digest) => {
                let better = best.as_ref().is_none_or(|best| {
                    best.hash() == Hash::Sha256 && digest.hash() == Hash::Sha512_256
                });
                if better {
                    best = Some(digest);
                }
            }
            Err(unanswerable) => fault = fault.or(Some(unanswerable)),
        }
    }
    let basic = challenges.iter().any(|challenge| challenge.is("basic"));
    match (best, fault) {
        (Some(digest), _) => Ok(Answer::Digest(digest)),
        (None, _) if basic && matches!(auth, Auth::Any(_)) => Ok(Answer::Basic),
        (None, Some(fault)) => Err(fault),
        (None, None) => Ok(Answer::None),
    }
}

/// A name that Basic cannot carry: it would arrive as another.
pub fn unfit() -> Error {
    Error::Request("a name for Basic holds no colon and no control character".into())
}
