//! RFC 9002 §6.2: what happens when nothing comes back.

use crate::common::{End, ms};
use quic::recovery::{Space, Timeout};
use tls::Role;

const PROBE: fn(Space) -> Option<Timeout> = |space| Some(Timeout::Probe(space));

#[test]
fn s6_2_2_without_a_sample_it_is_three_initial_round_trips() {
    let mut end = End::new(Role::Client);
    end.send(Space::Initial);
    // 333 + 4 · 166.5
    assert_eq!(end.timer(), Some(999));
    end.at(998);
    assert_eq!(end.timeout(), None);
    end.at(999);
    assert_eq!(end.timeout(), PROBE(Space::Initial));
    assert!(end.outcome.lost.is_empty(), "silence is no loss");
    assert_eq!(end.recovery.path().in_flight(), 1200);
}

#[test]
fn s6_2_1_it_doubles_each_time_and_starts_from_the_last_packet() {
    let mut end = End::new(Role::Client);
    end.send(Space::Initial);
    let mut waits = Vec::new();
    for _ in 0..4 {
        let before = end.now;
        end.now = end.recovery.next_timeout().unwrap();
        waits.push(end.now.duration_since(before).as_millis());
        assert_eq!(end.timeout(), PROBE(Space::Initial));
        end.send(Space::Initial);
    }
    assert_eq!(waits, [999, 1998, 3996, 7992]);
    assert_eq!(end.recovery.pto_count(), 4);
}

#[test]
fn s6_2_1_an_acknowledgment_ends_the_backoff() {
    let mut end = End::established();
    end.send(Space::Data);
    // 100 + 4 · 50 + 25 after 100.
    assert_eq!(end.timer(), Some(425));
    end.at(425);
    assert_eq!(end.timeout(), PROBE(Space::Data));
    assert_eq!((end.recovery.pto_count(), end.timer()), (1, Some(750)));
    end.at(430);
    end.send(Space::Data);
    end.at(500);
    end.ack(Space::Data, &[2..=2]).unwrap();
    assert_eq!(end.recovery.pto_count(), 0);
}

#[test]
fn s6_2_1_a_client_backs_off_until_its_address_is_known_to_be_valid() {
    let mut end = End::new(Role::Client);
    end.send(Space::Initial);
    end.at(999);
    end.timeout();
    end.at(1000);
    end.ack(Space::Initial, &[0..=0]).unwrap();
    assert_eq!(end.recovery.pto_count(), 1, "an Initial's acknowledgment proves nothing");
    end.send(Space::Handshake);
    end.at(1100);
    end.ack(Space::Handshake, &[0..=0]).unwrap();
    assert_eq!((end.recovery.pto_count(), end.timer()), (0, None));
}

#[test]
fn s6_2_2_1_a_client_probes_a_server_that_may_be_blocked() {
    let mut end = End::new(Role::Client);
    end.send(Space::Initial);
    end.at(100);
    end.ack(Space::Initial, &[0..=0]).unwrap();
    // Nothing is in flight, and yet: 100 + 4 · 50 from now.
    assert_eq!(end.timer(), Some(400));
    end.at(400);
    assert_eq!(end.timeout(), PROBE(Space::Initial));
    end.recovery.set_handshake_keys(end.now);
    end.now = end.recovery.next_timeout().unwrap();
    assert_eq!(end.timeout(), PROBE(Space::Handshake));
    end.recovery.set_confirmed(end.now);
    assert_eq!(end.timer(), None);
}

#[test]
fn s6_2_2_1_early_data_alone_does_not_stop_that_probe() {
    let mut end = End::new(Role::Client);
    end.send(Space::Initial);
    end.send(Space::Data);
    end.at(100);
    end.ack(Space::Initial, &[0..=0]).unwrap();
    assert_eq!(end.timer(), Some(400));
    end.at(400);
    assert_eq!(end.timeout(), PROBE(Space::Initial));
}

#[test]
fn s6_2_1_application_data_waits_for_the_handshake() {
    let mut end = End::new(Role::Server);
    end.send(Space::Data);
    assert_eq!(end.timer(), None);
    end.recovery.set_confirmed(end.now);
    assert_eq!(end.timer(), Some(999 + 25));
}

#[test]
fn s6_2_2_1_a_blocked_server_waits_and_then_makes_up_for_it() {
    let mut end = End::new(Role::Server);
    end.send(Space::Handshake);
    end.recovery.set_blocked(true, end.now);
    assert_eq!(end.timer(), None);
    end.at(5000);
    assert_eq!(end.timeout(), None);
    end.recovery.set_blocked(false, end.now);
    assert_eq!((end.timer(), end.timeout()), (Some(999), PROBE(Space::Handshake)));
}

#[test]
fn s6_2_1_the_earliest_space_is_probed() {
    let mut end = End::new(Role::Server);
    end.send(Space::Handshake);
    end.at(10);
    end.send(Space::Initial);
    assert_eq!(end.timer(), Some(999));
    end.at(999);
    assert_eq!(end.timeout(), PROBE(Space::Handshake));
}

#[test]
fn s6_2_1_a_loss_timer_goes_before_a_probe() {
    let mut end = End::established();
    (0..2).for_each(|_| {
        end.send(Space::Data);
    });
    end.at(200);
    end.ack(Space::Data, &[2..=2]).unwrap();
    assert_eq!(end.timer(), Some(100 + 112));
    end.at(213);
    assert_eq!((end.timeout(), end.lost()), (Some(Timeout::Loss), vec![1]));
    assert_eq!(end.recovery.pto_count(), 0);
}

#[test]
fn the_backoff_has_an_end() {
    let mut end = End::new(Role::Client);
    end.send(Space::Initial);
    for _ in 0..100 {
        end.now = end.recovery.next_timeout().unwrap();
        assert_eq!(end.timeout(), PROBE(Space::Initial));
    }
    assert_eq!(end.recovery.pto(), ms(999 + 25));
}
