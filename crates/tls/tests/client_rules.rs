//! One test for each rule that a server can break, and what it is told.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

#[path = "common/ends.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod ends;

use ends::{client, give, messages, server, to_client};
use std::sync::Arc;
use tls::{
    Alert, CertificateVerifier, Error, Level, MemorySessions, NamedGroup, Refusal, SessionStore,
    SignatureScheme, Suite,
    extension::{Extension, ExtensionType, KeyShareEntry, Place},
    fuzzing::stage::{PlaySigner, Stage, moment},
    message::{CertificateEntry, HandshakeType, KeyUpdate, Message, NewSessionTicket, ServerHello},
};
use wire::UnixTime;
use x509::{Certificate, ServerName};

/// The client's error where the server's hello is changed.
fn hello_changed(stage: &Stage, change: impl Fn(&mut ServerHello)) -> Error {
    let error = to_client(stage, |message| {
        if let Message::ServerHello(hello) = message {
            change(hello);
        }
    });
    error.unwrap()
}

fn extension(hello: &mut ServerHello, kind: ExtensionType) -> &mut Extension {
    hello.extensions.0.iter_mut().find(|extension| extension.kind() == kind).unwrap()
}

#[test]
fn the_server_chooses_what_was_offered() {
    let stage = Stage::plain();
    let not_offered = |change: fn(&mut ServerHello), field: &'static str| {
        let error = hello_changed(&stage, change);
        assert_eq!(error, Error::NotOffered { field });
        assert_eq!(error.alert(), Alert::ILLEGAL_PARAMETER);
    };
    not_offered(|hello| hello.legacy_version = 0x0304, "legacy_version");
    not_offered(|hello| hello.legacy_session_id_echo[0] ^= 1, "legacy_session_id_echo");
    not_offered(|hello| hello.legacy_session_id_echo.clear(), "legacy_session_id_echo");
    not_offered(|hello| hello.legacy_compression_method = 1, "legacy_compression_method");
    not_offered(|hello| hello.cipher_suite = 0x1304, "cipher_suite");
    not_offered(|hello| hello.cipher_suite = 0xc02f, "cipher_suite");
    not_offered(
        |hello| {
            *extension(hello, ExtensionType::SUPPORTED_VERSIONS) =
                Extension::SupportedVersion(0x0303)
        },
        "selected_version",
    );
    not_offered(
        |hello| {
            let share = KeyShareEntry { group: NamedGroup::SECP256R1, key_exchange: vec![4; 65] };
            *extension(hello, ExtensionType::KEY_SHARE) = Extension::KeyShare(share);
        },
        "key share",
    );
    let mut stage = Stage::plain();
    stage.client.suites = vec![Suite::Aes256GcmSha384];
    let error = hello_changed(&stage, |hello| hello.cipher_suite = 0x1301);
    assert_eq!(error, Error::NotOffered { field: "cipher_suite" });
}

#[test]
fn older_versions_are_refused() {
    let stage = Stage::plain();
    let error = hello_changed(&stage, |hello| hello.extensions.0.clear());
    assert_eq!(error, Error::VersionUnsupported { version: 0x0303 });
    assert_eq!(error.alert(), Alert::PROTOCOL_VERSION);
    for last in [0, 1] {
        let error = hello_changed(&stage, |hello| {
            hello.extensions.0.clear();
            hello.random[24..].copy_from_slice(b"DOWNGRD\0");
            hello.random[31] = last;
        });
        assert_eq!(error, Error::Downgrade);
        assert_eq!(error.alert(), Alert::ILLEGAL_PARAMETER);
    }
}

