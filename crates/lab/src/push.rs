//! A page and the style that it names: told by the page, by a 103, and by a push.
//!
//! RFC 9113 §8.4, RFC 8297
//!
//! ```text
//!   the page    /page ──► page ──► /style.css ──► style
//!   a 103       /page ──► 103 ──► /style.css ──► style        the page comes when it is made
//!   a push      /page ──► promise, style                      the page comes when it is made
//! ```
//!
//! Octets and events are real: our client's connection, our server, the loopback. Round trips are
//! counted on the experiment's own clock: an answer is here one round trip behind its question, or
//! as much later as it takes to be made. The line's speed is not modelled.
//!
//! Invariant: the client asks for the style when an event has told it of the style, not before.
//!
//! Used by: `wirebook lab push`.

use crate::{
    desk::Desk,
    streams::{Streams, frames, whole},
    tour::{Error, conversation::get},
};
use http::Version;
use http2::{Event, Limits, StreamId, frame::FrameType};
use std::net::SocketAddr;

/// How the client learns of the style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It reads the page.
    Page,
    /// The server says so while it makes the page: 103 (Early Hints).
    Hint,
    /// The server makes up the request and answers it.
    Push,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Page, Self::Hint, Self::Push];

    /// In a few words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Page => "reading the page",
            Self::Hint => "a 103",
            Self::Push => "a push",
        }
    }
}

/// What one way cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The way.
    pub way: Way,
    /// Round trips that it takes the server to make the page.
    pub making: u32,
    /// Requests that the client sent.
    pub requests: u32,
    /// Round trips from the first question until the page is here.
    pub page: u32,
    /// Until the style is here too.
    pub both: u32,
    /// Octets of frames that come before the client can say that it has the style already: a hint,
    /// or a promise and the whole style.
    pub unasked: usize,
}

const PAGE: usize = 8 << 10;
const STYLE: usize = 20 << 10;
const LINK: &str = "</style.css>; rel=preload; as=style";

/// Fetches both in each way, with a page that is there at once and with one that takes a round trip
/// to make.
///
/// # Errors
/// See [`Error`].
pub fn run() -> Result<Vec<Row>, Error> {
    let desk = Desk::default();
    let server = desk.serve()?;
    let Some(address) = server.addresses().first().copied() else { return Err(Error::Ended) };
    let all = [0, 1].into_iter().flat_map(|making| Way::ALL.map(|way| (way, making)));
    let rows = all.map(|(way, making)| fetch(way, making, &desk, address)).collect();
    server.stop()?;
    rows
}

fn fetch(way: Way, making: u32, desk: &Desk, address: SocketAddr) -> Result<Row, Error> {
    let mut streams = Streams::open(address, &Limits::default(), way == Way::Push)?;
    let ask = |streams: &mut Streams, path| {
        let stream = streams.ask(&get(path, Version::Http11, address)?)?;
        streams.flush()?;
        Ok::<_, Error>(stream)
    };
    let page = ask(&mut streams, "/page")?;
    let held = desk.take("/page")?;
    let when_page = 1 + making;
    // What the server says as soon as it is asked is here after one round trip.
    let (mut requests, style, when_style) = match way {
        Way::Page => (1, None, when_page + 1),
        Way::Hint => {
            held.reply().early_hints([LINK]);
            while !matches!(streams.hear()?, Event::Informational { .. }) {}
            (2, Some(ask(&mut streams, "/style.css")?), 2)
        }
        Way::Push => {
            held.reply().push(held.request.promise("/style.css"));
            let promised = loop {
                if let Event::PushPromise { stream, .. } = streams.hear()? {
                    break stream;
                }
            };
            (1, Some(promised), 1)
        }
    };
    // What has come by now nobody asked for; so has the style where it was promised.
    if let Some(style) = style {
        desk.take("/style.css")?.answer(STYLE);
        read(&mut streams, style)?;
    }
    let unasked = unasked(&streams, page, way);
    held.answer(PAGE);
    read(&mut streams, page)?;
    if style.is_none() {
        let style = ask(&mut streams, "/style.css")?;
        requests += 1;
        desk.take("/style.css")?.answer(STYLE);
        read(&mut streams, style)?;
    }
    Ok(Row { way, making, requests, page: when_page, both: when_page.max(when_style), unasked })
}

/// Reads until this stream's answer is whole.
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

/// Octets of the hint, or of the promise and all that was promised.
fn unasked(streams: &Streams, page: StreamId, way: Way) -> usize {
    let told = frames(&streams.received).into_iter().filter(|(_, head)| match way {
        Way::Page => false,
        // The page itself has not been answered yet.
        Way::Hint => head.stream == page,
        Way::Push => head.kind == FrameType::PUSH_PROMISE || head.stream.value() % 2 == 0,
    });
    let told = told.filter(|(_, head)| head.stream != StreamId::CONNECTION);
    told.map(|(_, head)| whole(&head)).sum()
}

/// The table.
pub fn text(rows: &[Row]) -> String {
    let mut text = format!(
        "A page of {PAGE} octets names a style of {STYLE}; round trips from the first question \
         on.\n\n{:<26}{:>10}{:>8}{:>8}{:>20}\n",
        "the style is known by", "requests", "page", "both", "unasked octets ←"
    );
    for making in [0, 1] {
        text += match making {
            0 => "the page is made at once\n",
            _ => "making it takes a round trip\n",
        };
        for row in rows.iter().filter(|row| row.making == making) {
            text += &format!(
                "  {:<24}{:>10}{:>8}{:>8}{:>20}\n",
                row.way.name(),
                row.requests,
                row.page,
                row.both,
                row.unasked
            );
        }
    }
    text + "\nunasked: what comes all the same to a client that has the style already.\n"
}

/// One object with an array of rows.
pub fn json(rows: &[Row]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|row| {
            format!(
                "{{\"way\":\"{}\",\"making\":{},\"requests\":{},\"page\":{},\"both\":{},\
                 \"unasked\":{}}}",
                row.way.name(),
                row.making,
                row.requests,
                row.page,
                row.both,
                row.unasked
            )
        })
        .collect();
    format!("{{\"page\":{PAGE},\"style\":{STYLE},\"rows\":[{}]}}\n", rows.join(","))
}
