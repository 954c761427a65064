//! Certificates: who says that this key is that name's, and why we should believe it
//! (RFC 5280, RFC 9525).
//!
//! ```text
//!   octets ──pem──► DER ──Certificate::read──► Certificate   names, times, key, extensions
//!
//!   leaf ── signed by ──► intermediate ── signed by ──► root, one of Roots
//!   └────────────────────── Verifier::verify_server ───────────────────┘
//!              for this ServerName, at this UnixTime: a Path, or Refused and why
//!
//!   SigningKey ──issue──► Certificate                         for localhost, or from our own CA
//! ```
//!
//! From the ground up: [`der`] is how values are octets and [`pem`] how octets are text;
//! [`Certificate`] is what is said, [`PublicKey`] checks who said it, [`ServerName`] is whom it is
//! said of, and [`Verifier`] decides whether we believe it.
//!
//! Invariant: no input makes this crate panic, loop, or do more work than its [`Limits`] say.
//!
//! Invariant: nothing here reads a clock or a file: time and octets are handed in. (Signing and
//! making a key take the system's randomness through `ring`, which gives no other way.)
#![forbid(unsafe_code)]

mod algorithm;
mod certificate;
pub mod der;
mod error;
#[doc(hidden)]
pub mod fuzzing;
pub mod issue;
mod key;
mod limits;
mod name;
pub mod pem;
mod verify;

pub use algorithm::{AlgorithmIdentifier, Hash, Scheme, SignatureAlgorithm};
pub use certificate::{
    AuthorityKeyIdentifier, BasicConstraints, Certificate, ConstrainedName, Extension, Extensions,
    KeyUsage, NameConstraints, Validity, dissect,
};
pub use error::{Error, Violation};
pub use key::{KeyKind, PublicKey, SigningKey};
pub use limits::Limits;
pub use name::{DistinguishedName, DnsName, GeneralName, NoServerName, ServerName};
pub use verify::{Path, Refused, Roots, Verifier, Which};
