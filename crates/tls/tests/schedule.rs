//! The key schedule against RFC 8448, every Extract, every secret, every key: octet for octet.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that panics has failed, which is what it is for"
)]

#[path = "common/traces.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod traces;

use tls::schedule::{
    EarlySecret, Hash, Secret, Traffic, Transcript, Watch, export, resumption_psk,
};
use traces::{Trace, trace};

const SECTIONS: [&str; 5] =
    ["onertt", "zerortt", "helloretryrequest", "client-authentication", "compatibility-mode"];

fn label(what: &str) -> Option<&str> {
    let (_, rest) = what.split_once("\"tls13 ")?;
    rest.split('"').next()
}

/// Every "derive secret" and every "derive traffic keys" of the RFC is one expand_label.
#[test]
fn every_derivation() {
    let mut secrets = 0;
    for section in SECTIONS {
        let Some(trace) = trace(section) else { return };
        // Some steps only say that the other end did the same.
        for step in trace.0.iter().filter(|step| !step.values.is_empty()) {
            if let Some(label) = label(&step.what) {
                let secret = Secret::new(Hash::Sha256, step.value("PRK")).unwrap();
                let made = secret.expand_secret(label, step.value("hash"));
                assert_eq!(made.octets(), step.value("expanded"), "{section}: {}", step.what);
                secrets += 1;
            } else if step.what.contains("traffic keys") {
                let secret = Secret::new(Hash::Sha256, step.value("PRK")).unwrap();
                let (mut key, mut iv) = ([0; 16], [0; 12]);
                tls::schedule::traffic_key(&secret, &mut key, &mut iv);
                assert_eq!(key, step.value("key expanded"), "{section}: {}", step.what);
                assert_eq!(iv, step.value("iv expanded"), "{section}: {}", step.what);
                secrets += 1;
            } else if step.what.starts_with("extract secret") {
                let made = Secret::extract(Hash::Sha256, step.value("salt"), step.value("IKM"));
                assert_eq!(made.octets(), step.value("secret"), "{section}: {}", step.what);
                secrets += 1;
            }
        }
    }
    assert!(secrets > 90, "{secrets}");
}

fn psk_of(trace: &Trace) -> Option<Vec<u8>> {
    let step = trace.0.iter().find(|step| step.what == "extract secret \"early\":")?;
    let input = step.value("IKM");
    input.iter().any(|octet| *octet != 0).then(|| input.to_vec())
}

/// Through the types, from the messages alone.
#[test]
fn every_handshake_from_its_messages() {
    let hash = Hash::Sha256;
    for section in SECTIONS {
        let Some(trace) = trace(section) else { return };
        let expected = |label: &str| {
            let what = format!("derive secret \"tls13 {label}\":");
            trace.0.iter().find(|step| step.what == what).unwrap().value("expanded").to_vec()
        };
        let mut transcript = Transcript::default();
        let mut messages = trace.0.iter().filter(|step| step.what.starts_with("construct a"));
        let mut message = || {
            let step = messages.next().unwrap();
            step.values.last().unwrap().1.clone()
        };
        let early = EarlySecret::new(hash, psk_of(&trace).as_deref(), Watch::default());
        transcript.add(&message());
        if section == "helloretryrequest" {
            transcript.retry(hash);
            transcript.add(&message());
            transcript.add(&message());
        }
        if section == "zerortt" {
            // The first form is without its binder; the record has all.
            transcript = Transcript::default();
            let hello = trace.value("client", "send handshake record", "payload");
            transcript.add(hello);
            let digest = transcript.hash(hash);
            assert_eq!(early.client_early_traffic(&digest).octets(), expected("c e traffic"));
            assert_eq!(early.early_exporter_master(&digest).octets(), expected("e exp master"));
        }
        transcript.add(&message());
        let shared = trace.step("server", "extract secret \"handshake\"").value("IKM").to_vec();
        let digest = transcript.hash(hash);
        let handshake = early.handshake(&shared);
        let Traffic { client, server } = handshake.traffic(&digest);
        assert_eq!(client.octets(), expected("c hs traffic"));
        assert_eq!(server.octets(), expected("s hs traffic"));
        let master = handshake.master();
        loop {
            let next = message();
            if next[0] == 20 {
                let made = server.finished(&transcript.hash(hash));
                assert_eq!(made, next[4..], "{section}: the server's Finished");
                assert!(server.verify_finished(&transcript.hash(hash), &made));
                transcript.add(&next);
                break;
            }
            transcript.add(&next);
        }
        let digest = transcript.hash(hash);
        let (data, exporter) = master.traffic(&digest);
        assert_eq!(data.client.octets(), expected("c ap traffic"));
        assert_eq!(data.server.octets(), expected("s ap traffic"));
        assert_eq!(exporter.octets(), expected("exp master"));
        loop {
            let next = message();
            if next[0] == 20 {
                let made = client.finished(&transcript.hash(hash));
                assert_eq!(made, next[4..], "{section}: the client's Finished");
                transcript.add(&next);
                break;
            }
            transcript.add(&next);
        }
        let resumption = master.resumption_master(&transcript.hash(hash));
        assert_eq!(resumption.octets(), expected("res master"));
    }
}

/// The ticket of the first handshake is the key of the second.
#[test]
fn a_ticket_becomes_a_key() {
    let (Some(first), Some(second)) = (trace("onertt"), trace("zerortt")) else { return };
    let step = first.step("client", "derive secret \"tls13 res master\"");
    let master = Secret::new(Hash::Sha256, step.value("expanded")).unwrap();
    let psk = resumption_psk(&master, &[0, 0]);
    assert_eq!(psk.octets(), psk_of(&second).unwrap());
}

#[test]
fn exporters_differ_by_label_and_context() {
    let master = Secret::extract(Hash::Sha384, &[], b"master");
    let made = |label: &str, context: &[u8]| {
        let mut out = [0; 100];
        export(&master, label, context, &mut out);
        out.to_vec()
    };
    let one = made("EXPERIMENTAL", b"");
    assert_eq!(one, made("EXPERIMENTAL", b""));
    assert_ne!(one, made("EXPERIMENTAL", b"c"));
    assert_ne!(one, made("EXPERIMENTAK", b""));
    assert!(one[48..].iter().any(|octet| *octet != 0), "longer than the hash");
}

/// RFC 5869 §A.1 and §A.2, which need more than one round.
#[test]
fn hkdf_of_its_own_rfc() {
    let salt: Vec<u8> = (0..=0x0c).collect();
    let secret = Secret::extract(Hash::Sha256, &salt, &[0x0b; 22]);
    let mut out = [0; 42];
    let info: Vec<u8> = (0xf0..=0xf9).collect();
    secret.expander().expand(&[&info], &mut out);
    assert_eq!(
        wire::hex::encode(&out),
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    );
    let (input, salt, info): (Vec<u8>, Vec<u8>, Vec<u8>) =
        ((0..=0x4f).collect(), (0x60..=0xaf).collect(), (0xb0..=0xff).collect());
    let secret = Secret::extract(Hash::Sha256, &salt, &input);
    let mut out = [0; 82];
    secret.expander().expand(&[&info], &mut out);
    assert_eq!(
        wire::hex::encode(&out),
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"
    );
}
