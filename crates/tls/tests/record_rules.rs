//! One test for each rule of records, and for what each end does at the end.
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
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use spy::{as_client, plain, refused, sealed, spied};
use tls::{
    Alert, Error, Misuse, NamedGroup, Suite,
    fuzzing::stage::{Stage, moment},
    message::HandshakeType,
    record::{Connection, ContentType, Event, Protection, State},
    schedule::{Secret, traffic_key},
};

fn server() -> Connection {
    Stage::plain().accept(0)
}

#[test]
fn types_that_there_are() {
    for kind in [0, 19, 24, 0x80, b'G'] {
        let error = refused(&mut server(), vec![kind]);
        assert_eq!(error, Error::RecordType { kind });
        assert_eq!(error.alert(), Alert::UNEXPECTED_MESSAGE);
    }
    // Inside too; and something must be there.
    assert_eq!(inside(b"x\x63"), Error::RecordType { kind: 0x63 });
    assert_eq!(inside(b"x\x18\0\0"), Error::RecordType { kind: 24 });
    assert_eq!(inside(b"\0\0\0"), Error::RecordPadding);
    assert_eq!(inside(b""), Error::RecordPadding);
    assert_eq!(inside(&[23; 16_386]), Error::RecordTooLong { length: 16_386, limit: 16_385 });
}

/// What a server says to a record that holds just that: content, type and padding.
fn inside(inner: &[u8]) -> Error {
    let (mut pair, lines) = spied(Stage::plain());
    pair.run();
    let (mut octets, mut iv) = ([0; 16], [0; 12]);
    traffic_key(&lines.secret("CLIENT_TRAFFIC_SECRET_0"), &mut octets, &mut iv);
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &octets).unwrap());
    let length = u16::try_from(inner.len() + 16).unwrap().to_be_bytes();
    let head = [23, 3, 3, length[0], length[1]];
    let mut body = inner.to_vec();
    let nonce = Nonce::assume_unique_for_key(iv);
    key.seal_in_place_append_tag(nonce, Aad::from(head), &mut body).unwrap();
    refused(&mut pair.server, [&head[..], &body].concat())
}

#[test]
fn lengths_that_there_are() {
    let error = refused(&mut server(), vec![22, 3, 1, 0x40, 0x01]);
    assert_eq!(error, Error::RecordTooLong { length: 16_385, limit: 16_384 });
    assert_eq!(error.alert(), Alert::RECORD_OVERFLOW);
    let (mut server, mut key) = as_client();
    let error = refused(&mut server, vec![23, 3, 3, 0x41, 0x01]);
    assert_eq!(error, Error::RecordTooLong { length: 16_641, limit: 16_640 });
    let mut out = Vec::new();
    let long = key.seal(ContentType::ApplicationData, &[0; 16_385], 0, &mut out);
    assert!(matches!(long, Err(Error::RecordTooLong { .. })));
    let long = key.seal(ContentType::ApplicationData, &[0; 16_384], 1, &mut out);
    assert!(matches!(long, Err(Error::RecordTooLong { .. })));
    assert!(out.is_empty(), "nothing was written");
    for kind in [21, 22] {
        assert_eq!(refused(&mut Stage::plain().accept(0), plain(kind, b"")), Error::RecordEmpty);
    }
}

#[test]
fn what_does_not_open() {
    // Any octet but the type and the length, which have tests of their own.
    for at in (1..3).chain(5..38) {
        let (mut server, mut key) = as_client();
        let mut record = sealed(&mut key, ContentType::ApplicationData, b"sixteen octets..");
        record[at] ^= 1;
        let error = refused(&mut server, record);
        assert_eq!((error.clone(), error.alert()), (Error::RecordMac, Alert::BAD_RECORD_MAC));
    }
    // Too short for a tag; twice the same; one left out.
    let (mut server, _) = as_client();
    assert_eq!(refused(&mut server, plain(23, &[0; 15])), Error::RecordMac);
    let (mut server, mut key) = as_client();
    let record = sealed(&mut key, ContentType::ApplicationData, b"x");
    assert_eq!(refused(&mut server, [record.clone(), record].concat()), Error::RecordMac);
    let (mut server, mut key) = as_client();
    sealed(&mut key, ContentType::ApplicationData, b"x");
    let record = sealed(&mut key, ContentType::ApplicationData, b"y");
    assert_eq!(refused(&mut server, record), Error::RecordMac);
}

