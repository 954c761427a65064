//! What comes: text to standard output, everything else to standard error.
//!
//! | comes                 | goes                                                              |
//! |-----------------------|-------------------------------------------------------------------|
//! | text                  | a line of standard output                                         |
//! | binary                | `-o FILE`; else its length and beginning to standard error        |
//! | anything, `--binary`  | standard output (or `-o FILE`), as it is                           |
//! | Ping, Pong, Close     | a note                                                            |
//!
//! Invariant: what a peer sent reaches a terminal without control characters.

use super::{Shared, options::Options};
use client::websocket::{CloseCode, Event, Message, WebSocket};
use std::{
    fs::File,
    io::{self, BufWriter, IsTerminal, StdoutLock, Write},
    time::{Duration, Instant},
};
use view::{visible, visible_octets};

/// Octets of a binary message that are shown.
const SHOWN: usize = 128;

/// Why it ended otherwise than in good order: the exit code and a line, empty where there is nobody
/// to tell.
pub(super) struct Problem(pub(super) u8, pub(super) String);

impl Problem {
    fn writing(error: &io::Error) -> Self {
        match error.kind() {
            // Who reads has seen enough.
            io::ErrorKind::BrokenPipe => Self(23, String::new()),
            _ => Self(23, format!("writing failed: {error}")),
        }
    }
}

impl From<client::Error> for Problem {
    fn from(error: client::Error) -> Self {
        Self(error.curl_exit_code(), error.to_string())
    }
}

/// Where messages go.
pub(super) struct Listener<'a> {
    options: &'a Options,
    shared: &'a Shared,
    text: BufWriter<StdoutLock<'static>>,
    /// `-o`.
    file: Option<Box<dyn Write>>,
    terminal: bool,
    /// What the server did wrong, or said when it closed.
    verdict: Option<Problem>,
    /// `-1`, and it has come.
    had_one: bool,
}

impl<'a> Listener<'a> {
    /// # Errors
    /// The file of `-o` cannot be made.
    pub(super) fn new(options: &'a Options, shared: &'a Shared) -> Result<Self, Problem> {
        let file: Option<Box<dyn Write>> = match &options.output {
            Some(name) if name != "-" => {
                let made = File::create(name).map_err(|error| {
                    Problem(23, format!("{} cannot be written: {error}", name.to_string_lossy()))
                })?;
                Some(Box::new(BufWriter::new(made)))
            }
            _ => None,
        };
        let stdout = io::stdout();
        let terminal = stdout.is_terminal();
        let text = BufWriter::new(stdout.lock());
        Ok(Self { options, shared, text, file, terminal, verdict: None, had_one: false })
    }

    /// Listens until the connection is closed.
    ///
    /// # Errors
    /// [`Problem`].
    pub(super) fn run(mut self, socket: &WebSocket, begun: Instant) -> Result<(), Problem> {
        loop {
            // What came together is written together.
            let event = match socket.receive(Some(Duration::ZERO))? {
                Some(event) => Some(event),
                None => {
                    self.flush()?;
                    socket.receive(self.left(begun)?)?
                }
            };
            match event {
                Some(Event::Closed { clean }) => {
                    self.flush()?;
                    return self.ended(clean);
                }
                Some(event) => self.event(socket, event)?,
                None => {}
            }
        }
    }

    /// What is left of `-m`.
    fn left(&self, begun: Instant) -> Result<Option<Duration>, Problem> {
        let Some(most) = self.options.most else { return Ok(None) };
        match most.checked_sub(begun.elapsed()) {
            Some(left) if !left.is_zero() => Ok(Some(left)),
            _ => Err(Problem(28, format!("timed out after {most:?}"))),
        }
    }

    fn event(&mut self, socket: &WebSocket, event: Event) -> Result<(), Problem> {
        match event {
            Event::Message(_) if self.had_one => {}
            Event::Message(message) => {
                self.message(&message).map_err(|error| Problem::writing(&error))?;
                if self.options.one {
                    self.had_one = true;
                    // Where it is closing already, there is nothing to do.
                    let _ = self.shared.close(socket, CloseCode::NORMAL, "");
                }
            }
            Event::Ping(octets) => self.shared.note(&format!("ping {}", quoted(&octets))),
            Event::Pong(octets) => {
                let after = self
                    .shared
                    .since_ping()
                    .map(|span| format!(" after {:.3} ms", span.as_secs_f64() * 1000.0));
                let after = after.unwrap_or_default();
                self.shared.note(&format!("pong {}{after}", quoted(&octets)));
            }
            Event::Close { code, reason } => self.close(code, &reason),
            Event::Violation(error) => {
                self.verdict = Some(Problem(56, format!("the server broke a rule: {error}")));
            }
            // `run` sees it first.
            Event::Closed { .. } => {}
        }
        Ok(())
    }

    fn close(&mut self, code: Option<CloseCode>, reason: &str) {
        let code = code.unwrap_or(CloseCode::NO_STATUS);
        let mut said = format!("{code} {}", code.name()).trim_end().to_owned();
        if !reason.is_empty() {
            said += &format!(" \"{}\"", visible(reason));
        }
        // An error of the server's may cross our Close on the way; its answer has our code.
        if self.shared.closing() == Some(code) {
            return self.shared.note(&format!("the server answers our Close: {said}"));
        }
        let good = [CloseCode::NORMAL, CloseCode::GOING_AWAY, CloseCode::NO_STATUS];
        if good.contains(&code) {
            self.shared.note(&format!("the server closes: {said}"));
        } else {
            self.verdict = Some(Problem(56, format!("the server closed with {said}")));
        }
    }

    fn message(&mut self, message: &Message) -> io::Result<()> {
        match message {
            _ if self.options.binary => self.raw(message.as_bytes()),
            Message::Text(text) => {
                if self.terminal {
                    for line in text.split('\n') {
                        writeln!(self.text, "{}", visible(line.trim_end_matches('\r')))?;
                    }
                    return Ok(());
                }
                self.text.write_all(text.as_bytes())?;
                self.text.write_all(b"\n")
            }
            Message::Binary(octets) if self.options.output.is_some() => self.raw(octets),
            Message::Binary(octets) => {
                self.text.flush()?;
                self.shared.always(&excerpt(octets));
                Ok(())
            }
        }
    }

    fn raw(&mut self, octets: &[u8]) -> io::Result<()> {
        match &mut self.file {
            Some(file) => file.write_all(octets),
            None => self.text.write_all(octets),
        }
    }

    fn flush(&mut self) -> Result<(), Problem> {
        let flushed =
            self.text.flush().and_then(|()| self.file.as_mut().map_or(Ok(()), Write::flush));
        flushed.map_err(|error| Problem::writing(&error))
    }

    fn ended(self, clean: bool) -> Result<(), Problem> {
        if let Some(problem) = self.verdict {
            return Err(problem);
        }
        if clean {
            self.shared.note("closed");
            return Ok(());
        }
        let how = match self.shared.closing().is_some() {
            true => "the server did not answer our Close",
            false => "the connection ended without a Close frame",
        };
        Err(Problem(56, how.into()))
    }
}

fn quoted(octets: &[u8]) -> String {
    format!("\"{}\"", visible_octets(octets))
}

/// A binary message, for people.
fn excerpt(octets: &[u8]) -> String {
    let mut text = format!("binary, {} octets", octets.len());
    for line in view::hex_lines(octets.get(..octets.len().min(SHOWN)).unwrap_or_default()) {
        text += &format!("\n    {line}");
    }
    if octets.len() > SHOWN {
        text += "\n    …";
    }
    text
}
