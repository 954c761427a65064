//! What the kernel knows of a connection: its state, its round trip, its losses.
//!
//! tcp(7), `struct tcp_info`; RFC 9293 §3.3.2 for the states
//!
//! | offset | field, in the machine's order                   |
//! |--------|-------------------------------------------------|
//! | 0      | state, one octet; seven more that are not told  |
//! | 16     | segment size we send                            |
//! | 24     | segments unacknowledged                         |
//! | 32     | segments thought lost                           |
//! | 60     | path MTU                                        |
//! | 68, 72 | round trip and its variation, in microseconds   |
//! | 76, 80 | slow start threshold, congestion window         |
//! | 100    | segments sent again, in all                     |
//!
//! The structure only ever grows at its end, so that its first 104 octets mean the same in every
//! kernel. They are read as octets, field by field.
//!
//! Used by: the book's chapter on sockets; `client`'s `--trace`.

use std::{io, net::TcpStream, time::Duration};

/// Where a connection is in its life: RFC 9293's figure 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Open in both directions.
    Established,
    /// We sent SYN.
    SynSent,
    /// The peer's SYN is here, its last acknowledgment is not.
    SynReceived,
    /// We closed first; our FIN is on its way.
    FinWait1,
    /// Our FIN is acknowledged; the peer may still send.
    FinWait2,
    /// All is over; late segments are waited for.
    TimeWait,
    /// No connection.
    Closed,
    /// The peer closed; we may still send.
    CloseWait,
    /// The peer closed, then we; our FIN is on its way.
    LastAck,
    /// A port, not a connection.
    Listen,
    /// Both closed at once.
    Closing,
}

impl State {
    /// By Linux's number, as in `/proc/net/tcp` and `struct tcp_info`.
    pub fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Established,
            2 => Self::SynSent,
            // 12 is a SYN that is not yet a socket.
            3 | 12 => Self::SynReceived,
            4 => Self::FinWait1,
            5 => Self::FinWait2,
            6 => Self::TimeWait,
            7 => Self::Closed,
            8 => Self::CloseWait,
            9 => Self::LastAck,
            10 => Self::Listen,
            11 => Self::Closing,
            _ => return None,
        })
    }

    /// The RFC's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Established => "ESTABLISHED",
            Self::SynSent => "SYN-SENT",
            Self::SynReceived => "SYN-RECEIVED",
            Self::FinWait1 => "FIN-WAIT-1",
            Self::FinWait2 => "FIN-WAIT-2",
            Self::TimeWait => "TIME-WAIT",
            Self::Closed => "CLOSED",
            Self::CloseWait => "CLOSE-WAIT",
            Self::LastAck => "LAST-ACK",
            Self::Listen => "LISTEN",
            Self::Closing => "CLOSING",
        }
    }
}

/// A connection in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Info {
    /// Where it is in its life.
    pub state: State,
    /// The smoothed round-trip time (RFC 6298).
    pub round_trip: Duration,
    /// How much it varies.
    pub round_trip_variation: Duration,
    /// Octets of payload in a full segment that we send.
    pub segment_size: u32,
    /// Segments that may be under way: the congestion window (RFC 5681).
    pub congestion_window: u32,
    /// The window at which slow start ends; `None` as long as nothing was lost.
    pub slow_start_threshold: Option<u32>,
    /// The largest packet the path takes, in octets, as far as is known.
    pub path_mtu: u32,
    /// Segments sent and not acknowledged.
    pub unacknowledged: u32,
    /// Segments that are thought lost.
    pub lost: u32,
    /// Segments sent again, in the connection's whole life.
    pub retransmitted: u32,
}

/// Octets that are read: through `tcpi_total_retrans`.
#[cfg(any(target_os = "linux", test))]
const LENGTH: usize = 104;

/// Asks the kernel.
///
/// # Errors
/// `Unsupported` on other systems than Linux; `InvalidData` from a kernel that says less than the
/// fields above.
#[cfg(target_os = "linux")]
pub fn info(stream: &TcpStream) -> io::Result<Info> {
    use crate::sys::{
        number::{IPPROTO_TCP, TCP_INFO},
        option::{Name, get},
    };
    use std::os::fd::AsFd;

    let mut octets = [0_u8; LENGTH];
    let length = get(stream.as_fd(), Name(IPPROTO_TCP, TCP_INFO), &mut octets)?;
    let said = octets.get(..length).and_then(<[u8]>::first_chunk);
    said.and_then(read).ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidData, "the kernel's tcp_info is not understood")
    })
}

/// Asks the kernel.
///
/// # Errors
/// `Unsupported` on other systems than Linux.
#[cfg(not(target_os = "linux"))]
pub fn info(_: &TcpStream) -> io::Result<Info> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The fields of `struct tcp_info` that are told, by their offsets.
#[cfg(any(target_os = "linux", test))]
fn read(octets: &[u8; LENGTH]) -> Option<Info> {
    /// What an unlimited threshold looks like: `TCP_INFINITE_SSTHRESH`.
    const UNLIMITED: u32 = 0x7fff_ffff;
    let number = |offset: usize| {
        octets.get(offset..).and_then(<[u8]>::first_chunk).copied().map(u32::from_ne_bytes)
    };
    let micros = |offset| Some(Duration::from_micros(number(offset)?.into()));
    Some(Info {
        state: State::from_number(*octets.first()?)?,
        segment_size: number(16)?,
        unacknowledged: number(24)?,
        lost: number(32)?,
        path_mtu: number(60)?,
        round_trip: micros(68)?,
        round_trip_variation: micros(72)?,
        slow_start_threshold: number(76).filter(|&threshold| threshold < UNLIMITED),
        congestion_window: number(80)?,
        retransmitted: number(100)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_at_their_offsets() {
        let mut octets = [0; LENGTH];
        octets[0] = 1;
        for (offset, value) in [(16, 1448), (60, 1500), (68, 2000), (76, 0x7fff_ffff), (80, 10)] {
            octets[offset..offset + 4].copy_from_slice(&u32::to_ne_bytes(value));
        }
        let info = read(&octets).unwrap();
        assert_eq!(
            (info.state, info.segment_size, info.path_mtu),
            (State::Established, 1448, 1500)
        );
        assert_eq!(info.round_trip, Duration::from_millis(2));
        assert_eq!((info.slow_start_threshold, info.congestion_window), (None, 10));
    }

    #[test]
    fn an_unknown_state_is_not_guessed() {
        let mut octets = [0; LENGTH];
        octets[0] = 99;
        assert_eq!(read(&octets), None);
    }
}
