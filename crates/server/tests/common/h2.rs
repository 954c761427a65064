//! A client that speaks HTTP/2 over whatever carries octets, and keeps what it was told.

use super::tls;
use http::{HeaderMap, HeaderName, Method, Request, Response, Target, message::Scheme};
use http2::{ClientOptions, Connection, ErrorCode, Event, Limits, Outgoing, StreamId};
use server::Running;
use std::{
    collections::BTreeMap,
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::Instant,
};
use wire::{Output, Segment};

/// What carries octets to a server and back.
pub(crate) trait Carrier {
    fn send(&mut self, octets: &[u8]);

    /// What came, at least one octet; nothing at the end.
    fn receive(&mut self) -> Vec<u8>;

    fn now(&self) -> Instant {
        Instant::now()
    }
}

impl Carrier for TcpStream {
    fn send(&mut self, octets: &[u8]) {
        // A server that has left does not take what we have to say.
        let _ = self.write_all(octets);
    }

    fn receive(&mut self) -> Vec<u8> {
        let mut octets = vec![0; 64 * 1024];
        match self.read(&mut octets) {
            Ok(count) => octets.truncate(count),
            Err(error) if error.kind() == ErrorKind::WouldBlock => panic!("nothing came"),
            Err(_) => octets.clear(),
        }
        octets
    }
}

impl Carrier for tls::Client {
    fn send(&mut self, octets: &[u8]) {
        tls::Client::send(self, octets);
    }

    fn receive(&mut self) -> Vec<u8> {
        while self.data.is_empty() && self.pump() {}
        std::mem::take(&mut self.data)
    }
}

/// What is known of one stream.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) informational: Vec<Response>,
    pub(crate) head: Option<Response>,
    pub(crate) data: Vec<u8>,
    pub(crate) octets: usize,
    pub(crate) trailers: Option<HeaderMap>,
    pub(crate) ended: bool,
    pub(crate) reset: Option<ErrorCode>,
    /// The promises that came on it.
    pub(crate) promised: Vec<(StreamId, Request)>,
}

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        self.head.as_ref().unwrap().status.as_u16()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.data).unwrap()
    }

    pub(crate) fn field(&self, name: HeaderName<'_>) -> Option<String> {
        self.head.as_ref().unwrap().headers.get(name).map(|value| value.to_string())
    }
}

pub(crate) struct Client<C> {
    pub(crate) carrier: C,
    pub(crate) http2: Connection,
    pub(crate) answers: BTreeMap<StreamId, Answer>,
    pub(crate) goaways: Vec<(StreamId, ErrorCode)>,
    /// Whether content is given back to the windows as it comes, and kept.
    pub(crate) takes: bool,
    pub(crate) keeps: bool,
    pub(crate) ended: bool,
}

/// A connection in the clear, by prior knowledge.
pub(crate) fn connect(server: &Running) -> Client<TcpStream> {
    Client::new(super::connect(server), false)
}

/// A connection by ALPN.
pub(crate) fn connect_tls(server: &Running) -> Client<tls::Client> {
    let mut config = tls::client_config();
    config.alpn = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let client = tls::Client::open_with(server, config);
    assert_eq!(client.summary.as_ref().unwrap().alpn.as_deref(), Some(&b"h2"[..]));
    Client::new(client, false)
}

/// A GET of `path`.
pub(crate) fn get(path: &str) -> Request {
    request(Method::Get, path)
}

pub(crate) fn request(method: Method, path: &str) -> Request {
    let mut request = Request::new(method, Target::Origin(path.into()));
    request.headers.try_append("host", "localhost").unwrap();
    request
}

impl<C: Carrier> Client<C> {
    pub(crate) fn new(carrier: C, push: bool) -> Self {
        Self::with(carrier, push, &Limits::default())
    }

    pub(crate) fn with(carrier: C, push: bool, limits: &Limits) -> Self {
        let options = ClientOptions { push, ..ClientOptions::new(Scheme::Http) };
        let http2 = Connection::client(limits, options, carrier.now());
        let (answers, goaways) = (BTreeMap::new(), Vec::new());
        Self { carrier, http2, answers, goaways, takes: true, keeps: true, ended: false }
    }

    /// Sends what waits.
    pub(crate) fn flush(&mut self) {
        let mut out = Output::new(usize::MAX);
        self.http2.poll_transmit(self.carrier.now(), &mut out);
        while let Some(Segment::Octets(octets)) = out.front() {
            let length = octets.len() as u64;
            self.carrier.send(octets);
            out.advance(length);
        }
    }

    /// Asks without content.
    pub(crate) fn ask(&mut self, request: &Request) -> StreamId {
        let stream = self.http2.send_request(request, Outgoing::None).unwrap();
        self.answers.insert(stream, Answer::default());
        self.flush();
        stream
    }

    /// Begins a request with content.
    pub(crate) fn begin(&mut self, request: &Request) -> StreamId {
        let stream = self.http2.send_request(request, Outgoing::Unknown).unwrap();
        self.answers.insert(stream, Answer::default());
        self.flush();
        stream
    }

    /// Sends what waits and receives once; answers whether anything came.
    pub(crate) fn pump(&mut self) -> bool {
        self.flush();
        let mut octets = self.carrier.receive();
        let now = self.carrier.now();
        if octets.is_empty() {
            self.ended = true;
            self.http2.receive_end(true, now);
        } else {
            self.http2.receive(&mut octets, now);
        }
        while let Some(event) = self.http2.poll_event() {
            self.note(event);
        }
        self.flush();
        !octets.is_empty()
    }

    fn note(&mut self, event: Event) {
        let answers = &mut self.answers;
        match event {
            Event::Response { stream, response, end } => {
                let answer = answers.entry(stream).or_default();
                answer.head = Some(*response);
                answer.ended = end;
            }
            Event::Informational { stream, response } => {
                answers.entry(stream).or_default().informational.push(*response);
            }
            Event::Data { stream, octets, end } => {
                let answer = answers.entry(stream).or_default();
                answer.octets += octets.len();
                answer.ended = end;
                if self.takes {
                    self.http2.release(stream, octets.len());
                }
                if self.keeps {
                    answer.data.extend(octets);
                }
            }
            Event::Trailers { stream, trailers } => {
                let answer = answers.entry(stream).or_default();
                (answer.trailers, answer.ended) = (Some(trailers), true);
            }
            Event::StreamReset { stream, code, .. } => {
                answers.entry(stream).or_default().reset = Some(code);
            }
            Event::PushPromise { parent, stream, head } => {
                answers.entry(stream).or_default();
                answers.entry(parent).or_default().promised.push((stream, *head.request));
            }
            Event::GoAway { last, code, debug } => {
                eprintln!("goaway: {}", String::from_utf8_lossy(&debug));
                self.goaways.push((last, code));
            }
            _ => {}
        }
    }

    /// Goes on until `done`.
    pub(crate) fn until(&mut self, mut done: impl FnMut(&Self) -> bool) {
        while !done(self) {
            assert!(self.pump(), "the connection ended: {:?} {:?}", self.goaways, self.answers);
        }
    }

    /// The answer on `stream`, when it is over.
    pub(crate) fn answer(&mut self, stream: StreamId) -> Answer {
        self.until(|client| {
            client.answers.get(&stream).is_some_and(|answer| answer.ended || answer.reset.is_some())
        });
        self.answers.remove(&stream).unwrap()
    }

    /// Asks and waits for the answer.
    pub(crate) fn fetch(&mut self, path: &str) -> Answer {
        let stream = self.ask(&get(path));
        self.answer(stream)
    }
}
