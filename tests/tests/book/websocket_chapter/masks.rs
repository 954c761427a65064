//! What a page could put on the wire without masks, and what it can with them.

use super::{client, sent};
use crate::figure::figure;
use std::{fmt::Write as _, time::Instant};
use websocket::{
    Message,
    frame::{Head, Opcode, mask},
};
use wire::hex;

/// What the script says: something that looks like a request.
const SAID: &str = "\r\nGET /app.js HTTP/1.1\r\nHost: cdn.example\r\n\r\n";

/// The requests that a reader finds who does not know frames and looks behind each line end.
fn found(octets: &[u8]) -> Vec<String> {
    let ends = octets.windows(2).enumerate().filter(|(_, two)| *two == b"\r\n");
    ends.filter_map(|(at, _)| {
        let (head, _) =
            http1::head::parse_request(&octets[at + 2..], &http1::Limits::default()).ok()??;
        let host = head.request.headers.get_only(http::HeaderName::HOST)?;
        Some(format!("{} {}, Host: {host}", head.request.method, head.request.target))
    })
    .collect()
}

#[test]
fn a_message_that_looks_like_a_request() {
    let now = Instant::now();
    let mut connection = client(now);
    connection.send(Message::Text(SAID.into())).unwrap();
    let masked = sent(&mut connection, now);
    let length = SAID.len() as u64;
    let mut plain = Vec::new();
    Head { fin: true, rsv1: false, opcode: Opcode::Text, mask: None, length }.encode(&mut plain);
    plain.extend_from_slice(SAID.as_bytes());

    let mut story = format!("# what the script says\n{}\n", SAID.escape_debug());
    for (title, octets) in [("without a mask", &plain), ("with a mask", &masked)] {
        writeln!(story, "\n# on the wire, {title}").unwrap();
        for line in octets.chunks(16) {
            let text: String = line
                .iter()
                .map(|octet| if octet.is_ascii_graphic() { char::from(*octet) } else { '.' })
                .collect();
            writeln!(story, "{:<50}{text}", hex::spaced(line)).unwrap();
        }
        match found(octets).as_slice() {
            [] => story += "a reader who looks for requests finds   none\n",
            found => {
                for request in found {
                    writeln!(story, "a reader who looks for requests finds   {request}").unwrap();
                }
            }
        }
    }
    // The mask hides nothing: whoever reads the key can take it off.
    let (key, payload) = (&masked[2..6], masked[6..].to_vec());
    let mut undone = payload;
    mask(&mut undone, key.try_into().unwrap(), 0);
    assert_eq!(undone, SAID.as_bytes());
    figure("poison", &story);
}
