//! What HTTP/2 saves, and what it does not: counted, so that it must come out the same each time.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

use lab::{
    headers::{self, Form},
    multiplexing::{self, Options, Row, Way},
    push,
    realtime::Fields,
};

fn balanced(json: &str) {
    assert_eq!(json.matches(['{', '[']).count(), json.matches(['}', ']']).count(), "{json}");
}

#[test]
fn what_was_said_once_is_a_number_the_second_time() {
    let report = headers::run(Fields::Browser).unwrap();
    let sums = [0, 1].map(|time| report.rows.iter().map(|row| row.binary[time].1).sum::<usize>());
    assert_eq!(sums.map(|sum| sum + 9), report.binary, "a block is the sum of its fields");
    assert!(report.binary[0] < report.text && report.binary[1] * 10 < report.text, "{report:?}");
    for row in report.rows.iter().filter(|row| row.name != ":path") {
        assert_eq!(row.binary[1], (Form::Indexed, 1), "{row:?}");
    }
}

#[test]
fn a_path_is_not_worth_an_entry_until_it_comes_again() {
    let report = headers::run(Fields::Small).unwrap();
    let path = report.rows.iter().find(|row| row.name == ":path").unwrap();
    assert_eq!(path.binary.map(|(form, _)| form), [Form::Passing, Form::Remembered]);
    // `Host`, three lines more, and nothing else.
    assert_eq!(report.rows.iter().map(|row| row.text).sum::<usize>() + 12, report.text);
}

#[test]
fn the_fields_as_text_and_as_json_have_a_row_each() {
    let report = headers::run(Fields::Browser).unwrap();
    let text = headers::text(&report);
    assert_eq!(text.lines().count(), report.rows.len() + 6, "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 96), "{text}");
    let json = headers::json(&report);
    assert_eq!(json.matches("\"name\":").count(), report.rows.len());
    balanced(&json);
}

fn pages() -> Vec<Row> {
    multiplexing::run(&Way::ALL, &Options::default()).unwrap()
}

fn names(row: &Row) -> Vec<&str> {
    row.fetched.iter().map(|one| one.path.as_str()).collect()
}

#[test]
fn behind_a_slow_answer_one_connection_waits_six_wait_less_and_streams_do_not() {
    let rows = pages();
    let [one, six, streams] = &rows[..] else { panic!("{rows:?}") };
    // All three asked for the same, in the same order.
    assert_eq!(names(one), names(six));
    assert_eq!(names(one), names(streams));
    // 40 to connect, 50 for each of thirteen, and 190 more for the slow one.
    assert_eq!(one.whole(), 40 + 13 * 50 + 190);
    assert_eq!(streams.whole(), 40 + 50 + 240);
    assert_eq!([one, six, streams].map(|row| row.connections), [1, 6, 1]);
    let later = |row: &Row| row.fetched.iter().filter(|part| part.here > 240).count();
    assert_eq!([one, six, streams].map(later), [11, 1, 1]);
    // A lane asks when it is free, never before.
    for row in [one, six] {
        for (at, part) in row.fetched.iter().enumerate() {
            let before = row.fetched[..at].iter().rfind(|before| before.on == part.on);
            assert!(before.is_none_or(|before| before.here <= part.asked), "{row:?}");
        }
    }
    // Streams ask for all at once.
    assert!(streams.fetched[1..].iter().all(|part| part.asked == 90), "{streams:?}");
    assert!(streams.sent < one.sent && streams.received < one.received, "{rows:?}");
}

#[test]
fn a_page_comes_out_the_same_each_time_whatever_is_on_it() {
    for parts in [1, 2, 5, Options::MOST] {
        let options = Options { parts, ..Options::default() };
        let run = || multiplexing::run(&Way::ALL, &options).unwrap();
        let times = |rows: Vec<Row>| rows.into_iter().map(|row| row.fetched).collect::<Vec<_>>();
        let first = times(run());
        assert_eq!(first, times(run()), "{parts}");
        assert!(first.iter().all(|row| row.len() == parts as usize + 1), "{parts}");
    }
}

#[test]
fn the_picture_is_as_wide_as_a_page_and_the_json_is_whole() {
    let (rows, options) = (pages(), Options::default());
    let text = multiplexing::text(&rows, &options);
    assert!(text.lines().all(|line| line.chars().count() <= 96), "{text}");
    assert!(text.contains("HTTP/2, 1 connection") && text.contains('█'), "{text}");
    let json = multiplexing::json(&rows, &options);
    assert_eq!(json.matches("\"path\":").count(), 3 * 13, "{json}");
    balanced(&json);
    // Where nothing takes time there is still something to see.
    let still = Options { round_trip: 0, quick: 0, slow: 0, ..options };
    let rows = multiplexing::run(&Way::ALL, &still).unwrap();
    assert!(multiplexing::text(&rows, &still).contains('█'));
}

#[test]
fn a_hint_costs_little_and_saves_as_much_as_a_push_where_the_page_takes_time() {
    let rows = push::run().unwrap();
    let seen: Vec<_> =
        rows.iter().map(|row| (row.way, row.making, row.requests, row.page, row.both)).collect();
    use push::Way::{Hint, Page, Push};
    assert_eq!(
        seen,
        [
            (Page, 0, 2, 1, 2),
            (Hint, 0, 2, 1, 2),
            (Push, 0, 1, 1, 1),
            (Page, 1, 2, 2, 3),
            (Hint, 1, 2, 2, 2),
            (Push, 1, 1, 2, 2)
        ]
    );
    for row in &rows {
        match row.way {
            Page => assert_eq!(row.unasked, 0),
            Hint => assert!((10..100).contains(&row.unasked), "{row:?}"),
            Push => assert!(row.unasked > 20 << 10, "{row:?}"),
        }
    }
    let text = push::text(&rows);
    assert_eq!(text.matches("a push").count(), 2, "{text}");
    let json = push::json(&rows);
    assert_eq!(json.matches("\"way\":").count(), 6);
    balanced(&json);
}
