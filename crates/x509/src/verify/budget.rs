//! The work that one chain may cause, counted down.
//!
//! Invariant: nothing that costs time is done before it was taken from here; what is spent is
//! never given back, whichever branch of the search spent it.
//!
//! Used by: `path`, `constraints`.

use super::Refused;
use crate::Limits;

/// What is left.
pub(super) struct Budget {
    limits: Limits,
    signatures: usize,
    steps: usize,
    names: usize,
}

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        let Limits { signatures, steps, names, .. } = *limits;
        Self { limits: *limits, signatures, steps, names }
    }

    /// As many authorities as a path may have.
    pub(super) fn depth(&self) -> usize {
        self.limits.depth
    }

    /// One signature is about to be checked.
    pub(super) fn signature(&mut self) -> Result<(), Refused> {
        take(&mut self.signatures, 1, "signatures to check", self.limits.signatures)
    }

    /// One candidate is about to be looked at.
    pub(super) fn step(&mut self) -> Result<(), Refused> {
        take(&mut self.steps, 1, "candidates for a path", self.limits.steps)
    }

    /// Two names are about to be compared, of so many octets: a long name costs as many as the
    /// short ones that would fit in it.
    pub(super) fn names(&mut self, octets: usize) -> Result<(), Refused> {
        take(&mut self.names, 1 + octets / 64, "comparisons of names", self.limits.names)
    }
}

fn take(left: &mut usize, cost: usize, what: &'static str, limit: usize) -> Result<(), Refused> {
    *left = left.checked_sub(cost).ok_or(Refused::TooMuchWork { what, limit })?;
    Ok(())
}
