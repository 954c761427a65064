//! The page that takes the tour: one document and the seven things it names.
//!
//! Served by our own server on a port of its own, with one resource, `/slow`, that answers only
//! when the tour says so: whatever waits behind it waits by rule and not by chance.

use http::{HeaderName, HeaderValue, Response, StatusCode};
use server::{
    Certificates, Endpoint, Group, Reply, Request, Router, Running, Server, Socket, Tls, WebSocket,
    early,
    identity::{Identity, IdentityError},
    inline,
};
use std::{
    io,
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::SystemTime,
};
use websocket::{Message, Prepared};
use x509::Roots;

/// What the page is made of: path, type, octets.
const PARTS: [(&str, &str, usize); 8] = [
    ("/", "text/html; charset=utf-8", 0),
    ("/style.css", "text/css; charset=utf-8", 1_800),
    ("/app.js", "text/javascript; charset=utf-8", 4_200),
    ("/socket.svg", "image/svg+xml", 900),
    ("/1.webp", "image/webp", 12_000),
    ("/2.webp", "image/webp", 12_000),
    ("/3.webp", "image/webp", 12_000),
    ("/4.webp", "image/webp", 12_000),
];

/// What takes some frames each; not a part of the page.
pub(super) const LARGE: [&str; 2] = ["/left", "/right"];
/// Its octets.
const LARGE_LENGTH: usize = 48_000;

const DOCUMENT: &str = "<!DOCTYPE html>\n<html lang=\"ko\"><head><meta charset=\"utf-8\">\
<title>소켓과 HTTP</title>\n<link rel=\"stylesheet\" href=\"/style.css\">\
<script src=\"/app.js\"></script></head>\n<body><img src=\"/socket.svg\">\
<img src=\"/1.webp\"><img src=\"/2.webp\"><img src=\"/3.webp\"><img src=\"/4.webp\">\n\
<p>A page is one document and the things it names.</p></body></html>\n";

/// The paths a browser asks for to show the page, the document first.
pub(super) fn paths() -> impl Iterator<Item = &'static str> {
    PARTS.iter().map(|(path, _, _)| *path)
}

/// A door that is shut until somebody opens it.
#[derive(Clone, Default)]
pub(super) struct Door(Arc<(Mutex<bool>, Condvar)>);

impl Door {
    /// Lets everybody through from now on.
    pub(super) fn open(&self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.1.notify_all();
    }

    /// Lets nobody through any more.
    pub(super) fn shut(&self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = false;
    }

    /// Waits until it is open.
    fn pass(&self) {
        let open = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.0.1.wait_while(open, |open| !*open));
    }
}

/// Whom the server tells what is new: everybody who has opened `/socket`.
#[derive(Clone, Default)]
pub(super) struct News(Arc<Group>);

impl News {
    /// Tells everybody.
    pub(super) fn send(&self, message: &Prepared) {
        // One listener that takes all it gets is never crowded.
        let _ = self.0.send(message);
    }
}

/// Says back what it is told, and hears the news.
struct Echo(News);

impl Endpoint for Echo {
    fn opened(&mut self, socket: &mut Socket<'_>) {
        self.0.0.join(&socket.handle());
    }

    fn message(&mut self, socket: &mut Socket<'_>, message: Message) {
        // A socket that is closing has nobody to tell.
        let _ = socket.send(message);
    }
}

/// The server of the page, on ports that the kernel chooses, in the clear and not; `/slow` waits
/// for the door, and `/socket` hears the news.
pub(super) fn start(door: &Door, news: &News, tls: &Arc<Tls>) -> io::Result<Running> {
    let mut router = Router::new();
    for (path, kind, length) in PARTS {
        let content: Arc<[u8]> = match length {
            0 => DOCUMENT.as_bytes().into(),
            length => filler(path, length).into(),
        };
        let answer = inline(move |_, reply| answer(reply, kind, content.clone()));
        // Whoever asks for these again gets them again.
        router = router.get(path, early(answer));
    }
    for path in LARGE {
        let content: Arc<[u8]> = filler(path, LARGE_LENGTH).into();
        let kind = "application/octet-stream";
        router = router.get(path, inline(move |_, reply| answer(reply, kind, content.clone())));
    }
    let door = door.clone();
    router = router.get("/slow", move |_: Request, reply: Reply| {
        door.pass();
        reply.text(StatusCode::OK, "slow");
    });
    let news = news.clone();
    let socket = WebSocket::new(move |_| Ok(Box::new(Echo(news.clone()))));
    router = router.websocket("/socket", socket);
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    Server::new(router).http3(true).listen(address)?.listen_tls(address, tls)?.start()
}

/// TLS for the page: a certificate made just now, and who believes it.
pub(super) fn tls() -> Result<(Arc<Tls>, Roots), IdentityError> {
    let identity = Identity::generate(SystemTime::now().into())?;
    let roots = Roots::from_iter(identity.chain().first().cloned());
    let mut config = Tls::config_for(Certificates::of([identity])?);
    config.early_data = 16_384;
    Ok((Tls::with(config), roots))
}

fn answer(reply: Reply, kind: &'static str, content: Arc<[u8]>) {
    let mut response = Response::new(StatusCode::OK);
    response.headers.append(HeaderName::CONTENT_TYPE, HeaderValue::from_static(kind));
    reply.send(response, content);
}

/// `length` octets that stand for a real file's; what they are does not matter to HTTP.
fn filler(path: &str, length: usize) -> Vec<u8> {
    path.bytes().cycle().take(length).collect()
}
