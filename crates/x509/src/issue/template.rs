//! A certificate before it is signed: each field as it is to stand there.
//!
//! RFC 5280 §4.1.2
//!
//! It signs whatever it is told, so that tests and experiments can make the certificates that must
//! be refused; those that should be believed are made by the functions of the module above.
//!
//! Used by: `issue`, and the tests of `verify`.

use super::Serial;
use crate::{
    AlgorithmIdentifier, Certificate, DistinguishedName, Error, PublicKey, SigningKey, Validity,
    der::{Oid, Tag, Writer, oid},
};

/// The fields of a certificate.
#[derive(Debug, Clone)]
pub struct Template {
    /// 1, 2 or 3; written as one less, and 1 not at all.
    pub version: u8,
    /// The octets of the INTEGER.
    pub serial: Vec<u8>,
    /// Who says it; at first the subject itself.
    pub issuer: DistinguishedName,
    /// When it holds.
    pub validity: Validity,
    /// Of whom.
    pub subject: DistinguishedName,
    /// The key, as a whole SubjectPublicKeyInfo.
    pub spki: Vec<u8>,
    /// Which extension, whether critical, and its contents.
    pub extensions: Vec<(Oid, bool, Vec<u8>)>,
}

impl Template {
    /// Version 3, no extensions, issued to itself.
    pub fn new(
        key: &PublicKey,
        subject: DistinguishedName,
        validity: Validity,
        serial: Serial,
    ) -> Self {
        let integer = Writer::build(|out| out.unsigned(&serial.0.to_be_bytes()));
        Self {
            version: 3,
            // Without tag and length: at most 17 octets take one of each.
            serial: integer.get(2..).unwrap_or_default().to_vec(),
            issuer: subject.clone(),
            validity,
            subject,
            spki: key.spki().to_vec(),
            extensions: Vec::new(),
        }
    }

    /// Adds an extension whose contents `body` writes, in place of one of its kind.
    pub fn extension(&mut self, id: Oid, critical: bool, body: impl FnOnce(&mut Writer<'_>)) {
        self.without(&id);
        self.extensions.push((id, critical, Writer::build(body)));
    }

    /// Takes an extension away.
    pub fn without(&mut self, id: &Oid) {
        self.extensions.retain(|(have, ..)| have != id);
    }

    /// Adds the subjectKeyIdentifier: 160 bits of the key's SHA-256 (RFC 7093 §2).
    pub fn key_identifier(&mut self) {
        let identifier = key_identifier(&self.spki);
        self.extension(oid::SUBJECT_KEY_IDENTIFIER, false, |out| out.octets(&identifier));
    }

    /// Adds the authorityKeyIdentifier of an issuer that has this subjectKeyIdentifier.
    pub fn authority_identifier(&mut self, identifier: &[u8]) {
        self.extension(oid::AUTHORITY_KEY_IDENTIFIER, false, |out| {
            out.sequence(|inner| inner.value(Tag::context(0), identifier));
        });
    }

    /// The fields of one that is there, to change some of them. Unique identifiers, which nobody
    /// writes, are left behind.
    pub fn of(certificate: &Certificate) -> Self {
        let extensions = certificate.extensions().all.iter().map(|extension| {
            let contents = certificate.contents(extension).to_vec();
            (extension.id.clone(), extension.critical, contents)
        });
        Self {
            version: certificate.version(),
            serial: certificate.serial().to_vec(),
            issuer: certificate.issuer().clone(),
            validity: certificate.validity(),
            subject: certificate.subject().clone(),
            spki: certificate.public_key().spki().to_vec(),
            extensions: extensions.collect(),
        }
    }

    /// The part that is signed, DER.
    pub(crate) fn tbs(&self, signature: &AlgorithmIdentifier) -> Vec<u8> {
        Writer::build(|out| {
            out.sequence(|tbs| {
                if self.version != 1 {
                    let version = u64::from(self.version.saturating_sub(1));
                    tbs.wrap(Tag::constructed(0), |inner| inner.number(version));
                }
                tbs.value(Tag::INTEGER, &self.serial);
                signature.write(tbs);
                tbs.raw(self.issuer.der());
                tbs.sequence(|validity| {
                    validity.time(self.validity.not_before);
                    validity.time(self.validity.not_after);
                });
                tbs.raw(self.subject.der());
                tbs.raw(&self.spki);
                if !self.extensions.is_empty() {
                    tbs.wrap(Tag::constructed(3), |explicit| {
                        explicit.sequence(|list| self.list(list));
                    });
                }
            });
        })
    }

    fn list(&self, out: &mut Writer<'_>) {
        for (id, critical, contents) in &self.extensions {
            out.sequence(|extension| {
                extension.oid(id);
                if *critical {
                    extension.boolean(true);
                }
                extension.octets(contents);
            });
        }
    }

    /// The whole certificate, DER, signed by `key`, whoever the issuer is said to be.
    ///
    /// # Errors
    /// [`SigningFailed`](crate::Violation::SigningFailed).
    pub fn sign(&self, key: &SigningKey) -> Result<Vec<u8>, Error> {
        let scheme = key.certificate_scheme();
        let id = AlgorithmIdentifier::of(scheme);
        let tbs = self.tbs(&id);
        let signature = key.sign(scheme, &tbs)?;
        Ok(Writer::build(|out| {
            out.sequence(|certificate| {
                certificate.raw(&tbs);
                id.write(certificate);
                certificate.bit_octets(&signature);
            });
        }))
    }
}

/// A short name for a key.
pub(crate) fn key_identifier(spki: &[u8]) -> Vec<u8> {
    let digest = ring::digest::digest(&ring::digest::SHA256, spki);
    digest.as_ref().get(..20).unwrap_or_default().to_vec()
}
