//! `wirebook quic`: the transport without HTTP/3 on top, to look at and to test with others.
//!
//! RFC 9000; `hq-interop`
//!
//! ```text
//!   serve  DIR ──► QuicServer, one Hq for each loop ──► until a signal
//!   get    URL… ──► Hq ──► standard output, or files    -v: each packet    QLOGDIR: qlog
//! ```
//!
//! Exit codes: 0 done; 2 a wrong command line; 96 QUIC failed; 60, 35 and others as `get`.
//!
//! Invariant: standard output holds files alone, and with `--format json` one line more.

mod flags;
mod get;
mod serve;

pub(crate) use flags::COMMAND;

use crate::{
    args::{Parsed, UsageError},
    exit::Failure,
};

/// Serves or gets.
///
/// # Errors
/// [`Failure`] with one line and the exit code.
pub(crate) fn run(parsed: &Parsed) -> Result<u8, Failure> {
    let operands: Vec<String> =
        parsed.operands.iter().map(|operand| operand.to_string_lossy().into_owned()).collect();
    match operands.split_first() {
        Some((word, rest)) if word == "serve" => serve::run(parsed, rest),
        Some((word, rest)) if word == "get" => get::run(parsed, rest),
        _ => {
            let operand = operands.first().cloned().unwrap_or_default();
            Err(UsageError::ExtraOperand { operand }.into())
        }
    }
}
