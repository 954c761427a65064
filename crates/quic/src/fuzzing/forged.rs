//! Packets with any frames and any bits, sealed with the real keys of a live connection: what gets
//! past the protection is judged by the frames' rules alone.
//!
//! ```text
//!   setup │ steps before │ (kind, flip, length, frames)*
//!   kind  1 who sends   2–4 the space   8 in one datagram with the next   16–128 steps behind it
//! ```

use super::world::{Setup, World};
use crate::{Closed, Connection, recovery::Space, stream::Direction};
use tls::{Role, fuzzing::stage::Stage};

/// Packets of one input.
const PACKETS: usize = 60;
/// Steps in which a run must be over once nothing is forged any more.
const SETTLE: usize = 20_000;

fn space(kind: u8) -> Space {
    match kind >> 1 & 3 {
        0 => Space::Initial,
        1 => Space::Handshake,
        _ => Space::Data,
    }
}

/// A world in which both ends have a stream of each kind, after so many steps.
fn begin(choice: u8, steps: u8) -> World {
    let mut setup = Setup::patient(match choice % 4 {
        0 | 1 => Stage::plain(),
        2 => Stage::retrying(),
        _ => Stage::resuming(),
    });
    if choice & 4 != 0 {
        setup.narrow();
    }
    let mut world = World::new(&setup, 3);
    if choice & 8 == 0 {
        world.until(200, |world| world.client.confirmed && world.server.confirmed);
        for role in [Role::Client, Role::Server] {
            for direction in [Direction::Bidirectional, Direction::Unidirectional] {
                let (end, books) = world.end(role);
                end.open(direction);
                if let Some(stream) = end.streams.last().copied() {
                    end.write(stream, 100, books);
                }
            }
        }
    }
    (0..steps % 32).for_each(|_| {
        world.step();
    });
    world
}

/// What both ends hold is bounded, and a rule that was broken has a code that both ends know.
fn check(world: &World) {
    let most = 2 * (100 + 100) + 4;
    for (end, other) in [(&world.client, &world.server), (&world.server, &world.client)] {
        let count = end.connection.as_ref().map_or(0, Connection::stream_count);
        assert!(count <= most, "{count} streams");
        match &end.closed {
            Some(Closed::Violation(error)) => {
                assert!(error.code().name().is_some(), "{error} has no code");
                assert!(!error.to_string().is_empty());
            }
            Some(Closed::Internal(error)) => panic!("{} fails: {error}", end.role),
            Some(Closed::Transport { code, .. }) => {
                let told = matches!(&other.closed, Some(Closed::Violation(e)) if e.code() == *code);
                // Whoever forges may write CONNECTION_CLOSE as well.
                assert!(told || code.0 < 1 << 62);
            }
            _ => {}
        }
    }
}

/// Whatever frames come under the right keys: no panic; they are taken, or the connection ends with
/// a code of the RFC; what is held is bounded, and nothing hangs.
pub fn check_forged(input: &[u8]) {
    let (choice, input) = input.split_first().unwrap_or((&0, &[]));
    let (steps, mut rest) = input.split_first().unwrap_or((&0, &[]));
    let mut world = begin(*choice, *steps);
    let mut datagram = Vec::new();
    world.books.forged = true;
    for _ in 0..PACKETS {
        let Some(([kind, flip, length], after)) = rest.split_first_chunk::<3>() else { break };
        let (frames, after) = after.split_at(after.len().min(usize::from(*length)));
        rest = after;
        let role = if kind & 1 == 0 { Role::Client } else { Role::Server };
        let now = world.now;
        if let Some(connection) = world.end(role).0.connection.as_mut().filter(|one| one.is_open())
        {
            datagram.extend(connection.forge(space(*kind), *flip, frames, now).unwrap_or_default());
        }
        if kind & 8 == 0 && !datagram.is_empty() {
            world.send_by_hand(role, std::mem::take(&mut datagram));
        }
        (0..kind >> 4).for_each(|_| {
            world.step();
        });
        for role in [Role::Client, Role::Server] {
            let (end, books) = world.end(role);
            end.read_all(books);
        }
        check(&world);
    }
    // Both go on with whatever state that left them in.
    (0..200).for_each(|_| {
        world.step();
    });
    for role in [Role::Client, Role::Server] {
        if let Some(connection) = &mut world.end(role).0.connection {
            connection.close(7, b"");
        }
    }
    assert!(world.until(SETTLE, World::is_gone), "closed for long, and not gone");
    check(&world);
}
