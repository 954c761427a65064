//! The core's WebSockets: octets in, octets out, and a clock that the test moves.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{get, socket::HANDSHAKE};
use server::{
    CloseCode, Contexts, Crowded, Endpoint, Group, Handler, Hub, Key, Limits, Message, Moment,
    Peer, Prepared, Reply, Request, Router, Service, Share, Socket, SocketHandle, Wake, WebSocket,
    Workers,
    core::{Cast, Connection, State},
};
use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use wire::{
    Output, UnixTime,
    trace::{Event, Sink, Trace},
};

/// A loop that nobody has to wake: the test looks by itself.
struct Asleep;

impl Wake for Asleep {
    fn wake(&self, _: Key) {}

    fn wake_group(&self, _: Arc<Share>) {}
}

struct Bench {
    connection: Connection,
    start: Instant,
}

impl Bench {
    /// A socket that is open.
    fn open(socket: WebSocket, limits: Limits, fields: &str) -> Self {
        Self::open_traced(socket, limits, fields, Trace::default())
    }

    fn open_traced(socket: WebSocket, limits: Limits, fields: &str, trace: Trace) -> Self {
        let mut bench = Self::new(Router::new().websocket("/", socket), limits, trace);
        bench.receive(get("/", &format!("{HANDSHAKE}{fields}")).as_bytes());
        let head = bench.sent();
        assert!(head.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&head));
        bench
    }

    /// A connection that was just accepted.
    fn new(handler: impl Handler, limits: Limits, trace: Trace) -> Self {
        let limits = Arc::new(limits);
        let (workers, contexts) = (Workers::new(1, 1), Contexts::default());
        let hub = Hub { wake: Arc::new(Asleep), workers, limits: limits.clone(), contexts };
        let handler = Arc::new(handler);
        let service = Arc::new(Service {
            http2: true,
            alternative: std::sync::OnceLock::new(),
            handler,
            limits,
            log: None,
            trace,
        });
        let start = Instant::now();
        let moment = Moment::new(start, UnixTime(0));
        let connection = Connection::new(service, Arc::new(hub), Peer::Unix, 7, &moment);
        Self { connection, start }
    }

    fn at(&self, seconds: u64) -> Moment {
        Moment::new(self.start + Duration::from_secs(seconds), UnixTime(0))
    }

    fn receive(&mut self, octets: &[u8]) {
        let moment = self.at(0);
        self.connection.receive(&mut octets.to_vec(), &moment);
    }

    /// What goes out now.
    fn sent(&mut self) -> Vec<u8> {
        let mut out = Output::new(usize::MAX);
        let moment = self.at(0);
        self.connection.poll_transmit(&moment, &mut out);
        out.take()
    }
}

fn echo() -> WebSocket {
    WebSocket::new(|_| {
        Ok(Box::new(|socket: &mut Socket<'_>, message: Message| socket.send(message).unwrap()))
    })
}

/// A client's frame of a short text, masked with nothing.
fn frame(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).unwrap();
    [&[0x81, 0x80 | length, 0, 0, 0, 0], text.as_bytes()].concat()
}

/// A server's.
fn echoed(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).unwrap();
    [&[0x81, length], text.as_bytes()].concat()
}

#[test]
fn all_messages_of_one_read_are_answered_with_one_write() {
    let mut bench = Bench::open(echo(), Limits::default(), "");
    let texts: Vec<String> = (0..900).map(|number| format!("{number:064}")).collect();
    let read: Vec<u8> = texts.iter().flat_map(|text| frame(text)).collect();
    bench.receive(&read);
    let answers: Vec<u8> = texts.iter().flat_map(|text| echoed(text)).collect();
    assert!(!bench.connection.has_more());
    assert!(bench.sent() == answers);
}

#[test]
fn a_flood_of_tiny_messages_takes_turns() {
    let mut bench = Bench::open(echo(), Limits::default(), "");
    let count = 10_000;
    bench.receive(&frame("").repeat(count));
    assert!(bench.connection.has_more());
    assert!(!bench.connection.wants_receive());
    let mut answered = bench.sent().len();
    assert!(answered < count * 2 / 2, "{answered} octets in one turn");
    while bench.connection.has_more() {
        let moment = bench.at(0);
        bench.connection.process(&moment);
        answered += bench.sent().len();
    }
    assert_eq!(answered, count * 2);
    assert!(bench.connection.wants_receive());
}

