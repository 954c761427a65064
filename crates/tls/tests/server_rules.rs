//! One test for each rule that a client can break, and what it is told.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

#[path = "common/ends.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod ends;

use ends::{client, events, give, hello, messages, refusal, server, to_client, to_server};
use std::{sync::Arc, time::Duration};
use tls::{
    Alert, CertificateResolver, CertificatesByName, ClientAuth, EarlyData, Error, Event, Level,
    NamedGroup, SignatureScheme, Suite,
    extension::{Extension, ExtensionType, KeyShareEntry, PskMode},
    fuzzing::stage::{PlaySigner, Stage, certified_key},
    message::{ClientHello, Message},
};

fn changed(change: impl Fn(&mut ClientHello)) -> Error {
    let stage = Stage::plain();
    let mut hello = hello(&stage);
    change(&mut hello);
    refusal(&stage, hello)
}

fn without(hello: &mut ClientHello, kind: ExtensionType) {
    hello.extensions.0.retain(|extension| extension.kind() != kind);
}

fn extension(hello: &mut ClientHello, kind: ExtensionType) -> &mut Extension {
    hello.extensions.0.iter_mut().find(|extension| extension.kind() == kind).unwrap()
}

#[test]
fn the_version_is_1_3() {
    let error = changed(|hello| without(hello, ExtensionType::SUPPORTED_VERSIONS));
    assert_eq!(error, Error::VersionUnsupported { version: 0x0303 });
    assert_eq!(error.alert(), Alert::PROTOCOL_VERSION);
    let error = changed(|hello| {
        let versions = Extension::SupportedVersions(vec![0x0a0a, 0x0303, 0x0302]);
        *extension(hello, ExtensionType::SUPPORTED_VERSIONS) = versions;
    });
    assert_eq!(error, Error::VersionUnsupported { version: 0x0303 });
    let error = changed(|hello| hello.legacy_version = 0x0300);
    assert_eq!(error, Error::VersionUnsupported { version: 0x0300 });
    // Any later one means nothing (§4.2.1).
    let stage = Stage::plain();
    let mut odd = hello(&stage);
    odd.legacy_version = 0x0399;
    give(&mut server(&stage), Level::Initial, &Message::ClientHello(odd)).unwrap();
}

#[test]
fn compression_is_none() {
    for methods in [vec![1], vec![0, 1], vec![1, 0]] {
        let error = changed(|hello| hello.legacy_compression_methods.clone_from(&methods));
        assert_eq!(error, Error::Compression);
    }
}

#[test]
fn what_must_be_there() {
    for kind in [
        ExtensionType::SIGNATURE_ALGORITHMS,
        ExtensionType::SUPPORTED_GROUPS,
        ExtensionType::KEY_SHARE,
    ] {
        let error = changed(|hello| without(hello, kind));
        assert_eq!(error, Error::ExtensionMissing { extension: kind });
        assert_eq!(error.alert(), Alert::MISSING_EXTENSION);
    }
    let error = changed(|hello| hello.extensions.0.push(Extension::EarlyData));
    assert_eq!(error, Error::EarlyDataAlone);
}

#[test]
fn something_in_common() {
    let error = changed(|hello| hello.cipher_suites = vec![0x0a0a, 0xc02f, 0x1304]);
    assert_eq!((error.clone(), error.alert()), (Error::NoSuite, Alert::HANDSHAKE_FAILURE));
    let error = changed(|hello| {
        let groups = Extension::SupportedGroups(vec![NamedGroup::X448]);
        *extension(hello, ExtensionType::SUPPORTED_GROUPS) = groups;
        *extension(hello, ExtensionType::KEY_SHARE) = Extension::KeyShares(vec![]);
    });
    assert_eq!(error, Error::NoGroup);
    let error = changed(|hello| {
        let schemes = Extension::SignatureAlgorithms(vec![SignatureScheme::ED448]);
        *extension(hello, ExtensionType::SIGNATURE_ALGORITHMS) = schemes;
    });
    assert_eq!(error, Error::NoScheme);
    let error = changed(|hello| {
        *extension(hello, ExtensionType::ALPN) = Extension::Alpn(vec![b"h3".to_vec()]);
    });
    assert_eq!(error, Error::NoProtocol);
    assert_eq!(error.alert(), Alert::NO_APPLICATION_PROTOCOL);
    let mut stage = Stage::plain();
    stage.server.certificates = Arc::new(CertificatesByName::new());
    let error = refusal(&stage, hello(&stage));
    assert_eq!((error.clone(), error.alert()), (Error::NoCertificate, Alert::UNRECOGNIZED_NAME));
}

