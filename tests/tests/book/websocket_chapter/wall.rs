//! One connection, one line: what stands behind a large message.

use super::{client, events, sent, server};
use crate::figure::figure;
use std::{fmt::Write as _, time::Instant};
use websocket::{Connection, Event, Kind, Message, Misuse};

/// Octets that arrive at a time.
const SEGMENT: usize = 1460;
/// The large message, in octets.
const LARGE: usize = 512 * 1024;

/// Octets that have come when the client hears of something small, and how many segments.
fn heard(mut server: Connection) -> (usize, usize) {
    let now = Instant::now();
    let mut client = client(now);
    let octets = sent(&mut server, now);
    for (number, segment) in (1..).zip(octets.chunks(SEGMENT)) {
        client.receive(&mut segment.to_vec(), now);
        let small =
            |event: &Event| matches!(event, Event::Message(Message::Text(_)) | Event::Ping(_));
        if events(&mut client).iter().any(small) {
            return (octets.len().min(number * SEGMENT), number);
        }
    }
    panic!("nothing small was heard")
}

#[test]
fn a_small_message_behind_a_large_one() {
    let now = Instant::now();
    let photo = vec![7; LARGE];
    let mut table = format!("{:<52}{:>10}{:>12}\n", "the server sends", "octets", "segments");
    let mut row = |what: &str, server| {
        let (octets, segments) = heard(server);
        writeln!(table, "{what:<52}{octets:>10}{segments:>12}").unwrap();
    };

    let mut alone = server(now);
    alone.send_text("fire!").unwrap();
    row("'fire!'", alone);

    let mut behind = server(now);
    behind.send_binary(&photo).unwrap();
    behind.send_text("fire!").unwrap();
    row("a photo of 512 KiB, then 'fire!'", behind);

    let mut between = server(now);
    let (first, rest) = photo.split_at(16 * 1024);
    between.send_fragment(Kind::Binary, first, false).unwrap();
    // A message between the fragments of another is a misuse; a Ping is not.
    assert_eq!(between.send_text("fire!"), Err(Misuse::MessageUnfinished));
    between.send_ping(b"fire!").unwrap();
    between.send_fragment(Kind::Binary, rest, true).unwrap();
    row("16 KiB of the photo, a Ping, the rest", between);
    figure("ws-wall", &table);
}
