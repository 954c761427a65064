//! Keys, what TLS says, 0-RTT, and the bits under the protection (RFC 9001; RFC 9000 §17).

use super::{By, lies_about, told};
use crate::pair::{Pair, Setup};
use quic::{
    Closed, Lies, Transmit,
    acks::Ecn,
    error::TransportError,
    packet::{Builder, Packet, PacketType},
    protection,
    recovery::Space,
    stream::Direction,
    version::Version,
};
use sim::{Datagram, Link, Node as _};
use std::time::Duration;
use tls::{Level, Role, fuzzing::stage::Stage};

fn link() -> Link {
    Link::new().delay(Duration::from_millis(10))
}

/// A client that has been here before, and may send early data.
fn resuming() -> Setup {
    let mut setup = Setup { stage: Stage::resuming(), ..Setup::default() };
    let mut first = Pair::new(&setup, link());
    first.connect();
    first.run(Duration::from_secs(1));
    setup.seed = 2;
    setup
}

/// A client says this in 0-RTT packets.
fn early(frames: &[u8]) {
    let mut pair = Pair::new(&resuming(), link());
    assert!(pair.client.quic().can_send_early());
    pair.client.quic().send_raw(frames.to_vec());
    pair.run(Duration::from_millis(500));
    assert_eq!(told(&pair, By::Client), TransportError::PROTOCOL_VIOLATION);
}

#[test]
fn s12_4_ack_in_0_rtt() {
    early(&[0x02, 0, 0, 0, 0]);
}

#[test]
fn s12_4_crypto_in_0_rtt() {
    early(&[0x06, 0, 1, 5]);
}

#[test]
fn s12_4_new_token_in_0_rtt() {
    early(&[0x07, 1, 1]);
}

