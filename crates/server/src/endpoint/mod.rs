//! WebSocket endpoints: what stands behind a route when both sides may speak at any time.
//!
//! RFC 6455
//!
//! ```text
//!   a request ── route ──► WebSocket   may it be opened? whose page asks? what is agreed?
//!                             │ 101
//!                             ▼
//!   messages ────────────► Endpoint    one for each socket; called on the loop
//!   messages ◄──────────── Socket      what it is given with each call
//!                ▲
//!                ├──────── SocketHandle   the same socket, from any thread
//!                └──────── Group          many sockets at once
//! ```
//!
//! ```
//! use server::{Router, Server, Socket, WebSocket, Message};
//!
//! // An endpoint that says back whatever it is told.
//! let echo = WebSocket::new(|_| {
//!     Ok(Box::new(|socket: &mut Socket<'_>, message: Message| {
//!         let _ = socket.send(message);
//!     }))
//! });
//! let router = Router::new().websocket("/echo", echo);
//! let server = Server::new(router).listen("127.0.0.1:0".parse()?)?.start()?;
//! server.stop()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Invariant: an endpoint that panics costs its own socket, with code 1011, and no other.

mod contexts;
mod group;
mod handle;
mod origins;
mod route;
mod socket;

pub(crate) use contexts::Context;
pub use contexts::Contexts;
pub use group::{Crowded, Group, Said, Share};
pub(crate) use handle::{Letter, Line};
pub use handle::{SendError, SocketHandle};
pub use origins::Origins;
pub(crate) use route::Opening;
pub use route::WebSocket;
pub(crate) use socket::About;
pub use socket::Socket;

use websocket::{CloseCode, Message};

/// One socket's other end: what happens to what its peer says.
///
/// Everything is called on the socket's event loop, one call after another, so it must never block:
/// a loop that waits serves nobody. Work that takes long goes to a thread, with a [`SocketHandle`]
/// to answer by.
///
/// A closure `FnMut(&mut Socket, Message)` is an endpoint that only listens to messages.
pub trait Endpoint: Send + 'static {
    /// The handshake is done; the peer has said nothing yet.
    fn opened(&mut self, socket: &mut Socket<'_>) {
        let _ = socket;
    }

    /// A whole message came. Behind a goodbye of ours, [`Socket::close`] or a handle's, none is
    /// told; behind that of a stopping server they are, as long as they come.
    fn message(&mut self, socket: &mut Socket<'_>, message: Message);

    /// The peer answered a [`Socket::ping`], or says unasked that it is there.
    fn ponged(&mut self, socket: &mut Socket<'_>, payload: &[u8]) {
        let _ = (socket, payload);
    }

    /// There is room again, after [`Socket::is_full`].
    fn drained(&mut self, socket: &mut Socket<'_>) {
        let _ = socket;
    }

    /// The last call: the socket is gone. `code` and `reason` are those of the peer's Close frame;
    /// `None` where it sent none, or one without a code. `clean` says that both Close frames have
    /// passed.
    fn closed(&mut self, code: Option<CloseCode>, reason: &str, clean: bool) {
        let _ = (code, reason, clean);
    }
}

impl<F: FnMut(&mut Socket<'_>, Message) + Send + 'static> Endpoint for F {
    fn message(&mut self, socket: &mut Socket<'_>, message: Message) {
        self(socket, message);
    }
}
