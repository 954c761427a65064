//! The first certificate: the peer's own.
//!
//! RFC 5280 §4.2.1.3, §4.2.1.6, §4.2.1.9, §4.2.1.10, §4.2.1.12; RFC 8446 §4.4.2.2; RFC 9525 §6;
//! BR 7.1.2.7
//!
//! These rules need no other certificate, so they come first: a wrong name costs no signature.
//!
//! Used by: [`Verifier`](super::Verifier).

use super::{Purpose, Refused, Which, refused::cut, sound};
use crate::{
    Certificate, KeyUsage, ServerName,
    der::{Oid, oid},
};
use wire::UnixTime;

impl Purpose {
    /// What extKeyUsage calls it.
    pub(super) fn oid(self) -> Oid {
        match self {
            Self::Server => oid::SERVER_AUTH,
            Self::Client => oid::CLIENT_AUTH,
        }
    }

    /// Its name there.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Server => "serverAuth",
            Self::Client => "clientAuth",
        }
    }
}

/// Checks all of it. One that is `trusted` itself need not have been issued by the rules.
pub(super) fn check(
    leaf: &Certificate,
    purpose: Purpose,
    name: Option<&ServerName>,
    time: UnixTime,
    trusted: bool,
) -> Result<(), Refused> {
    sound::check(leaf, 0, time)?;
    if let Some(wanted) = name {
        names(leaf, wanted)?;
    }
    usage(leaf, purpose)?;
    if trusted {
        return Ok(());
    }
    sound::issued(leaf, 0)?;
    form(leaf)
}

/// One of its names is the one that is wanted.
fn names(leaf: &Certificate, wanted: &ServerName) -> Result<(), Refused> {
    if leaf.names().iter().any(|presented| wanted.is_named_by(presented)) {
        return Ok(());
    }
    let mut names: Vec<String> = leaf.names().iter().take(5).map(ToString::to_string).collect();
    match leaf.names().len() {
        0 => names.push("nobody: it has no subjectAltName".to_string()),
        more if more > names.len() => names.push(format!("and {} others", more - names.len())),
        _ => {}
    }
    Err(Refused::WrongName {
        which: Which::of(leaf, 0),
        wanted: wanted.to_string(),
        names: cut(&names.join(", ")),
    })
}

/// Its key may sign handshakes, and for this purpose. Without the extensions it may do all.
fn usage(leaf: &Certificate, purpose: Purpose) -> Result<(), Refused> {
    let extensions = leaf.extensions();
    let which = || Which::of(leaf, 0);
    if extensions.key_usage.is_some_and(|usage| !usage.allows(KeyUsage::DIGITAL_SIGNATURE)) {
        let problem = "without digitalSignature, so it signs no handshake (RFC 8446 §4.4.2.2)";
        return Err(Refused::WrongUsage { which: which(), problem });
    }
    match &extensions.extended_key_usage {
        Some(purposes) if !purposes.contains(&purpose.oid()) => {
            Err(Refused::WrongPurpose { which: which(), purpose: purpose.name() })
        }
        _ => Ok(()),
    }
}

/// It is what a certificate of a peer looks like.
fn form(leaf: &Certificate) -> Result<(), Refused> {
    let extensions = leaf.extensions();
    let which = || Which::of(leaf, 0);
    if extensions.basic_constraints.is_some_and(|basic| basic.ca) {
        return Err(Refused::AuthorityAsLeaf { which: which() });
    }
    if extensions.key_usage.is_some_and(|usage| usage.allows(KeyUsage::KEY_CERT_SIGN)) {
        let problem = "with keyCertSign, and is no authority (RFC 5280 §4.2.1.9)";
        return Err(Refused::WrongUsage { which: which(), problem });
    }
    let purposes = extensions.extended_key_usage.as_deref().unwrap_or_default();
    let names_are_critical = extensions.is_critical(&oid::SUBJECT_ALT_NAME);
    let rule = if purposes.contains(&oid::ANY_EXTENDED_KEY_USAGE) {
        "its key is for any use (BR 7.1.2.7.10)"
    } else if extensions.name_constraints.is_some() {
        "it has nameConstraints, and is no authority (RFC 5280 §4.2.1.10)"
    } else if leaf.subject().is_empty() && !names_are_critical {
        "it has no subject, and no subjectAltName that is critical (RFC 5280 §4.1.2.6)"
    } else if names_are_critical && !leaf.subject().is_empty() {
        "its subjectAltName is critical, and it has a subject (BR 7.1.2.7.12)"
    } else {
        return Ok(());
    };
    Err(Refused::Irregular { which: which(), rule })
}
