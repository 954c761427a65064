//! The same done with a TCP socket and with a WebSocket.

use super::{Drawn, client, events, frame, octets::echo, sent, server};
use crate::{figure::figure, messages::serve};
use lab::talk::Talk;
use std::{
    fmt::Write as _,
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    time::Instant,
};
use websocket::{
    CloseCode, Connection, Event, Message, Violation,
    frame::Opcode,
    handshake::{HandshakeError, Options},
};
use wire::hex;

/// What the other end of a TCP connection reads of these writes, up to the end.
fn tcp(writes: &[&[u8]]) -> Vec<u8> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut server, _) = listener.accept().unwrap();
    for octets in writes {
        client.write_all(octets).unwrap();
    }
    client.shutdown(Shutdown::Write).unwrap();
    let mut read = Vec::new();
    server.read_to_end(&mut read).unwrap();
    read
}

fn shown(octets: &[u8]) -> String {
    format!("[{}]", String::from_utf8_lossy(octets))
}

/// What the other end hears.
fn heard(connection: &mut Connection, mut octets: Vec<u8>) -> Vec<Event> {
    connection.receive(&mut octets, Instant::now());
    events(connection)
}

fn message(event: &Event) -> String {
    match event {
        Event::Message(message) => shown(message.as_bytes()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_socket_has_not() {
    let now = Instant::now();
    let mut rows = Vec::new();

    let writes: [&[u8]; 2] = [b"one", b"two"];
    let (mut ours, mut theirs) = (client(now), server(now));
    for octets in writes {
        let text = String::from_utf8(octets.to_vec()).unwrap();
        ours.send(Message::Text(text.clone())).unwrap();
        theirs.send(Message::Text(text)).unwrap();
    }
    let (up, down) = (sent(&mut ours, now), sent(&mut theirs, now));
    let read: Vec<String> = heard(&mut server(now), up.clone()).iter().map(message).collect();
    let stream = tcp(&writes);
    rows.push(("writes: [one] [two]    reads", shown(&stream), read.join(" ")));
    let both = format!("{} from a client, {} from a server", up.len(), down.len());
    rows.push(("octets on the wire", stream.len().to_string(), both));
    let masked = hex::spaced(&up[6..9]);
    rows.push(("'one' from a client, there", hex::spaced(&stream[..3]), masked));

    let no_text = [0xff, 0xfe];
    let refusal = heard(&mut server(now), frame(Opcode::Text, true, &no_text));
    let [Event::Violation(error), ..] = refusal.as_slice() else { panic!("{refusal:?}") };
    assert!(matches!(error.violation, Violation::TextNotUtf8 { at: 0 }));
    let code = format!("refused, {}", error.close_code());
    rows.push(("ff fe as text", format!("read: {}", hex::spaced(&tcp(&[&no_text]))), code));

    rows.push(("a stranger's page", "connected".into(), stranger()));

    let mut theirs = server(now);
    let mut ours = client(now);
    ours.close(CloseCode::GOING_AWAY, "lunch").unwrap();
    let goodbye = heard(&mut theirs, sent(&mut ours, now));
    let [Event::Close { code: Some(code), reason }, ..] = goodbye.as_slice() else { panic!() };
    let end = format!("read: {} octets", tcp(&[]).len());
    rows.push(("goodbye", end, format!("{code} '{reason}', and an answer")));

    let mut table = format!("{:<30}{:<22}a WebSocket\n", "", "a TCP socket");
    for (what, socket, web) in rows {
        writeln!(table, "{what:<30}{socket:<22}{web}").unwrap();
    }
    figure("not-a-socket", &table);
}

/// A page of another origin asks our server for a WebSocket. (To a TCP socket nobody has to say
/// where he comes from: the connections above are the proof.)
fn stranger() -> String {
    let (running, address) = serve(echo());
    let origin = [("Origin", "http://evil.example")];
    let talk = Talk::open(address, "/chat", &origin, Options::default(), Drawn::key_and_masks());
    running.stop().unwrap();
    match talk.map(|_| ()) {
        Err(lab::talk::Error::Handshake(HandshakeError::Status { status })) => {
            format!("refused, {status} {}", status.reason())
        }
        other => panic!("{other:?}"),
    }
}
