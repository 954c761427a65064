//! What a listener hears: the ladder of a handshake, and both ends' stories compared.

use crate::pair::{Pair, Setup};
use quic::{Event, connection::Listeners, stream::Direction};
use sim::Link;
use std::{sync::Arc, time::Duration};
use testkit::golden;
use view::{Detail, Packets, Record, Recorder};
use wire::trace::{Direction as Way, Trace};

/// A pair whose ends are heard, with 20 ms of round trip.
pub(crate) fn heard(setup: Setup) -> (Pair, Arc<Recorder>, Arc<Recorder>) {
    heard_over(setup, Link::new().delay(Duration::from_millis(10)))
}

/// As [`heard`], over another link.
pub(crate) fn heard_over(setup: Setup, link: Link) -> (Pair, Arc<Recorder>, Arc<Recorder>) {
    let (client, server) = (Arc::new(Recorder::default()), Arc::new(Recorder::default()));
    let listen = |recorder: &Arc<Recorder>| {
        let recorder = Arc::clone(recorder);
        Listeners::new(move |_| Trace::to(recorder.clone(), 0))
    };
    let listeners = [listen(&client), listen(&server)];
    let setup = Setup { listeners, ..setup };
    (Pair::new(&setup, link), client, server)
}

fn ladder(records: &[Record], detail: Detail) -> String {
    let mut packets = Packets::new(records[0].time, detail);
    records.iter().map(|record| record.lend(|event| packets.lines(event))).collect()
}

#[test]
fn a_handshake_and_a_request_as_a_ladder() {
    let (mut pair, client, _) = heard(Setup::default());
    let early = pair.until(Duration::from_secs(1), |pair| {
        pair.client.has(|event| matches!(event, Event::Connected(_)))
    });
    assert!(early);
    let stream = pair.client.say(Direction::Bidirectional, b"GET /\r\n");
    assert!(pair.until(Duration::from_secs(1), |pair| pair.echoed(stream)));
    pair.client.quic().close(0, b"");
    pair.run(Duration::from_secs(1));
    is_golden("handshake", &ladder(&client.records(), Detail::Pieces));
    is_golden("handshake-short", &ladder(&client.records(), Detail::Heads));
}

fn is_golden(name: &str, found: &str) {
    golden(format!("{}/tests/ladders/{name}.txt", env!("CARGO_MANIFEST_DIR")), found);
}

#[test]
fn a_handshake_whose_second_datagram_is_lost_waits_for_a_probe() {
    // Both ends' second datagrams: the client's Finished, and what the server says then.
    let link = Link::new().delay(Duration::from_millis(10)).lose([1]);
    let (mut pair, client, _) = heard_over(Setup::default(), link);
    pair.connect();
    pair.run(Duration::from_millis(200));
    is_golden("handshake-lost", &ladder(&client.records(), Detail::Pieces));
}

#[test]
fn both_ends_tell_the_same_packets() {
    let (mut pair, client, server) = heard(Setup::default());
    pair.connect();
    let stream = pair.client.say(Direction::Bidirectional, &[1; 40_000]);
    assert!(pair.until(Duration::from_secs(2), |pair| pair.echoed(stream)));
    pair.run(Duration::from_millis(100));
    let (client, server) = (client.records(), server.records());
    // Kinds, numbers and lengths of packets with the frames behind each, and every field of these.
    let packets = |records: &[Record], way: Way| -> Vec<(String, Vec<String>)> {
        let mut packets: Vec<(String, Vec<String>)> = Vec::new();
        for record in records.iter().filter(|record| record.direction == way) {
            let fields = format!("{:?} {:?}", record.stream, record.fields);
            match record.name {
                "packet" => packets.push((fields, Vec::new())),
                "frame" => packets.last_mut().unwrap().1.push(fields),
                _ => {}
            }
        }
        packets.sort();
        packets
    };
    let sent = packets(&client, Way::Sent);
    assert!(sent.len() > 30 && sent.iter().all(|(_, frames)| !frames.is_empty()));
    assert_eq!(sent, packets(&server, Way::Received));
    assert_eq!(packets(&server, Way::Sent), packets(&client, Way::Received));
}

#[test]
fn datagrams_hold_the_packets_told_before_them() {
    let (mut pair, client, server) = heard(Setup::default());
    pair.connect();
    pair.client.say(Direction::Bidirectional, &[1; 40_000]);
    pair.run(Duration::from_millis(500));
    for records in [client.records(), server.records()] {
        for way in [Way::Sent, Way::Received] {
            let mut octets = 0;
            for record in records.iter().filter(|record| record.direction == way) {
                match record.name {
                    "packet" => octets += record.number("length").unwrap(),
                    "datagram" => {
                        assert_eq!(Some(octets), record.number("length"));
                        octets = 0;
                    }
                    _ => {}
                }
            }
            assert_eq!(octets, 0);
        }
    }
}

#[test]
fn figures_losses_keys_and_the_end_are_told() {
    let setup = Setup { seed: 3, ..Setup::default() };
    let (mut pair, client, server) = heard(setup);
    pair.connect();
    pair.run(Duration::from_millis(100));
    pair.client.quic().update_keys().unwrap();
    pair.client.say(Direction::Bidirectional, &[1; 4000]);
    pair.run(Duration::from_millis(500));
    pair.client.quic().close(7, b"enough");
    pair.run(Duration::from_millis(500));
    let (client, server) = (client.records(), server.records());
    let last = |records: &[Record], name: &str| {
        records.iter().rfind(|record| record.name == name).cloned().unwrap()
    };
    let metrics = last(&client, "metrics");
    assert!(metrics.number("congestion_window").unwrap() >= 12_000);
    assert_eq!(metrics.get("min_rtt").unwrap().to_string(), "20.000 ms");
    for (records, trigger) in [(&client, "local_update"), (&server, "remote_update")] {
        let update = last(records, "key_updated");
        assert_eq!(update.text("trigger"), Some(trigger));
        assert_eq!(update.number("generation"), Some(1));
        let parameters = records.iter().filter(|record| record.name == "parameters").count();
        assert_eq!(parameters, 2);
    }
    assert_eq!(last(&client, "closed").text("initiator"), Some("local"));
    let closed = last(&server, "closed");
    assert_eq!(closed.text("initiator"), Some("remote"));
    assert_eq!(closed.number("code"), Some(7));
    assert_eq!(closed.get("reason").unwrap().to_string(), "enough");
}
