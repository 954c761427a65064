//! A conversation, frame by frame, read from the octets that crossed.

use super::{Pair, answer_text, decoder, frames, request};
use crate::figure::figure;
use http2::{
    Connection, Event, Outgoing,
    frame::{Frame, FrameHead, FrameType, flags},
};
use std::fmt::Write as _;
use wire::Reader;

fn flag_names(head: &FrameHead) -> String {
    let ends = matches!(head.kind, FrameType::DATA | FrameType::HEADERS);
    let known = [
        (flags::END_STREAM, if ends { "END_STREAM" } else { "ACK" }),
        (flags::END_HEADERS, "END_HEADERS"),
    ];
    let named = known.iter().filter(|(flag, _)| head.has(*flag)).map(|(_, name)| *name);
    named.collect::<Vec<_>>().join(" | ")
}

/// What a payload says, a line for each thing.
fn payload(head: &FrameHead, octets: &[u8], decoder: &mut hpack::Decoder) -> Vec<String> {
    let mut lines = Vec::new();
    match Frame::read(head, &mut Reader::new(octets)).unwrap() {
        Frame::Headers { fragment, .. } => {
            decoder.decode(fragment, |field| lines.push(field.to_string())).unwrap();
        }
        Frame::Settings { settings, .. } => {
            lines.extend(settings.map(|(id, value)| format!("0x{id:x} = {value}")));
        }
        Frame::WindowUpdate { increment } => lines.push(format!("{increment} octets more")),
        Frame::Data { data, .. } => lines.push(data.escape_ascii().to_string()),
        Frame::PushPromise { promised, fragment, .. } => {
            lines.push(format!("promises stream {promised}"));
            decoder.decode(fragment, |field| lines.push(field.to_string())).unwrap();
        }
        Frame::Ping { octets, .. } => lines.push(octets.escape_ascii().to_string()),
        Frame::GoAway { last, code, .. } => {
            lines.push(format!("last stream {last}, code {code}"));
        }
        _ => {}
    }
    lines
}

pub(super) fn told(story: &mut String, who: &str, octets: &[u8], decoder: &mut hpack::Decoder) {
    let (preface, frames) = frames(octets);
    if preface {
        writeln!(story, "{who}  the preface             24 octets").unwrap();
    }
    for frame in frames {
        let mut reader = Reader::new(&frame);
        let head = FrameHead::parse(&mut reader, 16_384).unwrap().unwrap();
        let (kind, stream, flags) = (head.kind.name(), head.stream, flag_names(&head));
        let line =
            format!("{who}  {kind:<14} stream {stream}  9 + {:<3} octets  {flags}", head.length);
        writeln!(story, "{}", line.trim_end()).unwrap();
        for line in payload(&head, reader.rest(), decoder) {
            writeln!(story, "{:10}{line}", "").unwrap();
        }
    }
}

pub(super) fn events(end: &mut Connection) -> Vec<Event> {
    std::iter::from_fn(|| end.poll_event()).collect()
}

#[test]
fn a_whole_conversation() {
    let (mut story, mut up_table, mut down_table) = (String::new(), decoder(), decoder());
    let mut pair = Pair::new();
    let asked = request("/hello", &[("accept", "*/*"), ("user-agent", "wirebook")]);
    pair.client.send_request(&asked, Outgoing::None).unwrap();
    let mut up = pair.client_sends();
    told(&mut story, "client", &up, &mut up_table);
    pair.server.receive(&mut up, pair.now);

    let stream = events(&mut pair.server).into_iter().find_map(|event| match event {
        Event::Request { stream, .. } => Some(stream),
        _ => None,
    });
    let (stream, content) = (stream.unwrap(), "Hello, Wirebook.\n");
    answer_text(&mut pair.server, stream, content);
    let mut down = pair.server_sends();
    told(&mut story, "server", &down, &mut down_table);
    pair.client.receive(&mut down, pair.now);

    let content = content.as_bytes();
    let whole =
        |event: &Event| matches!(event, Event::Data { octets, end: true, .. } if octets == content);
    assert!(events(&mut pair.client).iter().any(whole));
    pair.client.release(stream, content.len());
    pair.client.shut_down(pair.now);
    told(&mut story, "client", &pair.client_sends(), &mut up_table);
    figure("h2-talk", &story);
}
