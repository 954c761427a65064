//! An authority of our own: one certificate to trust, as many below it as are needed.
//!
//! RFC 5280 §4.2.1.9, §4.2.1.3; CA/B BR 7.1.2.1 (root), 7.1.2.5 (intermediate)
//!
//! ```
//! use wire::UnixTime;
//! use x509::{Roots, ServerName, SigningKey, Validity, Verifier};
//! use x509::issue::{Authority, Serial, Usage};
//!
//! let now = UnixTime(1_760_000_000);
//! let (year, fortnight) = (Validity::from_now(now, 365), Validity::from_now(now, 13));
//! let root = Authority::root("Our root", SigningKey::generate_p256()?, year, Serial(1))?;
//! let below = root.authority("Our second", SigningKey::generate_p256()?, year, Serial(2))?;
//!
//! let name = [ServerName::parse("www.example.com").unwrap()];
//! let key = SigningKey::generate_p256()?;
//! let leaf = below.issue(key.public_key(), &name, Usage::Server, fortnight, Serial(3))?;
//!
//! let verifier = Verifier::new(Roots::from_iter([root.certificate().clone()]));
//! let path = verifier.verify_server(&[leaf, below.certificate().clone()], &name[0], now).unwrap();
//! assert_eq!(path.certificates().len(), 3);
//! # Ok::<(), x509::Error>(())
//! ```
//!
//! Used by: tests and experiments; whoever wants several servers under one root.

use super::{Serial, Template, general, key_identifier, leaf};
use crate::{
    Certificate, DistinguishedName, Error, KeyUsage, PublicKey, ServerName, SigningKey, Validity,
    Violation,
    der::{Oid, oid},
};

/// What a leaf's key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// To serve.
    Server,
    /// To be a client.
    Client,
    /// Both.
    Both,
}

impl Usage {
    pub(super) fn purposes(self) -> Vec<Oid> {
        match self {
            Self::Server => vec![oid::SERVER_AUTH],
            Self::Client => vec![oid::CLIENT_AUTH],
            Self::Both => vec![oid::SERVER_AUTH, oid::CLIENT_AUTH],
        }
    }
}

/// A certificate that may sign others, and its key.
#[derive(Debug)]
pub struct Authority {
    certificate: Certificate,
    key: SigningKey,
}

impl Authority {
    /// A root: an authority that nobody but its own key has signed.
    ///
    /// # Errors
    /// [`Violation::SigningFailed`].
    pub fn root(
        name: &str,
        key: SigningKey,
        validity: Validity,
        serial: Serial,
    ) -> Result<Self, Error> {
        let template = template(name, &key, validity, serial);
        Ok(Self { certificate: Certificate::read(&template.sign(&key)?)?, key })
    }

    /// One that was made before.
    ///
    /// # Errors
    /// [`Violation::KeyRejected`] if the key is another's.
    pub fn from_parts(certificate: Certificate, key: SigningKey) -> Result<Self, Error> {
        if certificate.public_key() != key.public_key() {
            return Err(Violation::KeyRejected.at("privateKey", 0));
        }
        Ok(Self { certificate, key })
    }

    /// Its certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Its key.
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// An authority below this one.
    ///
    /// # Errors
    /// [`Violation::SigningFailed`].
    pub fn authority(
        &self,
        name: &str,
        key: SigningKey,
        validity: Validity,
        serial: Serial,
    ) -> Result<Self, Error> {
        let template = template(name, &key, validity, serial);
        Ok(Self { certificate: self.sign(template)?, key })
    }

    /// A certificate for whoever has the private half of `key`, whom nobody here has asked for a
    /// proof.
    ///
    /// # Errors
    /// [`Violation::Empty`] without a name; [`Violation::SigningFailed`].
    pub fn issue(
        &self,
        key: &PublicKey,
        names: &[ServerName],
        usage: Usage,
        validity: Validity,
        serial: Serial,
    ) -> Result<Certificate, Error> {
        self.sign(leaf(key, &general(names), usage, validity, serial)?)
    }

    /// Signs a template as it stands, but for the issuer and the authorityKeyIdentifier.
    ///
    /// # Errors
    /// [`Violation::SigningFailed`]; what is wrong with the template.
    pub fn sign(&self, mut template: Template) -> Result<Certificate, Error> {
        template.issuer = self.certificate.subject().clone();
        let own = self.certificate.extensions().subject_key_identifier.clone();
        let own = own.unwrap_or_else(|| key_identifier(self.key.public_key().spki()));
        template.authority_identifier(&own);
        Certificate::read(&template.sign(&self.key)?)
    }
}

/// An authority's certificate, issued to itself.
fn template(name: &str, key: &SigningKey, validity: Validity, serial: Serial) -> Template {
    let subject = DistinguishedName::common_name(name);
    let mut template = Template::new(key.public_key(), subject, validity, serial);
    template.extension(oid::BASIC_CONSTRAINTS, true, |out| {
        out.sequence(|basic| basic.boolean(true));
    });
    template.extension(oid::KEY_USAGE, true, |out| {
        out.named_bits(KeyUsage::KEY_CERT_SIGN.0 | KeyUsage::CRL_SIGN.0);
    });
    template.key_identifier();
    template
}
