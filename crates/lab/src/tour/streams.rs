//! Stop 9: the same page as streams of one connection: nothing waits for a slow answer, and heads
//! are told once.
//!
//! RFC 9113, RFC 7541, RFC 9218
//!
//! ```text
//!   one connection   │ ask × 8 ──► answer × 8          heads that shrink
//!   one connection   │ /slow, /a, /b ──► b, a … slow   no head of the line
//!   one connection   │ /left, /right ──► l r l r l r   frames take turns
//!   one connection   │ /left ──► a window full ··· WINDOW_UPDATE ──► the rest
//! ```

use super::{
    Cost, Error,
    conversation::{get, request_octets},
    site::{self, Door},
    stops,
};
use crate::streams::{Streams, frames, whole};
use dissect::Kind;
use http::{Request, Version};
use http2::{
    Event, Limits, StreamId,
    frame::{FrameHead, FrameType},
};
use std::{collections::BTreeMap, io::Write, net::SocketAddr};

/// The window of a stream where it shall fill: more than a frame, less than what is asked for.
const WINDOW: u32 = 20_000;

/// What the stop found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Streamed {
    /// The whole page.
    pub page: Cost,
    /// The requests of the page.
    pub heads: Vec<Head>,
    /// In the order in which answers were whole, what was asked in a line behind `/slow`.
    pub order: Vec<String>,
    /// Frames of content of two large answers, in the order in which they came.
    pub turns: Vec<String>,
    /// Octets that came before anything was given back to the window, and in all.
    pub window: (usize, usize),
}

/// How long a request's head is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// What is asked for.
    pub path: &'static str,
    /// Octets in HTTP/1.1.
    pub text: usize,
    /// Octets in HTTP/2, where those before it were said already; the frame's own head among them.
    pub binary: usize,
}

/// Asks for the page and more, and tells it to `out`.
pub(super) fn stop(
    out: &mut impl Write,
    address: SocketAddr,
    door: &Door,
) -> Result<Streamed, Error> {
    stops::title(
        out,
        9,
        "HTTP/2: streams of one connection",
        "crates/http2 and crates/hpack, RFC 9113, RFC 7541",
    )?;
    let (page, heads) = whole_page(out, address)?;
    let order = behind_slow(out, address, door)?;
    let turns = turns(out, address)?;
    let window = window(out, address)?;
    Ok(Streamed { page, heads, order, turns, window })
}

/// The same request in both versions, and then the whole page in one write.
fn whole_page(out: &mut impl Write, address: SocketAddr) -> Result<(Cost, Vec<Head>), Error> {
    let mut streams = Streams::open(address, &Limits::default(), false)?;
    let mut paths = BTreeMap::new();
    let mut heads = Vec::new();
    for path in site::paths() {
        let request = get(path, Version::Http11, address)?;
        let text = request_octets(&request)?;
        paths.insert(streams.ask(&request)?, path);
        heads.push(Head { path, text: text.len(), binary: 0 });
    }
    let written = streams.flush()?;
    let sent = streams.sent.get(written).unwrap_or_default().to_vec();
    let asked = frames(&sent).into_iter().filter(|(_, head)| head.kind == FrameType::HEADERS);
    let asked: Vec<(usize, FrameHead)> = asked.collect();
    for (head, (_, frame)) in heads.iter_mut().zip(&asked) {
        head.binary = whole(frame);
    }
    let answers = listen(&mut streams, paths.len())?;
    let cost = Cost {
        connections: 1,
        round_trips: streams.round_trips,
        sent: streams.sent.len() as u64,
        received: streams.received.len() as u64,
        content: answers.iter().map(|(_, octets)| *octets as u64).sum(),
    };
    same_request(out, address, &sent, asked.first())?;
    writeln!(
        out,
        "   What was said once is not said again: the other seven, asked in the same write, name\n   \
         entries of a table that both ends keep (HPACK). Octets of each request, frame and all:\n"
    )?;
    writeln!(out, "     {:<13}{:>9}{:>9}", "", "HTTP/1.1", "HTTP/2")?;
    for Head { path, text, binary } in &heads {
        writeln!(out, "     {path:<13}{text:>9}{binary:>9}")?;
    }
    writeln!(
        out,
        "\n   1 connection, {} round trips, {} octets sent, {} received ({} of them not content)\n",
        cost.round_trips,
        cost.sent,
        cost.received,
        cost.received - cost.content
    )?;
    Ok((cost, heads))
}

/// The octets of one request as text and as a frame.
fn same_request(
    out: &mut impl Write,
    address: SocketAddr,
    sent: &[u8],
    frame: Option<&(usize, FrameHead)>,
) -> Result<(), Error> {
    let text = request_octets(&get("/", Version::Http11, address)?)?;
    writeln!(out, "   The first request of the page as HTTP/1.1 has it, {} octets:\n", text.len())?;
    for line in String::from_utf8_lossy(&text).lines().filter(|line| !line.is_empty()) {
        writeln!(out, "     → {line}")?;
    }
    let Some((at, head)) = frame else { return Err(Error::Ended) };
    let octets = sent.get(*at..*at + whole(head)).unwrap_or_default();
    writeln!(
        out,
        "\n   And as HTTP/2 has it, {} octets, no line of which is text:\n",
        octets.len()
    )?;
    for line in dissect::text(&dissect::dissect(Kind::Http2, octets)).lines() {
        writeln!(out, "   {line}")?;
    }
    writeln!(out)?;
    Ok(())
}

