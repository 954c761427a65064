//! A client and a server of ours, and what they agree on.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

#[path = "common/pair.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod pair;

use pair::{Pair, data};
use std::sync::Arc;
use tls::{
    CertifiedKey, ClientConfig, EarlyData, Moment, NamedGroup, RingExchange, ServerConfig, Suite,
    fuzzing::stage::{Stage, moment},
    record::{Connection, Event},
};
use wire::Scripted;
use x509::{Roots, ServerName, SigningKey, Validity, Verifier, issue};

#[test]
fn one_round_trip() {
    for suite in Suite::ALL {
        let mut stage = Stage::plain();
        stage.server.suites = vec![suite];
        let mut pair = Pair::connected(&stage);
        for end in [&pair.client, &pair.server] {
            let summary = end.summary();
            assert_eq!(summary.suite, Some(suite));
            assert_eq!(summary.group, Some(NamedGroup::X25519));
            assert_eq!(summary.alpn.as_deref(), Some(&b"h2"[..]));
            assert_eq!(summary.server_name.as_deref(), Some(&b"localhost"[..]));
            assert!(!summary.resumed && !summary.early_data && !summary.retried);
        }
        assert_eq!(pair.client.summary().chain.len(), 1);
        pair.client.send(b"ping").unwrap();
        pair.server.send(&vec![7; 100_000]).unwrap();
        pair.run();
        assert_eq!(data(&pair.server_heard), b"ping");
        assert_eq!(data(&pair.client_heard), vec![7; 100_000]);
    }
}

#[test]
fn real_keys_real_certificates() {
    let now = Moment { instant: std::time::Instant::now(), time: moment().time };
    let name = ServerName::parse("localhost").unwrap();
    for (number, group) in RingExchange::GROUPS.into_iter().enumerate() {
        let key = if number == 0 {
            SigningKey::generate_p256().unwrap()
        } else {
            SigningKey::generate_ed25519().unwrap()
        };
        let validity = Validity::from_now(now.time, 13);
        let made =
            issue::self_signed(&key, std::slice::from_ref(&name), validity, issue::Serial(7));
        let made = made.unwrap();
        let verifier = Verifier::new(Roots::from_iter([made.clone()]));
        let key = Arc::new(CertifiedKey::new(vec![made], Box::new(key)).unwrap());
        let mut server = ServerConfig::new(Arc::new(key));
        server.groups = vec![group];
        let client = ClientConfig::new(Arc::new(verifier));
        let client =
            Connection::client(Arc::new(client), name.clone(), Box::new(Scripted(1)), now).unwrap();
        let server = Connection::server(Arc::new(server), Box::new(Scripted(2)), now);
        let mut pair = Pair {
            client,
            server,
            client_heard: Vec::new(),
            server_heard: Vec::new(),
            now: now.instant,
        };
        pair.run();
        assert!(pair.is_complete(), "{:?} {:?}", pair.client_heard, pair.server_heard);
        assert_eq!(pair.client.summary().group, Some(group));
    }
}

#[test]
fn another_group_costs_a_round_trip() {
    let pair = Pair::connected(&Stage::retrying());
    assert!(pair.client.summary().retried && pair.server.summary().retried);
    assert_eq!(pair.client.summary().group, Some(NamedGroup::SECP256R1));
}

#[test]
fn a_client_says_who_it_is() {
    let pair = Pair::connected(&Stage::asking());
    assert_eq!(pair.server.summary().chain.len(), 1);
}

#[test]
fn the_second_time_is_quicker() {
    let stage = Stage::resuming();
    let first = Pair::connected(&stage);
    let tickets = first.client_heard.iter().filter(|event| matches!(event, Event::Ticket(_)));
    assert_eq!(tickets.count(), 2);
    let mut second = Pair::number(&stage, 1);
    assert_eq!(second.client.early_data_room(), 16_384);
    assert_eq!(second.client.send_early(b"early").unwrap(), 5);
    second.run();
    assert!(second.is_complete());
    assert!(matches!(&second.server_heard[0], Event::EarlyData(EarlyData::Accepted)));
    assert!(
        matches!(&second.server_heard[1],
        Event::Data { octets, early: true } if octets == b"early"),
        "{:?}",
        second.server_heard
    );
    for end in [&second.client, &second.server] {
        assert!(end.summary().resumed && end.summary().early_data);
        assert_eq!(end.summary().chain.len(), usize::from(end.role() == tls::Role::Client));
    }
    second.client.send(b"late").unwrap();
    second.run();
    assert_eq!(data(&second.server_heard), b"earlylate");
}