#[test]
fn s12_4_path_response_in_0_rtt() {
    early(&[0x1b, 1, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn s12_4_retire_connection_id_in_0_rtt() {
    early(&[0x19, 0]);
}

#[test]
fn s12_4_handshake_done_in_0_rtt() {
    early(&[0x1e]);
}

/// A message's length, once `by` octets more are in it.
fn grow(message: &mut [u8], by: i32) {
    let length = i32::from_be_bytes([0, message[1], message[2], message[3]]) + by;
    message[1..4].copy_from_slice(&length.to_be_bytes()[1..]);
}

fn with_session_id(level: Level, mut octets: Vec<u8>) -> Vec<u8> {
    if level == Level::Initial {
        // Behind the head, the version and the random octets.
        octets[38] = 32;
        octets.splice(39..39, [7; 32]);
        grow(&mut octets, 32);
    }
    octets
}

/// Takes the transport parameters out of a message whose extensions begin at `at`.
fn without_parameters(octets: &mut Vec<u8>, list: usize) {
    let number = |octets: &[u8], at| usize::from(u16::from_be_bytes([octets[at], octets[at + 1]]));
    let mut at = list + 2;
    while number(octets, at) != 0x39 {
        at += 4 + number(octets, at + 2);
    }
    let gone = 4 + number(octets, at + 2);
    octets.drain(at..at + gone);
    let rest = u16::try_from(number(octets, list) - gone).unwrap();
    octets[list..list + 2].copy_from_slice(&rest.to_be_bytes());
    grow(octets, -i32::try_from(gone).unwrap());
}

fn mute_client(level: Level, mut octets: Vec<u8>) -> Vec<u8> {
    if level == Level::Initial {
        let suites = usize::from(u16::from_be_bytes([octets[39], octets[40]]));
        // No session ID, the suites, one method of compression.
        without_parameters(&mut octets, 39 + 2 + suites + 2);
    }
    octets
}

fn mute_server(level: Level, mut octets: Vec<u8>) -> Vec<u8> {
    if level == Level::Handshake && octets[0] == 8 {
        without_parameters(&mut octets, 4);
    }
    octets
}

fn bounded(level: Level, mut octets: Vec<u8>) -> Vec<u8> {
    if level == Level::Application && octets[0] == 4 {
        // The ticket's one extension ends with it.
        let end = octets.len();
        octets[end - 4..].copy_from_slice(&9_u32.to_be_bytes());
    }
    octets
}

fn unfinished(level: Level, mut octets: Vec<u8>) -> Vec<u8> {
    let mut at = 0;
    while level == Level::Handshake && at < octets.len() {
        let length = u32::from_be_bytes([0, octets[at + 1], octets[at + 2], octets[at + 3]]);
        octets[at + 4] ^= u8::from(octets[at] == 20);
        at += 4 + usize::try_from(length).unwrap();
    }
    octets
}

fn says(by: By, say: fn(Level, Vec<u8>) -> Vec<u8>, code: TransportError) {
    lies_about(Setup::default(), by, Lies { say, ..Lies::NONE }, code);
}

fn talkative(level: Level, mut octets: Vec<u8>) -> Vec<u8> {
    if level == Level::Initial {
        octets.push(20);
    }
    octets
}

#[test]
fn rfc9001_s4_1_3_an_octet_behind_the_hello() {
    says(By::Client, talkative, TransportError::PROTOCOL_VIOLATION);
}

#[test]
fn rfc9001_s4_1_3_an_octet_behind_the_hello_of_a_server() {
    says(By::Server, talkative, TransportError::PROTOCOL_VIOLATION);
}

#[test]
fn rfc9001_s8_4_a_session_id() {
    says(By::Client, with_session_id, TransportError::PROTOCOL_VIOLATION);
}

#[test]
fn rfc9001_s8_2_no_transport_parameters() {
    says(By::Client, mute_client, TransportError::crypto(109));
}

#[test]
fn rfc9001_s8_2_no_transport_parameters_of_a_server() {
    says(By::Server, mute_server, TransportError::crypto(109));
}

#[test]
fn rfc9001_s4_8_a_finished_that_is_wrong() {
    says(By::Client, unfinished, TransportError::crypto(51));
}

#[test]
fn rfc9001_s4_8_a_finished_of_a_server_that_is_wrong() {
    says(By::Server, unfinished, TransportError::crypto(51));
}

#[test]
fn rfc9001_s4_6_1_a_ticket_that_bounds_early_data() {
    let setup = Setup { stage: Stage::resuming(), ..Setup::default() };
    let lies = Lies { say: bounded, ..Lies::NONE };
    lies_about(setup, By::Server, lies, TransportError::PROTOCOL_VIOLATION);
}

/// Both ends, and what they speak.
fn protocols(client: &[&[u8]], server: &[&[u8]], by: By) {
    let mut setup = Setup::default();
    setup.stage.client.alpn = client.iter().map(|name| name.to_vec()).collect();
    setup.stage.server.alpn = server.iter().map(|name| name.to_vec()).collect();
    let mut pair = Pair::new(&setup, link());
    pair.run(Duration::from_secs(1));
    assert_eq!(told(&pair, by), TransportError::crypto(120));
}

#[test]
fn rfc9001_s8_1_no_protocol_in_common() {
    protocols(&[b"h3"], &[b"hq-interop"], By::Client);
}

#[test]
fn rfc9001_s8_1_no_protocol_offered() {
    protocols(&[], &[b"h3"], By::Client);
}

#[test]
fn rfc9001_s8_1_no_protocol_chosen() {
    protocols(&[b"h3"], &[], By::Server);
}

fn versions(by: By, alter: fn(&mut quic::parameters::TransportParameters)) {
    let lies = Lies { alter, ..Lies::NONE };
    lies_about(Setup::default(), by, lies, TransportError::VERSION_NEGOTIATION_ERROR);
}

#[test]
fn rfc9368_s4_another_chosen_version_than_the_packets() {
    versions(By::Client, |p| p.version_information.as_mut().unwrap().chosen = Version(0x1a2a_3a4a));
}

#[test]
fn rfc9368_s4_another_chosen_version_of_a_server() {
    versions(By::Server, |p| p.version_information.as_mut().unwrap().chosen = Version(0x1a2a_3a4a));
}

#[test]
fn rfc9368_s4_a_chosen_version_that_is_not_available() {
    versions(By::Client, |p| p.version_information.as_mut().unwrap().available = vec![Version::V2]);
}

/// A second key update, before the first was answered.
fn updates_twice(by: By) {
    let mut pair = Pair::plain();
    pair.connect();
    pair.run(Duration::from_secs(1));
    for _ in 0..2 {
        let end = if by == By::Client { &mut pair.client } else { &mut pair.server };
        end.quic().force_key_update();
        end.quic().ping();
        pair.run(Duration::from_millis(1));
    }
    pair.run(Duration::from_millis(500));
    assert_eq!(told(&pair, by), TransportError::KEY_UPDATE_ERROR);
}

#[test]
fn rfc9001_s6_2_two_updates_of_a_client_without_an_answer() {
    updates_twice(By::Client);
}

#[test]
fn rfc9001_s6_2_two_updates_of_a_server_without_an_answer() {
    updates_twice(By::Server);
}

#[test]
fn rfc9001_s6_6_more_forgeries_than_the_keys_bear() {
    let mut setup = Setup::default();
    setup.server.limits.wear.forged = 10;
    let mut pair = Pair::new(&setup, link());
    pair.connect();
    pair.run(Duration::from_secs(1));
    pair.client.quic().ping();
    let (now, mut transmit) = (pair.network.now(), Transmit::new(1));
    assert!(pair.client.quic().poll_transmit(now, &mut transmit));
    *transmit.octets.last_mut().unwrap() ^= 1;
    for forged in 0..11 {
        assert!(pair.server.quic().is_open(), "after {forged}");
        let (path, mut octets) = (pair.server.quic().path(), transmit.octets.clone());
        pair.server.quic().receive_datagram(path, Ecn::NotEct, &mut octets, now);
    }
    pair.run(Duration::from_millis(500));
    assert_eq!(told(&pair, By::Client), TransportError::AEAD_LIMIT_REACHED);
}

#[test]
fn rfc9001_s6_6_keys_are_updated_before_they_are_worn() {
    let mut setup = Setup::default();
    setup.client.limits.wear.sealed = 100;
    let mut pair = Pair::new(&setup, link());
    pair.connect();
    for _ in 0..20 {
        let stream = pair.client.say(Direction::Bidirectional, &[1; 20_000]);
        assert!(pair.until(Duration::from_secs(5), |pair| pair.echoed(stream)));
        pair.run(Duration::from_secs(1));
    }
    assert!(pair.client.quic().stats().key_updates > 2);
    assert!(pair.client.closed().is_none() && pair.server.closed().is_none());
}

#[test]
fn rfc9001_s6_6_worn_keys_that_cannot_be_updated_end_the_connection() {
    let mut setup = Setup::default();
    setup.client.limits.wear.sealed = 30;
    let mut pair = Pair::new(&setup, link());
    pair.connect();
    // All at once: there is no time for two updates.
    pair.client.say(Direction::Bidirectional, &[1; 200_000]);
    pair.run(Duration::from_secs(3));
    let Some(Closed::Internal(error)) = pair.client.closed() else { panic!() };
    assert_eq!(error.code(), TransportError::AEAD_LIMIT_REACHED);
    let Some(Closed::Transport { code, .. }) = pair.server.closed() else { panic!() };
    assert_eq!(*code, TransportError::AEAD_LIMIT_REACHED);
}

/// A packet of `by` in that space, with these bits turned and these frames, is given to the other.
fn forged(by: By, space: Space, flip: u8, frames: &[u8]) {
    let mut pair = Pair::plain();
    match space {
        Space::Data => {
            pair.connect();
            pair.run(Duration::from_secs(1));
        }
        // The server has answered, and nothing of the client's second flight is there.
        _ => {
            let heard = |pair: &Pair| pair.server.connection.is_some();
            assert!(pair.until(Duration::from_secs(1), heard));
            if by == By::Client && space == Space::Handshake {
                assert!(pair.until(Duration::from_secs(1), |pair| {
                    pair.client.connection.as_ref().unwrap().is_connected()
                }));
            }
        }
    }
    let now = pair.network.now();
    let [breaker, keeper] = match by {
        By::Client => [&mut pair.client, &mut pair.server],
        By::Server => [&mut pair.server, &mut pair.client],
    };
    let mut octets = breaker.quic().forge(space, flip, frames, now).unwrap();
    // An Initial packet goes in a large datagram; what is behind it is noise.
    if space == Space::Initial {
        octets.resize(1200, 0);
    }
    let path = keeper.quic().path();
    keeper.quic().receive_datagram(path, Ecn::NotEct, &mut octets, now);
    keeper.events();
    pair.run(Duration::from_millis(500));
    assert_eq!(told(&pair, by), TransportError::PROTOCOL_VIOLATION);
}

macro_rules! forged {
    ($($name:ident: $by:ident, $space:ident, $flip:expr, $frames:expr;)*) => {
        $(#[test]
        fn $name() {
            forged(By::$by, Space::$space, $flip, $frames);
        })*
    };
}

forged! {
    s17_2_reserved_bits_in_initial: Client, Initial, 0x08, &[0; 30];
    s17_2_reserved_bits_in_initial_of_a_server: Server, Initial, 0x04, &[0; 30];
    s17_2_reserved_bits_in_handshake: Client, Handshake, 0x0c, &[0; 30];
    s17_2_reserved_bits_in_handshake_of_a_server: Server, Handshake, 0x0c, &[0; 30];
    s17_3_1_reserved_bits: Client, Data, 0x10, &[0; 30];
    s17_3_1_reserved_bits_of_a_server: Server, Data, 0x08, &[0; 30];
}

/// A packet needs padding for its sample, unless its number has four octets.
#[test]
fn s12_4_a_packet_without_frames() {
    let mut pair = Pair::plain();
    let (now, path, mut transmit) =
        (pair.network.now(), pair.client.quic().path(), Transmit::new(1));
    assert!(pair.client.quic().poll_transmit(now, &mut transmit));
    let Ok(Packet::Protected(head)) = Packet::read_at(&transmit.octets, 0, 8) else { panic!() };
    let first = Datagram::new(path.local, path.remote, transmit.octets);
    pair.server.receive(first, now);
    let constants = Version::V1.constants().unwrap();
    let keys = protection::initial(constants, &head.destination, Role::Client).unwrap().local;
    let (mut octets, ids) = (Vec::new(), [&head.destination, &head.source]);
    let (kind, version) = (PacketType::Initial, Version::V1);
    Builder::long_with(&mut octets, kind, version, ids, &[], 5, 4).finish(&mut octets, 0, &keys);
    octets.resize(1200, 0);
    pair.server.receive(Datagram::new(path.local, path.remote, octets), now);
    pair.run(Duration::from_millis(500));
    assert_eq!(told(&pair, By::Client), TransportError::PROTOCOL_VIOLATION);
}

/// Not even on a live connection: it would be answered with three times as much.
#[test]
fn s14_1_an_initial_packet_in_a_small_datagram_is_dropped() {
    let mut pair = Pair::plain();
    assert!(pair.until(Duration::from_secs(1), |pair| pair.server.connection.is_some()));
    let now = pair.network.now();
    let mut octets = pair.client.quic().forge(Space::Initial, 0, &[0x1d, 0, 0], now).unwrap();
    let (path, before) = (pair.server.quic().path(), pair.server.quic().stats().packets_received);
    pair.server.quic().receive_datagram(path, Ecn::NotEct, &mut octets, now);
    assert_eq!(pair.server.quic().stats().packets_received, before);
    assert!(pair.server.quic().is_open());
}
