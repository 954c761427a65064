//! The access log: a line for each exchange, to a file or to standard output.
//!
//! Lines are gathered and written when a loop has no more to do for the moment, so that a busy
//! server makes one system call for many lines, and a quiet one shows each line at once.
//!
//! Invariant: a disk that is full costs the lines, never the server; it is said once.

use crate::terminal::say;
use server::{AccessLog, Record, TlsFailure};
use std::{
    ffi::OsStr,
    fmt,
    fs::OpenOptions,
    io::{self, Write},
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Written when this much is gathered, also while the loop is busy.
const GATHER: usize = 64 * 1024;

/// Where the lines go.
pub(super) struct Log(Mutex<Inner>);

struct Inner {
    to: Box<dyn Write + Send>,
    lines: Vec<u8>,
    complained: bool,
}

impl Log {
    /// A log that is appended to `file`, or, for `-`, goes to standard output.
    pub(super) fn open(file: &OsStr) -> io::Result<Self> {
        let to: Box<dyn Write + Send> = if file == "-" {
            Box::new(io::stdout())
        } else {
            Box::new(OpenOptions::new().create(true).append(true).open(file)?)
        };
        Ok(Self(Mutex::new(Inner { to, lines: Vec::new(), complained: false })))
    }

    fn add(&self, line: &dyn fmt::Display) {
        let mut inner = self.lock();
        // Writing to a `Vec` cannot fail.
        let _ = writeln!(inner.lines, "{line}");
        if inner.lines.len() >= GATHER {
            inner.write();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AccessLog for Log {
    fn record(&self, record: &Record) {
        self.add(record);
    }

    fn tls_failed(&self, failure: &TlsFailure<'_>) {
        self.add(failure);
    }

    fn flush(&self) {
        self.lock().write();
    }
}

impl Inner {
    fn write(&mut self) {
        if self.lines.is_empty() {
            return;
        }
        let lines = mem::take(&mut self.lines);
        let written = self.to.write_all(&lines).and_then(|()| self.to.flush());
        if let Err(error) = written
            && !mem::replace(&mut self.complained, true)
        {
            say(&format!("the access log cannot be written: {error}"));
        }
        self.lines = lines;
        self.lines.clear();
    }
}
