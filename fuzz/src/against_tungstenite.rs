//! We and tungstenite on the same stream, as a server and as a client, without extensions.
//!
//! RFC 6455 §5, §7.4
//!
//! | both are right, and differ                     | we                  | tungstenite         |
//! |------------------------------------------------|---------------------|---------------------|
//! | a rule is broken, the frame goes on            | refuse it at once   | waits for all of it |
//! | close code 1014, registered behind the RFC     | tell it             | tells it as 1002    |
//!
//! | we are right                                   | we                  | tungstenite         |
//! |------------------------------------------------|---------------------|---------------------|
//! | a length in more octets than it needs (§5.2), in a control frame too | refuse it | takes it |
//! | a close code that must not be sent (§7.4)      | refuse it           | tells it as 1002    |
//!
//! Invariant: nothing else differs: the same messages, in the same order, up to the same frame. A
//! new line in this table needs a reason from the RFC.
//!
//! Used by: the fuzz target `tungstenite`, and the replay of its seeds in `tests/`.

use std::io::{self, Read, Write};
use std::time::Instant;
use tungstenite::protocol::{Role as TheirRole, WebSocketConfig};
use websocket::{
    CloseCode, Connection, Event, Limits, Message, Role, Violation, handshake::Agreed,
};

/// The limits of both.
const FRAME: u64 = 2048;
const MESSAGE: u64 = 4096;

/// What either tells.
#[derive(Debug, PartialEq)]
enum Told {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Option<u16>, String),
}

/// Reads `octets` with both, in both roles.
///
/// # Panics
/// Where the two disagree in a way that the tables do not name.
pub fn check(octets: &[u8]) {
    compare(octets, Role::Server, TheirRole::Server);
    compare(octets, Role::Client, TheirRole::Client);
}

fn compare(octets: &[u8], role: Role, their_role: TheirRole) {
    let (mut ours, violation) = we(octets, role);
    let (mut theirs, error) = they(octets, their_role);
    // What comes behind a Close is nobody's business.
    for told in [&mut ours, &mut theirs] {
        if let Some(end) = told.iter().position(|told| matches!(told, Told::Close(..))) {
            told.truncate(end + 1);
        }
    }
    let Some(violation) = violation else {
        assert_eq!(ours, theirs, "{error:?}");
        let closed = matches!(ours.last(), Some(Told::Close(..)));
        assert!(closed || is_end(&error), "only we take it: {error:?}");
        return;
    };
    if theirs.len() > ours.len() {
        assert!(stricter(violation), "only tungstenite takes it: {violation}");
        theirs.truncate(ours.len());
    }
    assert_eq!(ours, theirs, "{violation}, {error:?}");
}

/// What we refuse and tungstenite takes: the second table.
fn stricter(violation: Violation) -> bool {
    matches!(
        violation,
        Violation::LengthNotMinimal { .. }
            | Violation::ControlTooLong
            | Violation::CloseCodeInvalid { .. }
    )
}

/// Whether their input was just over.
fn is_end(error: &tungstenite::Error) -> bool {
    use tungstenite::error::{Error, ProtocolError};
    matches!(
        error,
        Error::ConnectionClosed
            | Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)
            | Error::Io(_)
    )
}

fn we(octets: &[u8], role: Role) -> (Vec<Told>, Option<Violation>) {
    let limits = Limits { frame: FRAME, message: MESSAGE, ..Limits::default() };
    let (agreed, now) = (Agreed::default(), Instant::now());
    let mut connection = match role {
        Role::Server => Connection::server(&agreed, &limits, now),
        Role::Client => Connection::client(&agreed, &limits, Box::new(wire::Scripted(1)), now),
    };
    connection.receive(&mut octets.to_vec(), now);
    let (mut told, mut violation) = (Vec::new(), None);
    while let Some(event) = connection.poll_event() {
        told.push(match event {
            Event::Message(Message::Text(text)) => Told::Text(text),
            Event::Message(Message::Binary(octets)) => Told::Binary(octets),
            Event::Ping(octets) => Told::Ping(octets),
            Event::Pong(octets) => Told::Pong(octets),
            Event::Close { code: Some(code), .. } if code == CloseCode::BAD_GATEWAY => {
                Told::Close(Some(1002), "Protocol violation".to_owned())
            }
            Event::Close { code, reason } => Told::Close(code.map(|code| code.as_u16()), reason),
            Event::Violation(error) => {
                violation = Some(error.violation);
                continue;
            }
            Event::Closed { .. } => continue,
        });
    }
    (told, violation)
}

fn they(octets: &[u8], role: TheirRole) -> (Vec<Told>, tungstenite::Error) {
    use tungstenite::Message;
    let size = |octets: u64| usize::try_from(octets).ok();
    let config =
        WebSocketConfig::default().max_frame_size(size(FRAME)).max_message_size(size(MESSAGE));
    let stream = Stream { input: octets };
    let mut socket = tungstenite::WebSocket::from_raw_socket(stream, role, Some(config));
    let mut told = Vec::new();
    loop {
        told.push(match socket.read() {
            Ok(Message::Text(text)) => Told::Text(text.to_string()),
            Ok(Message::Binary(octets)) => Told::Binary(octets.to_vec()),
            Ok(Message::Ping(octets)) => Told::Ping(octets.to_vec()),
            Ok(Message::Pong(octets)) => Told::Pong(octets.to_vec()),
            Ok(Message::Close(frame)) => {
                let (code, reason) = frame.map_or((None, String::new()), |frame| {
                    (Some(frame.code.into()), frame.reason.to_string())
                });
                Told::Close(code, reason)
            }
            Ok(Message::Frame(_)) => continue,
            Err(error) => return (told, error),
        });
    }
}

/// Octets to read, and nobody who reads the answers.
struct Stream<'a> {
    input: &'a [u8],
}

impl Read for Stream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.input.read(buffer)
    }
}

impl Write for Stream<'_> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
