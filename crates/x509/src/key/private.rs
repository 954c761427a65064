//! Private keys as files hold them.
//!
//! RFC 5958 §2 (PKCS#8), RFC 5915 §3 (SEC 1), RFC 8017 appendix A.1.2 (PKCS#1), RFC 8410 §7
//!
//! ```text
//!   PRIVATE KEY          SEQUENCE { version, algorithm, privateKey OCTET STRING, … }
//!                        the OCTET STRING holds one of:
//!   EC PRIVATE KEY       SEQUENCE { 1, privateKey OCTET STRING, [0] curve, [1] publicKey }
//!   RSA PRIVATE KEY      SEQUENCE { 0, modulus, publicExponent, privateExponent, … }
//!                        OCTET STRING of 32 octets: Ed25519's seed
//! ```
//!
//! Invariant: nothing of a private key stands in an error.
//!
//! Used by: [`SigningKey`](super::SigningKey).

use crate::{
    AlgorithmIdentifier, Error, Violation,
    der::{Oid, Reader, Tag, Writer, oid},
};

/// What a file holds, before ring has looked at it.
pub(super) enum Private<'a> {
    /// A curve's scalar and its point.
    Curve { curve: Curve, scalar: &'a [u8], point: &'a [u8] },
    /// Ed25519's seed.
    Seed(&'a [u8]),
    /// RSAPrivateKey, DER.
    Rsa(&'a [u8]),
}

/// A curve that we can sign on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Curve {
    P256,
    P384,
}

impl Curve {
    fn from_oid(id: &Oid) -> Option<Self> {
        match id {
            id if *id == oid::P256 => Some(Self::P256),
            id if *id == oid::P384 => Some(Self::P384),
            _ => None,
        }
    }

    /// Its name.
    pub(super) fn oid(self) -> Oid {
        match self {
            Self::P256 => oid::P256,
            Self::P384 => oid::P384,
        }
    }
}

/// PKCS#8: the algorithm, then its own structure wrapped in octets.
pub(super) fn pkcs8(der: &[u8]) -> Result<Private<'_>, Error> {
    const RFC: &str = "RFC 5958 §2";
    let mut reader = Reader::new(der);
    let (id, octets, at) = reader.sequence("OneAsymmetricKey", RFC, |key| {
        key.number("version", Tag::INTEGER, 1)?;
        let id = AlgorithmIdentifier::read(key, "privateKeyAlgorithm")?;
        let at = key.offset();
        let octets = key.value("privateKey", Tag::OCTET_STRING)?;
        // Attributes, and the public key, which ring computes or finds inside.
        while !key.is_empty() {
            key.any("attributes, publicKey")?;
        }
        Ok((id, octets, at))
    })?;
    reader.end("OneAsymmetricKey")?;
    let unsupported = || Violation::KeyUnsupported.at("privateKeyAlgorithm", 0);
    let shift = |error: Error| Error { offset: error.offset + at, ..error };
    match &id.algorithm {
        id if *id == oid::RSA_ENCRYPTION => Ok(Private::Rsa(octets)),
        id if *id == oid::ED25519 => {
            let mut inner = Reader::new(octets);
            let seed = inner.value("CurvePrivateKey", Tag::OCTET_STRING).map_err(shift)?;
            inner.end("CurvePrivateKey").map_err(shift)?;
            Ok(Private::Seed(seed))
        }
        algorithm if *algorithm == oid::EC_PUBLIC_KEY => {
            let der = id.parameters.as_deref().unwrap_or_default();
            let curve = Reader::new(der).oid("namedCurve").ok();
            let curve = curve.as_ref().and_then(Curve::from_oid).ok_or_else(unsupported)?;
            sec1(octets, Some(curve)).map_err(shift)
        }
        _ => Err(unsupported()),
    }
}

/// SEC 1: `outside` is the curve that PKCS#8 named, if this is inside of it.
pub(super) fn sec1(der: &[u8], outside: Option<Curve>) -> Result<Private<'_>, Error> {
    const RFC: &str = "RFC 5915 §3";
    let mut reader = Reader::new(der);
    let (scalar, inside, point) = reader.sequence("ECPrivateKey", RFC, |key| {
        let version = key.number("version", Tag::INTEGER, 1)?;
        if version != 1 {
            return Err(key.error(Violation::KeyInvalid, "version"));
        }
        let scalar = key.value("privateKey", Tag::OCTET_STRING)?;
        let curve =
            key.optional("parameters", RFC, Tag::constructed(0), |inner| inner.oid("namedCurve"))?;
        let point = key.optional("publicKey", RFC, Tag::constructed(1), |inner| {
            inner.bit_octets("publicKey")
        })?;
        Ok((scalar, curve, point))
    })?;
    reader.end("ECPrivateKey")?;
    let inside = inside
        .as_ref()
        .map(|id| Curve::from_oid(id).ok_or(Violation::KeyUnsupported.at("namedCurve", 0)));
    let curve = match (outside, inside.transpose()?) {
        (Some(outside), Some(inside)) if outside != inside => {
            return Err(Violation::KeyRejected.at("namedCurve", 0));
        }
        (outside, inside) => outside.or(inside),
    };
    let curve = curve.ok_or(Violation::KeyUnsupported.at("namedCurve", 0))?;
    let point = point.ok_or(Violation::KeyPublicMissing.at("publicKey", 0))?;
    Ok(Private::Curve { curve, scalar, point })
}

impl Private<'_> {
    /// PKCS#8 of it.
    pub(super) fn to_pkcs8(&self) -> Vec<u8> {
        Writer::build(|out| {
            out.sequence(|key| {
                key.number(0);
                key.sequence(|id| match self {
                    Self::Curve { curve, .. } => {
                        id.oid(&oid::EC_PUBLIC_KEY);
                        id.oid(&curve.oid());
                    }
                    Self::Seed(_) => id.oid(&oid::ED25519),
                    Self::Rsa(_) => {
                        id.oid(&oid::RSA_ENCRYPTION);
                        id.null();
                    }
                });
                key.wrap(Tag::OCTET_STRING, |inside| match self {
                    Self::Curve { scalar, point, .. } => inside.sequence(|ec| {
                        ec.number(1);
                        ec.octets(scalar);
                        ec.wrap(Tag::constructed(1), |public| public.bit_octets(point));
                    }),
                    Self::Seed(seed) => inside.octets(seed),
                    Self::Rsa(der) => inside.raw(der),
                });
            });
        })
    }
}
