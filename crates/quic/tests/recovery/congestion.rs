//! Windows: RFC 9002 §7, RFC 9438, RFC 9406, and the pacer.

use crate::common::ms;
use quic::congestion::{Acked, Algorithm, Congestion, HyStart, Pacer, Phase};
use std::time::{Duration, Instant};

const SIZE: u64 = 1000;

fn acked(now: Instant, rtt: Duration) -> Acked {
    Acked { number: 0, size: SIZE, sent: now, now, rtt, queue: true, limited: false }
}

/// A controller in avoidance, whose window was cut when it was `window` datagrams of 1,000 octets.
fn cut(algorithm: Algorithm, window: u64, now: Instant) -> Congestion {
    let mut congestion = Congestion::new(algorithm, 1000);
    while congestion.window() < window * SIZE {
        congestion.on_acked(&acked(now, ms(100)));
    }
    assert!(congestion.on_congestion(now, now));
    congestion
}

/// Acknowledges a window's worth for each RTT, for so many of them.
fn rounds(congestion: &mut Congestion, now: &mut Instant, rtt: Duration, count: u64) {
    for _ in 0..count {
        *now += rtt;
        for _ in 0..congestion.window() / SIZE {
            congestion.on_acked(&acked(*now, rtt));
        }
    }
}

#[test]
fn s7_2_the_initial_window() {
    for (datagram, window) in [(1200, 12_000), (1472, 14_720), (1500, 14_720), (9000, 18_000)] {
        assert_eq!(Congestion::new(Algorithm::Cubic, datagram).window(), window);
    }
    let mut congestion = Congestion::new(Algorithm::Cubic, 1200);
    congestion.on_datagram_size(1452);
    assert_eq!(congestion.window(), 14_520);
}

#[test]
fn s7_3_1_slow_start_doubles() {
    let now = Instant::now();
    let mut congestion = Congestion::new(Algorithm::NewReno, 1000);
    rounds(&mut congestion, &mut now.clone(), ms(100), 3);
    assert_eq!((congestion.window(), congestion.phase()), (80_000, Phase::SlowStart));
    assert_eq!(congestion.threshold(), None);
}

#[test]
fn s7_8_a_sender_with_little_to_send_does_not_grow() {
    let now = Instant::now();
    let mut congestion = Congestion::new(Algorithm::NewReno, 1000);
    (0..100).for_each(|_| congestion.on_acked(&Acked { limited: true, ..acked(now, ms(100)) }));
    assert_eq!(congestion.window(), 10_000);
}

#[test]
fn s7_3_3_newreno_grows_by_a_datagram_for_each_window() {
    let mut now = Instant::now();
    let mut congestion = cut(Algorithm::NewReno, 40, now);
    assert_eq!((congestion.window(), congestion.threshold()), (20_000, Some(20_000)));
    rounds(&mut congestion, &mut now, ms(100), 5);
    assert_eq!((congestion.window(), congestion.phase()), (25_000, Phase::Avoidance));
}

#[test]
fn s7_3_2_one_packet_may_go_when_recovery_begins() {
    let now = Instant::now();
    let mut congestion = cut(Algorithm::NewReno, 40, now);
    assert_eq!(congestion.room(39_000), 1000);
    congestion.on_sent();
    assert_eq!((congestion.room(39_000), congestion.room(15_000)), (0, 5000));
    assert_eq!(congestion.phase(), Phase::Recovery);
}

#[test]
fn s7_6_persistent_congestion_leaves_two_datagrams_and_slow_start() {
    let now = Instant::now();
    for algorithm in [Algorithm::Cubic, Algorithm::NewReno] {
        let mut congestion = cut(algorithm, 40, now);
        congestion.on_persistent_congestion();
        assert_eq!((congestion.window(), congestion.phase()), (2000, Phase::SlowStart));
    }
}

#[test]
fn the_window_is_never_below_two_datagrams() {
    let mut now = Instant::now();
    let mut congestion = Congestion::new(Algorithm::NewReno, 1000);
    for _ in 0..10 {
        now += ms(1);
        congestion.on_congestion(now, now);
    }
    assert_eq!(congestion.window(), 2000);
}

#[test]
fn rfc_9438_s4_6_cubic_leaves_seven_tenths() {
    assert_eq!(cut(Algorithm::Cubic, 100, Instant::now()).window(), 70_000);
}

