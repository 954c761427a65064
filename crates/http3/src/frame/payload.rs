//! The payloads of the control stream's frames.
//!
//! RFC 9114 §7.2.3 to §7.2.7, RFC 9218 §7.2
//!
//! ```text
//! CANCEL_PUSH      = Push ID (i)
//! GOAWAY           = Stream ID / Push ID (i)
//! MAX_PUSH_ID      = Push ID (i)
//! PRIORITY_UPDATE  = Prioritized Element ID (i), Priority Field Value (..)
//! ```
//!
//! Invariant: a payload that is longer or shorter than its fields is an error of the connection.
//!
//! Used by: the connection; `dissect`.

use super::FrameType;
use crate::Error;
use wire::Reader;

/// A frame of the control stream behind SETTINGS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control<'a> {
    /// A push is not wanted, or will not come.
    CancelPush(u64),
    /// No new requests, or pushes, from this number on.
    GoAway(u64),
    /// The highest number of a push that is welcome.
    MaxPushId(u64),
    /// How urgent a response is.
    PriorityUpdate {
        /// Whether the number is that of a push.
        push: bool,
        /// The stream's or the push's number.
        element: u64,
        /// The value, as the Priority field has it.
        value: &'a [u8],
    },
}

/// Reads a payload; `None` for a frame of another type.
///
/// # Errors
/// [`Error::FrameLayout`]
pub fn parse_control<'a>(kind: FrameType, payload: &'a [u8]) -> Result<Option<Control<'a>>, Error> {
    read_control(kind, &mut Reader::new(payload))
}

/// As [`parse_control`]; the payload is all that `reader` holds.
///
/// # Errors
/// [`Error::FrameLayout`]
pub fn read_control<'a>(
    kind: FrameType,
    reader: &mut Reader<'a>,
) -> Result<Option<Control<'a>>, Error> {
    let length = reader.len() as u64;
    let wrong = |section| Error::FrameLayout { frame: kind.name(), length, section };
    let mut number = |field, section| {
        let number = reader.varint(field).map_err(|_| wrong(section))?;
        if reader.is_empty() { Ok(number) } else { Err(wrong(section)) }
    };
    Ok(Some(match kind {
        FrameType::CANCEL_PUSH => Control::CancelPush(number("Push ID", "7.2.3")?),
        FrameType::GOAWAY => Control::GoAway(number("Stream ID/Push ID", "7.2.6")?),
        FrameType::MAX_PUSH_ID => Control::MaxPushId(number("Push ID", "7.2.7")?),
        FrameType::PRIORITY_UPDATE | FrameType::PRIORITY_UPDATE_PUSH => {
            let element = reader.varint("Prioritized Element ID");
            let element = element.map_err(|_| wrong("7.2 of RFC 9218"))?;
            let push = kind == FrameType::PRIORITY_UPDATE_PUSH;
            let value = reader.take("Priority Field Value", reader.len());
            let value = value.map_err(|_| wrong("7.2 of RFC 9218"))?;
            Control::PriorityUpdate { push, element, value }
        }
        _ => return Ok(None),
    }))
}
