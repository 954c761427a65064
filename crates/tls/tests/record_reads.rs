//! How much to read at once, and what a record that is not whole yet may hold.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

#[path = "common/pair.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod pair;

use pair::{Pair, sent};
use tls::{
    fuzzing::stage::{Stage, moment},
    record::Protection,
};

/// Data of so many octets, from the client, sealed.
fn upload(pair: &mut Pair, length: usize) -> Vec<u8> {
    pair.client.send(&vec![7; length]).unwrap();
    sent(&mut pair.client, moment().instant)
}

#[test]
fn a_read_ends_where_a_record_ends() {
    const WHOLE: usize = 16_384 + Protection::OVERHEAD;
    let mut pair = Pair::connected(&Stage::plain());
    let now = moment().instant;
    assert_eq!(pair.server.best_read(100_000), 100_000, "nothing is known yet");
    let mut sealed = upload(&mut pair, 3 * 16_384);
    pair.server.receive(&mut sealed[..WHOLE + 1000], now);
    // The rest of the second, then whole ones.
    assert_eq!(pair.server.best_read(67_584), WHOLE - 1000 + 3 * WHOLE);
    assert_eq!(pair.server.best_read(WHOLE), WHOLE - 1000);
    assert_eq!(pair.server.best_read(100), 100);
    assert_eq!(pair.server.best_read(0), 0);
    pair.server.receive(&mut sealed[WHOLE + 1000..WHOLE + 1003], now);
    assert_eq!(pair.server.best_read(WHOLE), WHOLE - 1003);
    pair.server.receive(&mut sealed[WHOLE + 1003..], now);
    assert_eq!(pair.server.best_read(67_584), 4 * WHOLE);
    assert_eq!(pair.server.best_read(WHOLE - 1), WHOLE - 1);
    // Where a head is not whole, nothing can be known; and of short ones copies cost little.
    let mut short = upload(&mut pair, 100);
    pair.server.receive(&mut short[..3], now);
    assert_eq!(pair.server.best_read(67_584), 67_584);
    pair.server.receive(&mut short[3..], now);
    assert_eq!(pair.server.best_read(67_584), 67_584);
}

#[test]
fn a_part_of_a_record_takes_no_more_than_twice_its_octets() {
    let mut pair = Pair::connected(&Stage::plain());
    let mut sealed = upload(&mut pair, 16_384);
    let now = moment().instant;
    for (at, piece) in sealed.chunks_mut(700).enumerate() {
        pair.server.receive(piece, now);
        assert!(pair.server.held() <= (2 * 700 * (at + 1)).max(16_384), "{at}");
    }
}
