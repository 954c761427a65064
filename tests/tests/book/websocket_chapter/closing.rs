//! Three ends of a connection.

use super::{client, events, sent, server};
use crate::figure::figure;
use std::{fmt::Write as _, time::Instant};
use websocket::{CloseCode, Connection, Event, Message, State};

struct Ends {
    now: Instant,
    client: Connection,
    server: Connection,
    /// Who said Close without having been told.
    said: Vec<&'static str>,
    story: String,
}

#[derive(Clone, Copy)]
enum End {
    Client,
    Server,
}

impl End {
    fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

impl Ends {
    fn new(story: &str) -> Self {
        let now = Instant::now();
        let (client, server) = (client(now), server(now));
        Self { now, client, server, said: Vec::new(), story: format!("# {story}\n") }
    }

    fn at(&mut self, end: End) -> &mut Connection {
        match end {
            End::Client => &mut self.client,
            End::Server => &mut self.server,
        }
    }

    fn line(&mut self, end: End, what: &str) {
        writeln!(self.story, "{:<9}{what}", end.name()).unwrap();
    }

    fn close(&mut self, end: End, code: CloseCode, reason: &str) {
        self.at(end).close(code, reason).unwrap();
        self.said.push(end.name());
        self.line(end, &format!("says Close {code} '{reason}'"));
    }

    /// What `end` has to send, taken off its hands: it is on its way.
    fn sends(&mut self, end: End) -> Vec<u8> {
        let now = self.now;
        sent(self.at(end), now)
    }

    /// `octets` arrive at `end`.
    fn arrives(&mut self, end: End, mut octets: Vec<u8>) {
        let now = self.now;
        self.at(end).receive(&mut octets, now);
        self.tell(end);
    }

    fn carry(&mut self, from: End) {
        let octets = self.sends(from);
        self.arrives(from.other(), octets);
    }

    fn ends(&mut self, end: End, clean: bool) {
        let now = self.now;
        self.at(end).receive_end(clean, now);
        self.tell(end);
    }

    fn tell(&mut self, end: End) {
        let mut closed = None;
        for event in events(self.at(end)) {
            let what = match event {
                Event::Message(Message::Text(text)) => format!("hears '{text}'"),
                Event::Close { code: Some(code), reason } => {
                    let answered = !self.said.contains(&end.name());
                    let answer = if answered { ", and says Close too" } else { "" };
                    format!("hears Close {code} '{reason}'{answer}")
                }
                Event::Closed { clean } => {
                    closed = Some(clean);
                    continue;
                }
                other => panic!("{other:?}"),
            };
            self.line(end, &what);
        }
        match closed {
            Some(true) => self.line(end, "knows that nothing was lost"),
            Some(false) => self.line(end, "knows nothing, and tells its program 1006"),
            None => {}
        }
    }
}

#[test]
fn three_goodbyes() {
    let mut story = String::new();

    let mut ends = Ends::new("the client goes; the server has something on the way");
    ends.close(End::Client, CloseCode::NORMAL, "bye");
    ends.line(End::Server, "says 'one more thing'");
    ends.server.send(Message::Text("one more thing".into())).unwrap();
    ends.carry(End::Server);
    ends.carry(End::Client);
    ends.carry(End::Server);
    assert_eq!(ends.server.state(), State::Closed);
    ends.line(End::Server, "ends the TCP connection");
    ends.ends(End::Client, true);
    story += &ends.story;

    let mut ends = Ends::new("both at once: the two Close frames cross");
    ends.close(End::Client, CloseCode::NORMAL, "bye");
    ends.close(End::Server, CloseCode::GOING_AWAY, "restart");
    let (up, down) = (ends.sends(End::Client), ends.sends(End::Server));
    ends.arrives(End::Server, up);
    ends.line(End::Server, "ends the TCP connection");
    ends.arrives(End::Client, down);
    ends.ends(End::Client, true);
    story += "\n";
    story += &ends.story;

    let mut ends = Ends::new("the wire is cut");
    ends.line(End::Server, "is gone");
    ends.ends(End::Client, false);
    story += "\n";
    story += &ends.story;
    figure("closing", &story);
}
