//! What a peer may not do, and what it is told; packets that come without a connection.

use crate::pair::{Pair, Setup, reset_token};
use quic::{
    Closed, Event, Transmit,
    acks::Ecn,
    connection::ReadEnd,
    connection_id::ConnectionId,
    error::TransportError,
    packet::{self, Builder, Packet, PacketType},
    stream::Direction,
    version::Version,
};
use sim::Link;
use std::time::Duration;
use tls::Role;
use wire::{Reader, Scripted};

/// What the server says about these frames of the client's.
fn told(frames: &[u8]) -> TransportError {
    let mut pair = Pair::plain();
    pair.connect();
    pair.client.quic().send_raw(frames.to_vec());
    pair.run(Duration::from_millis(200));
    match (pair.server.closed(), pair.client.closed()) {
        (Some(Closed::Violation(error)), Some(Closed::Transport { code, .. })) => {
            assert_eq!(error.code(), *code);
            *code
        }
        other => panic!("{frames:x?}: {other:?}"),
    }
}

#[test]
fn frames_that_break_a_rule_end_the_connection_with_its_code() {
    use TransportError as T;
    let rules: &[(&[u8], T)] = &[
        // An unknown type; a type in more octets than it needs.
        (&[0x2f], T::FRAME_ENCODING_ERROR),
        (&[0x40, 0x01], T::PROTOCOL_VIOLATION),
        // ACK of what was never sent.
        (&[0x02, 0x7f, 0xff, 0, 0, 0], T::PROTOCOL_VIOLATION),
        // HANDSHAKE_DONE and NEW_TOKEN from a client.
        (&[0x1e], T::PROTOCOL_VIOLATION),
        (&[0x07, 1, 1], T::PROTOCOL_VIOLATION),
        // STREAM on a stream of the server's that it did not begin; beyond the limit of streams.
        (&[0x08, 0x01, 1], T::STREAM_STATE_ERROR),
        (&[0x08, 0x44, 0x00, 1], T::STREAM_LIMIT_ERROR),
        // STREAM beyond the stream's window; two final sizes.
        (&[0x0c, 0x00, 0x80, 0x10, 0x00, 0x00, 1], T::FLOW_CONTROL_ERROR),
        (&[0x0b, 0x00, 1, 1, 0x0f, 0x00, 5, 1, 1], T::FINAL_SIZE_ERROR),
        // MAX_STREAM_DATA and STOP_SENDING for a stream that the server does not send on.
        (&[0x11, 0x02, 9], T::STREAM_STATE_ERROR),
        (&[0x05, 0x02, 9], T::STREAM_STATE_ERROR),
        // MAX_STREAMS beyond 2^60.
        (&[0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], T::FRAME_ENCODING_ERROR),
        // RETIRE_CONNECTION_ID of one that was never issued.
        (&[0x19, 0x3f], T::PROTOCOL_VIOLATION),
        // DATAGRAM where none is taken.
        (&[0x31, 1, 1], T::PROTOCOL_VIOLATION),
        // CRYPTO far ahead.
        (&[0x06, 0x80, 0x10, 0x00, 0x00, 1, 1], T::CRYPTO_BUFFER_EXCEEDED),
    ];
    for (frames, code) in rules {
        assert_eq!(told(frames), *code, "{frames:x?}");
    }
}

/// The client's first datagram: its connection IDs.
fn first_ids(pair: &mut Pair) -> (ConnectionId, ConnectionId) {
    let mut transmit = Transmit::new(1);
    let now = pair.network.now();
    assert!(pair.client.quic().poll_transmit(now, &mut transmit));
    let packet = Packet::read(&mut Reader::new(&transmit.octets), 8).unwrap();
    let Packet::Protected(head) = packet else { panic!() };
    (head.destination, head.source)
}

fn give(pair: &mut Pair, octets: &mut [u8]) {
    let (now, path) = (pair.network.now(), pair.client.quic().path());
    pair.client.quic().receive_datagram(path, Ecn::NotEct, octets, now);
}

#[test]
fn a_client_comes_again_with_the_token_of_a_retry() {
    let mut pair = Pair::plain();
    let (original, ours) = first_ids(&mut pair);
    let source = ConnectionId::new(b"retried!").unwrap();
    let mut retry = Vec::new();
    packet::encode_retry(&mut retry, Version::V1, [&ours, &source], &original, b"a token");
    let mut damaged = retry.clone();
    damaged[30] ^= 1;
    give(&mut pair, &mut damaged);
    give(&mut pair, &mut retry.clone());
    // A second one is not followed.
    give(&mut pair, &mut retry);
    let mut transmit = Transmit::new(1);
    let now = pair.network.now();
    assert!(pair.client.quic().poll_transmit(now, &mut transmit));
    let packet = Packet::read(&mut Reader::new(&transmit.octets), 8).unwrap();
    let Packet::Protected(head) = packet else { panic!() };
    assert_eq!(head.destination, source);
    assert_eq!(&transmit.octets[head.token], b"a token");
    // The server confirms both in its parameters, and the handshake goes on.
    (pair.server.original, pair.server.retry_source) = (Some(original), Some(source));
    pair.connect();
}

