//! Versions of HTTP over the simulator: the same seed, the same table.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

use lab::{
    connections, hol, round_trips,
    versions::{Known, Loss, Page, Setting, Way, run},
};
use std::time::Duration;

const RTT: Duration = Duration::from_millis(100);

#[test]
fn a_request_waits_for_one_two_two_one_and_no_round_trip() {
    let rows = round_trips::run(RTT, 1).unwrap();
    let before: Vec<f64> = rows.iter().map(|row| row.before).collect();
    assert_eq!(before, [1.0, 2.0, 2.0, 1.0, 0.0]);
}

/// One line of 100 ms that loses 2 %.
fn lossy(risk: u32) -> hol::Options {
    let (losses, round_trips) = (vec![0.02], vec![RTT]);
    hol::Options { losses, round_trips, pages: 5, risk, ..hol::Options::default() }
}

fn row(rows: &[hol::Row], way: Way) -> &hol::Row {
    rows.iter().find(|row| row.way == way).unwrap()
}

// ANCHOR: waiting
#[test]
fn for_a_lost_packet_all_streams_of_http2_wait_and_of_http3_those_that_are_in_it() {
    let rows = hol::run(&lossy(0)).unwrap();
    let all = |way: Way, rule: &dyn Fn(&Loss) -> bool| {
        let losses = &row(&rows, way).losses;
        assert!(losses.len() > 20, "{way}: {}", losses.len());
        for loss in losses {
            assert!(rule(loss), "{way}: {loss:?}");
        }
    };
    all(Way::Http2, &|loss| loss.waiting.len() * 10 >= loss.active.len() * 9);
    all(Way::Http3, &|loss| loss.waiting == loss.inside);
    all(Way::Six, &|loss| loss.waiting.len() == 1);
    // QPACK makes nobody wait unless it is allowed to.
    assert_eq!(row(&rows, Way::Http3).blocked, 0);
}
// ANCHOR_END: waiting

#[test]
fn qpack_makes_streams_wait_only_where_it_may() {
    let blocked = |risk| {
        let page = |seed| {
            let setting = Setting {
                way: Way::Http3,
                page: Page { document: None, parts: 24, size: 2_000 },
                secure: true,
                warm: true,
                round_trip: RTT,
                rate: 20_000_000,
                loss: 0.2,
                risk,
                seed,
            };
            run(&setting, &mut Known::new(false)).unwrap().ledger.blocked.len()
        };
        (0..20).map(page).sum::<usize>()
    };
    assert_eq!(blocked(0), 0);
    assert!(blocked(16) > 0);
}

#[test]
fn what_the_application_was_given_meanwhile_says_the_same() {
    let rows = hol::run(&lossy(0)).unwrap();
    // Not all of HTTP/2's are silent: where two packets are lost, what lies between them is given
    // when the first is mended, and the second is still missing.
    let share = |way| row(&rows, way).silent();
    assert!(share(Way::Http2) > 0.7, "{}", share(Way::Http2));
    assert!(share(Way::Http3) < 0.1, "{}", share(Way::Http3));
}

#[test]
fn the_tables_are_as_written_down() {
    let golden = |name: &str, text: &str| {
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
        testkit::golden(format!("{}/tests/golden/{name}.txt", env!("CARGO_MANIFEST_DIR")), text);
    };
    let rows = round_trips::run(RTT, 1).unwrap();
    golden("handshake", &round_trips::text(&rows, RTT));
    let options = connections::Options::default();
    golden("connections", &connections::text(&connections::run(&options).unwrap(), &options));
    let options = hol::Options { pages: 20, ..lossy(0) };
    golden("hol", &hol::text(&hol::run(&options).unwrap(), &options));
}

#[test]
fn the_same_seed_gives_the_same_table_and_another_seed_another() {
    let options = hol::Options { pages: 2, ..lossy(0) };
    let told = |options: &hol::Options| hol::text(&hol::run(options).unwrap(), options);
    let first = told(&options);
    assert_eq!(first, told(&options));
    assert_ne!(first, told(&hol::Options { seed: 2, ..options }));
}

#[test]
fn a_page_needs_as_many_round_trips_as_its_version_makes_of_it() {
    let options = connections::Options {
        round_trips: vec![RTT],
        rate: 0,
        size: 500,
        ..connections::Options::default()
    };
    let rows = connections::run(&options).unwrap();
    let trips = |way, secure| {
        let row = rows.iter().find(|row| row.way == way && row.secure == secure).unwrap();
        let (trips, connections) =
            (row.whole[0].as_secs_f64() / RTT.as_secs_f64(), row.connections);
        // A tenth of a round trip is what pacing may take.
        (trips.round(), connections, (trips - trips.round()).abs() < 0.1)
    };
    // A page and twelve parts.
    assert_eq!(trips(Way::Http10, false), (26.0, 13, true));
    assert_eq!(trips(Way::Http10, true), (39.0, 13, true));
    assert_eq!(trips(Way::KeepAlive, false), (14.0, 1, true));
    assert_eq!(trips(Way::KeepAlive, true), (15.0, 1, true));
    for way in [Way::Pipelining, Way::Http2] {
        assert_eq!(
            (trips(way, false), trips(way, true)),
            ((3.0, 1, true), (4.0, 1, true)),
            "{way}"
        );
    }
    assert_eq!(trips(Way::Six, false).1, 6);
    assert_eq!(trips(Way::Http3, true), (3.0, 1, true));
}
