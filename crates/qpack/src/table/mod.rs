//! The two tables, and the four ways to number an entry.
//!
//! RFC 9204 §3
//!
//! ```text
//!   insert count 6, base 4, two entries dropped
//!
//!   absolute      │ 0 │ 1 │ 2 │ 3 │ 4 │ 5 │          never changes
//!                   ✗   ✗
//!   relative                │ 1 │ 0 │                in a section: back from the base
//!   post-base                       │ 0 │ 1 │        in a section: on from the base
//!   relative                │ 3 │ 2 │ 1 │ 0 │        on the encoder stream: back from the newest
//! ```

mod dynamic;
mod fixed;

pub use dynamic::Table;
pub use fixed::{FIXED, fixed_name, fixed_value};
