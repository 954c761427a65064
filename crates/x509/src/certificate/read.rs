//! From octets to a certificate, in the order in which the fields stand.
//!
//! RFC 5280 §4.1
//!
//! Invariant: what is read is all there is: octets behind any structure are an error.
//!
//! Used by: [`Certificate::read`], and `dissect`, which reads with somebody listening.

use super::{Certificate, Extensions, Fields, Validity};
use crate::{
    AlgorithmIdentifier, DistinguishedName, Error, Limits, PublicKey, SignatureAlgorithm,
    Violation,
    der::{Reader, Tag},
};
use std::sync::Arc;

const RFC: &str = "RFC 5280 §4.1";

/// Reads a certificate for whoever listens to `reader`, who hears of every field up to the first
/// that is wrong.
///
/// # Errors
/// As [`Certificate::read`].
pub fn dissect(reader: &mut wire::Reader<'_>, limits: &Limits) -> Result<(), Error> {
    certificate(reader, limits).map(|_| ())
}

/// Reads all that `reader` has left as one certificate.
pub(super) fn certificate(
    octets: &mut wire::Reader<'_>,
    limits: &Limits,
) -> Result<Certificate, Error> {
    let der = octets.rest();
    let start = octets.offset();
    if der.len() > limits.certificate {
        return Err(Violation::TooLong { limit: limits.certificate }.at("Certificate", start));
    }
    let mut reader = Reader::over(*octets, limits);
    let mut fields = reader.sequence("Certificate", RFC, |outer| {
        let (_, tbs) = outer.whole("tbsCertificate")?;
        let (mut fields, signature) =
            outer.sequence("tbsCertificate", RFC, |inner| tbs_certificate(inner, start))?;
        let at = outer.offset();
        if AlgorithmIdentifier::read(outer, "signatureAlgorithm")? != signature {
            return Err(Violation::AlgorithmsDiffer.at("signatureAlgorithm", at));
        }
        let (_, whole) = outer.whole("signatureValue")?;
        let signature = outer.bit_octets("signatureValue")?;
        fields.tbs_certificate = tbs.start - start..tbs.end - start;
        fields.signature = whole.end - start - signature.len()..whole.end - start;
        Ok(fields)
    })?;
    reader.end("Certificate")?;
    octets.skip(der.len());
    fields.der = der.to_vec();
    Ok(Certificate { fields: Arc::new(fields) })
}

/// The signed part: its fields, and the algorithm that the outer one must equal.
fn tbs_certificate(
    tbs: &mut Reader<'_>,
    start: usize,
) -> Result<(Fields, AlgorithmIdentifier), Error> {
    let version = version(tbs)?;
    let serial = tbs.integer("serialNumber")?.to_vec();
    let at = tbs.offset();
    let signature = AlgorithmIdentifier::read(tbs, "signature")?;
    let signature_algorithm: SignatureAlgorithm = signature.signature(at)?;
    let issuer = DistinguishedName::read(tbs, "issuer")?;
    let validity = tbs.sequence("validity", "RFC 5280 §4.1.2.5", |times| {
        let not_before = times.time("notBefore")?;
        Ok(Validity { not_before, not_after: times.time("notAfter")? })
    })?;
    let subject = DistinguishedName::read(tbs, "subject")?;
    let public_key = PublicKey::parse(tbs)?;
    for (tag, field) in [(1, "issuerUniqueID"), (2, "subjectUniqueID")] {
        let tag = Tag::context(tag);
        if tbs.next_is(tag) {
            if version < 2 {
                return Err(tbs.error(Violation::VersionTooLow, field));
            }
            tbs.bit_string_as(field, tag)?;
        }
    }
    let mut extensions = Extensions::default();
    if tbs.next_is(Tag::constructed(3)) {
        if version < 3 {
            return Err(tbs.error(Violation::VersionTooLow, "extensions"));
        }
        extensions = Extensions::read(tbs, start)?;
    }
    let fields = Fields {
        der: Vec::new(),
        tbs_certificate: 0..0,
        version,
        serial,
        issuer,
        validity,
        subject,
        public_key,
        extensions,
        signature_algorithm,
        signature_id: signature.clone(),
        signature: 0..0,
    };
    Ok((fields, signature))
}

/// 1, which is left out; 2 or 3, which stand there as one less.
fn version(tbs: &mut Reader<'_>) -> Result<u8, Error> {
    let start = tbs.offset();
    let written = tbs.optional("version", "RFC 5280 §4.1.2.1", Tag::constructed(0), |inner| {
        let written = inner.number("version", Tag::INTEGER, 255)?;
        inner.explain(|| format!("version {}", written + 1));
        Ok(written)
    })?;
    match written {
        None => Ok(1),
        Some(0) => Err(Violation::DefaultEncoded.at("version", start)),
        Some(1) => Ok(2),
        Some(2) => Ok(3),
        Some(other) => {
            let version = u8::try_from(other).unwrap_or(u8::MAX);
            Err(Violation::VersionUnknown { version }.at("version", start))
        }
    }
}
