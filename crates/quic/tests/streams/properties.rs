//! Thousands of scripts, each the same every time: the properties that the fuzz targets call too.

use quic::fuzzing::{check_assembler, check_bookkeeping, check_recovery, check_stream};
use wire::{Random, Scripted};

fn scripts(seeds: u64, most: u64, check: fn(&[u8])) {
    for seed in 0..seeds {
        let mut random = Scripted(seed);
        let length = usize::try_from(random.next_u64() % most).unwrap_or(0);
        let mut script = vec![0; length];
        random.fill(&mut script);
        let result = std::panic::catch_unwind(|| check(&script));
        assert!(result.is_ok(), "seed {seed}");
    }
}

#[test]
fn what_is_written_is_read_whatever_the_network_does() {
    scripts(800, 6000, check_stream);
}

#[test]
fn an_assembler_equals_a_plain_copy() {
    scripts(150, 600, check_assembler);
}

#[test]
fn every_packet_has_one_end() {
    scripts(600, 5000, check_recovery);
}

#[test]
fn acknowledgments_identifiers_and_sizes_stay_within_their_bounds() {
    scripts(1000, 4000, check_bookkeeping);
}
