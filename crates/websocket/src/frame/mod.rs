//! Frames: every octet behind the handshake belongs to one.
//!
//! RFC 6455 §5
//!
//! ```text
//!  head                          payload
//!  ┌───────────────────────────┬─────────────────────────────────┐
//!  │ 2, 4 or 10 octets, + mask │ application data, masked or not │
//!  └───────────────────────────┴─────────────────────────────────┘
//! ```
//!
//! Used by: [`Connection`](crate::Connection), and `dissect`.

mod dissect;
mod head;
mod mask;
mod opcode;

pub use dissect::dissect;
pub use head::{Head, Rules};
pub use mask::mask;
pub use opcode::Opcode;
