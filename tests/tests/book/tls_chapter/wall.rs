//! A record in twelve segments, one of which comes last.

use super::{Cast, data, give, sent};
use crate::figure::figure;
use std::fmt::Write as _;

/// Octets of TCP's payload on an Ethernet.
const SEGMENT: usize = 1448;

/// After how many octets of the stream, in order, how many the application has.
fn told(size: usize, arrived: &[usize]) -> Vec<usize> {
    let mut talk = Cast::new().meet(1);
    talk.ask();
    for piece in vec![b'x'; 1 << 14].chunks(size) {
        talk.server.send(piece).unwrap();
    }
    let octets = sent(&mut talk.server);
    let (mut read, mut told) = (0, 0);
    let mut counts = Vec::new();
    for in_order in arrived {
        let end = (in_order * SEGMENT).min(octets.len());
        told += data(&give(&mut talk.client, octets[read..end].to_vec())).len();
        read = end;
        counts.push(told);
    }
    counts
}

#[test]
fn what_is_there_and_cannot_be_read() {
    let mut story = String::new();
    for (title, in_order) in [
        ("every segment in its turn", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
        ("the second is lost, and comes last", [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 12]),
    ] {
        let (one, many) = (told(1 << 14, &in_order), told(1 << 10, &in_order));
        writeln!(story, "{title}\n  segments here   plain TCP   records of 1 KiB   of 16 KiB")
            .unwrap();
        for index in [0, 1, 5, 10, 11] {
            let plain = (in_order[index] * SEGMENT).min(1 << 14);
            writeln!(story, "  {:>13}{plain:>12}{:>19}{:>12}", index + 1, many[index], one[index])
                .unwrap();
        }
    }
    figure("tls-wall", &story);
}
