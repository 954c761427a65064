//! Windows of octets and of streams: RFC 9000 §4.

use quic::{
    error::Error,
    flow::{MOST_STREAMS, OwnStreams, PeerStreams, ReceiveWindow, SendWindow},
};
use std::time::{Duration, Instant};

const RTT: Duration = Duration::from_millis(50);

#[test]
fn s4_2_a_limit_moves_when_half_of_the_window_is_consumed() {
    let now = Instant::now();
    let mut window = ReceiveWindow::new(1000, 1000);
    window.on_received(1000);
    window.on_consumed(499);
    assert_eq!((window.is_due(), window.poll(now, RTT)), (false, None));
    window.on_consumed(1);
    assert_eq!((window.is_due(), window.poll(now, RTT)), (true, Some(1500)));
    assert_eq!((window.is_due(), window.poll(now, RTT)), (false, None));
}

#[test]
fn a_window_that_slows_the_peer_doubles_up_to_its_ceiling() {
    let mut now = Instant::now();
    let mut window = ReceiveWindow::new(1000, 3000);
    let mut sizes = Vec::new();
    for _ in 0..5 {
        window.on_received(window.limit());
        window.on_consumed(u64::MAX);
        window.poll(now, RTT);
        sizes.push(window.window());
        now += RTT;
    }
    assert_eq!(sizes, [1000, 2000, 3000, 3000, 3000]);
    // A slow reader does not make it grow.
    let mut window = ReceiveWindow::new(1000, 3000);
    for _ in 0..5 {
        window.on_received(window.limit());
        window.on_consumed(u64::MAX);
        window.poll(now, RTT);
        now += RTT * 2;
    }
    assert_eq!(window.window(), 1000);
}

#[test]
fn what_waits_is_never_more_than_the_ceiling() {
    let now = Instant::now();
    let mut window = ReceiveWindow::new(1000, 4000);
    for round in 0..1000 {
        window.on_received(window.limit());
        window.on_consumed(round % 700);
        window.poll(now, RTT);
        assert!(window.limit() - window.received() <= 4000);
    }
    let mut window = ReceiveWindow::connection(1000, 4000);
    let mut consumed = 0;
    for round in 0..1000 {
        window.on_received(window.limit());
        let taken = (round * 37 % 700).min(window.received() - consumed);
        window.on_consumed(taken);
        consumed += taken;
        window.poll(now, RTT);
        assert!(window.limit() - consumed <= 4000, "round {round}");
    }
}

#[test]
fn of_a_connection_the_limit_moves_though_nobody_reads() {
    let now = Instant::now();
    let mut window = ReceiveWindow::connection(1000, 4000);
    let mut limits = Vec::new();
    for _ in 0..5 {
        window.on_received(window.limit());
        limits.extend(window.poll(now, RTT));
    }
    // Four times as much waits as the window is, and no more.
    assert_eq!((limits.last(), window.received()), (Some(&4000), 4000));
    window.on_consumed(4000);
    assert!(window.poll(now, RTT).is_some_and(|limit| limit <= 8000));
}

#[test]
fn s13_3_a_lost_limit_is_told_again_if_it_still_counts() {
    let now = Instant::now();
    let mut window = ReceiveWindow::new(1000, 1000);
    window.on_received(1000);
    window.on_consumed(600);
    assert_eq!(window.poll(now, RTT), Some(1600));
    window.on_lost(1600);
    assert_eq!(window.poll(now, RTT), Some(1600));
    window.on_received(1600);
    window.on_consumed(600);
    assert_eq!(window.poll(now, RTT), Some(2200));
    window.on_lost(1600);
    assert_eq!(window.poll(now, RTT), None);
}

#[test]
fn s4_1_blocked_is_said_once_for_each_limit() {
    let mut window = SendWindow::new(10);
    window.on_sent(9);
    assert_eq!((window.credit(), window.poll_blocked()), (1, None));
    window.on_sent(1);
    assert_eq!((window.poll_blocked(), window.poll_blocked()), (Some(10), None));
    window.on_blocked_lost(10);
    assert_eq!(window.poll_blocked(), Some(10));
    assert!(!window.raise(10) && !window.raise(3) && window.raise(12));
    window.on_blocked_lost(10);
    assert_eq!(window.poll_blocked(), None);
}

#[test]
fn s4_6_a_stream_beyond_the_limit_is_refused() {
    let mut streams = PeerStreams::new(3);
    assert_eq!(streams.on_used(1, 4), Ok(0..2), "those below are open too");
    assert_eq!(streams.on_used(0, 0), Ok(2..2));
    let error = streams.on_used(3, 12).unwrap_err();
    assert_eq!(error, Error::StreamLimit { stream: 12, limit: 3 });
    assert_eq!(error.code().0, 0x04);
    assert_eq!(streams.on_used(2, 8), Ok(2..3));
    assert_eq!(streams.open(), 3);
}

#[test]
fn s4_6_closed_streams_make_room_for_new_ones() {
    let mut streams = PeerStreams::new(10);
    assert_eq!(streams.on_used(5, 20), Ok(0..6));
    (0..4).for_each(|_| streams.on_closed());
    assert_eq!((streams.is_due(), streams.poll()), (false, None));
    streams.on_closed();
    assert_eq!((streams.is_due(), streams.poll(), streams.poll()), (true, Some(15), None));
    streams.on_lost(15);
    assert_eq!(streams.poll(), Some(15));
    // Who has none left is told at once.
    streams.on_used(14, 56).unwrap();
    streams.on_closed();
    assert_eq!(streams.poll(), Some(16));
    streams.on_lost(15);
    assert_eq!(streams.poll(), None);
}

#[test]
fn a_window_of_no_streams_never_moves() {
    let mut streams = PeerStreams::new(0);
    assert_eq!((streams.is_due(), streams.poll()), (false, None));
    assert!(streams.on_used(0, 2).is_err());
    let mut many = PeerStreams::new(u64::MAX);
    assert_eq!((many.on_used(MOST_STREAMS, 0).is_err(), many.poll()), (true, None));
}

#[test]
fn s4_6_our_own_streams_wait_for_the_peer() {
    let mut streams = OwnStreams::new(2);
    assert_eq!((streams.open(), streams.open()), (Some(0), Some(1)));
    assert_eq!(streams.poll_blocked(), None, "nobody wants more");
    assert_eq!(streams.open(), None);
    assert_eq!((streams.poll_blocked(), streams.poll_blocked()), (Some(2), None));
    streams.on_blocked_lost(2);
    assert_eq!(streams.poll_blocked(), Some(2));
    assert!(!streams.raise(1) && streams.raise(3), "the application hears that it may");
    assert_eq!((streams.available(), streams.open(), streams.open()), (1, Some(2), None));
    assert_eq!(streams.opened(), 3);
}
