//! Somebody in the middle changes what passes: who notices, and by which rule.

use super::{Cast, RESPONSE, Talk, data, give, moment, sent, violation};
use crate::figure::figure;
use std::fmt::Write as _;
use tls::{
    extension::{Extension, ExtensionType},
    message::{Message, dissect},
    record::Event,
};
use wire::Reader;

/// The place of `what` in some octets.
fn find(octets: &[u8], what: &[u8]) -> usize {
    octets.windows(what.len()).position(|window| window == what).unwrap()
}

/// Plays a conversation in which `change` sees every flight before it is delivered.
fn play(mut change: impl FnMut(usize, &mut Vec<u8>)) -> Talk {
    let mut talk = Cast::new().meet(1);
    let mut number = 0;
    for round in 0..4 {
        if round == 1 {
            // Where the handshake failed there is nothing to ask.
            let _ = talk.client.send(super::REQUEST);
        }
        let mut up = sent(&mut talk.client);
        change(number, &mut up);
        talk.server_heard.extend(give(&mut talk.server, up));
        if round == 1 {
            let _ = talk.server.send(&RESPONSE[..20]);
            let _ = talk.server.send(&RESPONSE[20..]);
        }
        let mut down = sent(&mut talk.server);
        change(number + 1, &mut down);
        talk.client_heard.extend(give(&mut talk.client, down));
        number += 2;
    }
    talk
}

fn verdict(talk: &Talk) -> String {
    let noticed = [("client", &talk.client_heard), ("server", &talk.server_heard)]
        .into_iter()
        .filter_map(|(who, heard)| violation(heard).map(|error| (who, error)))
        .find(|(_, error)| !matches!(error, tls::Error::PeerAlert { .. }));
    match noticed {
        Some((who, error)) => format!("the {who}: {error} ({})", error.alert().name()),
        None if data(&talk.client_heard) == RESPONSE => "nobody: it means nothing".into(),
        None => "nobody yet: they wait for more".into(),
    }
}

/// The records of a flight, apart.
fn records(flight: &[u8]) -> Vec<Vec<u8>> {
    let mut reader = Reader::new(flight);
    let mut found = Vec::new();
    while !reader.is_empty() {
        let length = usize::from(reader.rest()[3]) * 256 + usize::from(reader.rest()[4]);
        found.push(reader.take("record", 5 + length).unwrap().to_vec());
    }
    found
}

/// The server's flight as an older server would have said it, that had been made to.
fn older(flight: &mut Vec<u8>, marked: bool) {
    let rest = flight.split_off(5);
    let mut reader = Reader::new(&rest);
    let length = usize::from(flight[3]) * 256 + usize::from(flight[4]);
    let hello = reader.take("hello", length).unwrap();
    let message = dissect(&mut Reader::new(hello), 1 << 16).unwrap().remove(0);
    let Message::ServerHello(mut hello) = message else { panic!("{message:?}") };
    let version = |one: &Extension| one.kind() == ExtensionType::SUPPORTED_VERSIONS;
    hello.extensions.0.retain(|one| !version(one) && one.kind() != ExtensionType::KEY_SHARE);
    hello.cipher_suite = 0xc02f;
    if marked {
        hello.random[24..].copy_from_slice(b"DOWNGRD\x01");
    }
    let mut octets = Vec::new();
    Message::ServerHello(hello).encode(&mut octets).unwrap();
    flight[4] = u8::try_from(octets.len()).unwrap();
    flight.extend_from_slice(&octets);
}

#[test]
fn what_is_changed_on_the_way() {
    type Change = Box<dyn FnMut(usize, &mut Vec<u8>)>;
    let flip = |flight: usize, what: &'static [u8], with: u8| -> Change {
        Box::new(move |number, octets| {
            if number == flight {
                let at = find(octets, what);
                octets[at] ^= with;
            }
        })
    };
    let at = |flight: usize, offset: usize| -> Change {
        Box::new(move |number, octets| {
            if number == flight {
                octets[offset] ^= 1;
            }
        })
    };
    let order = |flight: usize, order: &'static [usize]| -> Change {
        Box::new(move |number, octets| {
            if number == flight {
                let found = records(octets);
                *octets = order.iter().flat_map(|index| found[*index].clone()).collect();
            }
        })
    };
    let older_server = |marked: bool| -> Change {
        Box::new(move |number, octets| {
            if number == 1 {
                older(octets, marked);
            }
        })
    };
    let rows: Vec<(&str, Change)> = vec![
        ("the version in the first record's head", at(0, 2)),
        ("an octet of the client's random", at(0, 11)),
        ("'h2' in the client's list becomes 'i2'", flip(0, b"h2", 1)),
        ("the server's name, one letter", flip(0, b"wirebook", 1)),
        ("an octet of the client's key share", flip(0, b"\x07\xa3\x7c", 1)),
        ("an octet of the server's random", at(1, 11)),
        ("an answer as from an older server", older_server(false)),
        ("the same from a server that knows TLS 1.3", older_server(true)),
        ("an octet of the sealed flight", at(1, 0x0200)),
        ("an octet of the client's Finished", at(2, 0x20)),
        ("a record of the answer, one octet", at(3, 10)),
        ("its two records swapped", order(3, &[1, 0])),
        ("its first record twice", order(3, &[0, 0, 1])),
        ("its first record left out", order(3, &[1])),
        ("its second record left out", order(3, &[0])),
    ];
    let (mut story, mut before) = (String::new(), String::new());
    for (what, change) in rows {
        let verdict = verdict(&play(change));
        if verdict != before && !before.is_empty() {
            writeln!(story, "    {before}").unwrap();
        }
        writeln!(story, "{what}").unwrap();
        before = verdict;
    }
    writeln!(story, "    {before}").unwrap();
    figure("tls-changed", &story);
}

#[test]
fn how_it_ends() {
    let mut story = String::new();
    for (what, says, cut) in [
        ("close_notify, then the stream ends", true, 0),
        ("the stream ends", false, 0),
        ("the stream ends inside of a record", false, 10),
    ] {
        let mut talk = Cast::new().meet(1);
        talk.ask();
        talk.client_heard.clear();
        talk.server.send(b"Pay 100 to Bob").unwrap();
        talk.server.send(b", but not today.").unwrap();
        if says {
            talk.server.close().unwrap();
        }
        let mut octets = sent(&mut talk.server);
        octets.truncate(octets.len() - cut);
        talk.client_heard = give(&mut talk.client, octets);
        talk.client.receive_end(true, moment().instant);
        talk.client_heard.extend(std::iter::from_fn(|| talk.client.poll_event()));
        let read = String::from_utf8(data(&talk.client_heard)).unwrap();
        let clean = talk.client_heard.iter().find_map(|event| match event {
            Event::Closed { clean } => Some(*clean),
            _ => None,
        });
        let end = if clean.unwrap() { "whole" } else { "perhaps cut short" };
        writeln!(story, "{what:<36} {read:<32} {end}").unwrap();
    }
    figure("tls-ends", &story);
}
