//! Chapter 10, HTTP/3: what streams hold, made by our own connection, without a socket or a clock.

use crate::figure::figure;
use dissect::{Kind, dissect};
use http::{Method, Priority, Request, Target};
use http3::{ClientOptions, Connection, Limits, Outgoing, StreamId, Transport};
use std::{collections::BTreeMap, fmt::Write as _, time::Instant};

/// Keeps what is sent.
#[derive(Default)]
struct Kept {
    streams: BTreeMap<u64, Vec<u8>>,
    opened: u64,
}

impl Transport for Kept {
    fn open_unidirectional(&mut self) -> Option<StreamId> {
        self.opened += 1;
        Some(StreamId::new(4 * self.opened - 2))
    }
    fn send(&mut self, stream: StreamId, octets: &[u8]) -> usize {
        self.streams.entry(stream.get()).or_default().extend_from_slice(octets);
        octets.len()
    }
    fn finish(&mut self, _: StreamId) {}
    fn reset(&mut self, _: StreamId, _: u64) {}
    fn stop_sending(&mut self, _: StreamId, _: u64) {}
    fn set_priority(&mut self, _: StreamId, _: Priority) {}
    fn send_datagram(&mut self, _: Vec<u8>) {}
    fn close(&mut self, _: u64, _: &str) {}
}

#[test]
fn a_request_and_the_streams_beside_it() {
    let now = Instant::now();
    let mut client = Connection::client(&Limits::default(), ClientOptions::default(), now);
    let mut request = Request::new(Method::Post, Target::Origin("/".into()));
    request.headers.try_append("Host", "wirebook.example").unwrap();
    client.send_request(StreamId::new(0), &request, Outgoing::Length(3)).unwrap();
    client.send_data(StreamId::new(0), b"hi\n").unwrap();
    client.send_end(StreamId::new(0), None).unwrap();
    let mut kept = Kept::default();
    client.poll_transmit(now, &mut kept);
    let mut story = String::new();
    for (stream, octets) in &kept.streams {
        let end = if *stream == 0 { ", and its end" } else { "" };
        writeln!(story, "# stream {stream}: {} octets{end}", octets.len()).unwrap();
        writeln!(story, "{}", dissect::text(&dissect(Kind::Http3, octets))).unwrap();
    }
    assert_eq!(kept.streams.keys().copied().collect::<Vec<_>>(), [0, 2, 6, 10]);
    figure("h3-streams", &format!("{}\n", story.trim_end()));
}
