//! Rules of every certificate of a path.

use crate::common::*;
use wire::UnixTime;
use x509::{
    Certificate, Refused, SigningKey, Validity,
    der::{Oid, Tag, Writer, oid},
    issue::Template,
};

#[test]
fn both_ends_of_the_validity_are_valid() {
    let root = root();
    let (first, last) = (NOW.plus_seconds(-10), NOW.plus_seconds(10));
    let leaf =
        leaf(&root, |template| template.validity = Validity { not_before: first, not_after: last });
    let verifier = trusting(&[&root]);
    let at = |time: UnixTime| {
        let chain = std::slice::from_ref(&leaf);
        verifier.verify_server(chain, &name("www.example.com"), time).map(|_| ())
    };
    assert_eq!((at(first), at(last)), (Ok(()), Ok(())));
    assert_eq!(
        at(first.plus_seconds(-1)).unwrap_err().to_string(),
        "certificate 0 (CN=www.example.com) is not valid before 2025-12-31 23:59:50 UTC"
    );
    assert_eq!(
        at(last.plus_seconds(1)).unwrap_err().to_string(),
        "certificate 0 (CN=www.example.com) expired at 2026-01-01 00:00:10 UTC"
    );
}

#[test]
fn an_authority_that_expired_signs_nothing_and_neither_does_a_root() {
    let over = Validity { not_before: NOW.plus_seconds(-DAY), not_after: NOW.plus_seconds(-1) };
    let root = root();
    let middle = below(&root, "Middle", 2, |template| template.validity = over);
    assert_refused(
        ask(&[&root], &leaf(&middle, |_| {}), &[&middle]),
        "certificate 1 (CN=Middle) expired at 2025-12-31 23:59:59 UTC",
    );
    let root = root_with("Old root", 1, |template| template.validity = over);
    assert_refused(
        ask(&[&root], &leaf(&root, |_| {}), &[]),
        "certificate 1 (CN=Old root) expired at 2025-12-31 23:59:59 UTC",
    );
}

#[test]
fn serial_numbers_are_positive_and_have_20_octets_at_most() {
    let root = root();
    let with = |serial: &[u8]| ask(&[&root], &leaf(&root, |of| of.serial = serial.to_vec()), &[]);
    assert!(with(&[0x7f; 20]).is_ok());
    for (serial, rule) in [
        (&[0][..], "its serial number is 0 (RFC 5280 §4.1.2.2)"),
        (&[0x80], "its serial number is negative (RFC 5280 §4.1.2.2)"),
        (&[0x7f; 21], "its serial number has more than 20 octets (RFC 5280 §4.1.2.2)"),
    ] {
        let line = format!("certificate 0 (CN=www.example.com) is irregular: {rule}");
        assert_refused(with(serial), &line);
    }
}

#[test]
fn the_serial_number_of_a_root_says_nothing() {
    let root = root_with("Root", 1, |template| template.serial = vec![0]);
    assert!(ask(&[&root], &leaf(&root, |_| {}), &[]).is_ok());
}

#[test]
fn a_certificate_has_an_issuer() {
    let root = root();
    let leaf = leaf(&root, |template| template.issuer = x509::DistinguishedName::empty());
    assert_refused(
        ask(&[&root], &leaf, &[]),
        "certificate 0 (CN=www.example.com) is irregular: it has no issuer (RFC 5280 §4.1.2.4)",
    );
}

fn with_extension(id: &Oid, critical: bool) -> Result<(), Refused> {
    let root = root();
    let leaf = leaf(&root, |template: &mut Template| {
        let before = template.extensions.iter().find(|(have, ..)| have == id);
        // authorityInfoAccess must be well formed; of the others nobody looks inside.
        let contents = before.map_or_else(access, |(_, _, contents)| contents.clone());
        template.extension(id.clone(), critical, |out| out.raw(&contents));
    });
    ask(&[&root], &leaf, &[]).map(|_| ())
}

fn access() -> Vec<u8> {
    Writer::build(|out| {
        out.sequence(|list| {
            list.sequence(|one| {
                one.oid(&oid::OCSP);
                one.value(Tag::context(6), b"http://ocsp.example/");
            });
        });
    })
}

#[test]
fn unknown_critical_extensions_are_refused_and_others_are_not() {
    let private = Oid::read(&[0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xb3, 0x3a]).unwrap();
    assert_eq!(with_extension(&private, false), Ok(()));
    assert_eq!(
        with_extension(&private, true).unwrap_err().to_string(),
        "certificate 0 (CN=www.example.com) has an unknown critical extension: 1.3.6.1.4.1.55738"
    );
    assert_eq!(with_extension(&oid::CERTIFICATE_POLICIES, false), Ok(()));
    assert!(with_extension(&oid::CERTIFICATE_POLICIES, true).is_err());
}

