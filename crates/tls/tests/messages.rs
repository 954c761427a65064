//! Messages, read and written: the RFC's examples, each cut anywhere, and what breaks their form.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use std::fs;
use tls::{
    Alert, Error,
    extension::{Extension, ExtensionType, Extensions, KeyShareEntry, PLACES, Place},
    message::{
        Certificate, ClientHello, EncryptedExtensions, Finished, HandshakeType, Head, KeyUpdate,
        Message, NewSessionTicket, ServerHello, dissect,
    },
};
use wire::{Notes, Reader, hex};

/// Every message of the vectors that people made from RFC 8448: in the clear, or as a field.
fn examples() -> Vec<(String, Vec<u8>)> {
    let Some(path) = testkit::data("tls/rfc8448_botan.vec") else {
        testkit::skip("no rfc8448_botan.vec");
        return Vec::new();
    };
    let mut found = Vec::new();
    for line in fs::read_to_string(path).unwrap().lines() {
        let Some((name, value)) = line.split_once(" = ") else { continue };
        let Ok(octets) = hex::decode(value.trim()) else { continue };
        // A record in the clear is five octets and messages.
        if name.starts_with("Message_") {
            found.push((name.to_owned(), octets));
        } else if name.starts_with("Record_") && octets[0] == 22 {
            let length = usize::from(u16::from_be_bytes([octets[3], octets[4]]));
            found.push((name.to_owned(), octets[5..5 + length].to_vec()));
        }
    }
    found
}

fn read(octets: &[u8]) -> Result<Message, Error> {
    let mut reader = Reader::new(octets);
    let head = Head::parse(&mut reader, 1 << 16)?.unwrap();
    let mut body = reader.within("body", head.length)?;
    Message::read(head.kind, &mut body)
}

#[test]
fn what_is_read_is_written() {
    let examples = examples();
    for (name, octets) in &examples {
        let mut reader = Reader::new(octets);
        let messages = dissect(&mut reader, 1 << 16).unwrap();
        assert!(reader.is_empty() && !messages.is_empty(), "{name}");
        let mut out = Vec::new();
        messages.iter().for_each(|message| message.encode(&mut out).unwrap());
        assert_eq!(&out, octets, "{name}");
    }
    assert!(examples.is_empty() || examples.len() > 40, "{}", examples.len());
}

/// A message whose length is right, and whose body ends early, is an error with a field's name; and
/// whoever listens changes nothing.
#[test]
fn every_body_cut_short() {
    for (name, octets) in examples() {
        let mut reader = Reader::new(&octets);
        let head = Head::parse(&mut reader, 1 << 16).unwrap().unwrap();
        let body = &octets[4..4 + head.length];
        for cut in 0..body.len() {
            let notes = Notes::default();
            let plain = Message::read(head.kind, &mut Reader::new(&body[..cut]));
            let observed = Message::read(head.kind, &mut Reader::observed(&body[..cut], &notes));
            assert_eq!(plain, observed);
            // A hello could end where extensions begin, and a Finished anywhere.
            if head.kind != HandshakeType::Finished {
                let early = match &plain {
                    Ok(Message::ClientHello(hello)) => hello.extensions.0.is_empty(),
                    Ok(Message::ServerHello(hello)) => hello.extensions.0.is_empty(),
                    _ => false,
                };
                assert!(early || plain.is_err(), "{name} cut at {cut}");
            }
        }
        let longer = [body, &[0]].concat();
        if head.kind != HandshakeType::Finished {
            assert!(Message::read(head.kind, &mut Reader::new(&longer)).is_err(), "{name}");
        }
    }
}

fn hello(extensions: Vec<Extension>) -> ClientHello {
    ClientHello {
        legacy_version: 0x0303,
        random: [7; 32],
        legacy_session_id: vec![],
        cipher_suites: vec![0x1301],
        legacy_compression_methods: vec![0],
        extensions: Extensions(extensions),
    }
}

fn encode(message: &Message) -> Vec<u8> {
    let mut out = Vec::new();
    message.encode(&mut out).unwrap();
    out
}

fn opaque(kind: ExtensionType, data: &[u8]) -> Extension {
    Extension::Opaque { kind, data: data.to_vec() }
}

