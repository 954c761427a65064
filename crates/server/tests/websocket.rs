//! WebSockets beside routes: handshakes, talk, and the end.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{
    ask, connect, content, field, get, read_until,
    socket::{Client, HANDSHAKE},
    start, start_with, status,
};
use http::{Response, StatusCode};
use server::{
    AccessLog, CloseCode, Endpoint, Limits, Message, Origins, Record, Router, SendError, Server,
    Socket, SocketHandle, WebSocket, inline,
};
use std::{
    io::{Read, Write},
    sync::{Arc, Mutex, mpsc},
};
use websocket::{Event, Kind, handshake::Options};

fn echo() -> WebSocket {
    WebSocket::new(|_| {
        Ok(Box::new(|socket: &mut Socket<'_>, message: Message| {
            let _ = socket.send(message);
        }))
    })
}

fn router() -> Router {
    Router::new().websocket("/echo", echo())
}

// ---- handshakes -------------------------------------------------------------------------------

#[test]
fn a_handshake_is_answered_by_a_101() {
    let server = start(router());
    let mut stream = connect(&server);
    stream.write_all(get("/echo", HANDSHAKE).as_bytes()).unwrap();
    let answer = read_until(&mut stream, "\r\n\r\n");
    assert_eq!(status(&answer), "101");
    // RFC 6455 §1.3.
    assert_eq!(field(&answer, "Sec-WebSocket-Accept"), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    assert_eq!(field(&answer, "Upgrade"), Some("websocket"));
    assert_eq!(field(&answer, "Connection"), Some("Upgrade"));
}

#[test]
fn a_plain_request_is_told_what_to_upgrade_to() {
    let server = start(router());
    let answer = ask(&server, get("/echo", ""));
    assert_eq!((status(&answer), field(&answer, "Upgrade")), ("426", Some("websocket")));
    assert!(content(&answer).contains("Upgrade: websocket is missing"), "{answer}");
    let other = ask(&server, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    assert_eq!((status(&other), field(&other, "Allow")), ("405", Some("GET, OPTIONS")));
}

#[test]
fn what_is_wrong_with_a_handshake_is_said() {
    let server = start(router());
    for (fields, code, why) in [
        (HANDSHAKE.replace("13", "12"), "426", "Sec-WebSocket-Version is not 13"),
        (HANDSHAKE.replace("dGhl", "dGh"), "400", "Sec-WebSocket-Key"),
        (HANDSHAKE.replace("Connection: Upgrade\r\n", ""), "400", "Connection: Upgrade is missing"),
        (HANDSHAKE.replace("Key", "Lock"), "400", "Sec-WebSocket-Key"),
    ] {
        let answer = ask(&server, get("/echo", &fields));
        assert_eq!(status(&answer), code, "{fields}");
        assert!(content(&answer).contains(why), "{answer}");
    }
    let with_content = format!("{HANDSHAKE}Content-Length: 5\r\n");
    let answer = ask(&server, get("/echo", &with_content) + "hello");
    assert_eq!(status(&answer), "400");
    let old = format!("GET /echo HTTP/1.0\r\nHost: a\r\n{HANDSHAKE}\r\n");
    assert_eq!(status(&ask(&server, old)), "400");
}

#[test]
fn a_page_of_another_site_is_refused() {
    let any = Router::new()
        .websocket("/own", echo())
        .websocket("/any", echo().origins(Origins::Any))
        .websocket("/only", echo().origins(Origins::Only(vec!["https://a.example".into()])));
    let server = start(any);
    let asked = |path: &str, origin: &str| {
        let mut stream = connect(&server);
        let fields = format!("{HANDSHAKE}Origin: {origin}\r\n");
        stream.write_all(get(path, &fields).as_bytes()).unwrap();
        read_until(&mut stream, "\r\n\r\n")
    };
    assert_eq!(status(&asked("/own", "http://localhost")), "101");
    assert_eq!(status(&asked("/own", "https://a.example")), "403");
    assert_eq!(status(&asked("/any", "https://a.example")), "101");
    assert_eq!(status(&asked("/only", "https://a.example")), "101");
    assert_eq!(status(&asked("/only", "http://localhost")), "403");
    let refused = ask(&server, get("/own", &format!("{HANDSHAKE}Origin: null\r\n")));
    assert!(content(&refused).starts_with("403 Forbidden: "), "{refused}");
    assert_eq!(content(&refused).lines().count(), 1);
}

#[test]
fn a_page_may_stand_where_its_socket_is() {
    let server =
        start(router().get("/echo", inline(|_, reply| reply.text(StatusCode::OK, "page"))));
    assert_eq!(content(&ask(&server, get("/echo", ""))), "page");
    Client::open(&server, "/echo").close(CloseCode::NORMAL, "");
}

/// RFC 9110 §7.8: who speaks HTTP/1.0 cannot ask, for what it says may be a proxy's to say.
#[test]
fn an_upgrade_of_http_1_0_is_passed_over() {
    let server =
        start(router().get("/echo", inline(|_, reply| reply.text(StatusCode::OK, "page"))));
    let old = get("/echo", HANDSHAKE).replace("HTTP/1.1", "HTTP/1.0");
    assert_eq!(content(&ask(&server, old)), "page");
    let alone = start(router());
    let old = get("/echo", HANDSHAKE).replace("HTTP/1.1", "HTTP/1.0");
    assert_eq!(status(&ask(&alone, old)), "400");
}

#[test]
fn the_first_subprotocol_that_is_spoken_here_is_agreed_on() {
    let socket = WebSocket::new(|_| {
        Ok(Box::new(|socket: &mut Socket<'_>, _: Message| {
            let protocol = socket.protocol().unwrap_or("none").to_string();
            let _ = socket.send(Message::Text(protocol));
        }))
    });
    let server = start(Router::new().websocket("/", socket.protocols(["v2", "v1"])));
    for (offered, agreed) in
        [(vec!["v0", "v1", "v2"], "v1"), (vec!["v0"], "none"), (vec![], "none")]
    {
        let protocols = offered.into_iter().map(Into::into).collect();
        let options = Options { protocols, ..Options::default() };
        let mut client = Client::open_with(&server, "/", options);
        client.text("which?");
        assert_eq!(client.heard(), agreed);
    }
}

#[test]
fn an_application_may_refuse_with_an_answer_of_its_own() {
    let server = start(Router::new().websocket(
        "/rooms/{name}",
        WebSocket::new(|request| match request.param("name") {
            Some("open") => Ok(Box::new(|_: &mut Socket<'_>, _: Message| {})),
            _ => Err(Response::new(StatusCode::NOT_FOUND)),
        }),
    ));
    assert_eq!(status(&ask(&server, get("/rooms/none", HANDSHAKE))), "404");
    Client::open(&server, "/rooms/open");
}

// ---- talk -------------------------------------------------------------------------------------

#[test]
fn messages_are_echoed_whole_or_in_fragments() {
    let server = start(router());
    for mut client in [Client::open(&server, "/echo"), Client::open_deflated(&server, "/echo")] {
        client.text("안녕");
        assert_eq!(client.heard(), "안녕");
        client.send(Message::Binary(vec![7; 300_000]));
        assert_eq!(client.event(), Event::Message(Message::Binary(vec![7; 300_000])));
        let parts: [&[u8]; 3] = ["안녕".as_bytes().get(..4).unwrap(), &[], &[0x85, 0x95]];
        client.fragments(Kind::Text, &parts);
        assert_eq!(client.heard(), "안녕");
        client.ping(b"there?");
        assert_eq!(client.event(), Event::Pong(b"there?".to_vec()));
        client.close(CloseCode::NORMAL, "thanks");
        assert_eq!(client.ended(), (Some(CloseCode::NORMAL), String::new(), true));
    }
}

#[test]
fn frames_that_come_with_the_request_are_not_lost() {
    let server = start(router());
    let mut stream = connect(&server);
    // RFC 6455 §5.7: "Hello", masked.
    let hello = b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
    stream.write_all(&[get("/echo", HANDSHAKE).as_bytes(), hello].concat()).unwrap();
    assert_eq!(status(&read_until(&mut stream, "\r\n\r\n")), "101");
    let mut echoed = [0; 7];
    stream.read_exact(&mut echoed).unwrap();
    assert_eq!(&echoed, b"\x81\x05Hello");
}

/// What happened to a socket, in words.
struct Witness {
    words: mpsc::Sender<String>,
    pong: Option<Vec<u8>>,
}

impl Endpoint for Witness {
    fn opened(&mut self, socket: &mut Socket<'_>) {
        self.words.send("opened".into()).unwrap();
        socket.ping(b"?").unwrap();
    }

    fn message(&mut self, socket: &mut Socket<'_>, message: Message) {
        match message {
            Message::Text(text) if text == "panic" => panic!("on purpose, in a test"),
            Message::Text(text) if text == "close" => {
                socket.close(CloseCode::new(4000), "as you like").unwrap();
                assert!(socket.send(Message::Text("late".into())).is_err());
            }
            message => socket.send(message).unwrap(),
        }
    }

    fn ponged(&mut self, _: &mut Socket<'_>, payload: &[u8]) {
        self.pong = Some(payload.to_vec());
    }

    fn closed(&mut self, code: Option<CloseCode>, reason: &str, clean: bool) {
        let code = code.map_or(0, CloseCode::as_u16);
        let pong = self.pong.is_some();
        let _ = self.words.send(format!("closed {code} {reason:?} clean {clean} pong {pong}"));
    }
}

fn witness() -> (Router, mpsc::Receiver<String>) {
    let (words, told) = mpsc::channel();
    let words = Mutex::new(words);
    let open = move |_: &server::Request| {
        let words = words.lock().unwrap().clone();
        Ok(Box::new(Witness { words, pong: None }) as Box<dyn Endpoint>)
    };
    (Router::new().websocket("/", WebSocket::new(open)), told)
}

// ---- the end ----------------------------------------------------------------------------------

#[test]
fn an_endpoint_hears_how_its_socket_ended() {
    let (router, told) = witness();
    let server = start(router);
    let mut client = Client::open(&server, "/");
    client.text("hello");
    assert_eq!((client.heard().as_str(), told.recv().unwrap().as_str()), ("hello", "opened"));
    client.close(CloseCode::GOING_AWAY, "lunch");
    assert_eq!(client.ended().0, Some(CloseCode::GOING_AWAY));
    assert_eq!(told.recv().unwrap(), "closed 1001 \"lunch\" clean true pong true");

    drop(Client::open(&server, "/"));
    assert_eq!(told.recv().unwrap(), "opened");
    assert_eq!(told.recv().unwrap(), "closed 0 \"\" clean false pong false");

    let mut client = Client::open(&server, "/");
    client.text("close");
    assert_eq!(client.ended(), (Some(CloseCode::new(4000)), "as you like".into(), true));
    assert_eq!(told.recv().unwrap(), "opened");
    // The Pong came behind our goodbye, and so is not told.
    assert_eq!(told.recv().unwrap(), "closed 4000 \"\" clean true pong false");
    server.stop().unwrap();
    assert!(told.try_recv().is_err(), "nothing is said twice");
}

#[test]
fn a_peer_that_only_stops_sending_gets_its_answers_first() {
    let (router, told) = witness();
    let server = start(router);
    let mut client = Client::open(&server, "/");
    for number in 0..100 {
        client.text(&number.to_string());
    }
    client.stream.shutdown(std::net::Shutdown::Write).unwrap();
    for number in 0..100 {
        assert_eq!(client.heard(), number.to_string());
    }
    assert!(matches!(client.event(), Event::Closed { clean: false }));
    assert_eq!(told.recv().unwrap(), "opened");
    assert!(told.recv().unwrap().starts_with("closed 0 \"\" clean false"));
}

#[test]
fn a_peer_that_breaks_a_rule_is_told_which() {
    let server = start(router());
    for (octets, code) in [
        (b"\x81\x05Hello".to_vec(), CloseCode::PROTOCOL_ERROR),
        (b"\xf1\x80\0\0\0\0".to_vec(), CloseCode::PROTOCOL_ERROR),
        (b"\x81\x81\0\0\0\0\xff".to_vec(), CloseCode::INVALID_DATA),
        // A message of 1 MiB and an octet, of which nothing is there.
        (b"\x82\xff\0\0\0\0\0\x10\0\x01\0\0\0\0".to_vec(), CloseCode::TOO_BIG),
    ] {
        let mut client = Client::open(&server, "/echo");
        client.text("before");
        client.raw(&octets);
        assert_eq!(client.heard(), "before");
        let (said, reason, _) = client.ended();
        assert_eq!(said, Some(code), "{reason}");
        assert!(!reason.is_empty());
    }
}

#[test]
fn a_panic_costs_its_own_socket_and_no_other() {
    let (router, told) = witness();
    let server = start(router);
    let mut other = Client::open(&server, "/");
    let mut client = Client::open(&server, "/");
    client.text("panic");
    assert_eq!(client.ended().0, Some(CloseCode::INTERNAL_ERROR));
    other.text("still here");
    assert_eq!(other.heard(), "still here");
    other.close(CloseCode::NORMAL, "");
    assert_eq!((told.recv().unwrap(), told.recv().unwrap()), ("opened".into(), "opened".into()));
    assert_eq!(told.recv().unwrap(), "closed 1000 \"\" clean true pong true", "the other's");
}

#[test]
fn a_stop_says_going_away_and_waits_for_the_answer() {
    let (router, told) = witness();
    let server = start(router);
    let mut client = Client::open(&server, "/");
    assert_eq!(told.recv().unwrap(), "opened");
    server.stopper().stop();
    let (code, reason, clean) = client.ended();
    assert_eq!(
        (code, reason.as_str(), clean),
        (Some(CloseCode::GOING_AWAY), "the server stops", true)
    );
    server.wait().unwrap();
    assert_eq!(told.recv().unwrap(), "closed 1001 \"\" clean true pong true");
}

#[test]
fn a_stop_waits_for_nobody_longer_than_its_grace() {
    let limits = Limits { grace: std::time::Duration::from_millis(50), ..Limits::default() };
    let (router, told) = witness();
    let server = start_with(router, limits);
    let _silent = Client::open(&server, "/");
    server.stop().unwrap();
    assert_eq!(told.recv().unwrap(), "opened");
    assert_eq!(told.recv().unwrap(), "closed 0 \"\" clean false pong false");
}

// ---- handles ----------------------------------------------------------------------------------

#[test]
fn a_handle_speaks_from_any_thread_until_the_socket_is_gone() {
    let (hand, handles) = mpsc::channel::<SocketHandle>();
    struct Giving(mpsc::Sender<SocketHandle>);
    impl Endpoint for Giving {
        fn opened(&mut self, socket: &mut Socket<'_>) {
            self.0.send(socket.handle()).unwrap();
        }
        fn message(&mut self, _: &mut Socket<'_>, _: Message) {}
    }
    let hand = Mutex::new(hand);
    let open = move |_: &server::Request| {
        Ok(Box::new(Giving(hand.lock().unwrap().clone())) as Box<dyn Endpoint>)
    };
    let server = start(Router::new().websocket("/", WebSocket::new(open)));
    let mut client = Client::open(&server, "/");
    let handle = handles.recv().unwrap();
    for number in 0..1000 {
        // Whoever fills what may wait tries again; nobody waits for him.
        while handle.send(Message::Text(number.to_string())) == Err(SendError::Full) {
            std::thread::yield_now();
        }
    }
    for number in 0..1000 {
        assert_eq!(client.heard(), number.to_string());
    }
    handle.close(CloseCode::new(4001), "enough").unwrap();
    assert_eq!(handle.send(Message::Text("late".into())), Err(SendError::Gone));
    assert_eq!(client.ended().0, Some(CloseCode::new(4001)));
    while !handle.is_gone() {
        std::thread::yield_now();
    }
}

// ---- the log ----------------------------------------------------------------------------------

#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl AccessLog for Notes {
    fn record(&self, record: &Record) {
        self.0.lock().unwrap().push(format!("{} {}", record.target, record.status));
    }
}

#[test]
fn an_upgrade_is_in_the_log_as_101() {
    let notes = Arc::new(Notes::default());
    let server = Server::new(router())
        .access_log(notes.clone())
        .listen("127.0.0.1:0".parse().unwrap())
        .unwrap()
        .start()
        .unwrap();
    let mut client = Client::open(&server, "/echo");
    client.text("hello");
    client.heard();
    assert_eq!(*notes.0.lock().unwrap(), ["/echo 101"]);
    client.close(CloseCode::NORMAL, "");
    client.ended();
    server.stop().unwrap();
    assert_eq!(notes.0.lock().unwrap().len(), 1);
}
