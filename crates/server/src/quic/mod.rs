//! QUIC on the server: loops of its own, each with a socket of the same port.
//!
//! RFC 9000 §5.2; socket(7), SO_REUSEPORT
//!
//! ```text
//!            kernel: by the peer's address          by the connection ID, where that changed
//!   port ──► socket 0 ── loop 0 ── connections ◄──┐
//!        └─► socket 1 ── loop 1 ── connections ───┘ a stray datagram, handed over
//! ```
//!
//! TCP's loops wait for one of ten thousand sockets; these have one socket for ten thousand
//! connections, and all waiting is done inside of it. A turn of one looks like none of the other,
//! so they are threads of their own.
//!
//! What is spoken on the streams is an [`Application`]'s business, one for each loop.
//!
//! Invariant: a datagram is given away once at the most, so that two loops never play ball.

mod event_loop;
pub mod hq;
pub(crate) mod http3;

use crate::{Key, Share, Wake};
use event_loop::{EventLoop, Letter, Letters};
use port::Port;
use quic::{Connection, Endpoint, EndpointLimits, Event, Handle, ServerConfig};
use sockets::{Poller, udp::UdpOptions};
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// What is spoken on the streams of a loop's connections.
///
/// Everything is called on the loop, so nothing of it may wait.
pub trait Application: Send {
    /// A turn of the loop begins: the time, and what other threads have to say. Connections that
    /// are put among the `touched` get their turn.
    fn turn(&mut self, now: tls::Moment, words: Vec<Word>, touched: &mut Vec<Handle>) {
        let _ = (now, words, touched);
    }

    /// When a turn must begin, even if nothing happens.
    fn next_timeout(&self) -> Option<Instant> {
        None
    }

    /// Something happened on a connection.
    fn event(&mut self, handle: Handle, connection: &mut Connection, event: Event);

    /// All events of a connection were told: what it is to say now is sent together.
    fn settle(&mut self, handle: Handle, connection: &mut Connection) {
        let _ = (handle, connection);
    }

    /// The server stops: end the connection, at once or when it is done.
    fn stop(&mut self, handle: Handle, connection: &mut Connection) {
        let _ = handle;
        connection.close(STOPPED, b"the server stops");
    }

    /// A connection is gone; its last event was told.
    fn gone(&mut self, handle: Handle) {
        let _ = handle;
    }
}

/// What other threads leave for an application.
pub enum Word {
    /// The handler of this stream, or somebody who has its socket, has something to say.
    Touched(Key),
    /// Something was said to a group with members here.
    Said(Arc<Share>),
}

/// The code of a close that no application has a better one for.
const STOPPED: u64 = 0;

/// An application that speaks nothing: streams that are opened are given up.
#[derive(Debug, Clone, Copy)]
pub struct Nothing;

impl Application for Nothing {
    fn event(&mut self, _: Handle, connection: &mut Connection, event: Event) {
        if let Event::Opened(stream) = event {
            let _ = connection.stop_sending(stream, 0);
            let _ = connection.reset(stream, 0);
        }
    }
}

/// Makes the application of a loop.
type Make = Arc<dyn Fn(Arc<dyn Wake>) -> Box<dyn Application> + Send + Sync>;

/// A server of QUIC that is being put together.
pub struct QuicServer {
    config: ServerConfig,
    make: Make,
    addresses: Vec<SocketAddr>,
    threads: usize,
    retry: bool,
    limits: EndpointLimits,
    offload: bool,
    grace: Duration,
}

impl QuicServer {
    /// A server whose connections speak what `make` makes; one loop unless told otherwise.
    pub fn new(
        config: ServerConfig,
        make: impl Fn() -> Box<dyn Application> + Send + Sync + 'static,
    ) -> Self {
        Self::waking(config, move |_| make())
    }

    /// As [`new`](Self::new), for an application that other threads speak to: what it is given
    /// wakes its loop.
    pub fn waking(
        config: ServerConfig,
        make: impl Fn(Arc<dyn Wake>) -> Box<dyn Application> + Send + Sync + 'static,
    ) -> Self {
        Self {
            config,
            make: Arc::new(make),
            addresses: Vec::new(),
            threads: 1,
            retry: false,
            limits: EndpointLimits::default(),
            offload: true,
            grace: Duration::from_secs(10),
        }
    }

