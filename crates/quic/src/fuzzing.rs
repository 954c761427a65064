//! Properties that hold for any octets. Fuzz targets and tests call them, each by one line.
//!
//! | property                  | on                                                            |
//! |---------------------------|---------------------------------------------------------------|
//! | `check_packets`, `…_frames`, `…_parameters`, `…_token` | octets as they come              |
//! | `check_protected`         | packets, sealed and opened                                    |
//! | `check_recovery`, `…_bookkeeping`, `…_assembler`, `…_stream` | one part, by operations    |
//! | `check_streams`           | the streams of a connection, by operations of both ends       |
//! | `check_forged`            | packets with any frames under the keys of a live connection   |
//! | `check_connection`        | a client and a server, an arbitrary network between them      |
//!
//! Invariant: a function here returns for every input; a panic is a finding.
#![allow(clippy::panic, reason = "a property that does not hold panics, so a fuzzer hears of it")]

mod end;
mod forged;
mod pair;
mod recovery;
mod stream;
mod wire;
mod world;

pub use self::wire::{check_frames, check_packets, check_parameters, check_protected, check_token};
pub use forged::check_forged;
pub use pair::{check_connection, check_streams};
pub use recovery::{check_bookkeeping, check_recovery};
pub use stream::{check_assembler, check_stream};