#[test]
fn rfc_9438_s4_2_cubic_is_back_after_k_and_goes_on_faster_and_faster() {
    let mut now = Instant::now();
    let mut congestion = cut(Algorithm::Cubic, 100, now);
    // K = ∛(30 / 0.4) = 4.22 s.
    let mut windows = vec![congestion.window()];
    for _ in 0..8 {
        rounds(&mut congestion, &mut now, ms(100), 10);
        windows.push(congestion.window());
    }
    // C · (t − K)³ + 100 for t = 1, 2 … s; at 7 s NewReno would be further, at 112,600.
    let expected = [70_000, 86_600, 95_600, 99_300, 100_000, 100_200, 102_300, 112_600, 121_600];
    for (window, expected) in windows.iter().zip(expected) {
        assert!(window.abs_diff(expected) < 1_500, "{windows:?}");
    }
}

#[test]
fn rfc_9438_s4_7_fast_convergence_leaves_room_for_newcomers() {
    let mut now = Instant::now();
    let mut congestion = cut(Algorithm::Cubic, 1000, now);
    rounds(&mut congestion, &mut now, ms(100), 5);
    let below = congestion.window();
    assert!(below < 1_000_000);
    now += ms(1);
    congestion.on_congestion(now, now);
    // Its plateau is 85 % of where it lost, not where it was before.
    rounds(&mut congestion, &mut now, ms(100), 75);
    let plateau = below * 85 / 100;
    assert!(congestion.window().abs_diff(plateau) < plateau / 50, "{}", congestion.window());
}

#[test]
fn rfc_9438_s4_3_cubic_is_no_slower_than_newreno_on_short_paths() {
    let mut now = Instant::now();
    let mut congestion = cut(Algorithm::Cubic, 20, now);
    rounds(&mut congestion, &mut now, ms(5), 12);
    // 0.53 datagrams for each round trip, up to where it was cut; one from there on.
    assert!(congestion.window().abs_diff(20_000) < 700, "{}", congestion.window());
    rounds(&mut congestion, &mut now, ms(5), 10);
    assert!(congestion.window().abs_diff(29_500) < 1_500, "{}", congestion.window());
}

/// A link that loses by itself builds up no queue, and there is nobody to be fair to in it.
#[test]
fn cubic_grows_as_newreno_where_the_round_trip_shows_no_queue() {
    let mut now = Instant::now();
    let mut congestion = cut(Algorithm::Cubic, 20, now);
    for round in 1..=5 {
        now += ms(5);
        for _ in 0..congestion.window() / SIZE {
            congestion.on_acked(&Acked { queue: false, ..acked(now, ms(5)) });
        }
        let window = 14_000 + round * 1000;
        assert!(congestion.window().abs_diff(window) < 500, "{round}: {}", congestion.window());
    }
}

#[test]
fn rfc_9438_s5_8_time_without_enough_to_send_does_not_count() {
    let mut now = Instant::now();
    let (mut busy, mut idle) = (cut(Algorithm::Cubic, 100, now), cut(Algorithm::Cubic, 100, now));
    rounds(&mut busy, &mut now.clone(), ms(100), 10);
    rounds(&mut idle, &mut now, ms(100), 5);
    idle.on_acked(&Acked { limited: true, ..acked(now, ms(100)) });
    now += Duration::from_secs(600);
    // The pause ends with the first acknowledgment that counts.
    rounds(&mut idle, &mut now, ms(100), 6);
    assert!(idle.window().abs_diff(busy.window()) < 3_000, "{} {}", idle.window(), busy.window());
}

#[test]
fn rfc_9438_s4_10_without_a_loss_there_is_no_plateau_to_return_to() {
    let mut now = Instant::now();
    let mut congestion = Congestion::new(Algorithm::Cubic, 1000);
    rounds(&mut congestion, &mut now, ms(100), 3);
    // HyStart++: rounds whose least RTT rises.
    for round in 0..20_u64 {
        for _ in 0..8 {
            congestion.on_sample(ms(100 + round * 20), round * 10, round * 10 + 10);
        }
    }
    assert_eq!((congestion.phase(), congestion.window()), (Phase::Avoidance, 80_000));
    rounds(&mut congestion, &mut now, ms(100), 10);
    assert!((85_000..90_000).contains(&congestion.window()), "{}", congestion.window());
}

/// Rounds of eight samples each; answers in which of them slow start was over.
fn hystart(rtts: &[u64]) -> (HyStart, Option<usize>) {
    let mut hystart = HyStart::new();
    for (round, rtt) in rtts.iter().enumerate() {
        let number = round as u64 * 10;
        for _ in 0..8 {
            if hystart.on_sample(ms(*rtt), number, number + 10) {
                return (hystart, Some(round));
            }
        }
    }
    (hystart, None)
}