#[test]
fn a_retry_that_the_parameters_do_not_confirm_ends_the_connection() {
    let mut pair = Pair::plain();
    let (original, ours) = first_ids(&mut pair);
    let source = ConnectionId::new(b"retried!").unwrap();
    let mut retry = Vec::new();
    packet::encode_retry(&mut retry, Version::V1, [&ours, &source], &original, b"a token");
    give(&mut pair, &mut retry);
    pair.run(Duration::from_secs(5));
    let Some(Closed::Violation(error)) = pair.client.closed() else { panic!() };
    assert_eq!(error.code(), TransportError::TRANSPORT_PARAMETER_ERROR);
}

#[test]
fn a_client_believes_a_list_of_versions_without_its_own() {
    let mut pair = Pair::plain();
    let (original, ours) = first_ids(&mut pair);
    let list = |versions: &[Version]| {
        let (mut octets, ids) = (Vec::new(), [original.octets(), ours.octets()]);
        packet::encode_version_negotiation(&mut octets, ids, versions, &mut Scripted(4));
        octets
    };
    give(&mut pair, &mut list(&[Version::V1]));
    assert!(pair.client.quic().is_open());
    give(&mut pair, &mut list(&[Version::V2]));
    let event = std::iter::from_fn(|| pair.client.quic().poll_event()).last();
    let Some(Event::Closed(Closed::Versions(versions))) = event else { panic!("{event:?}") };
    assert!(versions.contains(&Version::V2));
}

#[test]
fn a_stateless_reset_ends_the_connection_at_once() {
    let mut pair = Pair::plain();
    pair.connect();
    pair.run(Duration::from_secs(1));
    let token = reset_token(&pair.server.ids[0]);
    let mut octets = Vec::new();
    assert!(packet::encode_stateless_reset(&mut octets, 100, &token, &mut Scripted(3)));
    give(&mut pair, &mut octets);
    let event = std::iter::from_fn(|| pair.client.quic().poll_event()).last();
    assert!(matches!(event, Some(Event::Closed(Closed::StatelessReset))), "{event:?}");
}

#[test]
fn a_server_sends_at_most_three_times_what_came_before_the_address_is_validated() {
    let mut pair = Pair::new(&Setup::default(), Link::new().delay(Duration::from_millis(10)));
    let mut came = 0;
    pair.network.filter(move |datagram| {
        let up = datagram.to.port() == 443;
        came += usize::from(up);
        // Only the client's first datagram gets there.
        if up && came > 1 { sim::Verdict::Drop } else { sim::Verdict::Pass }
    });
    pair.run(Duration::from_secs(5));
    let stats = pair.server.quic().stats();
    assert_eq!(stats.octets_received, 1200);
    assert!((1200..=3600).contains(&stats.octets_sent), "{}", stats.octets_sent);
}

#[test]
fn a_closing_end_answers_more_and_more_rarely() {
    let mut pair = Pair::plain();
    pair.connect();
    pair.run(Duration::from_millis(500));
    pair.client.quic().close(1, b"");
    let (now, path) = (pair.network.now(), pair.client.quic().path());
    let mut transmit = Transmit::new(1);
    let mut answers = 0;
    for _ in 0..64 {
        answers += usize::from(pair.client.quic().poll_transmit(now, &mut transmit));
        pair.client.quic().receive_datagram(path, Ecn::NotEct, &mut [0x40; 50], now);
    }
    assert!((2..=8).contains(&answers), "{answers}");
}

#[test]
fn streams_beyond_the_limit_wait_until_others_are_over() {
    let mut setup = Setup::default();
    setup.server.bidirectional_streams = 2;
    let mut pair = Pair::new(&setup, Link::new().delay(Duration::from_millis(10)));
    pair.connect();
    let first = pair.client.say(Direction::Bidirectional, b"1");
    pair.client.say(Direction::Bidirectional, b"2");
    assert_eq!(pair.client.quic().open(Direction::Bidirectional), None);
    assert!(pair.until(Duration::from_secs(5), |pair| pair.echoed(first)));
    pair.run(Duration::from_secs(1));
    assert!(pair.client.has(|event| matches!(event, Event::StreamsAvailable(_))));
    assert!(pair.client.quic().open(Direction::Bidirectional).is_some());
}

