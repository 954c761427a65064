//! Properties that hold for any octets. Fuzz targets and tests call them, each by one line.
//!
//! Invariant: a function here returns for every input; a panic is a finding.

mod recovery;
mod stream;

pub use recovery::{check_bookkeeping, check_recovery};
pub use stream::{check_assembler, check_stream};