/// The wall of stop 5, asked on one connection: whoever is quick is not behind anybody.
fn behind_slow(
    out: &mut impl Write,
    address: SocketAddr,
    door: &Door,
) -> Result<Vec<String>, Error> {
    door.shut();
    let mut streams = Streams::open(address, &Limits::default(), false)?;
    let mut paths = BTreeMap::new();
    for path in ["/slow", "/style.css", "/app.js", "/socket.svg"] {
        paths.insert(streams.ask(&get(path, Version::Http11, address)?)?, path);
    }
    let mut answers = listen(&mut streams, paths.len() - 1)?;
    // Only now: everything that could come without it has come.
    door.open();
    answers.extend(listen(&mut streams, 1)?);
    writeln!(
        out,
        "   Again /slow in front, and three quick things behind it, on one connection:\n"
    )?;
    writeln!(out, "     came   stream   what")?;
    let mut order = Vec::new();
    for (place, (stream, _)) in (1..).zip(answers) {
        let path = paths.get(&stream).copied().unwrap_or_default();
        let remark = if path == "/slow" { "   ◄ the door opens here" } else { "" };
        let line = format!("     {place:<6} {:<8} {path:<13}{remark}", stream.value());
        writeln!(out, "{}", line.trim_end())?;
        order.push(path.to_owned());
    }
    writeln!(
        out,
        "\n   The wall of stop 5 is gone; one of TCP's is left: a lost segment holds up all streams.\n"
    )?;
    Ok(order)
}

/// Two large answers at the same time, which both are of use before they are whole.
fn turns(out: &mut impl Write, address: SocketAddr) -> Result<Vec<String>, Error> {
    let mut streams = Streams::open(address, &Limits::default(), false)?;
    let mut paths = BTreeMap::new();
    for path in site::LARGE {
        let mut request: Request = get(path, Version::Http11, address)?;
        request.headers.try_append("Priority", "i")?;
        paths.insert(streams.ask(&request)?, path);
    }
    listen(&mut streams, paths.len())?;
    writeln!(
        out,
        "   Two large answers share the connection frame by frame, if both are said to be of use\n   \
         before they are whole (Priority: i, RFC 9218):\n"
    )?;
    let mut turns = Vec::new();
    for (_, head) in frames(&streams.received) {
        let Some(path) = paths.get(&head.stream).filter(|_| head.kind == FrameType::DATA) else {
            continue;
        };
        writeln!(
            out,
            "     ← DATA  stream {}  {path:<8}{:>7} octets",
            head.stream.value(),
            head.length
        )?;
        turns.push((*path).to_owned());
    }
    writeln!(out)?;
    Ok(turns)
}

/// A server that may not send as much as it has.
fn window(out: &mut impl Write, address: SocketAddr) -> Result<(usize, usize), Error> {
    let limits = Limits { stream_window: WINDOW, window: WINDOW, ..Limits::default() };
    let mut streams = Streams::open(address, &limits, false)?;
    let stream = streams.ask(&get(site::LARGE[0], Version::Http11, address)?)?;
    let mut first = 0;
    while first < WINDOW as usize {
        if let Event::Data { octets, .. } = streams.hear()? {
            first += octets.len();
        }
    }
    // Whatever the server could send it has sent when it answers this.
    streams.ping(*b"no more?");
    while !matches!(streams.hear()?, Event::Pong(_)) {}
    let told = frames(&streams.sent).len();
    streams.release(stream, first);
    let mut all = first;
    loop {
        match streams.hear()? {
            Event::Data { octets, end, .. } => {
                all += octets.len();
                streams.release(stream, octets.len());
                if end {
                    break;
                }
            }
            _ => continue,
        }
    }
    let frames = frames(&streams.sent).into_iter().skip(told);
    let updates = frames.filter(|(_, head)| head.kind == FrameType::WINDOW_UPDATE).count();
    writeln!(
        out,
        "   And nobody can be drowned. With a window of {WINDOW} octets for a stream:\n\n     \
         ← DATA            {first} octets, and no more\n     \
         → PING            still there?\n     \
         ← PING            yes, but the window is full\n     \
         → WINDOW_UPDATE   {updates} of them, as what came is used up\n     \
         ← DATA            the other {} octets\n",
        all - first
    )?;
    Ok((first, all))
}

/// Waits until so many answers are whole; each one's stream and content, in that order.
fn listen(streams: &mut Streams, count: usize) -> Result<Vec<(StreamId, usize)>, Error> {
    let mut lengths: BTreeMap<StreamId, usize> = BTreeMap::new();
    let mut whole = Vec::new();
    while whole.len() < count {
        if let Event::Data { stream, octets, end } = streams.hear()? {
            streams.release(stream, octets.len());
            let length = lengths.entry(stream).or_default();
            *length += octets.len();
            if end {
                whole.push((stream, *length));
            }
        }
    }
    Ok(whole)
}