#[test]
fn cut_anywhere_is_as_good_as_whole() {
    let close = b"\x88\x82\0\0\0\0\x03\xe8".to_vec();
    let talk = [frame("one"), frame(""), frame("three"), close].concat();
    let answers = [echoed("one"), echoed(""), echoed("three"), b"\x88\x02\x03\xe8".to_vec()];
    testkit::splits(&talk, |parts| {
        let mut bench = Bench::open(echo(), Limits::default(), "");
        parts.iter().for_each(|part| bench.receive(part));
        assert_eq!(bench.sent(), answers.concat());
        assert_eq!(bench.connection.state(), State::Closed);
    });
}

/// Keeps the names of what happened on the socket.
#[derive(Default)]
struct Listener(Mutex<Vec<String>>);

impl Sink for Listener {
    fn event(&self, event: &Event<'_>) {
        let name = format!(
            "{:?} {:?} {} on {}",
            event.layer, event.direction, event.name, event.connection
        );
        self.0.lock().unwrap().push(name);
    }
}

#[test]
fn the_upgrade_and_the_frames_are_traced() {
    let listener = Arc::new(Listener::default());
    let trace = Trace::to(listener.clone(), 0);
    let mut bench = Bench::open_traced(echo(), Limits::default(), "", trace);
    bench.receive(&frame("hello"));
    assert_eq!(
        *listener.0.lock().unwrap(),
        [
            "Http1 Received request on 7",
            "Http1 Sent response on 7",
            "WebSocket Received frame on 7",
            "WebSocket Sent frame on 7",
        ]
    );
}

#[test]
fn a_silent_peer_is_asked_and_then_given_up() {
    let mut bench = Bench::open(echo(), Limits::default(), "");
    assert_eq!(bench.connection.next_timeout(), Some(bench.start + Duration::from_secs(20)));
    let moment = bench.at(20);
    bench.connection.handle_timeout(&moment);
    assert_eq!(bench.sent(), b"\x89\x00");
    assert_eq!(bench.connection.next_timeout(), Some(bench.start + Duration::from_secs(40)));
    let moment = bench.at(40);
    bench.connection.handle_timeout(&moment);
    assert_eq!(bench.connection.state(), State::Closed);
}

/// Half a frame, and then nothing: it holds what it sent, and goes when it is silent.
#[test]
fn a_slow_loris_in_a_frame_is_given_up() {
    let mut bench = Bench::open(echo(), Limits::default(), "");
    bench.receive(b"\x82\xff\0\0\0\0\0\x0f\0\0\0\0\0\0abc");
    assert!(bench.connection.wants_receive());
    for (seconds, state) in [(20, State::Open), (40, State::Closed)] {
        let moment = bench.at(seconds);
        bench.connection.handle_timeout(&moment);
        assert_eq!(bench.connection.state(), state);
    }
}

#[test]
fn a_peer_that_takes_nothing_is_not_listened_to() {
    let limits = Limits::default();
    let bound = limits.websocket.output + (64 << 10) + 16;
    let mut bench = Bench::open(echo(), limits, "");
    let mut message = b"\x82\xff\0\0\0\0\0\x01\0\0\0\0\0\0".to_vec();
    message.resize(message.len() + 65_536, 0);
    let mut received = 0;
    while bench.connection.wants_receive() {
        bench.receive(&message);
        received += 1;
        assert!(received < 100, "{received} messages are taken, and no answer is");
    }
    let waiting = bench.sent().len();
    assert!(waiting <= bound, "{waiting} octets wait");
    let moment = bench.at(0);
    bench.connection.process(&moment);
    assert!(bench.connection.wants_receive(), "there is room again");
    assert_eq!(waiting + bench.sent().len(), received * (65_536 + 10));
}

/// Says as much as it can, and goes on when it may.
struct Talker {
    left: usize,
    drained: Arc<Mutex<usize>>,
}

