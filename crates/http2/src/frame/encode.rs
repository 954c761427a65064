//! Frames become octets.
//!
//! RFC 9113 §4.1, §6
//!
//! Invariant: what is encoded is what [`Frame::read`] reads, flag for flag.
//!
//! Used by: the connection for all frames but DATA and field blocks, which it writes where they are
//! made; tests and fuzz targets, which need them all.

use super::{Frame, FrameHead, FrameType, StreamId, flags};

impl Frame<'_> {
    /// The frame's type; `UNKNOWN` has none of its own and is written as type 0xff.
    pub const fn kind(&self) -> FrameType {
        match self {
            Self::Data { .. } => FrameType::DATA,
            Self::Headers { .. } => FrameType::HEADERS,
            Self::Priority { .. } => FrameType::PRIORITY,
            Self::RstStream { .. } => FrameType::RST_STREAM,
            Self::Settings { .. } => FrameType::SETTINGS,
            Self::PushPromise { .. } => FrameType::PUSH_PROMISE,
            Self::Ping { .. } => FrameType::PING,
            Self::GoAway { .. } => FrameType::GOAWAY,
            Self::WindowUpdate { .. } => FrameType::WINDOW_UPDATE,
            Self::Continuation { .. } => FrameType::CONTINUATION,
            Self::PriorityUpdate { .. } => FrameType::PRIORITY_UPDATE,
            Self::Unknown => FrameType(0xff),
        }
    }

    /// Its flags, but for PADDED.
    pub const fn flags(&self) -> u8 {
        const fn when(on: bool, flag: u8) -> u8 {
            if on { flag } else { 0 }
        }
        match self {
            Self::Data { end, .. } => when(*end, flags::END_STREAM),
            Self::Headers { end, complete, dependency, .. } => {
                when(*end, flags::END_STREAM)
                    | when(*complete, flags::END_HEADERS)
                    | when(dependency.is_some(), flags::PRIORITY)
            }
            Self::Settings { ack, .. } | Self::Ping { ack, .. } => when(*ack, flags::ACK),
            Self::PushPromise { complete, .. } | Self::Continuation { complete, .. } => {
                when(*complete, flags::END_HEADERS)
            }
            _ => 0,
        }
    }

    /// Appends the frame, head and payload.
    pub fn encode(&self, stream: StreamId, out: &mut Vec<u8>) {
        self.encode_padded(stream, None, out);
    }

    /// As [`encode`](Self::encode); DATA, HEADERS and PUSH_PROMISE with so many octets of padding
    /// (§10.7), the others without.
    pub fn encode_padded(&self, stream: StreamId, padding: Option<u8>, out: &mut Vec<u8>) {
        let start = out.len();
        let padding = padding.filter(|_| {
            matches!(self, Self::Data { .. } | Self::Headers { .. } | Self::PushPromise { .. })
        });
        let padded = if padding.is_some() { flags::PADDED } else { 0 };
        let (kind, flags) = (self.kind(), self.flags() | padded);
        FrameHead { length: 0, kind, flags, stream }.encode(out);
        out.extend(padding);
        self.payload(out);
        out.extend(std::iter::repeat_n(0, padding.unwrap_or_default().into()));
        set_length(out, start);
    }

    fn payload(&self, out: &mut Vec<u8>) {
        // Weight 16 is what a stream has that says nothing (RFC 7540 §5.3.5).
        const WEIGHT: u8 = 15;
        let word = |out: &mut Vec<u8>, value: u32| out.extend_from_slice(&value.to_be_bytes());
        match self {
            Self::Data { data, .. } => crate::copy::append(out, data),
            Self::Headers { fragment, dependency, .. } => {
                if let Some(dependency) = dependency {
                    word(out, dependency.value());
                    out.push(WEIGHT);
                }
                out.extend_from_slice(fragment);
            }
            Self::Priority { dependency } => {
                word(out, dependency.value());
                out.push(WEIGHT);
            }
            Self::RstStream { code } => word(out, *code),
            Self::Settings { settings, .. } => {
                for (id, value) in *settings {
                    out.extend_from_slice(&id.to_be_bytes());
                    word(out, value);
                }
            }
            Self::PushPromise { promised, fragment, .. } => {
                word(out, promised.value());
                out.extend_from_slice(fragment);
            }
            Self::Ping { octets, .. } => out.extend_from_slice(octets),
            Self::GoAway { last, code, debug } => {
                word(out, last.value());
                word(out, *code);
                out.extend_from_slice(debug);
            }
            Self::WindowUpdate { increment } => word(out, *increment),
            Self::Continuation { fragment, .. } => out.extend_from_slice(fragment),
            Self::PriorityUpdate { prioritized, value } => {
                word(out, prioritized.value());
                out.extend_from_slice(value);
            }
            Self::Unknown => {}
        }
    }
}

/// Writes the length of a frame that begins at `start` and ends where `out` does.
pub(crate) fn set_length(out: &mut [u8], start: usize) {
    let length = out.len().saturating_sub(start + FrameHead::LENGTH);
    let [_, a, b, c] = u32::try_from(length).unwrap_or(0xff_ffff).to_be_bytes();
    if let Some(place) = out.get_mut(start..start + 3) {
        place.copy_from_slice(&[a, b, c]);
    }
}
