//! Windows: one that grows with its path, and one that nobody opens.

use super::{Pair, streams::ask, talk::events};
use crate::figure::figure;
use http::{Response, StatusCode, message::Scheme};
use http2::{ClientOptions, Connection, Event, Limits, Outgoing, StreamId};
use std::{
    collections::{BTreeMap, VecDeque},
    fmt::Write as _,
    time::{Duration, Instant},
};
use wire::Output;

/// A modelled path: 100 Mbit/s and 100 ms there and back hold so many octets.
const PATH: usize = RATE * 2 * DELAY;

/// Octets that the path takes in a millisecond, and milliseconds that it keeps them.
const RATE: usize = 12_500;
const DELAY: usize = 50;

/// What the server's socket holds: as much as the line takes now, while there is any.
fn fill(server: &mut Connection, stream: StreamId, now: Instant, socket: &mut Vec<u8>) {
    while socket.len() < RATE {
        while server.output_room(stream) >= 16_384 {
            server.send_vec(stream, vec![b'x'; 16_384]).unwrap();
        }
        let mut out = Output::new(16_384);
        server.poll_transmit(now, &mut out);
        let more = out.take();
        if more.is_empty() {
            return;
        }
        socket.extend(more);
    }
}

/// Octets of content that came in each round trip.
fn rounds(limits: &Limits, count: usize) -> Vec<usize> {
    let mut pair = Pair::new();
    let options = ClientOptions::new(Scheme::Https);
    pair.client = Connection::client(limits, options, pair.now);
    let stream = ask(&mut pair, "/large", "");
    let ok = Response::new(StatusCode::OK);
    pair.server.send_response(stream, &ok, Outgoing::Unknown).unwrap();
    let (mut socket, mut each) = (Vec::new(), vec![0; count]);
    let mut down = VecDeque::from(vec![Vec::new(); DELAY]);
    let mut up = down.clone();
    for tick in 0..count * 2 * DELAY {
        pair.now += Duration::from_millis(1);
        fill(&mut pair.server, stream, pair.now, &mut socket);
        down.push_back(socket.drain(..RATE.min(socket.len())).collect());
        pair.client.receive(&mut down.pop_front().unwrap(), pair.now);
        for event in events(&mut pair.client) {
            if let Event::Data { octets, .. } = event {
                each[tick / (2 * DELAY)] += octets.len();
                pair.client.release(stream, octets.len());
            }
        }
        up.push_back(pair.client_sends());
        pair.server.receive(&mut up.pop_front().unwrap(), pair.now);
        events(&mut pair.server);
    }
    each
}

#[test]
fn windows_grow_with_the_path() {
    let small = Limits {
        stream_window: 65_535,
        connection_window: 65_535,
        window: 65_535,
        ..Limits::default()
    };
    let fixed = rounds(&small, 20);
    let ours = rounds(&Limits::default(), 20);
    let mut story = format!("the path holds {PATH} octets\n");
    story += "  round trip   a window of 65535   of the line   a window that grows   of the line\n";
    for (at, (fixed, ours)) in fixed.iter().zip(&ours).enumerate() {
        let (small, large) = (fixed * 100 / PATH, ours * 100 / PATH);
        writeln!(story, "  {:>10}{fixed:>20}{small:>12} %{ours:>22}{large:>12} %", at + 1).unwrap();
    }
    figure("h2-path", &story);
}

/// Octets that came, by stream; what came is not given back.
fn arrive(pair: &mut Pair, came: &mut BTreeMap<String, usize>) {
    loop {
        let mut down = pair.server_sends();
        if down.is_empty() {
            return;
        }
        pair.client.receive(&mut down, pair.now);
        for event in events(&mut pair.client) {
            if let Event::Data { stream, octets, .. } = event {
                *came.entry(format!("{:0>2}", stream.to_string())).or_default() += octets.len();
            }
        }
        let mut up = pair.client_sends();
        pair.server.receive(&mut up, pair.now);
        events(&mut pair.server);
    }
}

#[test]
fn a_reader_that_waits_for_the_wrong_stream() {
    let (mut pair, mut story, mut came) = (Pair::new(), String::new(), BTreeMap::new());
    // Windows that have grown as far as they may.
    let full = Limits { window: 1 << 20, ..Limits::default() };
    pair.client = Connection::client(&full, ClientOptions::new(Scheme::Https), pair.now);
    let streams: Vec<_> = (0..4).map(|at| ask(&mut pair, &format!("/large/{at}"), "")).collect();
    let ok = Response::new(StatusCode::OK);
    for stream in &streams {
        pair.server.send_response(*stream, &ok, Outgoing::Unknown).unwrap();
        pair.server.send_vec(*stream, vec![b'x'; 262_144]).unwrap();
    }
    arrive(&mut pair, &mut came);
    let small = ask(&mut pair, "/small", "u=0");
    pair.server.send_response(small, &ok, Outgoing::Unknown).unwrap();
    pair.server.send_vec(small, vec![b'x'; 100]).unwrap();
    pair.server.send_end(small, None).unwrap();
    arrive(&mut pair, &mut came);
    for (stream, octets) in &came {
        writeln!(story, "stream {stream}   {octets:>7} octets came, none was read").unwrap();
    }
    let (all, waiting) = (came.values().sum::<usize>(), pair.server.waiting(small));
    writeln!(story, "together    {all:>7}: all that the connection's window admits").unwrap();
    writeln!(story, "stream 09   {waiting:>7} octets wait at the server, urgency 0").unwrap();
    came.clear();
    pair.client.release(streams[0], 262_144);
    pair.client.release(streams[1], 262_144);
    let mut up = pair.client_sends();
    pair.server.receive(&mut up, pair.now);
    arrive(&mut pair, &mut came);
    writeln!(story, "the content of streams 01 and 03 is read").unwrap();
    writeln!(story, "stream 09   {:>7} octets came", came["09"]).unwrap();
    figure("h2-stuck", &story);
}
