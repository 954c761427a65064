//! Every ceiling of this crate: name, default and reason.
//!
//! A connection's memory is bounded by these numbers and by nothing a peer declares: a message's
//! buffer grows with the octets that came, whatever length stands in the head.

use deflate::Level;
use std::time::Duration;

/// Ceilings of a connection. All are on by default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Octets of one data frame's payload, 16 MiB: as much as other libraries take. A longer one is
    /// refused when its head is read (close code 1009). Control frames have 125 at most anyway.
    pub frame: u64,
    /// Octets of one message, all fragments together, counted while it is inflated; 64 MiB. A
    /// message is told whole, so this is what one peer can make us hold.
    pub message: u64,
    /// Octets in memory, waiting to be sent, at which
    /// [`output_room`](crate::Connection::output_room) is 0 and sending is a
    /// [`Misuse`](crate::Misuse); 1 MiB.
    pub output: usize,
    /// Octets of Pongs that may wait at a time, 4,096; past it only the newest is kept, as RFC 6455
    /// §5.5.3 allows. A flood of Pings then costs its sender more than us.
    pub pongs: usize,
    /// Octets kept that came before their time, 65,536: frames behind the one whose event waits.
    /// Past it, [`wants_receive`](crate::Connection::wants_receive) says no.
    pub tail: usize,
    /// Silence after which we send a Ping, 20 s: middleboxes forget quiet connections after 30 s or
    /// more. `None` sends none.
    pub ping_interval: Option<Duration>,
    /// Silence behind that Ping after which the peer is given up, 20 s.
    pub ping_timeout: Duration,
    /// How long the peer has to answer our Close frame, and then to end the stream; 10 s.
    pub close_timeout: Duration,
    /// Octets that are read and dropped behind a violation so that our Close frame is not lost to a
    /// reset, 16 MiB: a peer that is in the middle of a frame that is too long finishes it before
    /// it reads why.
    pub discard: u64,
    /// Messages of fewer octets are sent as they are, 128: compressing them costs more time than it
    /// saves octets.
    pub compress_from: usize,
    /// How hard the compressor looks, [`Level::FAST`]: messages are sent once, and fresh.
    pub compress_level: Level,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame: 16 << 20,
            message: 64 << 20,
            output: 1 << 20,
            pongs: 4096,
            tail: 65_536,
            ping_interval: Some(Duration::from_secs(20)),
            ping_timeout: Duration::from_secs(20),
            close_timeout: Duration::from_secs(10),
            discard: 16 << 20,
            compress_from: 128,
            compress_level: Level::FAST,
        }
    }
}
