//! Versions of HTTP over the simulator: the same seed, the same table.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

use lab::round_trips;
use std::time::Duration;

const RTT: Duration = Duration::from_millis(100);

#[test]
fn a_request_waits_for_one_two_two_one_and_no_round_trip() {
    let rows = round_trips::run(RTT, 1).unwrap();
    println!("{}", round_trips::text(&rows, RTT));
    let before: Vec<f64> = rows.iter().map(|row| row.before).collect();
    assert_eq!(before, [1.0, 2.0, 2.0, 1.0, 0.0]);
}
