//! One page over every version, against the round trip: what a connection costs, and a request.
//!
//! RFC 1945 §1.3, RFC 9112 §9.3, §9.3.2, §9.4, RFC 9113 §5, RFC 9114 §6.1
//!
//! ```text
//!   HTTP/1.0       |open|/|close| |open|1|close| |open|2|close| …     2 round trips for each thing
//!   keep-alive     |open|/|1|2|3|4|5|6 …                              1 for each
//!   pipelining     |open|/|1 2 3 4 5 6 …                              1 for all, answers in order
//!   6 connections  |open|/|1 2 3 4 5 6|7 8 9 …                        1 for each six
//!   HTTP/2, 3      |open|/|1 2 3 4 5 6 …                              1 for all
//! ```
//!
//! A page names its parts. The ends are our own; the TCP between them is modelled, the line has a
//! rate and loses nothing. TLS adds its round trip to each connection of TCP; in QUIC it is within.
//!
//! Invariant: the same options, the same table: nothing here depends on the machine.
//!
//! Used by: `wirebook lab connections`.

use crate::versions::{Error, Known, Page, Setting, Way, run as fetch};
use std::{fmt::Write as _, time::Duration};

/// What is tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// There and back. 10, 40, 100 and 300 ms.
    pub round_trips: Vec<Duration>,
    /// Things that the page names. 12.
    pub parts: usize,
    /// Octets of the page, and of each. 5,000.
    pub size: u64,
    /// Bits per second. 50 million.
    pub rate: u64,
    /// Where chance comes from: keys and sequence numbers. 1.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            round_trips: [10, 40, 100, 300].map(Duration::from_millis).to_vec(),
            parts: 12,
            size: 5_000,
            rate: 50_000_000,
            seed: 1,
        }
    }
}

/// What one version did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The version.
    pub way: Way,
    /// Whether there was TLS.
    pub secure: bool,
    /// How long the page took, for each round trip.
    pub whole: Vec<Duration>,
    /// Connections opened.
    pub connections: usize,
    /// IP octets, with the last of the round trips: from the client, and from the server.
    pub octets: [u64; 2],
}

/// Fetches the page in each way, in the clear where that can be, and with TLS.
///
/// # Errors
/// See [`Error`].
pub fn run(options: &Options) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    for secure in [false, true] {
        for way in Way::ALL.into_iter().filter(|way| secure || *way != Way::Http3) {
            rows.push(against(way, secure, options)?);
        }
    }
    Ok(rows)
}

fn against(way: Way, secure: bool, options: &Options) -> Result<Row, Error> {
    let mut row = Row { way, secure, whole: Vec::new(), connections: 0, octets: [0; 2] };
    for round_trip in &options.round_trips {
        let setting = Setting {
            way,
            page: Page { document: Some(options.size), parts: options.parts, size: options.size },
            secure,
            warm: false,
            round_trip: *round_trip,
            rate: options.rate,
            loss: 0.0,
            risk: 0,
            seed: options.seed,
        };
        let outcome = fetch(&setting, &mut Known::new(false))?;
        row.whole.push(outcome.whole);
        row.connections = outcome.ledger.connections;
        row.octets = outcome.octets;
    }
    Ok(row)
}

/// The table.
pub fn text(rows: &[Row], options: &Options) -> String {
    let Options { parts, size, rate, seed, .. } = options;
    let mut text = format!(
        "A page of {size} octets names {parts} parts of {size}; {} Mbit/s, nothing lost; seed \
         {seed}.\nReal http1, http2, http3, tls and quic; a modelled TCP; virtual time. In ms, and \
         in round trips:\n\n{:<23}",
        rate / 1_000_000,
        "there and back"
    );
    // Writing to a string does not fail.
    for round_trip in &options.round_trips {
        let _ = write!(text, "{:>7}{:>6}", format!("{} ms", round_trip.as_millis()), "RTT");
    }
    let _ = writeln!(text, "{:>6}{:>9}{:>9}", "conn.", "octets →", "octets ←");
    for secure in [false, true] {
        text += if secure { "\nwith TLS 1.3\n" } else { "in the clear\n" };
        for row in rows.iter().filter(|row| row.secure == secure) {
            let _ = write!(text, "{:<23}", row.way);
            for (whole, round_trip) in row.whole.iter().zip(&options.round_trips) {
                let trips = whole.as_secs_f64() / round_trip.as_secs_f64();
                let _ = write!(text, "{:>7}{trips:>6.1}", whole.as_millis());
            }
            let [sent, received] = row.octets;
            let _ = writeln!(text, "{:>6}{sent:>9}{received:>9}", row.connections);
        }
    }
    text + "\noctets: of IP, all that passed until the page was here.\n"
}

/// One object with an array of rows.
pub fn json(rows: &[Row], options: &Options) -> String {
    let millis = |spans: &[Duration]| {
        let each: Vec<String> =
            spans.iter().map(|span| format!("{:.3}", span.as_secs_f64() * 1_000.0)).collect();
        format!("[{}]", each.join(","))
    };
    let rows: Vec<String> = rows
        .iter()
        .map(|row| {
            let [sent, received] = row.octets;
            format!(
                "{{\"way\":\"{}\",\"tls\":{},\"whole_ms\":{},\"connections\":{},\
                 \"sent\":{sent},\"received\":{received}}}",
                row.way,
                row.secure,
                millis(&row.whole),
                row.connections
            )
        })
        .collect();
    let Options { parts, size, rate, seed, round_trips } = options;
    format!(
        "{{\"parts\":{parts},\"size\":{size},\"rate\":{rate},\"seed\":{seed},\
         \"round_trips_ms\":{},\"rows\":[{}]}}\n",
        millis(round_trips),
        rows.join(",")
    )
}