/// RFC 8446 §4.2: the table, cell by cell, as a figure.
#[test]
fn which_extension_may_stand_where() {
    let mut table =
        String::from("extension                                       CH SH EE CT CR NST HRR\n");
    for (kind, _) in PLACES {
        let cell = |place: &Place| {
            let mark = if kind.belongs_in(*place) == Some(true) { "x" } else { "." };
            let width = if matches!(place, Place::NewSessionTicket | Place::HelloRetryRequest) {
                4
            } else {
                3
            };
            format!("{mark:<width$}")
        };
        let row: String = Place::ALL.iter().map(cell).collect();
        table += format!("{:<48}{row}", kind.name()).trim_end();
        table.push('\n');
    }
    testkit::golden(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/state/extensions.txt"), &table);
}

#[test]
fn an_extension_out_of_its_place_is_refused() {
    let extensions = Extensions(vec![opaque(ExtensionType::PADDING, &[0])]);
    let message = Message::EncryptedExtensions(EncryptedExtensions { extensions });
    let error = read(&encode(&message)).unwrap_err();
    let (extension, place) = (ExtensionType::PADDING, Place::EncryptedExtensions);
    assert_eq!(error, Error::ExtensionMisplaced { extension, place });
    assert_eq!(error.alert(), Alert::ILLEGAL_PARAMETER);
}

#[test]
fn an_extension_stands_once() {
    for kind in [ExtensionType::PADDING, ExtensionType(0x1234)] {
        let list = vec![opaque(kind, &[]), opaque(ExtensionType(0x2a2a), &[]), opaque(kind, &[0])];
        let error = read(&encode(&Message::ClientHello(hello(list)))).unwrap_err();
        assert_eq!(error, Error::ExtensionRepeated { extension: kind });
    }
}

#[test]
fn pre_shared_key_is_the_last() {
    let psk = tls::extension::OfferedPsks {
        identities: vec![tls::extension::PskIdentity {
            identity: vec![1],
            obfuscated_ticket_age: 0,
        }],
        binders: vec![vec![0; 32]],
    };
    let list = vec![Extension::PreSharedKeys(psk.clone()), Extension::EarlyData];
    let error = read(&encode(&Message::ClientHello(hello(list)))).unwrap_err();
    assert_eq!(error, Error::PskNotLast);
    let mut two = psk;
    two.binders.push(vec![0; 32]);
    let list = vec![Extension::PreSharedKeys(two)];
    let error = read(&encode(&Message::ClientHello(hello(list)))).unwrap_err();
    assert_eq!(error, Error::BinderCount { identities: 1, binders: 2 });
}

/// What nobody knows is kept as it came, GREASE and all.
#[test]
fn the_unknown_is_kept() {
    let list = vec![
        opaque(ExtensionType(0x0a0a), &[]),
        Extension::KeyShares(vec![
            KeyShareEntry { group: tls::NamedGroup(0x1a1a), key_exchange: vec![0] },
            KeyShareEntry { group: tls::NamedGroup::X25519MLKEM768, key_exchange: vec![1; 1216] },
        ]),
        opaque(ExtensionType::ENCRYPTED_CLIENT_HELLO, &[0; 200]),
        Extension::SupportedVersions(vec![0x2a2a, 0x0304]),
    ];
    let message = Message::ClientHello(hello(list));
    assert_eq!(read(&encode(&message)).unwrap(), message);
}

#[test]
fn forms_that_are_broken() {
    let bad = |kind: ExtensionType, data: &[u8]| {
        read(&encode(&Message::ClientHello(hello(vec![opaque(kind, data)])))).unwrap_err()
    };
    use ExtensionType as T;
    for (kind, data, alert) in [
        (T::SUPPORTED_GROUPS, &b"\x00\x00"[..], Alert::DECODE_ERROR),
        (T::SUPPORTED_GROUPS, b"\x00\x03\x00\x1d\x00", Alert::DECODE_ERROR),
        (T::SUPPORTED_GROUPS, b"\x00\x02\x00\x1d\x00", Alert::DECODE_ERROR),
        (T::SIGNATURE_ALGORITHMS, b"\x00\x00", Alert::DECODE_ERROR),
        (T::SUPPORTED_VERSIONS, b"\x00", Alert::DECODE_ERROR),
        (T::SUPPORTED_VERSIONS, b"\x03\x03\x04\x03", Alert::DECODE_ERROR),
        (T::ALPN, b"\x00\x00", Alert::DECODE_ERROR),
        (T::ALPN, b"\x00\x01\x00", Alert::DECODE_ERROR),
        (T::ALPN, b"\x00\x02\x00\x00", Alert::DECODE_ERROR),
        (T::KEY_SHARE, b"\x00\x04\x00\x1d\x00\x00", Alert::DECODE_ERROR),
        (T::PSK_KEY_EXCHANGE_MODES, b"\x00", Alert::DECODE_ERROR),
        (T::COOKIE, b"\x00\x00", Alert::DECODE_ERROR),
        (T::EARLY_DATA, b"\x00", Alert::DECODE_ERROR),
        (T::PRE_SHARED_KEY, b"\x00\x00\x00\x00", Alert::DECODE_ERROR),
        (T::SERVER_NAME, b"\x00\x00", Alert::DECODE_ERROR),
        (T::SERVER_NAME, b"\x00\x03\x00\x00\x00", Alert::DECODE_ERROR),
        (T::SERVER_NAME, b"\x00\x04\x01\x00\x01a", Alert::ILLEGAL_PARAMETER),
        (T::SERVER_NAME, b"\x00\x08\x00\x00\x01a\x00\x00\x01b", Alert::ILLEGAL_PARAMETER),
        (T::SERVER_NAME, b"\x00\x04\x00\x00\x01\x00", Alert::ILLEGAL_PARAMETER),
        (T::CERTIFICATE_AUTHORITIES, b"\x00\x00", Alert::DECODE_ERROR),
    ] {
        let error = bad(kind, data);
        assert_eq!(error.alert(), alert, "{kind}: {error}");
        assert!(!error.rule().is_empty() && !error.name().is_empty());
    }
    // A session id of more than 32 octets.
    let mut octets = encode(&Message::ClientHello(hello(vec![])));
    octets[38] = 33;
    octets.extend([0; 33]);
    octets[3] += 33;
    let error = read(&octets).unwrap_err();
    assert_eq!(error, Error::Length { field: "legacy_session_id", length: 33 });
    // A server's answer is one protocol.
    let extensions = Extensions(vec![Extension::Alpn(vec![b"h2".to_vec(), b"h3".to_vec()])]);
    let message = Message::EncryptedExtensions(EncryptedExtensions { extensions });
    assert_eq!(read(&encode(&message)).unwrap_err().alert(), Alert::DECODE_ERROR);
    let error = read(&[24, 0, 0, 1, 2]).unwrap_err();
    assert_eq!(error, Error::KeyUpdateRequest { value: 2 });
}

#[test]
fn heads() {
    let parse = |octets: &[u8]| Head::parse(&mut Reader::new(octets), 100);
    assert_eq!(parse(&[]), Ok(None));
    assert_eq!(parse(&[1, 0, 0]), Ok(None));
    let head = Head { kind: HandshakeType::ClientHello, length: 100 };
    assert_eq!(parse(&[1, 0, 0, 100]), Ok(Some(head)));
    let message = HandshakeType::ClientHello;
    assert_eq!(
        parse(&[1, 0, 0, 101]),
        Err(Error::MessageTooLong { message, length: 101, limit: 100 })
    );
    // hello_request, client_key_exchange and message_hash are no messages of TLS 1.3.
    for kind in [0, 3, 12, 14, 16, 254] {
        assert_eq!(parse(&[kind]), Err(Error::MessageUnknown { kind }));
    }
}

/// What does not fit behind its length is our own fault, and nothing is written.
#[test]
fn too_long_to_be_written() {
    let mut out = b"before".to_vec();
    let long = Message::ServerHello(ServerHello {
        legacy_version: 0x0303,
        random: ServerHello::RETRY,
        legacy_session_id_echo: vec![0; 256],
        cipher_suite: 0x1301,
        legacy_compression_method: 0,
        extensions: Extensions::default(),
    });
    let error = Error::from(long.encode(&mut out).unwrap_err());
    assert_eq!(error.alert(), Alert::INTERNAL_ERROR);
    assert_eq!(out, b"before");
}

/// Messages without an example in the RFC.
#[test]
fn the_short_ones() {
    for message in [
        Message::EndOfEarlyData,
        Message::KeyUpdate(KeyUpdate { request: true }),
        Message::KeyUpdate(KeyUpdate { request: false }),
        Message::Finished(Finished { verify_data: vec![3; 48] }),
        Message::Certificate(Certificate {
            certificate_request_context: vec![1],
            certificate_list: vec![],
        }),
        Message::NewSessionTicket(NewSessionTicket {
            ticket_lifetime: 1,
            ticket_age_add: 2,
            ticket_nonce: vec![],
            ticket: vec![9],
            extensions: Extensions(vec![Extension::EarlyDataSize(u32::MAX)]),
        }),
    ] {
        let octets = encode(&message);
        assert_eq!(octets[0], message.kind().number());
        assert_eq!(read(&octets).unwrap(), message);
    }
}
