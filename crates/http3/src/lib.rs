//! HTTP/3: requests and responses on streams that do not wait for each other (RFC 9114).
//!
//! ```text
//!   stream 0  (bidirectional)   HEADERS DATA …           one exchange each
//!   stream 4  (bidirectional)   HEADERS DATA …
//!   stream 2  (unidirectional)  0x00 SETTINGS GOAWAY …   control, one each way
//!   stream 6  (unidirectional)  0x02 instructions        QPACK's encoder
//!   stream 10 (unidirectional)  0x03 instructions        QPACK's decoder
//!   datagrams                   quarter of a stream's number, payload (RFC 9297)
//! ```
//!
//! What HTTP/2 does itself, QUIC does here: streams, their windows, their order, their priorities.
//! What is left is what a stream is for, and the compression of fields, which has to live with
//! streams that overtake each other ([`qpack`]).
//!
//! | module      | what it holds                                                             |
//! |-------------|---------------------------------------------------------------------------|
//! | [`frame`]   | frames: their table, cut from a stream's octets                           |
//! | [`settings`] | what both ends say first                                                 |
//! | `connection` | an end: octets of streams in, messages out, and the other way round      |
//! | `stream`    | an exchange's record, what waits to be sent in it                         |
//! | `transport` | the little that is asked of QUIC                                          |
//! | [`capsule`] | messages within the content of an extended CONNECT (RFC 9297)            |
//!
//! It knows no QUIC: [`Transport`] is all that it asks for, so its tests need none.
//!
//! Invariant: no input of a peer makes this crate panic, loop, or keep more than its limits say.
#![forbid(unsafe_code)]

pub mod capsule;
mod connection;
mod error;
mod event;
pub mod frame;
#[doc(hidden)]
pub mod fuzzing;
mod limits;
mod misuse;
pub mod settings;
mod stream;
mod stream_id;
mod trace;
mod transport;

pub use connection::{ClientOptions, Connection, State};
pub use error::{Error, ErrorCode, Scope};
pub use event::Event;
pub use http::message::Outgoing;
pub use limits::Limits;
pub use misuse::Misuse;
pub use settings::Settings;
pub use stream_id::{Role, StreamId};
pub use transport::Transport;
