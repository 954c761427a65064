//! The search for a path: from the leaf, by issuers' names, to a root.
//!
//! RFC 5280 §6.1, RFC 4158 (which ways to try first)
//!
//! ```text
//!          ┌──► root R (expired)             tried first: roots before intermediates
//!   leaf ──┤
//!          └──► A ──┬──► B ──► A             a loop: the same name and key again
//!                   └──► root S              found
//! ```
//!
//! An issuer is known by name alone, and several certificates may bear it: an authority that
//! changed its key, or one that two roots have signed. So this is a search, depth first: roots
//! before intermediates, and among those the ones whose subjectKeyIdentifier the certificate
//! names.
//!
//! Invariant: no name and key stand in a path twice, so every path ends.
//!
//! Invariant: every candidate costs a step and every signature a signature; a spent budget ends the
//! whole search, not a branch of it.
//!
//! Used by: [`Verifier`](super::Verifier).

use super::{
    Purpose, Refused, Roots, Which,
    authority::{self, Place},
    budget::Budget,
    constraints,
    refused::cut,
};
use crate::{Certificate, Violation};
use wire::UnixTime;

/// One search.
pub(super) struct Search<'a> {
    roots: &'a Roots,
    /// What the peer sent beside the leaf.
    others: &'a [Certificate],
    purpose: Purpose,
    time: UnixTime,
    budget: Budget,
    /// From the leaf to where the search stands.
    path: Vec<&'a Certificate>,
    /// The most telling reason so far.
    why: Option<Refused>,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        roots: &'a Roots,
        others: &'a [Certificate],
        purpose: Purpose,
        time: UnixTime,
        budget: Budget,
    ) -> Self {
        Self { roots, others, purpose, time, budget, path: Vec::new(), why: None }
    }

    /// The path from `leaf`, or why there is none.
    pub(super) fn run(mut self, leaf: &'a Certificate) -> Result<Vec<Certificate>, Refused> {
        if self.extend(leaf)? {
            return Ok(self.path.into_iter().cloned().collect());
        }
        Err(self.why.unwrap_or_else(|| unknown_issuer(leaf, 0)))
    }

    // ANCHOR: search
    /// Goes on from `certificate` to whoever signed it. True: `path` is whole and ends in a root.
    /// False: nothing that begins so is a path, and `path` is as it was. An error ends the search.
    fn extend(&mut self, certificate: &'a Certificate) -> Result<bool, Refused> {
        self.path.push(certificate);
        let roots = self.roots.named(certificate.issuer());
        for root in roots {
            if self.is_issuer(root, certificate, true)? {
                self.path.push(root);
                match constraints::check(&self.path, &mut self.budget)? {
                    Ok(()) => return Ok(true),
                    Err(refused) => self.note(refused),
                }
                self.path.pop();
            }
        }
        let candidates = self.named(certificate)?;
        for candidate in &candidates {
            if self.is_issuer(candidate, certificate, false)? && self.extend(candidate)? {
                return Ok(true);
            }
        }
        if roots.is_empty() && candidates.is_empty() {
            self.note(unknown_issuer(certificate, self.path.len() - 1));
        }
        self.path.pop();
        Ok(false)
    }

    /// Whether `candidate` may have signed `certificate`, the last of the path, and did. What costs
    /// nothing is asked first.
    fn is_issuer(
        &mut self,
        candidate: &Certificate,
        certificate: &Certificate,
        root: bool,
    ) -> Result<bool, Refused> {
        self.budget.step()?;
        let authorities = self.path.iter().skip(1).filter(|below| !below.is_self_issued()).count();
        let place = Place {
            depth: self.path.len(),
            below: authorities as u64,
            root,
            purpose: self.purpose,
            time: self.time,
        };
        let mut fits = authority::check(candidate, place);
        let further = !root && !candidate.is_self_issued();
        if fits.is_ok() && further && authorities >= self.budget.depth() {
            let which = Which::of(candidate, place.depth);
            fits = Err(Refused::TooDeep { which, limit: self.budget.depth() });
        }
        if fits.is_ok() {
            self.budget.signature()?;
            fits = signed(certificate, self.path.len() - 1, candidate);
        }
        let is_issuer = fits.is_ok();
        if let Err(refused) = fits {
            self.note(refused);
        }
        Ok(is_issuer)
    }
    // ANCHOR_END: search

    /// Who of the others bears the name of the issuer and is not in the path yet, those with the
    /// right key identifier first.
    fn named(&mut self, certificate: &Certificate) -> Result<Vec<&'a Certificate>, Refused> {
        let mut named = Vec::new();
        for other in self.others {
            self.budget.names(other.subject().der().len())?;
            if other.subject() != certificate.issuer() {
                continue;
            }
            let mut again = false;
            for below in &self.path {
                self.budget.names(below.public_key().spki().len())?;
                again |=
                    below.subject() == other.subject() && below.public_key() == other.public_key();
            }
            if !again {
                named.push(other);
            }
        }
        let wanted = &certificate.extensions().authority_key_identifier;
        let wanted = wanted.as_ref().and_then(|wanted| wanted.key_identifier.as_ref());
        named.sort_by_cached_key(|candidate| {
            wanted.is_none() || candidate.extensions().subject_key_identifier.as_ref() != wanted
        });
        Ok(named)
    }

    /// Keeps the reason if it says more than the one before; of equals, the first.
    fn note(&mut self, refused: Refused) {
        if self.why.as_ref().is_none_or(|before| before.weight() < refused.weight()) {
            self.why = Some(refused);
        }
    }
}

fn signed(certificate: &Certificate, depth: usize, by: &Certificate) -> Result<(), Refused> {
    let which = || Which::of(certificate, depth);
    certificate.is_signed_by(by.public_key()).map_err(|error| match error.violation {
        Violation::SchemeMismatch => {
            Refused::UnsupportedSignature { which: which(), key: by.public_key().kind() }
        }
        _ => {
            let issuer = cut(certificate.issuer());
            Refused::SignatureInvalid { which: which(), issuer }
        }
    })
}

fn unknown_issuer(certificate: &Certificate, depth: usize) -> Refused {
    let which = Which::of(certificate, depth);
    if certificate.is_self_issued() {
        Refused::SelfSigned { which }
    } else {
        let issuer = cut(certificate.issuer());
        Refused::UnknownIssuer { which, issuer }
    }
}
