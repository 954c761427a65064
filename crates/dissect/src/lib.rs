//! Octets explained: what a parser read, field by field, with its names and its rules.
//!
//! ```text
//!   octets ──► the layer's own parser, observed ──► notes ──► lines or JSON
//! ```
//!
//! No format is described here a second time: a [`Kind`] names a parser of the stack, and what is
//! printed is what that parser told its observer, up to the field at which it stopped and the rule
//! that stopped it.
#![forbid(unsafe_code)]

mod certificate;
#[doc(hidden)]
pub mod fuzzing;
mod hints;
mod http2;
mod http3;
mod input;
mod keylog;
mod kind;
mod qpack;
mod quic;
mod render;
mod tls;

pub use hints::Hints;
pub use input::{InputError, octets_of};
pub use keylog::{KeyLog, KeyLogError};
pub use kind::{Dissection, Kind, UnknownKind, dissect, dissect_hinted, dissect_opened};
pub use render::{json, text};
