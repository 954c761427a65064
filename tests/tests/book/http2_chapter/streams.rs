//! Answers on many streams, and whose frame goes next.

use super::{Pair, frames, request, talk::events};
use crate::figure::figure;
use http::{Response, StatusCode};
use http2::{
    Connection, Event, Outgoing, StreamId,
    frame::{FrameHead, FrameType},
};
use std::fmt::Write as _;
use wire::Reader;

/// A whole answer with so many octets of content.
pub(super) fn answer(server: &mut Connection, stream: StreamId, length: usize) {
    let ok = Response::new(StatusCode::OK);
    server.send_response(stream, &ok, Outgoing::Length(length as u64)).unwrap();
    server.send_vec(stream, vec![b'x'; length]).unwrap();
    server.send_end(stream, None).unwrap();
}

/// Asks for a path, with a priority where there is one; the stream.
pub(super) fn ask(pair: &mut Pair, path: &str, priority: &str) -> StreamId {
    let field = [("priority", priority)];
    let fields = if priority.is_empty() { &[][..] } else { &field[..] };
    let stream = pair.client.send_request(&request(path, fields), Outgoing::None).unwrap();
    let mut up = pair.client_sends();
    pair.server.receive(&mut up, pair.now);
    let asked = events(&mut pair.server);
    assert!(asked.iter().any(|event| matches!(event, Event::Request { .. })));
    stream
}

/// The DATA frames among the octets: stream and length.
pub(super) fn data(octets: &[u8]) -> Vec<(u32, u32)> {
    let (_, frames) = frames(octets);
    let heads = frames
        .iter()
        .map(|frame| FrameHead::parse(&mut Reader::new(frame), 16_384).unwrap().unwrap());
    let data = heads.filter(|head| head.kind == FrameType::DATA);
    data.map(|head| (head.stream.to_string().parse().unwrap(), head.length)).collect()
}

/// Chapter 3's slow answer and fast answer, on one connection.
#[test]
fn a_slow_answer_blocks_nobody() {
    let (mut pair, mut story) = (Pair::new(), String::new());
    let slow = ask(&mut pair, "/slow", "");
    let fast = ask(&mut pair, "/hello", "");
    writeln!(story, ">   stream {slow}  GET /slow\n>   stream {fast}  GET /hello").unwrap();
    for (stream, content) in [(fast, "Hello, Wirebook."), (slow, "at last")] {
        if stream == slow {
            writeln!(story, "    the handler of /slow goes on").unwrap();
        }
        pair.server
            .send_response(stream, &Response::new(StatusCode::OK), Outgoing::Unknown)
            .unwrap();
        pair.server.send_data(stream, content.as_bytes()).unwrap();
        pair.server.send_end(stream, None).unwrap();
        let mut down = pair.server_sends();
        pair.client.receive(&mut down, pair.now);
        for event in events(&mut pair.client) {
            if let Event::Data { stream, octets, .. } = event {
                writeln!(story, "<   stream {stream}  {}", octets.escape_ascii()).unwrap();
            }
        }
    }
    figure("h2-unblocked", &story);
}

/// A page, a style and two pictures: name, octets of 1,024, and the urgencies that were said.
const ANSWERS: [(&str, usize); 4] = [("page", 48), ("style", 20), ("left", 48), ("right", 48)];

#[test]
fn whose_frame_goes_next() {
    let mut story = String::new();
    for (title, said) in [
        ("nobody says anything", ["", "", "", ""]),
        ("all are incremental", ["i", "i", "i", "i"]),
        ("as a browser says it", ["u=0", "u=0", "u=4, i", "u=4, i"]),
        ("the style is first", ["u=1", "u=0", "u=4, i", "u=4, i"]),
    ] {
        let mut pair = Pair::new();
        let asked = ANSWERS.iter().zip(said);
        let streams: Vec<_> =
            asked.map(|((path, _), said)| ask(&mut pair, &format!("/{path}"), said)).collect();
        for (stream, (_, kib)) in streams.iter().zip(ANSWERS) {
            answer(&mut pair.server, *stream, kib << 10);
        }
        let names = data(&pair.server_sends()).into_iter().map(|(stream, length)| {
            let (name, _) = ANSWERS[(stream as usize - 1) / 2];
            format!("{name} {}", length >> 10)
        });
        writeln!(story, "{title}").unwrap();
        for ((name, kib), said) in ANSWERS.iter().zip(said) {
            writeln!(story, "    {name:<6} {kib} KiB  {said}").unwrap();
        }
        let order = names.collect::<Vec<_>>();
        for line in order.chunks(6) {
            writeln!(story, "  {}", line.join(" | ")).unwrap();
        }
        story.push('\n');
    }
    let story: Vec<_> = story.trim_end().lines().map(str::trim_end).collect();
    figure("h2-order", &format!("{}\n", story.join("\n")));
}
