//! Stop 7: HTTP for the greeting, frames for the rest, and a word that nobody asked for.

use super::{Error, site::News, stops};
use crate::talk::{Heads, Talk};
use std::{io::Write, net::SocketAddr};
use websocket::{CloseCode, Event, Message, Prepared, handshake::Options};
use wire::Scripted;

/// What the stop found out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Talked {
    /// Octets of the handshake: request and answer.
    pub handshake: (u64, u64),
    /// Octets of frames: sent and received.
    pub frames: (u64, u64),
    /// Octets of these frames' heads, masking keys among them; the rest is what was said.
    pub heads: u64,
    /// Times somebody waited for the other end and back.
    pub round_trips: u64,
    /// What the server said without being asked.
    pub unasked: String,
}

/// What the client says, and hears back.
const HELLO: &str = "is anybody there?";
/// What the server says by itself.
const NEWS: &str = "a new comment on your page";

/// Talks to `/socket` and tells it to `out`; `news` makes the server speak.
pub(super) fn talk(
    out: &mut impl Write,
    address: SocketAddr,
    news: &News,
) -> Result<Talked, Error> {
    stops::title(out, 7, "WebSocket: both sides may speak", "crates/websocket, RFC 6455")?;
    writeln!(
        out,
        "   The same server, the same port, and a request that asks for something else:\n"
    )?;
    // Each frame's mask comes from here: a tour is no place for secrets.
    let random = Box::new(Scripted(6455));
    let talk = Talk::open(address, "/socket", &[], Options::default(), random)?;
    greeting(out, &talk.heads)?;
    writeln!(out, "   Behind the empty line HTTP is over. From here on both sides send frames:\n")?;
    let mut stop = Stop { out, talk, frames: (0, 0), said: 0, round_trips: 2 };
    let unasked = stop.walk(news)?;
    let Stop { talk, said, round_trips, .. } = stop;
    let octets = |octets: &[u8]| octets.len() as u64;
    let frames = (octets(&talk.sent), octets(&talk.received));
    let talked = Talked {
        handshake: (octets(&talk.heads.request), octets(&talk.heads.response)),
        frames,
        heads: (frames.0 + frames.1).saturating_sub(said),
        round_trips,
        unasked,
    };
    writeln!(
        out,
        "\n   1 connection, {} round trips. The greeting took {} octets; behind it {} octets were\n   \
         said, and the heads of all frames together are {} octets.\n",
        talked.round_trips,
        talked.handshake.0 + talked.handshake.1,
        said,
        talked.heads
    )?;
    Ok(talked)
}

fn greeting(out: &mut impl Write, heads: &Heads) -> Result<(), Error> {
    for (arrow, head) in [("→", &heads.request), ("←", &heads.response)] {
        for line in String::from_utf8_lossy(head).lines().filter(|line| !line.is_empty()) {
            writeln!(out, "     {arrow} {line}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// The talk under way.
struct Stop<'a, W> {
    out: &'a mut W,
    talk: Talk,
    /// Octets of frames told so far: sent and received.
    frames: (usize, usize),
    said: u64,
    round_trips: u64,
}

impl<W: Write> Stop<'_, W> {
    /// A text each way, one that nobody asked for, a Ping, and goodbye.
    fn walk(&mut self, news: &News) -> Result<String, Error> {
        self.talk.say(Message::Text(HELLO.into()))?;
        self.went("text", HELLO)?;
        self.hear("")?;
        self.round_trips += 1;

        news.send(&Prepared::text(NEWS));
        let unasked = self.hear("   ◄ nobody asked")?;

        self.talk.ping(b"7")?;
        self.went("ping", "7")?;
        self.hear("")?;
        self.round_trips += 1;

        self.talk.close(CloseCode::NORMAL, "done")?;
        self.went("close", "1000 done")?;
        self.hear("")?;
        self.round_trips += 1;
        // The server ends the stream, and both know that nothing was lost.
        match self.talk.hear()? {
            Event::Closed { clean: true } => Ok(unasked),
            _ => Err(Error::Ended),
        }
    }

    /// Tells of a frame that went out.
    fn went(&mut self, kind: &str, what: &str) -> Result<(), Error> {
        let octets = self.talk.sent.len() - self.frames.0;
        self.frames.0 = self.talk.sent.len();
        // A code is two octets, where the line shows four digits and a space.
        self.said += (if kind == "close" { what.len() - 3 } else { what.len() }) as u64;
        writeln!(self.out, "     → {kind:<6}{what:<28}{octets:>4} octets, masked")?;
        Ok(())
    }

    /// Waits for a frame and tells of it.
    fn hear(&mut self, remark: &str) -> Result<String, Error> {
        let event = self.talk.hear()?;
        let octets = self.talk.received.len() - self.frames.1;
        self.frames.1 = self.talk.received.len();
        let (kind, what, said) = match event {
            Event::Message(Message::Text(text)) => ("text", text.clone(), text.len()),
            Event::Pong(octets) => {
                ("pong", String::from_utf8_lossy(&octets).into_owned(), octets.len())
            }
            Event::Close { code: Some(code), reason } => {
                ("close", format!("{code} {reason}").trim_end().to_owned(), 2 + reason.len())
            }
            _ => return Err(Error::Ended),
        };
        self.said += said as u64;
        writeln!(self.out, "     ← {kind:<6}{what:<28}{octets:>4} octets{remark}")?;
        Ok(what)
    }
}
