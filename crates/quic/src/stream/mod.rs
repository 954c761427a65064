//! Streams: ordered octets, each direction with a life of its own.
//!
//! RFC 9000 §2, §3
//!
//! ```text
//!   StreamId ── who began it, who may send
//!   SendStream    = SendState    + SendBuffer + the peer's window + FIN or RESET_STREAM
//!   ReceiveStream = ReceiveState + Assembler  + our window        + final size
//! ```
//!
//! Order is a matter of one stream alone: a packet that is lost delays the streams whose octets it
//! carried, and no other.
//!
//! Invariant: a stream keeps what windows allow, and nothing a peer only declares.
//!
//! Used by: the connection.

mod assembler;
mod buffer;
mod id;
mod receive;
mod send;
mod state;

pub use assembler::Assembler;
pub use buffer::SendBuffer;
pub use id::{Direction, StreamId};
pub use receive::ReceiveStream;
pub use send::{Piece, Reset, SendStream};
pub use state::{ReceiveInput, ReceiveState, SendInput, SendState};
