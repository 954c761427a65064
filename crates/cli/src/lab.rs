//! `wirebook lab`: an experiment of the laboratory, and what came out.
//!
//! | name           | the question                                                      |
//! |----------------|-------------------------------------------------------------------|
//! | `connections`  | what does a connection cost, and what a request, in each version? |
//! | `handshake`    | how many round trips pass before a request may go?                |
//! | `headers`      | what does a request cost as text, as a field block, and once more? |
//! | `hol`          | who waits when a packet is lost?                                  |
//! | `multiplexing` | who waits for whom on one connection, on six, and on streams?     |
//! | `push`         | what does it save to tell of a style before it is asked for?      |
//! | `realtime`     | how does a server tell a client something that it did not ask?    |
//!
//! Invariant: what is printed was done just before; numbers that depend on how busy the machine is
//! are not among it.

use crate::{
    args::{Command, Parsed, Section, UsageError, nearest, switch, valued},
    exit::Failure,
    print,
};
use ::lab::{connections, headers, hol, multiplexing, push, realtime, round_trips};
use std::{fmt::Display, time::Duration};

/// The subcommand's table.
pub(crate) const COMMAND: Command = Command {
    name: "lab",
    operands: "NAME",
    count: (1, 1),
    summary: "Makes an experiment, on the loopback or in a simulated network, and prints what came \
              out: connections, handshake, headers, hol, multiplexing, push, realtime.",
    sections: &[Section {
        heading: "Flags",
        flags: &[
            valued(None, "format", "text|json", "how to tell; json is one object"),
            switch(None, "browser", "headers, realtime: requests say all that a browser's say"),
            valued(None, "parts", "N", "multiplexing: things that the page names, 1 to 99; 12"),
            valued(
                None,
                "rtt",
                "MS",
                "there and back; multiplexing 40, handshake 100, others many",
            ),
            valued(None, "loss", "PERCENT", "hol: packets lost, 0 to 30; 0, 1, 2 and 5"),
            valued(None, "pages", "N", "hol: pages for each row, 1 to 1000; 20"),
            valued(None, "risk", "N", "hol: streams that QPACK may let wait, 0 to 16; 0"),
            valued(None, "seed", "N", "connections, handshake, hol: where chance comes from; 1"),
            valued(None, "events", "N", "realtime: events in each way, 1 to 10000; 300"),
        ],
    }],
    notes: "connections: a page over each version of HTTP, from 1.0 to 3, against the round trip.\n\
            handshake: TCP, TLS and QUIC, as strangers and as acquaintances, in round trips.\n\
            headers: one request as HTTP/1.1 and as HTTP/2, the first time and again, in octets.\n\
            hol: a page over six connections, HTTP/2, HTTP/3 where packets are lost: who waits.\n\
            multiplexing: a page over one connection, over six, and as streams: who \
            waits for whom.\n\
            push: a page and its style, told by the page, by a 103 and by a push, in round trips.\n\
            realtime: events by polling, long polling, server-sent events and \
            WebSocket, in octets.\n\
            Try: wirebook lab multiplexing\n",
};

/// The experiments' names.
const NAMES: [&str; 7] =
    ["connections", "handshake", "headers", "hol", "multiplexing", "push", "realtime"];

