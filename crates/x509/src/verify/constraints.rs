//! Whether the authorities of a path may name what is named below them.
//!
//! RFC 5280 §4.2.1.10, §6.1.3 (b) and (c), §6.1.4 (g)
//!
//! ```text
//!   root            permitted example.com             ┐ each constraint binds every certificate
//!   intermediate    excluded  secret.example.com      │ below it, so permissions only ever narrow
//!   leaf            www.example.com                   ┘
//! ```
//!
//! | name                        | is judged by constraints of form                             |
//! |-----------------------------|--------------------------------------------------------------|
//! | each of the subjectAltNames | its own                                                      |
//! | the subject, if not empty   | directoryName                                                |
//!
//! Certificates issued to themselves are not judged, except the last (§6.1.3): an authority that
//! changes its key names nobody new.
//!
//! Invariant: a wildcard is judged by all the names that it could stand for.
//!
//! Used by: `path`, once a root is reached.

use super::{Refused, Which, budget::Budget, refused::cut};
use crate::{Certificate, ConstrainedName, GeneralName, NameConstraints};
use std::net::IpAddr;

/// Judges a whole path, the leaf first.
///
/// The outer error is a budget that is spent, the inner one a name that is not allowed.
pub(super) fn check(
    path: &[&Certificate],
    budget: &mut Budget,
) -> Result<Result<(), Refused>, Refused> {
    for (above, authority) in path.iter().enumerate() {
        let Some(constraints) = &authority.extensions().name_constraints else { continue };
        for (depth, certificate) in path.iter().enumerate().take(above) {
            if depth > 0 && certificate.is_self_issued() {
                continue;
            }
            let subject = certificate.subject();
            let subject = (!subject.is_empty()).then(|| GeneralName::Directory(subject.clone()));
            for name in certificate.names().iter().chain(&subject) {
                let Err(fault) = judge(name, constraints, budget)? else { continue };
                let which = Which::of(certificate, depth);
                let by = Which::of(authority, above);
                let name = cut(name);
                return Ok(Err(match fault {
                    Fault::NotPermitted => Refused::NameNotPermitted { which, name, by },
                    Fault::Excluded => Refused::NameExcluded { which, name, by },
                    Fault::Unsupported => Refused::NameUnsupported { which, name, by },
                }));
            }
        }
    }
    Ok(Ok(()))
}

enum Fault {
    NotPermitted,
    Excluded,
    Unsupported,
}

/// One name against one authority's constraints.
fn judge(
    name: &GeneralName,
    constraints: &NameConstraints,
    budget: &mut Budget,
) -> Result<Result<(), Fault>, Refused> {
    let octets = length(name);
    for base in &constraints.excluded {
        budget.names(octets)?;
        match touches(name, base) {
            Some(true) => return Ok(Err(Fault::Excluded)),
            None if base.form() == name.form() => return Ok(Err(Fault::Unsupported)),
            _ => {}
        }
    }
    let (mut asked, mut permitted) = (false, false);
    for base in &constraints.permitted {
        budget.names(octets)?;
        match lies_within(name, base) {
            Some(within) => (asked, permitted) = (true, permitted || within),
            None if base.form() == name.form() => return Ok(Err(Fault::Unsupported)),
            None => {}
        }
    }
    Ok(if asked && !permitted { Err(Fault::NotPermitted) } else { Ok(()) })
}

/// How long a name is that takes time in proportion; the others end soon, or are as short as the
/// base is.
fn length(name: &GeneralName) -> usize {
    match name {
        GeneralName::Directory(name) => name.der().len(),
        _ => 0,
    }
}

/// Whether all that this name stands for lies in the subtree; `None` if the two are not of one
/// form, or of a form that we do not compare.
fn lies_within(name: &GeneralName, base: &ConstrainedName) -> Option<bool> {
    match (name, base) {
        (GeneralName::Dns(name), ConstrainedName::Dns(base)) => {
            // Everything below `parent`, and nothing else, is what `*.parent` can stand for.
            Some(is_domain_within(name.strip_prefix("*.").unwrap_or(name), base))
        }
        (GeneralName::Ip(address), ConstrainedName::Ip { address: base, prefix }) => {
            Some(shares_prefix(*address, *base, *prefix))
        }
        (GeneralName::Directory(name), ConstrainedName::Directory(base)) => {
            Some(name.is_within(base))
        }
        _ => None,
    }
}

/// Whether anything that this name stands for lies in the subtree.
fn touches(name: &GeneralName, base: &ConstrainedName) -> Option<bool> {
    if let (GeneralName::Dns(name), ConstrainedName::Dns(base)) = (name, base)
        && let Some(parent) = name.strip_prefix("*.")
    {
        // `*.example.com` can stand for secret.example.com, though it does not lie in it.
        let child = base.split_once('.').is_some_and(|(_, of)| of.eq_ignore_ascii_case(parent));
        return Some(child || is_domain_within(parent, base));
    }
    lies_within(name, base)
}

fn is_domain_within(name: &str, base: &str) -> bool {
    let (name, base) = (name.as_bytes(), base.as_bytes());
    let Some((labels, end)) = name.len().checked_sub(base.len()).map(|at| name.split_at(at)) else {
        return false;
    };
    let whole_labels = labels.is_empty() || labels.ends_with(b".");
    base.is_empty() || (end.eq_ignore_ascii_case(base) && whole_labels)
}

fn shares_prefix(address: IpAddr, base: IpAddr, prefix: u32) -> bool {
    let differing = match (address, base) {
        (IpAddr::V4(address), IpAddr::V4(base)) => {
            u128::from(address.to_bits() ^ base.to_bits()) << 96
        }
        (IpAddr::V6(address), IpAddr::V6(base)) => address.to_bits() ^ base.to_bits(),
        _ => return false,
    };
    // The bits of the prefix are the first; 128 of them leave no room for others.
    differing.leading_zeros() >= prefix
}
