//! Chapters 7 and 8, HTTP/2 as octets and as streams: frames, HPACK and its tables; many streams,
//! windows, priorities, pushes, endings and what is refused.
//!
//! Two connections over memory: no socket, no clock and no chance, so each run makes the same
//! octets.

mod attacks;
mod endings;
mod hints;
mod lost;
mod octets;
mod picture;
mod program;
mod push;
mod secrets;
mod streams;
mod tables;
mod talk;
mod tunnel;
mod windows;

use dissect::Dissection;
use http::{Method, Request, Response, StatusCode, Target, message::Scheme};
use http2::{
    ClientOptions, Connection, Limits, Outgoing, StreamId,
    frame::{Frame, FrameHead, FrameType, PREFACE},
};
use std::time::Instant;
use wire::{Notes, Output, Reader};

const HOST: &str = "wirebook.example";

/// A client and a server, and when they talk.
struct Pair {
    client: Connection,
    server: Connection,
    now: Instant,
}

impl Pair {
    fn new() -> Self {
        let (now, limits) = (Instant::now(), Limits::default());
        let client = Connection::client(&limits, ClientOptions::new(Scheme::Https), now);
        Self { client, server: Connection::server(&limits, now), now }
    }

    fn client_sends(&mut self) -> Vec<u8> {
        sent(&mut self.client, self.now)
    }

    fn server_sends(&mut self) -> Vec<u8> {
        sent(&mut self.server, self.now)
    }
}

fn sent(end: &mut Connection, now: Instant) -> Vec<u8> {
    let mut out = Output::new(1 << 20);
    end.poll_transmit(now, &mut out);
    out.take()
}

/// A whole answer of plain text.
fn answer_text(server: &mut Connection, stream: StreamId, content: &str) {
    let mut response = Response::new(StatusCode::OK);
    response.headers.try_append("content-type", "text/plain").unwrap();
    let length = Outgoing::Length(content.len() as u64);
    server.send_response(stream, &response, length).unwrap();
    server.send_data(stream, content.as_bytes()).unwrap();
    server.send_end(stream, None).unwrap();
}

fn request(path: &str, fields: &[(&str, &str)]) -> Request {
    let mut request = Request::new(Method::Get, Target::Origin(path.into()));
    request.headers.try_append("Host", HOST).unwrap();
    for (name, value) in fields {
        request.headers.try_append(*name, *value).unwrap();
    }
    request
}

/// The same request in HTTP/1.1.
fn text(path: &str, fields: &[(&str, &str)]) -> String {
    let lines = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
    format!("GET {path} HTTP/1.1\r\nHost: {HOST}\r\n{}\r\n", lines.collect::<String>())
}

/// What the client sends for a request, its preface and its settings left out.
fn asked(pair: &mut Pair, path: &str, fields: &[(&str, &str)]) -> Vec<u8> {
    pair.client.send_request(&request(path, fields), Outgoing::None).unwrap();
    let octets = pair.client_sends();
    let (_, frames) = frames(&octets);
    frames.into_iter().filter(|frame| frame[3] == FrameType::HEADERS.0).flatten().collect()
}

/// Whether a preface stands in front, and the frames.
fn frames(octets: &[u8]) -> (bool, Vec<Vec<u8>>) {
    let preface = octets.starts_with(PREFACE);
    let mut rest = &octets[if preface { PREFACE.len() } else { 0 }..];
    let mut found = Vec::new();
    while !rest.is_empty() {
        let head = FrameHead::parse(&mut Reader::new(rest), 16_384).unwrap().unwrap();
        let (frame, behind) = rest.split_at(FrameHead::LENGTH + head.length as usize);
        found.push(frame.to_vec());
        rest = behind;
    }
    (preface, found)
}

/// Frames as their own reader explains them; field blocks by `decoder`.
fn explained(octets: &[u8], decoder: &mut hpack::Decoder) -> String {
    let notes = Notes::default();
    let mut reader = Reader::observed(octets, &notes);
    if octets.starts_with(PREFACE) {
        reader.section("connection preface", "RFC 9113 §3.4");
        reader.take("preface", PREFACE.len()).unwrap();
        reader.explain(|| PREFACE.escape_ascii().to_string());
    }
    while let Some(head) = FrameHead::parse(&mut reader, 16_384).unwrap() {
        reader.enter();
        if head.kind == FrameType::HEADERS {
            let mut block = reader.within("Field Block Fragment", head.length as usize).unwrap();
            decoder.read(&mut block, |_| ()).unwrap();
        } else if head.kind == FrameType::PUSH_PROMISE {
            reader.u32("Promised Stream ID").unwrap();
            let mut block =
                reader.within("Field Block Fragment", head.length as usize - 4).unwrap();
            decoder.read(&mut block, |_| ()).unwrap();
        } else {
            Frame::read(&head, &mut reader).unwrap();
        }
        reader.leave();
    }
    dissect::text(&Dissection { notes: notes.take(), read: octets.len(), error: None })
}

fn decoder() -> hpack::Decoder {
    hpack::Decoder::new(hpack::Limits::default())
}

/// A block, as an encoder makes it.
fn block(encoder: &mut hpack::Encoder, fields: &[hpack::Field<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    encoder.encode(fields.iter().copied(), &mut out);
    out
}
