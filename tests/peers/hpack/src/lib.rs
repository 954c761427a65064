//! The stories, and three codecs behind one interface: ours, that of h2, that of nghttp2.
//!
//! ```text
//!   decode   every block of the stories, a new decoder for each story, each field looked at
//!   encode   every list of the stories, a new encoder for each story
//! ```
//!
//! h2 makes of each field what its users get, a checked name and a checked value; nghttp2 lends
//! both, counted by reference; ours are borrowed and not yet checked.

#[doc(hidden)]
#[path = "h2_module.rs"]
pub mod h2_module;
// The module's own files call these by their paths in h2.
#[doc(hidden)]
pub use h2_module::{ext, frame, hpack};

pub mod ours;
pub mod stories;
pub mod theirs;
