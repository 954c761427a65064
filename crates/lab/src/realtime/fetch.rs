//! The client's side: what each way asks, and what it makes of the answers.

use super::{Error, feed::Feed, stream::Events};
use client::{
    Session,
    core::timeouts::Timeouts,
    websocket::{self, CloseCode, Event, Message},
};
use std::{
    io::BufReader,
    net::SocketAddr,
    time::{Duration, Instant},
};

/// What each request says beside what it asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fields {
    /// `Host`, `User-Agent: wirebook/…` and `Accept`: as small as requests get.
    #[default]
    Small,
    /// What a browser says with each request to a site where one is logged in.
    Browser,
}

impl Fields {
    /// Names and values; `Host` is the request's own.
    pub const fn list(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Small => &[("User-Agent", "wirebook"), ("Accept", "*/*")],
            Self::Browser => &BROWSER,
        }
    }
}

/// Longer than anything here is silent.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser's fields: each has its reason, and each is said again with each request.
const BROWSER: [(&str, &str); 9] = [
    (
        "User-Agent",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
         Chrome/140.0.0.0 Safari/537.36",
    ),
    ("Accept-Language", "ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7"),
    ("Referer", "http://127.0.0.1/rooms/sockets"),
    ("sec-ch-ua", "\"Chromium\";v=\"140\", \"Not=A?Brand\";v=\"24\""),
    ("sec-ch-ua-mobile", "?0"),
    ("sec-ch-ua-platform", "\"Linux\""),
    ("Sec-Fetch-Site", "same-origin"),
    ("Sec-Fetch-Mode", "cors"),
    ("Cookie", "session=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b; theme=light; seen=17"),
];

/// A session that fails rather than waits for ever.
pub(super) fn session(fields: Fields) -> Result<Session, Error> {
    let patience = Some(PATIENCE);
    let timeouts = Timeouts { head: patience, read: patience, ..Timeouts::default() };
    let mut builder = Session::builder().without_cookies().timeouts(timeouts);
    if fields == Fields::Browser {
        for (name, value) in BROWSER {
            builder = builder.header(name, value)?;
        }
    }
    Ok(builder.build())
}

/// What the client has, held against what was sent.
pub(super) struct Inbox<'a> {
    feed: &'a Feed,
    /// When each event came.
    pub(super) arrivals: Vec<Instant>,
}

impl<'a> Inbox<'a> {
    pub(super) fn new(feed: &'a Feed) -> Self {
        Self { feed, arrivals: Vec::new() }
    }

    /// How many have come.
    pub(super) fn len(&self) -> usize {
        self.arrivals.len()
    }

    /// Whether all have.
    pub(super) fn is_full(&self) -> bool {
        self.len() == self.feed.len()
    }

    /// One event has come.
    pub(super) fn take(&mut self, text: &str) -> Result<(), Error> {
        let number = self.len();
        if self.feed.text(number) != Some(text) {
            return Err(Error::Mangled { number });
        }
        self.arrivals.push(Instant::now());
        self.feed.arrived(self.len());
        Ok(())
    }
}

/// One request for the events that are still missing.
pub(super) fn ask(
    session: &Session,
    address: SocketAddr,
    path: &str,
    inbox: &mut Inbox<'_>,
) -> Result<(), Error> {
    let url = format!("http://{address}{path}?after={}", inbox.len());
    for line in session.get(&url)?.send()?.error_for_status()?.text()?.lines() {
        inbox.take(line)?;
    }
    Ok(())
}

/// One request for all of them.
pub(super) fn events(
    session: &Session,
    address: SocketAddr,
    inbox: &mut Inbox<'_>,
) -> Result<(), Error> {
    let request = session.get(&format!("http://{address}/events"))?;
    let request = request.without_header("Accept").header("Accept", "text/event-stream");
    let mut events = Events(BufReader::new(request.send()?.error_for_status()?));
    while let Some(text) = events.next()? {
        inbox.take(&text)?;
    }
    Ok(())
}

/// One request, and then messages as they come.
pub(super) fn socket(
    session: &Session,
    address: SocketAddr,
    deflate: bool,
    inbox: &mut Inbox<'_>,
) -> Result<(), Error> {
    let options = websocket::Options::default();
    let options = if deflate { options } else { options.uncompressed() };
    let socket = websocket::connect(session, &format!("ws://{address}/socket"), &options)?;
    while let Some(event) = socket.receive(Some(PATIENCE))? {
        match event {
            Event::Message(Message::Text(text)) => inbox.take(&text)?,
            Event::Closed { .. } => break,
            _ => {}
        }
        if inbox.is_full() {
            // Twice is once: what comes behind our goodbye is the peer's.
            let _ = socket.close(CloseCode::NORMAL, "");
        }
    }
    Ok(())
}
