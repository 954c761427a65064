//! Two ends and a wire between them.

use std::time::Instant;
use tls::{
    fuzzing::stage::{Stage, moment},
    record::{Connection, Event},
};
use wire::Output;

/// A client, a server, and what each was told.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) client: Connection,
    pub(crate) server: Connection,
    pub(crate) client_heard: Vec<Event>,
    pub(crate) server_heard: Vec<Event>,
    pub(crate) now: Instant,
}

pub(crate) fn drain(connection: &mut Connection) -> Vec<Event> {
    std::iter::from_fn(|| connection.poll_event()).collect()
}

/// What a connection wants sent.
pub(crate) fn sent(connection: &mut Connection, now: Instant) -> Vec<u8> {
    let mut out = Output::new(1 << 24);
    connection.poll_transmit(now, &mut out);
    out.take()
}

impl Pair {
    pub(crate) fn new(stage: &Stage) -> Self {
        Self::number(stage, 0)
    }

    pub(crate) fn number(stage: &Stage, number: u64) -> Self {
        Self {
            client: stage.connect(),
            server: stage.accept(number),
            client_heard: Vec::new(),
            server_heard: Vec::new(),
            now: moment().instant,
        }
    }

    /// Carries octets until nothing is left to carry, in pieces of `size`.
    pub(crate) fn run_in(&mut self, size: usize) {
        loop {
            let mut up = sent(&mut self.client, self.now);
            for piece in up.chunks_mut(size) {
                self.server.receive(piece, self.now);
                self.server_heard.extend(drain(&mut self.server));
            }
            let mut down = sent(&mut self.server, self.now);
            for piece in down.chunks_mut(size) {
                self.client.receive(piece, self.now);
                self.client_heard.extend(drain(&mut self.client));
            }
            if up.is_empty() && down.is_empty() {
                self.server_heard.extend(drain(&mut self.server));
                self.client_heard.extend(drain(&mut self.client));
                return;
            }
        }
    }

    pub(crate) fn run(&mut self) {
        self.run_in(usize::MAX);
    }

    /// A pair whose handshake is done.
    pub(crate) fn connected(stage: &Stage) -> Self {
        let mut pair = Self::new(stage);
        pair.run();
        assert!(pair.is_complete(), "{:?} {:?}", pair.client_heard, pair.server_heard);
        pair
    }

    pub(crate) fn is_complete(&self) -> bool {
        let complete = |events: &[Event]| {
            events.iter().filter(|event| matches!(event, Event::HandshakeComplete(_))).count() == 1
        };
        complete(&self.client_heard) && complete(&self.server_heard)
    }
}

/// The data among events, early or not.
pub(crate) fn data(events: &[Event]) -> Vec<u8> {
    let octets = |event: &Event| match event {
        Event::Data { octets, .. } => octets.clone(),
        _ => Vec::new(),
    };
    events.iter().flat_map(octets).collect()
}

/// The violation among events.
pub(crate) fn violation(events: &[Event]) -> Option<tls::Error> {
    events.iter().find_map(|event| match event {
        Event::Violation(error) => Some(error.clone()),
        _ => None,
    })
}
