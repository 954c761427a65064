//! What the comparisons share: servers in processes of their own, what they used, and the table.
//!
//! ```text
//!   server     a command on a free port, ended when dropped
//!   process    processor time and memory of a process and its children
//!   table      rounds that turn, medians, and medians of each round's ratio, in Markdown
//! ```

pub mod process;
pub mod server;
pub mod table;
