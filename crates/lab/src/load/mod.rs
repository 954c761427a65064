//! A load generator: many requests over many connections, from a few threads, and what they cost.
//!
//! RFC 9112 §9.3.2, RFC 9113 §5.1.2, RFC 9114 §4.1
//!
//! ```text
//!   Plan ──► worker, one a thread ──► slot, one a connection ──► line     socket and TLS
//!                                                  └──► speaker   HTTP/1.1 or HTTP/2
//!            └─► datagrams, one a thread: connections of QUIC, HTTP/3
//!   Tally ◄── counts, and a Histogram of the times
//! ```
//!
//! It is *closed-loop*: each connection keeps a fixed number of requests on their way and asks the
//! next when one is answered, as h2load and wrk do. So a server that slows down is asked less, and
//! its worst moments are seen by fewer requests than in the wild: these are times under a load that
//! waits, not under one that does not.
//!
//! Invariant: what it holds grows with connections and requests on their way, not with requests.
//!
//! Invariant: it ends: see `worker`.
//!
//! Used by: `wirebook bench`.

mod datagrams;
mod histogram;
mod line;
mod slot;
mod speaker;
mod tally;
mod text;
mod worker;

pub use histogram::Histogram;
pub use tally::{Failure, Tally};
pub use text::{json, text};

use sockets::{Poller, Waker};
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, atomic::Ordering},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};
use worker::{Part, Signs};

/// TLS for all connections.
#[derive(Debug, Clone)]
pub struct Secure {
    /// Who is believed, and what is offered (RFC 7301): what the server takes is spoken.
    pub config: Arc<tls::ClientConfig>,
    /// Whom to ask for.
    pub name: x509::ServerName,
}

/// QUIC for all connections.
#[derive(Debug, Clone)]
pub struct Datagrams {
    /// Who is believed, and that `h3` is offered.
    pub config: quic::ClientConfig,
    /// Whom to ask for.
    pub name: x509::ServerName,
}

/// What every request is.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The head, with its Host.
    pub request: http::Request,
    /// What follows it.
    pub content: Option<Arc<[u8]>>,
}

/// What to do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where the server is.
    pub address: SocketAddr,
    /// TLS, if that is wanted.
    pub secure: Option<Secure>,
    /// Whether HTTP/2 is spoken where no handshake decides it.
    pub http2: bool,
    /// QUIC in TCP's place: HTTP/3 is spoken, whatever the others say.
    pub http3: Option<Datagrams>,
    /// The request.
    pub ask: Ask,
    /// How many, in all. Without it, [`duration`](Self::duration) alone ends the load.
    pub requests: Option<u64>,
    /// Connections at the same time, in all; at least one.
    pub connections: usize,
    /// Requests on their way on each: streams at once, or the depth of the pipeline; at least one.
    pub depth: usize,
    /// Threads, at least one and at most one for each connection.
    pub threads: usize,
    /// When to end. What is on its way then does not count.
    pub duration: Option<Duration>,
    /// How long a connection may be silent while something is due.
    pub patience: Duration,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Report {
    /// The counts of all threads.
    pub tally: Tally,
    /// From the first connect to the last answer.
    pub time: Duration,
}

/// A load that runs.
#[derive(Debug)]
pub struct Load {
    threads: Vec<JoinHandle<Tally>>,
    wakers: Vec<Waker>,
    signs: Arc<Signs>,
    began: Instant,
}

impl Load {
    /// Begins; `done` is called by each thread at its end.
    ///
    /// # Errors
    /// What the system says to a thread or a poller more.
    pub fn start(plan: &Plan, done: impl Fn() + Clone + Send + 'static) -> io::Result<Self> {
        let connections = plan.connections.max(1);
        let threads = plan.threads.clamp(1, connections);
        let signs = Arc::new(Signs::default());
        let mut load = Self {
            threads: Vec::with_capacity(threads),
            wakers: Vec::with_capacity(threads),
            signs,
            began: Instant::now(),
        };
        for number in 0..threads {
            let part = Part {
                connections: share(connections, threads, number),
                requests: plan.requests.map(|all| {
                    let (parts, number) = (threads as u64, number as u64);
                    all / parts + u64::from(number < all % parts)
                }),
            };
            let poller = Poller::new()?;
            load.wakers.push(poller.waker());
            let (plan, signs, done) = (plan.clone(), Arc::clone(&load.signs), done.clone());
            load.signs.running.fetch_add(1, Ordering::Relaxed);
            let run = move || {
                let tally = match &plan.http3 {
                    Some(quic) => datagrams::run(&plan, quic, &part, &signs),
                    None => worker::run(&plan, &part, poller, &signs),
                };
                signs.running.fetch_sub(1, Ordering::Release);
                done();
                tally
            };
            load.threads.push(thread::Builder::new().name(format!("load {number}")).spawn(run)?);
        }
        Ok(load)
    }

    /// Answers so far, a tenth of a second late.
    pub fn answers(&self) -> u64 {
        self.signs.answers.load(Ordering::Relaxed)
    }

    /// Whether every thread has done its part.
    pub fn is_over(&self) -> bool {
        self.signs.running.load(Ordering::Acquire) == 0
    }

    /// Asks nothing more; what is on its way is not waited for.
    pub fn stop(&self) {
        self.signs.stop.store(true, Ordering::Relaxed);
        self.wakers.iter().for_each(Waker::wake);
    }

    /// Waits for the end.
    pub fn join(self) -> Report {
        let mut tally = Tally::default();
        for thread in self.threads {
            // A thread that broke off has nothing to add; nothing in it does.
            if let Ok(part) = thread.join() {
                tally.add(&part);
            }
        }
        Report { tally, time: self.began.elapsed() }
    }
}

/// Does all of it, and waits for the end.
///
/// # Errors
/// As [`Load::start`].
pub fn run(plan: &Plan) -> io::Result<Report> {
    Ok(Load::start(plan, || ())?.join())
}

/// Of `all`, what part `number` of `parts` gets: as equal as can be.
fn share(all: usize, parts: usize, number: usize) -> usize {
    all / parts + usize::from(number < all % parts)
}
