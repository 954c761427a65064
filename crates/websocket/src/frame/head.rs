//! The head of a frame: two octets that say most of it, and up to twelve more.
//!
//! RFC 6455 §5.2
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-------+-+-------------+-------------------------------+
//! |F|R|R|R| opcode|M| Payload len |    Extended payload length    |
//! |I|S|S|S|  (4)  |A|     (7)     |            (16 / 64)          |
//! |N|V|V|V|       |S|             |  if payload len is 126 / 127  |
//! | |1|2|3|       |K|             |                               |
//! +-+-+-+-+-------+-+-------------+-------------------------------+
//! |                  Masking-key (32), if MASK is 1               |
//! +---------------------------------------------------------------+
//! ```
//!
//! | length of the payload | payload len | extended payload length | octets of head, unmasked |
//! |-----------------------|-------------|-------------------------|--------------------------|
//! | 0 to 125              | itself      | none                    | 2                        |
//! | 126 to 65,535         | 126         | 16 bits                 | 4                        |
//! | up to 2^63 - 1        | 127         | 64 bits, the first 0    | 10                       |
//!
//! Invariant: a parsed `Head` breaks no rule that a head alone can break, so whoever holds one
//! needs to check only what the frames before it decide.
//!
//! Invariant: a length is refused as soon as it is known, before any payload is awaited.
//!
//! Used by: the connection for each frame either way; `dissect`.

use super::Opcode;
use crate::{Role, Violation};
use wire::Reader;

/// What a receiver holds a head against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Who reads: a server wants masked frames, a client unmasked ones (§5.1).
    pub role: Role,
    /// Whether an extension that gives RSV1 a meaning is agreed on (RFC 7692 §6).
    pub compression: bool,
    /// The longest payload of a data frame, in octets, that is taken.
    pub frame: u64,
}

/// What stands in front of a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// FIN: this frame is its message's last.
    pub fin: bool,
    /// RSV1: the message that this frame begins is compressed (RFC 7692 §6).
    pub rsv1: bool,
    /// What the frame is.
    pub opcode: Opcode,
    /// The masking key, in frames of a client.
    pub mask: Option<[u8; 4]>,
    /// Octets of payload, at most 2^63 - 1.
    pub length: u64,
}

/// The longest payload that needs no extended length, and the longest of a control frame.
const SHORT: u64 = 125;
const EXTENDED_16: u8 = 126;
const EXTENDED_64: u8 = 127;

impl Head {
    /// The longest head, in octets.
    pub const LONGEST: usize = 14;

    // ANCHOR: frame_head
    /// Reads a head, or answers `None` and leaves the reader alone while a part of it is missing.
    ///
    /// # Errors
    /// The first rule of §5.1, §5.2 or §5.5 that the head breaks, as early as it is seen: a wrong
    /// first octet is refused before the second has come.
    #[inline]
    pub fn parse(reader: &mut Reader<'_>, rules: &Rules) -> Result<Option<Self>, Violation> {
        let mut ahead = *reader;
        ahead.section("frame", "RFC 6455 §5.2");
        let Ok(first) = ahead.u8("FIN, RSV1-3, opcode") else { return Ok(None) };
        let (fin, reserved) = (first & 0x80 != 0, first >> 4 & 0x7);
        let opcode = Opcode::new(first & 0xf);
        ahead.explain(|| explain_first(first, opcode));
        let opcode = opcode.ok_or(Violation::OpcodeReserved { opcode: first & 0xf })?;
        let rsv1 = reserved == 0x4;
        if reserved != 0 && !(rsv1 && rules.compression) {
            return Err(Violation::ReservedBits { bits: reserved });
        }
        if opcode.is_control() && !fin {
            return Err(Violation::ControlFragmented);
        }
        // RFC 7692 §6.1: the bit speaks for the whole message, so only its first frame bears it.
        if rsv1 && !matches!(opcode, Opcode::Text | Opcode::Binary) {
            return Err(Violation::CompressedBitMisplaced { frame: opcode.name() });
        }

        let Ok(second) = ahead.u8("MASK, payload len") else { return Ok(None) };
        let (masked, short) = (second & 0x80 != 0, second & 0x7f);
        ahead.explain(|| format!("{}length {short}", if masked { "masked, " } else { "" }));
        match (rules.role, masked) {
            (Role::Server, false) => return Err(Violation::MaskMissing),
            (Role::Client, true) => return Err(Violation::MaskForbidden),
            (Role::Server, true) | (Role::Client, false) => {}
        }
        if opcode.is_control() && u64::from(short) > SHORT {
            return Err(Violation::ControlTooLong);
        }

        let length = match short {
            EXTENDED_16 => ahead.u16("extended payload length").map(u64::from),
            EXTENDED_64 => ahead.u64("extended payload length"),
            short => Ok(u64::from(short)),
        };
        let Ok(length) = length else { return Ok(None) };
        if short >= EXTENDED_16 {
            ahead.explain(|| length.to_string());
        }
        if length >> 63 != 0 {
            return Err(Violation::LengthTopBit);
        }
        let least = match short {
            EXTENDED_16 => SHORT + 1,
            EXTENDED_64 => 0x1_0000,
            _ => 0,
        };
        if length < least {
            return Err(Violation::LengthNotMinimal { length });
        }
        // Control frames are small enough for anybody, and nobody could live or part without them.
        if length > rules.frame && !opcode.is_control() {
            return Err(Violation::FrameTooLong { length, limit: rules.frame });
        }

        let mask = if masked {
            let Ok(key) = ahead.octets::<4>("masking-key") else { return Ok(None) };
            Some(key)
        } else {
            None
        };
        *reader = ahead;
        Ok(Some(Self { fin, rsv1, opcode, mask, length }))
    }
    // ANCHOR_END: frame_head

    /// Appends the head, its length in the shortest form.
    #[inline]
    pub fn encode(&self, out: &mut Vec<u8>) {
        let fin = if self.fin { 0x80 } else { 0 };
        let rsv1 = if self.rsv1 { 0x40 } else { 0 };
        let mask = if self.mask.is_some() { 0x80 } else { 0 };
        let first = fin | rsv1 | self.opcode.bits();
        match (u8::try_from(self.length), u16::try_from(self.length)) {
            (Ok(length), _) if self.length <= SHORT => {
                out.extend_from_slice(&[first, mask | length]);
            }
            (_, Ok(length)) => {
                let [high, low] = length.to_be_bytes();
                out.extend_from_slice(&[first, mask | EXTENDED_16, high, low]);
            }
            _ => {
                out.extend_from_slice(&[first, mask | EXTENDED_64]);
                out.extend_from_slice(&self.length.to_be_bytes());
            }
        }
        if let Some(key) = self.mask {
            out.extend_from_slice(&key);
        }
    }
}

/// The first octet in words, for a dissection.
fn explain_first(first: u8, opcode: Option<Opcode>) -> String {
    let mut words = Vec::with_capacity(5);
    for (bit, name) in [(0x80, "FIN"), (0x40, "RSV1"), (0x20, "RSV2"), (0x10, "RSV3")] {
        if first & bit != 0 {
            words.push(name);
        }
    }
    words.push(opcode.map_or("a reserved opcode", Opcode::name));
    words.join(", ")
}
