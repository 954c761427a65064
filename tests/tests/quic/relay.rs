//! A link on loopback between a client and a server of QUIC, whoever wrote them.
//!
//! ```text
//!   client ──► front │ fate, rate, queue, delay │ back ──► server
//!          ◄──       │                          │      ◄──
//! ```
//!
//! It is the network of the QUIC interop runner without its containers: datagrams wait for their
//! delay, queue for their rate, are dropped or spoilt as a case says, and may come from another
//! port or address from one moment on, as behind a NAT that forgot. Each is written down.
//!
//! Invariant: one thread; what is in flight is bounded by the queue, and the thread ends with the
//! [`Relay`].

use std::collections::{BinaryHeap, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use sockets::udp::{Batch, Ecn, Transmit, UdpOptions, UdpSocket};
use sockets::{Events, Interest, Poller, Token};

use crate::link::{Direction, Fate, Link, Passing, Seen};

const FRONT: Token = Token(0);
const BACK: Token = Token(1);
/// How often the thread looks whether it is to end.
const GLANCE: Duration = Duration::from_millis(50);

/// The link, while it lives.
pub(crate) struct Relay {
    /// Where clients send.
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Relay {
    /// A link to the server at `server`.
    pub(crate) fn start(server: SocketAddr, link: Link) -> Self {
        Self::at(server.ip(), server, link)
    }

    /// The same, with its front at another address than the server's.
    pub(crate) fn at(front: IpAddr, server: SocketAddr, link: Link) -> Self {
        let front = bind(SocketAddr::new(front, 0)).unwrap();
        let back = bind(SocketAddr::new(server.ip(), 0)).unwrap();
        let address = front.as_std().local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let mut work = Work {
            front,
            back,
            server,
            client: None,
            link,
            seen: Arc::clone(&seen),
            flying: BinaryHeap::new(),
            leaving: [VecDeque::new(), VecDeque::new()],
            counts: [0; 2],
            begin: None,
            rebound: false,
            sequence: 0,
        };
        let ended = Arc::clone(&stop);
        let thread = std::thread::spawn(move || work.run(&ended).unwrap());
        Self { address, seen, stop, thread: Some(thread) }
    }

    /// What came by so far, in the order in which it came.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "the relay failed");
        }
    }
}

/// A socket that hands on what IP said of congestion; single datagrams, as a router sees them.
fn bind(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(address, &UdpOptions::default())?;
    socket.as_std().set_nonblocking(true)?;
    Ok(socket)
}

struct Work {
    front: UdpSocket,
    back: UdpSocket,
    server: SocketAddr,
    /// Who spoke last at the front: one client at a time is enough here.
    client: Option<SocketAddr>,
    link: Link,
    seen: Arc<Mutex<Vec<Seen>>>,
    flying: BinaryHeap<Flying>,
    /// When each datagram that waits for the rate will have left, per direction.
    leaving: [VecDeque<Instant>; 2],
    counts: [usize; 2],
    begin: Option<Instant>,
    rebound: bool,
    sequence: u64,
}

/// A datagram under way; the heap gives the earliest.
struct Flying {
    due: Instant,
    sequence: u64,
    direction: Direction,
    ecn: Option<Ecn>,
    octets: Vec<u8>,
}

impl Work {
    fn run(&mut self, stop: &AtomicBool) -> io::Result<()> {
        let mut poller = Poller::new()?;
        poller.add(self.front.as_std(), FRONT, Interest::READ)?;
        poller.add(self.back.as_std(), BACK, Interest::READ)?;
        let mut events = Events::with_capacity(4);
        let mut batch = Batch::default();
        while !stop.load(Ordering::Relaxed) {
            let now = Instant::now();
            let wait = self
                .flying
                .peek()
                .map_or(GLANCE, |next| next.due.saturating_duration_since(now).min(GLANCE));
            poller.wait(&mut events, Some(wait))?;
            let now = Instant::now();
            self.take(Direction::ToServer, &mut batch, now)?;
            self.take(Direction::ToClient, &mut batch, now)?;
            if self.rebind(now)? {
                poller.add(self.back.as_std(), BACK, Interest::READ)?;
            }
            self.deliver(Instant::now())?;
        }
        Ok(())
    }

