//! Our connection, driven as `server` and `client` drive it: read whole records into a
//! scratch buffer of 66 KiB, open in place, look at the data where it lies.

use crate::line::Line;
use crate::stage::{HOST, SystemRandom, now};
use crate::{Agreed, End};
use std::cell::RefCell;
use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::time::Instant;
use tls::record::{Connection, Event};
use wire::{Output, Segment};
use x509::ServerName;

thread_local! {
    /// A loop has one for all its connections.
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; 66 * 1024]);
}

/// One end of ours.
#[derive(Debug)]
pub struct Ours {
    connection: Connection,
    output: Output,
    now: Instant,
    early: bool,
    closed: bool,
}

impl Ours {
    /// A client's end.
    pub fn client(config: &Arc<tls::ClientConfig>) -> Self {
        let name = ServerName::parse(HOST).expect("a host's name");
        let connection = Connection::client(Arc::clone(config), name, SystemRandom::boxed(), now());
        Self::new(connection.expect("the system has randomness"))
    }

    /// A server's end.
    pub fn server(config: &Arc<tls::ServerConfig>) -> Self {
        Self::new(Connection::server(Arc::clone(config), SystemRandom::boxed(), now()))
    }

    fn new(connection: Connection) -> Self {
        let output = Output::new(1 << 20);
        let now = Instant::now();
        Self { connection, output, now, early: false, closed: false }
    }

    fn events(&mut self) -> Result<(), String> {
        while let Some(event) = self.connection.poll_event() {
            match event {
                Event::Violation(error) => return Err(error.to_string()),
                Event::Closed { clean } => self.closed = clean,
                Event::EarlyData(outcome) => self.early = outcome == tls::EarlyData::Accepted,
                _ => {}
            }
        }
        Ok(())
    }
}

impl End for Ours {
    fn transmit(&mut self, line: &mut Line) {
        self.connection.poll_transmit(self.now, &mut self.output);
        while let Some(Segment::Octets(octets)) = self.output.front() {
            let count = line.write(octets).unwrap_or(0);
            self.output.advance(count as u64);
        }
    }

    fn receive(&mut self, line: &mut Line, heard: &mut dyn FnMut(&[u8])) -> Result<(), String> {
        SCRATCH.with_borrow_mut(|scratch| {
            while !line.is_empty() {
                let best = self.connection.best_read(scratch.len());
                let room = scratch.get_mut(..best).unwrap_or_default();
                let count = line.read(room).unwrap_or(0);
                let mut at = 0;
                while at < count {
                    let rest = scratch.get_mut(at..count).unwrap_or_default();
                    let received = self.connection.receive_some(rest, self.now);
                    at += received.used;
                    if !received.data.is_empty() {
                        heard(received.data);
                    }
                    self.events()?;
                }
            }
            Ok(())
        })
    }

    fn send(&mut self, data: &[u8]) {
        self.connection.send(data).expect("the connection is open");
    }

    fn send_early(&mut self, data: &[u8]) -> usize {
        self.connection.send_early(data).unwrap_or(0)
    }

    fn is_complete(&self) -> bool {
        self.connection.handshake().is_complete()
    }

    fn agreed(&self) -> Agreed {
        let summary = self.connection.summary();
        Agreed {
            suite: summary.suite.map_or(0, tls::Suite::number),
            group: summary.group.map_or(0, |group| group.0),
            alpn: summary.alpn.clone(),
            resumed: summary.resumed,
            retried: summary.retried,
            chain: summary.chain.len(),
        }
    }

    fn took_early_data(&mut self) -> bool {
        self.early
    }

    fn export(&self) -> [u8; 32] {
        let mut out = [0; 32];
        let exported = self.connection.handshake().export("EXPORTER-test", b"context", &mut out);
        exported.expect("the handshake is done");
        out
    }

    fn key_update(&mut self) {
        self.connection.key_update(true).expect("the handshake is done");
    }

    fn close(&mut self) {
        self.connection.close().expect("it is open");
    }

    fn is_closed(&self) -> bool {
        self.closed
    }
}
