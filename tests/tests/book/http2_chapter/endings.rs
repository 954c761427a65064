//! Endings: a stream's, again and again, and a connection's, in two steps.

use super::{
    Pair, decoder, request,
    streams::{answer, ask},
    talk::{events, told},
};
use crate::figure::figure;
use http2::{ErrorCode, Event, Limits, Outgoing, State};
use std::fmt::Write as _;

/// Asks and gives up until the server has had enough: how often, and what it says.
fn rapid(handled: bool) -> (usize, String) {
    let mut pair = Pair::new();
    let mut count = 0;
    while pair.server.state() == State::Open {
        let asked = request("/costly", &[]);
        let stream = pair.client.send_request(&asked, Outgoing::None).unwrap();
        let mut up = pair.client_sends();
        pair.server.receive(&mut up, pair.now);
        if handled {
            events(&mut pair.server);
        }
        pair.client.reset(stream, ErrorCode::CANCEL);
        let mut up = pair.client_sends();
        pair.server.receive(&mut up, pair.now);
        count += 1;
    }
    let violation = events(&mut pair.server).into_iter().find_map(|event| match event {
        Event::Violation(error) => Some(format!("{error}; GOAWAY {}", error.code())),
        _ => None,
    });
    (count, violation.unwrap())
}

#[test]
fn rapid_reset() {
    let mut story = String::new();
    for (title, handled) in
        [("the application has not seen the requests", false), ("it has begun each", true)]
    {
        let (count, said) = rapid(handled);
        writeln!(story, "{title}: over at reset {count}\n  {said}").unwrap();
    }
    figure("h2-reset", &story);
}

#[test]
fn ceilings() {
    let limits = Limits::default();
    let mut story = String::new();
    for (name, value) in [
        ("streams", limits.streams),
        ("unhandled_resets", limits.unhandled_resets),
        ("tokens", limits.tokens),
        ("token_rate", limits.token_rate),
        ("continuations", limits.continuations),
        ("header_list", limits.header_list),
        ("empty_data", limits.empty_data),
        ("tiny_data", limits.tiny_data),
        ("answers", limits.answers),
        ("window", limits.window),
    ] {
        writeln!(story, "{name:<18}{value:>10}").unwrap();
    }
    for (name, value) in [
        ("stall_timeout", limits.stall_timeout),
        ("idle_timeout", limits.idle_timeout),
        ("shutdown_timeout", limits.shutdown_timeout),
    ] {
        writeln!(story, "{name:<18}{:>8} s", value.as_secs()).unwrap();
    }
    figure("h2-ceilings", &story);
}

#[test]
fn two_farewells() {
    let (mut pair, mut story) = (Pair::new(), String::new());
    let (mut up_table, mut down_table) = (decoder(), decoder());
    let first = ask(&mut pair, "/first", "");
    // The opening is chapter 7's.
    let mut down = pair.server_sends();
    pair.client.receive(&mut down, pair.now);
    let mut up = pair.client_sends();
    pair.server.receive(&mut up, pair.now);

    // Both happen at once: neither knows of the other.
    pair.server.shut_down(pair.now);
    pair.client.send_request(&request("/late", &[]), Outgoing::None).unwrap();
    let (mut down, mut up) = (pair.server_sends(), pair.client_sends());
    told(&mut story, "server", &down, &mut down_table);
    // A block leans on the one before, which is not shown: a table of its own reads the first.
    let mut before = Pair::new();
    before.client.send_request(&request("/first", &[]), Outgoing::None).unwrap();
    told(&mut String::new(), "client", &before.client_sends(), &mut up_table);
    told(&mut story, "client", &up, &mut up_table);
    pair.server.receive(&mut up, pair.now);
    pair.client.receive(&mut down, pair.now);
    events(&mut pair.client);
    let late = events(&mut pair.server).into_iter().find_map(|event| match event {
        Event::Request { stream, .. } => Some(stream),
        _ => None,
    });
    let mut up = pair.client_sends();
    told(&mut story, "client", &up, &mut up_table);
    pair.server.receive(&mut up, pair.now);
    answer(&mut pair.server, first, 3);
    answer(&mut pair.server, late.unwrap(), 3);
    let mut down = pair.server_sends();
    told(&mut story, "server", &down, &mut down_table);
    pair.client.receive(&mut down, pair.now);
    let gone = pair.client.can_request().unwrap_err();
    writeln!(story, "client  asks no more: {gone}").unwrap();
    figure("h2-goodbye", &story);
}