    /// Listens on `address`, too; port 0 lets the kernel choose.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.addresses.push(address);
        self
    }

    /// How many loops share each address.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads.clamp(1, usize::from(u8::MAX));
        self
    }

    /// Whether every client must come again with a token (RFC 9000 §8.1.2). Without, only where
    /// there are many whose address is not known.
    #[must_use]
    pub fn retry(mut self, always: bool) -> Self {
        self.retry = always;
        self
    }

    /// Other ceilings than the usual ones, for each loop.
    #[must_use]
    pub fn limits(mut self, limits: EndpointLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Whether the system's help is taken: many datagrams in one call, ECN. It is, unless this
    /// says otherwise.
    #[must_use]
    pub fn offload(mut self, offload: bool) -> Self {
        self.offload = offload;
        self
    }

    /// How long connections may take to end after a stop; 10 s unless this says otherwise.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Starts the loops and returns at once.
    ///
    /// # Errors
    /// What the operating system refuses: the port is in use, no thread.
    pub fn start(self) -> io::Result<QuicRunning> {
        let mut running = QuicRunning::default();
        for address in self.addresses.clone() {
            if let Err(error) = self.begin(address, &mut running) {
                running.stop();
                return Err(error);
            }
        }
        Ok(running)
    }

    /// The loops of one address: the first socket finds the port, the others join it.
    fn begin(&self, mut address: SocketAddr, running: &mut QuicRunning) -> io::Result<()> {
        let key = port::token_key()?;
        let options = UdpOptions {
            reuse_port: self.threads > 1,
            offload: self.offload,
            ..UdpOptions::default()
        };
        let mut begun = Vec::new();
        for turn in (0..u8::MAX).take(self.threads) {
            let mut endpoint = Endpoint::new(key.clone(), self.limits.clone(), port::entropy());
            endpoint.set_turn(turn);
            endpoint.serve(self.config.clone(), self.retry);
            let port = Port::bind(address, &options, endpoint)?;
            address = port.local();
            let poller = Poller::new()?;
            let letters = Arc::new(Letters::new(poller.waker()));
            begun.push((turn, port, poller, letters));
        }
        let all: Vec<_> = begun.iter().map(|(.., letters)| letters.clone()).collect();
        running.addresses.push(address);
        running.letters.extend(all.iter().cloned());
        for (turn, port, poller, letters) in begun {
            let (all, key, application) = (all.clone(), key.clone(), (self.make)(letters));
            let turned = EventLoop::new(turn, port, poller, all, key, application, self.grace);
            let thread = thread::Builder::new().name("quic".into());
            running.threads().push(thread.spawn(move || turned.run())?);
        }
        Ok(())
    }
}

/// Stops a server from anywhere.
#[derive(Clone)]
pub struct QuicStopper {
    letters: Vec<Arc<Letters>>,
}

impl QuicStopper {
    /// Asks the server to end; see [`QuicRunning::stop`].
    pub fn stop(&self) {
        self.letters.iter().for_each(|letters| letters.post(Letter::Stop));
    }
}

/// A server of QUIC that runs. Dropping it leaves it running.
#[derive(Default)]
pub struct QuicRunning {
    addresses: Vec<SocketAddr>,
    letters: Vec<Arc<Letters>>,
    threads: Mutex<Vec<JoinHandle<io::Result<()>>>>,
}

impl QuicRunning {
    /// Where it listens, with the ports that the kernel chose.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Asks the server to end: connections are closed, and whoever comes is not let in.
    pub fn stop(&self) {
        self.stopper().stop();
    }

    /// A handle that stops it, for another thread or a signal's watcher.
    pub fn stopper(&self) -> QuicStopper {
        QuicStopper { letters: self.letters.clone() }
    }

    fn threads(&self) -> std::sync::MutexGuard<'_, Vec<JoinHandle<io::Result<()>>>> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the server has ended.
    ///
    /// # Errors
    /// What ended a loop before it was asked to end.
    pub fn wait(&self) -> io::Result<()> {
        let threads = std::mem::take(&mut *self.threads());
        let mut result = Ok(());
        for thread in threads {
            let ended = thread.join().unwrap_or_else(|_| Err(io::Error::other("a loop panicked")));
            result = result.and(ended);
        }
        result
    }
}
