//! A client and a server under an arbitrary network and arbitrary applications.
//!
//! ```text
//!   setup │ delay │ (what, how)*
//!   what  0–4 time passes   5–9 the network errs   10–13 streams   14–15 everything else
//! ```

use super::{
    end::End,
    world::{Setup, World},
};
use crate::{
    Closed, Connection, acks::Ecn, congestion::Algorithm, stream::Direction, version::Version,
};
use std::time::Duration;
use tls::{Role, fuzzing::stage::Stage};

/// Commands of an input; the rest of it is passed over.
const COMMANDS: usize = 300;
/// Steps in which a run must be over once nothing errs any more.
const SETTLE: usize = 30_000;

/// What an input may do beside streams.
struct Run {
    world: World,
    /// Somebody closed the connection, or time may.
    may_end: bool,
    /// A datagram was damaged: it may have become a Version Negotiation packet, which anybody can
    /// write (RFC 9000 §17.2.1).
    damaged: bool,
}

fn setup(choice: u8, delay: u8) -> Setup {
    let mut setup = Setup::patient(match choice % 4 {
        0 => Stage::plain(),
        1 => Stage::retrying(),
        _ => Stage::resuming(),
    });
    setup.delay = Duration::from_millis(u64::from(delay));
    if choice & 8 != 0 {
        setup.narrow();
    }
    if choice % 4 > 1 {
        setup.stage.server.early_data = u32::MAX;
        // The connection from which the ticket is.
        let mut first = World::new(&setup, 5);
        first.until(500, |world| world.client.tickets > 0);
        setup.stage.server.early_data = if choice % 4 == 2 { u32::MAX } else { 0 };
    }
    if choice & 4 != 0 {
        setup.server.versions = vec![Version::V2, Version::V1];
    }
    for transport in [&mut setup.client, &mut setup.server] {
        if choice & 16 != 0 {
            transport.max_idle_timeout = Some(Duration::from_secs(3));
            transport.handshake_timeout = Duration::from_secs(5);
        }
        if choice & 32 != 0 {
            transport.congestion = Algorithm::NewReno;
            transport.ecn = false;
        }
        if choice & 64 != 0 {
            transport.keep_alive = Some(Duration::from_secs(1));
        }
    }
    setup
}

const fn role(how: u8) -> Role {
    if how & 1 == 0 { Role::Client } else { Role::Server }
}

const fn direction(how: u8) -> Direction {
    if how & 2 == 0 { Direction::Bidirectional } else { Direction::Unidirectional }
}

impl Run {
    fn command(&mut self, what: u8, how: u8) {
        match what % 16 {
            0..=4 => (0..=how % 16).for_each(|_| {
                self.world.step();
            }),
            5..=9 => self.err(what % 16, what / 16, how),
            10..=13 => streams(&mut self.world, what, how),
            14 => self.tell(what / 16, how),
            _ => match how {
                // Before the handshake is confirmed nobody follows an address (RFC 9000 §9).
                0..64 if !self.world.server.confirmed => {}
                0..64 => self.world.rebind(),
                64..160 => self.world.migrate(how),
                _ => {
                    // Silence: what is on its way is late, and timers run out one by one.
                    for flight in &mut self.world.flights {
                        flight.due += Duration::from_secs(u64::from(how % 8));
                    }
                }
            },
        }
    }

    /// Something happens to a datagram on its way.
    fn err(&mut self, what: u8, how: u8, which: u8) {
        let world = &mut self.world;
        let Some(at) = usize::from(which).checked_rem(world.flights.len()) else { return };
        let Some(flight) = world.flights.get_mut(at) else { return };
        match what {
            5 => {
                world.flights.remove(at);
            }
            6 => {
                let mut again = flight.clone();
                again.due += Duration::from_millis(u64::from(how) * 30);
                world.flights.push(again);
            }
            7 => flight.due += Duration::from_millis(1 + u64::from(how) * 17),
            8 => {
                self.damaged = true;
                let place = usize::from(which) * 5 + usize::from(how);
                let place = place.checked_rem(flight.octets.len()).unwrap_or_default();
                if let Some(octet) = flight.octets.get_mut(place) {
                    *octet ^= 1 << (how % 8);
                }
            }
            _ if how.is_multiple_of(2) => flight.ecn = Ecn::Ce,
            _ => {
                let length = flight.octets.len() * usize::from(how) / 16;
                flight.octets.truncate(length.max(1));
            }
        }
    }

    /// What an application says beside streams.
    fn tell(&mut self, what: u8, how: u8) {
        let (end, _) = self.world.end(role(how));
        let stream = end.pick(how / 2);
        let Some(connection) = &mut end.connection else { return };
        match what {
            0..4 => {
                let _ = connection.update_keys();
            }
            4..7 => {
                let _ = connection.send_datagram(vec![how; usize::from(how) * 4]);
            }
            7..9 => connection.send_token(vec![how; usize::from(how % 80)]),
            9..12 => connection.ping(),
            12..15 => {
                if let Some(stream) = stream {
                    connection.set_priority(stream, how % 8, how > 127);
                }
            }
            _ if how > 240 => {
                self.may_end = true;
                connection.close(how.into(), b"enough");
            }
            _ => {}
        }
    }

