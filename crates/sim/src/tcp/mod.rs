//! A modelled TCP: what a kernel's does on the wire, in code that a person can read and a test can
//! run a thousand times in a second.
//!
//! RFC 9293 (segments, states, windows), 5681 and 6582 (NewReno), 9438 (CUBIC), 6298 (timeouts),
//! 2018 and 6675 (SACK), 3042 (limited transmit), 8985 (tail loss probes, lost retransmissions),
//! 7323 §2 (window scale), 3168 §6 (ECN)
//!
//! ```text
//!   write ─► Sender ──► segments ──► network ──► Receiver ─► read
//!            │ scoreboard: which are out,          │ in order only: one hole
//!            │ which arrived, which are lost       │ holds back all behind it
//!            ├ Rtt: when to give up waiting        └ Blocks: what SACK tells
//!            └ Control: how much may be out
//! ```
//!
//! What it leaves away, and a kernel has: timestamps, pacing, proportional rate reduction, HyStart,
//! RACK's reordering timer, undoing after a spurious timeout, keep-alives and urgent data. Its
//! figures are therefore called "modelled" wherever they are shown.
//!
//! Invariant: inside, octets are counted from 0 in 64 bits (the SYN is octet 0, the first of the
//! data octet 1); only a segment on the wire has 32 bits, so nothing inside ever wraps.
//!
//! Invariant: a connection reads what arrived whole and in order, or ends with an error.
//!
//! Used by: `lab`, which runs HTTP/1 and HTTP/2 over it; the tests that hold QUIC against it.

mod congestion;
mod connection;
mod endpoint;
mod receiver;
mod rtt;
mod segment;
mod sender;
mod state;

pub use congestion::Algorithm;
pub use connection::{Connection, Event, Figures};
pub use endpoint::{ConnectionId, Endpoint};
pub use segment::{Flags, Options, Segment};
pub use state::{Input, State};

use std::time::Duration;
use thiserror::Error;

/// How a TCP behaves where the RFCs leave a choice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Config {
    /// Who decides how much may be out.
    pub algorithm: Algorithm,
    /// Octets of data in a segment at most: 1,460 fit an Ethernet frame under IPv4.
    pub mss: u16,
    /// Segments that may be out before the first acknowledgment: 10 (RFC 6928).
    pub initial_window: u16,
    /// Whether to offer selective acknowledgments.
    pub sack: bool,
    /// Whether to offer ECN.
    pub ecn: bool,
    /// Whether to ask after the tail before a timeout (RFC 8985 §7), where SACK is agreed.
    pub tail_probe: bool,
    /// Whether small segments wait for acknowledgments (Nagle, RFC 9293 §3.7.4). Off, as every
    /// HTTP stack turns it off.
    pub nagle: bool,
    /// How long an acknowledgment may wait for a second segment: 40 ms, as Linux has it.
    pub delayed_ack: Duration,
    /// The shortest retransmission timeout. RFC 6298 says one second; kernels take 200 ms.
    pub min_rto: Duration,
    /// How long TIME-WAIT lasts. RFC 9293 says four minutes, Linux one; no lab waits for it.
    pub time_wait: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::Cubic,
            mss: 1460,
            initial_window: 10,
            sack: true,
            ecn: false,
            tail_probe: true,
            nagle: false,
            delayed_ack: Duration::from_millis(40),
            min_rto: Duration::from_millis(200),
            time_wait: Duration::from_secs(60),
        }
    }
}

/// The ceilings of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Octets that wait to be sent or acknowledged, per connection. 4 MiB fill 100 Mbit/s at
    /// 300 ms.
    pub send_buffer: usize,
    /// Octets that wait to be read, holes included, per connection: the largest window offered.
    pub receive_buffer: usize,
    /// Connections of an endpoint; a SYN above that is not answered. 10,000 are more than any
    /// lab opens.
    pub connections: usize,
    /// Timeouts in a row before a connection is given up: 15, as Linux has it.
    pub retries: u32,
    /// The same for the SYN: 6, as Linux has it, which takes two minutes.
    pub syn_retries: u32,
}

impl Default for Limits {
    fn default() -> Self {
        const WINDOW: usize = 4 * 1024 * 1024;
        Self {
            send_buffer: WINDOW,
            receive_buffer: WINDOW,
            connections: 10_000,
            retries: 15,
            syn_retries: 6,
        }
    }
}

/// Why a connection ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum Error {
    /// The peer answered our SYN with RST: nobody listens there (RFC 9293 §3.10.7.3).
    #[error("connection refused: the peer answered SYN with RST")]
    Refused,
    /// The peer sent RST at the very octet we expect (RFC 9293 §3.5.3, RFC 5961 §3.2).
    #[error("connection reset by the peer")]
    Reset,
    /// Nothing was acknowledged over [`Limits::retries`] timeouts in a row (RFC 9293 §3.8.3).
    #[error("connection timed out: the peer acknowledges nothing")]
    TimedOut,
    /// We gave it up ourselves.
    #[error("connection aborted")]
    Aborted,
}
