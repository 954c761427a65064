//! The certificates of a server: found by name, replaced while it runs.
//!
//! RFC 6066 §3, RFC 9525 §6
//!
//! | a client asks for          | and is shown                                          |
//! |----------------------------|-------------------------------------------------------|
//! | a name in a certificate    | that one; of several, one whose signature it can read |
//! | a name under `*.` in one   | that one                                              |
//! | another name, or none      | the first                                             |
//!
//! Whoever asked for another name sees by the certificate that it is not here, and says so to its
//! user in its own words.
//!
//! Invariant: a handshake sees the old certificates or the new ones, and connections that are there
//! are not touched.
//!
//! Invariant: a replacement that is wrong replaces nothing.

use crate::identity::{Identity, IdentityError, names_of};
use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};
use tls::{CertificateQuery, CertificateResolver, CertificatesByName, CertifiedKey};

/// Certificates by name.
pub struct Certificates {
    current: RwLock<Arc<CertificatesByName>>,
}

impl Certificates {
    /// These; the first is for whoever asks for a name that none has.
    ///
    /// # Errors
    /// [`IdentityError::None`]; [`IdentityError::Show`].
    pub fn of(identities: impl IntoIterator<Item = Identity>) -> Result<Arc<Self>, IdentityError> {
        Ok(Arc::new(Self { current: RwLock::new(Arc::new(by_name(identities)?)) }))
    }

    /// Shows these from the next handshake on.
    ///
    /// # Errors
    /// As [`of`](Self::of); then the old ones stay.
    pub fn replace(
        &self,
        identities: impl IntoIterator<Item = Identity>,
    ) -> Result<(), IdentityError> {
        let new = Arc::new(by_name(identities)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }

    fn current(&self) -> Arc<CertificatesByName> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn by_name(
    identities: impl IntoIterator<Item = Identity>,
) -> Result<CertificatesByName, IdentityError> {
    let mut found = CertificatesByName::new();
    let mut first = None;
    for identity in identities {
        let names = identity.chain().first().map(names_of).unwrap_or_default();
        let key = identity.certified()?;
        for name in names {
            found.add(&name, key.clone());
        }
        first.get_or_insert(key);
    }
    found.set_fallback(first.ok_or(IdentityError::None)?);
    Ok(found)
}

impl CertificateResolver for Certificates {
    fn resolve(&self, query: &CertificateQuery<'_>) -> Option<Arc<CertifiedKey>> {
        self.current().resolve(query)
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.current().fmt(f)
    }
}
