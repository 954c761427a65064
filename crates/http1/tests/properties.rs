//! What holds for any octets, over random ones that look like HTTP; and what was written reads
//! back.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{fetch, serve};
use http::{HeaderMap, Method, Request, Response, StatusCode, Target};
use http1::{Limits, Outgoing, client, fuzzing, server};
use proptest::prelude::*;
use std::time::Instant;
use wire::Output;

/// Parts of messages, good and bad, that random octets would never hit on.
const WORDS: &[&str] = &[
    "GET / HTTP/1.1\r\n",
    "GET /x?y=1 HTTP/1.0\r\n",
    "POST /p HTTP/1.1\r\n",
    "HEAD * HTTP/1.1\r\n",
    "OPTIONS * HTTP/1.1\r\n",
    "CONNECT a:443 HTTP/1.1\r\n",
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.0 404 \r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 101 x\r\n",
    "HTTP/1.1 304\r\n",
    "Host: a\r\n",
    "Host : b\r\n",
    "Content-Length: 3\r\n",
    "Content-Length: 3,3\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding: gzip, chunked\r\n",
    "Connection: close\r\n",
    "Connection: keep-alive\r\n",
    "Connection: upgrade\r\n",
    "Upgrade: websocket\r\n",
    "Expect: 100-continue\r\n",
    "X: y\tz\r\n",
    "Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n",
    " fold\r\n",
    "\r\n",
    "\r\n\r\n",
    "\n",
    "\r",
    "\0",
    "\u{e9}",
    "3\r\nabc\r\n",
    "1;a=\"b\"\r\nx\r\n",
    "0\r\n\r\n",
    "0\r\nA: b\r\n\r\n",
    "abc",
    ":",
    " ",
    "\t",
    "ffffffffffffffff\r\n",
    "5\r\n",
];

/// So many cases; a failure prints its octets, and belongs in a test with a name.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn octets() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        9 => prop::sample::select(WORDS).prop_map(|word| word.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..6),
    ];
    prop::collection::vec(word, 0..12).prop_map(|words| words.concat())
}

fn seeded() -> impl Strategy<Value = Vec<u8>> {
    (any::<u8>(), octets()).prop_map(|(seed, octets)| [&[seed], octets.as_slice()].concat())
}

fn scripted() -> impl Strategy<Value = Vec<u8>> {
    (any::<[u8; 16]>(), octets()).prop_map(|(script, octets)| [&script, octets.as_slice()].concat())
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn request_heads(octets in octets()) {
        fuzzing::check_request_head(&octets);
    }

    #[test]
    fn response_heads(octets in octets()) {
        fuzzing::check_response_head(&octets);
    }

    #[test]
    fn field_sections(octets in octets()) {
        fuzzing::check_field_section(&octets);
    }

    #[test]
    fn chunked_bodies(octets in seeded()) {
        fuzzing::check_chunked(&octets);
    }

    #[test]
    fn server_connections(octets in scripted()) {
        fuzzing::check_server_connection(&octets);
    }

    #[test]
    fn client_connections(octets in seeded()) {
        fuzzing::check_client_connection(&octets);
    }
}

/// Fields as a caller may set them: any token, any value; none that frames.
fn fields() -> impl Strategy<Value = HeaderMap> {
    let field = ("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}", "([!-~\u{80}-\u{ff}]([ -~\t]{0,30}[!-~])?)?");
    prop::collection::vec(field, 0..20).prop_map(|fields| {
        let framing =
            ["host", "content-length", "transfer-encoding", "connection", "expect", "upgrade"];
        let mut map = HeaderMap::new();
        for (name, value) in fields {
            if !framing.contains(&name.to_ascii_lowercase().as_str()) {
                map.try_append(name.as_str(), value.as_str()).unwrap();
            }
        }
        map
    })
}

/// Content in pieces, and whether its length is told.
fn content() -> impl Strategy<Value = (Vec<Vec<u8>>, bool)> {
    (prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..6), any::<bool>())
}

fn outgoing(pieces: &[Vec<u8>], told: bool) -> Outgoing {
    if told {
        Outgoing::Length(pieces.iter().map(|piece| piece.len() as u64).sum())
    } else {
        Outgoing::Unknown
    }
}

fn without_framing(headers: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    let framing = ["Host", "Content-Length", "Transfer-Encoding"];
    let fields = headers.iter().filter(|(name, _)| !framing.contains(&name.as_str()));
    fields.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect()
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn a_request_that_was_written_reads_back(
        target in "/[!\"$-~]{0,40}",
        headers in fields(),
        (pieces, told) in content(),
        size in 1_usize..200,
    ) {
        let now = Instant::now();
        let mut connection = client::Connection::new(&Limits::default(), now);
        let mut request = Request::new(Method::Post, Target::Origin(target));
        request.headers = headers;
        request.headers.try_append("Host", "a").unwrap();
        connection.send_request(&request, outgoing(&pieces, told)).unwrap();
        for piece in &pieces {
            connection.send_data(piece).unwrap();
        }
        connection.send_end(None).unwrap();
        let mut out = Output::new(1);
        connection.poll_transmit(now, &mut out);
        let wire = out.take();
        let story = serve(&wire.chunks(size).collect::<Vec<_>>(), false, &Limits::default());
        prop_assert_eq!(story.violation, None);
        let [seen] = &story.messages[..] else { panic!("{} messages", story.messages.len()) };
        prop_assert_eq!(&seen.head.target, &request.target);
        prop_assert_eq!(without_framing(&seen.head.headers), without_framing(&request.headers));
        prop_assert_eq!(&seen.data, &pieces.concat());
    }

    #[test]
    fn a_response_that_was_written_reads_back(
        code in 200_u16..600,
        headers in fields(),
        (pieces, told) in content(),
        size in 1_usize..200,
    ) {
        let now = Instant::now();
        let mut connection = server::Connection::new(&Limits::default(), now);
        connection.receive(&mut b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".to_vec(), now);
        let asked = matches!(connection.poll_event(), Some(server::Event::Request { .. }));
        prop_assert!(asked);
        let mut response = Response::new(StatusCode::new(code).unwrap());
        response.headers = headers;
        connection.send_response(&response, outgoing(&pieces, told)).unwrap();
        for piece in &pieces {
            connection.send_vec(piece.clone()).unwrap();
        }
        connection.send_end(None).unwrap();
        let mut out = Output::new(1);
        connection.poll_transmit(now, &mut out);
        let wire = out.take();
        let pieces_in = wire.chunks(size).collect::<Vec<_>>();
        let story = fetch(&[Method::Get], &pieces_in, false, &Limits::default());
        prop_assert_eq!(story.violation, None);
        let [seen] = &story.messages[..] else { panic!("{} messages", story.messages.len()) };
        prop_assert_eq!(seen.head.status, response.status);
        prop_assert_eq!(without_framing(&seen.head.headers), without_framing(&response.headers));
        let content = if response.status.forbids_content() { Vec::new() } else { pieces.concat() };
        prop_assert_eq!(&seen.data, &content);
        prop_assert!(seen.complete);
    }
}
