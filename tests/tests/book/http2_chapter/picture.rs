//! One lost segment, drawn: the same octets as packets on the line, and as queues.
//!
//! ```text
//!   packet view   ▯▯▯✕▯▯▯▯▯▯▯▯▯▯▯▯▯▯▯▯▯▯▯▯▯    what the line carries
//!   queue view    [1][3][5][1][3][5]…         one order: all wait for the ✕
//!   queue view    [1][1]… / [3][3]… / [5]…    an order each: stream 1 waits
//! ```
//!
//! A page takes the drawing in as it stands, so its letters have the page's colour, light or dark.

use super::lost::{LOST, SEGMENT, answers, by_stream, by_tcp};
use crate::figure::drawing;
use http2::frame::{FrameHead, FrameType};
use std::{fmt::Write as _, ops::Range};
use wire::Reader;

/// A page's width in the drawing's own units, and its margin.
const WIDTH: usize = 720;
const LEFT: usize = 10;

/// A colour for each stream, dark enough on white and light enough on black.
const COLOURS: [&str; 3] = ["#3f8fd6", "#e08a2c", "#4fa564"];

/// How a thing is drawn by what has become of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Read,
    Waits,
    Lost,
}

/// A DATA frame: whose it is, counted from 0, and where its octets are.
struct Part {
    stream: usize,
    at: Range<usize>,
}

fn parts(octets: &[u8]) -> Vec<Part> {
    let (mut parts, mut at) = (Vec::new(), 0);
    while at < octets.len() {
        let head = FrameHead::parse(&mut Reader::new(&octets[at..]), 16_384).unwrap().unwrap();
        let end = at + FrameHead::LENGTH + head.length as usize;
        if head.kind == FrameType::DATA {
            let number: usize = head.stream.to_string().parse().unwrap();
            parts.push(Part { stream: (number - 1) / 2, at: at..end });
        }
        at = end;
    }
    parts
}

/// The stream that most octets of a segment belong to.
fn owner(parts: &[Part], segment: Range<usize>) -> usize {
    let share = |part: &&Part| {
        part.at.end.min(segment.end).saturating_sub(part.at.start.max(segment.start))
    };
    parts.iter().max_by_key(share).unwrap().stream
}

fn text(svg: &mut String, x: usize, y: usize, anchor: &str, words: &str) {
    writeln!(svg, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{words}</text>").unwrap();
}

fn block(svg: &mut String, x: [usize; 2], y: [usize; 2], stream: usize, fate: Fate) {
    let look = match fate {
        Fate::Read => format!("fill=\"{0}\" stroke=\"{0}\"", COLOURS[stream]),
        Fate::Waits => {
            format!("fill=\"{0}\" fill-opacity=\"0.2\" stroke=\"{0}\"", COLOURS[stream])
        }
        Fate::Lost => {
            "fill=\"none\" stroke=\"#e0403a\" stroke-width=\"2\" stroke-dasharray=\"3 2\"".into()
        }
    };
    let ([x, width], [y, height]) = (x, y);
    writeln!(svg, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" {look}/>")
        .unwrap();
}

/// Every segment as it lies on the line; the line.
fn packets(svg: &mut String, parts: &[Part], count: usize) {
    let step = WIDTH / count;
    text(svg, LEFT, 16, "start", &format!("packet view: {count} segments of TCP"));
    for segment in 0..count {
        let fate = match segment {
            LOST => Fate::Lost,
            _ if segment < LOST => Fate::Read,
            _ => Fate::Waits,
        };
        let stream = owner(parts, segment * SEGMENT..(segment + 1) * SEGMENT);
        block(svg, [LEFT + segment * step, step - 1], [26, 28], stream, fate);
    }
    let lost = LEFT + LOST * step + step / 2;
    text(svg, lost, 72, "middle", &format!("{} is lost", LOST + 1));
    let behind = format!("{} segments are here, and are not handed over", count - 1 - LOST);
    text(svg, LEFT + WIDTH / 2, 72, "middle", &behind);
}

/// The frames of one queue from left to right, `read` of them free to go.
fn queue(svg: &mut String, y: usize, frames: &[(usize, usize)], read: usize, hole: bool) {
    let step = WIDTH / 9;
    for (place, (stream, kib)) in frames.iter().enumerate() {
        let fate = if place < read { Fate::Read } else { Fate::Waits };
        let x = LEFT + place * step;
        block(svg, [x, step - 4], [y, 30], *stream, fate);
        if hole && place == read {
            block(svg, [x + 3, step - 10], [y + 3, 24], *stream, Fate::Lost);
        }
        let middle = x + step / 2 - 2;
        // On a full colour, black is read in the dark too.
        let ink = if fate == Fate::Read { " fill=\"#111\"" } else { "" };
        let words = format!("{}: {kib} K", 2 * stream + 1);
        writeln!(
            svg,
            "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\"{ink}>{words}</text>",
            y + 20
        )
        .unwrap();
    }
}

#[test]
fn a_lost_segment_as_packets_and_as_queues() {
    let (_, octets) = answers();
    let (parts, count) = (parts(&octets), octets.len().div_ceil(SEGMENT));
    let frames: Vec<_> = parts.iter().map(|part| (part.stream, part.at.len() >> 10)).collect();
    let together: usize = by_tcp(LOST * SEGMENT).iter().map(|kib| kib / 16).sum();
    let apart = by_stream(&octets, count - 1).map(|kib| kib / 16);

    let mut svg = String::from(
        "<svg class=\"drawing\" viewBox=\"0 0 740 330\" role=\"img\" \
         xmlns=\"http://www.w3.org/2000/svg\" font-family=\"sans-serif\" font-size=\"14\" \
         fill=\"currentColor\" style=\"width:100%;height:auto\">\n\
         <title>One lost segment of TCP under three streams of HTTP/2</title>\n",
    );
    packets(&mut svg, &parts, count);
    let title =
        format!("queue view, one order for all (stream: KiB): {together} frames can be read");
    text(&mut svg, LEFT, 112, "start", &title);
    queue(&mut svg, 122, &frames, together, true);
    let free: usize = apart.iter().sum();
    let title = format!("queue view, an order for each stream (calculated): {free} can be read");
    text(&mut svg, LEFT, 192, "start", &title);
    for (stream, read) in apart.into_iter().enumerate() {
        let own: Vec<_> = frames.iter().copied().filter(|frame| frame.0 == stream).collect();
        let hole = own.len() > read;
        queue(&mut svg, 202 + 40 * stream, &own, read, hole);
        let words = if hole { "waits for segment 4" } else { "is whole" };
        let words = format!("stream {} {words}", 2 * stream + 1);
        text(&mut svg, LEFT + WIDTH / 3 + 12, 222 + 40 * stream, "start", &words);
    }
    svg += "</svg>\n";
    drawing("h2-segments", &svg);
}
