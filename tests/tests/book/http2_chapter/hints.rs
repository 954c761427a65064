//! A page and the style it refers to: by how many round trips each way of telling differs.

use super::{
    Pair, request,
    streams::{answer, ask},
    talk::events,
};
use crate::figure::figure;
use http::{Response, StatusCode, message::Scheme};
use http2::{ClientOptions, Connection, ErrorCode, Event, Limits, Outgoing, StreamId};
use std::fmt::Write as _;

const PAGE: usize = 8 << 10;
const STYLE: usize = 20 << 10;

/// How the client learns that it will need the style.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Page,
    Hint,
    Push,
}

/// A client and a server with half a round trip between them, and what has come.
struct Visit {
    pair: Pair,
    way: Way,
    page: StreamId,
    style: Option<StreamId>,
    cached: bool,
    came: [usize; 2],
}

impl Visit {
    fn new(way: Way, cached: bool) -> Self {
        let mut pair = Pair::new();
        let options = ClientOptions { push: true, ..ClientOptions::new(Scheme::Https) };
        pair.client = Connection::client(&Limits::default(), options, pair.now);
        // The request is with the server already: half a round trip has passed.
        let page = ask(&mut pair, "/page", "");
        Self { pair, way, page, style: None, cached, came: [0; 2] }
    }

    /// The server tells of the style as soon as it is asked for the page.
    fn tells(&mut self) {
        match self.way {
            Way::Page => {}
            Way::Hint => {
                let mut hints = Response::new(StatusCode::new(103).unwrap());
                let link = "</style.css>; rel=preload; as=style";
                hints.headers.try_append("link", link).unwrap();
                self.pair.server.send_informational(self.page, &hints).unwrap();
            }
            Way::Push => {
                let style = request("/style.css", &[]);
                let stream = self.pair.server.push(self.page, &style).unwrap();
                answer(&mut self.pair.server, stream, STYLE);
            }
        }
    }

    /// The client reads, and asks for the style, or gives it up, as soon as it hears of it.
    fn hears(&mut self) {
        for event in events(&mut self.pair.client) {
            match event {
                Event::Informational { .. } => self.wants(),
                Event::PushPromise { stream, .. } => {
                    self.style = Some(stream);
                    if self.cached {
                        self.pair.client.reset(stream, ErrorCode::CANCEL);
                    }
                }
                Event::Data { stream, octets, .. } => {
                    self.came[usize::from(stream != self.page)] += octets.len();
                    if self.style.is_none() {
                        self.wants();
                    }
                }
                _ => {}
            }
        }
    }

    fn wants(&mut self) {
        if !self.cached && self.style.is_none() {
            let style = request("/style.css", &[]);
            self.style = Some(self.pair.client.send_request(&style, Outgoing::None).unwrap());
        }
    }

    /// Half round trips until the page, and until both, are here; and the octets of the style's
    /// DATA that were on the line.
    fn run(mut self, making: usize) -> [usize; 3] {
        let (mut whole, mut both, mut style_octets) = (0, 0, 0);
        self.tells();
        for half in 1..12 {
            if half == making + 1 {
                answer(&mut self.pair.server, self.page, PAGE);
            }
            // What the server sends now is with the client at the next half, and back.
            if half % 2 == 1 {
                let mut down = self.pair.server_sends();
                let own = self.page.to_string().parse::<u32>().unwrap();
                let style = super::streams::data(&down).into_iter().filter(|part| part.0 != own);
                style_octets += style.map(|part| part.1 as usize).sum::<usize>();
                self.pair.client.receive(&mut down, self.pair.now);
                self.hears();
            } else {
                let mut up = self.pair.client_sends();
                self.pair.server.receive(&mut up, self.pair.now);
                for event in events(&mut self.pair.server) {
                    if let Event::Request { stream, .. } = event {
                        answer(&mut self.pair.server, stream, STYLE);
                    }
                }
            }
            let [page, style] = self.came;
            if whole == 0 && page == PAGE {
                whole = half + 1;
            }
            if both == 0 && page == PAGE && style == STYLE {
                both = half + 1;
            }
        }
        [whole / 2, both / 2, style_octets]
    }
}

#[test]
fn round_trips_until_page_and_style_are_here() {
    let mut story = String::from(
        "round trips until it is here          DATA of the style that crosses\n\
         the style is known by   page   both   asked for   in the cache already\n",
    );
    for (title, making) in [("the page is made at once", 0), ("making it takes a round trip", 2)] {
        writeln!(story, "{title}").unwrap();
        for (name, way) in
            [("reading the page", Way::Page), ("a 103", Way::Hint), ("a push", Way::Push)]
        {
            let [page, both, asked] = Visit::new(way, false).run(making);
            let [_, _, wasted] = Visit::new(way, true).run(making);
            writeln!(story, "  {name:<20}  {page:>4}   {both:>4}   {asked:>9}   {wasted:>9}")
                .unwrap();
        }
    }
    figure("h2-told", &story);
}