    /// Takes what has come from one side.
    fn take(&mut self, direction: Direction, batch: &mut Batch, now: Instant) -> io::Result<()> {
        loop {
            let socket = match direction {
                Direction::ToServer => &self.front,
                Direction::ToClient => &self.back,
            };
            match socket.receive(batch) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                // The other end is gone: the next one will be told by its silence.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => continue,
                Err(error) => return Err(error),
            }
            for mut received in batch.iter_mut() {
                if direction == Direction::ToServer {
                    self.client = Some(received.source);
                }
                let ecn = received.ecn;
                for octets in received.datagrams() {
                    self.admit(direction, ecn, octets, now);
                }
            }
        }
    }

    /// Writes one datagram down and lets it queue, unless its fate is another.
    fn admit(&mut self, direction: Direction, ecn: Option<Ecn>, octets: &mut [u8], now: Instant) {
        let begin = *self.begin.get_or_insert(now);
        let side = direction as usize;
        let passing = Passing {
            direction,
            number: self.counts[side],
            octets,
            since: now.duration_since(begin),
        };
        let mut fate = (self.link.fate)(&passing);
        self.counts[side] += 1;
        while self.leaving[side].front().is_some_and(|out| *out <= now) {
            self.leaving[side].pop_front();
        }
        if self.leaving[side].len() >= self.link.queue {
            fate = Fate::Drop;
        }
        self.seen.lock().unwrap().push(Seen::of(&passing, ecn, fate));
        match fate {
            Fate::Drop => return,
            Fate::Corrupt(at) => {
                // Not the first: its type is known before it can be checked, and quinn ends a
                // connection for what then claims to be a client's Retry.
                if let Some(octet) = octets.get_mut((at % octets.len().max(1)).max(1)) {
                    *octet ^= 0x55;
                }
            }
            Fate::Deliver => {}
        }
        let due = self.out_at(side, octets.len(), now) + self.link.delay;
        self.sequence += 1;
        let (sequence, octets) = (self.sequence, octets.to_vec());
        self.flying.push(Flying { due, sequence, direction, ecn, octets });
    }

    /// When the last bit of a datagram that comes now has left.
    fn out_at(&mut self, side: usize, length: usize, now: Instant) -> Instant {
        let Some(rate) = self.link.rate else { return now };
        // 28 octets of IPv4 and UDP stand before each.
        let bits = (length as u64 + 28) * 8;
        let takes = Duration::from_nanos(bits * 1_000_000_000 / rate);
        let free = self.leaving[side].back().copied().unwrap_or(now);
        let out = free.max(now) + takes;
        self.leaving[side].push_back(out);
        out
    }

    /// Sends what is due.
    fn deliver(&mut self, now: Instant) -> io::Result<()> {
        while self.flying.peek().is_some_and(|next| next.due <= now) {
            let Some(flying) = self.flying.pop() else { break };
            let (socket, to) = match flying.direction {
                Direction::ToServer => (&self.back, Some(self.server)),
                Direction::ToClient => (&self.front, self.client),
            };
            let Some(to) = to else { continue };
            let transmit = Transmit { ecn: flying.ecn, ..Transmit::to(to, &flying.octets) };
            match socket.send(&transmit) {
                Ok(_) => {}
                // A full buffer or a peer that is gone loses it, as any network may.
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock | io::ErrorKind::ConnectionRefused
                    ) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Speaks to the server from another port or address, once its time has come.
    fn rebind(&mut self, now: Instant) -> io::Result<bool> {
        let Some((after, address)) = self.link.rebind else { return Ok(false) };
        let come = self.begin.is_some_and(|begin| now.duration_since(begin) >= after);
        if self.rebound || !come {
            return Ok(false);
        }
        self.rebound = true;
        let address: IpAddr = address.unwrap_or(self.server.ip());
        self.back = bind(SocketAddr::new(address, 0))?;
        Ok(true)
    }
}

impl Ord for Flying {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        // The heap gives the greatest: the earliest is it.
        (other.due, other.sequence).cmp(&(self.due, self.sequence))
    }
}

impl PartialOrd for Flying {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Flying {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Flying {}
