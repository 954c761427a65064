//! Signature algorithms, as certificates name them and as TLS numbers them.
//!
//! RFC 5280 §4.1.1.2, RFC 4055 §3 and §5, RFC 5758 §3, RFC 8410 §3; RFC 8446 §4.2.3
//!
//! ```text
//!   AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY OPTIONAL }
//! ```
//!
//! | certificate                           | with a key of | is the scheme                    |
//! |---------------------------------------|---------------|----------------------------------|
//! | sha256WithRSAEncryption, NULL or none | RSA           | rsa_pkcs1_sha256, 0401           |
//! | id-RSASSA-PSS, SHA-256, MGF1, salt 32 | RSA           | rsa_pss_rsae_sha256, 0804        |
//! | ecdsa-with-SHA256, no parameters      | P-256         | ecdsa_secp256r1_sha256, 0403     |
//! | ecdsa-with-SHA256, no parameters      | P-384         | none in TLS 1.3                  |
//! | id-Ed25519, no parameters             | Ed25519       | ed25519, 0807                    |
//!
//! The same with SHA-384 and SHA-512. In a certificate ECDSA's hash and curve are named apart, in
//! TLS 1.3 together; that is why [`SignatureAlgorithm`] and [`Scheme`] are two types.
//!
//! Invariant: an algorithm whose parameters are not exactly those of the table is an error, never
//! an algorithm that is nearly the same.

use crate::{
    Error, KeyKind, Violation,
    der::{Oid, Reader, Tag, Writer, oid},
};

/// The digest of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hash {
    /// 32 octets.
    Sha256,
    /// 48 octets.
    Sha384,
    /// 64 octets.
    Sha512,
}

impl Hash {
    /// The digest's octets.
    pub const fn octets(self) -> u64 {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    fn from_oid(id: &Oid) -> Option<Self> {
        [(oid::SHA256, Self::Sha256), (oid::SHA384, Self::Sha384), (oid::SHA512, Self::Sha512)]
            .into_iter()
            .find_map(|(known, hash)| (*id == known).then_some(hash))
    }
}

/// How a message is signed: the kind of key, the padding, the hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// RSASSA-PKCS1-v1_5: in certificates only, where TLS 1.3 speaks.
    RsaPkcs1(Hash),
    /// RSASSA-PSS with MGF1 of the same hash and a salt of its length.
    RsaPss(Hash),
    /// ECDSA on P-256 with SHA-256.
    EcdsaP256Sha256,
    /// ECDSA on P-384 with SHA-384.
    EcdsaP384Sha384,
    /// ECDSA on P-256 with SHA-384: in certificates only.
    EcdsaP256Sha384,
    /// ECDSA on P-384 with SHA-256: in certificates only.
    EcdsaP384Sha256,
    /// Ed25519.
    Ed25519,
}

/// TLS's numbers (RFC 8446 §4.2.3).
const CODES: [(u16, Scheme, &str); 9] = [
    (0x0403, Scheme::EcdsaP256Sha256, "ecdsa_secp256r1_sha256"),
    (0x0503, Scheme::EcdsaP384Sha384, "ecdsa_secp384r1_sha384"),
    (0x0807, Scheme::Ed25519, "ed25519"),
    (0x0804, Scheme::RsaPss(Hash::Sha256), "rsa_pss_rsae_sha256"),
    (0x0805, Scheme::RsaPss(Hash::Sha384), "rsa_pss_rsae_sha384"),
    (0x0806, Scheme::RsaPss(Hash::Sha512), "rsa_pss_rsae_sha512"),
    (0x0401, Scheme::RsaPkcs1(Hash::Sha256), "rsa_pkcs1_sha256"),
    (0x0501, Scheme::RsaPkcs1(Hash::Sha384), "rsa_pkcs1_sha384"),
    (0x0601, Scheme::RsaPkcs1(Hash::Sha512), "rsa_pkcs1_sha512"),
];

impl Scheme {
    /// The scheme with this number in TLS, if we have it.
    pub fn from_code(code: u16) -> Option<Self> {
        CODES.into_iter().find_map(|(known, scheme, _)| (known == code).then_some(scheme))
    }

    /// The number in TLS; `None` for the two that only certificates have.
    pub fn code(self) -> Option<u16> {
        CODES.into_iter().find_map(|(code, scheme, _)| (scheme == self).then_some(code))
    }

