//! Properties that hold for any octets. Fuzz targets and tests call them, each by one line.
//!
//! Invariant: a function here returns for every input; a panic is a finding.

mod recovery;
mod stream;
mod wire;

pub use self::wire::{check_frames, check_packets, check_parameters, check_protected, check_token};
pub use recovery::{check_bookkeeping, check_recovery};
pub use stream::{check_assembler, check_stream};
