//! Many requests on one connection: HTTP/2 and HTTP/3, driven by a thread of its own.
//!
//! RFC 9113, RFC 9114
//!
//! ```text
//!   callers' threads          │            the driver's thread
//!   exchange ── commands ──►  mailbox  ──► event_loop ──► link ──► machine, socket
//!   body     ◄── content ──   call     ◄── calls, told ◄───┘
//! ```
//!
//! | file         | is                                                            |
//! |--------------|---------------------------------------------------------------|
//! | `line`       | a shared connection, as its users see it                      |
//! | `exchange`   | one request, up to the head of its response                   |
//! | `body`       | the content of a response                                     |
//! | `call`       | what both threads know of one request                         |
//! | `mailbox`    | what callers tell the thread, and the thread's life           |
//! | `event_loop` | all connections of a session, as they become ready            |
//! | `link`       | a shared connection over TCP, as the thread has it            |
//! | `quic_link`  | a shared connection over QUIC, as the thread has it           |
//! | `machine`    | what HTTP/2 and HTTP/3 have in common                         |
//! | `http2`, `http3` | the two, as machines                                      |
//! | `calls`      | who waits for a stream, and who on which                      |
//! | `told`       | what comes on a stream, put where its call is                 |
//! | `network`    | what QUIC leaves through, and when it is another              |
//! | `tunnel`     | a stream that carries another protocol (RFC 8441, RFC 9220)   |
//! | `pushed`     | answers that nobody has asked for yet                         |
//!
//! Why a thread: a PING wants its answer, a window its update and a reset its end also while every
//! caller is busy with something else.
//!
//! Invariant: no caller waits for another: not for its body to be read, not for its content to be
//! sent.

mod body;
mod call;
mod calls;
mod event_loop;
mod exchange;
mod http2;
mod http3;
mod line;
mod link;
mod machine;
mod mailbox;
mod network;
mod pushed;
mod quic_link;
mod told;
mod tunnel;

pub(crate) use exchange::run;
pub use line::Http2Options;
pub use line::Http3Options;
pub(crate) use line::{Connected, ConnectedQuic, Line};
pub(crate) use mailbox::Driver;