#[test]
fn the_server_shares_a_key() {
    let stage = Stage::plain();
    let error = hello_changed(&stage, |hello| {
        hello.extensions.0.retain(|one| one.kind() != ExtensionType::KEY_SHARE);
    });
    assert_eq!(error, Error::ExtensionMissing { extension: ExtensionType::KEY_SHARE });
    assert_eq!(error.alert(), Alert::MISSING_EXTENSION);
    let error = hello_changed(&stage, |hello| {
        if let Extension::KeyShare(share) = extension(hello, ExtensionType::KEY_SHARE) {
            share.key_exchange.pop();
        }
    });
    assert_eq!(error, Error::ShareInvalid { group: NamedGroup::X25519 });
}

/// With `ring`'s exchange: points that make a secret everybody knows, or that are none.
#[test]
fn the_share_is_a_good_point() {
    for (group, bad) in [
        (NamedGroup::X25519, vec![0; 32]),
        (NamedGroup::X25519, [&[1][..], &[0; 31]].concat()),
        (NamedGroup::X25519, vec![9; 31]),
        (NamedGroup::SECP256R1, vec![4; 65]),
        (NamedGroup::SECP256R1, [&[2][..], &[7; 32]].concat()),
        (NamedGroup::SECP256R1, vec![0]),
    ] {
        let mut stage = Stage::plain();
        stage.client.exchange = Arc::new(tls::RingExchange);
        stage.server.exchange = Arc::new(tls::RingExchange);
        stage.client.groups = vec![group];
        let error = hello_changed(&stage, |hello| {
            if let Extension::KeyShare(share) = extension(hello, ExtensionType::KEY_SHARE) {
                share.key_exchange.clone_from(&bad);
            }
        });
        assert_eq!(error, Error::ShareInvalid { group });
    }
}

#[test]
fn answers_were_asked_for() {
    let opaque = |kind: u16| Extension::Opaque { kind: ExtensionType(kind), data: vec![] };
    for (message, extra, wrong) in [
        (HandshakeType::ServerHello, opaque(0x1234), ExtensionType(0x1234)),
        (HandshakeType::ServerHello, Extension::PreSharedKey(0), ExtensionType::PRE_SHARED_KEY),
        (HandshakeType::EncryptedExtensions, opaque(0x1234), ExtensionType(0x1234)),
        (HandshakeType::EncryptedExtensions, Extension::EarlyData, ExtensionType::EARLY_DATA),
        (
            HandshakeType::EncryptedExtensions,
            Extension::QuicTransportParameters(vec![]),
            ExtensionType::QUIC_TRANSPORT_PARAMETERS,
        ),
        (HandshakeType::Certificate, opaque(5), ExtensionType::STATUS_REQUEST),
    ] {
        let error = to_client(&Stage::plain(), |passing| {
            if passing.kind() != message {
                return;
            }
            match passing {
                Message::ServerHello(hello) => hello.extensions.0.push(extra.clone()),
                Message::EncryptedExtensions(message) => message.extensions.0.push(extra.clone()),
                Message::Certificate(certificate) => {
                    certificate.certificate_list[0].extensions.0.push(extra.clone());
                }
                _ => {}
            }
        });
        assert_eq!(error, Some(Error::ExtensionUnasked { extension: wrong }));
    }
    // A cookie belongs to a retry.
    let error = hello_changed(&Stage::plain(), |hello| {
        hello.extensions.0.push(Extension::Cookie(vec![1]));
    });
    let (extension, place) = (ExtensionType::COOKIE, Place::ServerHello);
    assert_eq!(error, Error::ExtensionMisplaced { extension, place });
}

#[test]
fn the_protocol_is_one_of_ours() {
    let error = to_client(&Stage::plain(), |message| {
        if let Message::EncryptedExtensions(message) = message {
            for extension in &mut message.extensions.0 {
                if let Extension::Alpn(names) = extension {
                    *names = vec![b"h3".to_vec()];
                }
            }
        }
    });
    assert_eq!(error, Some(Error::NotOffered { field: "application protocol" }));
}

