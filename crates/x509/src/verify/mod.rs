//! Whether to believe a certificate: a path of signatures from it to a root that we trust already.
//!
//! RFC 5280 §6, RFC 9525 §6; the CA/Browser Forum's Baseline Requirements (BR) where they are
//! stricter and cheap to check
//!
//! ```text
//!   depth 0       leaf            names the server; its key signs the handshake
//!      ▲ signed by
//!   depth 1       intermediate    an authority; sent by the server beside the leaf
//!      ▲ signed by
//!   depth 2       root            one of ours: trusted because we chose it, not for its signature
//! ```
//!
//! | question                                     | where         | answered                      |
//! |----------------------------------------------|---------------|-------------------------------|
//! | does the leaf name the server, may it serve  | `leaf`        | first: it costs nothing       |
//! | is this certificate sound, valid, an authority | `authority` | before its signature          |
//! | who signed it                                | `path`        | by search, with a budget      |
//! | may all above it name what it names          | `constraints` | when a root is reached        |
//!
//! ```
//! use wire::UnixTime;
//! use x509::{Roots, ServerName, SigningKey, Validity, Verifier};
//! use x509::issue::{Authority, Serial, Usage};
//!
//! let now = UnixTime(1_767_225_600);
//! let validity = Validity::from_now(now, 13);
//! let root = Authority::root("Our root", SigningKey::generate_p256()?, validity, Serial(1))?;
//! let [www, other] = ["www.example.com", "example.com"].map(|name| ServerName::parse(name).unwrap());
//! let key = SigningKey::generate_p256()?;
//! let names = std::slice::from_ref(&www);
//! let leaf = root.issue(key.public_key(), names, Usage::Server, validity, Serial(2))?;
//!
//! let verifier = Verifier::new(Roots::from_iter([root.certificate().clone()]));
//! assert!(verifier.verify_server(&[leaf.clone()], &www, now).is_ok());
//! let refused = verifier.verify_server(&[leaf.clone()], &other, now).unwrap_err();
//! assert_eq!(
//!     refused.to_string(),
//!     "certificate 0 (CN=www.example.com) is not for example.com; it names DNS:www.example.com"
//! );
//! let later = now.plus_seconds(14 * 86_400);
//! let refused = verifier.verify_server(&[leaf], &www, later).unwrap_err();
//! assert_eq!(
//!     refused.to_string(),
//!     "certificate 0 (CN=www.example.com) expired at 2026-01-14 00:00:00 UTC"
//! );
//! # Ok::<(), x509::Error>(())
//! ```
//!
//! Not asked: whether a certificate was revoked. Lists (CRL) and answers (OCSP) would have to be
//! fetched from the issuer, which costs time, tells it who visits whom, and is passed over by most
//! clients when it fails; so we rely on short lives instead, and a certificate that is believed
//! today is believed until it expires or its root is taken away. Nor certificate policies
//! (critical ones are refused as unknown), nor certificate transparency.
//!
//! Invariant: the work is bounded by [`Limits`](crate::Limits), whatever the peer sends.
//!
//! Invariant: a certificate that *is* one of the roots, octet for octet, needs no issuer: who runs
//! `--cacert` with a self-signed certificate trusts that one, and need not trust it to sign others.
//!
//! Used by: `tls`.

mod authority;
mod budget;
mod constraints;
mod leaf;
mod path;
mod refused;
mod roots;
mod sound;

pub use refused::{Refused, Which};
pub use roots::Roots;

use crate::{Certificate, Limits, ServerName};
use budget::Budget;
use wire::UnixTime;

/// What the leaf's key is to be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Server,
    Client,
}

/// A chain of certificates that was believed: the leaf first, a root last. If the leaf is a root
/// itself, it is alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    certificates: Vec<Certificate>,
}

impl Path {
    /// All of them, the leaf first.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }
}

/// Decides whether to believe a peer.
#[derive(Debug, Clone, Default)]
pub struct Verifier {
    /// Whom to believe without proof.
    pub roots: Roots,
    /// How much work a peer may cause.
    pub limits: Limits,
}

impl Verifier {
    /// A verifier that believes what leads to one of `roots`.
    pub fn new(roots: Roots) -> Self {
        Self { roots, limits: Limits::default() }
    }

    /// Whether the first of `chain` is `name`'s at `time`. The others may stand in any order, and
    /// more may stand there than are needed (RFC 8446 §4.4.2).
    ///
    /// # Errors
    /// Why not.
    pub fn verify_server(
        &self,
        chain: &[Certificate],
        name: &ServerName,
        time: UnixTime,
    ) -> Result<Path, Refused> {
        self.verify(chain, Purpose::Server, Some(name), time)
    }

    /// Whether the first of `chain` is a client's at `time`. Which client, its names say: look at
    /// the leaf of the [`Path`].
    ///
    /// # Errors
    /// Why not.
    pub fn verify_client(&self, chain: &[Certificate], time: UnixTime) -> Result<Path, Refused> {
        self.verify(chain, Purpose::Client, None, time)
    }

    fn verify(
        &self,
        chain: &[Certificate],
        purpose: Purpose,
        name: Option<&ServerName>,
        time: UnixTime,
    ) -> Result<Path, Refused> {
        let Some((leaf, others)) = chain.split_first() else { return Err(Refused::NoCertificate) };
        let trusted = self.roots.contains(leaf);
        leaf::check(leaf, purpose, name, time, trusted)?;
        if trusted {
            return Ok(Path { certificates: vec![leaf.clone()] });
        }
        let budget = Budget::new(&self.limits);
        let certificates =
            path::Search::new(&self.roots, others, purpose, time, budget).run(leaf)?;
        Ok(Path { certificates })
    }
}