#[test]
fn padding() {
    let (mut server, mut key) = as_client();
    let mut out = Vec::new();
    for padding in [0, 1, 255, 16_383] {
        key.seal(ContentType::ApplicationData, b"x", padding, &mut out).unwrap();
    }
    key.seal(ContentType::ApplicationData, b"ends in zeros\0\0", 9, &mut out).unwrap();
    server.receive(&mut out, moment().instant);
    assert_eq!(data(&drain(&mut server)), b"xxxxends in zeros\0\0");
}

/// §5.4: what is sent is as long as some multiple, and never longer than a record.
#[test]
fn records_are_filled_up() {
    let mut stage = Stage::plain();
    (stage.client.padding, stage.server.padding) = (1000, 16_384);
    let mut pair = Pair::connected(&stage);
    for (length, expected) in [(1, 1000), (999, 1000), (1000, 1000), (16_383, 16_384)] {
        pair.client.send(&vec![7; length]).unwrap();
        let mut octets = sent(&mut pair.client, pair.now);
        assert_eq!(octets.len(), 5 + expected + 1 + 16);
        pair.server.receive(&mut octets, pair.now);
        assert_eq!(data(&drain(&mut pair.server)), vec![7; length]);
    }
    pair.server.send(&[7; 40_000]).unwrap();
    let mut octets = sent(&mut pair.server, pair.now);
    assert_eq!(octets.len(), 3 * (5 + 16_384 + 1 + 16));
    pair.client.receive(&mut octets, pair.now);
    assert_eq!(data(&drain(&mut pair.client)), vec![7; 40_000]);
}

/// §5.1: where data lies does not show; records are filled from all of its places.
#[test]
fn data_in_several_places_takes_no_more_records() {
    let mut pair = Pair::connected(&Stage::plain());
    let (short, long) = ([1; 9], [2; 20_000]);
    let parts = [&short, &long[..], &[], &short].map(std::io::IoSlice::new);
    assert_eq!(pair.server.send_slices(&parts, 20_010), Ok(20_010));
    let mut octets = sent(&mut pair.server, pair.now);
    assert_eq!(octets.len(), 20_010 + 2 * (5 + 1 + 16));
    pair.client.receive(&mut octets, pair.now);
    assert_eq!(data(&drain(&mut pair.client)), [&short, &long[..], &[1]].concat());
}

/// What an idle connection keeps, its peer must not choose: hellos can be long.
#[test]
fn an_idle_connection_keeps_no_hello_and_no_chain() {
    for stage in [Stage::retrying(), Stage::asking()] {
        let mut pair = Pair::new(&stage);
        let mut most = 0;
        for _ in 0..3 {
            let mut octets = sent(&mut pair.client, pair.now);
            pair.server.receive(&mut octets, pair.now);
            most = most.max(pair.server.handshake().held());
            let mut octets = sent(&mut pair.server, pair.now);
            pair.client.receive(&mut octets, pair.now);
        }
        assert_eq!(most > 0, stage.server.groups == [NamedGroup::SECP256R1], "a hello to repeat");
        for end in [&mut pair.client, &mut pair.server] {
            drain(end);
            assert!(end.handshake().is_complete());
            assert_eq!(end.held(), 0);
        }
    }
}

#[test]
fn protected_or_not() {
    for (kind, name) in [(21, "alert"), (22, "handshake")] {
        let (mut server, _) = as_client();
        let error = refused(&mut server, plain(kind, &[1, 0]));
        assert_eq!(error, Error::RecordProtection { kind: name });
    }
    let error = refused(&mut server(), plain(23, &[0; 20]));
    assert_eq!(error, Error::RecordProtection { kind: "application_data" });
}

#[test]
fn change_cipher_spec_is_one_octet_of_the_handshake() {
    // Before the first hello, and after Finished.
    assert_eq!(refused(&mut server(), plain(20, &[1])), Error::ChangeCipherSpec);
    let (mut server, mut key) = as_client();
    assert_eq!(refused(&mut server, plain(20, &[1])), Error::ChangeCipherSpec);
    // Protected.
    let (mut other, _) = as_client();
    let record = sealed(&mut key, ContentType::ChangeCipherSpec, &[1]);
    assert_eq!(refused(&mut other, record), Error::ChangeCipherSpec);
    // In time, and wrong.
    for body in [&[][..], &[0], &[1, 1], &[2]] {
        let mut client = Stage::plain().connect();
        assert_eq!(refused(&mut client, plain(20, body)), Error::ChangeCipherSpec);
    }
    // In time, and often.
    let mut client = Stage::plain().connect();
    client.receive(&mut plain(20, &[1]).repeat(32), moment().instant);
    assert!(drain(&mut client).is_empty());
    assert_eq!(refused(&mut client, plain(20, &[1])), Error::Useless { limit: 32 });
}

