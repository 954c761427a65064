//! A private key that signs.
//!
//! RFC 8446 §4.4.3 (what a handshake signs), RFC 5280 §4.1.1.3 (what a certificate's issuer signs)
//!
//! ```
//! use x509::{Scheme, SigningKey};
//! let key = SigningKey::generate_p256()?;
//! let signature = key.sign(Scheme::EcdsaP256Sha256, b"octets")?;
//! key.public_key().verify(Scheme::EcdsaP256Sha256, b"octets", &signature)?;
//! // The same key from its file.
//! let again = SigningKey::from_pem(key.to_pkcs8_pem().as_bytes())?;
//! assert_eq!(again.public_key(), key.public_key());
//! # Ok::<(), x509::Error>(())
//! ```
//!
//! ECDSA and RSA-PSS take fresh randomness for each signature, from the system, through ring, which
//! takes it from nowhere else; Ed25519 takes none.
//!
//! Invariant: the public key stored beside a private one is the one that belongs to it: ring
//! computes it anew and compares. A key that is taken signs.
//!
//! Invariant: neither `Debug` nor any error shows anything of the private key.
//!
//! Used by: `tls` (CertificateVerify), `issue`.

use super::private::{self, Curve, Private};
use crate::{
    Error, Hash, PublicKey, Scheme, Violation,
    der::{Writer, oid},
    pem,
};
use ring::{
    rand::{SecureRandom, SystemRandom},
    rsa,
    signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use std::fmt;

enum Pair {
    Curve(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(Box<rsa::KeyPair>),
}

/// A private key with its public one.
pub struct SigningKey {
    pair: Pair,
    public: PublicKey,
    pkcs8: Vec<u8>,
}

impl SigningKey {
    /// A new key on P-256, which every peer takes.
    ///
    /// # Errors
    /// [`Violation::SigningFailed`] if the system has no randomness.
    pub fn generate_p256() -> Result<Self, Error> {
        Self::generate(&signature::ECDSA_P256_SHA256_ASN1_SIGNING)
    }

    /// A new key on P-384, which takes longer to use and gains nothing today.
    ///
    /// # Errors
    /// [`Violation::SigningFailed`] if the system has no randomness.
    pub fn generate_p384() -> Result<Self, Error> {
        Self::generate(&signature::ECDSA_P384_SHA384_ASN1_SIGNING)
    }

    fn generate(algorithm: &'static signature::EcdsaSigningAlgorithm) -> Result<Self, Error> {
        let made = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new());
        let der = made.map_err(|_| Violation::SigningFailed.at("privateKey", 0))?;
        Self::from_pkcs8(der.as_ref())
    }

    /// A new Ed25519 key, which browsers do not take.
    ///
    /// # Errors
    /// [`Violation::SigningFailed`] if the system has no randomness.
    pub fn generate_ed25519() -> Result<Self, Error> {
        let mut seed = [0; 32];
        let filled = SystemRandom::new().fill(&mut seed);
        filled.map_err(|_| Violation::SigningFailed.at("privateKey", 0))?;
        Self::from_private(&Private::Seed(&seed))
    }

    /// The first private key of a PEM text: `PRIVATE KEY`, `EC PRIVATE KEY` or `RSA PRIVATE KEY`.
    /// Certificates and parameters beside it are passed over.
    ///
    /// # Errors
    /// As [`pem::parse`]; [`Violation::PemMissing`], [`Violation::KeyEncrypted`], and what is wrong
    /// with the key.
    pub fn from_pem(text: &[u8]) -> Result<Self, Error> {
        for block in pem::parse(text)? {
            let key = match block.label.as_str() {
                "PRIVATE KEY" => Self::from_pkcs8(&block.der),
                "EC PRIVATE KEY" => Self::from_sec1(&block.der),
                "RSA PRIVATE KEY" => Self::from_pkcs1(&block.der),
                "ENCRYPTED PRIVATE KEY" => Err(Violation::KeyEncrypted.at("PEM", block.offset)),
                _ => continue,
            };
            return key;
        }
        Err(Violation::PemMissing { label: "PRIVATE KEY" }.at("PEM", 0))
    }

    /// A PKCS#8 key, DER.
    ///
    /// # Errors
    /// What is wrong with its DER; [`Violation::KeyUnsupported`], [`Violation::KeyRejected`],
    /// [`Violation::KeyPublicMissing`].
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, Error> {
        Self::from_private(&private::pkcs8(der)?)
    }

    /// A SEC 1 key, DER; it must name its curve and hold its public key, as OpenSSL writes it.
    ///
    /// # Errors
    /// As [`from_pkcs8`](Self::from_pkcs8).
    pub fn from_sec1(der: &[u8]) -> Result<Self, Error> {
        Self::from_private(&private::sec1(der, None)?)
    }

    /// A PKCS#1 RSA key, DER.
    ///
    /// # Errors
    /// As [`from_pkcs8`](Self::from_pkcs8).
    pub fn from_pkcs1(der: &[u8]) -> Result<Self, Error> {
        Self::from_private(&Private::Rsa(der))
    }

    fn from_private(private: &Private<'_>) -> Result<Self, Error> {
        let rejected = |_| Violation::KeyRejected.at("privateKey", 0);
        let (pair, spki) = match private {
            Private::Curve { curve, scalar, point } => {
                let algorithm = match curve {
                    Curve::P256 => &signature::ECDSA_P256_SHA256_ASN1_SIGNING,
                    Curve::P384 => &signature::ECDSA_P384_SHA384_ASN1_SIGNING,
                };
                let random = SystemRandom::new();
                let pair = EcdsaKeyPair::from_private_key_and_public_key(
                    algorithm, scalar, point, &random,
                );
                let pair = pair.map_err(rejected)?;
                let spki = spki(pair.public_key(), |id| {
                    id.oid(&oid::EC_PUBLIC_KEY);
                    id.oid(&curve.oid());
                });
                (Pair::Curve(pair), spki)
            }
            Private::Seed(seed) => {
                let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(rejected)?;
                let spki = spki(pair.public_key(), |id| id.oid(&oid::ED25519));
                (Pair::Ed25519(pair), spki)
            }
            Private::Rsa(der) => {
                let pair = rsa::KeyPair::from_der(der).map_err(rejected)?;
                let spki = spki(pair.public_key(), |id| {
                    id.oid(&oid::RSA_ENCRYPTION);
                    id.null();
                });
                (Pair::Rsa(Box::new(pair)), spki)
            }
        };
        let key = Self { pair, public: PublicKey::read(&spki)?, pkcs8: private.to_pkcs8() };
        key.try_out()?;
        Ok(key)
    }

    /// Of an RSA key ring checks some parts only when it signs; better a key that is refused than
    /// handshakes that fail.
    fn try_out(&self) -> Result<(), Error> {
        match self.pair {
            Pair::Rsa(_) => {
                let signed = self.sign(Scheme::RsaPkcs1(Hash::Sha256), b"");
                signed.map(|_| ()).map_err(|_| Violation::KeyRejected.at("privateKey", 0))
            }
            _ => Ok(()),
        }
    }

    /// The schemes that it signs with, the one to prefer first. PKCS#1 is not among them: TLS 1.3
    /// does not sign with it.
    pub fn schemes(&self) -> &'static [Scheme] {
        match &self.pair {
            Pair::Curve(_) if self.public.kind() == super::KeyKind::P384 => {
                &[Scheme::EcdsaP384Sha384]
            }
            Pair::Curve(_) => &[Scheme::EcdsaP256Sha256],
            Pair::Ed25519(_) => &[Scheme::Ed25519],
            Pair::Rsa(_) => &[
                Scheme::RsaPss(Hash::Sha256),
                Scheme::RsaPss(Hash::Sha384),
                Scheme::RsaPss(Hash::Sha512),
            ],
        }
    }

    /// The scheme under which it signs certificates: RSA's is PKCS#1, which every peer checks.
    pub(crate) fn certificate_scheme(&self) -> Scheme {
        match (&self.pair, self.schemes()) {
            (Pair::Rsa(_), _) => Scheme::RsaPkcs1(Hash::Sha256),
            (_, [scheme, ..]) => *scheme,
            (_, []) => Scheme::Ed25519,
        }
    }

    /// The signature over `message`.
    ///
    /// # Errors
    /// [`Violation::SchemeMismatch`] if this key does not sign so, [`Violation::SigningFailed`] if
    /// the system has no randomness.
    pub fn sign(&self, scheme: Scheme, message: &[u8]) -> Result<Vec<u8>, Error> {
        let random = SystemRandom::new();
        let failed = |_| Violation::SigningFailed.at("signature", 0);
        match (&self.pair, scheme) {
            (Pair::Ed25519(pair), Scheme::Ed25519) => Ok(pair.sign(message).as_ref().to_vec()),
            (Pair::Curve(pair), _) if self.schemes().contains(&scheme) => {
                Ok(pair.sign(&random, message).map_err(failed)?.as_ref().to_vec())
            }
            (Pair::Rsa(pair), Scheme::RsaPss(hash) | Scheme::RsaPkcs1(hash)) => {
                let pss = matches!(scheme, Scheme::RsaPss(_));
                let padding: &dyn signature::RsaEncoding = match (pss, hash) {
                    (true, Hash::Sha256) => &signature::RSA_PSS_SHA256,
                    (true, Hash::Sha384) => &signature::RSA_PSS_SHA384,
                    (true, Hash::Sha512) => &signature::RSA_PSS_SHA512,
                    (false, Hash::Sha256) => &signature::RSA_PKCS1_SHA256,
                    (false, Hash::Sha384) => &signature::RSA_PKCS1_SHA384,
                    (false, Hash::Sha512) => &signature::RSA_PKCS1_SHA512,
                };
                let mut out = vec![0; pair.public().modulus_len()];
                pair.sign(padding, &random, message, &mut out).map_err(failed)?;
                Ok(out)
            }
            _ => Err(Violation::SchemeMismatch.at("signature", 0)),
        }
    }

    /// The public half.
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// The key as PKCS#8, DER.
    pub fn to_pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// The key as a PEM text of PKCS#8.
    pub fn to_pkcs8_pem(&self) -> String {
        pem::encode("PRIVATE KEY", &self.pkcs8)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public.kind())
    }
}

/// A SubjectPublicKeyInfo.
fn spki(key: &impl AsRef<[u8]>, algorithm: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    Writer::build(|out| {
        out.sequence(|spki| {
            spki.sequence(algorithm);
            spki.bit_octets(key.as_ref());
        });
    })
}
