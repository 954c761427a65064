//! Bounds on time, and when a request is sent again.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use client::core::{
    retry::{Failure, LONGEST_WAIT, Patience, Untouched, on_dead_connection, on_status},
    timeouts::{Deadline, Phase},
};
use http::{Method, StatusCode};
use std::time::{Duration, Instant};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_wait_is_capped_by_what_is_left_of_the_whole() {
    let start = Instant::now();
    let deadline = Deadline::new(start, Some(10 * SECOND));
    let wait = deadline.cap(Phase::Read, Some(4 * SECOND), start).unwrap();
    assert_eq!((wait.limit, wait.expired.phase), (Some(4 * SECOND), Phase::Read));
    let wait = deadline.cap(Phase::Read, Some(4 * SECOND), start + 7 * SECOND).unwrap();
    assert_eq!((wait.limit, wait.expired.phase), (Some(3 * SECOND), Phase::Total));
    let wait = deadline.cap(Phase::Read, None, start).unwrap();
    assert_eq!((wait.limit, wait.expired.phase), (Some(10 * SECOND), Phase::Total));
}

#[test]
fn when_nothing_is_left_no_wait_begins() {
    let start = Instant::now();
    let deadline = Deadline::new(start, Some(SECOND));
    let expired = deadline.cap(Phase::Head, None, start + SECOND).unwrap_err();
    assert_eq!(expired.to_string(), "timed out after 1s: the whole request");
}

#[test]
fn the_waits_of_one_phase_share_its_bound() {
    let start = Instant::now();
    let deadline = Deadline::new(start, Some(10 * SECOND));
    let (began, limit) = (start + SECOND, Some(4 * SECOND));
    let wait = deadline.cap_since(Phase::Head, limit, began, start + 2 * SECOND).unwrap();
    assert_eq!((wait.limit, wait.expired.phase), (Some(3 * SECOND), Phase::Head));
    assert_eq!(wait.expired.after, 4 * SECOND, "the message names the bound, not the rest of it");
    let expired = deadline.cap_since(Phase::Head, limit, began, start + 5 * SECOND).unwrap_err();
    assert_eq!(expired.phase, Phase::Head);
}

#[test]
fn without_bounds_a_wait_has_none() {
    let now = Instant::now();
    assert_eq!(Deadline::new(now, None).cap(Phase::Head, None, now).unwrap().limit, None);
}

#[test]
fn only_an_idempotent_request_on_a_reused_silent_connection_goes_out_again_and_once() {
    let right = Failure { reused: true, response_begun: false, replayable: true, retried: false };
    assert!(on_dead_connection(&Method::Get, right));
    assert!(on_dead_connection(&Method::Put, right));
    assert!(!on_dead_connection(&Method::Post, right));
    assert!(!on_dead_connection(&Method::Patch, right));
    for wrong in [
        Failure { reused: false, ..right },
        Failure { response_begun: true, ..right },
        Failure { replayable: false, ..right },
        Failure { retried: true, ..right },
    ] {
        assert!(!on_dead_connection(&Method::Get, wrong), "{wrong:?}");
    }
}

fn wait(method: &Method, status: u16, attempt: u32, after: Option<Duration>) -> Option<Duration> {
    on_status(method, StatusCode::new(status).unwrap(), attempt, after)
}

#[test]
fn transient_statuses_wait_and_others_stand() {
    for status in [408, 429, 500, 502, 503, 504] {
        assert_eq!(wait(&Method::Get, status, 0, None), Some(SECOND), "{status}");
    }
    for status in [200, 301, 400, 401, 404, 413, 501, 505] {
        assert_eq!(wait(&Method::Get, status, 0, None), None, "{status}");
    }
}

#[test]
fn a_post_waits_only_where_nothing_was_begun() {
    for (status, again) in [(408, true), (429, true), (503, true), (500, false), (502, false)] {
        assert_eq!(wait(&Method::Post, status, 0, None).is_some(), again, "{status}");
    }
}

#[test]
fn the_server_says_how_long_or_the_wait_doubles() {
    assert_eq!(wait(&Method::Get, 503, 0, Some(7 * SECOND)), Some(7 * SECOND));
    assert_eq!(wait(&Method::Get, 503, 3, None), Some(8 * SECOND));
    assert_eq!(wait(&Method::Get, 503, 0, Some(LONGEST_WAIT + SECOND)), None);
    assert_eq!(wait(&Method::Get, 503, u32::MAX, None), None);
}

#[test]
fn rfc9113_8_7_how_often_what_nobody_touched_is_sent_again() {
    let again = |how, fruitful| {
        let mut patience = Patience::default();
        (0..10_000).take_while(|_| patience.bears(how, fruitful)).count()
    };
    assert_eq!(again(Untouched::Refused, true), 5);
    assert_eq!(again(Untouched::Refused, false), 5);
    assert_eq!(again(Untouched::Left, false), 5);
    assert_eq!(again(Untouched::Left, true), 1000);
}
