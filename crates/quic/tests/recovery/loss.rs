//! RFC 9002 §6.1, §7.6: what is lost, and what that means.

use crate::common::{End, ms};
use quic::{
    congestion::Phase,
    error::Error,
    recovery::{SentPacket, Space, Timeout},
};
use tls::Role;

#[test]
fn s13_1_an_acknowledgment_of_what_was_not_sent_is_an_error() {
    let mut end = End::new(Role::Server);
    end.send(Space::Initial);
    let error = end.ack(Space::Initial, &[1..=1]).unwrap_err();
    assert_eq!((error.code().0, error), (0x0a, Error::AckOfUnsent { number: 1 }));
    assert_eq!(end.ack(Space::Data, &[0..=0]), Err(Error::AckOfUnsent { number: 0 }));
    assert!(end.recovery.is_awaiting(Space::Initial), "nothing was changed");
}

#[test]
fn s21_4_an_acknowledgment_of_a_number_left_out_is_an_error() {
    let mut end = End::new(Role::Server);
    for number in [0, 1, 3, 4] {
        end.recovery.on_sent(Space::Data, number, end.packet());
    }
    assert_eq!(end.ack(Space::Data, &[0..=4]), Err(Error::AckOfUnsent { number: 2 }));
    assert_eq!(end.ack(Space::Data, &[3..=4, 0..=1]), Ok(()));
    assert_eq!(end.outcome.acked.len(), 4);
}

#[test]
fn s6_1_1_three_later_ones_make_a_loss() {
    let mut end = End::established();
    (0..4).for_each(|_| {
        end.send(Space::Data);
    });
    end.at(150);
    end.ack(Space::Data, &[3..=3]).unwrap();
    assert_eq!(end.lost(), [0; 0]);
    end.ack(Space::Data, &[4..=4]).unwrap();
    assert_eq!(end.lost(), [1]);
    assert!(end.outcome.congestion && !end.outcome.persistent);
}

#[test]
fn a10_a_number_left_out_has_overtaken_nobody() {
    let mut end = End::established();
    for number in [1, 2, 4, 5] {
        end.recovery.on_sent(Space::Data, number, end.packet());
    }
    end.at(150);
    end.ack(Space::Data, &[4..=4]).unwrap();
    assert_eq!(end.lost(), [0; 0], "2 and 4 are two");
    end.ack(Space::Data, &[5..=5]).unwrap();
    assert_eq!(end.lost(), [1]);
}

#[test]
fn s6_1_2_an_eighth_of_an_rtt_makes_a_loss() {
    let mut end = End::established();
    end.send(Space::Data);
    end.at(101);
    end.send(Space::Data);
    end.at(190);
    end.ack(Space::Data, &[2..=2]).unwrap();
    assert_eq!(end.lost(), [0; 0]);
    // 9/8 of the smoothed round trip after it was sent.
    let delay = end.recovery.path().rtt.loss_delay();
    assert_eq!(end.timer(), Some(100 + delay.as_millis()));
    end.now = end.start + ms(100) + delay - ms(1);
    assert_eq!(end.timeout(), None);
    end.now += ms(1);
    assert_eq!((end.timeout(), end.lost()), (Some(Timeout::Loss), vec![1]));
    assert_eq!((end.timer(), end.recovery.path().in_flight()), (None, 0));
}

#[test]
fn s6_1_nothing_above_the_largest_acknowledged_is_lost() {
    let mut end = End::established();
    (0..3).for_each(|_| {
        end.send(Space::Data);
    });
    end.at(10_000);
    end.ack(Space::Data, &[1..=1]).unwrap();
    assert_eq!(end.lost(), [0; 0]);
}

#[test]
fn what_is_not_ack_eliciting_is_let_go_too() {
    let mut end = End::established();
    let plain = SentPacket { ack_eliciting: false, in_flight: false, ..end.packet() };
    end.send_as(Space::Data, plain);
    (0..3).for_each(|_| {
        end.send(Space::Data);
    });
    let window = end.window();
    end.at(150);
    end.ack(Space::Data, &[2..=4]).unwrap();
    assert_eq!((end.lost(), end.outcome.congestion), (vec![1], false));
    assert!(end.window() >= window, "it was not in flight");
}

#[test]
fn s14_4_the_loss_of_an_mtu_probe_is_no_congestion() {
    let mut end = End::established();
    let probe = SentPacket { mtu_probe: true, ..end.packet() };
    end.send_as(Space::Data, probe);
    (0..3).for_each(|_| {
        end.send(Space::Data);
    });
    end.at(150);
    end.ack(Space::Data, &[2..=4]).unwrap();
    assert_eq!((end.lost(), end.outcome.congestion), (vec![1], false));
    assert_eq!(end.recovery.path().in_flight(), 0);
}

