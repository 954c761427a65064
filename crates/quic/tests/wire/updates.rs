//! Key updates: RFC 9001 §6.

use quic::{
    connection_id::ConnectionId,
    error::TransportError,
    frame::Frame,
    packet::{Builder, Discard, Packet},
    protection::{ApplicationKeys, PhaseOpened},
    version::Version,
};
use tls::{
    Suite,
    schedule::{Hash, Secret},
};

fn pair() -> [ApplicationKeys; 2] {
    let secrets = [[1; 32], [2; 32]].map(|octets| Secret::new(Hash::Sha256, &octets).unwrap());
    let [client, server] = &secrets;
    let constants = Version::V1.constants().unwrap();
    [(client, server), (server, client)].map(|(local, remote)| {
        ApplicationKeys::new(constants, Suite::Aes128GcmSha256, local, remote).unwrap()
    })
}

fn send(keys: &mut ApplicationKeys, number: u64) -> Vec<u8> {
    let mut out = Vec::new();
    let id = &ConnectionId::EMPTY;
    let packet = Builder::short(&mut out, id, number, None, false, keys.phase());
    Frame::MaxData(number).encode(&mut out);
    packet.finish(&mut out, 0, keys.local(number));
    out
}

fn receive(
    keys: &mut ApplicationKeys,
    packet: &[u8],
    expected: u64,
) -> Result<Result<PhaseOpened, Discard>, TransportError> {
    let mut packet = packet.to_vec();
    let Ok(Packet::Protected(head)) = Packet::read_at(&packet, 0, 0) else { panic!() };
    keys.open(&mut packet, &head, expected).map_err(|error| error.code())
}

#[test]
fn the_other_end_follows_and_late_packets_still_open() {
    let [mut client, mut server] = pair();
    let late = send(&mut client, 0);
    let first = send(&mut client, 1);
    assert!(!receive(&mut server, &first, 0).unwrap().unwrap().updated);
    assert_eq!(client.update(), Ok(false), "nothing is acknowledged (§6.1)");
    client.on_acked(1);
    assert_eq!(client.update(), Ok(true));
    assert_eq!((client.generation(), client.phase()), (1, true));
    assert_eq!(client.update(), Ok(false), "one at a time");

    // The server is one generation behind until it sees a packet.
    let between = send(&mut server, 0);
    assert!(!receive(&mut client, &between, 0).unwrap().unwrap().updated);
    let new = send(&mut client, 2);
    assert!(receive(&mut server, &new, 2).unwrap().unwrap().updated);
    assert_eq!(server.generation(), 1);
    assert!(!receive(&mut server, &late, 3).unwrap().unwrap().updated, "late, and still good");
    let answer = send(&mut server, 1);
    assert!(!receive(&mut client, &answer, 1).unwrap().unwrap().updated);

    server.forget_previous();
    assert_eq!(receive(&mut server, &late, 3), Ok(Err(Discard::NotAuthentic)));
}

#[test]
fn many_generations_follow_each_other() {
    let [mut client, mut server] = pair();
    for number in 0..20 {
        let packet = send(&mut client, number);
        let opened = receive(&mut server, &packet, number).unwrap().unwrap();
        assert_eq!(opened.updated, number > 0);
        let answer = send(&mut server, number);
        assert!(!receive(&mut client, &answer, number).unwrap().unwrap().updated);
        client.on_acked(number);
        client.forget_previous();
        server.forget_previous();
        assert_eq!(client.update(), Ok(true));
    }
    assert_eq!(server.generation(), 19);
}

/// RFC 9001 §6.4: octets that claim new keys and are not authentic change nothing.
#[test]
fn a_forged_phase_changes_nothing() {
    let [mut client, mut server] = pair();
    for number in 0..200 {
        let mut packet = send(&mut client, number);
        packet[0] ^= 0x04;
        assert_eq!(receive(&mut server, &packet, number), Ok(Err(Discard::NotAuthentic)));
    }
    assert_eq!(server.generation(), 0);
    let packet = send(&mut client, 200);
    assert!(receive(&mut server, &packet, 200).unwrap().is_ok());
}

/// RFC 9001 §6.2: a second update, before the first one was answered by a packet.
#[test]
fn an_update_on_top_of_an_update_is_a_key_update_error() {
    let [mut client, mut server] = pair();
    let packet = send(&mut client, 0);
    receive(&mut server, &packet, 0).unwrap().unwrap();
    server.on_acked(0);
    send(&mut server, 0);
    server.on_acked(0);
    assert_eq!(server.update(), Ok(true));
    server.forget_previous();
    // The client goes on to generation 2, and has sent nothing in generation 1.
    for _ in 0..2 {
        client.on_acked(0);
        send(&mut client, 1);
        client.on_acked(1);
        assert_eq!(client.update(), Ok(true));
        client.forget_previous();
    }
    let packet = send(&mut client, 2);
    assert_eq!(receive(&mut server, &packet, 2), Err(TransportError::KEY_UPDATE_ERROR));
}

#[test]
fn rfc9001_s6_4_old_keys_with_a_higher_packet_number() {
    let [mut client, mut server] = pair();
    let first = send(&mut client, 0);
    let old = send(&mut client, 7);
    receive(&mut server, &first, 0).unwrap().unwrap();
    client.on_acked(0);
    assert_eq!(client.update(), Ok(true));
    let new = send(&mut client, 1);
    assert!(receive(&mut server, &new, 1).unwrap().unwrap().updated);
    // Forged, it is dropped; authentic, it ends the connection.
    let mut forged = old.clone();
    *forged.last_mut().unwrap() ^= 1;
    assert_eq!(receive(&mut server, &forged, 2), Ok(Err(Discard::NotAuthentic)));
    assert_eq!(receive(&mut server, &old, 2), Err(TransportError::KEY_UPDATE_ERROR));
}
