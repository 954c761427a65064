//! Many sockets that hear the same, and those that do not want to.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{ask, content, get, socket::Client, start_with};
use http::StatusCode;
use server::{
    CloseCode, Crowded, Endpoint, Group, Limits, Message, Prepared, Router, Running, Server,
    Socket, SocketHandle, WebSocket, inline,
};
use std::{
    io::Read,
    sync::{Mutex, mpsc},
};
use websocket::Event;

/// A member that says what it hears to all.
struct Member {
    group: Group,
    news: mpsc::Sender<News>,
}

enum News {
    Joined(SocketHandle),
    Gone(bool),
}

impl Endpoint for Member {
    fn opened(&mut self, socket: &mut Socket<'_>) {
        let handle = socket.handle();
        assert!(self.group.join(&handle) && self.group.join(&handle), "twice is once");
        let _ = self.news.send(News::Joined(handle));
    }

    fn message(&mut self, _: &mut Socket<'_>, message: Message) {
        if let Message::Text(text) = message {
            self.group.send(&Prepared::text(&text)).unwrap();
        }
    }

    fn closed(&mut self, _: Option<CloseCode>, _: &str, clean: bool) {
        let _ = self.news.send(News::Gone(clean));
    }
}

fn rooms(limits: Limits, loops: usize) -> (Running, Group, mpsc::Receiver<News>) {
    let (group, (news, told)) = (Group::new(), mpsc::channel());
    let (members, news) = (group.clone(), Mutex::new(news));
    let open = move |_: &server::Request| {
        let news = news.lock().unwrap().clone();
        Ok(Box::new(Member { group: members.clone(), news }) as Box<dyn Endpoint>)
    };
    let router = Router::new()
        .websocket("/", WebSocket::new(open))
        .get("/fast", inline(|_, reply| reply.text(StatusCode::OK, "fast")));
    let server = Server::new(router).limits(limits).threads(loops);
    let server = server.listen("127.0.0.1:0".parse().unwrap()).unwrap().start().unwrap();
    (server, group, told)
}

/// Opens a socket and waits until it is a member.
fn member(server: &Running, told: &mpsc::Receiver<News>) -> (Client, SocketHandle) {
    let client = Client::open(server, "/");
    match told.recv().unwrap() {
        News::Joined(handle) => (client, handle),
        News::Gone(_) => panic!("nobody left"),
    }
}

#[test]
fn all_members_hear_the_same_in_the_same_order() {
    let (server, group, told) = rooms(Limits::default(), 3);
    let mut members: Vec<_> = (0..9).map(|_| member(&server, &told).0).collect();
    // With compression and without, large and small, from a member and from outside.
    members.extend((0..3).map(|_| Client::open_deflated(&server, "/")));
    for _ in 0..3 {
        assert!(matches!(told.recv().unwrap(), News::Joined(_)));
    }
    assert_eq!(group.len(), 12);
    let texts: Vec<String> =
        (0..200).map(|number| number.to_string().repeat(1 + number % 50 * 30)).collect();
    for (number, text) in texts.iter().enumerate() {
        if number % 2 == 0 {
            group.send(&Prepared::text(text)).unwrap();
        } else {
            members[number % 12].text(text);
            // Heard back, so that what is said next from outside comes behind it.
            while members[0].heard() != *text {}
        }
    }
    // The first member has heard everything already.
    for client in members.iter_mut().skip(1) {
        for text in &texts {
            assert_eq!(client.heard(), *text);
        }
    }
}

#[test]
fn whoever_joins_behind_a_message_does_not_get_it() {
    let (server, group, told) = rooms(Limits::default(), 1);
    let (mut early, _) = member(&server, &told);
    group.send(&Prepared::text("early")).unwrap();
    let (mut late, _) = member(&server, &told);
    group.send(&Prepared::text("late")).unwrap();
    assert_eq!((early.heard(), early.heard()), ("early".into(), "late".into()));
    assert_eq!(late.heard(), "late");
}

#[test]
fn members_leave_when_they_like_and_when_they_are_gone() {
    let (server, group, told) = rooms(Limits::default(), 2);
    let (mut stays, _) = member(&server, &told);
    let (mut leaves, handle) = member(&server, &told);
    let (goes, gone) = member(&server, &told);
    assert_eq!(group.len(), 3);
    group.leave(&handle);
    group.leave(&handle);
    assert_eq!(group.len(), 2);
    drop(goes);
    assert!(matches!(told.recv().unwrap(), News::Gone(false)));
    assert_eq!(group.len(), 1);
    assert!(!group.join(&gone) && gone.is_gone());
    group.send(&Prepared::text("all")).unwrap();
    handle.send(Message::Text("you".into())).unwrap();
    assert_eq!((stays.heard(), leaves.heard()), ("all".into(), "you".into()));
    assert!(group.join(&handle), "it may come back");
    group.send(&Prepared::text("both")).unwrap();
    assert_eq!((stays.heard(), leaves.heard()), ("both".into(), "both".into()));
    stays.close(CloseCode::NORMAL, "");
    assert!(matches!(told.recv().unwrap(), News::Gone(true)));
    leaves.close(CloseCode::NORMAL, "");
    assert!(matches!(told.recv().unwrap(), News::Gone(true)));
    assert!(group.is_empty());
    group.send(&Prepared::text("nobody")).unwrap();
}

