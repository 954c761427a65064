//! What the ways for events cost: counted, so that it must come out the same each time.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use lab::realtime::{self, Fields, Options, Row, Way};
use std::time::Duration;

fn rows(options: &Options) -> Vec<Row> {
    realtime::run(&Way::all(options.interval), options, |_| {}).unwrap()
}

fn row(rows: &[Row], way: Way) -> &Row {
    rows.iter().find(|row| row.way == way).unwrap()
}

#[test]
fn the_same_run_counts_the_same() {
    let options = Options { events: 50, ..Options::default() };
    assert_eq!(rows(&options), rows(&options));
}

#[test]
fn polling_is_late_or_wasteful() {
    let options = Options { events: 100, ..Options::default() };
    let interval = options.interval;
    let rows = rows(&options);
    let seldom = row(&rows, Way::Polling(interval * 10));
    let often = row(&rows, Way::Polling(interval / 2));
    assert_eq!((seldom.requests, often.requests), (10, 200));
    assert!(seldom.scheduled.mean > interval * 4, "{seldom:?}");
    assert!(often.scheduled.mean < interval, "{often:?}");
    assert!(often.counts.sent > seldom.counts.sent * 15, "{rows:?}");
}

#[test]
fn one_request_each_or_one_for_all() {
    let options = Options { events: 20, ..Options::default() };
    let rows = rows(&options);
    assert_eq!(row(&rows, Way::LongPolling).requests, 20);
    let events = row(&rows, Way::Events);
    assert_eq!((events.requests, events.counts.connections), (1, 1));
    assert_eq!(events.scheduled.p99, Duration::ZERO);
}

#[test]
fn a_frame_costs_less_than_a_chunk_and_a_context_less_than_both() {
    let options = Options { events: 100, ..Options::default() };
    let rows = rows(&options);
    let received = |way| row(&rows, way).counts.received;
    let frames = received(Way::WebSocket { deflate: false });
    assert!(frames < received(Way::Events), "{rows:?}");
    assert!(received(Way::WebSocket { deflate: true }) * 2 < frames, "{rows:?}");
    // A head of four octets for each event, and the greeting.
    assert!(frames < 100 * 260 + 200, "{rows:?}");
}

#[test]
fn a_browser_pays_for_its_fields_with_each_request() {
    let small = Options { events: 20, ..Options::default() };
    let browser = Options { fields: Fields::Browser, ..small.clone() };
    let (small, browser) = (rows(&small), rows(&browser));
    let sent = |rows: &[Row], way| row(rows, way).counts.sent;
    for (way, requests) in [(Way::LongPolling, 20), (Way::Events, 1)] {
        assert!(sent(&browser, way) > sent(&small, way) + 300 * requests, "{browser:?}");
    }
}

#[test]
fn a_timed_run_measures_each_event() {
    let options = Options {
        events: 5,
        interval: Duration::from_millis(2),
        timed: true,
        ..Options::default()
    };
    for row in rows(&options) {
        let measured = row.measured.unwrap();
        assert!(measured.median <= measured.p99 && measured.p99 > Duration::ZERO, "{row:?}");
    }
}

#[test]
fn the_table_and_the_json_have_a_row_for_each_way() {
    let options = Options { events: 3, ..Options::default() };
    let rows = rows(&options);
    assert_eq!(realtime::text(&rows, &options).lines().count(), rows.len() + 1);
    let json = realtime::json(&rows, &options);
    assert_eq!(json.matches("\"way\":").count(), rows.len(), "{json}");
    assert_eq!(json.matches(['{', '[']).count(), json.matches(['}', ']']).count(), "{json}");
}