#[test]
fn certificates_by_name() {
    let (one, other, wild) = (certified_key(), certified_key(), certified_key());
    let mut names = CertificatesByName::new();
    let query = |name| tls::CertificateQuery {
        server_name: name,
        schemes: &[SignatureScheme::ED25519],
        alpn: &[],
    };
    names.add("One.example", one);
    names.add("*.example", wild);
    assert!(names.resolve(&query(Some("one.example"))).is_some());
    assert!(names.resolve(&query(Some("TWO.example"))).is_some());
    assert!(names.resolve(&query(Some("a.two.example"))).is_none());
    assert!(names.resolve(&query(Some("192.0.2.1"))).is_none());
    assert!(names.resolve(&query(None)).is_none());
    names.set_fallback(other);
    assert!(names.resolve(&query(None)).is_some());
    assert!(names.resolve(&query(Some("a.two.example"))).is_some());
}

#[test]
fn one_share_for_each_listed_group() {
    let group = NamedGroup::X25519;
    let entry = KeyShareEntry { group, key_exchange: vec![4; 32] };
    let error = changed(|hello| {
        let shares = Extension::KeyShares(vec![entry.clone(), entry.clone()]);
        *extension(hello, ExtensionType::KEY_SHARE) = shares;
    });
    assert_eq!(error, Error::ShareRepeated { group });
    let error = changed(|hello| {
        let groups = Extension::SupportedGroups(vec![NamedGroup::SECP256R1]);
        *extension(hello, ExtensionType::SUPPORTED_GROUPS) = groups;
    });
    assert_eq!(error, Error::ShareUnlisted { group });
    let error = changed(|hello| {
        let shares = Extension::KeyShares(vec![KeyShareEntry { group, key_exchange: vec![0; 32] }]);
        *extension(hello, ExtensionType::KEY_SHARE) = shares;
    });
    assert_eq!(error, Error::ShareInvalid { group });
}

/// What browsers send beyond what we know: GREASE, ML-KEM, ECH, whatever comes next.
#[test]
fn the_unknown_is_passed_over() {
    let stage = Stage::plain();
    let mut hello = hello(&stage);
    hello.cipher_suites.insert(0, 0xaaaa);
    if let Extension::SupportedGroups(groups) =
        extension(&mut hello, ExtensionType::SUPPORTED_GROUPS)
    {
        groups.splice(0..0, [NamedGroup(0x3a3a), NamedGroup::X25519MLKEM768]);
    }
    if let Extension::KeyShares(shares) = extension(&mut hello, ExtensionType::KEY_SHARE) {
        let mlkem = NamedGroup::X25519MLKEM768;
        shares.insert(0, KeyShareEntry { group: NamedGroup(0x3a3a), key_exchange: vec![0] });
        shares.insert(1, KeyShareEntry { group: mlkem, key_exchange: vec![7; 1216] });
    }
    let more = [0x5a5a, 0xfe0d, 27, 35, 5, 18, 23, 0x4469]
        .map(|kind| Extension::Opaque { kind: ExtensionType(kind), data: vec![1; 100] });
    hello.extensions.0.splice(0..0, more);
    give(&mut server(&stage), Level::Initial, &Message::ClientHello(hello)).unwrap();
}

