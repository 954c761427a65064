//! What a listener hears: each frame either way, and what was wrong.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::*;
use std::{
    fmt::Write,
    sync::{Arc, Mutex},
    time::Instant,
};
use websocket::{Kind, Prepared};
use wire::trace::{Event, Sink, Trace};

#[derive(Default)]
struct Lines(Mutex<String>);

impl Sink for Lines {
    fn event(&self, event: &Event<'_>) {
        let mut lines = self.0.lock().unwrap();
        write!(lines, "{:?} {}", event.direction, event.name).unwrap();
        for field in event.fields {
            write!(lines, " {}={}", field.name, field.value).unwrap();
        }
        lines.push('\n');
    }
}

#[test]
fn a_listener_hears_each_frame() {
    let lines = Arc::new(Lines::default());
    let mut connection = server();
    connection.set_trace(Trace::to(lines.clone(), 1));
    feed(&mut connection, &masked(0x81, b"Hello"));
    feed(&mut connection, &masked(0x89, b""));
    connection.send_fragment(Kind::Text, b"one", false).unwrap();
    connection.send_fragment(Kind::Text, b"two", true).unwrap();
    connection.send_prepared(&Prepared::binary(&[0; 300])).unwrap();
    feed(&mut connection, &masked(0x83, b""));
    assert_eq!(
        *lines.0.lock().unwrap(),
        "Received frame opcode=text fin=true rsv1=false mask=37fa213d length=5\n\
         Received frame opcode=ping fin=true rsv1=false mask=37fa213d length=0\n\
         Sent frame opcode=pong fin=true rsv1=false mask=none length=0\n\
         Sent frame opcode=text fin=false rsv1=false mask=none length=3\n\
         Sent frame opcode=continuation fin=true rsv1=false mask=none length=3\n\
         Sent frame opcode=binary fin=true rsv1=false mask=none length=300\n\
         Local violation violation=OpcodeReserved text=opcode 0x3 is reserved (RFC 6455 §5.2, \
         octet 17) offset=17 code=1002\n\
         Sent frame opcode=close fin=true rsv1=false mask=none length=24\n"
    );
}

#[test]
fn a_frame_is_told_when_its_head_is_there() {
    let lines = Arc::new(Lines::default());
    let mut connection = client();
    connection.set_trace(Trace::to(lines.clone(), 1));
    connection.receive(&mut plain(0x82, &[0; 70_000])[..100].to_vec(), Instant::now());
    assert_eq!(
        *lines.0.lock().unwrap(),
        "Received frame opcode=binary fin=true rsv1=false mask=none length=70000\n"
    );
}