#[test]
fn rfc_9438_s4_9_2_a_spurious_loss_is_undone() {
    let mut end = End::established();
    (0..5).for_each(|_| {
        end.send(Space::Data);
    });
    let window = end.window();
    end.at(150);
    end.ack(Space::Data, &[5..=5]).unwrap();
    assert_eq!(end.lost(), [1, 2]);
    assert!(end.window() < window);
    end.ack(Space::Data, &[5..=5, 1..=1]).unwrap();
    assert!(end.outcome.spurious && end.window() < window, "one of two was late");
    end.ack(Space::Data, &[5..=5, 1..=2]).unwrap();
    assert!(end.outcome.spurious && end.window() >= window);
    end.ack(Space::Data, &[5..=5, 1..=2]).unwrap();
    assert!(!end.outcome.spurious);
}

/// Packets 1 to `last` go at `times`; only the last of all, sent later, is acknowledged.
fn silence(times: &[u64], acked: &[u64]) -> End {
    let mut end = End::established();
    for time in times {
        end.at(*time);
        end.send(Space::Data);
    }
    let after = times.last().unwrap() + 50;
    end.at(after);
    let last = (0..3).map(|_| end.send(Space::Data)).last().unwrap();
    end.at(after + 100);
    let mut ranges = vec![last..=last];
    ranges.extend(acked.iter().map(|number| *number..=*number));
    end.ack(Space::Data, &ranges).unwrap();
    end
}

#[test]
fn s7_6_nothing_for_three_probe_timeouts_is_persistent_congestion() {
    // The last sample leaves a variation of 37.5 ms: PTO is 100 + 150 + 25 ms, thrice that 825.
    let end = silence(&[101, 500, 927], &[]);
    assert!(end.outcome.persistent);
    // Two datagrams, and slow start for the one that came.
    assert_eq!(end.window(), 3 * 1200);
    let end = silence(&[101, 500, 926], &[]);
    assert!(!end.outcome.persistent && end.window() > 3 * 1200);
}

#[test]
fn s7_6_2_one_acknowledged_between_is_no_persistent_congestion() {
    assert!(!silence(&[101, 500, 1077], &[2]).outcome.persistent);
    assert!(silence(&[101, 120, 500, 1200], &[1]).outcome.persistent, "the rest is long enough");
}

/// It may have been too large, whatever the network's state (RFC 9000 §14.4).
#[test]
fn s7_6_2_a_probe_of_the_mtu_is_no_end_of_persistent_congestion() {
    for mtu_probe in [true, false] {
        let mut end = End::established();
        end.at(101);
        end.send_as(Space::Data, SentPacket { mtu_probe, ..end.packet() });
        end.at(2000);
        (0..4).for_each(|_| {
            end.send(Space::Data);
        });
        end.at(2100);
        end.ack(Space::Data, &[5..=5]).unwrap();
        assert_eq!(end.lost(), [1, 2]);
        assert_eq!(end.outcome.persistent, !mtu_probe);
    }
}

#[test]
fn s7_6_2_both_ends_are_ack_eliciting_and_behind_a_sample() {
    let mut end = End::new(Role::Server);
    end.recovery.set_confirmed(end.now);
    for time in [0, 5000] {
        end.at(time);
        end.send(Space::Data);
    }
    (0..3).for_each(|_| {
        end.send(Space::Data);
    });
    end.at(5100);
    end.ack(Space::Data, &[4..=4]).unwrap();
    assert_eq!(end.lost(), [0, 1]);
    assert!(!end.outcome.persistent, "there was no sample when they were sent");
}

#[test]
fn s7_3_2_losses_of_one_round_trip_cut_the_window_once() {
    let mut end = End::established();
    (0..10).for_each(|_| {
        end.send(Space::Data);
    });
    let window = end.window();
    end.at(200);
    end.ack(Space::Data, &[4..=4]).unwrap();
    let (cut, phase) = (end.window(), end.recovery.path().congestion.phase());
    assert_eq!((cut, phase), (window / 2, Phase::Recovery));
    end.at(205);
    end.ack(Space::Data, &[8..=8]).unwrap();
    assert_eq!((end.lost(), end.window()), (vec![2, 3, 5], cut));
    end.at(206);
    end.send(Space::Data);
    end.at(306);
    end.ack(Space::Data, &[11..=11]).unwrap();
    assert_eq!(end.recovery.path().congestion.phase(), Phase::Avoidance);
}

#[test]
fn s6_4_discarded_keys_take_their_packets_along() {
    let mut end = End::new(Role::Client);
    end.send(Space::Initial);
    end.send(Space::Handshake);
    assert_eq!(end.recovery.path().in_flight(), 2400);
    assert_eq!(end.recovery.discard(Space::Initial, end.now).len(), 1);
    assert_eq!(end.recovery.path().in_flight(), 1200);
    assert_eq!(end.recovery.next_number(Space::Initial), 1, "numbers go on after a Retry");
    assert_eq!(end.recovery.outstanding(Space::Initial).count(), 0);
}
