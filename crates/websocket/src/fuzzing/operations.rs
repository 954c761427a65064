//! Two connections back to back, under arbitrary commands, cuts and delays.
//!
//! Its octets: one that chooses the compression, then commands of one octet each, with as many
//! octets behind it as the command takes. Each end obeys the rules, so neither may see one broken,
//! whatever the application does and however the octets are cut.

use super::connection::{agreed, end, message, small};
use crate::{CloseCode, Connection, Event, Kind, Limits, Message, Misuse, Prepared, Role, State};
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};
use wire::Output;

/// One end, its stream to the other, and what the other still has to hear.
struct End {
    connection: Connection,
    /// Octets on their way from here.
    stream: VecDeque<u8>,
    /// Messages sent here and not yet told there.
    messages: VecDeque<Message>,
    /// The message that is being sent in fragments.
    fragments: Option<(Kind, Vec<u8>)>,
    /// Whether the last event was told.
    closed: bool,
    /// Whether octets may be missing: the other end learned of an end that we did not make.
    cut: bool,
}

/// See the module; every command, whatever it answers.
#[doc(hidden)]
pub fn check_operations(octets: &[u8]) {
    let (choice, octets) = octets.split_first().unwrap_or((&0, &[]));
    let mut now = Instant::now();
    let agreed = agreed(*choice);
    // What either sends the other takes.
    let limits = Limits { frame: 1 << 16, message: 1 << 16, ..small() };
    let mut ends = [Role::Client, Role::Server].map(|role| End {
        connection: end(role, &agreed, &limits, now),
        stream: VecDeque::new(),
        messages: VecDeque::new(),
        fragments: None,
        closed: false,
        cut: false,
    });
    let mut script = octets.iter().copied();
    while let Some(command) = script.next() {
        let [one, two] = &mut ends;
        let (from, to) = if command & 1 == 0 { (one, two) } else { (two, one) };
        match command >> 1 & 0xf {
            0..=4 => carry(from, to, usize::from(command >> 5) * 29 + 1, now),
            5 => carry(from, to, usize::MAX, now),
            6 => now += Duration::from_secs(u64::from(command >> 5) * 3),
            7 => {
                if command & 0x80 != 0 {
                    from.connection.sent(now);
                }
                from.connection.handle_timeout(now);
                hear(from, to);
            }
            8 if command >> 5 == 0 => close(from, &mut script),
            9 if command >> 5 == 0 => {
                from.connection.abort();
                from.cut = true;
                to.cut = true;
            }
            10 if command >> 5 == 0 => {
                to.connection.receive_end(command & 0x20 != 0, now);
                from.cut = true;
                to.cut = true;
                hear(to, from);
            }
            11 => drop(from.connection.send_ping(&[command; 3])),
            _ => say(from, command, &mut script),
        }
    }
    for _ in 0..4 {
        let [one, two] = &mut ends;
        carry(one, two, usize::MAX, now);
        carry(two, one, usize::MAX, now);
    }
    for one in &mut ends {
        let whole = !one.cut && !one.closed && one.connection.state() == State::Open;
        assert!(!whole || one.messages.is_empty(), "a message was lost");
    }
}

/// Sends a message in one of four ways, and remembers it.
fn say(from: &mut End, command: u8, script: &mut impl Iterator<Item = u8>) {
    let kind = if command & 0x20 == 0 { Kind::Text } else { Kind::Binary };
    let length = script.next().map_or(0, |length| usize::from(length) * usize::from(length) / 40);
    let octets: Vec<u8> = match script.next() {
        // Octets that compress, octets that do not, and text of more than one octet a letter.
        Some(seed) if seed & 1 == 0 => {
            (0..=255).map(|at: u8| seed.wrapping_mul(at)).cycle().take(length).collect()
        }
        Some(_) => "가나 ".bytes().cycle().take(length).collect(),
        None => vec![b'x'; length],
    };
    let message = message(kind, &octets);
    let result = match command >> 6 {
        0 => from.connection.send(message.clone()),
        1 => from.connection.send_prepared(&match &message {
            Message::Text(text) => Prepared::text(text),
            Message::Binary(octets) => Prepared::binary(octets),
        }),
        fin => return fragment(from, kind, message.as_bytes(), fin == 3),
    };
    match result {
        Ok(()) => from.messages.push_back(message),
        Err(Misuse::MessageUnfinished) => assert!(from.fragments.is_some()),
        Err(Misuse::OutputFull) => assert_eq!(from.connection.output_room(), 0),
        Err(Misuse::Closed) => assert_ne!(from.connection.state(), State::Open),
        Err(misuse) => panic!("{misuse}"),
    }
}

fn fragment(from: &mut End, kind: Kind, octets: &[u8], fin: bool) {
    let kind = from.fragments.as_ref().map_or(kind, |(kind, _)| *kind);
    let so_far = from.fragments.as_ref().map_or(0, |(_, octets)| octets.len());
    // A message beyond the other end's limit would be its to refuse.
    if so_far + octets.len() > 4000 {
        return;
    }
    if from.connection.send_fragment(kind, octets, fin).is_ok() {
        let (_, whole) = from.fragments.get_or_insert((kind, Vec::new()));
        whole.extend_from_slice(octets);
        if fin && let Some((kind, whole)) = from.fragments.take() {
            from.messages.push_back(message(kind, &whole));
        }
    }
}

fn close(from: &mut End, script: &mut impl Iterator<Item = u8>) {
    let code = CloseCode::new(u16::from(script.next().unwrap_or(0)) + 1000);
    match from.connection.close(code, "because") {
        Ok(()) => from.fragments = None,
        Err(Misuse::CloseCode { code }) => assert!(!code.is_valid_on_wire()),
        Err(misuse) => assert_eq!(misuse, Misuse::Closed),
    }
}

/// Carries up to `most` octets, if the other end wants them.
fn carry(from: &mut End, to: &mut End, most: usize, now: Instant) {
    let mut out = Output::new(usize::MAX);
    from.connection.poll_transmit(now, &mut out);
    from.stream.extend(out.take());
    if !to.connection.wants_receive() {
        return hear(to, from);
    }
    let count = most.min(from.stream.len());
    let mut piece: Vec<u8> = from.stream.drain(..count).collect();
    to.connection.receive(&mut piece, now);
    hear(to, from);
    if from.connection.state() == State::Closed && from.stream.is_empty() {
        from.connection.poll_transmit(now, &mut out);
        assert!(out.is_empty(), "a connection that is over sends no more");
        to.connection.receive_end(true, now);
        hear(to, from);
    }
}

/// What `to` hears of `from`.
fn hear(to: &mut End, from: &mut End) {
    while let Some(event) = to.connection.poll_event() {
        assert!(!to.closed, "nothing follows the last event");
        match event {
            Event::Message(message) => assert_eq!(Some(message), from.messages.pop_front()),
            Event::Violation(error) => {
                assert_eq!(error.violation, crate::Violation::PongTimeout, "{error}");
                // Whoever was not heard for so long is given up, with what was on its way.
                (to.cut, from.cut) = (true, true);
            }
            Event::Closed { .. } => to.closed = true,
            Event::Ping(_) | Event::Pong(_) | Event::Close { .. } => {}
        }
    }
}
