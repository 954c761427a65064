//! `wirebook ws`: a WebSocket by hand, or in a pipe.
//!
//! ```text
//!   standard input ──► speak ──► WebSocket ──► listen ──► standard output     text
//!                                    │            └─────► standard error      all else
//!                                    └──► Teller ───────► standard error      --frames, -v
//! ```
//!
//! Exit codes: 0 closed in good order; 22 the server would not switch; 26 the input cannot be sent;
//! 56 the connection broke, or the server closed with an error; others as `get`.
//!
//! Invariant: standard output holds what the server's messages hold, and nothing else.

mod command;
mod flags;
mod listen;
mod options;
mod speak;

pub(crate) use flags::COMMAND;

use crate::{
    args::Parsed,
    exit::Failure,
    session::{self, cookies},
    tell::{self, Teller},
    terminal::say,
};
use client::{
    Error,
    websocket::{self, CloseCode, WebSocket},
};
use listen::Listener;
use options::Options;
use sockets::{Signal, Signals};
use std::{
    process,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// The exit code where the input cannot be sent: curl's for reading.
const UNSENT: u8 = 26;

/// What the threads of one connection share.
struct Shared {
    notes: bool,
    /// The code of our Close, once it is sent.
    closing: Mutex<Option<CloseCode>>,
    /// A part of the input could not be sent.
    unsent: AtomicBool,
    pinged: Mutex<Option<Instant>>,
}

impl Shared {
    /// Says what happens beside the messages, if anybody wants to know.
    fn note(&self, text: &str) {
        if self.notes {
            self.always(text);
        }
    }

    fn always(&self, text: &str) {
        tell::print(&format!("* {text}\n"));
    }

    /// Closes; from here on the end is ours.
    fn close(&self, socket: &WebSocket, code: CloseCode, reason: &str) -> Result<(), Error> {
        // Held until the Close is sent, so that its answer does not come before it is known.
        let mut closing = lock(&self.closing);
        socket.close(code, reason)?;
        *closing = Some(code);
        Ok(())
    }

    /// The code of our Close.
    fn closing(&self) -> Option<CloseCode> {
        *lock(&self.closing)
    }

    fn pinged(&self) {
        *lock(&self.pinged) = Some(Instant::now());
    }

    /// How long ago a Ping was typed that was not answered yet.
    fn since_ping(&self) -> Option<Duration> {
        lock(&self.pinged).take().map(|pinged| pinged.elapsed())
    }
}

/// What is behind these locks is whole between any two of its uses.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Opens the WebSocket and stays until it is closed.
///
/// # Errors
/// [`Failure`] where the command line is wrong.
pub(crate) fn run(parsed: &Parsed) -> Result<u8, Failure> {
    let options = Arc::new(Options::read(parsed)?);
    let mut builder = cookies::begin(parsed, session::session(parsed)?, options.errors);
    let teller = Arc::new(Teller::new(options.telling));
    if options.telling.listens() {
        builder = builder.trace(tell::trace(Arc::clone(&teller)));
    }
    let session = builder.build();
    let begun = Instant::now();
    let socket = match websocket::connect(&session, &options.url, &options.handshake) {
        Ok(socket) => Arc::new(socket),
        Err(error) => {
            teller.over(1);
            let code = error.curl_exit_code();
            complain(&options, code, &error.to_string());
            return Ok(cookies::keep(parsed, &session, code));
        }
    };
    let shared = Arc::new(Shared {
        notes: options.notes,
        closing: Mutex::default(),
        unsent: AtomicBool::new(false),
        pinged: Mutex::default(),
    });
    shared.note(&greeting(&socket, options.commands));
    let code = converse(&options, &shared, &socket, begun);
    Ok(cookies::keep(parsed, &session, code))
}

/// Both directions at once, until one of them ends.
fn converse(
    options: &Arc<Options>,
    shared: &Arc<Shared>,
    socket: &Arc<WebSocket>,
    begun: Instant,
) -> u8 {
    if let Err(error) = close_on_signal(shared, socket) {
        shared.note(&format!("Ctrl-C will not close in good order: {error}"));
    }
    speak(options, shared, socket);
    let listened = Listener::new(options, shared).and_then(|listener| listener.run(socket, begun));
    match listened {
        Ok(()) if shared.unsent.load(Ordering::SeqCst) => UNSENT,
        Ok(()) => 0,
        Err(listen::Problem(code, line)) => {
            complain(options, code, &line);
            code
        }
    }
}

fn complain(options: &Options, code: u8, line: &str) {
    if options.errors && !line.is_empty() {
        say(&format!("({code}) {line}"));
    }
}

/// Sends the input, on a thread of its own.
fn speak(options: &Arc<Options>, shared: &Arc<Shared>, socket: &Arc<WebSocket>) {
    let (options, shared, socket) = (Arc::clone(options), Arc::clone(shared), Arc::clone(socket));
    let speaking = move || match speak::run(&socket, &options, &shared) {
        // What broke or closed the connection is told by whoever listens.
        Ok(()) | Err(speak::Problem::Connection) => {}
        Err(speak::Problem::Input(line)) => {
            complain(&options, UNSENT, &line);
            shared.unsent.store(true, Ordering::SeqCst);
            // What was sent before may still be answered.
            let _ = shared.close(&socket, CloseCode::GOING_AWAY, "");
        }
    };
    if let Err(error) = thread::Builder::new().name("input".into()).spawn(speaking) {
        say(&format!("the input cannot be read: {error}"));
    }
}

/// The first signal closes in good order, the second ends the process.
fn close_on_signal(shared: &Arc<Shared>, socket: &Arc<WebSocket>) -> std::io::Result<()> {
    let signals = Signals::new(&[Signal::Interrupt, Signal::Terminate, Signal::Hangup])?;
    let (shared, socket) = (Arc::clone(shared), Arc::clone(socket));
    let watch = move || {
        let _ = signals.wait();
        if shared.close(&socket, CloseCode::NORMAL, "").is_ok() {
            shared.note("closing; once more ends at once");
        }
        let _ = signals.wait();
        process::exit(130);
    };
    thread::Builder::new().name("signals".into()).spawn(watch).map(|_| ())
}

/// The first line of a console.
fn greeting(socket: &WebSocket, commands: bool) -> String {
    let agreed = socket.agreed();
    let mut text = format!("connected to {}", view::visible(&socket.url().to_string()));
    if let Some(protocol) = &agreed.protocol {
        text += &format!(", speaking {}", view::visible(protocol));
    }
    if agreed.deflate.is_some() {
        text += ", compressed";
    }
    if commands {
        text += "; /help tells the commands, Ctrl-C closes";
    }
    text
}
