//! The certificates that are believed without proof.
//!
//! RFC 5280 §6.1.1 (d): a trust anchor is a name and a key; what else its certificate says is
//! checked too, for a root that was made without care should not be trusted by accident.
//!
//! Invariant: the roots of one name are found without looking at the others.
//!
//! Used by: [`Verifier`](super::Verifier). The files of a system are read by `client`.

use crate::{Certificate, DistinguishedName, Error, Limits, pem};
use std::{collections::HashMap, fmt};

/// A set of roots.
#[derive(Clone, Default)]
pub struct Roots {
    by_subject: HashMap<Vec<u8>, Vec<Certificate>>,
    count: usize,
}

impl Roots {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Every `CERTIFICATE` of a PEM text that can be read, and what was wrong with those that
    /// cannot: one bad root among a system's 150 is no reason to trust none.
    pub fn from_pem(text: &[u8]) -> (Self, Vec<Error>) {
        let (mut roots, mut skipped) = (Self::new(), Vec::new());
        match pem::parse_with(text, &Limits::default()) {
            Ok(blocks) => {
                for block in blocks {
                    match block.map(|block| (block.label == "CERTIFICATE").then_some(block.der)) {
                        Ok(Some(der)) => match Certificate::read(&der) {
                            Ok(certificate) => roots.add(certificate),
                            Err(error) => skipped.push(error),
                        },
                        Ok(None) => {}
                        Err(error) => skipped.push(error),
                    }
                }
            }
            Err(error) => skipped.push(error),
        }
        (roots, skipped)
    }

    /// Adds one; one that is there already is not there twice.
    pub fn add(&mut self, certificate: Certificate) {
        let same = self.by_subject.entry(certificate.subject().der().to_vec()).or_default();
        if !same.contains(&certificate) {
            same.push(certificate);
            self.count += 1;
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// All, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Certificate> {
        self.by_subject.values().flatten()
    }

    /// Whether this very certificate is one of them.
    pub fn contains(&self, certificate: &Certificate) -> bool {
        self.named(certificate.subject()).contains(certificate)
    }

    /// Those of this name.
    pub(super) fn named(&self, subject: &DistinguishedName) -> &[Certificate] {
        self.by_subject.get(subject.der()).map(Vec::as_slice).unwrap_or_default()
    }
}

impl Extend<Certificate> for Roots {
    fn extend<T: IntoIterator<Item = Certificate>>(&mut self, certificates: T) {
        for certificate in certificates {
            self.add(certificate);
        }
    }
}

impl FromIterator<Certificate> for Roots {
    fn from_iter<T: IntoIterator<Item = Certificate>>(certificates: T) -> Self {
        let mut roots = Self::new();
        roots.extend(certificates);
        roots
    }
}

impl fmt::Debug for Roots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Roots({})", self.count)
    }
}
