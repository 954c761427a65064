//! What holds for every certificate of a path, wherever it stands.
//!
//! RFC 5280 §4.1.2.2 (serial numbers), §4.1.2.4 (issuer), §4.1.2.5 (validity), §4.2 (critical
//! extensions); BR 6.1.5 (keys)
//!
//! | extension                                                     | critical | or else    |
//! |---------------------------------------------------------------|----------|------------|
//! | basicConstraints, keyUsage, extKeyUsage                       | may be   |            |
//! | subjectAltName, nameConstraints                               | may be   |            |
//! | authorityKeyIdentifier, subjectKeyIdentifier                  | never    | irregular  |
//! | authorityInfoAccess                                           | never    | irregular  |
//! | policyConstraints, inhibitAnyPolicy                           | always   | irregular  |
//! | all others, and the last two, which we do not process         | never    | unknown    |
//!
//! Used by: `leaf`, `authority`.

use super::{Refused, Which};
use crate::{
    Certificate, KeyKind, SignatureAlgorithm,
    der::{Oid, oid},
};
use wire::UnixTime;

/// Those that we act upon; all others may not be critical.
static UNDERSTOOD: [Oid; 5] = [
    oid::BASIC_CONSTRAINTS,
    oid::KEY_USAGE,
    oid::EXTENDED_KEY_USAGE,
    oid::SUBJECT_ALT_NAME,
    oid::NAME_CONSTRAINTS,
];

/// Criticality that RFC 5280 prescribes.
static PRESCRIBED: [(Oid, bool, &str); 5] = [
    (
        oid::AUTHORITY_KEY_IDENTIFIER,
        false,
        "its authorityKeyIdentifier is critical (RFC 5280 §4.2.1.1)",
    ),
    (
        oid::SUBJECT_KEY_IDENTIFIER,
        false,
        "its subjectKeyIdentifier is critical (RFC 5280 §4.2.1.2)",
    ),
    (oid::AUTHORITY_INFO_ACCESS, false, "its authorityInfoAccess is critical (RFC 5280 §4.2.2.1)"),
    (oid::POLICY_CONSTRAINTS, true, "its policyConstraints are not critical (RFC 5280 §4.2.1.11)"),
    (oid::INHIBIT_ANY_POLICY, true, "its inhibitAnyPolicy is not critical (RFC 5280 §4.2.1.14)"),
];

/// Checks all of it.
pub(super) fn check(
    certificate: &Certificate,
    depth: usize,
    time: UnixTime,
) -> Result<(), Refused> {
    let which = || Which::of(certificate, depth);
    let validity = certificate.validity();
    if time < validity.not_before {
        return Err(Refused::NotYetValid { which: which(), not_before: validity.not_before });
    }
    if time > validity.not_after {
        return Err(Refused::Expired { which: which(), not_after: validity.not_after });
    }
    let key = certificate.public_key();
    match key.kind() {
        KeyKind::Rsa { bits } if bits < 2048 || !bits.is_multiple_of(8) => {
            return Err(Refused::WeakKey { which: which(), key: key.kind() });
        }
        KeyKind::Other => {
            let algorithm = key.algorithm().clone();
            return Err(Refused::UnsupportedKey { which: which(), algorithm });
        }
        _ => {}
    }
    if certificate.issuer().is_empty() {
        let rule = "it has no issuer (RFC 5280 §4.1.2.4)";
        return Err(Refused::Irregular { which: which(), rule });
    }
    extensions(certificate, depth)
}

fn extensions(certificate: &Certificate, depth: usize) -> Result<(), Refused> {
    let which = || Which::of(certificate, depth);
    for extension in &certificate.extensions().all {
        let prescribed = PRESCRIBED.iter().find(|(id, ..)| *id == extension.id);
        if let Some((_, critical, rule)) = prescribed
            && *critical != extension.critical
        {
            return Err(Refused::Irregular { which: which(), rule });
        }
        if extension.critical && !UNDERSTOOD.contains(&extension.id) {
            let extension = extension.id.clone();
            return Err(Refused::UnknownCritical { which: which(), extension });
        }
    }
    Ok(())
}

/// What holds for every certificate but the root, which nobody issued to us: a serial number from
/// 1 to 2^159, and a signature of a kind that cannot be forged.
pub(super) fn issued(certificate: &Certificate, depth: usize) -> Result<(), Refused> {
    let which = || Which::of(certificate, depth);
    let rule = match certificate.serial() {
        [0x00] => Some("its serial number is 0 (RFC 5280 §4.1.2.2)"),
        [0x80..=0xff, ..] => Some("its serial number is negative (RFC 5280 §4.1.2.2)"),
        long if long.len() > 20 => {
            Some("its serial number has more than 20 octets (RFC 5280 §4.1.2.2)")
        }
        _ => None,
    };
    if let Some(rule) = rule {
        return Err(Refused::Irregular { which: which(), rule });
    }
    match certificate.signature_algorithm() {
        SignatureAlgorithm::Weak(algorithm) => {
            Err(Refused::WeakSignature { which: which(), algorithm: algorithm.clone() })
        }
        _ => Ok(()),
    }
}