#[test]
fn s9_a_client_hears_its_server_only_where_it_is() {
    let mut pair = Pair::plain();
    pair.connect();
    pair.run(Duration::from_secs(1));
    pair.server.quic().ping();
    let (now, mut transmit) = (pair.network.now(), Transmit::new(1));
    assert!(pair.server.quic().poll_transmit(now, &mut transmit));
    let known = pair.client.quic().path();
    let elsewhere = quic::FourTuple { remote: "10.0.0.3:443".parse().unwrap(), ..known };
    for (path, more) in [(elsewhere, 0), (known, 1)] {
        let before = pair.client.quic().stats().packets_received;
        let mut octets = transmit.octets.clone();
        pair.client.quic().receive_datagram(path, Ecn::NotEct, &mut octets, now);
        assert_eq!(pair.client.quic().stats().packets_received, before + more);
    }
}

/// An Initial packet with a PING, as the one in `role` would seal it.
fn forged(role: Role, original: &ConnectionId, ids: [&ConnectionId; 2], number: u64) -> Vec<u8> {
    let constants = Version::V1.constants().unwrap();
    let keys = quic::protection::initial(constants, original, role).unwrap();
    let (kind, mut octets) = (PacketType::Initial, Vec::new());
    let builder = Builder::long(&mut octets, kind, Version::V1, ids, &[], number, None);
    octets.push(1);
    builder.finish(&mut octets, 1200, &keys.local);
    octets
}

#[test]
fn s7_2_long_packets_from_another_source_are_dropped() {
    let [a, b] = [b"sourceAA", b"sourceBB"].map(|id| ConnectionId::new(id).unwrap());
    let mut pair = Pair::plain();
    let (original, ours) = first_ids(&mut pair);
    for (number, source, count) in [(0, a, 1), (1, b, 1), (2, a, 2)] {
        give(&mut pair, &mut forged(Role::Server, &original, [&ours, &source], number));
        assert_eq!(pair.client.quic().stats().packets_received, count, "{number}");
    }
    let mut pair = Pair::plain();
    pair.run(Duration::from_millis(12));
    let (now, path) = (pair.network.now(), pair.server.quic().path());
    for (number, source, count) in [(7, a, 1), (8, b, 1), (9, ours, 2)] {
        let mut octets = forged(Role::Client, &original, [&original, &source], number);
        pair.server.quic().receive_datagram(path, Ecn::NotEct, &mut octets, now);
        assert_eq!(pair.server.quic().stats().packets_received, count, "{number}");
    }
}

#[test]
fn s10_3_1_the_token_of_an_id_that_was_not_used_is_no_reset() {
    let mut pair = Pair::plain();
    pair.connect();
    pair.run(Duration::from_secs(1));
    // The server's second, which the client has and has not used.
    let token = reset_token(&pair.server.ids[1]);
    let mut octets = Vec::new();
    assert!(packet::encode_stateless_reset(&mut octets, 100, &token, &mut Scripted(3)));
    give(&mut pair, &mut octets);
    assert!(pair.client.quic().is_open());
}

#[test]
fn what_streams_hold_together_is_bounded_and_all_of_it_arrives() {
    const STREAMS: usize = 20;
    const LENGTH: usize = 50_000;
    const SHARE: usize = 16 << 10;
    let mut setup = Setup::default();
    setup.server.send_memory = 120_000;
    // Nothing may be sent before something was read.
    setup.client.stream_window = (1000, 100_000);
    let mut pair = Pair::new(&setup, Link::new().delay(Duration::from_millis(10)));
    pair.connect();
    let content = vec![7; LENGTH];
    let mut say = |_| pair.server.say(Direction::Unidirectional, &content);
    let streams: Vec<_> = (0..STREAMS).map(&mut say).collect();
    let held = |stream| pair.server.to_send.get(stream).map_or(LENGTH, |(_, at)| *at);
    let held: Vec<_> = streams.iter().map(held).collect();
    // Two fit whole; one takes what is left, and the others their share.
    assert_eq!(held[..4], [LENGTH, LENGTH, 20_000, SHARE]);
    assert!(held[3..].iter().all(|held| *held == SHARE), "{held:?}");
    pair.run(Duration::from_secs(20));
    for stream in streams {
        assert_eq!(pair.client.received[&stream], (content.clone(), Some(ReadEnd::End)));
    }
    // What was acknowledged, and what was given up, is room again.
    let stream = pair.server.say(Direction::Unidirectional, &[7; 200_000]);
    assert_eq!(pair.server.to_send[&stream].1, 120_000);
    pair.server.quic().reset(stream, 1).unwrap();
    let stream = pair.server.say(Direction::Unidirectional, &[7; 200_000]);
    assert_eq!(pair.server.to_send[&stream].1, 120_000);
}
