//! RFC 9000 §9.4: what a path has learned does not hold for another.

use crate::common::{End, ms};
use quic::{
    congestion::{Algorithm, Phase},
    recovery::{INITIAL_RTT, Path, Space},
};

fn path(end: &End, number: u32) -> Path {
    Path::new(number, Algorithm::NewReno, 1200, INITIAL_RTT, end.now)
}

#[test]
fn a_new_path_knows_nothing() {
    let mut end = End::established();
    end.send(Space::Data);
    let old = end.recovery.migrate(path(&end, 1), end.now);
    assert_eq!((old.number, old.in_flight()), (0, 1200));
    let new = end.recovery.path();
    assert_eq!((new.number, new.in_flight(), new.rtt.smoothed()), (1, 0, INITIAL_RTT));
    assert_eq!((end.window(), new.congestion.phase()), (12_000, Phase::SlowStart));
}

#[test]
fn packets_of_the_old_path_say_nothing_of_the_new() {
    let mut end = End::established();
    (0..5).for_each(|_| {
        end.send(Space::Data);
    });
    end.recovery.migrate(path(&end, 1), end.now);
    end.send(Space::Data);
    end.at(5000);
    end.ack(Space::Data, &[5..=5]).unwrap();
    assert_eq!(end.lost(), [1, 2, 3, 4]);
    assert!(!end.outcome.congestion && !end.outcome.persistent);
    let new = end.recovery.path();
    assert_eq!((new.rtt.first_sample(), new.in_flight(), end.window()), (None, 1200, 12_000));
}

#[test]
fn a_path_that_is_come_back_to_is_as_it_was() {
    let mut end = End::established();
    let (window, first) = (end.window(), end.send(Space::Data));
    end.send(Space::Data);
    let old = end.recovery.migrate(path(&end, 1), end.now);
    end.send(Space::Data);
    end.at(200);
    // One of the old path's comes while the new one is in use.
    end.ack(Space::Data, &[first..=first]).unwrap();
    end.recovery.migrate(old, end.now);
    let old = end.recovery.path();
    assert_eq!((old.number, old.in_flight(), end.window()), (0, 1200, window));
    assert_eq!(old.rtt.smoothed(), ms(100));
}
