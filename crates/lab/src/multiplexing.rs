//! The same page over HTTP/1.1 with one and with six connections, and as streams of HTTP/2.
//!
//! RFC 9112 §9.3, RFC 9113 §5
//!
//! ```text
//!   1 connection    / 1   3            2                     asked when the one before is here
//!   6 connections   / 1 3 4 5 6 7 …    2                     six at a time
//!   HTTP/2          / 1 2 3 4 5 6 7 8 9 …                    all at once
//! ```
//!
//! The octets are real: our client's connections, our server, the loopback. The clock is not. It is
//! the experiment's own and jumps from one answer to the next: a connection costs a round trip, an
//! answer costs a round trip and the time that the server needs to make it. So a run comes out the
//! same each time, on a machine that is busy too. What the line can carry is not modelled.
//!
//! Invariant: what is said to be here was read by the client, whole. The order in which the lanes
//! of HTTP/1.1 are really served is that of the questions; they have nothing to do with each other.
//!
//! Used by: `wirebook lab multiplexing`.

use crate::{
    desk::Desk,
    streams::Streams,
    tour::{
        Error,
        conversation::{Conversation, get},
    },
};
use http::Version;
use http2::{Event, Limits, StreamId};
use std::{fmt::Write as _, net::SocketAddr};

/// How the page is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// HTTP/1.1 over so many connections, each with one request at a time.
    Http1(usize),
    /// Streams of one connection.
    Http2,
}

impl Way {
    /// All that the table shows: six is what browsers open to a server.
    pub const ALL: [Self; 3] = [Self::Http1(1), Self::Http1(6), Self::Http2];
}

impl std::fmt::Display for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Http1(1) => f.write_str("HTTP/1.1, 1 connection"),
            Self::Http1(connections) => write!(f, "HTTP/1.1, {connections} connections"),
            Self::Http2 => f.write_str("HTTP/2, 1 connection"),
        }
    }
}

/// What is fetched, and how far away it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Things that the page names, 1 to [`MOST`](Self::MOST); the second takes long to make. 12.
    pub parts: u32,
    /// There and back, in milliseconds of the experiment's clock. 40.
    pub round_trip: u32,
    /// How long a part takes to make, in the same. 10.
    pub quick: u32,
    /// How long the second one takes. 200.
    pub slow: u32,
}

impl Options {
    /// As many streams as our server takes at a time, the page's own apart.
    pub const MOST: u32 = 99;
}

impl Default for Options {
    fn default() -> Self {
        Self { parts: 12, round_trip: 40, quick: 10, slow: 200 }
    }
}

/// Octets of each part, and of the page.
const SIZE: usize = 1_000;
/// The part that takes long.
const SLOW: u32 = 2;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// What was asked for.
    pub path: String,
    /// On which connection, or which stream.
    pub on: u32,
    /// When, in milliseconds of the experiment's clock.
    pub asked: u32,
    /// When it was here.
    pub here: u32,
}

/// What one way did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The way.
    pub way: Way,
    /// Its requests, in the order in which they were asked.
    pub fetched: Vec<Fetched>,
    /// Connections opened.
    pub connections: usize,
    /// Octets sent.
    pub sent: usize,
    /// Octets received.
    pub received: usize,
}

impl Row {
    /// When all was here.
    pub fn whole(&self) -> u32 {
        self.fetched.iter().map(|one| one.here).max().unwrap_or_default()
    }
}

/// Fetches the page in each of `ways`.
///
/// # Errors
/// See [`Error`].
pub fn run(ways: &[Way], options: &Options) -> Result<Vec<Row>, Error> {
    let options = Options { parts: options.parts.clamp(1, Options::MOST), ..*options };
    let desk = Desk::default();
    let server = desk.serve()?;
    let Some(address) = server.addresses().first().copied() else { return Err(Error::Ended) };
    let rows = ways
        .iter()
        .map(|way| match way {
            Way::Http1(connections) => text_ways(*connections, &options, &desk, address),
            Way::Http2 => streams_way(&options, &desk, address),
        })
        .collect();
    server.stop()?;
    rows
}

/// The page, and what it names.
fn path(number: u32) -> String {
    if number == 0 { "/".to_owned() } else { format!("/{number}") }
}

/// When what is asked now is here.
fn here(options: &Options, number: u32, asked: u32) -> u32 {
    let making = if number == SLOW { options.slow } else { options.quick };
    asked.saturating_add(options.round_trip).saturating_add(making)
}

/// A connection of HTTP/1.1, and when it is free.
struct Lane {
    conversation: Conversation,
    free: u32,
}

impl Lane {
    fn open(address: SocketAddr, options: &Options, now: u32) -> Result<Self, Error> {
        let conversation = Conversation::open(address)?;
        Ok(Self { conversation, free: now.saturating_add(options.round_trip) })
    }
}

