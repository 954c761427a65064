//! The two tables in one row of numbers.
//!
//! RFC 7541 §2.3.3
//!
//! ```text
//!   <----------  Index Address Space ---------->
//!   <-- Static  Table -->  <-- Dynamic Table -->
//!   +---+-----------+---+  +---+-----------+---+
//!   | 1 |    ...    | s |  |s+1|    ...    |s+k|
//!   +---+-----------+---+  +---+-----------+---+
//!                          ⍋                   |
//!                          |                   ⍒
//!                   Insertion Point      Dropping Point
//! ```
//!
//! *s* is 61. A new entry takes the number 62, and every older one moves up by one.

mod dynamic;
mod fixed;

pub use dynamic::DynamicTable;
pub use fixed::{FIXED, fixed_name};
