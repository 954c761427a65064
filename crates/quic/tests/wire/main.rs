//! Octets: packets, their protection, frames, transport parameters, tokens.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod frames;
mod packets;
mod parameters;
mod properties;
mod tokens;
mod updates;
mod vectors;

/// The octets of a text of hexadecimal digits.
pub fn hex(text: &str) -> Vec<u8> {
    wire::hex::decode(&text.split_whitespace().collect::<String>()).unwrap()
}
