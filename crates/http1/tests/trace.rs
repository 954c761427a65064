//! What the trace tells: heads with their fields, content by its length, violations.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

use http::{Method, Request, Response, StatusCode, Target};
use http1::{Limits, Outgoing, client, server};
use std::{
    sync::{Arc, Mutex},
    time::Instant,
};
use wire::{
    Output,
    trace::{Event, Sink, Trace},
};

#[derive(Default)]
struct Lines(Mutex<Vec<String>>);

impl Sink for Lines {
    fn event(&self, event: &Event<'_>) {
        let fields: Vec<_> =
            event.fields.iter().map(|field| format!("{}={}", field.name, field.value)).collect();
        let line = format!(
            "{} {:?} {:?} {}: {}",
            event.connection,
            event.layer,
            event.direction,
            event.name,
            fields.join(", ")
        );
        self.0.lock().unwrap().push(line);
    }
}

#[test]
fn an_exchange_is_told_at_both_ends() {
    let lines = Arc::new(Lines::default());
    let now = Instant::now();
    let mut client = client::Connection::new(&Limits::default(), now);
    let mut server = server::Connection::new(&Limits::default(), now);
    client.set_trace(Trace::to(lines.clone(), 1));
    server.set_trace(Trace::to(lines.clone(), 2));
    let mut request = Request::new(Method::Post, Target::Origin("/x".into()));
    request.headers.try_append("Host", "a").unwrap();
    client.send_request(&request, Outgoing::Length(2)).unwrap();
    client.send_data(b"hi").unwrap();
    client.send_end(None).unwrap();
    let mut out = Output::new(1);
    client.poll_transmit(now, &mut out);
    server.receive(&mut out.take(), now);
    assert!(server.poll_event().is_some());
    server.read_body();
    while server.poll_event().is_some() {}
    server.send_response(&Response::new(StatusCode::NO_CONTENT), Outgoing::None).unwrap();
    server.poll_transmit(now, &mut out);
    client.receive(&mut out.take(), now);
    assert!(client.poll_event().is_some());
    client.receive(&mut b"?".to_vec(), now);
    let lines = lines.0.lock().unwrap().join("\n") + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/trace.txt");
    testkit::golden(path, &lines);
}
