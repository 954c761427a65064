//! Why a certificate is not believed: one variant for each reason.
//!
//! RFC 5280 §6.1
//!
//! Invariant: each text is one line that names the certificate, by its place and its subject, and
//! the reason. What a peer chose is escaped, and cut if it is long.
//!
//! Used by: `tls`, which sends an alert and tells the caller; `get`, which prints the line.

use crate::{Certificate, KeyKind, der::DateTime, der::Oid};
use std::fmt;
use wire::UnixTime;

/// Which certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Which {
    /// Signatures between it and the leaf, which is 0.
    pub depth: usize,
    /// Its subject as text, RFC 4514.
    pub subject: String,
}

/// Letters of a subject that are shown.
const SHOWN: usize = 120;

impl Which {
    pub(super) fn of(certificate: &Certificate, depth: usize) -> Self {
        let subject = if certificate.subject().is_empty() {
            certificate.names().first().map(cut).unwrap_or_default()
        } else {
            cut(certificate.subject())
        };
        Self { depth, subject }
    }
}

/// At most [`SHOWN`] letters; the rest is not even made.
pub(super) fn cut(text: &(impl fmt::Display + ?Sized)) -> String {
    struct Cut(String, usize);
    impl fmt::Write for Cut {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            for letter in text.chars() {
                self.1 = self.1.checked_sub(1).ok_or(fmt::Error)?;
                self.0.push(letter);
            }
            Ok(())
        }
    }
    let mut shown = Cut(String::new(), SHOWN);
    if fmt::write(&mut shown, format_args!("{text}")).is_err() {
        shown.0.push('…');
    }
    shown.0
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "certificate {} ({})", self.depth, self.subject)
    }
}

fn date(time: &UnixTime) -> DateTime {
    DateTime::of(*time)
}

