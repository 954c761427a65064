//! The test cases of llhttp, Node's parser, against both connections.
//!
//! Each case is octets and a verdict. Where ours is another, [`OVERRIDES`] says so and why; an
//! entry that no longer differs is an error too, so the table cannot grow stale.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;
mod overrides;

use common::{Story, fetch_split, serve, serve_split};
use http::Method;
use http1::{Limits, Violation};
use overrides::LLHTTP as OVERRIDES;
use serde_json::Value;
use std::collections::HashMap;

#[test]
fn every_case_of_llhttp_has_its_verdict_or_a_reason() {
    let Some(path) = testkit::data("http1/llhttp.json") else {
        return testkit::skip("http1/llhttp.json is not there");
    };
    let cases: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = cases.as_array().unwrap();
    assert_eq!(cases.len(), 251);
    let mut overrides: HashMap<&str, &str> = OVERRIDES.iter().copied().collect();
    assert_eq!(overrides.len(), OVERRIDES.len(), "an entry stands there twice");
    let mut failures = Vec::new();
    for case in cases {
        let id = case["id"].as_str().unwrap();
        let difference = difference(case);
        match (difference, overrides.remove(id)) {
            (None, None) | (Some(_), Some(_)) => {}
            (None, Some(reason)) => failures.push(format!("{id}: no longer differs ({reason})")),
            (Some(difference), None) => failures.push(format!("{id}: {difference}")),
        }
    }
    failures.extend(overrides.keys().map(|id| format!("{id}: there is no such case")));
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// How our verdict differs from llhttp's: in accepting, or in what was seen.
fn difference(case: &Value) -> Option<String> {
    let kind = case["type"].as_str().unwrap();
    let accept = case["accept"].as_bool().unwrap();
    let octets = wire::base64::decode(case["b64"].as_str().unwrap()).unwrap();
    let end = kind.ends_with("finish");
    let limits = Limits::default();
    let (seen, violation) = if kind.starts_with("request") {
        let octets = with_host(without_fragment(octets));
        let mut story = serve_split(&octets, end, &limits);
        if !accept && story.violation.is_none() {
            // llhttp refuses as it reads, we when the head is whole: so let it be whole.
            story = serve(&[&octets, b"\r\n\r\n"], true, &limits);
        }
        (requests(&story), story.violation)
    } else {
        let head = case["meta"]["skipBody"].as_bool().unwrap_or_default();
        let method = if head { Method::Head } else { Method::Get };
        let mut story = fetch_split(&vec![method.clone(); 4], &octets, end, &limits);
        if !accept && story.violation.is_none() {
            story =
                fetch_split(&vec![method; 4], &[&octets, &b"\r\n\r\n"[..]].concat(), true, &limits);
        }
        (responses(&story), story.violation)
    };
    match (accept, violation) {
        (true, Some(error)) => Some(format!("we refuse: {error}")),
        (false, None) => Some(format!("we accept; they: {}", case["error"])),
        (false, Some(_)) => None,
        (true, None) => {
            // Quotes are escaped twice, once or never in the log.
            let plain = |seen: Seen| seen.join("\n").replace('\\', "");
            let (seen, theirs) = (plain(seen), plain(theirs(case)));
            (seen != theirs).then(|| format!("\n  we:   {seen:?}\n  they: {theirs:?}"))
        }
    }
}

/// What was read, in a form that both parsers can tell: start lines, fields and content.
type Seen = Vec<String>;

fn requests(story: &Story<http::Request>) -> Seen {
    let mut seen = Vec::new();
    for message in &story.messages {
        seen.push(format!("{} {}", message.head.method, message.head.target));
        tell(&mut seen, &message.head.headers, &message.data, message.trailers.as_ref());
    }
    seen
}

fn responses(story: &Story<http::Response>) -> Seen {
    let mut seen = Vec::new();
    for message in &story.messages {
        seen.push(message.head.status.to_string());
        tell(&mut seen, &message.head.headers, &message.data, message.trailers.as_ref());
    }
    seen
}

fn tell(seen: &mut Seen, head: &http::HeaderMap, data: &[u8], trailers: Option<&http::HeaderMap>) {
    let fields = |seen: &mut Seen, fields: &http::HeaderMap| {
        for (name, value) in fields {
            // What `with_host` put there.
            if value != "a" {
                seen.push(format!("{name}: {}", value.as_bytes().escape_ascii()));
            }
        }
    };
    fields(seen, head);
    if !data.is_empty() {
        seen.push(data.escape_ascii().to_string());
    }
    if let Some(trailers) = trailers {
        fields(seen, trailers);
    }
}

/// llhttp's log in the same form: `off=4 len=4 span[url]="/url"`. Informational responses and heads
/// that are not whole are left out, as they are no messages of ours.
fn theirs(case: &Value) -> Seen {
    let mut spans: HashMap<&str, Vec<u8>> = HashMap::new();
    let (mut seen, mut start, mut whole) = (Seen::new(), 0, true);
    for event in case["events"].as_array().unwrap() {
        let event = event.as_str().unwrap();
        if let Some((_, span)) = event.split_once("span[") {
            let (name, text) = span.split_once("]=").unwrap();
            spans.entry(name).or_default().extend(octets_of(text));
            continue;
        }
        let mut take = |name| {
            let octets = spans.remove(name).unwrap_or_default();
            octets.trim_ascii_end().escape_ascii().to_string()
        };
        if event.contains("message begin") {
            (start, whole) = (seen.len(), false);
        } else if event.contains("url complete") {
            let (method, url) = (take("method"), take("url"));
            seen.push(format!("{method} {}", url.trim_end_matches("#hey")));
        } else if let Some((_, flags)) = event.split_once("headers complete") {
            whole = true;
            if let Some((_, status)) = flags.split_once("status=") {
                seen.insert(start, status.split(' ').next().unwrap().to_owned());
            }
        } else if event.contains("header_value complete") {
            if spans.contains_key("body") {
                seen.push(spans.remove("body").unwrap().escape_ascii().to_string());
            }
            let mut take = |name| {
                let octets = spans.remove(name).unwrap_or_default();
                octets.trim_ascii_end().escape_ascii().to_string()
            };
            seen.push(format!("{}: {}", take("header_field"), take("header_value")));
        } else if event.contains("message complete") {
            if let Some(body) = spans.remove("body") {
                seen.push(body.escape_ascii().to_string());
            }
            if seen.get(start).is_some_and(|line| line.len() == 3 && line.starts_with('1')) {
                seen.truncate(start);
            }
        }
    }
    if !whole {
        seen.truncate(start);
    }
    if let Some(body) = spans.remove("body") {
        seen.push(body.escape_ascii().to_string());
    }
    seen
}

/// The octets of a span: a name, or quoted; what it quotes are octets, not letters.
fn octets_of(text: &str) -> Vec<u8> {
    match text {
        "cr" => b"\r".to_vec(),
        "lf" => b"\n".to_vec(),
        // Quotes inside are not always escaped.
        text => serde_json::from_str::<String>(text)
            .unwrap_or_else(|_| {
                text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap().to_owned()
            })
            .chars()
            .flat_map(|letter| {
                u8::try_from(letter)
                    .map_or_else(|_| letter.to_string().into_bytes(), |octet| vec![octet])
            })
            .collect(),
    }
}

/// The octets without `#hey`: it stands in the targets of cases that are about something else.
fn without_fragment(mut octets: Vec<u8>) -> Vec<u8> {
    if let Some(at) = octets.windows(5).position(|part| part == b"#hey ") {
        octets.drain(at..at + 4);
    }
    octets
}

/// The octets with a Host where HTTP/1.1 must have one: llhttp does not ask for it, and most cases
/// would be refused for this alone.
fn with_host(mut octets: Vec<u8>) -> Vec<u8> {
    let missing = |octets: &[u8]| {
        let violation = serve(&[octets], false, &Limits::default()).violation;
        violation.is_some_and(|error| error.violation == Violation::HostMissing)
    };
    while missing(&octets) {
        let end = (0..=octets.len()).find(|end| missing(&octets[..*end])).unwrap();
        let line = octets[..end].windows(8).rposition(|part| part == b" HTTP/1.").unwrap();
        let at = line + octets[line..].windows(2).position(|part| part == b"\r\n").unwrap() + 2;
        octets.splice(at..at, *b"Host: a\r\n");
    }
    octets
}
