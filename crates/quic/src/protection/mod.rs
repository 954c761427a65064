//! Packet protection: what is inside a packet, and even its number, is for the other end alone.
//!
//! RFC 9001 §5
//!
//! ```text
//!   secret ─┬─ "quic key" ─► key ─┐
//!           ├─ "quic iv"  ─► iv ──┴─► AEAD over the payload; the head is authenticated
//!           ├─ "quic hp"  ─► hp ────► a mask for the first octet and the packet number
//!           └─ "quic ku"  ─► the next secret (hp stays)
//! ```
//!
//! The mask is made from a sample of the sealed payload. So sealing comes before masking, and
//! unmasking before opening.
//!
//! Invariant: packets are sealed and opened where they lie, and nothing is allocated for one.
//!
//! Used by: [`Builder`](crate::packet::Builder), the connection, `dissect`.

mod initial;
mod keys;
mod retry;
mod update;

pub use initial::{KeyPair, initial};
pub use keys::{Keys, Opened, Unmasked};
pub use retry::{retry_tag, verify_retry};
pub use update::{ApplicationKeys, PhaseOpened, Wear};