/// Why not. The certificate's fields were well formed, or it would not have been read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The peer sent none.
    #[error("there is no certificate")]
    NoCertificate,

    // The leaf.
    /// Another server's (RFC 9525 §6).
    #[error("{which} is not for {wanted}; it names {names}")]
    WrongName {
        /// The leaf.
        which: Which,
        /// Whom the client wanted.
        wanted: String,
        /// Whom it names.
        names: String,
    },
    /// Not for servers, or not for clients (RFC 5280 §4.2.1.12, BR 7.1.2.7.10), itself or an
    /// authority above it.
    #[error("{which} is not for {purpose}: its extKeyUsage says otherwise")]
    WrongPurpose {
        /// Which.
        which: Which,
        /// `serverAuth` or `clientAuth`.
        purpose: &'static str,
    },
    /// A use of the key that keyUsage must allow or must not (RFC 5280 §4.2.1.3,
    /// RFC 8446 §4.4.2.2).
    #[error("{which} has a keyUsage {problem}")]
    WrongUsage {
        /// Which.
        which: Which,
        /// Which bit is missing, or should not be there.
        problem: &'static str,
    },
    /// An authority's certificate where a server's or a client's belongs (BR 7.1.2.7.8).
    #[error("{which} is an authority's, not a peer's own")]
    AuthorityAsLeaf {
        /// The leaf.
        which: Which,
    },

    // Any certificate.
    /// After notAfter (RFC 5280 §4.1.2.5).
    #[error("{which} expired at {}", date(.not_after))]
    Expired {
        /// Which.
        which: Which,
        /// Its last second.
        not_after: UnixTime,
    },
    /// Before notBefore (RFC 5280 §4.1.2.5).
    #[error("{which} is not valid before {}", date(.not_before))]
    NotYetValid {
        /// Which.
        which: Which,
        /// Its first second.
        not_before: UnixTime,
    },
    /// RSA under 2048 bits, or of an odd length (BR 6.1.5).
    #[error("{which} has a weak key: {key}")]
    WeakKey {
        /// Which.
        which: Which,
        /// The key.
        key: KeyKind,
    },
    /// A key that we do not have.
    #[error("{which} has a key of an unsupported kind: {algorithm}")]
    UnsupportedKey {
        /// Which.
        which: Which,
        /// The algorithm.
        algorithm: Oid,
    },
    /// Signed with MD5 or SHA-1.
    #[error("{which} is signed with a weak algorithm: {algorithm}")]
    WeakSignature {
        /// Which.
        which: Which,
        /// The algorithm.
        algorithm: Oid,
    },
    /// Signed in a way that we do not have, or that the issuer's key does not have.
    #[error("{which} is signed in a way that its issuer's {key} key does not have")]
    UnsupportedSignature {
        /// Which.
        which: Which,
        /// The issuer's key.
        key: KeyKind,
    },
    /// An extension that we do not understand and must (RFC 5280 §4.2).
    #[error("{which} has an unknown critical extension: {extension}")]
    UnknownCritical {
        /// Which.
        which: Which,
        /// The extension.
        extension: Oid,
    },
    /// Something that RFC 5280 says no certificate of this kind has, or every one has.
    #[error("{which} is irregular: {rule}")]
    Irregular {
        /// Which.
        which: Which,
        /// The rule and where it stands.
        rule: &'static str,
    },

    // Authorities.
    /// It signed another, and is no authority (RFC 5280 §4.2.1.9).
    #[error("{which} signed another certificate and is no authority")]
    NotAnAuthority {
        /// Which.
        which: Which,
    },
    /// More authorities below it than its pathLenConstraint allows (RFC 5280 §4.2.1.9).
    #[error("{which} allows {allowed} authorities below it, and there are {found}")]
    PathTooLong {
        /// Which.
        which: Which,
        /// As many as it allows.
        allowed: u64,
        /// As many as there are.
        found: u64,
    },
    /// More authorities than [`Limits::depth`](crate::Limits::depth).
    #[error("{which} would be authority number {} of the path, and {limit} are allowed", .limit + 1)]
    TooDeep {
        /// Which.
        which: Which,
        /// As many as are allowed.
        limit: usize,
    },
    /// A name in none of the subtrees that an authority above may name in (RFC 5280 §4.2.1.10).
    #[error("{which} names {name}, which {by} is not permitted to")]
    NameNotPermitted {
        /// Which.
        which: Which,
        /// The name.
        name: String,
        /// The authority with the constraint.
        by: Which,
    },
    /// A name in a subtree that an authority above must not name in (RFC 5280 §4.2.1.10).
    #[error("{which} names {name}, which {by} is excluded from")]
    NameExcluded {
        /// Which.
        which: Which,
        /// The name.
        name: String,
        /// The authority with the constraint.
        by: Which,
    },
    /// A name of a form that an authority above constrains and we do not compare
    /// (RFC 5280 §4.2.1.10).
    #[error("{which} names {name}, of a form that {by} constrains and nobody here compares")]
    NameUnsupported {
        /// Which.
        which: Which,
        /// The name.
        name: String,
        /// The authority with the constraint.
        by: Which,
    },

    // The path.
    /// The key of the one that is named as issuer did not sign it.
    #[error("{which} is not signed by its issuer, {issuer}")]
    SignatureInvalid {
        /// Which.
        which: Which,
        /// The issuer.
        issuer: String,
    },
    /// It is signed by itself and is not one of the roots.
    #[error("{which} is signed by itself, and is not one of the roots")]
    SelfSigned {
        /// Which.
        which: Which,
    },
    /// Nobody sent the issuer's certificate, and it is not one of the roots.
    #[error("{which} is issued by {issuer}, which is unknown")]
    UnknownIssuer {
        /// The last one before the gap.
        which: Which,
        /// The issuer.
        issuer: String,
    },
    /// [`Limits::signatures`](crate::Limits::signatures), `steps` or `names`.
    #[error("the chain asks for too much work: more than {limit} {what}")]
    TooMuchWork {
        /// What there was too much of.
        what: &'static str,
        /// As much as is allowed.
        limit: usize,
    },
}

impl Refused {
    /// How much it says: when several paths were tried, the most telling reason is kept.
    pub(super) fn weight(&self) -> u8 {
        match self {
            Self::UnknownIssuer { .. } | Self::SelfSigned { .. } => 0,
            Self::SignatureInvalid { .. } => 1,
            _ => 2,
        }
    }
}
