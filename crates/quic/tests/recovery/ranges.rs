//! Ranges against a plain set of numbers.

use proptest::prelude::*;
use quic::ranges::RangeSet;
use std::{collections::BTreeSet, ops::Range};

fn numbers(set: &RangeSet) -> Vec<u64> {
    set.iter().flatten().collect()
}

fn check_shape(set: &RangeSet) {
    let ranges: Vec<Range<u64>> = set.iter().collect();
    assert!(ranges.iter().all(|range| !range.is_empty()));
    assert!(ranges.windows(2).all(|two| two[0].end < two[1].start), "{ranges:?}");
}

proptest! {
    #[test]
    fn a_range_set_is_a_set(
        steps in prop::collection::vec((0..3_u8, 0..80_u64, 0..12_u64), 0..60),
    ) {
        let mut set = RangeSet::new(usize::MAX);
        let mut plain = BTreeSet::new();
        for (what, start, length) in steps {
            let range = start..start + length;
            let before = plain.len();
            match what {
                0 | 1 => {
                    let new = set.insert(range.clone());
                    plain.extend(range.clone());
                    prop_assert_eq!(new, (plain.len() - before) as u64);
                }
                _ => {
                    let gone = set.remove(range.clone());
                    plain.retain(|number| !range.contains(number));
                    prop_assert_eq!(gone, (before - plain.len()) as u64);
                }
            }
            check_shape(&set);
            prop_assert_eq!(numbers(&set), plain.iter().copied().collect::<Vec<_>>());
            let inside: Vec<u64> = range.clone().filter(|number| plain.contains(number)).collect();
            prop_assert_eq!(set.covers(&range), inside.len() as u64 == length);
            prop_assert_eq!(set.contains(start), plain.contains(&start));
            let missing: Vec<u64> = set.missing(range.clone()).flatten().collect();
            let expected: Vec<u64> = range.filter(|number| !plain.contains(number)).collect();
            prop_assert_eq!(missing, expected);
        }
        let floor = 40;
        set.remove_below(floor);
        plain.retain(|number| *number >= floor);
        prop_assert_eq!(numbers(&set), plain.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn one_too_many_costs_the_lowest(starts in prop::collection::vec(0..200_u64, 1..80)) {
        let mut set = RangeSet::new(5);
        for start in starts {
            let lowest = set.first();
            set.insert(start * 2..start * 2 + 1);
            check_shape(&set);
            prop_assert!(set.len() <= 5);
            if let Some(lowest) = lowest {
                prop_assert!(set.first().unwrap().start >= lowest.start.min(start * 2));
            }
        }
    }
}

#[test]
fn both_ends_can_be_taken_from() {
    let mut set = RangeSet::new(8);
    [3..6, 12..13, 8..10].into_iter().for_each(|range| {
        set.insert(range);
    });
    assert_eq!(set.iter().rev().collect::<Vec<_>>(), [12..13, 8..10, 3..6]);
    assert_eq!((set.first(), set.last(), set.len()), (Some(3..6), Some(12..13), 3));
    assert_eq!(set.pop_first(), Some(3..6));
    set.clear();
    assert!(set.is_empty() && set.pop_first().is_none());
}

#[test]
fn a_cut_that_makes_one_too_many_costs_the_lowest() {
    let mut set = RangeSet::new(2);
    set.insert(0..1);
    set.insert(10..20);
    assert_eq!(set.remove(14..15), 1);
    assert_eq!(set.iter().collect::<Vec<_>>(), [10..14, 15..20]);
}
