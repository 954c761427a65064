//! Certificates that sign others: the intermediates, and the root.
//!
//! RFC 5280 §4.2.1.1, §4.2.1.2 (key identifiers), §4.2.1.3, §4.2.1.9, §6.1.4; BR 7.1.2.1, 7.1.2.5
//!
//! | rule                                             | intermediate | root           |
//! |--------------------------------------------------|--------------|----------------|
//! | basicConstraints say cA                          | yes          | yes            |
//! | keyUsage, if there, has keyCertSign              | yes          | yes            |
//! | pathLenConstraint allows the authorities below   | yes          | yes            |
//! | extKeyUsage, if there, has the purpose or any    | yes          | yes            |
//! | basicConstraints are critical                    | yes          | –              |
//! | subjectKeyIdentifier is there                    | yes          | –              |
//! | authorityKeyIdentifier names a key               | yes (*)      | its own, or no |
//!
//! (*) Unless it is issued to itself: its issuer is then the one whose name it bears.
//!
//! A root is trusted because somebody chose it, and several that everybody chose were made before
//! these rules; so of its form only that is asked which would make it say two things at once.
//!
//! Used by: `path`, before a signature is checked.

use super::{Purpose, Refused, Which, sound};
use crate::{Certificate, KeyUsage, der::oid};
use wire::UnixTime;

/// Where an authority would stand in the path, and for what.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Signatures between it and the leaf.
    pub(super) depth: usize,
    /// Authorities below it, those issued to themselves not counted (RFC 5280 §6.1.4 (l)).
    pub(super) below: u64,
    /// Whether it is one of the roots.
    pub(super) root: bool,
    pub(super) purpose: Purpose,
    pub(super) time: UnixTime,
}

/// Whether this certificate may sign in that place.
pub(super) fn check(authority: &Certificate, place: Place) -> Result<(), Refused> {
    sound::check(authority, place.depth, place.time)?;
    let which = || Which::of(authority, place.depth);
    let extensions = authority.extensions();
    let Some(basic) = extensions.basic_constraints.filter(|basic| basic.ca) else {
        return Err(Refused::NotAnAuthority { which: which() });
    };
    if extensions.key_usage.is_some_and(|usage| !usage.allows(KeyUsage::KEY_CERT_SIGN)) {
        let problem = "without keyCertSign, and signed another (RFC 5280 §4.2.1.3)";
        return Err(Refused::WrongUsage { which: which(), problem });
    }
    if let Some(allowed) = basic.path_len
        && place.below > allowed
    {
        return Err(Refused::PathTooLong { which: which(), allowed, found: place.below });
    }
    if let Some(purposes) = &extensions.extended_key_usage {
        let any = purposes.contains(&oid::ANY_EXTENDED_KEY_USAGE);
        if !any && !purposes.contains(&place.purpose.oid()) {
            let purpose = place.purpose.name();
            return Err(Refused::WrongPurpose { which: which(), purpose });
        }
    }
    if !place.root {
        sound::issued(authority, place.depth)?;
    }
    form(authority, place)
}

/// What its certificate looks like.
fn form(authority: &Certificate, place: Place) -> Result<(), Refused> {
    let extensions = authority.extensions();
    let own = extensions.subject_key_identifier.as_ref();
    let issuers = extensions.authority_key_identifier.as_ref();
    let identifier = issuers.and_then(|issuers| issuers.key_identifier.as_ref());
    let self_issued = authority.is_self_issued();
    let rule = if authority.subject().is_empty() {
        "it is an authority without a subject (RFC 5280 §4.1.2.6)"
    } else if place.root && self_issued && issuers.is_some() && identifier != own {
        "its authorityKeyIdentifier is not its own subjectKeyIdentifier (BR 7.1.2.1.3)"
    } else if place.root {
        return Ok(());
    } else if !extensions.is_critical(&oid::BASIC_CONSTRAINTS) {
        "its basicConstraints are not critical (RFC 5280 §4.2.1.9)"
    } else if own.is_none() {
        "it is an authority without a subjectKeyIdentifier (RFC 5280 §4.2.1.2)"
    } else if identifier.is_none() && !self_issued {
        "its authorityKeyIdentifier does not name a key (RFC 5280 §4.2.1.1)"
    } else {
        return Ok(());
    };
    Err(Refused::Irregular { which: Which::of(authority, place.depth), rule })
}
