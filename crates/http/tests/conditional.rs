//! Preconditions: every state against every field, as a table to hold beside RFC 9110 §13.2.2.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use http::{
    HeaderMap, Method,
    Method::*,
    conditional::{Decision, Validators, evaluate},
    date,
    etag::{ETag, ETags},
};
use wire::UnixTime;

const EARLIER: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
const CHANGED: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
const LATER: &str = "Sun, 06 Nov 1994 08:49:38 GMT";
const NOW: UnixTime = UnixTime(800_000_000);

fn fields(text: &str) -> HeaderMap {
    let mut map = HeaderMap::new();
    for field in text.split(" & ").filter(|field| !field.is_empty()) {
        let (name, value) = field.split_once(": ").unwrap();
        let value = value.replace("EARLIER", EARLIER).replace("CHANGED", CHANGED);
        map.try_append(name, &value.replace("LATER", LATER)).unwrap();
    }
    map
}

fn states() -> [(&'static str, Validators<'static>); 4] {
    let last_modified = Some(date::parse(CHANGED, NOW).unwrap());
    let (strong, weak) = (ETag::strong("1"), ETag::weak("1"));
    [
        ("\"1\"", Validators { exists: true, etag: strong, last_modified }),
        ("W/\"1\"", Validators { exists: true, etag: weak, last_modified }),
        ("no tag", Validators { exists: true, etag: None, last_modified: None }),
        ("nothing", Validators::default()),
    ]
}

const CASES: [&str; 34] = [
    "",
    "If-Match: *",
    "If-Match: \"1\"",
    "If-Match: \"0\", \"1\"",
    "If-Match: W/\"1\"",
    "If-Match: \"2\"",
    "If-Match: broken",
    "If-Match: \"0\" & If-Match: \"1\"",
    "If-Unmodified-Since: EARLIER",
    "If-Unmodified-Since: CHANGED",
    "If-Unmodified-Since: tomorrow",
    "If-Match: \"1\" & If-Unmodified-Since: EARLIER",
    "If-None-Match: *",
    "If-None-Match: \"1\"",
    "If-None-Match: W/\"1\"",
    "If-None-Match: \"2\"",
    "If-None-Match: broken",
    "If-Modified-Since: EARLIER",
    "If-Modified-Since: CHANGED",
    "If-Modified-Since: LATER",
    "If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT",
    "If-Modified-Since: Sun Nov  6 08:49:37 1994",
    "If-Modified-Since: yesterday",
    "If-None-Match: \"2\" & If-Modified-Since: CHANGED",
    "If-Match: \"1\" & If-None-Match: \"1\"",
    "If-Match: \"2\" & If-None-Match: \"1\"",
    "Range: bytes=0-1",
    "Range: bytes=0-1 & If-Range: \"1\"",
    "Range: bytes=0-1 & If-Range: W/\"1\"",
    "Range: bytes=0-1 & If-Range: \"2\"",
    "Range: bytes=0-1 & If-Range: CHANGED",
    "Range: bytes=0-1 & If-Range: LATER",
    "Range: bytes=0-1 & If-Range: broken",
    "If-Range: \"2\"",
];

fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Proceed => "-",
        Decision::IgnoreRange => "whole",
        Decision::NotModified => "304",
        Decision::PreconditionFailed => "412",
    }
}

#[test]
fn every_state_answers_every_precondition() {
    let mut table = String::from(
        "- is: do what was asked; whole: do it without the range. Columns: GET, HEAD, PUT, OPTIONS.\n",
    );
    for (name, there) in states() {
        table += &format!("\nthere is {name}\n");
        for case in CASES {
            let headers = fields(case);
            table += &format!("  {case:<52}");
            for method in [Get, Head, Put, Options] {
                table += &format!("{:<6}", word(evaluate(&method, &there, &headers, NOW)));
            }
            table.truncate(table.trim_end().len());
            table.push('\n');
        }
    }
    testkit::golden(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tables/preconditions.txt"), &table);
}

#[test]
fn a_file_that_changed_this_second_has_no_strong_date() {
    let changed = date::parse(CHANGED, NOW).unwrap();
    let [(_, there), ..] = states();
    let headers = fields("Range: bytes=0-1 & If-Range: CHANGED");
    let at = |now| evaluate(&Get, &there, &headers, now);
    assert_eq!(at(changed), Decision::IgnoreRange);
    assert_eq!(at(changed.plus_seconds(1)), Decision::Proceed);
}

#[test]
fn a_date_that_stands_twice_is_no_date() {
    let [(_, there), ..] = states();
    let headers = fields("If-Modified-Since: CHANGED & If-Modified-Since: CHANGED");
    assert_eq!(evaluate(&Get, &there, &headers, NOW), Decision::Proceed);
}

#[test]
fn methods_that_select_nothing_have_no_preconditions() {
    for method in [Connect, Options, Trace] {
        let [.., (_, nothing)] = states();
        assert_eq!(evaluate(&method, &nothing, &fields("If-Match: *"), NOW), Decision::Proceed);
    }
    let delete = Method::Delete;
    let [.., (_, nothing)] = states();
    let decision = evaluate(&delete, &nothing, &fields("If-Match: *"), NOW);
    assert_eq!(decision, Decision::PreconditionFailed);
}

/// RFC 9110 §8.8.3.2, the table.
#[test]
fn tags_compare_as_the_rfcs_table() {
    let tag = |text: &'static str| ETag::parse(text).unwrap();
    for (a, b, strong, weak) in [
        ("W/\"1\"", "W/\"1\"", false, true),
        ("W/\"1\"", "W/\"2\"", false, false),
        ("W/\"1\"", "\"1\"", false, true),
        ("\"1\"", "\"1\"", true, true),
    ] {
        assert_eq!((tag(a).strong_eq(&tag(b)), tag(a).weak_eq(&tag(b))), (strong, weak));
    }
}

#[test]
fn a_tag_is_quoted_and_holds_neither_space_nor_quote() {
    assert_eq!(ETag::parse("\"\"").unwrap().opaque(), b"");
    assert_eq!(ETag::parse(b"\"\xff,\\\"").unwrap().opaque(), b"\xff,\\");
    for text in ["1", "\"1", "1\"", "w/\"1\"", "W/1", "\"a b\"", "\"a\"b", "W/ \"1\"", ""] {
        assert_eq!(ETag::parse(text), None, "{text}");
    }
    assert_eq!(ETag::strong("a\"b"), None);
    assert_eq!(ETag::weak("a").unwrap().to_string(), "W/\"a\"");
}

#[test]
fn a_list_of_tags_ends_where_it_is_broken() {
    let tags = |text: &'static str| -> Vec<String> {
        ETags::new(text.as_bytes()).tags().map(|tag| tag.to_string()).collect()
    };
    assert_eq!(tags(", \"a,b\" ,W/\"c\",,"), ["\"a,b\"", "W/\"c\""]);
    assert_eq!(tags("\"a\" \"b\""), ["\"a\""]);
    assert_eq!(tags("\"a\", b, \"c\""), ["\"a\""]);
    assert_eq!(ETags::new(b" * "), ETags::Any);
}
