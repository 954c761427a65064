//! A tap: it stands between client and server and counts the octets that pass.
//!
//! ```text
//!   client ──► 127.0.0.1:tap ──► 127.0.0.1:server      sent
//!   client ◄── 127.0.0.1:tap ◄── 127.0.0.1:server      received
//! ```
//!
//! It sees what the two TCP streams carry, heads, chunks, frames and all; not the headers that TCP
//! and IP add to each segment.
//!
//! Invariant: the octets are handed on as they came, and an end is handed on as an end.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// Longer than anything here is silent; a test that hangs tells nobody why.
const PATIENCE: Duration = Duration::from_secs(60);

/// What has passed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// TCP connections.
    pub connections: u64,
    /// Octets from the client to the server.
    pub sent: u64,
    /// Octets from the server to the client.
    pub received: u64,
}

impl Counts {
    /// Both directions.
    pub fn octets(&self) -> u64 {
        self.sent + self.received
    }
}

#[derive(Default)]
struct Totals {
    connections: AtomicU64,
    sent: AtomicU64,
    received: AtomicU64,
    over: AtomicBool,
}

/// A tap in front of one server.
pub(super) struct Tap {
    address: SocketAddr,
    totals: Arc<Totals>,
    acceptor: JoinHandle<()>,
}

impl Tap {
    /// Opens one in front of `server`.
    pub(super) fn open(server: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        let address = listener.local_addr()?;
        let totals = Arc::new(Totals::default());
        let shared = totals.clone();
        let acceptor = thread::Builder::new().name("tap".into()).spawn(move || {
            let mut pairs = Vec::new();
            while let Ok((client, _)) = listener.accept() {
                if shared.over.load(SeqCst) {
                    break;
                }
                shared.connections.fetch_add(1, SeqCst);
                // A server that is not there is seen by the client, whose stream ends.
                pairs.extend(join(client, server, &shared).into_iter().flatten());
            }
            for pair in pairs {
                // A panic there has been reported; the counts will tell.
                let _ = pair.join();
            }
        })?;
        Ok(Self { address, totals, acceptor })
    }

    /// Where clients connect.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until all connections have ended, and tells what passed.
    pub(super) fn close(self) -> io::Result<Counts> {
        self.totals.over.store(true, SeqCst);
        // Somebody must knock, or the acceptor waits for ever.
        TcpStream::connect(self.address)?;
        let _ = self.acceptor.join();
        Ok(Counts {
            connections: self.totals.connections.load(SeqCst),
            sent: self.totals.sent.load(SeqCst),
            received: self.totals.received.load(SeqCst),
        })
    }
}

/// Two threads, one for each direction.
fn join(
    client: TcpStream,
    server: SocketAddr,
    totals: &Arc<Totals>,
) -> io::Result<[JoinHandle<()>; 2]> {
    let server = TcpStream::connect(server)?;
    for stream in [&client, &server] {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
    }
    let (up, down) = (totals.clone(), totals.clone());
    let (client_out, server_out) = (client.try_clone()?, server.try_clone()?);
    Ok([
        thread::spawn(move || pass(client, server_out, &up.sent)),
        thread::spawn(move || pass(server, client_out, &down.received)),
    ])
}

/// Hands octets on until their end, then the end.
fn pass(mut from: TcpStream, mut to: TcpStream, count: &AtomicU64) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length) = from.read(&mut buffer) {
        let Some(octets) = buffer.get(..length).filter(|octets| !octets.is_empty()) else { break };
        count.fetch_add(length as u64, SeqCst);
        if to.write_all(octets).is_err() {
            break;
        }
    }
    // The other end may have gone first.
    let _ = to.shutdown(Shutdown::Write);
}
