//! A message for many peers, framed once.
//!
//! RFC 6455 §5, RFC 7692 §7.2.1
//!
//! A server masks nothing, so the same octets go to a thousand clients: one allocation, a thousand
//! references. With compression too: the message is compressed once, from an empty window, and each
//! connection that sends it makes its own compressor forget, since the peer's window now holds what
//! that compressor has never seen.
//!
//! ```text
//!                 ┌──────────────► connections without compression
//!   Prepared ─────┤ plain frame
//!   (Arc<[u8]>)   │ deflated frame, made at first need
//!                 └──────────────► connections with it
//! ```
//!
//! Invariant: the frames are what any server may send as they are.
//!
//! Used by: `server`'s groups, through
//! [`Connection::send_prepared`](crate::Connection::send_prepared).

use crate::{
    Kind,
    connection::deflate_alone,
    frame::{Head, Opcode},
};
use deflate::{Level, WindowBits};
use std::sync::{Arc, OnceLock};

/// A message framed for many peers. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Prepared(Arc<Frames>);

#[derive(Debug)]
struct Frames {
    kind: Kind,
    plain: Framed,
    /// One for each size of window, 2^8 to 2^15; peers mostly agree on one.
    deflated: [OnceLock<Framed>; 8],
}

/// A server's frame.
#[derive(Debug)]
pub(crate) struct Framed {
    pub(crate) head: Head,
    /// The whole frame.
    pub(crate) octets: Arc<[u8]>,
    /// Where its payload begins.
    start: usize,
}

impl Prepared {
    /// A text message.
    pub fn text(text: &str) -> Self {
        Self::new(Kind::Text, text.as_bytes())
    }

    /// A binary message.
    pub fn binary(octets: &[u8]) -> Self {
        Self::new(Kind::Binary, octets)
    }

    fn new(kind: Kind, payload: &[u8]) -> Self {
        let plain = Framed::new(kind, false, payload);
        Self(Arc::new(Frames { kind, plain, deflated: Default::default() }))
    }

    /// Whether it is text or binary.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The message's octets.
    pub fn payload(&self) -> &[u8] {
        self.0.plain.octets.get(self.0.plain.start..).unwrap_or_default()
    }

    /// A server's frame without compression.
    pub(crate) fn plain(&self) -> &Framed {
        &self.0.plain
    }

    /// A server's frame for peers whose window is 2^`bits` octets or more.
    pub(crate) fn deflated(&self, bits: WindowBits, level: Level) -> &Framed {
        let place = usize::from(bits.get() - WindowBits::MIN.get());
        let Some(place) = self.0.deflated.get(place) else { return &self.0.plain };
        place.get_or_init(|| {
            Framed::new(self.0.kind, true, &deflate_alone(self.payload(), level, bits))
        })
    }
}

impl Framed {
    fn new(kind: Kind, rsv1: bool, payload: &[u8]) -> Self {
        let length = payload.len() as u64;
        let head = Head { fin: true, rsv1, opcode: Opcode::of(kind), mask: None, length };
        let mut octets = Vec::with_capacity(Head::LONGEST + payload.len());
        head.encode(&mut octets);
        let start = octets.len();
        octets.extend_from_slice(payload);
        Self { head, octets: octets.into(), start }
    }
}
