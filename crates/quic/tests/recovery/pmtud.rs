//! RFC 8899 §5: the search for a path's MTU.

use crate::common::ms;
use quic::pmtud::{BASE, MAX_PROBES, Pmtud, RAISE, State};
use std::time::Instant;

/// Lets a search run on a path that carries `mtu` octets; answers how many probes that took.
fn search(pmtud: &mut Pmtud, mtu: u16, now: Instant) -> usize {
    let mut probes = 0;
    while let Some(size) = pmtud.poll(now) {
        assert_eq!(pmtud.poll(now), None, "one is in flight at most");
        probes += 1;
        if size <= mtu {
            pmtud.on_probe_acked(size, now);
        } else {
            pmtud.on_probe_lost(size, now);
        }
        assert!(probes < 100);
    }
    probes
}

#[test]
fn every_path_is_measured_to_within_16_octets() {
    for mtu in 1200..=1500 {
        let now = Instant::now();
        let mut pmtud = Pmtud::new(1472);
        assert_eq!((pmtud.state(), pmtud.poll(now)), (State::Disabled, None));
        pmtud.start(now);
        let probes = search(&mut pmtud, mtu, now);
        assert_eq!(pmtud.state(), State::Complete);
        let best = mtu.min(1472);
        assert!(pmtud.size() <= best && best - pmtud.size() <= 16, "{mtu}: {}", pmtud.size());
        assert!(probes <= 6 * usize::from(MAX_PROBES), "{mtu}: {probes}");
    }
}

#[test]
fn the_largest_is_tried_first() {
    let now = Instant::now();
    let mut pmtud = Pmtud::new(1472);
    pmtud.start(now);
    assert_eq!(search(&mut pmtud, 1500, now), 1);
    assert_eq!((pmtud.size(), pmtud.next_timeout()), (1472, None));
    let mut jumbo = Pmtud::new(65_527);
    jumbo.start(now);
    assert!(search(&mut jumbo, 8972, now) < 40);
    assert!((8956..=8972).contains(&jumbo.size()));
}

#[test]
fn a_path_of_1200_octets_has_nothing_to_search() {
    let now = Instant::now();
    for most in [0, 1200] {
        let mut pmtud = Pmtud::new(most);
        pmtud.start(now);
        assert_eq!((search(&mut pmtud, 1500, now), pmtud.size()), (0, BASE));
        assert_eq!(pmtud.state(), State::Complete);
    }
    let mut pmtud = Pmtud::new(1472);
    pmtud.set_most(1300);
    pmtud.start(now);
    search(&mut pmtud, 1500, now);
    assert_eq!(pmtud.size(), 1300, "the peer takes no more");
}

#[test]
fn s5_1_1_the_search_goes_on_after_a_while() {
    let now = Instant::now();
    let mut pmtud = Pmtud::new(1472);
    pmtud.start(now);
    search(&mut pmtud, 1300, now);
    let raise = pmtud.next_timeout().unwrap();
    assert_eq!(raise, now + RAISE);
    assert!(!pmtud.is_pending(raise - ms(1)) && pmtud.is_pending(raise));
    search(&mut pmtud, 1500, raise);
    assert_eq!(pmtud.size(), 1472);
}

#[test]
fn s4_3_a_black_hole_is_left() {
    let now = Instant::now();
    let mut pmtud = Pmtud::new(1472);
    pmtud.start(now);
    search(&mut pmtud, 1500, now);
    assert!((0..20).all(|_| !pmtud.on_lost(1472)), "it may be the path as a whole");
    assert!(pmtud.on_acked(100), "but small ones come through");
    assert_eq!((pmtud.size(), pmtud.state()), (BASE, State::Base));
    search(&mut pmtud, 1300, now);
    assert!((1284..=1300).contains(&pmtud.size()));
}

#[test]
fn s4_3_losses_between_arrivals_are_no_black_hole() {
    let now = Instant::now();
    let mut pmtud = Pmtud::new(1472);
    pmtud.start(now);
    search(&mut pmtud, 1500, now);
    for round in 0..1000 {
        let fell = if round % 8 == 7 { pmtud.on_acked(1472) } else { pmtud.on_lost(1472) };
        assert!(!fell && !pmtud.on_acked(100) && !pmtud.on_lost(100));
    }
}

#[test]
fn s5_2_a_path_that_does_not_carry_1200_octets_is_asked_on() {
    let now = Instant::now();
    let mut pmtud = Pmtud::new(1472);
    pmtud.start(now);
    search(&mut pmtud, 1500, now);
    (0..20).for_each(|_| {
        pmtud.on_lost(1472);
    });
    pmtud.on_acked(100);
    for _ in 0..MAX_PROBES {
        assert_eq!(pmtud.poll(now), Some(BASE));
        pmtud.on_probe_lost(BASE, now);
    }
    assert_eq!((pmtud.state(), pmtud.poll(now)), (State::Error, Some(BASE)));
    pmtud.on_probe_acked(BASE, now);
    assert_eq!(pmtud.state(), State::Searching);
}

#[test]
fn what_was_not_asked_changes_nothing() {
    let now = Instant::now();
    let mut pmtud = Pmtud::new(1472);
    pmtud.start(now);
    assert!(!pmtud.on_probe_acked(1400, now));
    pmtud.on_probe_lost(1400, now);
    assert_eq!((pmtud.size(), pmtud.poll(now)), (BASE, Some(1472)));
}
