//! One lost segment under three streams: what TCP hands over, and what independent streams could.

use super::{
    Pair,
    streams::{answer, ask},
    talk::events,
};
use crate::figure::figure;
use http2::{
    Event,
    frame::{FrameHead, FrameType},
};
use std::fmt::Write as _;
use wire::Reader;

/// Octets of TCP's payload on an Ethernet.
pub(super) const SEGMENT: usize = 1448;
/// The one that is lost, counted from 0, and comes last.
pub(super) const LOST: usize = 3;

/// The octets of three answers of 48 KiB that take turns, and their client.
pub(super) fn answers() -> (Pair, Vec<u8>) {
    let mut pair = Pair::new();
    let streams: Vec<_> = ["/a", "/b", "/c"].map(|path| ask(&mut pair, path, "i")).into();
    for stream in streams {
        answer(&mut pair.server, stream, 48 << 10);
    }
    let octets = pair.server_sends();
    (pair, octets)
}

/// KiB of each stream that our client has after so many octets in order.
pub(super) fn by_tcp(in_order: usize) -> [usize; 3] {
    let (mut pair, mut octets) = answers();
    octets.truncate(in_order);
    pair.client.receive(&mut octets, pair.now);
    let mut came = [0; 3];
    for event in events(&mut pair.client) {
        if let Event::Data { stream, octets, .. } = event {
            let stream: usize = stream.to_string().parse().unwrap();
            came[(stream - 1) / 2] += octets.len() >> 10;
        }
    }
    came
}

/// KiB of each stream in whole frames that are here and behind no gap of their own stream.
pub(super) fn by_stream(octets: &[u8], segments: usize) -> [usize; 3] {
    let here = |at: usize| {
        segments * SEGMENT >= octets.len() || {
            let segment = at / SEGMENT;
            segment != LOST && segment <= segments
        }
    };
    let (mut came, mut gap, mut at) = ([0; 3], [false; 3], 0);
    while at < octets.len() {
        let head = FrameHead::parse(&mut Reader::new(&octets[at..]), 16_384).unwrap().unwrap();
        let end = at + FrameHead::LENGTH + head.length as usize;
        let whole = (at / SEGMENT..=(end - 1) / SEGMENT).all(|segment| here(segment * SEGMENT));
        if head.kind == FrameType::DATA {
            let stream: usize = head.stream.to_string().parse().unwrap();
            let index = (stream - 1) / 2;
            gap[index] |= !whole;
            if !gap[index] {
                came[index] += head.length as usize >> 10;
            }
        }
        at = end;
    }
    came
}

/// KiB of the content on three connections of HTTP/1.1 whose segments take turns, the same one of
/// all segments lost.
fn by_connection(segments: usize) -> [usize; 3] {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 49152\r\n\r\n".len();
    let whole = head + (48 << 10);
    let each = whole.div_ceil(SEGMENT);
    [0, 1, 2].map(|connection| {
        let all = segments >= 3 * each;
        // So many of the first segments, and the lost one is none of them.
        let sent =
            if all { each } else { (segments + usize::from(segments > LOST) + 2 - connection) / 3 };
        let held_up = LOST % 3 == connection && !all;
        let in_order = if held_up { sent.min(LOST / 3) } else { sent };
        (in_order * SEGMENT).min(whole).saturating_sub(head) >> 10
    })
}

#[test]
fn one_lost_segment_halts_all_streams() {
    let (_, octets) = answers();
    let all = octets.len().div_ceil(SEGMENT);
    let mut story = format!("{all} segments; number {} is lost, and comes last\n", LOST + 1);
    story += "                  KiB that can be read of stream 1, 3 and 5\n";
    story +=
        "  segments here   no loss         over TCP        each for itself   three connections\n";
    for segments in [3, 12, 24, 36, 60, 84, all - 1, all] {
        let three = |[a, b, c]: [usize; 3]| format!("{a:>2}  {b:>2}  {c:>2}");
        let in_order = if segments == all { octets.len() } else { segments.min(LOST) * SEGMENT };
        let whole = by_tcp((segments * SEGMENT).min(octets.len()));
        let line = [whole, by_tcp(in_order), by_stream(&octets, segments), by_connection(segments)]
            .map(three);
        writeln!(story, "  {segments:>13}   {}", line.join("      ")).unwrap();
    }
    figure("h2-lost", &story);
}
