//! What a case may end in, stricter than an outside judge is: a connection's error is a GOAWAY with
//! the right code and then the end of the octets, and a reset by the kernel is never right.
//!
//! RFC 9113 §5.4

use crate::raw::{END_STREAM, Got, Peer, kind};

/// What a case may end in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Want {
    /// GOAWAY with one of these codes, and the end of the octets.
    Connection(&'static [u32]),
    /// RST_STREAM with one of these codes, or the same as a connection's error.
    Stream(&'static [u32]),
    /// RST_STREAM with this code on stream 1, before any other.
    Reset(u32),
    /// HEADERS on stream 1.
    Answer,
    /// DATA on stream 1.
    Content,
    /// The first DATA has one octet.
    OneOctet,
    /// SETTINGS with ACK, before any other SETTINGS.
    Acknowledged,
    /// A PING that comes back. The case has not sent it: it is sent behind it.
    Alive,
    /// A PING that comes back with these octets.
    Pong([u8; 8]),
    /// As [`Alive`](Self::Alive), or the end of the octets.
    AliveOrClosed,
    /// The end of the octets, whatever was said before.
    Closed,
    /// SETTINGS before anything else.
    Settings,
}

pub(crate) const PROTOCOL: u32 = 1;
pub(crate) const FLOW_CONTROL: u32 = 3;
pub(crate) const STREAM_CLOSED: u32 = 5;
pub(crate) const FRAME_SIZE: u32 = 6;
pub(crate) const REFUSED: u32 = 7;
pub(crate) const COMPRESSION: u32 = 9;

const TOKEN: [u8; 8] = *b"confirms";

fn code(payload: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(payload[at..at + 4].try_into().unwrap())
}

impl Want {
    /// Reads until it is met, or cannot be.
    pub(crate) fn check(self, peer: &mut Peer) -> Result<(), String> {
        if matches!(self, Self::Alive | Self::AliveOrClosed) {
            peer.ping(TOKEN);
        }
        let mut seen = Vec::new();
        loop {
            let got = peer.next();
            match self.look(&got, seen.is_empty()) {
                Some(true) => break,
                Some(false) => return Err(format!("wanted {self:?}, got {got:?} behind {seen:?}")),
                None => seen.push(brief(&got)),
            }
        }
        let gone = matches!(self, Self::Connection(_));
        if gone && !matches!(peer.until(|_, _, _| false).pop(), Some(Got::Closed)) {
            return Err("the connection is not closed behind GOAWAY".into());
        }
        Ok(())
    }

    /// Whether this is it, cannot be it, or is something before it.
    fn look(self, got: &Got, first: bool) -> Option<bool> {
        let Got::Frame { kind, flags, stream, payload } = got else {
            let closed = matches!(got, Got::Closed);
            return Some(closed && matches!(self, Self::Closed | Self::AliveOrClosed));
        };
        let (kind, length) = (*kind, payload.len());
        let answer = *stream == 1 && matches!(kind, kind::HEADERS | kind::DATA);
        match self {
            // A goodbye, before what was still to come was seen.
            Self::Connection(_) | Self::Stream(_)
                if kind == kind::GOAWAY && code(payload, 4) == 0 =>
            {
                None
            }
            Self::Connection(codes) | Self::Stream(codes) if kind == kind::GOAWAY => {
                Some(codes.contains(&code(payload, 4)))
            }
            Self::Stream(codes) if kind == kind::RST_STREAM => {
                Some(codes.contains(&code(payload, 0)))
            }
            Self::Reset(wanted) if kind == kind::RST_STREAM => {
                Some(*stream == 1 && code(payload, 0) == wanted)
            }
            Self::Answer => (answer && kind == kind::HEADERS).then_some(true),
            Self::Content => (answer && kind == kind::DATA).then_some(true),
            Self::OneOctet => {
                (answer && kind == kind::DATA).then_some(length == 1 && flags & END_STREAM == 0)
            }
            Self::Acknowledged => (kind == kind::SETTINGS).then_some(*flags == 1),
            Self::Alive | Self::AliveOrClosed => {
                (kind == kind::PING).then_some(*flags == 1 && payload[..] == TOKEN)
            }
            Self::Pong(octets) => {
                (kind == kind::PING).then_some(*flags == 1 && payload[..] == octets)
            }
            Self::Settings if first => Some(kind == kind::SETTINGS && *flags == 0),
            Self::Closed
            | Self::Connection(_)
            | Self::Stream(_)
            | Self::Reset(_)
            | Self::Settings => None,
        }
    }
}

/// A frame without its payload, where that is long.
fn brief(got: &Got) -> String {
    match got {
        Got::Frame { kind, flags, stream, payload } => {
            format!("type {kind} flags {flags:#x} stream {stream} length {}", payload.len())
        }
        end => format!("{end:?}"),
    }
}
