//! One thread waits for many sockets: which of them can be read or written now?
//!
//! ```text
//!              add, modify, remove                 wait
//!   sockets ──────────────────────► Poller ─────────────────────► Events
//!              token, interest         ▲      what is ready now      token, readable, …
//!   other threads ── Waker::wake ──────┘
//! ```
//!
//! Two ways to ask the kernel, behind one type. epoll(7) on Linux remembers the list: a call costs
//! what is ready. poll(2) exists everywhere and is handed the whole list each time: a call costs
//! what is registered. [`Poller::new`] takes the best there is, [`Poller::portable`] poll(2)
//! anywhere, so that both are tested where the tests run.
//!
//! It is *level-triggered*: a socket is reported as long as it is ready, so a loop may read as much
//! as it likes and leave the rest for the next turn. Interest must be dropped where nobody means to
//! act, or `wait` answers at once, again and again.
//!
//! Invariant: `wait` makes one call to the kernel and allocates nothing once `Events` has its size.
//!
//! Invariant: a wake that comes before `wait` is not lost: that `wait` answers at once.
//!
//! Used by: `server`'s loops, `client`'s driver thread.

#[cfg(target_os = "linux")]
mod epoll;
mod portable;

#[cfg(target_os = "linux")]
use self::epoll::Epoll;
use self::portable::Portable;
use std::{
    io,
    os::fd::{AsFd, BorrowedFd},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// The owner's name for a socket; comes back with its events. `u64::MAX` is the waker's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Token(pub u64);

/// The token that the waker is registered under.
const WAKER: u64 = u64::MAX;

/// What to wait for. Failure and a full close are reported whatever the interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Interest {
    /// Octets to read, a connection to accept, or an end.
    pub readable: bool,
    /// Room to write, or a connect that is decided.
    pub writable: bool,
}

impl Interest {
    /// Nothing but failure: backpressure in both directions.
    pub const NONE: Self = Self { readable: false, writable: false };
    /// Reading alone.
    pub const READ: Self = Self { readable: true, writable: false };
    /// Writing alone.
    pub const WRITE: Self = Self { readable: false, writable: true };
    /// Both.
    pub const BOTH: Self = Self { readable: true, writable: true };
}

/// One socket is ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// Whose it is.
    pub token: Token,
    /// A read will not block: there are octets, an end, or an error.
    pub readable: bool,
    /// A write will not block: there is room, or an error.
    pub writable: bool,
    /// Nothing more will arrive after what can be read now: the peer has shut down its sending
    /// side, or the connection failed. The next read tells which: 0 or an error. Octets may still
    /// be waiting, and a peer that only half-closed still reads our answer.
    pub closed: bool,
}

/// Where `wait` puts what it found; made once and used again.
#[derive(Debug)]
pub struct Events {
    ready: Vec<Event>,
    capacity: usize,
    woken: bool,
    #[cfg(target_os = "linux")]
    kernel: Vec<crate::sys::linux::epoll::EpollEvent>,
}

impl Events {
    /// Room for `capacity` events from one `wait`; more sockets than that take turns.
    pub fn with_capacity(capacity: usize) -> Self {
        let capacity = capacity.max(1);
        Self {
            ready: Vec::with_capacity(capacity),
            capacity,
            woken: false,
            #[cfg(target_os = "linux")]
            kernel: Vec::new(),
        }
    }

    /// What the last `wait` found.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Event> + '_ {
        self.ready.iter().copied()
    }

    /// How many it found.
    pub fn len(&self) -> usize {
        self.ready.len()
    }

    /// Whether it found none: the time was over, a signal came, or a waker called.
    pub fn is_empty(&self) -> bool {
        self.ready.is_empty()
    }

    /// Whether a [`Waker`] called.
    pub fn woken(&self) -> bool {
        self.woken
    }
}

impl Default for Events {
    /// 1,024: a busy loop's turn, in less than 40 KiB.
    fn default() -> Self {
        Self::with_capacity(1024)
    }
}

/// Tells which sockets are ready.
///
/// ```
/// use sockets::{Events, Interest, Poller, Token};
/// use std::{io::Write, net::{TcpListener, TcpStream}};
///
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let mut poller = Poller::new()?;
/// poller.add(&listener, Token(7), Interest::READ)?;
///
/// let mut events = Events::default();
/// let _client = TcpStream::connect(listener.local_addr()?)?;
/// poller.wait(&mut events, None)?;
/// assert!(events.iter().any(|event| event.token == Token(7) && event.readable));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Poller {
    backend: Backend,
    waker: Waker,
}

#[derive(Debug)]
enum Backend {
    #[cfg(target_os = "linux")]
    Epoll(Epoll),
    Portable(Portable),
}

impl Poller {
    /// The best this system has: epoll on Linux, poll(2) elsewhere.
    ///
    /// # Errors
    /// No descriptor is left (`EMFILE`, `ENFILE`).
    #[cfg(target_os = "linux")]
    pub fn new() -> io::Result<Self> {
        let (epoll, bell) = Epoll::new()?;
        Ok(Self { backend: Backend::Epoll(epoll), waker: Waker::new(bell) })
    }

