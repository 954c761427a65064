//! Public keys: which kind, and whether a signature is theirs.
//!
//! RFC 5280 §4.1.2.7, RFC 3279 §2.3.1 (RSA), RFC 5480 §2 (curves), RFC 8410 §4 (Ed25519)
//!
//! ```text
//!   SubjectPublicKeyInfo ::= SEQUENCE {
//!     algorithm          AlgorithmIdentifier,
//!     subjectPublicKey   BIT STRING }
//! ```
//!
//! | algorithm       | parameters | the BIT STRING holds                                    |
//! |-----------------|------------|---------------------------------------------------------|
//! | rsaEncryption   | NULL       | SEQUENCE { modulus INTEGER, publicExponent INTEGER }    |
//! | id-ecPublicKey  | secp256r1  | 04, then x and y of 32 octets each                      |
//! | id-ecPublicKey  | secp384r1  | 04, then x and y of 48 octets each                      |
//! | id-Ed25519      | none       | 32 octets                                               |
//!
//! Invariant: a key that we cannot use is still a key that can be read, shown and compared; it
//! verifies nothing.
//!
//! Used by: `verify` for certificates, `tls` for CertificateVerify.

mod private;
mod signing;

pub use signing::SigningKey;

use crate::{
    AlgorithmIdentifier, Error, Hash, Limits, Scheme, Violation,
    der::{Oid, Reader, oid},
};
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use std::fmt;

/// Which kind of key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// RSA.
    Rsa {
        /// Bits of the modulus.
        bits: usize,
    },
    /// A point on the curve secp256r1.
    P256,
    /// A point on the curve secp384r1.
    P384,
    /// Ed25519.
    Ed25519,
    /// One that we do not have: DSA, other curves, RSA for PSS alone.
    Other,
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa { bits } => write!(f, "RSA-{bits}"),
            Self::P256 => f.write_str("P-256"),
            Self::P384 => f.write_str("P-384"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Other => f.write_str("unknown"),
        }
    }
}

/// What ring takes.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Material {
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    Octets(Vec<u8>),
}

/// A subject's public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    kind: KeyKind,
    algorithm: Oid,
    spki: Vec<u8>,
    material: Material,
}

impl PublicKey {
    /// Reads a whole SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// What is wrong with the DER, or with a key of an algorithm that we know.
    pub fn read(spki: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(spki);
        let key = Self::parse(&mut reader)?;
        reader.end("subjectPublicKeyInfo")?;
        Ok(key)
    }

    pub(crate) fn parse(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let (spki, _) = reader.whole("subjectPublicKeyInfo")?;
        reader.sequence("subjectPublicKeyInfo", "RFC 5280 §4.1.2.7", |inner| {
            let start = inner.offset();
            let id = AlgorithmIdentifier::read(inner, "algorithm")?;
            let key_at = inner.offset();
            let key = inner.bit_octets("subjectPublicKey")?;
            let (kind, material) = material(&id, start, key, key_at)?;
            inner.explain(|| format!("{kind} key"));
            Ok(Self { kind, algorithm: id.algorithm, spki: spki.to_vec(), material })
        })
    }

    /// Which kind.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The algorithm's identifier, which says more of a key that is [`KeyKind::Other`].
    pub fn algorithm(&self) -> &Oid {
        &self.algorithm
    }

    /// The whole SubjectPublicKeyInfo, DER.
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// The SHA-256 of the SubjectPublicKeyInfo in base64: what Chromium's
    /// `--ignore-certificate-errors-spki-list` takes, and what pins a key across renewals.
    pub fn spki_sha256(&self) -> String {
        let digest = ring::digest::digest(&ring::digest::SHA256, &self.spki);
        wire::base64::encode(digest.as_ref())
    }

    /// Whether `signature` is this key's over `message`.
    ///
    /// # Errors
    /// [`Violation::SignatureInvalid`]; [`Violation::SchemeMismatch`] if the scheme is another
    /// kind of key's; [`Violation::KeyLength`]; [`Violation::KeyUnsupported`].
    pub fn verify(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> Result<(), Error> {
        let fail = |violation: Violation| violation.at("signature", 0);
        let valid = match (&self.material, scheme, self.kind) {
            (_, _, KeyKind::Other) => return Err(fail(Violation::KeyUnsupported)),
            (Material::Rsa { .. }, _, KeyKind::Rsa { bits }) if !(2048..=8192).contains(&bits) => {
                return Err(fail(Violation::KeyLength { bits }));
            }
            (Material::Rsa { modulus, exponent }, Scheme::RsaPkcs1(_) | Scheme::RsaPss(_), _) => {
                let key = RsaPublicKeyComponents { n: modulus, e: exponent };
                key.verify(rsa_parameters(scheme), message, signature)
            }
            (Material::Octets(octets), _, kind) => {
                let Some(algorithm) = curve_algorithm(scheme, kind) else {
                    return Err(fail(Violation::SchemeMismatch));
                };
                UnparsedPublicKey::new(algorithm, octets).verify(message, signature)
            }
            _ => return Err(fail(Violation::SchemeMismatch)),
        };
        valid.map_err(|_| fail(Violation::SignatureInvalid))
    }
}

fn rsa_parameters(scheme: Scheme) -> &'static signature::RsaParameters {
    match scheme {
        Scheme::RsaPkcs1(Hash::Sha256) => &signature::RSA_PKCS1_2048_8192_SHA256,
        Scheme::RsaPkcs1(Hash::Sha384) => &signature::RSA_PKCS1_2048_8192_SHA384,
        Scheme::RsaPkcs1(Hash::Sha512) => &signature::RSA_PKCS1_2048_8192_SHA512,
        Scheme::RsaPss(Hash::Sha384) => &signature::RSA_PSS_2048_8192_SHA384,
        Scheme::RsaPss(Hash::Sha512) => &signature::RSA_PSS_2048_8192_SHA512,
        _ => &signature::RSA_PSS_2048_8192_SHA256,
    }
}