#[test]
fn a_retry_asks_for_something_new_and_once() {
    let retry = |change: fn(&mut ServerHello)| hello_changed(&Stage::retrying(), change);
    let error = retry(|hello| {
        hello.extensions.0.retain(|one| one.kind() != ExtensionType::KEY_SHARE);
    });
    assert_eq!(error, Error::RetryUseless);
    let error = retry(|hello| {
        *extension(hello, ExtensionType::KEY_SHARE) = Extension::KeyShareGroup(NamedGroup::X25519);
    });
    assert_eq!(error, Error::RetryUseless);
    let error = retry(|hello| {
        *extension(hello, ExtensionType::KEY_SHARE) = Extension::KeyShareGroup(NamedGroup::X448);
    });
    assert_eq!(error, Error::NotOffered { field: "selected_group" });

    let stage = Stage::retrying();
    let (mut client, mut server) = (client(&stage), server(&stage));
    let (_, first) = messages(&mut client).pop_front().unwrap();
    give(&mut server, Level::Initial, &first).unwrap();
    let (_, request) = messages(&mut server).pop_front().unwrap();
    give(&mut client, Level::Initial, &request).unwrap();
    let error = give(&mut client, Level::Initial, &request).unwrap_err();
    assert_eq!(error, Error::RetryTwice);
    assert_eq!(error.alert(), Alert::UNEXPECTED_MESSAGE);
}

#[test]
fn the_suite_stays_what_the_retry_said() {
    let error = to_client(&Stage::retrying(), |message| {
        if let Message::ServerHello(hello) = message
            && !hello.is_retry()
        {
            hello.cipher_suite = Suite::Aes256GcmSha384.number();
        }
    });
    assert_eq!(error, Some(Error::SuiteChanged));
}

#[test]
fn a_server_has_a_certificate() {
    let change = |change: fn(&mut Vec<CertificateEntry>)| {
        to_client(&Stage::plain(), |message| {
            if let Message::Certificate(message) = message {
                change(&mut message.certificate_list);
            }
        })
        .unwrap()
    };
    let error = change(Vec::clear);
    assert_eq!((error.clone(), error.alert()), (Error::CertificateNone, Alert::DECODE_ERROR));
    let error = change(|list| list[0].cert_data.truncate(20));
    assert_eq!(error.alert(), Alert::BAD_CERTIFICATE);
    assert!(matches!(error, Error::CertificateMalformed { index: 0, .. }), "{error}");
    let error = change(|list| *list = vec![list[0].clone(); 17]);
    assert_eq!(error, Error::ChainTooLong { limit: 16 });
    let error = to_client(&Stage::plain(), |message| {
        if let Message::Certificate(message) = message {
            message.certificate_request_context.push(1);
        }
    });
    assert_eq!(error, Some(Error::CertificateContext));
}

#[test]
fn a_proof_is_what_was_asked_for_and_right() {
    let verify = |change: fn(&mut tls::message::CertificateVerify)| {
        to_client(&Stage::plain(), |message| {
            if let Message::CertificateVerify(verify) = message {
                change(verify);
            }
        })
        .unwrap()
    };
    for scheme in [SignatureScheme::RSA_PKCS1_SHA256, SignatureScheme::ECDSA_SHA1] {
        let error = to_client(&Stage::plain(), |message| {
            if let Message::CertificateVerify(verify) = message {
                verify.algorithm = scheme;
            }
        });
        assert_eq!(error, Some(Error::SchemeUnexpected { scheme }));
    }
    let error = verify(|verify| verify.signature[0] ^= 1);
    assert_eq!((error.clone(), error.alert()), (Error::SignatureWrong, Alert::DECRYPT_ERROR));
    // What came before counts too.
    let error = to_client(&Stage::plain(), |message| {
        if let Message::EncryptedExtensions(message) = message {
            message.extensions.0.retain(|one| one.kind() != ExtensionType::SERVER_NAME);
        }
    });
    assert_eq!(error, Some(Error::SignatureWrong));
    let error = to_client(&Stage::plain(), |message| {
        if let Message::Finished(finished) = message {
            finished.verify_data[31] ^= 0x80;
        }
    });
    assert_eq!(error, Some(Error::FinishedWrong));
    let error = to_client(&Stage::plain(), |message| {
        if let Message::Finished(finished) = message {
            finished.verify_data.pop();
        }
    });
    assert_eq!(error, Some(Error::FinishedWrong));
}

