//! What callers tell the driver's thread, and the thread's life.
//!
//! ```text
//!   any thread ── Command ──► mailbox ──► driver's thread
//!                   └──────── waker ─────────┘
//! ```
//!
//! Invariant: the thread runs from the first [`Driver::start`] until the last owner of the
//! [`Driver`] has gone, and that waits for its end.
//!
//! Users: [`super::line`], whose callers speak through it.

use super::{call::Call, event_loop::Loop, http3::Http3, line::Status};
use crate::driver::stream::Stream;
use http::{Request, message::Outgoing};
use sockets::{Poller, Waker};
use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    thread::{self, JoinHandle},
};
use wire::trace::Trace;

/// A connection that the thread shall drive from now on.
#[derive(Debug)]
pub(super) struct Handed {
    pub(super) line: u64,
    pub(super) stream: Stream,
    pub(super) machine: Box<::http2::Connection>,
    pub(super) status: Arc<Status>,
    /// Who wants to see the octets.
    pub(super) trace: Trace,
}

/// A connection of HTTP/3 that the thread shall drive from now on.
#[derive(Debug)]
pub(super) struct HandedQuic {
    pub(super) line: u64,
    pub(super) port: port::Port,
    pub(super) handle: quic::Handle,
    pub(super) machine: Box<Http3>,
    pub(super) status: Arc<Status>,
}

/// A request that shall be sent.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) call: Arc<Call>,
    pub(super) head: Request,
    pub(super) outgoing: Outgoing,
    /// What an extended CONNECT asks for.
    pub(super) protocol: Option<&'static str>,
    /// The content, where it is at hand.
    pub(super) content: Option<Arc<[u8]>>,
}

/// What a call's owner wants.
#[derive(Debug)]
pub(super) enum Wish {
    /// These octets of content follow.
    Content(Vec<u8>),
    /// No more content follows.
    End,
    /// So many octets of the answer's content were taken.
    Taken(usize),
    /// Nobody waits for the answer any more.
    Cancel,
}

#[derive(Debug)]
pub(super) enum Command {
    Drive(Handed),
    DriveQuic(Box<HandedQuic>),
    /// On this line.
    Ask(u64, Asked),
    /// For this line's call.
    Wish(u64, u64, Wish),
    /// No more requests come for this line.
    Close(u64),
    /// The machine has another network than before.
    NetworkChanged,
    /// No more commands come.
    Quit,
}

/// What both threads hold.
#[derive(Debug)]
pub(super) struct Mailbox {
    letters: Mutex<Vec<Command>>,
    waker: Waker,
}

impl Mailbox {
    fn lock(&self) -> MutexGuard<'_, Vec<Command>> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn send(&self, command: Command) {
        self.lock().push(command);
        self.waker.wake();
    }

    /// Exchanges what has come for the empty list `read`.
    pub(super) fn take(&self, read: &mut Vec<Command>) {
        std::mem::swap(&mut *self.lock(), read);
    }
}

/// The thread that drives a session's shared connections.
#[derive(Debug, Default)]
pub(crate) struct Driver {
    running: OnceLock<Running>,
    starting: Mutex<()>,
}

#[derive(Debug)]
struct Running {
    mailbox: Arc<Mailbox>,
    thread: Option<JoinHandle<()>>,
}

impl Driver {
    /// The mailbox of the thread, which is started where it does not run yet.
    ///
    /// # Errors
    /// The system has no descriptor or thread left.
    pub(super) fn start(&self) -> io::Result<Arc<Mailbox>> {
        let _one_at_a_time = self.starting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = self.running.get() {
            return Ok(Arc::clone(&running.mailbox));
        }
        let poller = Poller::new()?;
        let letters = Mutex::default();
        let mailbox = Arc::new(Mailbox { letters, waker: poller.waker() });
        let read = Arc::clone(&mailbox);
        let builder = thread::Builder::new().name("client-streams".into());
        let thread = builder.spawn(move || Loop::new(poller, read).run())?;
        let running = Running { mailbox: Arc::clone(&mailbox), thread: Some(thread) };
        // Nobody else can have set it: one at a time.
        let _ = self.running.set(running);
        Ok(mailbox)
    }
}

impl Driver {
    /// The machine has another network than before: connections that can will move on.
    pub(crate) fn network_changed(&self) {
        if let Some(running) = self.running.get() {
            running.mailbox.send(Command::NetworkChanged);
        }
    }
}

impl Drop for Running {
    /// Says goodbye on every connection, as far as that needs no wait.
    fn drop(&mut self) {
        self.mailbox.send(Command::Quit);
        if let Some(thread) = self.thread.take() {
            // A panic there has been printed already.
            let _ = thread.join();
        }
    }
}
