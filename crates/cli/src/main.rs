//! The program `wirebook`: arguments in, text out.
//!
//! ```text
//!   args      the table-driven reader of command lines, and the help
//!   serve     a folder on a port
//!   get       a URL to standard output or a file
//!   ws        a WebSocket by hand, or in a pipe
//!   session   what both of these share; tell, what they tell on the way
//!   tour      a page through every layer, by the laboratory
//!   dissect   octets explained
//!   lab       an experiment, and what came out
//!   quic      the transport of HTTP/3 without HTTP/3
//!   bench     a load on a server, measured
//!   cert      certificates made, shown and verified
//!   terminal  what we print to
//!   exit      how it ends
//! ```
//!
//! Invariant: what was asked for goes to standard output, everything else to standard error.
//!
//! Invariant: bad input gets one clear line and a non-zero exit code.
#![forbid(unsafe_code)]

mod args;
mod bench;
mod cert;
mod dissect;
mod exit;
mod get;
mod lab;
mod quic;
mod serve;
mod session;
mod tell;
mod terminal;
mod tour;
mod ws;

use args::{Command, Parsed, UsageError};
use exit::Failure;
use std::{
    ffi::OsString,
    io::{self, Write},
    process::ExitCode,
};

/// Runs a subcommand; its exit code, or the reason why there is nothing to show.
type Run = fn(&Parsed) -> Result<u8, Failure>;

/// The subcommands, in the order of the help.
const COMMANDS: &[(&Command, Run)] = &[
    (&tour::COMMAND, tour::run),
    (&serve::COMMAND, serve::run),
    (&get::COMMAND, get::run),
    (&ws::COMMAND, ws::run),
    (&dissect::COMMAND, dissect::run),
    (&lab::COMMAND, lab::run),
    (&quic::COMMAND, quic::run),
    (&bench::COMMAND, bench::run),
    (&cert::COMMAND, cert::run),
];

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let (command, done) = match arguments.next() {
        Some(first) => program(&first, arguments),
        None => (None, Err(UsageError::MissingOperand { operand: "COMMAND" }.into())),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            if !failure.line.is_empty() {
                terminal::say(&failure.line);
            }
            if failure.usage {
                let name = command.map(|command| format!(" {}", command.name)).unwrap_or_default();
                terminal::say(&format!("`wirebook{name} --help` tells what there is"));
            }
            ExitCode::from(failure.code)
        }
    }
}

/// Runs what `first` names; the command beside the result is the one whose help may be mentioned.
fn program(
    first: &OsString,
    rest: impl Iterator<Item = OsString>,
) -> (Option<&'static Command>, Result<u8, Failure>) {
    let name = first.to_string_lossy();
    match &*name {
        "-h" | "--help" | "help" => return (None, help(rest)),
        "-V" | "--version" => {
            return (None, print(&format!("wirebook {}\n", env!("CARGO_PKG_VERSION"))));
        }
        _ => {}
    }
    match find(&name) {
        Ok((command, run)) => (Some(command), subcommand(command, run, rest)),
        Err(error) => (None, Err(error.into())),
    }
}

/// `wirebook help`, `wirebook help get`.
fn help(mut rest: impl Iterator<Item = OsString>) -> Result<u8, Failure> {
    let columns = terminal::columns();
    let Some(name) = rest.next() else {
        let commands: Vec<&Command> = COMMANDS.iter().map(|(command, _)| *command).collect();
        return print(&args::program_help(&commands, columns));
    };
    let (command, _) = find(&name.to_string_lossy())?;
    print(&args::command_help(command, columns))
}

fn find(name: &str) -> Result<(&'static Command, Run), UsageError> {
    if let Some(found) = COMMANDS.iter().find(|(command, _)| command.name == name) {
        return Ok(*found);
    }
    if name.starts_with('-') {
        let near = args::nearest(name, ["--help", "--version"].into_iter());
        let suggestion = near.map(str::to_owned);
        return Err(UsageError::UnknownFlag { flag: name.to_owned(), suggestion });
    }
    let known = COMMANDS.iter().map(|(command, _)| command.name);
    let suggestion = args::nearest(name, known).map(|near| format!("`wirebook {near}`"));
    Err(UsageError::UnknownCommand { command: name.to_owned(), suggestion })
}

fn subcommand(
    command: &Command,
    run: Run,
    rest: impl Iterator<Item = OsString>,
) -> Result<u8, Failure> {
    let parsed = command.parse(rest)?;
    if parsed.is("help") {
        return print(&args::command_help(command, terminal::columns()));
    }
    command.check_count(&parsed)?;
    run(&parsed)
}

/// Prints what was asked for. A reader that has seen enough, as `head` does, is no reason to
/// complain.
fn print(text: &str) -> Result<u8, Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(0),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(0),
        Err(error) => Err(Failure::new(23, format!("writing failed: {error}"))),
    }
}