    /// The name in RFC 8446 §4.2.3, where it has one.
    pub fn name(self) -> &'static str {
        let known =
            CODES.into_iter().find_map(|(_, scheme, name)| (scheme == self).then_some(name));
        known.unwrap_or(match self {
            Self::EcdsaP256Sha384 => "ECDSA P-256 with SHA-384",
            _ => "ECDSA P-384 with SHA-256",
        })
    }

    /// Whether CertificateVerify may use it (RFC 8446 §4.2.3): not PKCS#1, which is for
    /// certificates alone.
    pub fn signs_handshakes(self) -> bool {
        self.code().is_some() && !matches!(self, Self::RsaPkcs1(_))
    }
}

/// What a certificate says of its signature; with the issuer's key it is a [`Scheme`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5.
    RsaPkcs1(Hash),
    /// RSASSA-PSS.
    RsaPss(Hash),
    /// ECDSA on the curve of the key.
    Ecdsa(Hash),
    /// Ed25519.
    Ed25519,
    /// With MD5 or SHA-1: others can make a second message with the same signature.
    Weak(Oid),
    /// Another one.
    Other(Oid),
}

impl SignatureAlgorithm {
    /// The scheme that this is with a key of that kind; `None` if the two do not go together, or
    /// if it is weak or unknown.
    pub fn scheme(&self, key: KeyKind) -> Option<Scheme> {
        Some(match (self, key) {
            (Self::RsaPkcs1(hash), KeyKind::Rsa { .. }) => Scheme::RsaPkcs1(*hash),
            (Self::RsaPss(hash), KeyKind::Rsa { .. }) => Scheme::RsaPss(*hash),
            (Self::Ecdsa(Hash::Sha256), KeyKind::P256) => Scheme::EcdsaP256Sha256,
            (Self::Ecdsa(Hash::Sha384), KeyKind::P256) => Scheme::EcdsaP256Sha384,
            (Self::Ecdsa(Hash::Sha256), KeyKind::P384) => Scheme::EcdsaP384Sha256,
            (Self::Ecdsa(Hash::Sha384), KeyKind::P384) => Scheme::EcdsaP384Sha384,
            (Self::Ed25519, KeyKind::Ed25519) => Scheme::Ed25519,
            _ => return None,
        })
    }
}

/// The name of an algorithm, and what else it needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlgorithmIdentifier {
    /// Which one.
    pub algorithm: Oid,
    /// The parameters with their tag and length, if there are any.
    pub parameters: Option<Vec<u8>>,
}

impl AlgorithmIdentifier {
    /// Reads a SEQUENCE of the two.
    ///
    /// # Errors
    /// What is wrong with the DER.
    pub fn read(reader: &mut Reader<'_>, field: &'static str) -> Result<Self, Error> {
        reader.sequence(field, "RFC 5280 §4.1.1.2", |inner| {
            let algorithm = inner.oid("algorithm")?;
            let mut parameters = None;
            if !inner.is_empty() {
                parameters = Some(inner.whole("parameters")?.0.to_vec());
                inner.any("parameters")?;
            }
            Ok(Self { algorithm, parameters })
        })
    }

    /// What it means as a signature's.
    ///
    /// # Errors
    /// [`Violation::AlgorithmParameters`] of an algorithm that we know.
    pub(crate) fn signature(&self, offset: usize) -> Result<SignatureAlgorithm, Error> {
        let wrong = Violation::AlgorithmParameters.at("parameters", offset);
        let null_or_none = self.parameters.as_deref().is_none_or(|der| der == [0x05, 0x00]);
        let none = self.parameters.is_none();
        let (algorithm, fits) = match &self.algorithm {
            id if *id == oid::RSA_SHA256 => {
                (SignatureAlgorithm::RsaPkcs1(Hash::Sha256), null_or_none)
            }
            id if *id == oid::RSA_SHA384 => {
                (SignatureAlgorithm::RsaPkcs1(Hash::Sha384), null_or_none)
            }
            id if *id == oid::RSA_SHA512 => {
                (SignatureAlgorithm::RsaPkcs1(Hash::Sha512), null_or_none)
            }
            id if *id == oid::RSA_PSS => match self.parameters.as_deref().and_then(pss_hash) {
                Some(hash) => (SignatureAlgorithm::RsaPss(hash), true),
                None => return Err(wrong),
            },
            id if *id == oid::ECDSA_SHA256 => (SignatureAlgorithm::Ecdsa(Hash::Sha256), none),
            id if *id == oid::ECDSA_SHA384 => (SignatureAlgorithm::Ecdsa(Hash::Sha384), none),
            id if *id == oid::ED25519 => (SignatureAlgorithm::Ed25519, none),
            id if [oid::RSA_MD5, oid::RSA_SHA1, oid::ECDSA_SHA1].contains(id) => {
                (SignatureAlgorithm::Weak(id.clone()), true)
            }
            id => (SignatureAlgorithm::Other(id.clone()), true),
        };
        if fits { Ok(algorithm) } else { Err(wrong) }
    }

