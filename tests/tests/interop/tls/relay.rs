//! Somebody in between, who forwards octets and remembers them: the wire, as a capture has it.
//!
//! ```text
//!   client ──► relay ──► server        what passes is kept, in the order in which it passed
//!          ◄──       ◄──
//! ```
//!
//! On request, what a client sends behind its early data is held back until the server has spoken
//! twice: its flight, and an answer.
//!
//! To hold it back is what a long way does: a server reads early data, and answers it, before it
//! can know that the handshake is done. Where the end of the handshake came in the same read, the
//! piece is cut behind the early data: how late this thread runs must not matter.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;

/// What passed at once.
#[derive(Debug, Clone)]
pub(crate) struct Passed {
    /// Which connection, from 0.
    pub(crate) connection: usize,
    pub(crate) from_client: bool,
    pub(crate) octets: Vec<u8>,
}

/// The relay; it takes no more connections once it is dropped.
pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    passed: Arc<Mutex<Vec<Passed>>>,
    over: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl Relay {
    /// In front of `server`; holds back in those connections whose number is in `held`.
    pub(crate) fn start(server: SocketAddr, held: &'static [usize]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (passed, over) = (Arc::<Mutex<Vec<Passed>>>::default(), Arc::<AtomicBool>::default());
        let (kept, ended) = (passed.clone(), over.clone());
        let accepting = std::thread::spawn(move || {
            let mut connections = Vec::new();
            for (number, client) in listener.incoming().enumerate() {
                if ended.load(Ordering::SeqCst) {
                    break;
                }
                let (client, server) = (client.unwrap(), TcpStream::connect(server).unwrap());
                let hold = held.contains(&number);
                connections.extend(connect(number, client, server, hold, &kept));
            }
            for connection in connections {
                connection.join().unwrap();
            }
        });
        Self { address, passed, over, accepting: Some(accepting) }
    }

    /// Waits until all connections are over; what passed.
    pub(crate) fn end(mut self) -> Vec<Passed> {
        self.stop();
        self.accepting.take().unwrap().join().unwrap();
        self.passed.lock().unwrap().clone()
    }

    fn stop(&self) {
        self.over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.stop();
    }
}

/// How often the server has spoken.
type Spoken = Arc<(Mutex<usize>, Condvar)>;

fn connect(
    number: usize,
    client: TcpStream,
    server: TcpStream,
    hold: bool,
    kept: &Arc<Mutex<Vec<Passed>>>,
) -> [JoinHandle<()>; 2] {
    let spoken = Spoken::default();
    let one = |mut from: TcpStream, mut to: TcpStream, from_client: bool| {
        let (kept, spoken) = (kept.clone(), spoken.clone());
        std::thread::spawn(move || {
            let mut piece = vec![0; 65_536];
            let mut early = false;
            let mut pass = |octets: &[u8]| {
                let kept_octets = octets.to_vec();
                let passed = Passed { connection: number, from_client, octets: kept_octets };
                kept.lock().unwrap().push(passed);
                to.write_all(octets).is_ok()
            };
            while let Ok(count @ 1..) = from.read(&mut piece) {
                let mut octets = &piece[..count];
                if hold
                    && from_client
                    && !early
                    && let Some(end) = end_of_application_data(octets)
                {
                    early = true;
                    pass(&octets[..end]);
                    octets = &octets[end..];
                }
                if octets.is_empty() {
                    continue;
                }
                if early {
                    let spoken = spoken.1.wait_while(spoken.0.lock().unwrap(), |times| *times < 2);
                    drop(spoken.unwrap());
                }
                if !pass(octets) {
                    break;
                }
                if !from_client {
                    *spoken.0.lock().unwrap() += 1;
                    spoken.1.notify_all();
                }
            }
            let _ = to.shutdown(Shutdown::Write);
            if !from_client {
                // Nobody waits for one who has gone.
                *spoken.0.lock().unwrap() += 2;
                spoken.1.notify_all();
            }
        })
    };
    let (other_client, other_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    [one(client, server, true), one(other_server, other_client, false)]
}

/// Behind the first record of application data, as early data is; our client writes whole records.
fn end_of_application_data(octets: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let [kind, _, _, high, low, ..] = octets[at..] {
        at = (at + 5 + usize::from(u16::from_be_bytes([high, low]))).min(octets.len());
        if kind == 23 {
            return Some(at);
        }
    }
    None
}