/// RFC 8446 §4.1.2: the second hello is the first, but for what was asked.
#[test]
fn the_second_hello_is_the_first() {
    let second = |change: &dyn Fn(&mut ClientHello)| {
        let mut hellos = 0;
        to_server(&Stage::retrying(), |message| {
            if let Message::ClientHello(hello) = message {
                hellos += 1;
                if hellos == 2 {
                    change(hello);
                }
            }
        })
        .unwrap()
    };
    let opaque = |kind: ExtensionType| Extension::Opaque { kind, data: vec![] };
    type Change = Box<dyn Fn(&mut ClientHello)>;
    let changes: Vec<(&str, Change)> = vec![
        ("legacy_version", Box::new(|hello| hello.legacy_version = 0x0302)),
        ("random", Box::new(|hello| hello.random[0] ^= 1)),
        ("legacy_session_id", Box::new(|hello| hello.legacy_session_id[0] ^= 1)),
        ("cipher_suites", Box::new(|hello| hello.cipher_suites.reverse())),
        ("server_name", Box::new(|hello| without(hello, ExtensionType::SERVER_NAME))),
        ("unknown", Box::new(move |hello| hello.extensions.0.push(opaque(ExtensionType(99))))),
    ];
    for (field, change) in &changes {
        let error = second(change);
        assert!(matches!(error, Error::HelloChanged { .. }), "{field}: {error}");
        assert_eq!(error.alert(), Alert::ILLEGAL_PARAMETER);
        if *field != "unknown" && *field != "server_name" {
            assert_eq!(error, Error::HelloChanged { field });
        }
    }
    let error = second(&|hello| {
        if let Extension::KeyShares(shares) = extension(hello, ExtensionType::KEY_SHARE) {
            shares[0].group = NamedGroup::X25519;
        }
    });
    assert_eq!(error, Error::RetryIgnored { field: "key share" });
    let error = second(&|hello| hello.extensions.0.push(Extension::Cookie(vec![1])));
    assert_eq!(error, Error::RetryIgnored { field: "cookie" });
    // Padding may change.
    let mut hellos = 0;
    let error = to_server(&Stage::retrying(), |message| {
        if let Message::ClientHello(hello) = message {
            hellos += 1;
            if hellos == 2 {
                hello.extensions.0.push(opaque(ExtensionType::PADDING));
            }
        }
    });
    // It is taken; but then the two have seen two hellos.
    assert_eq!(error, None);
}

#[test]
fn a_cookie_is_repeated() {
    let mut stage = Stage::retrying();
    stage.server.retry_cookie = Some(vec![7; 40]);
    assert_eq!(to_server(&stage, |_| {}), None);
    for change in [None, Some(vec![7; 39])] {
        let error = to_server(&stage, |message| {
            if let Message::ClientHello(hello) = message {
                without(hello, ExtensionType::COOKIE);
                let known = hello.extensions.key_shares().unwrap()[0].group;
                if known == NamedGroup::SECP256R1 {
                    hello.extensions.0.extend(change.clone().map(Extension::Cookie));
                }
            }
        });
        assert_eq!(error, Some(Error::RetryIgnored { field: "cookie" }));
    }
}

fn resumed() -> Stage {
    let stage = Stage::resuming();
    assert_eq!(to_client(&stage, |_| {}), None);
    stage
}

#[test]
fn a_binder_proves_the_key() {
    let stage = resumed();
    let mut hello = hello(&stage);
    if let Extension::PreSharedKeys(offered) = extension(&mut hello, ExtensionType::PRE_SHARED_KEY)
    {
        offered.binders[0][0] ^= 1;
    }
    let error = refusal(&stage, hello);
    assert_eq!((error.clone(), error.alert()), (Error::BinderWrong, Alert::DECRYPT_ERROR));
    // Whoever has no binder does not use a ticket up.
    let stage = resumed();
    let good = ends::hello(&stage);
    let mut bad = good.clone();
    bad.random[0] ^= 1;
    assert_eq!(refusal(&stage, bad), Error::BinderWrong);
    let mut server = server(&stage);
    give(&mut server, Level::Initial, &Message::ClientHello(good)).unwrap();
    assert!(server.summary().resumed);
    let mut hello = ends::hello(&resumed());
    without(&mut hello, ExtensionType::PSK_KEY_EXCHANGE_MODES);
    let extension = ExtensionType::PSK_KEY_EXCHANGE_MODES;
    assert_eq!(refusal(&stage, hello), Error::ExtensionMissing { extension });
}

