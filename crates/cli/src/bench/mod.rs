//! `wirebook bench`: the same request again and again, over many connections, and how fast the
//! answers come.
//!
//! ```text
//!   flags.rs   the table          plan.rs   what it asks for          here   start, watch, tell
//!                                             └──► lab::load, which does it
//! ```
//!
//! Invariant: the report goes to standard output, how far it is to standard error, and that only
//! where somebody looks at it.

mod flags;
mod plan;

pub(crate) use flags::COMMAND;

use crate::{
    args::{Parsed, UsageError},
    exit::Failure,
    print,
};
use lab::load::{self, Failure as Lost, Load, Plan, Report};
use sockets::{Events, Interest, Poller, Signal, Signals, Token};
use std::{
    io::{self, IsTerminal, Write},
    time::Duration,
};

/// How often it is shown how far it is.
const SHOW: Duration = Duration::from_millis(200);

/// Measures.
///
/// # Errors
/// [`Failure`] for a command line that is wrong, or a server that is not there.
pub(crate) fn run(parsed: &Parsed) -> Result<u8, Failure> {
    let json = match parsed.text("format")? {
        None | Some("text") => false,
        Some("json") => true,
        Some(other) => return Err(UsageError::value("format", other, "it is text or json").into()),
    };
    let plan = plan::plan(parsed)?;
    // One for each connection, and some; where it cannot be raised, connections will tell.
    let _ = sockets::tcp::raise_descriptor_limit();
    let watched = !parsed.is("silent") && io::stderr().is_terminal();
    let report = load_watched(&plan, watched)
        .map_err(|error| Failure::new(1, format!("the load could not be made: {error}")))?;
    print(&if json { load::json(&plan, &report) + "\n" } else { load::text(&plan, &report) })?;
    Ok(exit_code(&report))
}

/// Runs it to its end, or until a signal comes.
fn load_watched(plan: &Plan, watched: bool) -> io::Result<Report> {
    const SIGNALS: Token = Token(0);
    let mut poller = Poller::new()?;
    let signals = Signals::new(&[Signal::Interrupt, Signal::Terminate])?;
    poller.add(&signals, SIGNALS, Interest::READ)?;
    let waker = poller.waker();
    let load = Load::start(plan, move || waker.wake())?;
    let mut events = Events::with_capacity(1);
    let mut shown = false;
    while !load.is_over() {
        poller.wait(&mut events, watched.then_some(SHOW))?;
        if signals.take().is_some() {
            load.stop();
        }
        if watched && !load.is_over() {
            shown = true;
            // Whoever cannot be shown anything is not shown anything.
            let _ = write!(io::stderr(), "\r{} answers\x1b[K", load.answers());
        }
    }
    if shown {
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
    Ok(load.join())
}

/// 0 where anything succeeded; else what it most likely was.
fn exit_code(report: &Report) -> u8 {
    let tally = &report.tally;
    let has = |failure| tally.failures.contains_key(&failure);
    match () {
        () if tally.succeeded() > 0 => 0,
        () if tally.answers() > 0 => 1,
        () if has(Lost::Handshake) => 35,
        () if has(Lost::Connect) => 7,
        () if has(Lost::Silence) => 28,
        () => 1,
    }
}
