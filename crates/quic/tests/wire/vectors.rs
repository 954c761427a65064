//! RFC 9001 appendix A and RFC 9369 appendix A, octet by octet.

use super::hex;
use quic::{
    connection_id::ConnectionId,
    frame::{Frame, Frames},
    packet::{Builder, Packet, PacketType, encode_retry},
    protection::{ApplicationKeys, Keys, initial, verify_retry},
    version::Version,
};
use tls::{
    Role, Suite,
    schedule::{Hash, Secret},
};

const VERSIONS: [(Version, &str, &str); 2] = [
    (
        Version::V1,
        include_str!("vectors/client_initial_v1.hex"),
        include_str!("vectors/server_initial_v1.hex"),
    ),
    (
        Version::V2,
        include_str!("vectors/client_initial_v2.hex"),
        include_str!("vectors/server_initial_v2.hex"),
    ),
];

fn original() -> ConnectionId {
    ConnectionId::new(&hex("8394c8f03e515708")).unwrap()
}

#[test]
fn the_clients_initial_is_written_as_in_the_rfc() {
    for (version, client, _) in VERSIONS {
        let keys = initial(version.constants().unwrap(), &original(), Role::Client).unwrap();
        let mut out = Vec::new();
        let ids = [&original(), &ConnectionId::EMPTY];
        // The RFC's example spends four octets on a small number, which we never would.
        let packet = Builder::long_with(&mut out, PacketType::Initial, version, ids, &[], 2, 4);
        out.extend_from_slice(&hex(include_str!("vectors/client_hello.hex")));
        assert_eq!(packet.finish(&mut out, 1200, &keys.local), 1200);
        assert_eq!(wire::hex::encode(&out), wire::hex::encode(&hex(client)), "{version}");
    }
}

#[test]
fn the_servers_initial_is_written_as_in_the_rfc() {
    for (version, _, server) in VERSIONS {
        let keys = initial(version.constants().unwrap(), &original(), Role::Server).unwrap();
        let source = ConnectionId::new(&hex("f067a5502a4262b5")).unwrap();
        let (mut out, ids) = (Vec::new(), [&ConnectionId::EMPTY, &source]);
        let packet = Builder::long_with(&mut out, PacketType::Initial, version, ids, &[], 1, 2);
        out.extend_from_slice(&hex(include_str!("vectors/server_hello.hex")));
        packet.finish(&mut out, 0, &keys.local);
        assert_eq!(wire::hex::encode(&out), wire::hex::encode(&hex(server)), "{version}");
    }
}

#[test]
fn the_rfcs_initials_open() {
    for (version, client, server) in VERSIONS {
        let keys = initial(version.constants().unwrap(), &original(), Role::Server).unwrap();
        let hello = hex(include_str!("vectors/client_hello.hex"));
        for (packet, keys, number, frames) in [
            (client, &keys.remote, 2, hello.as_slice()),
            (server, &keys.local, 1, &hex(include_str!("vectors/server_hello.hex"))),
        ] {
            let mut datagram = hex(packet);
            let Packet::Protected(head) = Packet::read_at(&datagram, 0, 8).unwrap() else {
                panic!("not protected")
            };
            assert_eq!((head.kind, head.version), (PacketType::Initial, Some(version)));
            assert_eq!(head.end, datagram.len());
            let opened = keys.unprotect(&mut datagram, &head, 0).unwrap();
            assert_eq!(opened.number, number);
            assert_eq!(opened.check_reserved(head.kind), Ok(()));
            assert!(datagram[opened.payload.clone()].starts_with(frames));
            let sender = if number == 2 { Role::Client } else { Role::Server };
            let frames = Frames::new(&datagram[opened.payload], head.kind, sender);
            let frames: Vec<Frame<'_>> = frames.map(Result::unwrap).collect();
            match frames.as_slice() {
                [Frame::Crypto { offset: 0, data }, Frame::Padding(917)] => {
                    assert_eq!(data.len(), 241);
                }
                [Frame::Ack { largest: 0, .. }, Frame::Crypto { offset: 0, data }] => {
                    assert_eq!(data.len(), 90);
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn the_rfcs_retry_is_written_and_believed() {
    let retries = [
        (Version::V1, "ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba"),
        (Version::V2, "cf6b3343cf0008f067a5502a4262b5746f6b656ec8646ce8bfe33952d955543665dcc7b6"),
    ];
    let source = ConnectionId::new(&hex("f067a5502a4262b5")).unwrap();
    for (version, text) in retries {
        let mut out = Vec::new();
        encode_retry(&mut out, version, [&ConnectionId::EMPTY, &source], &original(), b"token");
        assert_eq!(wire::hex::encode(&out), text);
        let Packet::Retry(retry) = Packet::read_at(&out, 0, 0).unwrap() else { panic!("a Retry") };
        assert_eq!((retry.source, &out[retry.token.clone()]), (source, &b"token"[..]));
        assert!(verify_retry(&out, &retry, &original()));
        assert!(!verify_retry(&out, &retry, &source));
        for at in 0..out.len() {
            let mut bad = out.clone();
            bad[at] ^= 1;
            if let Ok(Packet::Retry(retry)) = Packet::read_at(&bad, 0, 0) {
                assert!(!verify_retry(&bad, &retry, &original()), "octet {at}");
            }
        }
    }
}

#[test]
fn the_rfcs_short_packet_is_written_and_opens() {
    let secret = "9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b";
    let packets = [
        (Version::V1, "4cfe4189655e5cd55c41f69080575d7999c25a5bfb"),
        (Version::V2, "5558b1c60ae7b6b932bc27d786f4bc2bb20f2162ba"),
    ];
    let secret = Secret::new(Hash::Sha256, &hex(secret)).unwrap();
    for (version, text) in packets {
        let constants = version.constants().unwrap();
        let suite = Suite::ChaCha20Poly1305Sha256;
        let keys = Keys::new(constants, suite, &secret).unwrap();
        let (mut out, number) = (Vec::new(), 654_360_564);
        let acked = Some(number - 0x8000);
        let packet = Builder::short(&mut out, &ConnectionId::EMPTY, number, acked, false, false);
        Frame::Ping.encode(&mut out);
        packet.finish(&mut out, 0, &keys);
        assert_eq!(wire::hex::encode(&out), text);
        let Packet::Protected(head) = Packet::read_at(&out, 0, 0).unwrap() else { panic!() };
        let mut keys = ApplicationKeys::new(constants, suite, &secret, &secret).unwrap();
        let opened = keys.open(&mut out, &head, number - 5).unwrap().unwrap();
        assert_eq!((opened.opened.number, opened.updated), (number, false));
        assert_eq!(out[opened.opened.payload], [1]);
    }
}

#[test]
fn the_next_secret_is_that_of_the_rfc() {
    let secret = "9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b";
    let secret = Secret::new(Hash::Sha256, &hex(secret)).unwrap();
    let next = [
        (Version::V1, "1223504755036d556342ee9361d253421a826c9ecdf3c7148684b36b714881f9"),
        (Version::V2, "c69374c49e3d2a9466fa689e49d476db5d0dfbc87d32ceeaa6343fd0ae4c7d88"),
    ];
    for (version, text) in next {
        let next = secret.expand_secret(version.constants().unwrap().ku_label, &[]);
        assert_eq!(wire::hex::encode(next.octets()), text);
    }
}