/// What a server makes of a hello with early data: whether it resumes, and whether it takes it.
fn outcome(stage: &Stage, hello: ClientHello) -> (bool, Option<EarlyData>) {
    let mut server = server(stage);
    give(&mut server, Level::Initial, &Message::ClientHello(hello)).unwrap();
    let early = events(&mut server).into_iter().find_map(|event| match event {
        Event::EarlyData(outcome) => Some(outcome),
        _ => None,
    });
    (server.summary().resumed, early)
}

#[test]
fn early_data_is_taken_once_fresh_and_under_its_terms() {
    let stage = resumed();
    let first = hello(&stage);
    assert_eq!(outcome(&stage, first.clone()), (true, Some(EarlyData::Accepted)));
    // The same again: a replay.
    assert_eq!(outcome(&stage, first), (false, Some(EarlyData::Rejected)));

    let rejected = (true, Some(EarlyData::Rejected));
    // The age in the hello is covered by its binder, so it is the server that moves.
    let mut stage = resumed();
    stage.server.freshness = Duration::ZERO;
    let mut older = Stage::resuming();
    older.client = stage.client.clone();
    assert_eq!(outcome(&stage, hello(&stage)), (true, Some(EarlyData::Accepted)), "to the ms");

    let mut stage = resumed();
    stage.server.early_data = 0;
    assert_eq!(outcome(&stage, hello(&stage)), rejected);
    let mut stage = resumed();
    stage.server.early_context = vec![1];
    assert_eq!(outcome(&stage, hello(&stage)), rejected);
    let mut stage = resumed();
    stage.server.alpn = vec![b"http/1.1".to_vec()];
    assert_eq!(outcome(&stage, hello(&stage)), rejected);
    let mut stage = resumed();
    stage.server.suites = vec![Suite::ChaCha20Poly1305Sha256];
    assert_eq!(outcome(&stage, hello(&stage)), rejected, "same hash, other cipher");
    // Another hash: not even resumed.
    let mut stage = resumed();
    stage.server.suites = vec![Suite::Aes256GcmSha384];
    assert_eq!(outcome(&stage, hello(&stage)), (false, Some(EarlyData::Rejected)));
    // A client that must say who it is, and did not.
    let mut stage = resumed();
    stage.server.client_auth = ClientAuth::Required(Arc::new(PlaySigner));
    assert_eq!(outcome(&stage, hello(&stage)), (false, Some(EarlyData::Rejected)));
}

#[test]
fn a_stale_hello_brings_no_early_data() {
    let stage = resumed();
    let hello = hello(&stage);
    let mut octets = Vec::new();
    Message::ClientHello(hello).encode(&mut octets).unwrap();
    let late = tls::fuzzing::stage::moment().instant + Duration::from_secs(11);
    let mut server = server(&stage);
    server.receive(Level::Initial, &octets, late).unwrap();
    let rejected = |event: &Event| matches!(event, Event::EarlyData(EarlyData::Rejected));
    assert!(events(&mut server).iter().any(rejected));
    assert!(server.summary().resumed);
}

#[test]
fn a_ticket_that_is_too_old_is_none() {
    let stage = resumed();
    let mut octets = Vec::new();
    Message::ClientHello(hello(&stage)).encode(&mut octets).unwrap();
    let late = tls::fuzzing::stage::moment().instant + Duration::from_secs(7201);
    let mut server = server(&stage);
    server.receive(Level::Initial, &octets, late).unwrap();
    assert!(!server.summary().resumed);
}

#[test]
fn a_key_alone_is_not_used() {
    let stage = resumed();
    let mut hello = hello(&stage);
    *extension(&mut hello, ExtensionType::PSK_KEY_EXCHANGE_MODES) =
        Extension::PskModes(vec![PskMode::PSK_KE]);
    let (resumed, _) = outcome(&stage, hello);
    assert!(!resumed);
}

