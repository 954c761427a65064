//! What holds for any octets, for any split, for any application.
#![allow(
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{BOTH, END_HEADERS, END_STREAM, GET, POST, Peer, octets};
use http2::fuzzing::{check_client, check_frames, check_operations, check_server};

/// A generator that gives the same numbers everywhere.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u8 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        self.0.to_be_bytes()[0]
    }

    fn take(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next()).collect()
    }
}

fn script() -> Vec<u8> {
    let mut peer = Peer::of_server();
    let (get, post) = (peer.block(&GET), peer.block(&POST));
    [
        octets(4, 0, 0, &[0, 4, 0, 0, 0, 9]),
        octets(1, BOTH, 1, &get),
        octets(1, END_HEADERS, 3, &post),
        octets(0, 0, 3, b"content"),
        octets(0, END_STREAM | 8, 3, b"\x02ab\0\0"),
        octets(16, 0, 0, b"\0\0\0\x01u=1"),
        octets(8, 0, 1, &[0, 0, 0, 5]),
        octets(6, 0, 0, b"12345678"),
        octets(3, 0, 1, &[0, 0, 0, 8]),
        octets(7, 0, 0, &[0; 8]),
    ]
    .concat()
}

#[test]
fn every_prefix_and_every_octet_changed() {
    let script = script();
    for cut in 0..=script.len() {
        check_server(&script[..cut]);
        check_client(&script[..cut]);
    }
    for at in 0..script.len() {
        for octet in [0, 1, 0x7f, 0x80, 0xff] {
            let mut changed = script.clone();
            changed[at] = octet;
            check_frames(&changed);
            check_server(&changed);
            check_client(&changed);
        }
    }
}

#[test]
fn two_honest_ends_never_blame_each_other() {
    for seed in 0..400 {
        let mut numbers = Numbers(seed);
        let length = 100 + usize::from(numbers.next()) * 8;
        check_operations(&numbers.take(length));
    }
}
