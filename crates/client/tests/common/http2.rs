//! A server of HTTP/2 that does what a test wrote down, one event after another.
//!
//! ```text
//! let server = Server2::start(Limits::default(), |peer, event| match event {
//!     Event::Request { stream, .. } => peer.answer(stream, b"hello"),
//!     _ => {}
//! });
//! server.session().get(&server.url("/"))…
//! ```
//!
//! It acts only when something came, so that no test depends on a clock.

use client::{Session, SessionBuilder, core::timeouts::Timeouts};
use http::{Response, StatusCode};
use http2::{Connection, Event, Limits, Outgoing, State, StreamId};
use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use wire::Output;

/// A server that lives as long as the test's process.
pub struct Server2 {
    pub address: SocketAddr,
    /// Connections so far.
    pub connections: Arc<AtomicUsize>,
}

/// One connection's end.
pub struct Peer2 {
    pub machine: Connection,
    stream: TcpStream,
    /// Which connection this is, from 1.
    pub number: usize,
    /// Requests whose answer waits for something else.
    pub held: Vec<StreamId>,
}

impl Server2 {
    pub fn start(
        limits: Limits,
        handle: impl Fn(&mut Peer2, Event) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let (counted, handle) = (Arc::clone(&connections), Arc::new(handle));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let number = counted.fetch_add(1, Ordering::SeqCst) + 1;
                let (handle, limits) = (Arc::clone(&handle), limits.clone());
                thread::spawn(move || Peer2::new(stream.unwrap(), number, &limits).run(&*handle));
            }
        });
        Self { address, connections }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// A session that knows that the server speaks HTTP/2.
pub fn knowing() -> SessionBuilder {
    Session::builder().prior_knowledge(true).timeouts(patient())
}

pub fn patient() -> Timeouts {
    let long = Some(Duration::from_secs(20));
    Timeouts { pool: long, connect: long, head: long, read: long, ..Timeouts::default() }
}

impl Peer2 {
    fn new(stream: TcpStream, number: usize, limits: &Limits) -> Self {
        stream.set_nodelay(true).unwrap();
        let machine = Connection::server(limits, Instant::now());
        Self { machine, stream, number, held: Vec::new() }
    }

    fn run(mut self, handle: &(impl Fn(&mut Self, Event) + ?Sized)) {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            while let Some(event) = self.machine.poll_event() {
                handle(&mut self, event);
            }
            if self.flush().is_none() || self.machine.state() == State::Closed {
                return;
            }
            let Ok(length @ 1..) = self.stream.read(&mut buffer) else { return };
            self.machine.receive(&mut buffer[..length], Instant::now());
        }
    }

    fn flush(&mut self) -> Option<()> {
        let mut output = Output::new(1 << 20);
        loop {
            self.machine.poll_transmit(Instant::now(), &mut output);
            let octets = output.take();
            if octets.is_empty() {
                return Some(());
            }
            self.stream.write_all(&octets).ok()?;
        }
    }

    /// Sends what waits, then closes the socket in both directions.
    pub fn cut(&mut self) {
        let _ = self.flush();
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    /// These octets as they are, whatever the state machine thinks.
    pub fn say_octets(&mut self, octets: &[u8]) {
        let _ = self.flush();
        let _ = self.stream.write_all(octets);
    }

    /// A 200 with this content.
    pub fn answer(&mut self, stream: StreamId, content: &[u8]) {
        self.begin(stream, Outgoing::Length(content.len() as u64));
        // Refused where the stream was reset meanwhile.
        let _ = self.machine.send_data(stream, content);
        let _ = self.machine.send_end(stream, None);
    }

    /// The head of a 200.
    pub fn begin(&mut self, stream: StreamId, outgoing: Outgoing) {
        let _ = self.machine.send_response(stream, &Response::new(StatusCode::OK), outgoing);
    }
}
