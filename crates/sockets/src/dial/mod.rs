//! A host and a port become a connected stream: resolve, race, and the first one wins.
//!
//! RFC 8305 (Happy Eyeballs Version 2)
//!
//! ```text
//!   host ─► resolve ─► interleave ─► race ─► stream
//!           §3         §4            §5      losers are closed
//! ```
//!
//! The race's rules stand in [`Race`], without sockets and without a clock; `connect` adds those.
//!
//! Invariant: no attempt outlives the call, whatever comes of it.
//!
//! Invariant: `connect_timeout` covers everything, the resolver included.
//!
//! Used by: `client`'s `Connection`, where Python's `socket.create_connection` stands.

mod connect;
mod error;
mod race;
mod resolve;

pub use connect::begin_connect;
pub use error::{DialError, Phase};
pub use race::{Race, Step, interleave};
pub use resolve::{addresses, resolve};

use connect::{Finish, Runners};
use std::{
    io,
    net::{IpAddr, SocketAddr, TcpStream},
    time::{Duration, Instant},
};

/// Which addresses may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Family {
    /// Whatever the name has.
    #[default]
    Any,
    /// IPv4 alone (curl's `-4`).
    V4,
    /// IPv6 alone (curl's `-6`).
    V6,
}

impl Family {
    fn admits(self, address: &SocketAddr) -> bool {
        match self {
            Self::Any => true,
            Self::V4 => address.is_ipv4(),
            Self::V6 => address.is_ipv6(),
        }
    }

    /// As messages say it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "usable",
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        }
    }
}

/// How to dial.
#[derive(Debug, Clone)]
pub struct DialOptions {
    /// The time for everything: resolver and all attempts. `None`: as long as the system tries,
    /// which is minutes.
    pub connect_timeout: Option<Duration>,
    /// How long one attempt may be alone before a rival starts: the Connection Attempt Delay of
    /// RFC 8305 §5, 250 ms as recommended there. Values outside its 10 ms to 2 s are brought in.
    pub attempt_delay: Duration,
    /// Which addresses may be used.
    pub family: Family,
    /// Names that are not resolved (curl's `--resolve`): host, port, and the addresses to use. The
    /// host `*` stands for every one; the first that fits is taken.
    pub overrides: Vec<(String, u16, Vec<IpAddr>)>,
}

impl Default for DialOptions {
    fn default() -> Self {
        Self {
            connect_timeout: None,
            attempt_delay: Duration::from_millis(250),
            family: Family::Any,
            overrides: Vec::new(),
        }
    }
}

/// RFC 8305 §5: two starts "MUST NOT" lie closer than 10 ms; 2 s are the most recommended.
const SHORTEST_DELAY: Duration = Duration::from_millis(10);
const LONGEST_DELAY: Duration = Duration::from_secs(2);

/// What came of an attempt.
#[derive(Debug)]
pub enum Outcome {
    /// It won.
    Connected,
    /// The system or the peer said no.
    Failed(io::Error),
    /// Another one won first.
    Cancelled,
    /// The time was over.
    TimedOut,
}

/// One address that was tried.
#[derive(Debug)]
pub struct Attempt {
    /// Which.
    pub address: SocketAddr,
    /// When it started.
    pub started: Instant,
    /// When its outcome was known.
    pub ended: Instant,
    /// What came of it.
    pub outcome: Outcome,
}

/// A connection and how it came about.
#[derive(Debug)]
pub struct Dialed {
    /// Connected, in blocking mode.
    pub stream: TcpStream,
    /// The address that won.
    pub address: SocketAddr,
    /// All that the name stood for, in the order of the race.
    pub resolved: Vec<SocketAddr>,
    /// What was tried, in order of start; the winner is among them.
    pub attempts: Vec<Attempt>,
    /// How long the name took.
    pub resolve_time: Duration,
    /// How long the race took.
    pub connect_time: Duration,
}

/// Connects to `host`, which is a name or an address, at `port`.
///
/// ```
/// let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
/// let port = listener.local_addr()?.port();
/// let dialed = sockets::dial("127.0.0.1", port, &sockets::DialOptions::default())?;
/// assert_eq!(dialed.address, listener.local_addr()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`DialError`] tells which phase failed, and everything that was tried.
pub fn dial(host: &str, port: u16, options: &DialOptions) -> Result<Dialed, DialError> {
    let begun = Instant::now();
    let deadline = options.connect_timeout.and_then(|time| begun.checked_add(time));
    let found = resolve::addresses(host, port, options, deadline)?;
    let resolved = interleave(&found, options.family);
    if resolved.is_empty() {
        let family = options.family.name();
        return Err(DialError::NoAddress { host: host.to_string(), family });
    }
    let connecting = Instant::now();
    let delay = options.attempt_delay.clamp(SHORTEST_DELAY, LONGEST_DELAY);
    let mut runners = Runners::new(Race::new(resolved.iter().copied(), delay, deadline));
    match runners.run()? {
        Finish::Won(stream, address) => Ok(Dialed {
            stream,
            address,
            resolved,
            attempts: runners.close(|| Outcome::Cancelled),
            resolve_time: connecting - begun,
            connect_time: connecting.elapsed(),
        }),
        Finish::Lost => Err(DialError::lost(host, port, runners.close(|| Outcome::Cancelled))),
        Finish::TimedOut => Err(DialError::TimedOut {
            host: host.to_string(),
            port,
            after: options.connect_timeout.unwrap_or_default(),
            phase: Phase::Connecting,
            attempts: runners.close(|| Outcome::TimedOut),
        }),
    }
}
