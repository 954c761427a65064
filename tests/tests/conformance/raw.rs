//! A peer made of octets, on a real socket: it says whatever a case wants, right or wrong.
//!
//! ```text
//!   Peer ── frames ── Wire ──┬── TCP
//!                            └── TLS with ALPN h2 ── TCP
//! ```
//!
//! Invariant: nothing that the peer sends is checked, and nothing that it reads is answered.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use hpack::{Encoder, Field};
use http2::frame::PREFACE;
use tls::record::{Connection, Event};
use tls::{CertifiedKey, ClientConfig, Moment, ServerConfig, Unverified};
use wire::{Output, Scripted};
use x509::ServerName;

pub(crate) const END_STREAM: u8 = 0x1;
pub(crate) const END_HEADERS: u8 = 0x4;
pub(crate) const PADDED: u8 = 0x8;
pub(crate) const PRIORITY: u8 = 0x20;
pub(crate) const BOTH: u8 = END_STREAM | END_HEADERS;

/// Octets that a value of a field may have here; five of them are more than a frame holds.
pub(crate) const LONG: usize = 4000;

/// How long nothing may come before that is what came: an answer takes no time worth measuring, and
/// this is only met where the test has failed.
const PATIENCE: Duration = Duration::from_secs(5);

/// Types of frames, RFC 9113 §6.
pub(crate) mod kind {
    pub(crate) const DATA: u8 = 0;
    pub(crate) const HEADERS: u8 = 1;
    pub(crate) const PRIORITY: u8 = 2;
    pub(crate) const RST_STREAM: u8 = 3;
    pub(crate) const SETTINGS: u8 = 4;
    pub(crate) const PUSH_PROMISE: u8 = 5;
    pub(crate) const PING: u8 = 6;
    pub(crate) const GOAWAY: u8 = 7;
    pub(crate) const WINDOW_UPDATE: u8 = 8;
    pub(crate) const CONTINUATION: u8 = 9;
}

/// What came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Got {
    Frame {
        kind: u8,
        flags: u8,
        stream: u32,
        payload: Vec<u8>,
    },
    /// The other end closed, and all that it said before has come.
    Closed,
    /// The other end closed in the middle of a frame, or what it said was none.
    Torn,
    /// The connection was reset: something that was said may be lost.
    Reset,
    /// Nothing came for a long time.
    Nothing,
}

/// Octets, in the clear or sealed.
struct Wire {
    stream: TcpStream,
    tls: Option<Connection>,
}

impl Wire {
    fn seal(stream: TcpStream) -> Self {
        let mut config = ClientConfig::new(Arc::new(Unverified));
        config.alpn = vec![b"h2".to_vec()];
        let name = ServerName::parse("localhost").unwrap();
        let now = Moment { instant: Instant::now(), time: SystemTime::now().into() };
        let random = Box::new(Scripted(7));
        let tls = Connection::client(Arc::new(config), name, random, now).unwrap();
        let mut wire = Self { stream, tls: Some(tls) };
        while !wire.tls.as_ref().unwrap().handshake().is_complete() {
            wire.flush();
            wire.read(&mut Vec::new()).unwrap();
        }
        wire.flush();
        wire
    }

    /// As the server of TLS. A client's preface may come along with its Finished.
    fn serve(&mut self, early: &mut Vec<u8>) {
        let (key, name) =
            (x509::SigningKey::generate_p256().unwrap(), [ServerName::parse("localhost").unwrap()]);
        let now = Moment { instant: Instant::now(), time: SystemTime::now().into() };
        let validity = x509::Validity::from_now(now.time, 1);
        let leaf = x509::issue::self_signed(&key, &name, validity, x509::issue::Serial(1)).unwrap();
        let shown = CertifiedKey::new(vec![leaf], Box::new(key)).unwrap();
        let mut config = ServerConfig::new(Arc::new(Arc::new(shown)));
        config.alpn = vec![b"h2".to_vec()];
        let random = Box::new(Scripted(9));
        self.tls = Some(Connection::server(Arc::new(config), random, now));
        while !self.tls.as_ref().unwrap().handshake().is_complete() {
            self.flush();
            self.read(early).unwrap();
        }
        self.flush();
    }

    /// The far end may have gone; what it said before is still to be read.
    fn flush(&mut self) {
        let Some(tls) = &mut self.tls else { return };
        let mut out = Output::new(1 << 20);
        tls.poll_transmit(Instant::now(), &mut out);
        let _ = self.stream.write_all(&out.take());
    }

    fn write(&mut self, octets: &[u8]) {
        match &mut self.tls {
            None => drop(self.stream.write_all(octets)),
            Some(tls) => {
                let _ = tls.send(octets);
                self.flush();
            }
        }
    }

