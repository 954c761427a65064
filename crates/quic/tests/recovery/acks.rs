//! RFC 9000 §13.2: when what came is acknowledged.

use crate::common::ms;
use quic::{
    acks::{Acks, Ecn, RANGES},
    recovery::{EcnCounts, Space},
};
use std::time::Instant;

fn data() -> (Acks, Instant) {
    (Acks::new(Space::Data, ms(25)), Instant::now())
}

#[test]
fn s13_2_1_one_packet_waits_and_two_do_not() {
    let (mut acks, now) = data();
    acks.on_packet(0, true, Ecn::NotEct, now);
    assert!(acks.is_waiting() && !acks.is_due(now));
    assert_eq!(acks.next_timeout(), Some(now + ms(25)));
    assert!(acks.is_due(now + ms(25)));
    acks.on_packet(1, true, Ecn::NotEct, now);
    assert!(acks.is_due(now));
    acks.on_sent(false);
    assert!(!acks.is_waiting() && !acks.is_due(now + ms(100)) && acks.next_timeout().is_none());
}

#[test]
fn s13_2_1_handshake_packets_do_not_wait() {
    for space in [Space::Initial, Space::Handshake] {
        let (mut acks, now) = (Acks::new(space, ms(25)), Instant::now());
        acks.on_packet(0, true, Ecn::NotEct, now);
        assert!(acks.is_due(now));
    }
}

#[test]
fn s13_2_1_what_is_not_ack_eliciting_asks_for_nothing() {
    let (mut acks, now) = data();
    (0..50).for_each(|number| acks.on_packet(number * 2, false, Ecn::NotEct, now));
    assert!(!acks.is_due(now + ms(1000)) && !acks.is_waiting());
    assert!(acks.ranges().is_some(), "but it is acknowledged with the rest");
}

#[test]
fn s13_2_1_out_of_order_a_gap_and_ce_do_not_wait() {
    for (number, ecn) in [(4, Ecn::NotEct), (7, Ecn::NotEct), (6, Ecn::Ce)] {
        let (mut acks, now) = data();
        acks.on_packet(5, true, Ecn::NotEct, now);
        acks.on_sent(false);
        acks.on_packet(number, true, ecn, now);
        assert!(acks.is_due(now), "{number} {ecn:?}");
    }
}

#[test]
fn s12_3_a_packet_is_taken_once() {
    let (mut acks, now) = data();
    assert!(!acks.is_duplicate(3));
    acks.on_packet(3, true, Ecn::NotEct, now);
    assert!(acks.is_duplicate(3) && !acks.is_duplicate(2));
    // What the peer knows to have arrived is forgotten, and stays taken.
    acks.on_packet(9, true, Ecn::NotEct, now);
    acks.on_acked(3);
    assert_eq!(acks.ranges().unwrap().iter().flatten().collect::<Vec<_>>(), [9]);
    assert!((0..4).all(|number| acks.is_duplicate(number)) && !acks.is_duplicate(4));
}

#[test]
fn s13_2_3_ranges_are_bounded_and_the_oldest_go() {
    let (mut acks, now) = data();
    (0..1000).for_each(|number| acks.on_packet(number * 2, true, Ecn::NotEct, now));
    assert_eq!(acks.ranges().unwrap().len(), RANGES);
    assert!(acks.is_duplicate(1), "too old to tell");
    assert!(!acks.is_duplicate(1997));
}

#[test]
fn s13_2_4_the_largest_is_kept() {
    let (mut acks, now) = data();
    acks.on_packet(0, true, Ecn::NotEct, now);
    acks.on_packet(1, true, Ecn::NotEct, now);
    acks.on_acked(1);
    assert_eq!(acks.ranges().unwrap().iter().flatten().collect::<Vec<_>>(), [1]);
}

#[test]
fn s13_2_4_now_and_then_the_peer_is_asked() {
    let (mut acks, now) = data();
    let asked: Vec<bool> = (0..25)
        .map(|number| {
            acks.on_packet(number * 2, true, Ecn::NotEct, now);
            acks.on_sent(false)
        })
        .collect();
    assert_eq!(asked.iter().position(|asks| *asks), Some(19));
    assert!(!acks.on_sent(true));
}

#[test]
fn s13_2_5_the_delay_counts_from_the_largest() {
    let (mut acks, now) = data();
    assert_eq!(acks.delay(now), ms(0));
    acks.on_packet(5, true, Ecn::NotEct, now);
    acks.on_packet(4, true, Ecn::NotEct, now + ms(5));
    assert_eq!(acks.delay(now + ms(8)), ms(8));
}

#[test]
fn s13_4_1_marks_are_counted() {
    let (mut acks, now) = data();
    assert_eq!(acks.ecn(), None);
    for (number, ecn) in (0..).zip([Ecn::Ect0, Ecn::Ect0, Ecn::Ect1, Ecn::Ce, Ecn::NotEct]) {
        acks.on_packet(number, false, ecn, now);
    }
    assert_eq!(acks.ecn(), Some(EcnCounts { ect0: 2, ect1: 1, ce: 1 }));
}

#[test]
fn s13_2_3_what_was_forgotten_for_want_of_room_is_not_taken_again() {
    let now = Instant::now();
    let mut acks = Acks::with_ranges(Space::Data, ms(25), 4);
    for number in 0..10 {
        acks.on_packet(number * 2, true, Ecn::NotEct, now);
    }
    assert_eq!(acks.ranges().unwrap().len(), 4);
    assert!((0..10).all(|number| acks.is_duplicate(number * 2)));
    assert!(!acks.is_duplicate(15) && !acks.is_duplicate(20));
}
