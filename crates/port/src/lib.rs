//! QUIC on a real UDP socket: one port, and all connections that go through it.
//!
//! RFC 9000 §5.2, RFC 768
//!
//! ```text
//!              socket                         endpoint
//!   receive ──► up to 16 receipts of  ──────► connections ──► touched ──► the application
//!               64 datagrams each (GRO)                                        │ settle
//!   send    ◄── up to 64 datagrams    ◄────── poll_transmit ◄──────────────────┘
//!               in one call (GSO)
//! ```
//!
//! A turn is: [`receive`](Port::receive) once, [`expire`](Port::expire), then for each connection
//! of [`take_touched`](Port::take_touched) whatever the application wants with it, and
//! [`settle`](Port::settle). A client and a server differ in what is between these, and in nothing
//! else; so this stands on a floor of its own below both.
//!
//! Invariant: what a full socket does not take is kept, one transmit and no more, and sent first
//! when it has room; whoever has something to send meanwhile waits in [`Port::is_blocked`].
//!
//! Invariant: what the network refuses (no route, too long, nobody there) is a lost datagram. The
//! connection finds out by its own means, as it would if a router far away had refused.
//!
//! Used by: the drivers of QUIC in `client` and `server`.
#![forbid(unsafe_code)]

mod entropy;
pub mod http3;
mod marks;
mod moving;

pub use entropy::{entropy, token_key};
pub use moving::source_for;

use quic::{Connection, Endpoint, FourTuple, Handle, Received, Transmit, endpoint::ID_LENGTH};
use sockets::{
    Timers,
    udp::{self, Batch, UdpOptions, UdpSocket},
};
use std::{
    collections::{HashMap, VecDeque},
    io,
    net::{IpAddr, SocketAddr},
    os::fd::{AsFd, BorrowedFd},
    time::{Instant, SystemTime},
};
use tls::Moment;

/// Octets of the kernel's buffers that are asked for: a window of 16 MiB comes in bursts, and what
/// finds no room is lost. The kernel may give less.
const BUFFER: usize = 4 << 20;

/// Datagrams of a turn where each is a call of its own.
const SINGLES: usize = 32;

/// Reminders of connections that are gone, before the list is made anew.
const FEW: usize = 1024;

/// Now, on both clocks.
pub fn moment() -> Moment {
    Moment { instant: Instant::now(), time: SystemTime::now().into() }
}

/// A datagram that came to another socket of the same port; see [`Port::receive`].
#[derive(Debug)]
pub struct Stray {
    /// From where to where.
    pub path: FourTuple,
    /// What the network said of congestion.
    pub ecn: Option<udp::Ecn>,
    /// The payload.
    pub octets: Vec<u8>,
}

/// Says whose a datagram is, by the connection ID that it begins with; `None`: ours.
pub type Whose<'a> = &'a mut dyn FnMut(&[u8]) -> Option<u8>;

/// A UDP port with QUIC behind it.
#[derive(Debug)]
pub struct Port {
    socket: UdpSocket,
    local: SocketAddr,
    /// The socket from before a move.
    former: Option<moving::Former>,
    /// All addresses of ours are one: a client's, which leaves the choice to the kernel.
    any: bool,
    endpoint: Endpoint,
    /// Away while it is read from.
    batch: Option<Batch>,
    transmit: Transmit,
    /// Octets of `transmit` that a full socket has taken, while the rest waits.
    held: Option<usize>,
    /// Connections that want to send once it has room.
    waiting: VecDeque<Handle>,
    answer: Vec<u8>,
    timers: Timers<Handle>,
    /// The earliest reminder of each connection.
    armed: HashMap<Handle, Instant>,
    touched: Vec<Handle>,
}

impl Port {
    /// Binds to `address` without blocking; port 0 lets the kernel choose.
    ///
    /// # Errors
    /// As the kernel says.
    pub fn bind(address: SocketAddr, options: &UdpOptions, endpoint: Endpoint) -> io::Result<Self> {
        Self::over(UdpSocket::bind(address, options)?, endpoint)
    }

    /// A client's: bound to a port of its own at any address of `remote`'s kind. The kernel chooses
    /// what each datagram leaves from, and so they are all [`local`](Self::local) to connections.
    ///
    /// # Errors
    /// As the kernel says.
    pub fn client(
        remote: SocketAddr,
        options: &UdpOptions,
        endpoint: Endpoint,
    ) -> io::Result<Self> {
        let mut port = Self::bind(moving::any(remote), options, endpoint)?;
        port.any = true;
        Ok(port)
    }