    /// Whether more can come; `Err` as the kernel says it.
    fn read(&mut self, into: &mut Vec<u8>) -> std::io::Result<bool> {
        let mut piece = [0; 16_384];
        let count = self.stream.read(&mut piece)?;
        let Some(tls) = &mut self.tls else {
            into.extend(&piece[..count]);
            return Ok(count > 0);
        };
        tls.receive(&mut piece[..count], Instant::now());
        while let Some(event) = tls.poll_event() {
            if let Event::Data { octets, .. } = event {
                into.extend(octets);
            }
        }
        Ok(count > 0)
    }
}

/// One end of a connection.
pub(crate) struct Peer {
    wire: Wire,
    read: Vec<u8>,
    /// Written when something is to be read.
    kept: Vec<u8>,
    /// Frames go out together, not each by itself.
    together: bool,
    encoder: Encoder,
    /// What the other end's SETTINGS said.
    pub(crate) settings: Vec<(u16, u32)>,
    pub(crate) scheme: &'static str,
}

impl Peer {
    /// A client that has said nothing yet.
    pub(crate) fn connect(address: SocketAddr, sealed: bool, together: bool) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        Self::over(stream, sealed, together)
    }

    /// A server to which somebody has connected.
    pub(crate) fn accept(stream: TcpStream, sealed: bool, together: bool) -> Self {
        let mut peer = Self::over(stream, false, together);
        if sealed {
            peer.wire.serve(&mut peer.read);
        }
        peer
    }

    /// Takes octets that must be the next.
    pub(crate) fn take(&mut self, octets: &[u8]) {
        while self.read.len() < octets.len() {
            assert!(self.wire.read(&mut self.read).unwrap(), "an end, and no preface");
        }
        let taken: Vec<u8> = self.read.drain(..octets.len()).collect();
        assert_eq!(taken, octets);
    }

    fn over(stream: TcpStream, sealed: bool, together: bool) -> Self {
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        let wire = match sealed {
            true => Wire::seal(stream),
            false => Wire { stream, tls: None },
        };
        let (read, kept, settings) = Default::default();
        let encoder = Encoder::new(&hpack::Limits::default());
        let scheme = if sealed { "https" } else { "http" };
        Self { wire, read, kept, together, encoder, settings, scheme }
    }

    /// Prefaces, settings and their answers.
    pub(crate) fn greet(&mut self) {
        self.send(PREFACE);
        self.set(&[(4, 65_535)]);
        let (mut theirs, mut acknowledged) = (false, false);
        while !(theirs && acknowledged) {
            match self.next() {
                Got::Frame { kind: kind::SETTINGS, flags: 1, .. } => acknowledged = true,
                Got::Frame { kind: kind::SETTINGS, payload, .. } => {
                    theirs = true;
                    self.note(&payload);
                    self.frame(kind::SETTINGS, 1, 0, &[]);
                }
                Got::Frame { .. } => {}
                end => panic!("no greeting: {end:?}"),
            }
        }
    }

    pub(crate) fn note(&mut self, payload: &[u8]) {
        for one in payload.chunks_exact(6) {
            let value = u32::from_be_bytes(one[2..].try_into().unwrap());
            self.settings.push((u16::from_be_bytes([one[0], one[1]]), value));
        }
    }

    /// What the other end said of a setting.
    pub(crate) fn setting(&self, id: u16) -> Option<u32> {
        self.settings.iter().rev().find(|(name, _)| *name == id).map(|(_, value)| *value)
    }

    pub(crate) fn send(&mut self, octets: &[u8]) {
        match self.together {
            true => self.kept.extend(octets),
            false => self.wire.write(octets),
        }
    }

    pub(crate) fn frame(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        let mut frame = length[1..].to_vec();
        frame.extend([kind, flags]);
        frame.extend(stream.to_be_bytes());
        frame.extend(payload);
        self.send(&frame);
    }

    pub(crate) fn block(&mut self, fields: &[(&str, &str)]) -> Vec<u8> {
        let mut block = Vec::new();
        let fields =
            fields.iter().map(|(name, value)| Field::new(name.as_bytes(), value.as_bytes()));
        self.encoder.encode(fields, &mut block);
        block
    }

    /// A request's fields, and more.
    pub(crate) fn request(&mut self, method: &str, more: &[(&str, &str)]) -> Vec<u8> {
        let scheme = self.scheme;
        let fields =
            [(":method", method), (":scheme", scheme), (":path", "/"), (":authority", "localhost")];
        self.block(&[&fields[..], more].concat())
    }

    pub(crate) fn headers(&mut self, stream: u32, flags: u8, fields: &[(&str, &str)]) {
        let block = self.block(fields);
        self.frame(kind::HEADERS, flags, stream, &block);
    }

    /// A request without content.
    pub(crate) fn get(&mut self, stream: u32) {
        let block = self.request("GET", &[]);
        self.frame(kind::HEADERS, BOTH, stream, &block);
    }

    /// A GET whose stream stays open.
    pub(crate) fn open(&mut self, stream: u32) {
        let block = self.request("GET", &[]);
        self.frame(kind::HEADERS, END_HEADERS, stream, &block);
    }

    /// A request whose content is to follow.
    pub(crate) fn post(&mut self, stream: u32, more: &[(&str, &str)]) {
        let block = self.request("POST", more);
        self.frame(kind::HEADERS, END_HEADERS, stream, &block);
    }

    pub(crate) fn data(&mut self, stream: u32, end: bool, octets: &[u8]) {
        self.frame(kind::DATA, u8::from(end), stream, octets);
    }

    pub(crate) fn reset(&mut self, stream: u32, code: u32) {
        self.frame(kind::RST_STREAM, 0, stream, &code.to_be_bytes());
    }

    pub(crate) fn window(&mut self, stream: u32, increment: u32) {
        self.frame(kind::WINDOW_UPDATE, 0, stream, &increment.to_be_bytes());
    }

    /// A PRIORITY frame: on whom, and with which weight less one.
    pub(crate) fn priority(&mut self, stream: u32, on: u32, weight: u8) {
        let payload = [&on.to_be_bytes()[..], &[weight]].concat();
        self.frame(kind::PRIORITY, 0, stream, &payload);
    }

    pub(crate) fn set(&mut self, settings: &[(u16, u32)]) {
        let octets =
            |(id, value): &(u16, u32)| [&id.to_be_bytes()[..], &value.to_be_bytes()].concat();
        let payload: Vec<u8> = settings.iter().flat_map(octets).collect();
        self.frame(kind::SETTINGS, 0, 0, &payload);
    }

    pub(crate) fn ping(&mut self, octets: [u8; 8]) {
        self.frame(kind::PING, 0, 0, &octets);
    }

    /// A field that is long, as far as the decoder has not seen it.
    pub(crate) fn filler(&mut self, count: usize) -> Vec<u8> {
        let value = "x".repeat(LONG);
        let names: Vec<String> = (0..count).map(|at| format!("x-filler-{at}")).collect();
        let mut block = Vec::new();
        for name in &names {
            // As it is: Huffman's code would make it short.
            block.extend([0x00, u8::try_from(name.len()).unwrap()]);
            block.extend(name.as_bytes());
            hpack::integer::encode(0, 7, value.len() as u64, &mut block);
            block.extend(value.as_bytes());
        }
        block
    }

    /// The next thing that comes.
    pub(crate) fn next(&mut self) -> Got {
        let kept = std::mem::take(&mut self.kept);
        if !kept.is_empty() {
            self.wire.write(&kept);
        }
        loop {
            if let Some(length) = self.read.get(..3) {
                let length = usize::from(length[0]) << 16
                    | usize::from(length[1]) << 8
                    | usize::from(length[2]);
                if self.read.len() >= 9 + length {
                    let frame: Vec<u8> = self.read.drain(..9 + length).collect();
                    let stream = u32::from_be_bytes(frame[5..9].try_into().unwrap());
                    let payload = frame[9..].to_vec();
                    return Got::Frame { kind: frame[3], flags: frame[4], stream, payload };
                }
            }
            match self.wire.read(&mut self.read) {
                Ok(true) => {}
                Ok(false) if self.read.is_empty() => return Got::Closed,
                Ok(false) => return Got::Torn,
                Err(error) => {
                    return match error.kind() {
                        ErrorKind::WouldBlock | ErrorKind::TimedOut => Got::Nothing,
                        ErrorKind::Interrupted => continue,
                        _ => Got::Reset,
                    };
                }
            }
        }
    }

    /// What comes until a frame that is wanted, which is the last.
    pub(crate) fn until(&mut self, wanted: impl Fn(u8, u8, u32) -> bool) -> Vec<Got> {
        let mut all = Vec::new();
        loop {
            let got = self.next();
            let over = match &got {
                Got::Frame { kind, flags, stream, .. } => wanted(*kind, *flags, *stream),
                _ => true,
            };
            all.push(got);
            if over {
                return all;
            }
        }
    }

    /// Waits for a frame of a type.
    pub(crate) fn wait(&mut self, kind: u8) -> Vec<u8> {
        match self.until(|seen, _, _| seen == kind).pop() {
            Some(Got::Frame { payload, .. }) => payload,
            end => panic!("no frame of type {kind}: {end:?}"),
        }
    }

    /// Waits for the end of an answer.
    pub(crate) fn wait_end(&mut self, stream: u32) {
        let all = self.until(|seen, flags, on| {
            on == stream && matches!(seen, kind::DATA | kind::HEADERS) && flags & END_STREAM != 0
        });
        let ended = matches!(all.last(), Some(Got::Frame { .. }));
        assert!(ended, "no end of stream {stream}: {all:?}");
    }
}
