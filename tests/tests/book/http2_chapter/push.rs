//! What a server says of its own accord: a promise, and a hint.

use super::{
    Pair, decoder, explained, frames, request,
    streams::{answer, ask},
    talk::told,
};
use crate::figure::figure;
use http::{Response, StatusCode, message::Scheme};
use http2::{ClientOptions, Connection, Limits, frame::FrameType};

/// A client that takes pushes, and a server that has said its settings.
fn pair() -> Pair {
    let mut pair = Pair::new();
    let options = ClientOptions { push: true, ..ClientOptions::new(Scheme::Https) };
    pair.client = Connection::client(&Limits::default(), options, pair.now);
    pair
}

/// What the server sends, its settings left out.
fn said(pair: &mut Pair) -> Vec<u8> {
    let octets = pair.server_sends();
    let (_, frames) = frames(&octets);
    let settings = [FrameType::SETTINGS.0, FrameType::WINDOW_UPDATE.0];
    frames.into_iter().filter(|frame| !settings.contains(&frame[3])).flatten().collect()
}

#[test]
fn a_promise_octet_by_octet() {
    let mut pair = pair();
    let page = ask(&mut pair, "/page", "");
    let style = pair.server.push(page, &request("/style.css", &[])).unwrap();
    let promise = said(&mut pair);
    answer(&mut pair.server, page, 3);
    answer(&mut pair.server, style, 3);
    let mut table = decoder();
    let mut story = explained(&promise, &mut table);
    story.push('\n');
    told(&mut story, "server", &said(&mut pair), &mut table);
    figure("h2-push", &story);
}

#[test]
fn a_hint() {
    let (mut pair, mut story) = (Pair::new(), String::new());
    let page = ask(&mut pair, "/page", "");
    let mut hints = Response::new(StatusCode::new(103).unwrap());
    hints.headers.try_append("link", "</style.css>; rel=preload; as=style").unwrap();
    pair.server.send_informational(page, &hints).unwrap();
    answer(&mut pair.server, page, 3);
    told(&mut story, "server", &said(&mut pair), &mut decoder());
    figure("h2-hints", &story);
}