impl Talker {
    fn talk(&mut self, socket: &mut Socket<'_>) {
        while self.left > 0 && !socket.is_full() {
            socket.send(Message::Binary(vec![0; 10_000])).unwrap();
            self.left -= 1;
        }
    }
}

impl Endpoint for Talker {
    fn opened(&mut self, socket: &mut Socket<'_>) {
        self.talk(socket);
        assert!(socket.send(Message::Binary(vec![0])).is_err(), "it is full");
    }

    fn message(&mut self, _: &mut Socket<'_>, _: Message) {}

    fn drained(&mut self, socket: &mut Socket<'_>) {
        *self.drained.lock().unwrap() += 1;
        self.talk(socket);
    }
}

#[test]
fn an_endpoint_hears_that_there_is_room_again() {
    const COUNT: usize = 1000;
    let drained = Arc::new(Mutex::new(0));
    let told = drained.clone();
    let socket =
        WebSocket::new(move |_| Ok(Box::new(Talker { left: COUNT, drained: told.clone() })));
    let mut bench = Bench::open(socket, Limits::default(), "");
    let mut sent = 0;
    loop {
        let moment = bench.at(0);
        bench.connection.process(&moment);
        match bench.sent().len() {
            0 => break,
            more => sent += more,
        }
    }
    // What `open` saw behind the head is not counted.
    assert!(sent > (COUNT - 110) * 10_004 && sent % 10_004 == 0, "{sent}");
    let drained = *drained.lock().unwrap();
    assert!((5..20).contains(&drained), "called {drained} times, when there is room");
}

#[test]
fn a_cast_is_refused_where_as_much_waits_as_may() {
    let mut bench = Bench::open(echo(), Limits::default(), "");
    let message = Prepared::binary(&[0; 100_000]);
    let taken = (0..100).take_while(|_| bench.connection.cast(0, &message) == Cast::Taken).count();
    assert_eq!(taken, 11, "1 MiB, and the message that passes it");
    assert_eq!(bench.connection.cast(0, &message), Cast::Full);
    bench.sent();
    assert_eq!(bench.connection.cast(0, &message), Cast::Taken);
    bench.sent();
    let moment = bench.at(0);
    bench.connection.shut_down(&moment);
    assert_eq!(bench.connection.cast(0, &message), Cast::Gone);
    assert_eq!(bench.sent(), b"\x88\x12\x03\xe9the server stops");
}

const DEFLATE: &str = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";

/// An inflate bomb: a kilobyte for each megabyte.
#[test]
fn a_message_is_inflated_to_its_limit_and_not_further() {
    let mut bench = Bench::open(echo(), Limits::default(), DEFLATE);
    let mut deflate = deflate::Deflate::new(deflate::Level::BEST, deflate::WindowBits::MAX);
    let mut packed = Vec::new();
    deflate.deflate(&vec![0; (1 << 20) + 1], &mut packed, deflate::Flush::Sync);
    packed.truncate(packed.len() - 4);
    let length = u16::try_from(packed.len()).unwrap().to_be_bytes();
    let frame = [&[0xc2, 0xfe, length[0], length[1], 0, 0, 0, 0], packed.as_slice()].concat();
    bench.receive(&frame);
    let sent = bench.sent();
    assert_eq!(sent.get(..4).map(|head| [head[0], head[2], head[3]]), Some([0x88, 0x03, 0xf1]));
}

// ---- goodbye ----------------------------------------------------------------------------------

/// Notes each message, and says goodbye to "bye", itself or by its handle.
struct Leaver {
    handle: Option<SocketHandle>,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Endpoint for Leaver {
    fn message(&mut self, socket: &mut Socket<'_>, message: Message) {
        let Message::Text(text) = message else { panic!() };
        match (&self.handle, text.as_str()) {
            (Some(handle), "bye") => handle.close(CloseCode::NORMAL, "").unwrap(),
            (None, "bye") => socket.close(CloseCode::NORMAL, "").unwrap(),
            _ => {}
        }
        self.handle = Some(socket.handle());
        self.heard.lock().unwrap().push(text);
    }

    fn ponged(&mut self, _: &mut Socket<'_>, _: &[u8]) {
        self.heard.lock().unwrap().push("pong".into());
    }

    fn closed(&mut self, code: Option<CloseCode>, _: &str, clean: bool) {
        let code = code.map_or(0, CloseCode::as_u16);
        self.heard.lock().unwrap().push(format!("closed {code} {clean}"));
    }
}

#[test]
fn behind_its_own_goodbye_an_endpoint_hears_nothing_but_the_end() {
    for by_handle in [false, true] {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let notes = heard.clone();
        let socket = WebSocket::new(move |_| {
            Ok(Box::new(Leaver { handle: None, heard: notes.clone() }) as Box<dyn Endpoint>)
        });
        let mut bench = Bench::open(socket, Limits::default(), "");
        if by_handle {
            bench.receive(&frame("first"));
        }
        bench.receive(&frame("bye"));
        let moment = bench.at(0);
        bench.connection.process(&moment);
        assert_eq!(bench.sent(), b"\x88\x02\x03\xe8");
        bench.receive(&[frame("late"), b"\x8a\x80\0\0\0\0".to_vec()].concat());
        bench.receive(b"\x88\x82\0\0\0\0\x03\xe8");
        let heard = heard.lock().unwrap();
        assert_eq!(heard[usize::from(by_handle)..], ["bye", "closed 1000 true"]);
    }
}

/// What a peer said before it could know of the stop may matter to the application.
#[test]
fn what_comes_behind_the_goodbye_of_a_stop_is_told() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let notes = heard.clone();
    let socket = WebSocket::new(move |_| {
        Ok(Box::new(Leaver { handle: None, heard: notes.clone() }) as Box<dyn Endpoint>)
    });
    let mut bench = Bench::open(socket, Limits::default(), "");
    let moment = bench.at(0);
    bench.connection.shut_down(&moment);
    bench.receive(&frame("on its way"));
    assert_eq!(*heard.lock().unwrap(), ["on its way"]);
}

/// A handler may take its time before it agrees to an upgrade.
#[test]
fn a_socket_that_opens_during_a_stop_is_told_of_it() {
    let asked = Arc::new(Mutex::new(None));
    let desk = asked.clone();
    let later = server::inline(move |request: Request, reply: Reply| {
        *desk.lock().unwrap() = Some((request, reply));
    });
    let mut bench = Bench::new(later, Limits::default(), Trace::default());
    bench.receive(get("/", HANDSHAKE).as_bytes());
    let moment = bench.at(0);
    bench.connection.shut_down(&moment);
    let (request, reply) = asked.lock().unwrap().take().unwrap();
    echo().handle(request, reply);
    bench.connection.process(&moment);
    let sent = bench.sent();
    assert!(sent.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&sent));
    assert!(sent.ends_with(b"\x88\x12\x03\xe9the server stops"));
}

