//! One talk over the loopback: its handshake, and its frames octet by octet.

use super::Drawn;
use crate::{
    figure::figure,
    messages::{dated, serve},
    ports::Ports,
};
use dissect::{Kind, dissect};
use lab::talk::Talk;
use server::{Router, Socket, WebSocket};
use std::fmt::Write as _;
use websocket::{
    CloseCode, Event, Message,
    handshake::{Options, accept_key},
};
use wire::{base64, hex};

/// What RFC 6455 §1.3 appends to each key.
const TEXT: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

pub(super) fn echo() -> Router {
    let echo = WebSocket::new(|_| {
        Ok(Box::new(|socket: &mut Socket<'_>, message: Message| socket.send(message).unwrap()))
    });
    Router::new().websocket("/chat", echo)
}

fn field<'a>(head: &'a str, name: &str) -> &'a str {
    let line = head.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|value| value.strip_prefix(": ")).unwrap()
}

#[test]
fn the_handshake_and_how_the_answer_answers() {
    let (running, address) = serve(echo());
    let options = Options::default();
    let talk = Talk::open(address, "/chat", &[], options, Drawn::key_and_masks()).unwrap();
    let heads = talk.heads.clone();
    drop(talk);
    running.stop().unwrap();
    let ports = Ports::new(address);
    let mut story = String::new();
    let (request, response) = (heads.request, dated(&heads.response));
    let heads = [('>', request), ('<', response)]
        .map(|(mark, head)| (mark, ports.mask(&String::from_utf8(head).unwrap())));
    for (mark, head) in &heads {
        for line in head.split_inclusive("\r\n") {
            writeln!(story, "{mark} {}", line.escape_debug()).unwrap();
        }
    }
    let key = field(&heads[0].1, "Sec-WebSocket-Key");
    let accept = accept_key(key.as_bytes());
    assert_eq!(accept, field(&heads[1].1, "Sec-WebSocket-Accept"));
    let digest = hex::encode(&base64::decode(&accept).unwrap());
    let drawn = String::from_utf8(base64::decode(key).unwrap()).unwrap();
    for (name, value) in [
        ("sixteen octets, drawn", drawn.as_str()),
        ("in base64, the key", key),
        ("with the RFC's text", &format!("{key}{TEXT}")),
        ("the SHA-1 of that", &digest),
        ("in base64, the answer", &accept),
    ] {
        write!(story, "\n  {name:<24}{value}").unwrap();
    }
    figure("handshake", &format!("{story}\n"));
}

#[test]
fn a_talk_octet_by_octet() {
    let (running, address) = serve(echo());
    let options = Options::default();
    let mut talk = Talk::open(address, "/chat", &[], options, Drawn::key_and_masks()).unwrap();
    talk.say(Message::Text("Hello".into())).unwrap();
    assert_eq!(talk.hear().unwrap(), Event::Message(Message::Text("Hello".into())));
    talk.ping(b"7").unwrap();
    assert_eq!(talk.hear().unwrap(), Event::Pong(b"7".to_vec()));
    talk.close(CloseCode::NORMAL, "bye").unwrap();
    assert!(matches!(talk.hear().unwrap(), Event::Close { .. }));
    assert_eq!(talk.hear().unwrap(), Event::Closed { clean: true });
    running.stop().unwrap();
    let client = dissect::text(&dissect(Kind::WebSocketClient, &talk.sent));
    let server = dissect::text(&dissect(Kind::WebSocketServer, &talk.received));
    figure("frames", &format!("# the client\n{client}\n# the server\n{server}"));
}