    /// Nothing errs any more: everything comes, and then it is over.
    fn settle(&mut self) {
        let world = &mut self.world;
        let mut steps = 0;
        finish_all(world);
        while !world.closed() && !is_delivered(world) {
            steps += 1;
            assert!(steps < SETTLE, "after {SETTLE} steps not all has come: {}", tell(world));
            // Behind a NAT that forgot, a server waits until the client says something.
            let pings = if steps % 64 == 1 { world.client.connection.as_mut() } else { None };
            if let Some(connection) = pings {
                connection.ping();
            }
            let more = world.step();
            finish_all(world);
            assert!(
                more || steps % 64 > 0 || is_delivered(world),
                "nothing waits, not all has come: {}",
                tell(world)
            );
        }
        for end in [&world.client, &world.server] {
            match &end.closed {
                Some(Closed::Versions(_)) => assert!(self.damaged, "who sent it?"),
                Some(Closed::Violation(error)) => panic!("{} is blamed: {error}", end.role.peer()),
                Some(Closed::Internal(error)) => panic!("{} fails: {error}", end.role),
                Some(Closed::StatelessReset) => panic!("there was no stateless reset"),
                Some(closed) => {
                    assert!(self.may_end || self.damaged, "nobody closed it: {closed:?}");
                }
                None => {}
            }
        }
        for end in [Role::Client, Role::Server] {
            if let Some(connection) = &mut world.end(end).0.connection {
                connection.close(7, b"");
            }
        }
        let gone = world.until(SETTLE, World::is_gone);
        assert!(gone, "closed for long, and not gone");
    }
}

/// What a person needs to see why a run is stuck.
fn tell(world: &World) -> String {
    let one = |end: &End| {
        let one = end.connection.as_ref();
        format!("{}: {:?}\n{:?}", end.role, one.map(Connection::path), one.map(Connection::stats))
    };
    format!("{:?}\n{}\n{}", world.books, one(&world.client), one(&world.server))
}

/// Commands on streams: 10 opens, 11 writes, 12 reads, 13 ends.
pub(super) fn streams(world: &mut World, what: u8, how: u8) {
    let (end, books) = world.end(role(how));
    let (more, stream) = (usize::from(what / 16), end.pick(how / 2));
    match (what % 16, stream) {
        (10, _) => end.open(direction(how)),
        (11, Some(stream)) => end.write(stream, 1 + more * 500 + usize::from(how), books),
        (12, Some(stream)) => end.read(stream, more * 300, books),
        (13, Some(stream)) if more < 9 => end.finish(stream, books),
        (13, Some(stream)) => end.give_up(stream, how.into(), books),
        _ => {}
    }
    let count = end.connection.as_ref().map_or(0, Connection::stream_count);
    assert!(count <= end.streams.len(), "{count} streams, {} known", end.streams.len());
}

/// Both applications end what they write, and read what comes.
pub(super) fn finish_all(world: &mut World) {
    for role in [Role::Client, Role::Server] {
        let (end, books) = world.end(role);
        for stream in end.streams.clone() {
            if stream.sends(role) && !books.half(stream, role).finished {
                end.finish(stream, books);
            }
        }
        end.read_all(books);
    }
}

/// All that was written and not given up has been read, to its end.
pub(super) fn is_delivered(world: &World) -> bool {
    let over = world.books.halves.iter().all(|((stream, client), half)| {
        let writes = stream.sends(if *client { Role::Client } else { Role::Server });
        !writes || half.ended || half.given_up
    });
    over && world.client.confirmed && world.server.confirmed
}

/// Whatever the network does and the applications say: no rule is broken, what was written is read
/// or given up, and nothing hangs.
pub fn check_connection(input: &[u8]) {
    let (choice, input) = input.split_first().unwrap_or((&0, &[]));
    let (delay, script) = input.split_first().unwrap_or((&10, &[]));
    let world = World::new(&setup(*choice, *delay), 1);
    let mut run = Run { world, may_end: choice & 16 != 0, damaged: false };
    for [what, how] in script.as_chunks::<2>().0.iter().take(COMMANDS) {
        run.command(*what, *how);
    }
    run.settle();
}

/// The same over a network that errs in nothing: each command is one on streams, and some time.
pub fn check_streams(input: &[u8]) {
    let (choice, script) = input.split_first().unwrap_or((&0, &[]));
    let mut setup = Setup::patient(Stage::plain());
    if choice & 1 == 0 {
        setup.narrow();
    }
    let mut world = World::new(&setup, 1);
    if choice & 2 == 0 {
        world.until(200, |world| world.client.confirmed && world.server.confirmed);
    }
    for [what, how] in script.as_chunks::<2>().0.iter().take(2 * COMMANDS) {
        match what % 16 {
            0..=4 => (0..=how % 16).for_each(|_| {
                world.step();
            }),
            what @ 5..=9 => streams(&mut world, (what + 4) % 4 + 10 + (how & 0xf0), *how),
            10..=13 => streams(&mut world, *what, *how),
            _ => {
                let (end, books) = world.end(role(*how));
                end.read_all(books);
            }
        }
    }
    Run { world, may_end: false, damaged: false }.settle();
}