#[test]
fn some_extensions_are_never_critical_and_some_always() {
    for id in
        [oid::AUTHORITY_KEY_IDENTIFIER, oid::SUBJECT_KEY_IDENTIFIER, oid::AUTHORITY_INFO_ACCESS]
    {
        assert_eq!(with_extension(&id, false), Ok(()), "{id}");
        let refused = with_extension(&id, true).unwrap_err().to_string();
        assert!(refused.contains(&format!("its {id} is critical")), "{refused}");
    }
    for id in [oid::POLICY_CONSTRAINTS, oid::INHIBIT_ANY_POLICY] {
        let refused = with_extension(&id, false).unwrap_err().to_string();
        assert!(refused.contains("not critical"), "{refused}");
        // Nobody here knows what it asks for.
        let refused = with_extension(&id, true).unwrap_err();
        assert!(matches!(refused, Refused::UnknownCritical { .. }), "{refused}");
    }
}

fn rsa_spki(modulus: &[u8]) -> Vec<u8> {
    let key = Writer::build(|out| {
        out.sequence(|key| {
            key.unsigned(modulus);
            key.number(65_537);
        });
    });
    Writer::build(|out| {
        out.sequence(|spki| {
            spki.sequence(|id| {
                id.oid(&oid::RSA_ENCRYPTION);
                id.null();
            });
            spki.bit_octets(&key);
        });
    })
}

#[test]
fn weak_keys_are_refused_wherever_they_stand() {
    let root = root();
    for (modulus, key) in
        [(vec![0xff; 128], "RSA-1024"), ([vec![0x0f], vec![0xff; 256]].concat(), "RSA-2052")]
    {
        let leaf = leaf(&root, |template| template.spki = rsa_spki(&modulus));
        let line = format!("certificate 0 (CN=www.example.com) has a weak key: {key}");
        assert_refused(ask(&[&root], &leaf, &[]), &line);
    }
    let middle = below(&root, "Middle", 2, |_| {});
    let mut weak = Template::of(middle.certificate());
    weak.spki = rsa_spki(&[0xff; 128]);
    let weak = Certificate::read(&weak.sign(root.key()).unwrap()).unwrap();
    let chain = [leaf(&middle, |_| {}), weak];
    assert_refused(
        trusting(&[&root]).verify_server(&chain, &name("www.example.com"), NOW),
        "certificate 1 (CN=Middle) has a weak key: RSA-1024",
    );
}

#[test]
fn a_key_that_we_do_not_have_is_refused_with_its_name() {
    let root = root();
    let leaf = leaf(&root, |template| {
        // A curve of 192 bits (1.2.840.10045.3.1.1).
        template.spki = Writer::build(|out| {
            out.sequence(|spki| {
                spki.sequence(|id| {
                    id.oid(&oid::EC_PUBLIC_KEY);
                    id.value(Tag::OBJECT_IDENTIFIER, b"\x2a\x86\x48\xce\x3d\x03\x01\x01");
                });
                spki.bit_octets(&[4; 49]);
            });
        });
    });
    assert_refused(
        ask(&[&root], &leaf, &[]),
        "certificate 0 (CN=www.example.com) has a key of an unsupported kind: id-ecPublicKey",
    );
}

#[test]
fn signatures_with_sha1_are_refused() {
    let root = root();
    let plain = leaf(&root, |_| {});
    let weak = Writer::build(|out| out.sequence(|id| id.oid(&oid::ECDSA_SHA1)));
    let ed25519 = Writer::build(|out| out.sequence(|id| id.oid(&oid::ED25519)));
    // The same certificate under another algorithm's name; nobody gets as far as the signature.
    let tbs = replaced(plain.signed(), &ed25519, &weak);
    let der = Writer::build(|out| {
        out.sequence(|certificate| {
            certificate.raw(&tbs);
            certificate.raw(&weak);
            certificate.bit_octets(plain.signature());
        });
    });
    assert_refused(
        ask(&[&root], &Certificate::read(&der).unwrap(), &[]),
        "certificate 0 (CN=www.example.com) is signed with a weak algorithm: ecdsa-with-SHA1",
    );
}

/// A SEQUENCE with the first `from` inside replaced by `to`.
fn replaced(sequence: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let contents = x509::der::Reader::new(sequence).any("tbs").unwrap().1;
    let at = contents.windows(from.len()).position(|window| window == from).unwrap();
    let contents = [&contents[..at], to, &contents[at + from.len()..]].concat();
    Writer::build(|out| out.value(Tag::SEQUENCE, &contents))
}

#[test]
fn the_scheme_must_be_one_that_the_issuers_key_has() {
    let root = root();
    // Signed on P-256, in the name of a root whose key is Ed25519's.
    let other = SigningKey::generate_p256().unwrap();
    let plain = leaf(&root, |_| {});
    let leaf = Certificate::read(&Template::of(&plain).sign(&other).unwrap()).unwrap();
    assert_refused(
        ask(&[&root], &leaf, &[]),
        "certificate 0 (CN=www.example.com) is signed in a way that its issuer's Ed25519 key does \
         not have",
    );
}
