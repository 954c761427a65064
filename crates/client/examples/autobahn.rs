//! Drives the client through the Autobahn test suite: `wstest -m fuzzingserver` says what to do.
//!
//! ```text
//! wstest -m fuzzingserver -u 0 -s fuzzingserver.json
//! cargo run --release -p client --example autobahn -- ws://127.0.0.1:9001 [FIRST..LAST] [AGENT]
//! ```
//!
//! | path                        | what                                                         |
//! |-----------------------------|--------------------------------------------------------------|
//! | `/getCaseCount`             | one text message: how many cases there are                   |
//! | `/runCase?case=N&agent=A`   | a case: every message comes back as it came                  |
//! | `/getCaseStatus?case=N&…`   | how it went                                                  |
//! | `/updateReports?agent=A`    | writes the report                                            |

use client::{
    Session,
    websocket::{self, Event, Limits, Message, Options, WebSocket},
};
use std::{error::Error, ops::RangeInclusive, time::Duration};

/// As large as the suite's largest message needs, and then some.
const MESSAGE: u64 = 64 << 20;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let server = arguments.next().ok_or("usage: autobahn URL [FIRST..LAST] [AGENT]")?;
    let server = server.trim_end_matches('/');
    let range = arguments.next();
    let agent = arguments.next().unwrap_or_else(|| "wirebook".to_owned());
    let session = Session::new();

    let count: u32 = said(&session, &format!("{server}/getCaseCount"))?.parse()?;
    let cases = match range.as_deref() {
        Some(range) => cases(range, count)?,
        None => 1..=count,
    };
    for case in cases {
        eprint!("\rcase {case} of {count} ");
        // A case may end however the suite likes; what that means is for the suite to judge.
        if let Err(error) = echo(&session, &format!("{server}/runCase?case={case}&agent={agent}")) {
            eprintln!("\rcase {case}: {error}");
        }
    }
    eprintln!();
    open(&session, &format!("{server}/updateReports?agent={agent}"))?.receive(None)?;
    Ok(())
}

/// `FIRST..LAST`, both included, or one number.
fn cases(range: &str, count: u32) -> Result<RangeInclusive<u32>, Box<dyn Error>> {
    let (first, last) = range.split_once("..").unwrap_or((range, range));
    let last = if last.is_empty() { count } else { last.parse()? };
    Ok(first.parse()?..=last.min(count))
}

fn open(session: &Session, url: &str) -> Result<WebSocket, client::Error> {
    let limits = Limits { frame: MESSAGE, message: MESSAGE, ..Limits::default() };
    websocket::connect(session, url, &Options::default().limits(limits))
}

/// The one text message that comes from there.
fn said(session: &Session, url: &str) -> Result<String, Box<dyn Error>> {
    let socket = open(session, url)?;
    loop {
        match socket.receive(Some(Duration::from_secs(30)))? {
            Some(Event::Message(Message::Text(text))) => return Ok(text),
            None | Some(Event::Closed { .. }) => return Err("no answer came".into()),
            Some(_) => {}
        }
    }
}

// ANCHOR: echo
/// Sends back what comes, until the connection is closed.
fn echo(session: &Session, url: &str) -> Result<(), client::Error> {
    let socket = open(session, url)?;
    loop {
        match socket.receive(None)? {
            Some(Event::Message(message)) => match socket.send(message) {
                // The peer has closed in the meantime; receiving tells how.
                Ok(()) | Err(client::Error::Send { .. } | client::Error::WebSocket(_)) => {}
                Err(error) => return Err(error),
            },
            Some(Event::Closed { .. }) => return Ok(()),
            Some(_) | None => {}
        }
    }
}
// ANCHOR_END: echo