#[test]
fn a_member_that_stops_reading_is_cut_off_and_delays_nobody() {
    let (server, group, told) = rooms(Limits::default(), 2);
    let (mut stalled, _) = member(&server, &told);
    let mut reading: Vec<_> = (0..4).map(|_| member(&server, &told).0).collect();
    let text = "x".repeat(100_000);
    let message = Prepared::text(&text);
    let mut said = 0;
    // Each message is heard by all others before the next is said; sooner or later the sockets'
    // buffers are full, then the output of the one who does not read.
    while group.len() == 5 {
        group.send(&message).unwrap();
        said += 1;
        for client in &mut reading {
            assert!(client.heard() == text);
        }
        assert!(said < 10_000, "{} octets wait for one who takes none", said * text.len());
    }
    assert!(matches!(told.recv().unwrap(), News::Gone(false)));
    assert_eq!(group.len(), 4);
    group.send(&Prepared::text("on we go")).unwrap();
    for client in &mut reading {
        assert_eq!(client.heard(), "on we go");
    }
    assert_eq!(content(&ask(&server, get("/fast", ""))), "fast");
    // What the kernel had is still there, and then the connection is reset.
    let mut rest = Vec::new();
    assert!(stalled.stream.read_to_end(&mut rest).is_err() || rest.len() < said * text.len());
}

#[test]
fn more_said_at_once_than_may_wait_is_refused_and_nobody_gets_a_part() {
    let limits = Limits { group_buffer: 10_000, ..Limits::default() };
    let (server, group, told) = rooms(limits, 1);
    let (mut client, _) = member(&server, &told);
    // The loop is held in a handler's hands meanwhile: it takes nothing.
    let message = Prepared::text(&"x".repeat(1000));
    let (mut taken, mut refused) = (0, 0);
    while refused == 0 && taken < 1_000_000 {
        match group.send(&message) {
            Ok(()) => taken += 1,
            Err(Crowded) => refused += 1,
        }
    }
    let last = Prepared::text("last");
    while group.send(&last) == Err(Crowded) {
        std::thread::yield_now();
    }
    let mut heard = 0;
    loop {
        match client.event() {
            Event::Message(Message::Text(text)) if text == "last" => break,
            Event::Message(_) => heard += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(heard, taken);
}

#[test]
fn an_echo_whose_client_reads_nothing_is_held_back_and_delays_nobody() {
    let limits = Limits::default();
    let echo = WebSocket::new(|_| {
        Ok(Box::new(|socket: &mut Socket<'_>, message: Message| {
            // A peer that takes no answers is not listened to, so this cannot fail.
            socket.send(message).unwrap();
        }))
    });
    let router = Router::new()
        .websocket("/", echo)
        .get("/fast", inline(|_, reply| reply.text(StatusCode::OK, "fast")));
    let server = start_with(router, limits);
    let client = Client::open(&server, "/");
    let mut stream = client.stream.try_clone().unwrap();
    stream.set_write_timeout(Some(std::time::Duration::from_millis(300))).unwrap();
    // Binary, 64 KiB, masked with nothing.
    let mut frame = b"\x82\xff\0\0\0\0\0\x01\0\0\0\0\0\0".to_vec();
    frame.resize(frame.len() + 65_536, 0);
    let mut sent = 0;
    while std::io::Write::write_all(&mut stream, &frame).is_ok() {
        sent += 1;
        assert!(sent < 16_384, "a gigabyte was taken from a client who reads nothing");
    }
    for _ in 0..100 {
        assert_eq!(content(&ask(&server, get("/fast", ""))), "fast");
    }
    // It reads again, and gets the echo of each frame that was sent whole.
    let mut read = 0;
    let mut buffer = vec![0; 1 << 20];
    while read < sent * (65_536 + 10) {
        read += stream.read(&mut buffer).unwrap();
    }
}

/// Whoever stays hears all, whatever the others do; whoever comes and goes hears a message once at
/// the most and never an older one; and a stop in the middle of it ends.
#[test]
fn who_comes_and_goes_takes_nothing_from_who_stays() {
    const COUNT: usize = 2000;
    // Nobody here answers a goodbye.
    let grace = std::time::Duration::from_millis(50);
    let (server, group, told) = rooms(Limits { grace, ..Limits::default() }, 3);
    let mut stays: Vec<_> = (0..3).map(|_| member(&server, &told).0).collect();
    let (mut client, handle) = member(&server, &told);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..COUNT {
                while group.send(&Prepared::text(&number.to_string())) == Err(Crowded) {
                    std::thread::yield_now();
                }
            }
            // For the one who may have been out.
            handle.send(Message::Text(COUNT.to_string())).unwrap();
        });
        scope.spawn(|| {
            // Sockets that come, hear something or nothing, and are gone: their places in the loops
            // are taken by others while words for them are on their way.
            for _ in 0..50 {
                drop(Client::open(&server, "/"));
            }
        });
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..1000 {
                    group.leave(&handle);
                    assert!(group.join(&handle));
                }
            });
        }
        for client in &mut stays {
            scope.spawn(move || {
                for number in 0..COUNT {
                    assert_eq!(client.heard(), number.to_string());
                }
            });
        }
        let mut last = None;
        while last != Some(COUNT) {
            let number = client.heard().parse().unwrap();
            // A letter of the handle may overtake what was said to the group.
            assert!(number == COUNT || last < Some(number), "{number} behind {last:?}");
            last = Some(number);
        }
    });
    group.send(&Prepared::text("to whom?")).unwrap();
    server.stop().unwrap();
    assert!(group.is_empty() && !group.join(&handle));
}
