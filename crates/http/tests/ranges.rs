//! Ranges: what is asked for, what is selected, and what a multipart answer is made of.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test that panics has failed, which is what it is for"
)]

use http::{
    Limits,
    ranges::{ContentRange, Multipart, Selection, multipart::Piece, select, select_within},
};
use wire::Scripted;

#[test]
fn of_ten_octets_each_field_selects() {
    let mut table = String::new();
    for value in [
        "bytes=0-4",
        "bytes=7-",
        "bytes=-2",
        "bytes=8-99",
        "bytes=0-0",
        "bytes=-99",
        "bytes=0-",
        "BYTES=1-2",
        "bytes=2-4, 6-7",
        "bytes=6-7,2-4",
        "bytes=0-0,-1",
        "bytes= 1-2 ,, 4-5 ,",
        "bytes=0-4,3-6",
        "bytes=0-4,5-6",
        "bytes=7-8,0-1,1-7",
        "bytes=0-1,20-",
        "bytes=0-9,0-9",
        "bytes=10-",
        "bytes=-0",
        "bytes=10-20,30-",
        "bytes=99999999999999999999-",
        "bytes=0-99999999999999999999",
        "bytes=4-2",
        "bytes=0-1,4-2",
        "bytes=",
        "bytes=,",
        "bytes",
        "bytes=-",
        "bytes=a-b",
        "bytes=1",
        "bytes=1-2-3",
        "bytes=+1-2",
        "bytes =0-1",
        "lines=0-1",
        "bytes=0 - 1",
        "",
    ] {
        let answer = match select(value.as_bytes(), 10) {
            Selection::Whole => "200".to_owned(),
            Selection::Part(part) => format!("206 {}", ContentRange::part(part, 10)),
            Selection::Parts(parts) => parts.iter().fold("206 parts".to_owned(), |all, part| {
                format!("{all} {}-{}", part.start, part.end - 1)
            }),
            Selection::Unsatisfiable => format!("416 {}", ContentRange::unsatisfied(10)),
        };
        table += &format!("{value:<32}{answer}\n");
    }
    testkit::golden(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tables/ranges.txt"), &table);
}

#[test]
fn nothing_is_there_of_an_empty_whole() {
    for value in ["bytes=0-", "bytes=0-0", "bytes=-0"] {
        assert_eq!(select(value.as_bytes(), 0), Selection::Unsatisfiable, "{value}");
    }
}

/// RFC 9110 §14.1.2: the last octets of nothing are all there is, and Content-Range has no words
/// for them.
#[test]
fn the_last_octets_of_an_empty_whole_are_the_whole() {
    for value in ["bytes=-1", "bytes=-99", "bytes=0-, -5", "bytes=-5,-0"] {
        assert_eq!(select(value.as_bytes(), 0), Selection::Whole, "{value}");
    }
}

#[test]
fn more_ranges_than_the_limit_are_no_ranges() {
    let ask = |count: u64| {
        let all: Vec<String> = (0..count).map(|at| format!("{}-{}", at * 3, at * 3)).collect();
        format!("bytes={}", all.join(","))
    };
    let limits = Limits { ranges: 3, ..Limits::DEFAULT };
    let selected = |count| select_within(ask(count).as_bytes(), 1000, &limits);
    assert!(matches!(selected(3), Selection::Parts(parts) if parts.len() == 3));
    assert_eq!(selected(4), Selection::Whole);
    // Overlaps count as they are asked for, so an attack by overlap is cut short as well.
    let same = format!("bytes=0-{}", ",0-".repeat(5));
    assert_eq!(select_within(same.as_bytes(), 1000, &limits), Selection::Whole);
}

#[test]
fn a_multipart_answer_is_as_long_as_it_says() {
    let content = b"Hello, wire!";
    let Selection::Parts(parts) = select(b"bytes=0-4,-5", content.len() as u64) else { panic!() };
    let answer = Multipart::new(parts, content.len() as u64, b"text/plain", &mut Scripted(1));
    let mut sent = Vec::new();
    for piece in answer.pieces() {
        match piece {
            Piece::Octets(octets) => sent.extend(octets),
            Piece::Content(range) => {
                sent.extend(&content[range.start as usize..range.end as usize])
            }
        }
    }
    assert_eq!(sent.len() as u64, answer.content_length());
    let shown = format!("Content-Type: {}\n\n{}", answer.content_type(), sent.escape_ascii());
    testkit::golden(
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tables/multipart.txt"),
        &(shown.replace("\\r\\n", "\\r\\n\n")),
    );
}

#[test]
fn boundaries_differ() {
    let mut random = Scripted(7);
    let mut boundary = || Multipart::new(vec![0..1, 5..6], 9, b"", &mut random).content_type();
    assert_ne!(boundary(), boundary());
}

#[test]
fn a_content_range_means_octets_that_are_there() {
    let read = |text: &str| ContentRange::parse(text.as_bytes());
    assert_eq!(read("bytes 42-1233/1234"), Some(ContentRange::part(42..1234, 1234)));
    assert_eq!(read("bytes 42-1233/*"), Some(ContentRange { range: Some(42..1234), length: None }));
    assert_eq!(read("bytes */1234"), Some(ContentRange::unsatisfied(1234)));
    for text in [
        "bytes 5-4/10",
        "bytes 0-10/10",
        "bytes */*",
        "bytes 0-1",
        "bytes=0-1/2",
        "items 0-1/2",
        "bytes -1/2",
        "bytes 0-/2",
        "bytes 0-18446744073709551615/*",
        "",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}
