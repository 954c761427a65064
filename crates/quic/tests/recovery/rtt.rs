//! RFC 9002 §5: estimating the round trip.

use crate::common::{End, ms};
use quic::recovery::{INITIAL_RTT, Rtt, Space};
use std::time::Instant;
use tls::Role;

#[test]
fn s5_2_the_first_sample_is_taken_as_it_is() {
    let mut rtt = Rtt::default();
    assert_eq!((rtt.smoothed(), rtt.variation()), (INITIAL_RTT, INITIAL_RTT / 2));
    let now = Instant::now();
    rtt.update(ms(100), ms(30), now);
    assert_eq!((rtt.latest(), rtt.min(), rtt.smoothed()), (ms(100), ms(100), ms(100)));
    assert_eq!((rtt.variation(), rtt.first_sample()), (ms(50), Some(now)));
}

#[test]
fn s5_3_averages_move_by_an_eighth_and_a_quarter() {
    let mut rtt = Rtt::default();
    let now = Instant::now();
    rtt.update(ms(80), ms(0), now);
    rtt.update(ms(160), ms(0), now);
    assert_eq!(rtt.variation(), (ms(40) * 3 + ms(80)) / 4);
    assert_eq!(rtt.smoothed(), (ms(80) * 7 + ms(160)) / 8);
    assert_eq!(rtt.min(), ms(80));
}

#[test]
fn s5_3_a_delay_is_taken_off_unless_it_is_too_much() {
    let now = Instant::now();
    let after = |delay| {
        let mut rtt = Rtt::default();
        rtt.update(ms(80), ms(0), now);
        rtt.update(ms(100), ms(delay), now);
        rtt.smoothed()
    };
    assert_eq!(after(20), ms(80), "80 adjusted");
    assert_eq!(after(21), (ms(80) * 7 + ms(100)) / 8, "79 would be below the minimum");
}

#[test]
fn s5_2_the_minimum_ignores_delays() {
    let mut rtt = Rtt::default();
    let now = Instant::now();
    rtt.update(ms(80), ms(0), now);
    rtt.update(ms(70), ms(60), now);
    assert_eq!(rtt.min(), ms(70));
    rtt.update(ms(200), ms(0), now);
    rtt.restart_min();
    assert_eq!(rtt.min(), ms(200));
}

#[test]
fn s6_1_2_and_s6_2_1_timers_have_a_floor() {
    let mut rtt = Rtt::default();
    let now = Instant::now();
    for _ in 0..200 {
        rtt.update(ms(0), ms(0), now);
    }
    assert_eq!((rtt.loss_delay(), rtt.probe_timeout()), (ms(1), ms(1) + rtt.smoothed()));
    let mut rtt = Rtt::default();
    rtt.update(ms(80), ms(0), now);
    assert_eq!((rtt.loss_delay(), rtt.probe_timeout()), (ms(90), ms(80 + 160)));
}

#[test]
fn s5_1_a_sample_needs_the_largest_and_something_ack_eliciting() {
    let mut end = End::new(Role::Server);
    let plain = quic::recovery::SentPacket { ack_eliciting: false, ..end.packet() };
    end.send(Space::Data);
    end.send_as(Space::Data, plain);
    end.send(Space::Data);
    end.at(50);
    end.ack(Space::Data, &[1..=1]).unwrap();
    assert_eq!(end.recovery.path().rtt.first_sample(), None, "nothing ack-eliciting");
    end.at(60);
    end.ack(Space::Data, &[1..=1, 0..=0]).unwrap();
    assert_eq!(end.recovery.path().rtt.first_sample(), None, "the largest is not new");
    end.at(70);
    end.ack(Space::Data, &[2..=2]).unwrap();
    assert_eq!(end.recovery.path().rtt.latest(), ms(70));
}

#[test]
fn s5_3_delays_are_bounded_once_the_handshake_is_confirmed() {
    let smoothed = |confirmed: bool, space| {
        let mut end = End::new(Role::Server);
        end.recovery.set_max_ack_delay(ms(10));
        end.send(space);
        end.at(50);
        end.ack(space, &[0..=0]).unwrap();
        if confirmed {
            end.recovery.set_confirmed(end.now);
        }
        end.send(space);
        end.at(150);
        end.ack_with(space, &[1..=1], ms(30), None).unwrap();
        end.recovery.path().rtt.smoothed()
    };
    assert_eq!(smoothed(false, Space::Data), (ms(50) * 7 + ms(70)) / 8);
    assert_eq!(smoothed(true, Space::Data), (ms(50) * 7 + ms(90)) / 8);
    assert_eq!(smoothed(false, Space::Initial), (ms(50) * 7 + ms(100)) / 8, "of Initials ignored");
}

#[test]
fn a_queue_shows_by_an_eighth_of_the_round_trip_and_four_milliseconds_at_least() {
    let now = Instant::now();
    let shows = |least: u64, later: u64| {
        let mut rtt = Rtt::default();
        rtt.update(ms(least), ms(0), now);
        (0..100).for_each(|_| rtt.update(ms(later), ms(0), now));
        rtt.shows_queue()
    };
    assert_eq!([shows(10, 13), shows(10, 15)], [false, true]);
    assert_eq!([shows(80, 89), shows(80, 91)], [false, true]);
    assert_eq!([shows(400, 415), shows(400, 417)], [false, true]);
}