/// RFC 8446 §D.4: one from each end, in its place; and none where the client wants none.
#[test]
fn the_disguise() {
    for (compatible, retry) in [(true, false), (true, true), (false, false), (false, true)] {
        let mut stage = if retry { Stage::retrying() } else { Stage::plain() };
        stage.client.compatibility = compatible;
        let mut pair = Pair::new(&stage);
        let (mut up, mut down) = (Vec::new(), Vec::new());
        for _ in 0..3 {
            let octets = sent(&mut pair.client, pair.now);
            up.extend(&octets);
            pair.server.receive(&mut octets.clone(), pair.now);
            let octets = sent(&mut pair.server, pair.now);
            down.extend(&octets);
            pair.client.receive(&mut octets.clone(), pair.now);
        }
        let types = |mut octets: &[u8]| {
            let mut types = Vec::new();
            while let [kind, _, _, high, low, rest @ ..] = octets {
                types.push(*kind);
                octets = &rest[usize::from(u16::from_be_bytes([*high, *low]))..];
            }
            types
        };
        let expected = match (compatible, retry) {
            (true, false) => (vec![22, 20, 23], vec![22, 20, 23]),
            (true, true) => (vec![22, 20, 22, 23], vec![22, 20, 22, 23]),
            (false, false) => (vec![22, 23], vec![22, 23]),
            (false, true) => (vec![22, 22, 23], vec![22, 22, 23]),
        };
        assert_eq!((types(&up), types(&down)), expected);
    }
}

#[test]
fn an_alert_is_two_octets() {
    for content in [&[2][..], &[2, 40, 0], &[2, 40, 2, 40]] {
        let (mut server, mut key) = as_client();
        let record = sealed(&mut key, ContentType::Alert, content);
        let error = refused(&mut server, record);
        assert_eq!(error, Error::AlertLength { length: content.len() });
    }
    let (mut server, mut key) = as_client();
    let record = sealed(&mut key, ContentType::Alert, &[]);
    assert_eq!(refused(&mut server, record), Error::RecordEmpty);
}

/// Whatever its level, and whether anybody knows it (§6).
#[test]
fn an_alert_is_the_end() {
    for (level, number) in [(2, 40), (1, 40), (1, 48), (0, 255), (2, 41)] {
        let (mut server, mut key) = as_client();
        let mut record = sealed(&mut key, ContentType::Alert, &[level, number]);
        server.receive(&mut record, moment().instant);
        let alert = Alert(number);
        let heard = drain(&mut server);
        assert_eq!(violation(&heard), Some(Error::PeerAlert { alert }));
        assert!(matches!(heard.last(), Some(Event::Closed { clean: false })));
        assert_eq!(server.state(), State::Closed);
        assert!(sent(&mut server, moment().instant).is_empty(), "an alert is not answered");
    }
    let (mut server, mut key) = as_client();
    let mut record = sealed(&mut key, ContentType::Alert, &[1, 90]);
    record.extend(sealed(&mut key, ContentType::ApplicationData, b"still"));
    server.receive(&mut record, moment().instant);
    assert_eq!(data(&drain(&mut server)), b"still", "user_canceled is no end by itself");
}

/// A client that cannot read the server's hello has no keys to say so.
#[test]
fn an_alert_in_the_clear_before_the_clients_first_keys() {
    let mut pair = Pair::new(&Stage::plain());
    let mut hello = sent(&mut pair.client, pair.now);
    pair.server.receive(&mut hello, pair.now);
    pair.server.receive(&mut plain(21, &[2, 47]), pair.now);
    let alert = Alert::ILLEGAL_PARAMETER;
    assert_eq!(violation(&drain(&mut pair.server)), Some(Error::PeerAlert { alert }));
}