/// Believes nobody.
struct Suspicious;

impl CertificateVerifier for Suspicious {
    fn verify_server(&self, _: &[Certificate], _: &ServerName, _: UnixTime) -> Result<(), Refusal> {
        Err(Refusal { alert: Alert::UNKNOWN_CA, reason: "nobody knows it".into() })
    }

    fn verify_client(&self, _: &[Certificate], _: UnixTime) -> Result<(), Refusal> {
        Err(Refusal { alert: Alert::ACCESS_DENIED, reason: "not today".into() })
    }

    fn verify_signature(
        &self,
        key: &x509::PublicKey,
        scheme: SignatureScheme,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        PlaySigner.verify_signature(key, scheme, message, signature)
    }
}

#[test]
fn a_certificate_must_be_believed() {
    let mut stage = Stage::plain();
    stage.client.verifier = Arc::new(Suspicious);
    let error = to_client(&stage, |_| {}).unwrap();
    assert_eq!(error.alert(), Alert::UNKNOWN_CA);
    assert_eq!(error.to_string(), "nobody knows it");
    assert_eq!(error.rule(), "RFC 8446 §4.4.2.4");
}

#[test]
fn a_request_says_what_can_be_verified() {
    let error = to_client(&Stage::asking(), |message| {
        if let Message::CertificateRequest(request) = message {
            request.extensions.0.clear();
        }
    });
    let extension = ExtensionType::SIGNATURE_ALGORITHMS;
    assert_eq!(error, Some(Error::ExtensionMissing { extension }));
    let error = to_client(&Stage::asking(), |message| {
        if let Message::CertificateRequest(request) = message {
            request.certificate_request_context.push(0);
        }
    });
    assert_eq!(error, Some(Error::CertificateContext));
}

/// A stage whose client has a ticket.
fn resumed() -> Stage {
    let stage = Stage::resuming();
    assert_eq!(to_client(&stage, |_| {}), None);
    stage
}

#[test]
fn the_key_from_before_is_the_one_that_was_offered() {
    let change = |change: fn(&mut ServerHello)| hello_changed(&resumed(), change);
    let error = change(|hello| {
        *extension(hello, ExtensionType::PRE_SHARED_KEY) = Extension::PreSharedKey(1);
    });
    assert_eq!(error, Error::NotOffered { field: "selected_identity" });
    let error = change(|hello| hello.cipher_suite = Suite::Aes256GcmSha384.number());
    assert_eq!(error, Error::PskHash);
}

#[test]
fn early_data_counts_under_the_terms_it_was_sent_under() {
    // Same hash, other suite.
    let error = hello_changed(&resumed(), |hello| {
        hello.cipher_suite = Suite::ChaCha20Poly1305Sha256.number();
    });
    assert_eq!(error, Error::EarlyDataParameters { field: "cipher suite" });
    let error = to_client(&resumed(), |message| {
        if let Message::EncryptedExtensions(message) = message {
            message.extensions.0.retain(|one| one.kind() != ExtensionType::ALPN);
        }
    });
    assert_eq!(error, Some(Error::EarlyDataParameters { field: "application protocol" }));
    let error = to_client(&resumed(), |message| {
        if let Message::ServerHello(hello) = message {
            hello.extensions.0.retain(|one| one.kind() != ExtensionType::PRE_SHARED_KEY);
        }
    });
    assert_eq!(error, Some(Error::EarlyDataParameters { field: "key" }));
}

