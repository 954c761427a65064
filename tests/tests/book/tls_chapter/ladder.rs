//! Who says what under which keys, read off the octets with a key log.

use super::{Cast, REQUEST, Talk};
use crate::figure::figure;
use dissect::{KeyLog, Kind, dissect_opened};
use std::fmt::Write as _;
use tls::NamedGroup;
use wire::Note;

/// What one record holds.
struct Line {
    offset: usize,
    what: Vec<(String, usize)>,
    key: String,
}

/// One side's records, by what is inside.
fn lines(octets: &[u8], log: &KeyLog) -> Vec<Line> {
    let found = dissect_opened(Kind::TlsRecord, octets, log);
    assert_eq!(found.error, None);
    let mut lines: Vec<Line> = Vec::new();
    let mut message = None;
    for note in &found.notes {
        match note {
            Note::Section { name: "record", offset, .. } => {
                let key = "in the clear".to_owned();
                lines.push(Line { offset: *offset, what: Vec::new(), key });
            }
            Note::Section { .. } => {}
            Note::Field { name, octets, value, .. } => {
                let line = lines.last_mut().unwrap();
                let value = value.as_deref().unwrap_or_default();
                match (*name, message.take()) {
                    ("msg_type", _) => message = Some(value.to_owned()),
                    ("length", Some(kind)) => {
                        let length =
                            octets.iter().fold(0, |all, octet| all * 256 + usize::from(*octet));
                        line.what.push((kind, 4 + length));
                    }
                    ("random", _) if value.contains("HelloRetryRequest") => {
                        line.what.last_mut().unwrap().0 = "HelloRetryRequest".into();
                    }
                    ("change_cipher_spec", _) => line.what.push(("(change_cipher_spec)".into(), 1)),
                    ("description", _) => {
                        let alert = value.split(' ').next().unwrap_or_default();
                        line.what.push((format!("alert {alert}"), 2));
                    }
                    ("data", _) => line.what.push(("data".into(), octets.len())),
                    ("tag", _) => line.key = value.strip_prefix("opened by ").unwrap().to_owned(),
                    _ => {}
                }
            }
        }
    }
    lines
}

/// The conversation, flight by flight.
pub(super) fn ladder(talk: &Talk, cast: &Cast) -> String {
    let log = KeyLog::read(&cast.keys.text()).unwrap();
    let [mut up, mut down] =
        [true, false].map(|client| lines(&talk.side(client), &log).into_iter().peekable());
    let (mut story, mut ends) = (String::new(), [0, 0]);
    for (client, octets) in &talk.flights {
        let way = if *client { "client ──► server" } else { "client ◄── server" };
        writeln!(story, "{way}   {} octets", octets.len()).unwrap();
        let end = &mut ends[usize::from(*client)];
        *end += octets.len();
        let side = if *client { &mut up } else { &mut down };
        while let Some(line) = side.next_if(|line| line.offset < *end) {
            let mut key = line.key.as_str();
            for (what, length) in &line.what {
                let row = format!("    {what:<22}{length:>5}   {key}");
                writeln!(story, "{}", row.trim_end()).unwrap();
                key = "\"";
            }
        }
    }
    story
}

#[test]
fn a_whole_conversation() {
    let cast = Cast::new();
    let mut talk = cast.meet(1);
    talk.ask();
    talk.client.close().unwrap();
    talk.run();
    figure("tls-talk", &ladder(&talk, &cast));
}

#[test]
fn the_server_wants_another_share() {
    let mut cast = Cast::new();
    cast.server.groups = vec![NamedGroup::SECP256R1];
    let mut talk = cast.meet(1);
    talk.ask();
    figure("tls-retry", &ladder(&talk, &cast));
}

#[test]
fn a_ticket_and_early_data() {
    let cast = Cast::resuming();
    cast.meet(1).ask();
    let mut talk = cast.meet(2);
    assert_eq!(talk.client.send_early(REQUEST).unwrap(), REQUEST.len());
    talk.up();
    talk.server.send(super::RESPONSE).unwrap();
    talk.run();
    assert!(talk.client.summary().early_data);
    figure("tls-resumed", &ladder(&talk, &cast));
}

#[test]
fn new_keys_on_the_way() {
    let cast = Cast::new();
    let mut talk = cast.meet(1);
    talk.ask();
    let before = ladder(&talk, &cast);
    // The client takes the next key, and wants the server to.
    talk.client.key_update(true).unwrap();
    talk.client.send(REQUEST).unwrap();
    talk.up();
    talk.server.send(super::RESPONSE).unwrap();
    talk.run();
    figure("tls-update", ladder(&talk, &cast).strip_prefix(&before).unwrap());
}
