//! The page's sockets: an echo, a chat, and how many connections the server has.
//!
//! ```text
//!   /_wirebook/echo   ► any message          ◄ the same
//!   /_wirebook/chat   ► text                 ◄ you 3        your number
//!                                            ◄ came 3 2     guest 3 came, two are here
//!                                            ◄ said 3 TEXT
//!                                            ◄ left 3 1
//!   /_wirebook/live                          ◄ connections 5, and again whenever it changes
//! ```
//!
//! Invariant: only pages of this server may open them, and no message is kept.

use server::{CloseCode, Endpoint, Group, Limits, Message, Prepared, Running, Socket, WebSocket};
use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, Thread},
    time::Duration,
};

/// How soon a change of the count is told. The server does not say when a connection comes or goes.
const LOOK: Duration = Duration::from_millis(250);

/// Octets of one line of the chat.
const LINE: u64 = 4096;

/// Says back whatever it is told.
pub(super) fn echo() -> WebSocket {
    WebSocket::new(|_| {
        Ok(Box::new(|socket: &mut Socket<'_>, message: Message| {
            // It fails only where the peer has said goodbye already.
            let _ = socket.send(message);
        }))
    })
}

/// Says to all what one says.
pub(super) fn chat(limits: &Limits) -> WebSocket {
    let (room, next) = (Group::new(), AtomicU64::new(1));
    let open = move |_: &server::Request| {
        let number = next.fetch_add(1, Ordering::Relaxed);
        Ok(Box::new(Guest { room: room.clone(), number }) as Box<dyn Endpoint>)
    };
    WebSocket::new(open).limits(websocket::Limits { message: LINE, ..limits.websocket.clone() })
}

/// One who has the page open.
struct Guest {
    room: Group,
    number: u64,
}

impl Guest {
    fn tell(&self, event: &str, rest: &str) {
        // A room in which more is said than can be heard loses what is too much.
        let _ = self.room.send(&Prepared::text(&format!("{event} {} {rest}", self.number)));
    }
}

impl Endpoint for Guest {
    fn opened(&mut self, socket: &mut Socket<'_>) {
        let _ = socket.send(Message::Text(format!("you {}", self.number)));
        self.room.join(&socket.handle());
        self.tell("came", &self.room.len().to_string());
    }

    fn message(&mut self, socket: &mut Socket<'_>, message: Message) {
        match message {
            Message::Text(text) => self.tell("said", &text),
            Message::Binary(_) => drop(socket.close(CloseCode::UNSUPPORTED_DATA, "text, please")),
        }
    }

    fn closed(&mut self, _: Option<CloseCode>, _: &str, _: bool) {
        // It has left the room already.
        self.tell("left", &self.room.len().to_string());
    }
}

/// Tells everybody how many connections there are. A thread looks while somebody listens.
pub(super) fn live(running: Arc<OnceLock<Running>>) -> WebSocket {
    let audience = Audience::default();
    let looker = thread::Builder::new().name("live".into()).spawn({
        let audience = audience.clone();
        move || audience.look(|| running.get().map_or(1, Running::connections))
    });
    let looker = looker.ok().map(|handle| handle.thread().clone());
    WebSocket::new(move |_| {
        Ok(Box::new(Listener { audience: audience.clone(), looker: looker.clone() }))
    })
}

/// Those who want to know.
#[derive(Clone, Default)]
struct Audience {
    group: Group,
    /// Somebody came and was told nothing yet.
    news: Arc<AtomicBool>,
}

impl Audience {
    fn look(&self, count: impl Fn() -> usize) -> ! {
        let mut told = 0;
        loop {
            if self.group.is_empty() {
                thread::park();
            } else {
                thread::park_timeout(LOOK);
            }
            let connections = count();
            if self.news.swap(false, Ordering::AcqRel) || connections != told {
                let message = Prepared::text(&format!("connections {connections}"));
                // Where too much waits already, it is told at the next look.
                told = self.group.send(&message).map_or(0, |()| connections);
            }
        }
    }
}

struct Listener {
    audience: Audience,
    looker: Option<Thread>,
}

impl Endpoint for Listener {
    fn opened(&mut self, socket: &mut Socket<'_>) {
        self.audience.group.join(&socket.handle());
        self.audience.news.store(true, Ordering::Release);
        if let Some(looker) = &self.looker {
            looker.unpark();
        }
    }

    fn message(&mut self, socket: &mut Socket<'_>, _: Message) {
        let _ = socket.close(CloseCode::POLICY_VIOLATION, "this one only listens");
    }
}
