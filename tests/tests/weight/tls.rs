//! Two thousand connections of TLS, held by two processes: as many as are set up in seconds.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use testkit::TempDir;
use tls::record::{Connection, Event};
use tls::{ClientConfig, Moment, Unverified};
use wire::{Output, Scripted};
use x509::issue::{Serial, self_signed};
use x509::{ServerName, SigningKey, Validity};

use crate::descriptors;
use crate::memory;
use crate::program::Serve;

const COUNT: usize = 2_000;

/// Octets of heap and stacks that an idle connection may cost: what one in the clear may, the keys
/// and the state of TLS, and two tickets.
const EACH: u64 = 8 * 1024;

struct Client {
    stream: TcpStream,
    tls: Connection,
}

impl Client {
    fn open(address: SocketAddr, config: &Arc<ClientConfig>, seed: u64) -> Self {
        let name = ServerName::parse("localhost").unwrap();
        let now = Moment { instant: Instant::now(), time: SystemTime::now().into() };
        let random = Box::new(Scripted(seed));
        let tls = Connection::client(config.clone(), name, random, now).unwrap();
        let stream = TcpStream::connect(address).unwrap();
        // A Finished and a request are two writes, and Nagle's algorithm would hold the second.
        stream.set_nodelay(true).unwrap();
        let mut client = Self { stream, tls };
        while !client.tls.handshake().is_complete() {
            client.flush();
            client.read();
        }
        client
    }

    fn flush(&mut self) {
        let mut out = Output::new(1 << 20);
        self.tls.poll_transmit(Instant::now(), &mut out);
        self.stream.write_all(&out.take()).unwrap();
    }

    fn read(&mut self) -> Vec<u8> {
        let mut piece = [0; 4096];
        let count = self.stream.read(&mut piece).unwrap();
        assert!(count > 0, "the server ends it");
        self.tls.receive(&mut piece[..count], Instant::now());
        let mut data = Vec::new();
        while let Some(event) = self.tls.poll_event() {
            if let Event::Data { octets, .. } = event {
                data.extend(octets);
            }
        }
        data
    }

    /// One exchange; the answer is read to its last octet, so that the connection is idle again.
    fn exchange(&mut self) {
        self.tls.send(b"GET /small.txt HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        self.flush();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\nsmall") {
            answer.extend(self.read());
        }
        assert!(answer.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&answer));
    }
}

#[test]
fn idle_connections_of_tls_hold_no_buffers() {
    let Some(_turn) = descriptors(COUNT) else { return };
    let folder = TempDir::new("weight");
    std::fs::write(folder.path().join("small.txt"), "small").unwrap();
    // A certificate of its own: what the user of this machine has is left alone.
    let (key, name) = (SigningKey::generate_p256().unwrap(), [ServerName::parse("::1").unwrap()]);
    let validity = Validity::from_now(SystemTime::now().into(), 1);
    let certificate = self_signed(&key, &name, validity, Serial(1)).unwrap();
    let pem = folder.path().join("both.pem");
    std::fs::write(&pem, certificate.to_pem() + &key.to_pkcs8_pem()).unwrap();
    let flags = ["--idle-timeout", "600", "--threads", "1", "--https", "127.0.0.1:0", "--cert"];
    let flags: Vec<&str> = flags.into_iter().chain([pem.to_str().unwrap()]).collect();
    let serve = Serve::start(folder.path(), &flags);
    let address = serve.tls.unwrap();
    let config = Arc::new(ClientConfig::new(Arc::new(Unverified)));
    Client::open(address, &config, 0).exchange();
    let before = memory::anonymous(serve.pid());
    let mut clients: Vec<Client> = (1..=COUNT as u64)
        .map(|seed| {
            let mut client = Client::open(address, &config, seed);
            client.exchange();
            client
        })
        .collect();
    let each = memory::anonymous(serve.pid()).saturating_sub(before) / COUNT as u64;
    assert!(each <= EACH, "{each} octets for each idle connection, at most {EACH}");
    // They are all still there, the first as well as the last.
    clients.iter_mut().for_each(Client::exchange);
}