fn curve_algorithm(
    scheme: Scheme,
    kind: KeyKind,
) -> Option<&'static dyn signature::VerificationAlgorithm> {
    Some(match (scheme, kind) {
        (Scheme::EcdsaP256Sha256, KeyKind::P256) => &signature::ECDSA_P256_SHA256_ASN1,
        (Scheme::EcdsaP256Sha384, KeyKind::P256) => &signature::ECDSA_P256_SHA384_ASN1,
        (Scheme::EcdsaP384Sha256, KeyKind::P384) => &signature::ECDSA_P384_SHA256_ASN1,
        (Scheme::EcdsaP384Sha384, KeyKind::P384) => &signature::ECDSA_P384_SHA384_ASN1,
        (Scheme::Ed25519, KeyKind::Ed25519) => &signature::ED25519,
        _ => return None,
    })
}

/// What the key's octets are, by its algorithm.
fn material(
    id: &AlgorithmIdentifier,
    id_at: usize,
    key: &[u8],
    key_at: usize,
) -> Result<(KeyKind, Material), Error> {
    let parameters = || Violation::AlgorithmParameters.at("parameters", id_at);
    if id.algorithm == oid::RSA_ENCRYPTION {
        if id.parameters.as_deref() != Some(&[0x05, 0x00]) {
            return Err(parameters());
        }
        return rsa(key, key_at);
    }
    let octets = || Material::Octets(key.to_vec());
    let (kind, fits) = match &id.algorithm {
        id if *id == oid::EC_PUBLIC_KEY => (KeyKind::Other, true),
        id if *id == oid::ED25519 => (KeyKind::Ed25519, key.len() == 32),
        _ => return Ok((KeyKind::Other, octets())),
    };
    let (kind, fits) = match (kind, id.parameters.as_deref()) {
        (KeyKind::Ed25519, None) => (kind, fits),
        (KeyKind::Ed25519, Some(_)) => return Err(parameters()),
        (_, Some(curve)) if names(curve, &oid::P256) => (KeyKind::P256, is_point(key, 32)),
        (_, Some(curve)) if names(curve, &oid::P384) => (KeyKind::P384, is_point(key, 48)),
        (_, Some(_)) => return Ok((KeyKind::Other, octets())),
        (_, None) => return Err(parameters()),
    };
    if fits {
        Ok((kind, octets()))
    } else {
        Err(Violation::KeyInvalid.at("subjectPublicKey", key_at))
    }
}

/// Whether `parameters` are that curve's name: its tag, its length, its octets.
fn names(parameters: &[u8], curve: &Oid) -> bool {
    let Some(([tag, length], name)) = parameters.split_first_chunk() else { return false };
    *tag == 0x06 && usize::from(*length) == name.len() && name == curve.octets()
}

/// An uncompressed point (SEC 1 §2.3.3). Whether it lies on the curve, ring asks when it is used.
fn is_point(key: &[u8], field: usize) -> bool {
    key.first() == Some(&4) && key.len() == 1 + 2 * field
}

fn rsa(key: &[u8], key_at: usize) -> Result<(KeyKind, Material), Error> {
    // Offsets inside the key are counted on from where it begins: tag, length and unused bits.
    let shift = |error: Error| Error { offset: error.offset + key_at, ..error };
    let mut reader = Reader::over(wire::Reader::new(key), &Limits::default());
    let (modulus, exponent) = reader
        .sequence("RSAPublicKey", "RFC 3279 §2.3.1", |inner| {
            Ok((inner.positive("modulus")?, inner.positive("publicExponent")?))
        })
        .map_err(shift)?;
    reader.end("RSAPublicKey").map_err(shift)?;
    let zeros = modulus.first().map_or(0, |first| first.leading_zeros() as usize);
    let bits = (modulus.len() * 8).saturating_sub(zeros);
    let (modulus, exponent) = (modulus.to_vec(), exponent.to_vec());
    Ok((KeyKind::Rsa { bits }, Material::Rsa { modulus, exponent }))
}