    /// Over a socket that is there.
    ///
    /// # Errors
    /// As the kernel says.
    pub fn over(socket: UdpSocket, endpoint: Endpoint) -> io::Result<Self> {
        let local = prepare(&socket)?;
        let most = if socket.abilities().segmentation { udp::MAX_SEGMENTS } else { 1 };
        // Who cannot join needs no more room than a datagram has.
        let batch = match socket.abilities().coalescing {
            true => Batch::default(),
            false => Batch::new(32, 2048),
        };
        Ok(Self {
            socket,
            local,
            former: None,
            any: false,
            endpoint,
            batch: Some(batch),
            transmit: Transmit::new(most),
            held: None,
            waiting: VecDeque::new(),
            answer: Vec::new(),
            timers: Timers::new(),
            armed: HashMap::new(),
            touched: Vec::new(),
        })
    }

    /// Where it is bound.
    pub const fn local(&self) -> SocketAddr {
        self.local
    }

    /// The socket, for its abilities.
    pub const fn socket(&self) -> &UdpSocket {
        &self.socket
    }

    /// The connections.
    pub const fn endpoint(&mut self) -> &mut Endpoint {
        &mut self.endpoint
    }

    /// A connection, if it is still there.
    pub fn get_mut(&mut self, handle: Handle) -> Option<&mut Connection> {
        self.endpoint.get_mut(handle)
    }

    /// Something was done with a connection: it gets its turn.
    pub fn touch(&mut self, handle: Handle) {
        if self.touched.last() != Some(&handle) {
            self.touched.push(handle);
        }
    }

    // ANCHOR: receive
    /// Takes what came, as much as fits in one call. `whose` is asked of datagrams that may belong
    /// to another socket of this port, and `hand` gets those that do.
    ///
    /// # Errors
    /// What the socket says, but that there is nothing.
    pub fn receive(
        &mut self,
        now: Moment,
        whose: Whose<'_>,
        hand: &mut dyn FnMut(u8, Stray),
    ) -> io::Result<()> {
        let mut batch = self.batch.take().unwrap_or_default();
        let received = self.receive_at(self.local, &mut batch, now, whose, hand);
        if let Some(former) = &self.former {
            // That its network is gone is why it is the former one.
            let _ = self.receive_at(former.local, &mut batch, now, whose, hand);
        }
        self.batch = Some(batch);
        match received {
            Ok(()) => Ok(()),
            // A peer that went away is told by ICMP; its connection finds out by silence.
            Err(error) if is_of_the_path(&error) => Ok(()),
            Err(error) => Err(error),
        }
    }
    // ANCHOR_END: receive

    fn receive_at(
        &mut self,
        local: SocketAddr,
        batch: &mut Batch,
        now: Moment,
        whose: Whose<'_>,
        hand: &mut dyn FnMut(u8, Stray),
    ) -> io::Result<()> {
        // Where a call brings one datagram, several calls make a turn that is worth its price.
        let calls = if self.socket.abilities().batches { 1 } else { SINGLES };
        for _ in 0..calls {
            moving::at(local.port(), &self.socket, &self.former).receive(batch)?;
            self.take_batch(local, batch, now, whose, hand);
        }
        Ok(())
    }

    fn take_batch(
        &mut self,
        bound: SocketAddr,
        batch: &mut Batch,
        now: Moment,
        whose: Whose<'_>,
        hand: &mut dyn FnMut(u8, Stray),
    ) {
        for mut receipt in batch.iter_mut() {
            let address = receipt.destination.filter(|_| !self.any).unwrap_or(bound.ip());
            let local = SocketAddr::new(address, bound.port());
            let path = FourTuple { local, remote: receipt.source };
            let ecn = receipt.ecn;
            for datagram in receipt.datagrams() {
                match id_of(datagram).and_then(&mut *whose) {
                    Some(turn) => hand(turn, Stray { path, ecn, octets: datagram.to_vec() }),
                    None => self.take(path, ecn, datagram, now),
                }
            }
        }
    }

    /// Takes one datagram, which may have come to another socket.
    pub fn take(
        &mut self,
        path: FourTuple,
        ecn: Option<udp::Ecn>,
        datagram: &mut [u8],
        now: Moment,
    ) {
        let ecn = marks::inward(ecn);
        match self.endpoint.receive(path, ecn, datagram, now, &mut self.answer) {
            Received::Connection(handle) | Received::Accepted(handle) => self.touch(handle),
            Received::Answered => {
                // From the address that was asked; one that is lost will be asked for again.
                let source = specified(path.local.ip());
                let answer = udp::Transmit::to(path.remote, &self.answer);
                let _ = self.socket.send(&udp::Transmit { source, ..answer });
            }
            Received::Dropped => {}
        }
    }

    /// Lets timers run out.
    pub fn expire(&mut self, now: Instant) {
        while let Some(handle) = self.timers.pop_expired(now) {
            // A reminder that is not the earliest is an old one.
            if self.armed.get(&handle).is_some_and(|armed| *armed > now) {
                continue;
            }
            self.armed.remove(&handle);
            let Some(connection) = self.endpoint.get_mut(handle) else { continue };
            if connection.next_timeout().is_some_and(|due| due <= now) {
                connection.handle_timeout(now);
            }
            self.touch(handle);
        }
    }

