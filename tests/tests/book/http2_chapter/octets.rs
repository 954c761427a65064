//! One request in two forms, the opening, and integers.

use super::{Pair, asked, decoder, explained, frames, text};
use crate::figure::figure;
use dissect::{Kind, dissect};
use hpack::integer;
use std::fmt::Write as _;
use wire::{Reader, hex};

const FIELDS: [(&str, &str); 2] = [("accept", "*/*"), ("user-agent", "wirebook")];

#[test]
fn the_same_request_in_both_forms() {
    let old = text("/hello", &FIELDS);
    let mut pair = Pair::new();
    let mut decoder = decoder();
    let first = asked(&mut pair, "/hello", &FIELDS);
    let first_told = explained(&first, &mut decoder);
    let mut story = String::new();
    writeln!(story, "# HTTP/1.1: {} octets", old.len()).unwrap();
    story += &dissect::text(&dissect(Kind::Http1Request, old.as_bytes()));
    writeln!(story, "\n# HTTP/2: {} octets", first.len()).unwrap();
    story += &first_told;
    figure("h2-both", &story);

    let mut story = String::new();
    for title in ["the second time", "the third time"] {
        let octets = asked(&mut pair, "/hello", &FIELDS);
        writeln!(story, "# {title}: {} octets", octets.len()).unwrap();
        story += &explained(&octets, &mut decoder);
    }
    figure("h2-again", &story);
}

#[test]
fn the_preface_and_settings() {
    let mut pair = Pair::new();
    let mut up = pair.client_sends();
    let mut story = format!("# the client\n{}", explained(&up, &mut decoder()));
    pair.server.receive(&mut up, pair.now);
    let down = pair.server_sends();
    writeln!(story, "\n# the server\n{}", explained(&down, &mut decoder()).trim_end()).unwrap();
    assert!(frames(&down).1.len() > 1);
    figure("h2-opening", &story);
}

#[test]
fn integers() {
    let mut table = format!("{:<10}{:<8}{:<18}{}\n", "value", "prefix", "octets", "bits");
    for (value, prefix) in [(10, 5), (30, 5), (31, 5), (1337, 5), (62, 7), (126, 7), (127, 7)] {
        let mut octets = Vec::new();
        integer::encode(0, prefix, value, &mut octets);
        let read = integer::decode::<32>(&mut Reader::new(&octets), "value", prefix).unwrap();
        assert_eq!(read, value);
        let bits: Vec<String> = octets.iter().map(|octet| format!("{octet:08b}")).collect();
        let hex = hex::spaced(&octets);
        writeln!(table, "{value:<10}{prefix:<8}{hex:<18}{}", bits.join(" ")).unwrap();
    }
    figure("h2-integers", &table);
}