/// A client whose handshake is done.
fn connected(stage: &Stage) -> tls::Handshake {
    let (mut client, mut server) = (client(stage), server(stage));
    for _ in 0..3 {
        for (level, message) in messages(&mut client) {
            give(&mut server, level, &message).unwrap();
        }
        for (level, message) in messages(&mut server) {
            give(&mut client, level, &message).unwrap();
        }
    }
    assert!(client.is_complete());
    client
}

fn ticket(seconds: u32) -> Message {
    Message::NewSessionTicket(NewSessionTicket {
        ticket_lifetime: seconds,
        ticket_age_add: 1,
        ticket_nonce: vec![9],
        ticket: vec![8; 8],
        extensions: Default::default(),
    })
}

#[test]
fn tickets_live_seven_days_at_the_most_and_few_are_kept() {
    let mut stage = Stage::resuming();
    let sessions = Arc::new(MemorySessions::default());
    stage.client.sessions = Some(sessions.clone());
    stage.server.tickets = None;
    let mut client = connected(&stage);
    give(&mut client, Level::Application, &ticket(0)).unwrap();
    assert!(sessions.take("localhost").is_none(), "one that is dead already");
    for _ in 0..20 {
        give(&mut client, Level::Application, &ticket(604_800)).unwrap();
    }
    let kept = std::iter::from_fn(|| sessions.take("localhost")).count();
    assert_eq!(kept, 7, "eight, of which the first was dead");
    let error = give(&mut client, Level::Application, &ticket(604_801)).unwrap_err();
    assert_eq!(error, Error::TicketLifetime { seconds: 604_801 });
}

#[test]
fn messages_come_in_their_turn() {
    let mut early = client(&Stage::plain());
    let state = "wait for ServerHello";
    for kind in [HandshakeType::Finished, HandshakeType::Certificate, HandshakeType::ClientHello] {
        // Before its body is there.
        let error = early.receive(Level::Initial, &[kind.number(), 0, 0, 9], moment().instant);
        assert_eq!(error, Err(Error::MessageUnexpected { message: kind, state }));
        early = client(&Stage::plain());
    }
    let mut late = connected(&Stage::plain());
    for kind in [HandshakeType::Finished, HandshakeType::CertificateRequest] {
        let error = late.receive(Level::Application, &[kind.number(), 0, 0, 9], moment().instant);
        assert_eq!(error.unwrap_err().alert(), Alert::UNEXPECTED_MESSAGE);
        late = connected(&Stage::plain());
    }
    let error = late.receive(Level::Handshake, &[], moment().instant);
    let (level, expected) = (Level::Handshake, Level::Application);
    assert_eq!(error, Err(Error::LevelUnexpected { level, expected }));
}

/// Under the old keys nothing may stand behind a message that changes them (§5.1).
#[test]
fn nothing_follows_a_change_of_keys() {
    let stage = Stage::plain();
    let (mut client, mut server) = (client(&stage), server(&stage));
    let (_, hello) = messages(&mut client).pop_front().unwrap();
    give(&mut server, Level::Initial, &hello).unwrap();
    let (_, answer) = messages(&mut server).pop_front().unwrap();
    let mut octets = Vec::new();
    answer.encode(&mut octets).unwrap();
    octets.push(HandshakeType::EncryptedExtensions.number());
    let error = client.receive(Level::Initial, &octets, moment().instant).unwrap_err();
    assert_eq!(error, Error::KeyChangeInside { message: HandshakeType::ServerHello });
    let mut client = connected(&stage);
    let mut octets = Vec::new();
    Message::KeyUpdate(KeyUpdate { request: false }).encode(&mut octets).unwrap();
    octets.extend(octets.clone());
    let error = client.receive(Level::Application, &octets, moment().instant).unwrap_err();
    assert_eq!(error, Error::KeyChangeInside { message: HandshakeType::KeyUpdate });
}
