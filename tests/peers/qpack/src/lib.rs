//! The public lists, and three codecs: ours, that of h3, that of nghttp3.
//!
//! ```text
//!   without a table   what h3 does; our literals are what all of them decode
//!   with a table      4,096 octets, a hundred streams may wait, all is acknowledged at once;
//!                     what ls-qpack made of the lists is what is decoded
//! ```
//!
//! h3 makes owned names and values; nghttp3 lends both, counted by reference; ours are borrowed.

#[doc(hidden)]
#[path = "h3_module.rs"]
pub mod h3_module;
// The module's own files call these by their paths in h3.
#[doc(hidden)]
pub use h3_module::{proto, qpack};

pub mod lists;
pub mod ours;
pub mod theirs;
