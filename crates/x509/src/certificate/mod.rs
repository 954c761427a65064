//! A certificate: an issuer's signed word that a key is a subject's.
//!
//! RFC 5280 §4.1
//!
//! ```text
//!   Certificate        SEQUENCE
//!     tbsCertificate     SEQUENCE                    ◄─ what is signed, octet for octet
//!       version            [0] INTEGER 2               written as one less: this is v3
//!       serialNumber       INTEGER                     unique for its issuer
//!       signature          AlgorithmIdentifier         the same as below
//!       issuer             Name                        who says it
//!       validity           SEQUENCE of two times       when it holds
//!       subject            Name                        of whom
//!       subjectPublicKeyInfo                           which key
//!       extensions         [3] SEQUENCE OF             for which names and what use, and the rest
//!     signatureAlgorithm AlgorithmIdentifier
//!     signatureValue     BIT STRING                  ◄─ by the issuer's key
//! ```
//!
//! Reading says only that the octets are a certificate. Whether to believe it, and for what, is
//! [`Verifier`](crate::Verifier)'s to say; so a certificate that is expired, weak, or full of rules
//! nobody knows can be read and shown.
//!
//! Invariant: a `Certificate` never changes and owns its octets; a clone shares them.
//!
//! Used by: `verify`, `tls`, `dissect`, `issue`.

mod constraints;
mod extensions;
mod read;

pub use constraints::{ConstrainedName, NameConstraints};
pub use extensions::{AuthorityKeyIdentifier, BasicConstraints, Extension, Extensions, KeyUsage};
pub use read::dissect;

use crate::{
    AlgorithmIdentifier, DistinguishedName, Error, GeneralName, Limits, PublicKey,
    SignatureAlgorithm, Violation, der::DateTime, pem,
};
use std::{fmt, ops::Range, sync::Arc};
use wire::UnixTime;

/// The span of time in which a certificate holds, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// The first second.
    pub not_before: UnixTime,
    /// The last second.
    pub not_after: UnixTime,
}

impl fmt::Display for Validity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", DateTime::of(self.not_before), DateTime::of(self.not_after))
    }
}

/// A certificate that was read. Cheap to clone.
#[derive(Clone)]
pub struct Certificate {
    fields: Arc<Fields>,
}

/// What was read, by the RFC's names. Ranges are of `der`.
struct Fields {
    der: Vec<u8>,
    tbs_certificate: Range<usize>,
    version: u8,
    serial: Vec<u8>,
    issuer: DistinguishedName,
    validity: Validity,
    subject: DistinguishedName,
    public_key: PublicKey,
    extensions: Extensions,
    signature_algorithm: SignatureAlgorithm,
    signature_id: AlgorithmIdentifier,
    signature: Range<usize>,
}

impl Certificate {
    /// Reads one certificate, DER, with nothing behind it.
    ///
    /// # Errors
    /// The first rule it breaks, and where.
    pub fn read(der: &[u8]) -> Result<Self, Error> {
        Self::read_with(der, &Limits::default())
    }

    /// As [`read`](Self::read), with other ceilings.
    ///
    /// # Errors
    /// As there.
    pub fn read_with(der: &[u8], limits: &Limits) -> Result<Self, Error> {
        read::certificate(&mut wire::Reader::new(der), limits)
    }

    /// A chain as a peer sends it: the first must be readable; of the others, those that are not
    /// are left out, for a path may be found without them.
    ///
    /// # Errors
    /// Of the first; [`Violation::Empty`] if there is none.
    pub fn read_chain<D: AsRef<[u8]>>(
        ders: impl IntoIterator<Item = D>,
    ) -> Result<Vec<Self>, Error> {
        let mut ders = ders.into_iter();
        let leaf = ders.next().ok_or(Violation::Empty.at("certificate_list", 0))?;
        let mut chain = vec![Self::read(leaf.as_ref())?];
        chain.extend(ders.filter_map(|der| Self::read(der.as_ref()).ok()));
        Ok(chain)
    }

