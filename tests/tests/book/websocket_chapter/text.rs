//! Characters that are cut, and octets that are none.

use super::{events, frame, server};
use crate::figure::figure;
use std::{fmt::Write as _, time::Instant};
use websocket::{Event, Message, frame::Opcode};
use wire::hex;

/// One frame: its opcode, FIN, its payload, and how many octets of that payload have come.
type Sent<'a> = (Opcode, bool, &'a [u8], usize);

fn told(story: &mut String, frames: &[Sent<'_>]) {
    let now = Instant::now();
    let mut connection = server(now);
    for (opcode, fin, payload, there) in frames {
        let fin_shown = if *fin { "FIN" } else { "" };
        let cut = if *there < payload.len() {
            format!("   … {} octets still to come", payload.len() - there)
        } else {
            String::new()
        };
        let shown = hex::spaced(&payload[..*there]);
        writeln!(story, "> {:<13}{fin_shown:<5}{shown}{cut}", opcode.name()).unwrap();
        let mut octets = frame(*opcode, *fin, payload);
        octets.truncate(octets.len() - (payload.len() - there));
        connection.receive(&mut octets, now);
        for event in events(&mut connection) {
            match event {
                Event::Message(Message::Text(text)) => {
                    writeln!(story, "  the message '{text}'").unwrap();
                }
                Event::Violation(error) => {
                    writeln!(story, "  refused, {}: {error}", error.close_code()).unwrap();
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn text_in_pieces() {
    let text = "소켓".as_bytes();
    let mut story = "# a character in two fragments\n".to_owned();
    let [first, second] = [&text[..4], &text[4..]];
    told(&mut story, &[(Opcode::Text, false, first, 4), (Opcode::Continuation, true, second, 2)]);
    story += "\n# a message that ends inside a character\n";
    told(&mut story, &[(Opcode::Text, true, first, 4)]);
    story += "\n# an octet that is none, in a frame that is not here yet\n";
    let mut rubbish = vec![b'a'; 60_000];
    rubbish[3] = 0xff;
    told(&mut story, &[(Opcode::Text, true, &rubbish, 4)]);
    figure("utf8", &story);
}
