//! The module `hpack` of the h2 crate, and the one type of another module that it names.
#![allow(missing_docs, dead_code, unused, clippy::all, reason = "not ours")]

include!(concat!(env!("OUT_DIR"), "/h2.rs"));

pub mod frame {
    pub enum Error {
        Hpack(crate::hpack::DecoderError),
    }
}
