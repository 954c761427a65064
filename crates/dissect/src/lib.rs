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

mod input;
mod kind;
mod render;

pub use input::{InputError, octets_of};
pub use kind::{Dissection, Kind, UnknownKind, dissect};
pub use render::{json, text};
