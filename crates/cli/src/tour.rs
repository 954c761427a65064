//! `wirebook tour`: one page walked through every layer there is, by the laboratory.

use crate::{
    args::{Command, Parsed},
    exit::Failure,
};
use std::{
    error::Error as _,
    io::{self, ErrorKind, Write},
};

/// The subcommand's table.
pub(crate) const COMMAND: Command = Command {
    name: "tour",
    operands: "",
    count: (0, 0),
    summary: "Walks one page through every layer, from a raw socket up, and counts what each costs.",
    sections: &[],
    notes: "It needs nothing but the loopback: the server runs inside.\n",
};

/// Gives the tour.
///
/// # Errors
/// [`Failure`] where the loopback or the output fails.
pub(crate) fn run(_: &Parsed) -> Result<u8, Failure> {
    let mut out = io::stdout().lock();
    let done = lab::tour::run(&mut out).and_then(|_| Ok(out.flush()?));
    match done {
        Ok(()) => Ok(0),
        Err(lab::tour::Error::Io(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(23),
        Err(error) => {
            // What an I/O error is about is said by the error below it.
            let below = error.source().map(|below| format!(": {below}"));
            let below =
                below.filter(|below| !error.to_string().contains(below.trim_start_matches(": ")));
            Err(Failure::new(
                1,
                format!("the tour broke off: {error}{}", below.unwrap_or_default()),
            ))
        }
    }
}
