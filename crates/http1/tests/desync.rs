//! The requests of http-desync-guardian, a filter against request smuggling, at our server.
//!
//! It sorts requests into four tiers; what it lets pass and what it stops is not one line but
//! three, so a case says here what we do, by its tier:
//!
//! | tier       | it says                                   | we                            |
//! |------------|-------------------------------------------|-------------------------------|
//! | Compliant  | in order                                  | accept                        |
//! | Acceptable | not in order, no danger                   | refuse: strict by default     |
//! | Ambiguous  | two readings                              | refuse                        |
//! | Severe     | an attack                                 | refuse                        |
//!
//! Every case that we treat otherwise stands in the overrides with its reason.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;
mod overrides;

use common::{serve, serve_split};
use http1::Limits;
use overrides::DESYNC as OVERRIDES;
use std::{collections::HashMap, fs};

#[test]
fn every_case_of_http_desync_guardian_has_its_verdict_or_a_reason() {
    let Some(folder) = testkit::data("http1/desync") else {
        return testkit::skip("http1/desync is not there");
    };
    let mut overrides: HashMap<&str, &str> = OVERRIDES.iter().copied().collect();
    assert_eq!(overrides.len(), OVERRIDES.len(), "an entry stands there twice");
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let (mut count, mut failures, mut names) = (0, Vec::new(), HashMap::new());
    for path in paths {
        let file = path.file_stem().unwrap().to_string_lossy().into_owned();
        for case in cases(&fs::read_to_string(&path).unwrap()) {
            count += 1;
            // Some names stand in a file more than once.
            let name = format!("{file}/{}", case.name);
            let number: &mut u32 = names.entry(name.clone()).or_default();
            *number += 1;
            let id = if *number > 1 { format!("{name} #{number}") } else { name };
            let refused = refuse(&case);
            let wanted = case.tier != "Compliant";
            match (refused.is_some() != wanted, overrides.remove(id.as_str())) {
                (false, None) | (true, Some(_)) => {}
                (false, Some(reason)) => {
                    failures.push(format!("{id}: no longer differs ({reason})"))
                }
                (true, None) => failures.push(format!(
                    "{id}: {}, we: {refused:?}\n{}",
                    case.tier,
                    case.octets().escape_ascii()
                )),
            }
        }
    }
    assert_eq!(count, 158);
    failures.extend(overrides.keys().map(|id| format!("{id}: there is no such case")));
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// What a server says against the case, if anything. A content that the case only announces is sent
/// as far as the announcement can be believed: the cases have heads alone.
fn refuse(case: &Case) -> Option<String> {
    let octets = case.octets();
    let story = serve_split(&octets, false, &Limits::default());
    if let Some(error) = story.violation {
        return Some(error.to_string());
    }
    if story.messages.is_empty() {
        // Not even the end of a head was seen in it.
        return serve(&[&octets], true, &Limits::default())
            .violation
            .map(|error| error.to_string());
    }
    None
}

#[derive(Debug, Default)]
struct Case {
    name: String,
    method: String,
    uri: String,
    version: String,
    headers: Vec<(String, String)>,
    tier: String,
}

impl Case {
    /// The head, with a Host that most cases lack because they are about something else.
    fn octets(&self) -> Vec<u8> {
        let mut text = format!("{} {} {}\r\n", self.method, self.uri, self.version);
        if !self.headers.iter().any(|(name, _)| name.trim().eq_ignore_ascii_case("host")) {
            text += "Host: a\r\n";
        }
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        text += "\r\n";
        // Letters beyond ASCII stand for octets.
        text.chars().map(|letter| u8::try_from(letter).unwrap_or(b'?')).collect()
    }
}

/// The corner of YAML in which the cases are written: maps and lists by indentation, plain and
/// quoted scalars.
fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in text.lines() {
        let (indent, line) = (line.len() - line.trim_start().len(), line.trim_start());
        let (item, line) = line.strip_prefix("- ").map_or((false, line), |rest| (true, rest));
        let Some((key, value)) = line.split_once(':') else { continue };
        let value = scalar(value);
        if indent == 0 && item && key == "name" {
            cases.push(Case { name: value, ..Case::default() });
            continue;
        }
        let Some(case) = cases.last_mut() else { continue };
        match (indent, item, key) {
            (2, false, "uri") => case.uri = value,
            (2, false, "method") => case.method = value,
            (2, false, "version") => case.version = value,
            (4, true, "name") => case.headers.push((value, String::new())),
            (6, false, "value") => case.headers.last_mut().unwrap().1 = value,
            (4, false, "tier") => case.tier = value,
            _ => {}
        }
    }
    cases
}

fn scalar(text: &str) -> String {
    let text = text.trim_start();
    if let Some(rest) = text.strip_prefix('\'') {
        return rest.trim_end().trim_end_matches('\'').replace("''", "'");
    }
    let Some(rest) = text.strip_prefix('"') else {
        return text.split(" #").next().unwrap().trim_end().to_owned();
    };
    let mut value = String::new();
    let mut letters = rest.chars();
    loop {
        let code = |letters: &mut std::str::Chars<'_>, digits| {
            let digits: String = letters.take(digits).collect();
            char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap()
        };
        value.push(match letters.next().unwrap() {
            '"' => return value,
            '\\' => match letters.next().unwrap() {
                'x' => code(&mut letters, 2),
                'u' => code(&mut letters, 4),
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '0' => '\0',
                other => other,
            },
            letter => letter,
        });
    }
}
