//! What a qlog file must stand: odd values, hostile packets, a stream that breaks. That its members
//! are the drafts' is tested where connections are (`crates/quic/tests/connection/qlog.rs`).
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

use serde_json::Value as Json;
use std::{
    io,
    sync::atomic::{AtomicUsize, Ordering},
    time::Instant,
};
use view::qlog::{Kind, Writer};
use wire::trace::{Direction, Event, Field, Layer, Sink, Value};

fn tell(to: &dyn Sink, way: Direction, name: &'static str, fields: &[Field<'_>]) {
    let (time, layer) = (Instant::now(), Layer::Quic);
    let event = Event { time, layer, direction: way, connection: 0, stream: None, name, fields };
    to.event(&event);
}

fn written(kind: Kind, story: impl FnOnce(&dyn Sink)) -> String {
    let mut file = Vec::new();
    let writer = Writer::new(kind, &mut file, b"\x01\x02");
    story(&writer);
    drop(writer);
    String::from_utf8(file).unwrap()
}

const fn text<'a>(name: &'a str, text: &'a str) -> Field<'a> {
    Field { name, value: Value::Text(text) }
}

const fn number(name: &str, number: u64) -> Field<'_> {
    Field { name, value: Value::Number(number) }
}

fn last(file: &str) -> Json {
    serde_json::from_str(file.rsplit('\u{1e}').next().unwrap()).unwrap()
}

#[test]
fn a_peers_words_are_escaped() {
    let reason = b"\"}\x1e\n\\\xff\xed\xa0\x80\x7f";
    let file = written(Kind::Sequential, |to| {
        let fields = [
            text("type", "CONNECTION_CLOSE"),
            text("space", "transport"),
            number("error_code", 0x128),
            Field { name: "reason", value: Value::Octets(reason) },
        ];
        tell(to, Direction::Received, "packet", &[text("type", "1-RTT"), number("length", 40)]);
        tell(to, Direction::Received, "frame", &fields);
        tell(to, Direction::Received, "datagram", &[number("length", 40)]);
    });
    let packet = file.split('\u{1e}').nth(2).unwrap();
    assert_eq!(packet.matches('\n').count(), 1, "{packet}");
    let packet: Json = serde_json::from_str(packet).unwrap();
    let close = &packet["data"]["frames"][0];
    assert_eq!(close["reason"], String::from_utf8_lossy(reason).as_ref());
    assert_eq!(close["error"], "crypto_error_0x128");
}

#[test]
fn numbers_that_javascript_would_round_are_strings() {
    let file = written(Kind::Sequential, |to| {
        for limit in [(1 << 53) - 1, 1 << 53, (1 << 62) - 1] {
            tell(to, Direction::Sent, "packet", &[text("type", "1-RTT")]);
            let fields = [text("type", "MAX_DATA"), number("maximum", limit)];
            tell(to, Direction::Sent, "frame", &fields);
        }
    });
    assert_eq!(last(&file)["data"]["frames"][0]["maximum"], "4611686018427387903");
    assert!(file.contains(":9007199254740991}") && file.contains(":\"9007199254740992\"}"));
}

#[test]
fn a_packet_of_many_frames_is_cut_short() {
    let file = written(Kind::Sequential, |to| {
        tell(to, Direction::Received, "packet", &[text("type", "1-RTT"), number("length", 65_000)]);
        for _ in 0..65_000 {
            tell(to, Direction::Received, "frame", &[text("type", "PING")]);
        }
    });
    assert!(file.len() < 10_000, "{}", file.len());
    assert_eq!(last(&file)["data"]["raw"]["length"], 65_000);
}

#[test]
fn events_before_the_role_is_known_and_unknown_ones_do_no_harm() {
    for kind in [Kind::Sequential, Kind::Version03] {
        let file = written(kind, |to| {
            for name in ["frame", "datagram", "closed", "parameters", "metrics", "path", "hello"] {
                tell(to, Direction::Local, name, &[]);
            }
            for name in ["started", "key_updated", "packet_lost", "packet", "packet_dropped"] {
                tell(to, Direction::Local, name, &[]);
            }
        });
        assert!(file.contains("\"type\":\"unknown\""), "{file}");
        match kind {
            Kind::Version03 => assert!(serde_json::from_str::<Json>(&file).is_ok(), "{file}"),
            Kind::Sequential => {
                let good = |text: &str| serde_json::from_str::<Json>(text).is_ok();
                assert!(file.split('\u{1e}').skip(1).all(good), "{file}");
            }
        }
    }
}

/// Takes so many writes, then breaks.
struct Breaks<'a>(usize, &'a AtomicUsize);

impl io::Write for Breaks<'_> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        if self.1.fetch_add(1, Ordering::Relaxed) >= self.0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_stream_that_breaks_is_told_once_and_left_alone() {
    let writes = AtomicUsize::new(0);
    let writer = Writer::new(Kind::Version03, Breaks(3, &writes), b"");
    for _ in 0..10 {
        tell(&writer, Direction::Local, "state", &[text("new", "handshake_complete")]);
    }
    assert_eq!(writer.finish().unwrap_err().kind(), io::ErrorKind::StorageFull);
    assert_eq!(writes.load(Ordering::Relaxed), 4);
    assert!(writer.finish().is_ok());
}

#[test]
fn other_layers_are_not_heard() {
    let file = written(Kind::Sequential, |to| {
        let (time, direction) = (Instant::now(), Direction::Sent);
        let (layer, name) = (Layer::Http1, "packet");
        let event =
            Event { time, layer, direction, connection: 0, stream: None, name, fields: &[] };
        to.event(&event);
    });
    assert_eq!(file, "");
}
