//! Frames: what a stream's octets are cut into.
//!
//! RFC 9114 §7
//!
//! ```text
//! Frame = Type (i), Length (i), Payload (..)
//! ```
//!
//! | type    | frame                    | control | request | push | sent by | section       |
//! |---------|--------------------------|---------|---------|------|---------|---------------|
//! | 0x00    | DATA                     |         | ✓       | ✓    | both    | §7.2.1        |
//! | 0x01    | HEADERS                  |         | ✓       | ✓    | both    | §7.2.2        |
//! | 0x03    | CANCEL_PUSH              | ✓       |         |      | both    | §7.2.3        |
//! | 0x04    | SETTINGS                 | first   |         |      | both    | §7.2.4        |
//! | 0x05    | PUSH_PROMISE             |         | ✓       |      | server  | §7.2.5        |
//! | 0x07    | GOAWAY                   | ✓       |         |      | both    | §7.2.6        |
//! | 0x0d    | MAX_PUSH_ID              | ✓       |         |      | client  | §7.2.7        |
//! | 0xf0700 | PRIORITY_UPDATE (request) | ✓      |         |      | client  | RFC 9218 §7.2 |
//! | 0xf0701 | PRIORITY_UPDATE (push)   | ✓       |         |      | client  | RFC 9218 §7.2 |
//! | 0x02, 0x06, 0x08, 0x09 | HTTP/2's own |      |         |      | nobody  | §7.2.8        |
//! | others  | unknown: skipped         | ✓       | ✓       | ✓    | both    | §9            |
//!
//! A frame has no stream and no flags: the stream it is in says whose it is, and the stream's end
//! ends the message.
//!
//! Used by: the connection, `dissect`.

mod cut;
mod payload;

pub use cut::{Frames, Piece};
pub use payload::{Control, parse_control, read_control};

use crate::{Role, settings::is_reserved};
use std::fmt;
use wire::{Reader, Truncated, VarInt};

/// What a frame is.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct FrameType(pub u64);

/// Where a frame can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The control stream, behind SETTINGS.
    Control,
    /// A request's stream.
    Request,
    /// A push's stream.
    Push,
}

/// A row of the table.
struct Rule {
    kind: FrameType,
    name: &'static str,
    control: bool,
    request: bool,
    push: bool,
    /// Who sends it, where not both do.
    sender: Option<Role>,
}

const fn rule(kind: u64, name: &'static str, places: [bool; 3], sender: Option<Role>) -> Rule {
    let [control, request, push] = places;
    Rule { kind: FrameType(kind), name, control, request, push, sender }
}

const NOWHERE: [bool; 3] = [false, false, false];
const CONTROL: [bool; 3] = [true, false, false];
const MESSAGE: [bool; 3] = [false, true, true];

// ANCHOR: table
static TABLE: [Rule; 13] = [
    rule(0x00, "DATA", MESSAGE, None),
    rule(0x01, "HEADERS", MESSAGE, None),
    rule(0x03, "CANCEL_PUSH", CONTROL, None),
    // Behind the first frame SETTINGS is nowhere; the first is looked at by itself.
    rule(0x04, "SETTINGS", NOWHERE, None),
    rule(0x05, "PUSH_PROMISE", [false, true, false], Some(Role::Server)),
    rule(0x07, "GOAWAY", CONTROL, None),
    rule(0x0d, "MAX_PUSH_ID", CONTROL, Some(Role::Client)),
    rule(0xf0700, "PRIORITY_UPDATE", CONTROL, Some(Role::Client)),
    rule(0xf0701, "PRIORITY_UPDATE", CONTROL, Some(Role::Client)),
    rule(0x02, "HTTP/2's PRIORITY", NOWHERE, None),
    rule(0x06, "HTTP/2's PING", NOWHERE, None),
    rule(0x08, "HTTP/2's WINDOW_UPDATE", NOWHERE, None),
    rule(0x09, "HTTP/2's CONTINUATION", NOWHERE, None),
];
// ANCHOR_END: table

impl FrameType {
    /// Content.
    pub const DATA: Self = Self(0x00);
    /// A field section.
    pub const HEADERS: Self = Self(0x01);
    /// A push is not wanted, or will not come.
    pub const CANCEL_PUSH: Self = Self(0x03);
    /// What its sender takes.
    pub const SETTINGS: Self = Self(0x04);
    /// A request that the server makes up.
    pub const PUSH_PROMISE: Self = Self(0x05);
    /// No new requests, or pushes, from here on.
    pub const GOAWAY: Self = Self(0x07);
    /// Pushes below this number are welcome.
    pub const MAX_PUSH_ID: Self = Self(0x0d);
    /// How urgent a response is.
    pub const PRIORITY_UPDATE: Self = Self(0xf0700);
    /// How urgent a push is.
    pub const PRIORITY_UPDATE_PUSH: Self = Self(0xf0701);

    fn rule(self) -> Option<&'static Rule> {
        TABLE.iter().find(|rule| rule.kind == self)
    }

    /// The RFC's name; `unknown` for what it does not know.
    pub fn name(self) -> &'static str {
        self.rule().map_or("unknown", |rule| rule.name)
    }

    /// Whether it means something to us, or is forbidden.
    pub fn is_known(self) -> bool {
        self.rule().is_some()
    }

    /// Whether a frame of this type that comes from `sender` may be in `place`. What is unknown may
    /// be everywhere.
    pub fn is_allowed(self, place: Place, sender: Role) -> bool {
        self.rule().is_none_or(|rule| {
            let here = match place {
                Place::Control => rule.control,
                Place::Request => rule.request,
                Place::Push => rule.push,
            };
            here && rule.sender.is_none_or(|role| role == sender)
        })
    }
}

impl fmt::Debug for FrameType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:#x})", self.name(), self.0)
    }
}

/// The head of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameHead {
    /// What it is.
    pub kind: FrameType,
    /// Octets of its payload.
    pub length: u64,
}

impl FrameHead {
    /// Octets of the longest head.
    pub const MOST: usize = 16;

    /// Reads a head.
    ///
    /// # Errors
    /// [`Truncated`] where it is not all there.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, Truncated> {
        let kind = FrameType(reader.varint("Type")?);
        reader.explain(|| match is_reserved(kind.0) {
            true => "reserved (RFC 9114 §7.2.8)".to_owned(),
            false => kind.name().to_owned(),
        });
        Ok(Self { kind, length: reader.varint("Length")? })
    }

    /// Appends the head to `out`. A type or a length beyond 62 bits becomes the largest there is.
    pub fn encode(self, out: &mut Vec<u8>) {
        for number in [self.kind.0, self.length] {
            VarInt::new(number).unwrap_or(VarInt::MAX).encode(out);
        }
    }
}

/// Appends a frame whose payload is numbers.
pub(crate) fn encode_numbers(kind: FrameType, numbers: &[u64], rest: &[u8], out: &mut Vec<u8>) {
    let numbers: Vec<VarInt> =
        numbers.iter().map(|number| VarInt::new(*number).unwrap_or(VarInt::MAX)).collect();
    let length = numbers.iter().map(|number| number.length()).sum::<usize>() + rest.len();
    FrameHead { kind, length: length as u64 }.encode(out);
    for number in numbers {
        number.encode(out);
    }
    out.extend_from_slice(rest);
}
