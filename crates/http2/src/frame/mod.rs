//! Frames: everything on an HTTP/2 connection, after its preface, is one of these.
//!
//! RFC 9113 §4.1, §6
//!
//! | file      | holds                                                   |
//! |-----------|---------------------------------------------------------|
//! | `head`    | nine octets in front of each payload, types, flags      |
//! | `payload` | what each type's payload says                           |
//! | `encode`  | the way back, padding too                               |
//!
//! Invariant: parsing copies no payload.
//!
//! Used by: the connection, and `dissect`, which reads with an observer.

mod encode;
mod head;
mod payload;

pub(crate) use encode::set_length;
pub use head::{FrameHead, FrameType, PREFACE, StreamId, flags};
pub use payload::{Frame, Settings};