    /// Every `CERTIFICATE` of a PEM text, in order; other blocks are passed over. What a server
    /// reads its chain from.
    ///
    /// # Errors
    /// As [`pem::parse`] and [`read`](Self::read), at the first that is wrong;
    /// [`Violation::PemMissing`] if there is none.
    pub fn from_pem(text: &[u8]) -> Result<Vec<Self>, Error> {
        let mut blocks = pem::parse(text)?;
        blocks.retain(|block| block.label == "CERTIFICATE");
        if blocks.is_empty() {
            return Err(Violation::PemMissing { label: "CERTIFICATE" }.at("PEM", 0));
        }
        blocks.iter().map(|block| Self::read(&block.der)).collect()
    }

    /// The octets.
    pub fn der(&self) -> &[u8] {
        &self.fields.der
    }

    /// The certificate as PEM.
    pub fn to_pem(&self) -> String {
        pem::encode("CERTIFICATE", self.der())
    }

    /// 1, 2 or 3. Extensions came with 3.
    pub fn version(&self) -> u8 {
        self.fields.version
    }

    /// The serial number as it stood, in two's complement.
    pub fn serial(&self) -> &[u8] {
        &self.fields.serial
    }

    /// Who says it.
    pub fn issuer(&self) -> &DistinguishedName {
        &self.fields.issuer
    }

    /// When it holds.
    pub fn validity(&self) -> Validity {
        self.fields.validity
    }

    /// Of whom.
    pub fn subject(&self) -> &DistinguishedName {
        &self.fields.subject
    }

    /// Which key.
    pub fn public_key(&self) -> &PublicKey {
        &self.fields.public_key
    }

    /// For what, and the rest.
    pub fn extensions(&self) -> &Extensions {
        &self.fields.extensions
    }

    /// The names that the key may speak for; none if there is no subjectAltName.
    pub fn names(&self) -> &[GeneralName] {
        self.extensions().subject_alt_name.as_deref().unwrap_or_default()
    }

    /// How it is signed.
    pub fn signature_algorithm(&self) -> &SignatureAlgorithm {
        &self.fields.signature_algorithm
    }

    /// The same as it stood.
    pub fn signature_id(&self) -> &AlgorithmIdentifier {
        &self.fields.signature_id
    }

    /// The octets that are signed.
    pub fn signed(&self) -> &[u8] {
        self.fields.der.get(self.fields.tbs_certificate.clone()).unwrap_or_default()
    }

    /// The signature over them.
    pub fn signature(&self) -> &[u8] {
        self.fields.der.get(self.fields.signature.clone()).unwrap_or_default()
    }

    /// The contents of one of its [`extensions`](Self::extensions).
    pub fn contents(&self, extension: &Extension) -> &[u8] {
        self.fields.der.get(extension.contents.clone()).unwrap_or_default()
    }

    /// Whether issuer and subject are one name. (Self-*signed* it is only if its own key signed.)
    pub fn is_self_issued(&self) -> bool {
        self.issuer() == self.subject()
    }

    /// [`PublicKey::spki_sha256`].
    pub fn spki_sha256(&self) -> String {
        self.public_key().spki_sha256()
    }

    /// Whether `issuer`'s key signed this. It says nothing of whether it may sign.
    ///
    /// # Errors
    /// As [`PublicKey::verify`]; [`Violation::SchemeMismatch`] also for what is weak or unknown.
    pub fn is_signed_by(&self, issuer: &PublicKey) -> Result<(), Error> {
        match self.signature_algorithm().scheme(issuer.kind()) {
            Some(scheme) => issuer.verify(scheme, self.signed(), self.signature()),
            None => Err(Violation::SchemeMismatch.at("signatureAlgorithm", 0)),
        }
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der() == other.der()
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({} by {})", self.subject(), self.issuer())
    }
}