    /// When [`expire`](Self::expire) has something to do.
    pub fn next_timeout(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// Connections that something happened to, each once, since the last call. `into` is emptied.
    pub fn take_touched(&mut self, into: &mut Vec<Handle>) {
        into.clear();
        std::mem::swap(into, &mut self.touched);
        into.sort_unstable();
        into.dedup();
    }

    // ANCHOR: settle
    /// Sends what a connection has to say, and takes the consequences of what was done with it.
    /// Answers whether it is still there.
    pub fn settle(&mut self, handle: Handle, now: Moment) -> bool {
        // What belongs into the endpoint's tables goes first: an answer may come at once.
        if !self.endpoint.settle(handle, now) {
            self.armed.remove(&handle);
            return false;
        }
        self.send(handle, now.instant);
        let there = self.endpoint.settle(handle, now);
        self.arm(handle);
        there
    }
    // ANCHOR_END: settle

    fn send(&mut self, handle: Handle, now: Instant) {
        if self.held.is_some() {
            if !self.waiting.contains(&handle) {
                self.waiting.push_back(handle);
            }
            return;
        }
        let Some(connection) = self.endpoint.get_mut(handle) else { return };
        while connection.poll_transmit(now, &mut self.transmit) {
            let from = self.transmit.path.local.port();
            let socket = moving::at(from, &self.socket, &self.former);
            if let Some(sent) = put(socket, &self.transmit, 0) {
                self.held = Some(sent);
                self.waiting.push_back(handle);
                return;
            }
        }
    }

    /// Whether the socket is full: then whoever waits for it waits until it can be written, too.
    pub const fn is_blocked(&self) -> bool {
        self.held.is_some()
    }

    /// The socket can be written again.
    pub fn unblock(&mut self) {
        let Some(sent) = self.held.take() else { return };
        let from = self.transmit.path.local.port();
        let socket = moving::at(from, &self.socket, &self.former);
        self.held = put(socket, &self.transmit, sent);
        if self.held.is_none() {
            self.touched.extend(self.waiting.drain(..));
        }
    }

    fn arm(&mut self, handle: Handle) {
        let Some(due) = self.endpoint.next_timeout(handle) else { return };
        // Reminders are only ever set earlier; a later one is found when the earlier is due.
        if self.armed.get(&handle).is_none_or(|armed| due < *armed) {
            self.armed.insert(handle, due);
            self.timers.set(due, handle);
        }
        if self.timers.len() > FEW + 4 * self.armed.len() {
            self.timers = Timers::new();
            self.armed.iter().for_each(|(handle, due)| self.timers.set(*due, *handle));
        }
    }
}

/// Gives a socket what all ports' have; answers where it is bound.
fn prepare(socket: &UdpSocket) -> io::Result<SocketAddr> {
    socket.as_std().set_nonblocking(true)?;
    // Less is slower, and no reason not to begin.
    let _ = sockets::tcp::set_buffers(socket.as_std(), Some(BUFFER), Some(BUFFER));
    socket.as_std().local_addr()
}

impl AsFd for Port {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// Sends from octet `sent` on; where the socket is full, how far it came.
fn put(socket: &UdpSocket, transmit: &Transmit, mut sent: usize) -> Option<usize> {
    loop {
        let octets = transmit.octets.get(sent..).filter(|rest| !rest.is_empty())?;
        let datagrams = udp::Transmit {
            destination: Some(transmit.path.remote),
            source: specified(transmit.path.local.ip()),
            ecn: marks::outward(transmit.ecn),
            segment: (transmit.segment < octets.len()).then_some(transmit.segment),
            octets,
        };
        match socket.send(&datagrams) {
            Ok(0) => return None,
            Ok(taken) => sent += taken,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Some(sent),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // Lost, all of it.
            Err(_) => return None,
        }
    }
}

/// The connection ID of a short head, if it is long enough to be one of ours.
fn id_of(datagram: &[u8]) -> Option<&[u8]> {
    let (first, rest) = datagram.split_first()?;
    if first & 0x80 != 0 {
        return None;
    }
    rest.get(..ID_LENGTH)
}

/// An address that a datagram can be sent from.
fn specified(address: IpAddr) -> Option<IpAddr> {
    (!address.is_unspecified()).then_some(address)
}

/// Whether an error of `receive` says nothing of the socket.
fn is_of_the_path(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(
        error.kind(),
        Kind::WouldBlock
            | Kind::Interrupted
            | Kind::ConnectionRefused
            | Kind::ConnectionReset
            | Kind::HostUnreachable
            | Kind::NetworkUnreachable
    )
}
