//! Time and randomness as drivers hand them in.

use std::time::{Duration, SystemTime};
use wire::{Random, Scripted, UnixTime};

#[test]
fn wall_time_is_rounded_down_on_both_sides_of_1970() {
    let epoch = SystemTime::UNIX_EPOCH;
    let half = Duration::from_millis(500);
    for (time, seconds) in [
        (epoch, 0),
        (epoch + half, 0),
        (epoch + 3 * half, 1),
        (epoch - half, -1),
        (epoch - 2 * half, -1),
        (epoch - 3 * half, -2),
    ] {
        assert_eq!(UnixTime::from(time), UnixTime(seconds));
    }
}

#[test]
fn time_ends_instead_of_wrapping() {
    assert_eq!(UnixTime(1).plus_seconds(-3), UnixTime(-2));
    assert_eq!(UnixTime(i64::MAX).plus_seconds(1), UnixTime(i64::MAX));
    assert_eq!(UnixTime(i64::MIN).plus_seconds(-1), UnixTime(i64::MIN));
}

/// The first numbers of SplitMix64 from the seed 1234567, as its published tests have them.
#[test]
fn scripted_octets_are_those_of_splitmix64() {
    let mut random = Scripted(1_234_567);
    for expected in [6_457_827_717_110_365_317, 3_203_168_211_198_807_973] {
        assert_eq!(random.next_u64(), expected);
    }
}

#[test]
fn the_same_seed_fills_the_same_octets_whatever_holds_them() {
    for length in 0..20 {
        let (mut one, mut two) = (vec![0; length], vec![0; length]);
        Scripted(9).fill(&mut one);
        let mut borrowed: &mut dyn Random = &mut Scripted(9);
        borrowed.fill(&mut two);
        assert_eq!(one, two);
        let mut longer = vec![0; length + 8];
        Random::fill(&mut borrowed, &mut []);
        Scripted(9).fill(&mut longer);
        assert!(longer.starts_with(&one), "a shorter wish is the beginning of a longer one");
    }
}