fn text_ways(
    connections: usize,
    options: &Options,
    desk: &Desk,
    address: SocketAddr,
) -> Result<Row, Error> {
    let connections = connections.max(1);
    let mut lanes = vec![Lane::open(address, options, 0)?];
    let mut fetched: Vec<Fetched> = Vec::new();
    for number in 0..=options.parts {
        // The page has been read: all that it names is known, and the other lanes are opened.
        if number == 1 {
            let now = lanes.first().map_or(0, |lane| lane.free);
            let more = (connections - 1).min(options.parts as usize - 1);
            for _ in 0..more {
                lanes.push(Lane::open(address, options, now)?);
            }
        }
        // The first lane that is free; of two, the older.
        let lane = (1..).zip(&mut lanes).min_by_key(|(_, lane)| lane.free);
        let Some((on, lane)) = lane else { return Err(Error::Ended) };
        let (path, asked) = (path(number), lane.free);
        lane.conversation.ask(&[get(&path, Version::Http11, address)?])?;
        lane.free = here(options, number, asked);
        // Answers come on a lane in the order of the questions, so each is read before the next.
        desk.take(&path)?.answer(SIZE);
        lane.conversation.answer()?;
        fetched.push(Fetched { path, on, asked, here: lane.free });
    }
    let costs = || lanes.iter().map(|lane| lane.conversation.cost);
    let octets = |octets: u64| usize::try_from(octets).unwrap_or(usize::MAX);
    Ok(Row {
        way: Way::Http1(connections),
        connections: lanes.len(),
        sent: octets(costs().map(|cost| cost.sent).sum()),
        received: octets(costs().map(|cost| cost.received).sum()),
        fetched,
    })
}

fn streams_way(options: &Options, desk: &Desk, address: SocketAddr) -> Result<Row, Error> {
    let mut streams = Streams::open(address, &Limits::default(), false)?;
    let mut fetched = Vec::new();
    let mut now = options.round_trip;
    for numbers in [0..1, 1..options.parts + 1] {
        let mut waiting = Vec::new();
        for number in numbers {
            let path = path(number);
            let stream = streams.ask(&get(&path, Version::Http11, address)?)?;
            let here = here(options, number, now);
            fetched.push(Fetched { path: path.clone(), on: stream.value(), asked: now, here });
            waiting.push((here, stream, path));
        }
        streams.flush()?;
        // Who is ready first is answered first: sorting keeps the order of those at one time.
        waiting.sort_by_key(|(here, ..)| *here);
        for (here, stream, path) in waiting {
            now = here;
            desk.take(&path)?.answer(SIZE);
            read(&mut streams, stream)?;
        }
    }
    let (sent, received) = (streams.sent.len(), streams.received.len());
    Ok(Row { way: Way::Http2, fetched, connections: 1, sent, received })
}

/// Reads until this stream's answer is whole. No other is on its way.
fn read(streams: &mut Streams, wanted: StreamId) -> Result<(), Error> {
    loop {
        if let Event::Data { stream, octets, end } = streams.hear()? {
            streams.release(stream, octets.len());
            if stream == wanted && end {
                return Ok(());
            }
        }
    }
}

/// Columns of a picture.
const WIDTH: u32 = 52;

/// The pictures, and the table below them.
pub fn text(rows: &[Row], options: &Options) -> String {
    let Options { round_trip, quick, slow, .. } = options;
    let longest = rows.iter().map(Row::whole).max().unwrap_or_default().max(1);
    let column = |time: u32| {
        let column = u64::from(time) * u64::from(WIDTH) / u64::from(longest);
        usize::try_from(column).unwrap_or_default()
    };
    let mut text = format!(
        "{round_trip} ms there and back; each answer is made in {quick} ms, /{SLOW} in {slow} ms. \
         The octets are real; the clock\nis the experiment's own. ░ known and not asked yet, █ \
         asked and not here yet.\n"
    );
    for row in rows {
        let known = row.fetched.first().map_or(0, |page| page.here);
        let on = if row.way == Way::Http2 { "stream" } else { "conn." };
        // Writing to a string does not fail.
        let _ = writeln!(text, "\n{}\n  {:<6}{on:>6}{:>8}{:>7}", row.way, "what", "asked", "here");
        for (place, one) in row.fetched.iter().enumerate() {
            let known = if place == 0 { one.asked } else { known };
            let [from, asked] = [known, one.asked].map(column);
            let here = column(one.here).max(asked + 1);
            let _ = writeln!(
                text,
                "  {:<6}{:>6}{:>8}{:>7}  {}{}{}",
                one.path,
                one.on,
                one.asked,
                one.here,
                " ".repeat(from),
                "░".repeat(asked - from),
                "█".repeat(here - asked)
            );
        }
    }
    let _ = writeln!(
        text,
        "\n{:<26}{:>13}{:>12}{:>13}{:>12}",
        "", "connections", "octets →", "octets ←", "all here"
    );
    for row in rows {
        let _ = writeln!(
            text,
            "{:<26}{:>13}{:>12}{:>13}{:>9} ms",
            row.way.to_string(),
            row.connections,
            row.sent,
            row.received,
            row.whole()
        );
    }
    text
}

/// One object with an array of ways; times in milliseconds of the experiment's clock.
pub fn json(rows: &[Row], options: &Options) -> String {
    let fetched = |one: &Fetched| {
        let Fetched { path, on, asked, here } = one;
        format!("{{\"path\":{path:?},\"on\":{on},\"asked_ms\":{asked},\"here_ms\":{here}}}")
    };
    let rows: Vec<String> = rows
        .iter()
        .map(|row| {
            let all: Vec<String> = row.fetched.iter().map(fetched).collect();
            format!(
                "{{\"way\":\"{}\",\"connections\":{},\"sent\":{},\"received\":{},\"whole_ms\":{},\
                 \"requests\":[{}]}}",
                row.way,
                row.connections,
                row.sent,
                row.received,
                row.whole(),
                all.join(",")
            )
        })
        .collect();
    format!(
        "{{\"round_trip_ms\":{},\"quick_ms\":{},\"slow_ms\":{},\"ways\":[{}]}}\n",
        options.round_trip,
        options.quick,
        options.slow,
        rows.join(",")
    )
}