/// Makes the experiment.
///
/// # Errors
/// [`Failure`] for a command line that is wrong, and where the loopback fails.
pub(crate) fn run(parsed: &Parsed) -> Result<u8, Failure> {
    let json = match parsed.text("format")? {
        None | Some("text") => false,
        Some("json") => true,
        Some(other) => return Err(UsageError::value("format", other, "it is text or json").into()),
    };
    let name = parsed.operands.first().map(|name| name.to_string_lossy()).unwrap_or_default();
    let fields = match parsed.is("browser") {
        true => realtime::Fields::Browser,
        false => realtime::Fields::Small,
    };
    print(&match &*name {
        "connections" => {
            let known = connections::Options::default();
            let round_trips = round_trips(parsed, known.round_trips)?;
            let options = connections::Options { round_trips, seed: seed(parsed)?, ..known };
            let rows = connections::run(&options).map_err(broken)?;
            let told = if json { connections::json } else { connections::text };
            told(&rows, &options)
        }
        "handshake" => {
            let known = vec![Duration::from_millis(100)];
            let round_trip = round_trips(parsed, known)?.first().copied().unwrap_or_default();
            let rows = round_trips::run(round_trip, seed(parsed)?).map_err(broken)?;
            let told = if json { round_trips::json } else { round_trips::text };
            told(&rows, round_trip)
        }
        "headers" => {
            let report = headers::run(fields).map_err(broken)?;
            if json { headers::json(&report) } else { headers::text(&report) }
        }
        "hol" => {
            let options = lossy(parsed)?;
            let rows = hol::run(&options).map_err(broken)?;
            let told = if json { hol::json } else { hol::text };
            told(&rows, &options)
        }
        "multiplexing" => {
            let options = page(parsed)?;
            let rows = multiplexing::run(&multiplexing::Way::ALL, &options).map_err(broken)?;
            let told = if json { multiplexing::json } else { multiplexing::text };
            told(&rows, &options)
        }
        "push" => {
            let rows = push::run().map_err(broken)?;
            if json { push::json(&rows) } else { push::text(&rows) }
        }
        "realtime" => {
            let options = events(parsed, fields)?;
            let ways = realtime::Way::all(options.interval);
            let rows = realtime::run(&ways, &options, |_| {}).map_err(broken)?;
            let told = if json { realtime::json } else { realtime::text };
            told(&rows, &options)
        }
        other => return Err(unknown(other).into()),
    })
}

fn page(parsed: &Parsed) -> Result<multiplexing::Options, UsageError> {
    let most = multiplexing::Options::MOST;
    let known = multiplexing::Options::default();
    Ok(multiplexing::Options {
        parts: within(parsed, "parts", 1, most)?.unwrap_or(known.parts),
        round_trip: within(parsed, "rtt", 0, 60_000)?.unwrap_or(known.round_trip),
        ..known
    })
}

fn events(parsed: &Parsed, fields: realtime::Fields) -> Result<realtime::Options, UsageError> {
    let known = realtime::Options::default();
    let events = within(parsed, "events", 1, 10_000)?.unwrap_or(known.events);
    Ok(realtime::Options { events, fields, ..known })
}

/// `--rtt` alone where it is given; it cannot be nothing.
fn round_trips(parsed: &Parsed, known: Vec<Duration>) -> Result<Vec<Duration>, UsageError> {
    let given = within(parsed, "rtt", 1, 10_000)?;
    Ok(given.map_or(known, |millis| vec![Duration::from_millis(millis.into())]))
}

fn lossy(parsed: &Parsed) -> Result<hol::Options, UsageError> {
    let known = hol::Options::default();
    let loss = within(parsed, "loss", 0, 30)?;
    Ok(hol::Options {
        losses: loss.map_or(known.losses, |percent| vec![f64::from(percent) / 100.0]),
        round_trips: round_trips(parsed, known.round_trips)?,
        pages: within(parsed, "pages", 1, 1_000)?.unwrap_or(known.pages),
        risk: within(parsed, "risk", 0, 16)?.unwrap_or(known.risk),
        seed: seed(parsed)?,
        ..known
    })
}

fn seed(parsed: &Parsed) -> Result<u64, UsageError> {
    Ok(parsed.number("seed")?.unwrap_or(1))
}

/// A number that is neither too small nor too large.
fn within(
    parsed: &Parsed,
    flag: &'static str,
    least: u32,
    most: u32,
) -> Result<Option<u32>, UsageError> {
    let number = parsed.number::<u32>(flag)?;
    match number.filter(|number| !(least..=most).contains(number)) {
        None => Ok(number),
        Some(number) => {
            let rule = format!("it is a number from {least} to {most}");
            Err(UsageError::value(flag, &number.to_string(), rule))
        }
    }
}

fn unknown(name: &str) -> UsageError {
    let suggestion = nearest(name, NAMES.into_iter()).map(str::to_owned);
    UsageError::UnknownExperiment { name: name.to_owned(), suggestion }
}

fn broken(error: impl Display) -> Failure {
    Failure::new(1, format!("the experiment broke off: {error}"))
}
