//! TLS, certificates, QUIC and QPACK, dissected: `tests/wire/*.txt`, each file a kind. `BLESS=1`
//! rewrites what stands under `---`.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

use dissect::{
    Dissection, Hints, KeyLog, KeyLogError, Kind, dissect, dissect_hinted, dissect_opened, json,
    text,
};
use wire::Note;

/// The secrets of RFC 8448 §3, as NSS would have written them.
const LOG: &str = include_str!("keylog/rfc8448.txt");

/// The encoder stream of RFC 9204's appendix B.2.
const ENCODER_STREAM: &str = "3fbd01c00f7777772e6578616d706c652e636f6dc10c2f73616d706c652f70617468";

/// What RFC 9001's appendix A says beside its packets, and RFC 9204's beside its sections.
fn hints() -> Hints {
    Hints {
        keys: KeyLog::read(include_str!("keylog/rfc9001.txt")).unwrap(),
        destination: Some(wire::hex::decode("8394c8f03e515708").unwrap()),
        id_length: Some(0),
        number: Some(654_360_563),
        encoder_stream: Some(wire::hex::decode(ENCODER_STREAM).unwrap()),
    }
}

fn of_file(name: &str, octets: &[u8]) -> Dissection {
    match name {
        "tls-record-opened" => dissect_opened(Kind::TlsRecord, octets, &KeyLog::read(LOG).unwrap()),
        "quic-packet-hinted" => dissect_hinted(Kind::QuicPacket, octets, &hints()),
        "qpack-section-hinted" => dissect_hinted(Kind::QpackSection, octets, &hints()),
        name => dissect(name.parse().unwrap(), octets),
    }
}

/// Every octet that was read stands in one field, and in no other.
#[track_caller]
fn every_octet_is_named_once(found: &Dissection) {
    let mut at = 0;
    for note in &found.notes {
        if let Note::Field { offset, octets, name, .. } = note {
            assert_eq!(*offset, at, "{name}");
            at += octets.len();
        }
    }
    assert_eq!(at, found.read);
}

#[test]
fn what_each_file_holds_is_told_field_by_field() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wire");
    testkit::wire_files(folder, |name, octets| {
        let found = of_file(name, octets);
        if found.error.is_none() {
            assert_eq!(found.read, octets.len());
            every_octet_is_named_once(&found);
        }
        testkit::prefixes(octets, |prefix| {
            let found = of_file(name, prefix);
            let _ = (text(&found), json(&found));
        });
        text(&found)
    });
}

#[test]
fn a_key_log_is_read_as_nss_writes_it() {
    assert!(KeyLog::read("# a remark\n\n").is_ok());
    let wrong = |text: &str| KeyLog::read(text).unwrap_err();
    assert_eq!(wrong("\nCLIENT_RANDOM abc def"), KeyLogError { line: 2 });
    assert_eq!(wrong("CLIENT_TRAFFIC_SECRET_0 00"), KeyLogError { line: 1 });
    assert!(wrong("a b c d").to_string().starts_with("line 1: not `LABEL"));
}

#[test]
fn another_connections_log_opens_nothing() {
    let other = LOG.replace('a', "b");
    let sealed = "17 03 03 00 13 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 12 13";
    let sealed: Vec<u8> =
        sealed.split(' ').map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect();
    for log in [LOG, &other] {
        let found = dissect_opened(Kind::TlsRecord, &sealed, &KeyLog::read(log).unwrap());
        assert_eq!(found, dissect(Kind::TlsRecord, &sealed));
        assert!(text(&found).contains("sealed, 19 octets, 16 of them a tag"));
    }
}

#[test]
fn pem_is_the_der_that_it_spells() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wire/certificate.txt");
    let file = std::fs::read_to_string(folder).unwrap();
    let lines = file.lines().take_while(|line| *line != "---");
    let der: Vec<u8> = lines
        .filter_map(|line| line.strip_prefix('>'))
        .flat_map(|line| testkit::octets_of_line(line).unwrap())
        .collect();
    let pem = x509::Certificate::read(&der).unwrap().to_pem();
    let found = dissect(Kind::Certificate, pem.as_bytes());
    assert_eq!(found, dissect(Kind::Certificate, &der));
    // Two in one file, and words around them.
    let two = dissect(Kind::Certificate, format!("words\n{pem}more\n{pem}").as_bytes());
    assert_eq!((two.read, two.error.as_ref()), (2 * der.len(), None));
    for (text, expected) in [
        (pem.replace("CERTIFICATE", "PRIVATE KEY"), "no -----BEGIN CERTIFICATE-----"),
        (pem.replace("-----END", "-----DNE"), "-----END"),
        (pem.replace("MII", "M!I"), "not base64"),
    ] {
        let error = dissect(Kind::Certificate, text.as_bytes()).error.unwrap();
        assert!(error.contains(expected), "{error}");
    }
}