#[test]
fn a_message_is_not_interrupted() {
    for (kind, name) in
        [(ContentType::ApplicationData, "application_data"), (ContentType::Alert, "alert")]
    {
        let (mut server, mut key) = as_client();
        let mut octets = sealed(&mut key, ContentType::Handshake, &[24, 0]);
        octets.extend(sealed(&mut key, kind, &[1, 0]));
        assert_eq!(refused(&mut server, octets), Error::Interleaved { kind: name });
    }
    let mut hello = sent(&mut Stage::plain().connect(), moment().instant);
    let (first, second) = hello[5..].split_at(40);
    let split = [plain(22, first), plain(22, second)].concat();
    let mut server = server();
    server.receive(&mut split.clone(), moment().instant);
    assert!(!sent(&mut server, moment().instant).is_empty(), "two records, one message");
    hello.truncate(45);
    hello[4] = 40;
    hello[3] = 0;
    let mut server = Stage::plain().accept(0);
    server.receive(&mut hello, moment().instant);
    // In the clear, an alert between the parts.
    assert_eq!(refused(&mut server, plain(21, &[2, 40])), Error::Interleaved { kind: "alert" });
}

#[test]
fn data_waits_for_the_handshake() {
    // To a server under the client's handshake key; to a client under the server's.
    let (mut pair, lines) = spied(Stage::plain());
    let mut octets = sent(&mut pair.client, pair.now);
    pair.server.receive(&mut octets, pair.now);
    let mut octets = sent(&mut pair.server, pair.now);
    // The hello alone, so that the client has keys and nothing else.
    let hello = 5 + usize::from(u16::from_be_bytes([octets[3], octets[4]]));
    pair.client.receive(&mut octets[..hello], pair.now);
    let mut key = lines.protection("CLIENT_HANDSHAKE_TRAFFIC_SECRET");
    let record = sealed(&mut key, ContentType::ApplicationData, b"x");
    assert_eq!(refused(&mut pair.server, record), Error::DataTooEarly);
    let mut key = lines.protection("SERVER_HANDSHAKE_TRAFFIC_SECRET");
    let record = sealed(&mut key, ContentType::ApplicationData, b"x");
    assert_eq!(refused(&mut pair.client, record), Error::DataTooEarly);
    assert_eq!(Stage::plain().connect().send(b"x"), Err(Misuse::HandshakeUnfinished));
}

#[test]
fn useless_records_come_to_an_end() {
    let floods: [(ContentType, &[u8]); 3] = [
        (ContentType::ApplicationData, b""),
        (ContentType::Alert, &[1, 90]),
        (ContentType::Handshake, &[24, 0, 0, 1, 0]),
    ];
    for (kind, content) in floods {
        let (mut pair, lines) = spied(Stage::plain());
        pair.run();
        let mut server = pair.server;
        let mut key = Key::new(lines.secret("CLIENT_TRAFFIC_SECRET_0"));
        for _ in 0..32 {
            let mut record = key.seal(kind, content);
            server.receive(&mut record, moment().instant);
        }
        assert!(drain(&mut server).iter().all(|event| !matches!(event, Event::Violation(_))));
        let record = key.seal(kind, content);
        assert_eq!(refused(&mut server, record), Error::Useless { limit: 32 });
    }
}

/// The client's key, that takes the next one where it says so.
struct Key(Secret, Protection);

impl Key {
    fn new(secret: Secret) -> Self {
        let protection = Protection::new(Suite::Aes128GcmSha256, &secret).unwrap();
        Self(secret, protection)
    }

    fn seal(&mut self, kind: ContentType, content: &[u8]) -> Vec<u8> {
        let record = sealed(&mut self.1, kind, content);
        if kind == ContentType::Handshake {
            *self = Self::new(self.0.next());
        }
        record
    }
}

#[test]
fn keys_are_updated_both_ways_and_by_themselves() {
    let mut stage = Stage::plain();
    stage.client.limits.records = 3;
    let mut pair = Pair::connected(&stage);
    // Asked for: both ends take the next key, however often they were asked.
    pair.server.key_update(true).unwrap();
    pair.server.key_update(true).unwrap();
    pair.server.send(b"one").unwrap();
    pair.run();
    pair.client.send(b"two").unwrap();
    pair.run();
    assert_eq!(
        (data(&pair.client_heard), data(&pair.server_heard)),
        (b"one".to_vec(), b"two".to_vec())
    );
    // By itself: twenty records of three to a key.
    let long: Vec<u8> = (0..=255).cycle().take(20 * 16_384).collect();
    pair.client.send(&long).unwrap();
    pair.run();
    assert!(data(&pair.server_heard)[3..] == long);
    assert_eq!(Stage::plain().connect().key_update(true), Err(Misuse::HandshakeUnfinished));
}