    /// The best this system has: epoll on Linux, poll(2) elsewhere.
    ///
    /// # Errors
    /// No descriptor is left (`EMFILE`, `ENFILE`).
    #[cfg(not(target_os = "linux"))]
    pub fn new() -> io::Result<Self> {
        Self::portable()
    }

    /// poll(2), on every system.
    ///
    /// # Errors
    /// No descriptor is left (`EMFILE`, `ENFILE`).
    pub fn portable() -> io::Result<Self> {
        let (portable, bell) = Portable::new()?;
        Ok(Self { backend: Backend::Portable(portable), waker: Waker::new(bell) })
    }

    /// Reports `source` under `token` from now on, while `interest` lasts.
    ///
    /// The source must be removed before it is closed: the kernel forgets a closed socket only when
    /// every duplicate of it is closed too, and poll(2) never.
    ///
    /// # Errors
    /// `AlreadyExists` for a source that is registered; `InvalidInput` for the waker's token;
    /// `PermissionDenied` for what cannot be waited for, as a regular file.
    pub fn add(&self, source: &impl AsFd, token: Token, interest: Interest) -> io::Result<()> {
        self.admit(token)?;
        match &self.backend {
            #[cfg(target_os = "linux")]
            Backend::Epoll(epoll) => epoll.add(source.as_fd(), token, interest),
            Backend::Portable(portable) => portable.add(source.as_fd(), token, interest),
        }
    }

    /// Replaces the token and the interest of a registered source.
    ///
    /// # Errors
    /// `NotFound` for a source that is not registered; `InvalidInput` for the waker's token.
    pub fn modify(&self, source: &impl AsFd, token: Token, interest: Interest) -> io::Result<()> {
        self.admit(token)?;
        match &self.backend {
            #[cfg(target_os = "linux")]
            Backend::Epoll(epoll) => epoll.modify(source.as_fd(), token, interest),
            Backend::Portable(portable) => portable.modify(source.as_fd(), token, interest),
        }
    }

    /// Forgets a source.
    ///
    /// # Errors
    /// `NotFound` for a source that is not registered.
    pub fn remove(&self, source: &impl AsFd) -> io::Result<()> {
        match &self.backend {
            #[cfg(target_os = "linux")]
            Backend::Epoll(epoll) => epoll.remove(source.as_fd()),
            Backend::Portable(portable) => portable.remove(source.as_fd()),
        }
    }

    /// Waits until something is ready, a waker calls, or `timeout` is over (`None`: never).
    ///
    /// The kernel counts in milliseconds, so the timeout is rounded up to the next one: a deadline
    /// is never met early and then waited for again. A signal ends the wait with no events.
    ///
    /// # Errors
    /// Only those of a broken program (a closed poller); waiting itself cannot fail.
    pub fn wait(&mut self, events: &mut Events, timeout: Option<Duration>) -> io::Result<()> {
        events.ready.clear();
        events.woken = false;
        let waited = match &mut self.backend {
            #[cfg(target_os = "linux")]
            Backend::Epoll(epoll) => epoll.wait(events, timeout),
            Backend::Portable(portable) => portable.wait(events, timeout),
        };
        if events.woken {
            self.waker.silence();
        }
        match waited {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            other => other,
        }
    }

    /// A bell for other threads.
    pub fn waker(&self) -> Waker {
        self.waker.clone()
    }

    fn admit(&self, token: Token) -> io::Result<()> {
        if token.0 == WAKER {
            let why = "the token u64::MAX belongs to the poller's waker";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        Ok(())
    }
}

/// What a waker writes to: an eventfd or a pipe's end.
trait Bell: AsFd + Send + Sync + std::fmt::Debug {
    /// Makes the poller's end readable.
    fn ring(&self);
}

/// Wakes a poller from any thread.
///
/// Many calls before the poller comes around cost one: hand over the work first, then wake.
#[derive(Debug, Clone)]
pub struct Waker {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// Rung and not yet heard: whoever comes now need not ring again.
    rung: AtomicBool,
    bell: Box<dyn Bell>,
}

impl Waker {
    fn new(bell: Box<dyn Bell>) -> Self {
        Self { shared: Arc::new(Shared { rung: AtomicBool::new(false), bell }) }
    }

    /// Ends the present `wait`, or the next one.
    pub fn wake(&self) {
        if !self.shared.rung.swap(true, Ordering::AcqRel) {
            self.shared.bell.ring();
        }
    }

    /// The poller heard the bell. Work that was handed over by a call that found the bell rung is
    /// seen by the owner, which looks after `wait` returned: this swap comes after that one.
    fn silence(&self) {
        self.shared.rung.swap(false, Ordering::AcqRel);
    }
}

/// An event's answer put into words, from the bits that both backends share.
fn event(token: u64, readable: bool, writable: bool, failed: bool, closed: bool) -> Event {
    // A failed socket is both: whichever call its owner makes next brings the error out.
    Event {
        token: Token(token),
        readable: readable || failed,
        writable: writable || failed,
        closed: closed || failed,
    }
}

/// The descriptor's number, for the table of registrations.
fn number(source: BorrowedFd<'_>) -> std::os::fd::RawFd {
    use std::os::fd::AsRawFd;
    source.as_raw_fd()
}
