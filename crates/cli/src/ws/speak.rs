//! Standard input, line by line, to the server.
//!
//! Runs on a thread of its own, since reading a terminal cannot be interrupted: when the connection
//! ends, the program ends, whatever this thread waits for.
//!
//! Invariant: a line that is here goes out before the next is waited for; lines that came together
//! go out together.

use super::{
    Shared,
    command::{self, Line},
    options::{Behind, Options},
};
use client::{
    Error,
    websocket::{CloseCode, Message, WebSocket},
};
use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read},
    os::fd::AsFd,
    thread,
};

/// As much of the input as is read at once.
const BUFFER: usize = 64 * 1024;

/// Why speaking ended before the input did.
pub(super) enum Problem {
    /// The connection's own: whoever listens tells it.
    Connection,
    /// The input's.
    Input(String),
}

impl From<Error> for Problem {
    fn from(_: Error) -> Self {
        Self::Connection
    }
}

/// Sends all of the input, and does behind it what the options say.
pub(super) fn run(socket: &WebSocket, options: &Options, shared: &Shared) -> Result<(), Problem> {
    // std's standard input does not tell what it has read ahead.
    let input =
        File::from(io::stdin().as_fd().try_clone_to_owned().map_err(|error| unread(&error))?);
    match options.binary {
        true => pieces(socket, input)?,
        false => lines(socket, options, shared, BufReader::with_capacity(BUFFER, input))?,
    }
    match options.behind {
        Behind::Stay => Ok(()),
        Behind::Close(wait) => {
            thread::sleep(wait);
            shared.close(socket, CloseCode::NORMAL, "")?;
            Ok(())
        }
    }
}

/// What came in one read is one message.
fn pieces(socket: &WebSocket, mut input: File) -> Result<(), Problem> {
    let mut buffer = vec![0; BUFFER];
    loop {
        match input.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(length) => {
                let octets = buffer.get(..length).unwrap_or_default();
                socket.send(Message::Binary(octets.to_vec()))?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unread(&error)),
        }
    }
}

fn unread(error: &io::Error) -> Problem {
    Problem::Input(format!("reading the input failed: {error}"))
}

/// What ends in a line end, or in the end, is one message.
fn lines(
    socket: &WebSocket,
    options: &Options,
    shared: &Shared,
    mut input: BufReader<File>,
) -> Result<(), Problem> {
    let most = options.handshake.limits.message;
    for number in 1_u64.. {
        let mut line = Vec::new();
        let read =
            Read::by_ref(&mut input).take(most.saturating_add(2)).read_until(b'\n', &mut line);
        let fault = |what: &dyn std::fmt::Display| Problem::Input(format!("line {number} {what}"));
        read.map_err(|error| fault(&format!("cannot be read: {error}")))?;
        if line.is_empty() {
            break;
        }
        if line.last() == Some(&b'\n') {
            line.pop();
            line.pop_if(|octet| *octet == b'\r');
        }
        if line.len() as u64 > most {
            return Err(fault(&format!("has more than {most} octets")));
        }
        let line = String::from_utf8(line)
            .map_err(|_| fault(&"is not UTF-8, which text must be; --binary sends any octets"))?;
        if options.commands {
            say(socket, shared, &line)?;
        } else {
            socket.queue(Message::Text(line))?;
        }
        if input.buffer().is_empty() {
            socket.flush_queued()?;
        }
    }
    socket.flush_queued()?;
    Ok(())
}

/// Does what a typed line says. What cannot be done is said, and the next line is awaited.
fn say(socket: &WebSocket, shared: &Shared, line: &str) -> Result<(), Error> {
    let done = match command::read(line) {
        Err(wrong) => {
            shared.note(&wrong);
            Ok(())
        }
        Ok(Line::Text(text)) => socket.queue(Message::Text(text.to_owned())),
        Ok(Line::Ping(text)) => {
            shared.pinged();
            socket.ping(text.as_bytes())
        }
        Ok(Line::Pong(text)) => socket.pong(text.as_bytes()),
        Ok(Line::Binary(file)) => match fs::read(file) {
            Ok(octets) => {
                shared.note(&format!("sending {} octets", octets.len()));
                socket.send(Message::Binary(octets))
            }
            Err(error) => {
                shared.note(&format!("{file}: {error}"));
                Ok(())
            }
        },
        Ok(Line::Close(code, reason)) => shared.close(socket, code, reason),
        Ok(Line::Help) => {
            shared.note(command::HELP);
            Ok(())
        }
    };
    match done {
        // Too long for its frame, a code that is none: the connection is as it was.
        Err(Error::WebSocket(misuse)) if misuse != client::websocket::Misuse::Closed => {
            shared.note(&misuse.to_string());
            Ok(())
        }
        done => done,
    }
}
