//! One end against any octets: it neither panics nor holds more than it may, it closes once, and
//! how the octets were split changes nothing.

use crate::{
    ClientOptions, Connection, Event, Limits, Outgoing, Role,
    frame::{Frame, PREFACE, Settings},
};
use http::{Method, Request, Response, StatusCode, Target, message::Scheme};
use std::time::Instant;
use wire::Output;

/// Octets that a connection may hold for a few that came: windows are bounded, and so is what is
/// said about frames.
const HELD: usize = 1 << 20;

/// A server that gets `octets` behind the preface and an empty SETTINGS frame.
pub fn check_server(octets: &[u8]) {
    let now = Instant::now();
    check(octets, || Connection::server(&Limits::default(), now), now);
}

/// A client with three requests under way that gets `octets` behind an empty SETTINGS frame.
pub fn check_client(octets: &[u8]) {
    let now = Instant::now();
    let make = || {
        let options = ClientOptions { scheme: Scheme::Https, push: true };
        let mut client = Connection::client(&Limits::default(), options, now);
        for (method, content) in [
            (Method::Get, Outgoing::None),
            (Method::Head, Outgoing::None),
            (Method::Post, Outgoing::Unknown),
        ] {
            let mut request = Request::new(method, Target::Origin("/".into()));
            let named = request.headers.try_append("host", "a");
            assert!(named.is_ok() && client.send_request(&request, content).is_ok());
        }
        client
    };
    check(octets, make, now);
}

fn check(octets: &[u8], make: impl Fn() -> Connection, now: Instant) {
    let whole = run(make(), octets, octets.len().max(1), now);
    for step in [1, 7] {
        // Small parts of much would take long and show nothing new.
        if octets.len() < 4096 {
            assert_eq!(run(make(), octets, step, now), whole, "in steps of {step}");
        }
    }
}

/// What the application was told, and what was sent but for the order of windows.
fn run(mut connection: Connection, octets: &[u8], step: usize, now: Instant) -> Vec<String> {
    let mut start = Vec::new();
    if connection.role() == Role::Server {
        start.extend_from_slice(PREFACE);
    }
    let settings = Settings::default();
    Frame::Settings { settings, ack: false }.encode(crate::StreamId::CONNECTION, &mut start);
    connection.receive(&mut start, now);
    let mut told = Vec::new();
    let mut data = 0_u64;
    let mut out = Output::new(1 << 20);
    for part in octets.chunks(step) {
        connection.receive(&mut part.to_vec(), now);
        assert!(connection.held() < HELD + 4 * octets.len(), "{}", connection.held());
    }
    connection.receive_end(true, now);
    let mut closed = 0;
    while let Some(event) = connection.poll_event() {
        match event {
            Event::Data { octets, end, stream } => {
                data += octets.len() as u64;
                if end {
                    told.push(format!("end of {stream}"));
                }
            }
            Event::Closed { .. } => closed += 1,
            other => told.push(format!("{other:?}")),
        }
    }
    assert_eq!(closed, 1);
    told.push(format!("{data} octets"));
    connection.poll_transmit(now, &mut out);
    assert_eq!(connection.next_timeout(), None);
    // A closed connection takes everything and does nothing.
    connection.receive(&mut octets.to_vec(), now);
    let refused = connection.send_response(
        crate::StreamId::new(1),
        &Response::new(StatusCode::OK),
        Outgoing::None,
    );
    assert!(refused.is_err() && connection.poll_event().is_none());
    told
}
