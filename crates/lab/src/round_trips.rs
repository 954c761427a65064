//! How long a client waits before its request may go: counted on the simulator's clock.
//!
//! RFC 9293 §3.5, RFC 8446 §2, §2.2, RFC 9001 §4.1, §4.6
//!
//! ```text
//!   TCP              SYN ──► ◄── SYN          request ──►                              1
//!   TCP + TLS 1.3    SYN ──► ◄── SYN   hello ──► ◄── hello …   request ──►             2
//!   QUIC             hello ──► ◄── hello …   request ──►                               1
//!   QUIC, 0-RTT      hello, request ──►                                                0
//! ```
//!
//! The ends are our own http1, http2, http3, tls and quic, the TCP between them is modelled. The
//! line is infinitely fast and nothing is computed in its time: a round trip is all that is left.
//!
//! Invariant: what is counted is when the request *reached* the server, half a round trip taken
//! off; nobody is asked when he meant to send it.
//!
//! Used by: `wirebook lab handshake`.

use crate::versions::{Error, Known, Page, Setting, Way, run as fetch};
use std::{fmt::Write as _, time::Duration};

/// How the two ends meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meeting {
    /// TCP, in the clear.
    Tcp,
    /// TCP and TLS 1.3: strangers.
    Tls,
    /// TCP and TLS 1.3, with a ticket from before.
    Resumed,
    /// QUIC: strangers.
    Quic,
    /// QUIC with a ticket from before, and the request with the first octets.
    Early,
}

impl Meeting {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Tcp, Self::Tls, Self::Resumed, Self::Quic, Self::Early];

    /// In a few words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Tls => "TCP + TLS 1.3",
            Self::Resumed => "TCP + TLS 1.3, resumed",
            Self::Quic => "QUIC",
            Self::Early => "QUIC, 0-RTT",
        }
    }

    /// What is spoken on it.
    pub const fn way(self) -> Way {
        match self {
            Self::Tcp => Way::KeepAlive,
            Self::Tls | Self::Resumed => Way::Http2,
            Self::Quic | Self::Early => Way::Http3,
        }
    }
}

/// What one of them takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// How they meet.
    pub meeting: Meeting,
    /// Round trips before the request leaves.
    pub before: f64,
    /// Round trips until the answer is here.
    pub answer: f64,
    /// IP octets until then: from the client, and from the server.
    pub octets: [u64; 2],
}

/// What is asked for, in octets: it fits the first window.
const SIZE: u64 = 1_000;

/// Has the two ends meet in each way, over such a round trip.
///
/// # Errors
/// See [`Error`].
pub fn run(round_trip: Duration, seed: u64) -> Result<Vec<Row>, Error> {
    Meeting::ALL.into_iter().map(|meeting| meet(meeting, round_trip, seed)).collect()
}

// ANCHOR: meet
fn meet(meeting: Meeting, round_trip: Duration, seed: u64) -> Result<Row, Error> {
    let setting = Setting {
        way: meeting.way(),
        page: Page { document: None, parts: 1, size: SIZE },
        secure: meeting != Meeting::Tcp,
        warm: false,
        round_trip,
        rate: 0,
        loss: 0.0,
        risk: 0,
        seed,
    };
    let again = matches!(meeting, Meeting::Resumed | Meeting::Early);
    let mut known = Known::new(again).early(meeting == Meeting::Early);
    if again {
        fetch(&Setting { seed: seed.wrapping_add(1), ..setting.clone() }, &mut known)?;
    }
    let outcome = fetch(&setting, &mut known)?;
    let trips = |span: Duration| span.as_secs_f64() / round_trip.as_secs_f64();
    Ok(Row {
        meeting,
        before: trips(outcome.asked.saturating_sub(round_trip / 2)),
        answer: trips(outcome.whole),
        octets: outcome.octets,
    })
}
// ANCHOR_END: meet

/// The table.
pub fn text(rows: &[Row], round_trip: Duration) -> String {
    let mut text = format!(
        "One GET, {} ms there and back, on a line without end or loss.\nReal http1, http2, http3, \
         tls and quic; a modelled TCP; virtual time.\n\n{:<26}{:>10}{:>18}{:>16}{:>12}{:>12}\n",
        round_trip.as_millis(),
        "",
        "HTTP",
        "before request",
        "answer here",
        "octets →",
        "octets ←"
    );
    for row in rows {
        let http = match row.meeting.way() {
            Way::Http2 => "2",
            Way::Http3 => "3",
            _ => "1.1",
        };
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{:<26}{http:>10}{:>14.1} RTT{:>12.1} RTT{:>12}{:>12}",
            row.meeting.name(),
            row.before,
            row.answer,
            row.octets[0],
            row.octets[1]
        );
    }
    text + "\n0-RTT: anybody who has seen the request may send it once more (RFC 8446 §8).\n"
}

/// One object with an array of rows.
pub fn json(rows: &[Row], round_trip: Duration) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|row| {
            let [sent, received] = row.octets;
            format!(
                "{{\"meeting\":\"{}\",\"http\":\"{}\",\"round_trips_before\":{:.3},\
                 \"round_trips\":{:.3},\"sent\":{sent},\"received\":{received}}}",
                row.meeting.name(),
                row.meeting.way(),
                row.before,
                row.answer
            )
        })
        .collect();
    format!("{{\"round_trip_ms\":{},\"rows\":[{}]}}\n", round_trip.as_millis(), rows.join(","))
}