#[test]
fn a_client_that_must_says_who_it_is() {
    let mut stage = Stage::asking();
    stage.client.certificates = None;
    let error = to_server(&stage, |_| {}).unwrap();
    assert_eq!(
        (error.clone(), error.alert()),
        (Error::CertificateRequired, Alert::CERTIFICATE_REQUIRED)
    );
    stage.server.client_auth = ClientAuth::Optional(Arc::new(PlaySigner));
    assert_eq!(to_server(&stage, |_| {}), None);
    let error = to_server(&Stage::asking(), |message| {
        if let Message::CertificateVerify(verify) = message {
            verify.signature[0] ^= 1;
        }
    });
    assert_eq!(error, Some(Error::SignatureWrong));
    let error = to_server(&Stage::asking(), |message| {
        if let Message::Certificate(message) = message {
            let extension = Extension::Opaque { kind: ExtensionType(5), data: vec![] };
            message.certificate_list[0].extensions.0.push(extension);
        }
    });
    let extension = ExtensionType::STATUS_REQUEST;
    assert_eq!(error, Some(Error::ExtensionUnasked { extension }));
}

#[test]
fn the_finished_is_right() {
    let error = to_server(&Stage::plain(), |message| {
        if let Message::Finished(finished) = message {
            finished.verify_data[0] ^= 1;
        }
    });
    assert_eq!(error, Some(Error::FinishedWrong));
}

/// RFC 9001 §8: the same handshake under QUIC.
#[test]
fn under_quic() {
    use tls::Handshake;
    use tls::fuzzing::stage::{moment, name};
    use wire::Scripted;
    let stage = resumed();
    let now = moment().instant;
    let parameters = |octet| Some(vec![octet; 3]);
    let config = Arc::new(stage.client.clone());
    let mut client =
        Handshake::client(config, name(), parameters(1), Box::new(Scripted(1)), moment()).unwrap();
    let config = Arc::new(stage.server.clone());
    let mut server = Handshake::server(config, parameters(2), Box::new(Scripted(2)), moment());
    let mut heard = Vec::new();
    for _ in 0..3 {
        for event in events(&mut client) {
            match &event {
                Event::Send { level, octets } => {
                    assert_ne!(*level, Level::EarlyData, "no EndOfEarlyData");
                    server.receive(*level, octets, now).unwrap();
                }
                _ => heard.push(event),
            }
        }
        for event in events(&mut server) {
            match &event {
                Event::Send { level, octets } => client.receive(*level, octets, now).unwrap(),
                _ => heard.push(event),
            }
        }
    }
    assert!(client.is_complete() && server.is_complete());
    assert!(client.summary().early_data && server.summary().early_data);
    let told = |octet| {
        let parameters = |event: &Event| match event {
            Event::PeerParameters(octets) => octets == &[octet; 3],
            _ => false,
        };
        heard.iter().filter(|event| parameters(event)).count()
    };
    assert_eq!((told(1), told(2)), (1, 1));
    assert_eq!(client.key_update(true), Err(tls::Misuse::Quic));
    let update = [24, 0, 0, 1, 0];
    assert_eq!(client.receive(Level::Application, &update, now), Err(Error::KeyUpdateQuic));

    // Without parameters it is no QUIC.
    let config = Arc::new(stage.server.clone());
    let mut server = Handshake::server(config, parameters(2), Box::new(Scripted(2)), moment());
    let mut hello = hello(&Stage::plain());
    let message = Message::ClientHello(hello.clone());
    assert_eq!(give(&mut server, Level::Initial, &message), Err(Error::SessionIdQuic));
    let config = Arc::new(stage.server.clone());
    let mut server = Handshake::server(config, parameters(2), Box::new(Scripted(2)), moment());
    hello.legacy_session_id.clear();
    let extension = ExtensionType::QUIC_TRANSPORT_PARAMETERS;
    let error = give(&mut server, Level::Initial, &Message::ClientHello(hello));
    assert_eq!(error, Err(Error::ExtensionMissing { extension }));
}

#[test]
fn exporters_agree() {
    let stage = Stage::plain();
    let (mut client, mut server) = (client(&stage), server(&stage));
    let export = |end: &tls::Handshake| {
        let mut out = [0; 40];
        end.export("EXPORTER-test", b"context", &mut out).map(|()| out)
    };
    assert_eq!(export(&client), Err(tls::Misuse::HandshakeUnfinished));
    for _ in 0..3 {
        for (level, message) in messages(&mut client) {
            give(&mut server, level, &message).unwrap();
        }
        for (level, message) in messages(&mut server) {
            give(&mut client, level, &message).unwrap();
        }
    }
    assert_eq!(export(&client).unwrap(), export(&server).unwrap());
}
