//! Properties that hold for any octets: what the fuzz targets call, one line each.
//!
//! A property panics where it fails; nothing else here may. They run on stable too, over the seeds
//! and in the property tests.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a property that does not hold panics, which is how a fuzzer hears of it"
)]

mod connection;
mod handshake;
mod operations;

use crate::{
    Role,
    frame::{Head, Rules},
};
use wire::{Notes, Reader};

pub use connection::check_connection;
pub use handshake::{check_extensions, check_handshake};
pub use operations::check_operations;

/// A frame's head: what was read is what is written, no beginning of it is a head, and whoever
/// listens changes nothing.
#[doc(hidden)]
pub fn check_head(octets: &[u8]) {
    let (choice, octets) = octets.split_first().unwrap_or((&0, &[]));
    let role = if choice & 1 == 0 { Role::Server } else { Role::Client };
    let frame = if choice & 4 == 0 { 1 << 16 } else { u64::MAX };
    let rules = Rules { role, compression: choice & 2 != 0, frame };
    let mut reader = Reader::new(octets);
    let verdict = Head::parse(&mut reader, &rules);
    let notes = Notes::default();
    assert_eq!(Head::parse(&mut Reader::observed(octets, &notes), &rules), verdict);
    let used = reader.offset();
    match verdict {
        Ok(Some(head)) => {
            assert!(used <= Head::LONGEST && head.length <= frame);
            let mut out = Vec::new();
            head.encode(&mut out);
            assert_eq!(octets.get(..used), Some(out.as_slice()), "one head, one form");
            for cut in 0..used {
                let mut reader = Reader::new(octets.get(..cut).unwrap());
                assert_eq!(Head::parse(&mut reader, &rules), Ok(None));
            }
        }
        Ok(None) => assert!(used == 0 && octets.len() < Head::LONGEST),
        // What is wrong stays wrong, whatever follows.
        Err(violation) => {
            assert_eq!(used, 0);
            let more = [octets, &[0; 4]].concat();
            assert_eq!(Head::parse(&mut Reader::new(&more), &rules), Err(violation));
        }
    }
}
