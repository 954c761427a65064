//! One page over each version of HTTP, in the simulator: our own HTTP, TLS and QUIC, a modelled
//! TCP, virtual time.
//!
//! ```text
//!   client                                   server
//!   http1 · http2   [tls]   sim::tcp  ──┐   ┌── sim::tcp   [tls]   http1 · http2
//!                                       ├───┤  links: delay, rate, loss
//!   http3           quic (tls)        ──┘   └── quic (tls)         http3
//! ```
//!
//! | equal for all       |                                                                    |
//! |---------------------|--------------------------------------------------------------------|
//! | packets             | 1,228 octets of IP at the most, head and head of UDP or TCP included |
//! | congestion control  | the same algorithm, 10 packets at first                            |
//! | acknowledgments     | every second packet, or after 25 ms                                |
//! | requests            | the same fields; answers are made in pieces, in turn               |
//!
//! What is not equal is told where it counts: six connections have six windows, a TCP that is
//! modelled does not pace, and its timeout is 200 ms at the least, as in kernels.
//!
//! Invariant: a run is a function of its [`Setting`], the seed included.
//!
//! Used by: [`hol`](crate::hol), [`round_trips`](crate::round_trips),
//! [`connections`](crate::connections).

mod answering;
mod asking;
mod datagrams;
mod ledger;
mod lines;
mod page;
mod run;
mod waiting;

pub use ledger::{Given, Ledger, Packet, Span};
pub use page::{Fetch, Object, Page};
pub use run::{Known, Outcome, run};
pub use waiting::{Loss, losses};

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};
use tls::{Moment, fuzzing::stage};

const fn host(last: u8, port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 0, 0, last)), port)
}

/// Where QUIC's client is; TCP takes ports of its own.
const CLIENT: SocketAddr = host(1, 5_000);
const SERVER: SocketAddr = host(2, 443);

/// Octets of the longest UDP payload: what every path carries (RFC 9000 §14).
const DATAGRAM: u16 = 1_200;
/// Octets of data in a TCP segment, so that its packet is as long: UDP's head has 8, TCP's 20.
const SEGMENT: u16 = DATAGRAM + 8 - 20;
/// How long an acknowledgment waits for a second packet.
const ACK_DELAY: Duration = Duration::from_millis(25);

/// The moment that certificates are judged by: the same in every run.
fn moment(now: Instant) -> Moment {
    Moment { instant: now, time: stage::moment().time }
}

/// How a page is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// HTTP/1.0: a connection for each thing, one after the other.
    Http10,
    /// HTTP/1.1: one connection, a request when the answer before is here.
    KeepAlive,
    /// HTTP/1.1: one connection, all requests at once, answers in their order.
    Pipelining,
    /// HTTP/1.1 over six connections, a request on each.
    Six,
    /// HTTP/2: streams of one connection.
    Http2,
    /// HTTP/3: streams of one QUIC connection.
    Http3,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Http10, Self::KeepAlive, Self::Pipelining, Self::Six, Self::Http2, Self::Http3];

    /// In a few words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http10 => "HTTP/1.0",
            Self::KeepAlive => "HTTP/1.1, keep-alive",
            Self::Pipelining => "HTTP/1.1, pipelining",
            Self::Six => "HTTP/1.1, 6 connections",
            Self::Http2 => "HTTP/2",
            Self::Http3 => "HTTP/3",
        }
    }

    /// Connections that may be open at a time: six is what browsers open to a server.
    const fn connections(self) -> usize {
        if matches!(self, Self::Six) { 6 } else { 1 }
    }

    /// Requests that may be under way on a connection.
    const fn each(self) -> usize {
        match self {
            Self::Http10 | Self::KeepAlive | Self::Six => 1,
            Self::Pipelining | Self::Http2 | Self::Http3 => 1_000,
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One run.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// How the page is fetched.
    pub way: Way,
    /// What is fetched.
    pub page: Page,
    /// Whether TLS lies on TCP. (In QUIC it always is.)
    pub secure: bool,
    /// Whether connections are open, and idle, before the clock starts and packets are lost.
    pub warm: bool,
    /// There and back.
    pub round_trip: Duration,
    /// Bits per second each way; 0 is no limit. What waits for the line is never dropped.
    pub rate: u64,
    /// The share of packets that is lost, each way.
    pub loss: f64,
    /// Streams that our QPACK encoder may let wait.
    pub risk: u32,
    /// Where chance comes from.
    pub seed: u64,
}

impl Setting {
    fn tcp(&self) -> sim::tcp::Config {
        sim::tcp::Config {
            algorithm: sim::tcp::Algorithm::Cubic,
            mss: SEGMENT,
            delayed_ack: ACK_DELAY,
            ..sim::tcp::Config::default()
        }
    }

    fn quic(&self) -> quic::Transport {
        quic::Transport {
            congestion: quic::congestion::Algorithm::Cubic,
            max_datagram: DATAGRAM,
            max_ack_delay: ACK_DELAY,
            ecn: false,
            spin: false,
            grease: false,
            ..quic::Transport::default()
        }
    }

    fn http3(&self) -> http3::Limits {
        http3::Limits { risk: self.risk, ..http3::Limits::default() }
    }

    fn link(&self) -> sim::Link {
        sim::Link::new().delay(self.round_trip / 2).rate(self.rate).queue(usize::MAX)
    }
}

/// Why a run broke off.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// An end said something that it may not, or heard it.
    #[error("{0}")]
    Broken(String),
    /// TCP took less than there was room for.
    #[error("TCP has no room")]
    Full,
    /// The network gave up.
    #[error("{0}")]
    Network(#[from] sim::Error),
    /// Nothing more happens, and the page is not here.
    #[error("the page is not here after {0:?}")]
    Stuck(Duration),
}

impl Error {
    fn said(error: &dyn fmt::Display) -> Self {
        Self::Broken(error.to_string())
    }
}