/// However often the application wants other keys: one that sealed nothing is as good as the next.
#[test]
fn a_key_that_is_unused_is_not_updated_again() {
    for request in [false, true] {
        let mut pair = Pair::connected(&Stage::plain());
        for _ in 0..100 {
            pair.client.key_update(request).unwrap();
            pair.client.key_update(!request).unwrap();
        }
        pair.client.send(b"still").unwrap();
        pair.run();
        assert_eq!(data(&pair.server_heard), b"still");
    }
}

/// A long upload under many keys: what answers our requests is no flood, even if no data comes with
/// it.
#[test]
fn answers_to_our_key_updates_are_not_counted_as_useless() {
    let mut pair = Pair::connected(&Stage::plain());
    for _ in 0..100 {
        pair.client.send(b"a part").unwrap();
        pair.client.key_update(true).unwrap();
        pair.run();
    }
    assert_eq!(violation(&pair.client_heard), None);
    assert_eq!(data(&pair.server_heard), b"a part".repeat(100));
}

#[test]
fn each_direction_ends_by_itself() {
    let mut pair = Pair::connected(&Stage::plain());
    pair.client.send(b"last").unwrap();
    pair.client.close().unwrap();
    assert_eq!(pair.client.close(), Err(Misuse::Closed));
    assert_eq!(pair.client.send(b"x"), Err(Misuse::Closed));
    pair.run();
    assert_eq!(data(&pair.server_heard), b"last");
    assert!(matches!(pair.server_heard.last(), Some(Event::Closed { clean: true })));
    assert_eq!((pair.client.state(), pair.server.state()), (State::Closing, State::Open));
    assert!(pair.client.wants_shutdown() && pair.client.wants_receive());
    // The server may still answer.
    pair.server.send(b"answer").unwrap();
    pair.server.close().unwrap();
    pair.run();
    assert_eq!(data(&pair.client_heard), b"answer");
    assert!(matches!(pair.client_heard.last(), Some(Event::Closed { clean: true })));
    assert_eq!((pair.client.state(), pair.server.state()), (State::Closed, State::Closed));
    assert_eq!(pair.client.next_timeout(), None);
}

#[test]
fn a_close_that_nobody_answers_ends_too() {
    let mut pair = Pair::connected(&Stage::plain());
    pair.client.close().unwrap();
    sent(&mut pair.client, pair.now);
    let due = pair.client.next_timeout().unwrap();
    pair.client.handle_timeout(due);
    assert!(matches!(drain(&mut pair.client)[..], [Event::Closed { clean: false }]));
}

#[test]
fn output_has_a_limit() {
    let mut stage = Stage::plain();
    stage.client.limits.output = 1000;
    let mut pair = Pair::connected(&stage);
    assert_eq!(pair.client.output_room(), 1000);
    pair.client.send(&[0; 2000]).unwrap();
    assert_eq!(pair.client.output_room(), 0);
    assert_eq!(pair.client.send(b"x"), Err(Misuse::OutputFull));
    pair.run();
    assert_eq!((pair.client.held(), pair.server.held()), (0, 0));
}

#[test]
fn a_hello_that_is_too_long_is_refused_at_its_head() {
    let error = refused(&mut server(), plain(22, &[1, 1, 0, 1]));
    let message = HandshakeType::ClientHello;
    assert_eq!(error, Error::MessageTooLong { message, length: 65_537, limit: 65_536 });
}

#[test]
fn nothing_follows_a_close_in_the_handshake() {
    let mut pair = Pair::new(&Stage::plain());
    let mut hello = sent(&mut pair.client, pair.now);
    pair.client.close().unwrap();
    assert!(!sent(&mut pair.client, pair.now).is_empty());
    pair.server.receive(&mut hello, pair.now);
    let mut flight = sent(&mut pair.server, pair.now);
    pair.client.receive(&mut flight, pair.now);
    assert!(sent(&mut pair.client, pair.now).is_empty());
}