#[test]
fn rfc_9406_a_steady_round_trip_changes_nothing() {
    let (hystart, over) = hystart(&[100; 50]);
    assert!(over.is_none() && !hystart.is_conservative());
    assert_eq!(hystart.growth(1000), 1000);
}

#[test]
fn rfc_9406_a_rise_makes_slow_start_conservative_and_then_ends_it() {
    // The first sample ends an empty round, so that rounds are one sample late here.
    let (hystart_3, over) = hystart(&[100, 100, 113, 113]);
    assert!(over.is_none() && hystart_3.is_conservative());
    assert_eq!(hystart_3.growth(1000), 250);
    let (_, over) = hystart(&[100, 100, 113, 113, 113, 113, 113, 113, 113]);
    assert!(over.is_some());
}

#[test]
fn rfc_9406_a_rise_below_the_threshold_is_none() {
    for (before, after, rises) in [
        (100, 112, false),
        (100, 113, true),
        (10, 13, false),
        (10, 14, true),
        (400, 415, false),
        (400, 416, true),
    ] {
        let (hystart, _) = hystart(&[before, before, after, after]);
        assert_eq!(hystart.is_conservative(), rises, "{before} {after}");
    }
}

#[test]
fn rfc_9406_a_jolt_is_taken_back() {
    let (hystart, over) = hystart(&[100, 100, 130, 130, 100, 100, 100, 100, 100, 100, 100]);
    assert!(over.is_none() && !hystart.is_conservative());
}

#[test]
fn rfc_9406_s4_3_a_later_slow_start_is_the_standard_one() {
    let now = Instant::now();
    let mut congestion = cut(Algorithm::Cubic, 100, now);
    congestion.on_persistent_congestion();
    // A round trip that would end the first slow start.
    for round in 0..20_u64 {
        for _ in 0..8 {
            congestion.on_sample(ms(100 + round * 20), round * 10, round * 10 + 10);
        }
    }
    assert_eq!((congestion.phase(), congestion.window()), (Phase::SlowStart, 2 * SIZE));
    congestion.on_acked(&acked(now + ms(1), ms(100)));
    assert_eq!(congestion.window(), 3 * SIZE);
}

#[test]
fn s7_7_a_new_path_sends_ten_datagrams_at_once() {
    let now = Instant::now();
    let mut pacer = Pacer::new(now);
    let sent = (0..50).take_while(|_| {
        let free = pacer.wait(now, 1200, 12_000, ms(333), true).is_none();
        pacer.on_sent(1200);
        free
    });
    assert_eq!(sent.count(), 10);
}

#[test]
fn s7_7_a_window_is_spread_over_its_round_trip_in_bursts() {
    let start = Instant::now();
    let (mut now, mut pacer, mut sent, mut bursts) = (start, Pacer::new(start), 0_u64, 0);
    while now < start + Duration::from_secs(2) {
        while pacer.wait(now, 1200, 1_200_000, ms(100), false).is_none() {
            pacer.on_sent(1200);
            sent += 1200;
        }
        bursts += 1;
        now = pacer.wait(now, 1200, 1_200_000, ms(100), false).unwrap();
    }
    // 1.25 windows for each of 20 round trips.
    assert!(sent.abs_diff(30_000_000) < 100_000, "{sent}");
    assert!(sent / bursts >= 10 * 1200, "{} octets a burst", sent / bursts);
}

#[test]
fn a_pacer_that_is_asked_often_loses_nothing() {
    let start = Instant::now();
    let (mut pacer, mut sent) = (Pacer::new(start), 0_u64);
    for micros in 0..1_000_000 {
        let now = start + Duration::from_micros(micros);
        if pacer.wait(now, 1200, 60_000, ms(100), false).is_none() {
            pacer.on_sent(1200);
            sent += 1200;
        }
    }
    assert!(sent.abs_diff(750_000) < 20_000, "{sent}");
}

#[test]
fn a_round_trip_shorter_than_a_timer_is_not_paced() {
    let now = Instant::now();
    let mut pacer = Pacer::new(now);
    for _ in 0..10_000 {
        assert_eq!(pacer.wait(now, 1200, 1 << 20, Duration::from_micros(100), false), None);
        pacer.on_sent(1200);
    }
}
