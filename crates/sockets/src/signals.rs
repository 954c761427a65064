//! Signals as something a loop can wait for, so that a server may stop gracefully.
//!
//! A handler may do almost nothing: it runs between any two instructions. So it writes the signal's
//! number to a pipe (the *self-pipe trick*), and the loop reads the pipe like any other socket.
//!
//! ```text
//!   kernel ─► handler ─► pipe ─► Poller ─► Signals::take
//! ```
//!
//! Invariant: one `Signals` at a time in a process; dropping it puts back what was before.
//!
//! Used by: `server`'s graceful stop, `cli`.

use crate::sys::{number, poll, signal};
use std::{
    ffi::c_int,
    io::{self, Read},
    os::{
        fd::{AsFd, AsRawFd, BorrowedFd},
        unix::net::UnixStream,
    },
    sync::atomic::{AtomicBool, Ordering},
};

/// The signals that ask a program to do something about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signal {
    /// SIGHUP: the terminal is gone; for a daemon by custom "read your configuration again".
    Hangup,
    /// SIGINT: Ctrl-C.
    Interrupt,
    /// SIGQUIT: Ctrl-\.
    Quit,
    /// SIGTERM: please stop, from `kill` and from service managers.
    Terminate,
}

impl Signal {
    const ALL: [Self; 4] = [Self::Hangup, Self::Interrupt, Self::Quit, Self::Terminate];

    fn number(self) -> c_int {
        match self {
            Self::Hangup => number::SIGHUP,
            Self::Interrupt => number::SIGINT,
            Self::Quit => number::SIGQUIT,
            Self::Terminate => number::SIGTERM,
        }
    }
}

/// Whether a `Signals` lives: the pipe is the process's, and two readers would rob each other.
static CLAIMED: AtomicBool = AtomicBool::new(false);

/// Catches the signals it was made for, until it is dropped.
#[derive(Debug)]
pub struct Signals {
    pipe: &'static UnixStream,
    /// What was installed before us.
    replaced: Vec<(c_int, signal::Replaced)>,
}

impl Signals {
    /// Catches `signals` from now on: they no longer end the process.
    ///
    /// A hangup that is ignored already stays so: somebody started the program by nohup(1), and
    /// meant it.
    ///
    /// # Errors
    /// `AlreadyExists` while another `Signals` lives; or the kernel has no descriptor left.
    pub fn new(signals: &[Signal]) -> io::Result<Self> {
        if CLAIMED.swap(true, Ordering::AcqRel) {
            let why = "signals are caught by somebody else in this process";
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, why));
        }
        let pipe = signal::pipe().inspect_err(|_| CLAIMED.store(false, Ordering::Release))?;
        let mut caught = Self { pipe, replaced: Vec::new() };
        for &wanted in signals {
            let number = wanted.number();
            // On failure, dropping `caught` puts back those that were replaced so far.
            let before = signal::catch(number)?;
            if wanted == Signal::Hangup && before.was_ignored {
                signal::restore(number, &before);
            } else {
                caught.replaced.push((number, before));
            }
        }
        Ok(caught)
    }

    /// The next signal that came, if any; never waits.
    pub fn take(&self) -> Option<Signal> {
        let mut octet = [0];
        let mut pipe = self.pipe;
        loop {
            match pipe.read(&mut octet) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return None,
            }
            let [number] = octet;
            let known = Signal::ALL.into_iter().find(|known| known.number() == c_int::from(number));
            if known.is_some() {
                return known;
            }
        }
    }

    /// Waits for the next signal.
    pub fn wait(&self) -> Signal {
        loop {
            if let Some(signal) = self.take() {
                return signal;
            }
            let descriptor = self.pipe.as_raw_fd();
            let mut list = [poll::PollFd { descriptor, asked: poll::IN, answered: 0 }];
            // An interrupted wait is exactly what we are here for: look again.
            let _ = poll::wait(&mut list, None);
        }
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.pipe.as_fd()
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        // In reverse, so that a signal that was named twice gets its first handler back.
        for (number, before) in self.replaced.drain(..).rev() {
            signal::restore(number, &before);
        }
        while self.take().is_some() {}
        CLAIMED.store(false, Ordering::Release);
    }
}
