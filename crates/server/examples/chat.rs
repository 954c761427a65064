//! A chat room: what one says, all hear. The page is at `/`, the room at `/room`.
//!
//! `cargo run -p server --example chat -- [ADDRESS]`, then open it in two windows.

use http::{HeaderName, HeaderValue, Response, StatusCode};
use server::{
    CloseCode, Endpoint, Group, Message, Prepared, Router, Server, Socket, WebSocket, inline,
};
use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

// ANCHOR: room
/// One who is in the room.
struct Guest {
    room: Group,
    name: String,
}

impl Guest {
    fn say(&self, text: &str) {
        // A room in which more is said than can be heard loses what is too much.
        let _ = self.room.send(&Prepared::text(&format!("{}: {text}", self.name)));
    }
}

impl Endpoint for Guest {
    fn opened(&mut self, socket: &mut Socket<'_>) {
        self.room.join(&socket.handle());
        self.say("hello");
    }

    fn message(&mut self, socket: &mut Socket<'_>, message: Message) {
        match message {
            Message::Text(text) => self.say(&text),
            Message::Binary(_) => drop(socket.close(CloseCode::UNSUPPORTED_DATA, "text, please")),
        }
    }

    fn closed(&mut self, _: Option<CloseCode>, _: &str, _: bool) {
        // It has left the room already.
        self.say("goodbye");
    }
}
// ANCHOR_END: room

const PAGE: &str = r#"<!doctype html><meta charset="utf-8"><title>chat</title>
<ul id="said"></ul><form><input id="text" autofocus autocomplete="off"></form>
<script>
const socket = new WebSocket(`ws://${location.host}/room`);
socket.onmessage = event => {
  said.append(Object.assign(document.createElement("li"), { textContent: event.data }));
};
document.forms[0].onsubmit = event => {
  event.preventDefault();
  socket.send(text.value);
  text.value = "";
};
</script>
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".into());
    let (room, guests) = (Group::new(), Arc::new(AtomicUsize::new(1)));
    let router = Router::new()
        .get(
            "/",
            inline(|_, reply| {
                let mut response = Response::new(StatusCode::OK);
                let kind = HeaderValue::from_static("text/html; charset=utf-8");
                response.headers.append(HeaderName::CONTENT_TYPE, kind);
                reply.send(response, PAGE);
            }),
        )
        .websocket(
            "/room",
            WebSocket::new(move |_| {
                let name = format!("guest {}", guests.fetch_add(1, Ordering::Relaxed));
                Ok(Box::new(Guest { room: room.clone(), name }))
            }),
        );
    let server = Server::new(router).listen(address.parse()?)?.threads(2).start()?;
    println!("http://{}/", server.addresses().first().ok_or("no address")?);
    Ok(server.wait()?)
}
