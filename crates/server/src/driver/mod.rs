//! The server on an operating system: sockets, loops, threads.
//!
//! A few event loops, one for each core, each with its own connections. The first also accepts and
//! deals the connections out in turn.

mod accept;
mod cast;
mod event_loop;
mod mailbox;
mod quic;
mod slab;
mod slot;
mod socket;
mod workers;

pub(crate) use quic::Offer;
pub(crate) use socket::Listener;
pub use workers::Workers;

use crate::{
    Contexts, Hub, Wake,
    core::Service,
    limits::Limits,
    quic::{QuicRunning, QuicStopper},
};
use accept::Acceptor;
use event_loop::EventLoop;
use mailbox::{Mail, Mailbox};
use sockets::Poller;
use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
};

/// What the loops of a server share.
pub(crate) struct Shared {
    service: Arc<Service>,
    workers: Arc<Workers>,
    loops: Vec<Arc<Mailbox>>,
    turn: AtomicUsize,
    connections: AtomicUsize,
    refusals: AtomicUsize,
    contexts: Contexts,
}

/// What happens to a new connection.
enum Admission {
    Welcome,
    /// Over the cap: it gets a 503.
    Refused,
    /// Far over the cap: it gets nothing.
    Ignored,
}

impl Shared {
    fn new(service: Service, loops: Vec<Arc<Mailbox>>) -> Self {
        Self {
            workers: Workers::new(service.limits.workers, service.limits.worker_queue),
            service: Arc::new(service),
            loops,
            turn: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
            refusals: AtomicUsize::new(0),
            contexts: Contexts::default(),
        }
    }

    pub(crate) const fn service(&self) -> &Arc<Service> {
        &self.service
    }

    /// What the exchanges of a loop share.
    pub(crate) fn hub(&self, wake: Arc<dyn Wake>) -> Hub {
        Hub {
            wake,
            workers: self.workers.clone(),
            limits: self.service.limits.clone(),
            contexts: self.contexts.clone(),
        }
    }

    fn next_loop(&self) -> Option<&Arc<Mailbox>> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        self.loops.get(turn % self.loops.len().max(1))
    }

    fn admit(&self) -> Admission {
        let Limits { connections, refusals, .. } = *self.service.limits;
        if self.connections.fetch_add(1, Ordering::Relaxed) < connections {
            return Admission::Welcome;
        }
        self.connections.fetch_sub(1, Ordering::Relaxed);
        if self.refusals.fetch_add(1, Ordering::Relaxed) < refusals {
            return Admission::Refused;
        }
        self.refusals.fetch_sub(1, Ordering::Relaxed);
        Admission::Ignored
    }

    fn release(&self, refused: bool) {
        let counter = if refused { &self.refusals } else { &self.connections };
        counter.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A server that runs. Dropping it leaves it running; see [`Running::stop`].
pub struct Running {
    addresses: Vec<SocketAddr>,
    tls_addresses: Vec<SocketAddr>,
    quic: Vec<QuicRunning>,
    stopper: Stopper,
    threads: Mutex<Vec<JoinHandle<io::Result<()>>>>,
}

/// Stops a server from anywhere.
#[derive(Clone)]
pub struct Stopper {
    loops: Arc<Shared>,
    quic: Vec<QuicStopper>,
}

impl Stopper {
    /// Asks the server to take no more connections, finish what is under way, and end.
    pub fn stop(&self) {
        for mailbox in &self.loops.loops {
            mailbox.post(Mail::Stop);
        }
        self.quic.iter().for_each(QuicStopper::stop);
    }
}

impl Running {
    /// Where it listens on the network in the clear, with the ports that the kernel chose.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Where it listens on the network and speaks TLS.
    pub fn tls_addresses(&self) -> &[SocketAddr] {
        &self.tls_addresses
    }

    /// Where it speaks HTTP/3, by UDP.
    pub fn http3_addresses(&self) -> Vec<SocketAddr> {
        self.quic.iter().flat_map(QuicRunning::addresses).copied().collect()
    }

    /// Connections open now, over all loops of TCP.
    pub fn connections(&self) -> usize {
        self.stopper.loops.connections.load(Ordering::Relaxed)
    }

    /// A handle that stops it, for another thread or a signal's watcher.
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// Waits until the server has ended.
    ///
    /// # Errors
    /// What ended a loop before it was asked to end.
    pub fn wait(&self) -> io::Result<()> {
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        let mut result = Ok(());
        for thread in threads.drain(..) {
            let ended = thread.join().unwrap_or_else(|_| Err(io::Error::other("a loop panicked")));
            result = result.and(ended);
        }
        for quic in &self.quic {
            result = result.and(quic.wait());
        }
        self.stopper.loops.workers.stop();
        result
    }

    /// Asks it to end, and waits until it has.
    ///
    /// # Errors
    /// As [`Running::wait`].
    pub fn stop(&self) -> io::Result<()> {
        self.stopper.stop();
        self.wait()
    }
}

/// Starts `loops` event loops over `listeners`, and as many for HTTP/3 where it is spoken.
///
/// # Errors
/// What the operating system refuses: pollers, threads.
pub(crate) fn start(
    service: Service,
    listeners: Vec<Listener>,
    loops: usize,
    http3: Option<Offer>,
) -> io::Result<Running> {
    let (mut addresses, mut tls_addresses) = (Vec::new(), Vec::new());
    for listener in &listeners {
        listener.prepare()?;
        if let Some((address, tls)) = listener.address()? {
            if tls { &mut tls_addresses } else { &mut addresses }.push(address);
        }
    }
    let pollers = (0..loops.max(1)).map(|_| Poller::new()).collect::<io::Result<Vec<Poller>>>()?;
    let mailboxes =
        pollers.iter().map(|poller| Arc::new(Mailbox::new(poller.waker()))).collect::<Vec<_>>();
    let shared = Arc::new(Shared::new(service, mailboxes.clone()));
    let quic = match http3 {
        Some(offer) => quic::start(&shared, &listeners, loops, &offer)?,
        None => Vec::new(),
    };
    let stoppers = quic.iter().map(QuicRunning::stopper).collect();
    let stopper = Stopper { loops: shared.clone(), quic: stoppers };
    let (mut threads, mut listeners) = (Vec::new(), Some(listeners));
    for (poller, mailbox) in pollers.into_iter().zip(mailboxes) {
        let acceptor = listeners.take().map(Acceptor::new).unwrap_or_default();
        let event_loop = EventLoop::new(poller, mailbox, shared.clone(), acceptor);
        let thread = thread::Builder::new().name("loop".into());
        match thread.spawn(move || event_loop.run()) {
            Ok(thread) => threads.push(thread),
            Err(error) => {
                stopper.stop();
                return Err(error);
            }
        }
    }
    Ok(Running { addresses, tls_addresses, quic, stopper, threads: Mutex::new(threads) })
}
