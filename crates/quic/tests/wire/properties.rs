//! The properties that the fuzz targets look for, over what a small generator makes.

use quic::fuzzing::{check_frames, check_packets, check_parameters, check_protected, check_token};
use wire::{Random, Scripted};

#[test]
fn octets_of_any_kind_do_no_harm() {
    let mut random = Scripted(7);
    let vectors = [
        super::hex(include_str!("vectors/client_initial_v1.hex")),
        super::hex(include_str!("vectors/server_initial_v2.hex")),
        super::hex(include_str!("vectors/server_hello.hex")),
    ];
    for round in 0..4000 {
        let mut octets = match vectors.get(round % 5) {
            Some(vector) => vector.clone(),
            None => vec![0; round % 97],
        };
        if round % 5 > 2 {
            random.fill(&mut octets);
        } else {
            for _ in 0..3 {
                let at = usize::try_from(random.next_u64() % octets.len() as u64).unwrap();
                octets[at] = random.next_u64().to_be_bytes()[0];
            }
        }
        check_packets(&octets);
        check_frames(&octets);
        check_parameters(&octets);
        check_protected(&octets);
        check_token(&octets);
    }
}
