//! Two ends, a wire that may be cut, and applications that do anything at any time.

use super::stage::{Stage, moment};
use crate::{
    Error,
    record::{Connection, Event},
};
use std::time::{Duration, Instant};
use wire::Output;

/// One end, the octets on their way to it, and what its application was told and has sent.
struct End {
    connection: Connection,
    coming: Vec<u8>,
    sent: Vec<u8>,
    heard: Vec<u8>,
    closed: Option<bool>,
}

impl End {
    fn new(connection: Connection) -> Self {
        let (coming, sent, heard) = (Vec::new(), Vec::new(), Vec::new());
        Self { connection, coming, sent, heard, closed: None }
    }

    fn listen(&mut self) {
        while let Some(event) = self.connection.poll_event() {
            assert!(self.closed.is_none(), "something follows the end: {event:?}");
            match event {
                Event::Data { octets, .. } => self.heard.extend(octets),
                Event::Violation(error) => {
                    let late = Error::HandshakeTimeout;
                    let fair = error == late || matches!(error, Error::PeerAlert { .. });
                    assert!(fair, "nobody broke a rule: {error}");
                }
                Event::Closed { clean } => self.closed = Some(clean),
                _ => {}
            }
        }
    }

    fn take(&mut self, octets: usize, now: Instant) {
        let octets = octets.min(self.coming.len());
        let mut part: Vec<u8> = self.coming.drain(..octets).collect();
        self.connection.receive(&mut part, now);
        self.listen();
    }
}

/// The first octet chooses a stage; then each pair is a command and its number. Whatever they do,
/// what one end hears is a beginning of what the other sent, nobody breaks a rule, and a clean end
/// is the end of all.
#[doc(hidden)]
pub fn check_operations(octets: &[u8]) {
    let (choice, script) = octets.split_first().unwrap_or((&0, &[]));
    let mut stage = match choice % 4 {
        0 => Stage::plain(),
        1 => Stage::retrying(),
        2 => Stage::asking(),
        _ => Stage::resuming(),
    };
    stage.client.limits.records = 1 + u64::from(choice >> 2);
    let mut ends = [End::new(stage.connect()), End::new(stage.accept(0))];
    let mut now = moment().instant;
    for pair in script.chunks_exact(2).take(512) {
        let &[command, number] = pair else { continue };
        step(&mut ends, command, number, &mut now);
    }
    for _ in 0..4 {
        for index in [0, 1] {
            carry(&mut ends, index, now);
            ends.iter_mut().for_each(|end| end.take(usize::MAX, now));
        }
    }
    let [client, server] = &ends;
    for (end, other) in [(client, server), (server, client)] {
        assert!(other.sent.starts_with(&end.heard), "what was heard was sent");
        assert!(end.closed != Some(true) || end.heard == other.sent, "a clean end is all");
    }
}

fn step(ends: &mut [End; 2], command: u8, number: u8, now: &mut Instant) {
    let index = usize::from(command & 1);
    let Some(end) = ends.get_mut(index) else { return };
    let size = usize::from(number) << (command >> 5);
    match command >> 1 & 15 {
        0..=3 => carry(ends, index, *now),
        4..=6 => end.take(size, *now),
        7 | 8 => {
            let data = vec![number; size];
            if end.connection.send(&data).is_ok() {
                end.sent.extend(data);
            }
        }
        // Refused early data would have to be sent again.
        9 => {}
        10 => {
            let _ = end.connection.key_update(number & 1 == 1);
        }
        11 if number < 16 => {
            let _ = end.connection.close();
        }
        12 => {
            // Less than any deadline, so that it is the ends that speak.
            *now += Duration::from_millis(number.into());
            end.connection.handle_timeout(*now);
            end.listen();
        }
        _ => {}
    }
}

/// Puts what an end wants sent on the wire.
fn carry(ends: &mut [End; 2], index: usize, now: Instant) {
    let mut wire = Output::new(1 << 24);
    let [client, server] = ends;
    let (from, to) = if index == 0 { (client, server) } else { (server, client) };
    from.connection.poll_transmit(now, &mut wire);
    to.coming.extend(wire.take());
}