// ---- groups -----------------------------------------------------------------------------------

/// Makes its socket a member.
struct Joiner(Group);

impl Endpoint for Joiner {
    fn opened(&mut self, socket: &mut Socket<'_>) {
        assert!(self.0.join(&socket.handle()));
    }

    fn message(&mut self, _: &mut Socket<'_>, _: Message) {}
}

/// A server that has stopped takes nothing any more, and must not silence the others.
#[test]
fn what_a_loop_did_not_take_is_nobodys_when_its_members_are_gone() {
    let group = Group::new();
    let member = |limits: Limits| {
        let group = group.clone();
        let open = move |_: &Request| Ok(Box::new(Joiner(group.clone())) as Box<dyn Endpoint>);
        Bench::open(WebSocket::new(open), limits, "")
    };
    let mut gone = member(Limits { group_buffer: 1000, ..Limits::default() });
    let message = Prepared::binary(&[0; 1000]);
    assert_eq!(group.send(&message), Ok(()));
    assert_eq!(group.send(&message), Err(Crowded));
    let moment = gone.at(0);
    gone.connection.disconnect(&moment);
    assert!(group.is_empty());
    assert_eq!(group.send(&message), Ok(()), "to nobody");
    let _member = member(Limits::default());
    assert_eq!((group.send(&message), group.len()), (Ok(()), 1));
}
