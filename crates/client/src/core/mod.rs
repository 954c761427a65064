//! What a client decides, without a socket, a thread or a clock: give it what happened and the
//! time, and it answers what to do.
//!
//! ```text
//! alternatives  Alt-Svc              → where else an origin is served
//! redirect   3xx + Location          → the next request, and what must not travel with it
//! auth       401/407 + challenge     → the credentials to send
//! proxy      URL + environment       → through whom
//! coding     Content-Encoding           → what to undo, and how much of it
//! pool       acquire / release, time → reuse this one, open one, wait
//! retry      how it failed           → again or not, and after how long
//! timeouts   phase, time             → how long this read may still take
//! ```
//!
//! Invariant: nothing here reads a clock, an environment variable or a random number; the driver
//! passes them in. That is why each of these rules is one pure function with one table of tests.

pub mod alternatives;
pub mod auth;
pub mod coding;
pub mod digest;
pub mod pool;
pub mod proxy;
pub mod redirect;
pub mod retry;
pub mod timeouts;
pub mod url;
