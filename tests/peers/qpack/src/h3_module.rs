//! The module `qpack` of the h3 crate, and what it names of another.
#![allow(missing_docs, dead_code, unused, mismatched_lifetime_syntaxes, clippy::all, reason = "not ours")]

include!(concat!(env!("OUT_DIR"), "/qpack.rs"));

pub mod proto {
    include!(concat!(env!("OUT_DIR"), "/proto.rs"));
}