    /// The identifier under which a certificate names `scheme`.
    pub(crate) fn of(scheme: Scheme) -> Self {
        let (algorithm, parameters) = match scheme {
            Scheme::EcdsaP256Sha256 | Scheme::EcdsaP384Sha256 => (oid::ECDSA_SHA256, None),
            Scheme::EcdsaP384Sha384 | Scheme::EcdsaP256Sha384 => (oid::ECDSA_SHA384, None),
            Scheme::Ed25519 => (oid::ED25519, None),
            Scheme::RsaPkcs1(hash) => {
                let algorithm = match hash {
                    Hash::Sha256 => oid::RSA_SHA256,
                    Hash::Sha384 => oid::RSA_SHA384,
                    Hash::Sha512 => oid::RSA_SHA512,
                };
                (algorithm, Some(Writer::build(|out| out.null())))
            }
            Scheme::RsaPss(hash) => (oid::RSA_PSS, Some(pss_parameters(hash))),
        };
        Self { algorithm, parameters }
    }

    /// Writes it, as it was read.
    pub fn write(&self, out: &mut Writer<'_>) {
        out.sequence(|inner| {
            inner.oid(&self.algorithm);
            inner.raw(self.parameters.as_deref().unwrap_or_default());
        });
    }
}

/// The hash of RSASSA-PSS parameters: one hash for all and a salt of its length, which is what TLS
/// allows. What is left out would be SHA-1, so nothing may be but the trailer.
///
/// ```text
///   SEQUENCE { [0] hashAlgorithm, [1] maskGenAlgorithm { id-mgf1, hash }, [2] saltLength,
///              [3] trailerField DEFAULT 1 }                            RFC 4055 §3.1
/// ```
fn pss_hash(der: &[u8]) -> Option<Hash> {
    const RFC: &str = "RFC 4055 §3.1";
    let mut reader = Reader::new(der);
    let read = reader.sequence("RSASSA-PSS-params", RFC, |inner| {
        let hash = inner.structure("hashAlgorithm", RFC, Tag::constructed(0), digest)?;
        let mask = inner.structure("maskGenAlgorithm", RFC, Tag::constructed(1), |inner| {
            inner.sequence("maskGenAlgorithm", RFC, |mgf| {
                let mgf1 = mgf.oid("algorithm")? == oid::MGF1;
                Ok(digest(mgf)?.filter(|_| mgf1))
            })
        })?;
        let salt = inner.structure("saltLength", RFC, Tag::constructed(2), |inner| {
            inner.number("saltLength", Tag::INTEGER, 64)
        })?;
        Ok(hash.filter(|hash| mask == Some(*hash) && salt == hash.octets()))
    });
    read.ok().flatten().filter(|_| reader.is_empty())
}

/// A digest's AlgorithmIdentifier, with NULL or without parameters; `None` if we do not know it.
fn digest(reader: &mut Reader<'_>) -> Result<Option<Hash>, Error> {
    let id = AlgorithmIdentifier::read(reader, "hashAlgorithm")?;
    let plain = id.parameters.is_none_or(|der| der == [0x05, 0x00]);
    Ok(Hash::from_oid(&id.algorithm).filter(|_| plain))
}

fn pss_parameters(hash: Hash) -> Vec<u8> {
    let digest = |out: &mut Writer<'_>| {
        out.sequence(|inner| {
            inner.oid(&match hash {
                Hash::Sha256 => oid::SHA256,
                Hash::Sha384 => oid::SHA384,
                Hash::Sha512 => oid::SHA512,
            });
            inner.null();
        });
    };
    Writer::build(|out| {
        out.sequence(|inner| {
            inner.wrap(Tag::constructed(0), digest);
            inner.wrap(Tag::constructed(1), |mask| {
                mask.sequence(|mgf| {
                    mgf.oid(&oid::MGF1);
                    digest(mgf);
                });
            });
            inner.wrap(Tag::constructed(2), |salt| salt.number(hash.octets()));
        });
    })
}
