//! One test for each rule of early data: how much there may be, and what becomes of it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

#[path = "common/pair.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod pair;
#[path = "common/spy.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod spy;

use pair::{Pair, data, drain, sent, violation};
use spy::{Lines, refused, sealed};
use std::sync::Arc;
use tls::{
    EarlyData, Error, Misuse,
    fuzzing::stage::Stage,
    record::{ContentType, Event},
};

#[test]
fn early_data_has_a_limit() {
    let mut stage = Stage::resuming();
    stage.server.early_data = 10;
    Pair::connected(&stage);
    let lines = Arc::new(Lines::default());
    stage.client.key_log = Some(lines.clone());
    let mut pair = Pair::number(&stage, 1);
    assert_eq!(pair.client.send_early(b"0123456789abc").unwrap(), 10);
    assert_eq!(pair.client.send_early(b"abc"), Err(Misuse::NoEarlyData));
    let mut octets = sent(&mut pair.client, pair.now);
    pair.server.receive(&mut octets, pair.now);
    let heard = drain(&mut pair.server);
    assert_eq!(data(&heard), b"0123456789");
    let mut key = lines.protection("CLIENT_EARLY_TRAFFIC_SECRET");
    sealed(&mut key, ContentType::ApplicationData, b"0123456789");
    let record = sealed(&mut key, ContentType::ApplicationData, b"a");
    assert_eq!(refused(&mut pair.server, record), Error::EarlyDataTooLong { limit: 10 });
}

/// What a server does not take it passes over, with and without another hello (§4.2.10).
#[test]
fn rejected_early_data_is_skipped() {
    for retry in [false, true] {
        let stage = Stage::resuming();
        Pair::connected(&stage);
        let mut later = stage.clone();
        later.server.early_data = 0;
        if retry {
            later.server.groups = vec![tls::NamedGroup::SECP256R1];
        }
        let mut pair = Pair::number(&later, 1);
        for _ in 0..3 {
            pair.client.send_early(&[b'e'; 1000]).unwrap();
        }
        pair.run();
        assert!(pair.is_complete(), "{:?}", pair.server_heard);
        assert_eq!(data(&pair.server_heard), b"");
        let rejected = |event: &Event| matches!(event, Event::EarlyData(EarlyData::Rejected));
        assert!(pair.client_heard.iter().any(rejected));
        assert!(pair.client.summary().resumed && !pair.client.summary().early_data);
        pair.client.send(b"again").unwrap();
        pair.run();
        assert_eq!(data(&pair.server_heard), b"again");
        // More than anybody would send before they hear of it.
        later.server.limits.skipped = 2500;
        Pair::connected(&stage);
        let mut pair = Pair::number(&later, 2);
        for _ in 0..3 {
            pair.client.send_early(&[b'e'; 1000]).unwrap();
        }
        pair.run();
        let limit = 2500;
        assert_eq!(violation(&pair.server_heard), Some(Error::EarlyDataTooLong { limit }));
    }
}
