//! Keys: files as OpenSSL writes them, signatures of every scheme.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use x509::{
    Hash, KeyKind, PublicKey, Scheme, SigningKey, Violation,
    der::{Oid, Tag, Writer, oid},
    pem,
};

const FILES: [(&str, &[u8], KeyKind); 5] = [
    ("p256", include_bytes!("keys/p256.pem"), KeyKind::P256),
    ("p384_sec1", include_bytes!("keys/p384_sec1.pem"), KeyKind::P384),
    ("ed25519", include_bytes!("keys/ed25519.pem"), KeyKind::Ed25519),
    ("rsa2048", include_bytes!("keys/rsa2048.pem"), KeyKind::Rsa { bits: 2048 }),
    ("rsa2048_pkcs1", include_bytes!("keys/rsa2048_pkcs1.pem"), KeyKind::Rsa { bits: 2048 }),
];

const SCHEMES: [Scheme; 11] = [
    Scheme::RsaPkcs1(Hash::Sha256),
    Scheme::RsaPkcs1(Hash::Sha384),
    Scheme::RsaPkcs1(Hash::Sha512),
    Scheme::RsaPss(Hash::Sha256),
    Scheme::RsaPss(Hash::Sha384),
    Scheme::RsaPss(Hash::Sha512),
    Scheme::EcdsaP256Sha256,
    Scheme::EcdsaP384Sha384,
    Scheme::EcdsaP256Sha384,
    Scheme::EcdsaP384Sha256,
    Scheme::Ed25519,
];

fn file(name: &str) -> SigningKey {
    let (_, text, _) = FILES.iter().find(|(file, ..)| *file == name).unwrap();
    SigningKey::from_pem(text).unwrap()
}

/// RFC 8410 §10.1 and §10.3: a public key and its private one.
#[test]
fn the_example_of_rfc_8410() {
    let key = SigningKey::from_pem(
        b"-----BEGIN PRIVATE KEY-----\n\
          MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
          -----END PRIVATE KEY-----\n",
    );
    let public = pem::parse(
        b"-----BEGIN PUBLIC KEY-----\n\
          MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n\
          -----END PUBLIC KEY-----\n",
    );
    let public = PublicKey::read(&public.unwrap()[0].der).unwrap();
    assert_eq!(*key.unwrap().public_key(), public);
}

#[test]
fn every_kind_of_file_is_read_and_signs() {
    for (name, text, kind) in FILES {
        let key = SigningKey::from_pem(text).unwrap();
        assert_eq!(key.public_key().kind(), kind, "{name}");
        assert!(!key.schemes().is_empty());
        for scheme in key.schemes() {
            assert!(scheme.signs_handshakes());
            let signature = key.sign(*scheme, b"message").unwrap();
            assert_eq!(key.public_key().verify(*scheme, b"message", &signature), Ok(()), "{name}");
            let error = key.public_key().verify(*scheme, b"another", &signature).unwrap_err();
            assert_eq!(error.violation, Violation::SignatureInvalid, "{name}");
        }
        assert_eq!(format!("{key:?}"), format!("SigningKey({kind})"), "nothing secret is shown");
    }
}

#[test]
fn a_key_written_and_read_again_is_the_same() {
    for (name, text, _) in FILES {
        let key = SigningKey::from_pem(text).unwrap();
        let again = SigningKey::from_pem(key.to_pkcs8_pem().as_bytes()).unwrap();
        assert_eq!(again.public_key(), key.public_key(), "{name}");
        assert_eq!(again.to_pkcs8(), key.to_pkcs8(), "{name}");
    }
    assert_eq!(file("rsa2048").to_pkcs8(), file("rsa2048_pkcs1").to_pkcs8());
}

#[test]
fn made_keys_sign() {
    for key in [SigningKey::generate_p256().unwrap(), SigningKey::generate_ed25519().unwrap()] {
        let again = SigningKey::from_pkcs8(key.to_pkcs8()).unwrap();
        let scheme = key.schemes()[0];
        let signature = again.sign(scheme, b"message").unwrap();
        assert_eq!(key.public_key().verify(scheme, b"message", &signature), Ok(()));
    }
    let (one, two) = (SigningKey::generate_p256().unwrap(), SigningKey::generate_p256().unwrap());
    assert_ne!(one.public_key(), two.public_key());
}

#[test]
fn a_scheme_of_another_kind_of_key_is_no_scheme() {
    for name in ["p256", "p384_sec1", "ed25519", "rsa2048"] {
        let key = file(name);
        for scheme in SCHEMES {
            let signed = key.sign(scheme, b"message");
            let own = key.schemes().contains(&scheme)
                || matches!((name, scheme), ("rsa2048", Scheme::RsaPkcs1(_)));
            assert_eq!(signed.is_ok(), own, "{name} {}", scheme.name());
            if let Ok(signature) = signed {
                assert_eq!(key.public_key().verify(scheme, b"message", &signature), Ok(()));
                continue;
            }
            assert_eq!(signed.unwrap_err().violation, Violation::SchemeMismatch);
            let error = key.public_key().verify(scheme, b"message", &[0; 64]).unwrap_err();
            // Certificates join either hash with either curve.
            let crossed = matches!(
                (name, scheme),
                ("p256", Scheme::EcdsaP256Sha384) | ("p384_sec1", Scheme::EcdsaP384Sha256)
            );
            let expected =
                if crossed { Violation::SignatureInvalid } else { Violation::SchemeMismatch };
            assert_eq!(error.violation, expected, "{name} {}", scheme.name());
        }
    }
}

/// RFC 8446 §4.2.3
#[test]
fn schemes_have_the_numbers_and_names_of_tls() {
    for (code, name) in [
        (0x0401, "rsa_pkcs1_sha256"),
        (0x0403, "ecdsa_secp256r1_sha256"),
        (0x0503, "ecdsa_secp384r1_sha384"),
        (0x0804, "rsa_pss_rsae_sha256"),
        (0x0807, "ed25519"),
    ] {
        let scheme = Scheme::from_code(code).unwrap();
        assert_eq!((scheme.code(), scheme.name()), (Some(code), name));
    }
    assert_eq!(Scheme::from_code(0x0203), None, "ecdsa_sha1");
    for scheme in SCHEMES {
        if let Some(code) = scheme.code() {
            assert_eq!(Scheme::from_code(code), Some(scheme));
        }
    }
    assert!(!Scheme::RsaPkcs1(Hash::Sha256).signs_handshakes());
    assert!(!Scheme::EcdsaP256Sha384.signs_handshakes());
}

fn violation(text: &str) -> Violation {
    SigningKey::from_pem(text.as_bytes()).unwrap_err().violation
}

#[test]
fn files_without_a_key_are_told_from_files_with_a_password() {
    let certificate = pem::encode("CERTIFICATE", &[0x30, 0]);
    assert_eq!(violation(&certificate), Violation::PemMissing { label: "PRIVATE KEY" });
    let encrypted = pem::encode("ENCRYPTED PRIVATE KEY", &[0x30, 0]);
    assert_eq!(violation(&encrypted), Violation::KeyEncrypted);
    let key = file("p256");
    let both = format!("{certificate}{}", key.to_pkcs8_pem());
    let found = SigningKey::from_pem(both.as_bytes()).unwrap();
    assert_eq!(found.public_key(), key.public_key());
}

/// A SEC 1 key of these parts.
fn sec1(scalar: &[u8], curve: Option<&Oid>, point: Option<&[u8]>) -> Vec<u8> {
    Writer::build(|out| {
        out.sequence(|key| {
            key.number(1);
            key.octets(scalar);
            if let Some(curve) = curve {
                key.wrap(Tag::constructed(0), |of| of.oid(curve));
            }
            if let Some(point) = point {
                key.wrap(Tag::constructed(1), |of| of.bit_octets(point));
            }
        });
    })
}

#[test]
fn a_private_key_comes_with_its_own_public_key_and_curve() {
    let (mine, other) =
        (SigningKey::generate_p256().unwrap(), SigningKey::generate_p256().unwrap());
    let point = |key: &SigningKey| key.public_key().spki()[26..].to_vec();
    // The scalar stands where PKCS#8 of P-256 always has it.
    let scalar = &mine.to_pkcs8()[36..68];
    let read = |der: Vec<u8>| SigningKey::from_sec1(&der).map_err(|error| error.violation);
    let fine = read(sec1(scalar, Some(&oid::P256), Some(&point(&mine)))).unwrap();
    assert_eq!(fine.public_key(), mine.public_key());
    let violation = |der: Vec<u8>| read(der).unwrap_err();
    let own = point(&mine);
    assert_eq!(
        violation(sec1(scalar, Some(&oid::P256), Some(&point(&other)))),
        Violation::KeyRejected
    );
    assert_eq!(violation(sec1(scalar, Some(&oid::P256), None)), Violation::KeyPublicMissing);
    assert_eq!(violation(sec1(scalar, None, Some(&own))), Violation::KeyUnsupported);
    assert_eq!(violation(sec1(scalar, Some(&oid::P384), Some(&own))), Violation::KeyRejected);
    assert_eq!(violation(sec1(&[0; 32], Some(&oid::P256), Some(&own))), Violation::KeyRejected);
    assert_eq!(violation(sec1(scalar, Some(&oid::ED25519), Some(&own))), Violation::KeyUnsupported);
    // In PKCS#8 the curve may be named twice, and is one.
    let twice = |inside: &Oid| {
        let der = Writer::build(|out| {
            out.sequence(|key| {
                key.number(0);
                key.sequence(|id| {
                    id.oid(&oid::EC_PUBLIC_KEY);
                    id.oid(&oid::P256);
                });
                key.octets(&sec1(scalar, Some(inside), Some(&own)));
            });
        });
        SigningKey::from_pkcs8(&der).map(|_| ()).map_err(|error| (error.violation, error.field))
    };
    assert_eq!(twice(&oid::P256), Ok(()));
    assert_eq!(twice(&oid::P384), Err((Violation::KeyRejected, "namedCurve")));
}

/// A SubjectPublicKeyInfo of these parts.
fn spki(algorithm: &Oid, parameters: &[u8], key: &[u8]) -> Vec<u8> {
    Writer::build(|out| {
        out.sequence(|spki| {
            spki.sequence(|id| {
                id.oid(algorithm);
                id.raw(parameters);
            });
            spki.bit_octets(key);
        });
    })
}

#[test]
fn public_keys_have_the_form_of_their_algorithm() {
    let p256 = Writer::build(|out| out.oid(&oid::P256));
    let p224 = b"\x06\x05\x2b\x81\x04\x00\x21";
    let point = [&[4][..], &[1; 64]].concat();
    let read =
        |der: Vec<u8>| PublicKey::read(&der).map(|key| key.kind()).map_err(|error| error.violation);
    assert_eq!(read(spki(&oid::EC_PUBLIC_KEY, &p256, &point)), Ok(KeyKind::P256));
    assert_eq!(read(spki(&oid::EC_PUBLIC_KEY, p224, &point)), Ok(KeyKind::Other));
    // Compressed, or of another curve's length.
    for key in [&[&[2][..], &[1; 32]].concat()[..], &[&[4][..], &[1; 96]].concat()] {
        assert_eq!(read(spki(&oid::EC_PUBLIC_KEY, &p256, key)), Err(Violation::KeyInvalid));
    }
    assert_eq!(read(spki(&oid::EC_PUBLIC_KEY, &[], &point)), Err(Violation::AlgorithmParameters));
    assert_eq!(read(spki(&oid::ED25519, &[], &[1; 32])), Ok(KeyKind::Ed25519));
    assert_eq!(read(spki(&oid::ED25519, &[], &[1; 31])), Err(Violation::KeyInvalid));
    assert_eq!(read(spki(&oid::ED25519, &[5, 0], &[1; 32])), Err(Violation::AlgorithmParameters));
    let rsa = |modulus: &[u8]| {
        Writer::build(|out| {
            out.sequence(|key| {
                key.unsigned(modulus);
                key.number(3);
            });
        })
    };
    let wide = |modulus: &[u8]| read(spki(&oid::RSA_ENCRYPTION, &[5, 0], &rsa(modulus)));
    assert_eq!(wide(&[0xff; 256]), Ok(KeyKind::Rsa { bits: 2048 }));
    assert_eq!(wide(&[0x01, 0xff]), Ok(KeyKind::Rsa { bits: 9 }));
    assert_eq!(
        read(spki(&oid::RSA_ENCRYPTION, &[], &rsa(&[0xff; 256]))),
        Err(Violation::AlgorithmParameters)
    );
    let error = PublicKey::read(&spki(&oid::RSA_ENCRYPTION, &[5, 0], &[0x30, 3, 2, 1, 0]));
    let error = error.unwrap_err();
    assert_eq!((error.violation, error.field), (Violation::IntegerNegative, "modulus"));
}

#[test]
fn rsa_of_other_lengths_verifies_nothing() {
    for bits in [1024usize, 2047, 8200] {
        let mut modulus = vec![0xff; bits.div_ceil(8)];
        modulus[0] >>= modulus.len() * 8 - bits;
        let key = Writer::build(|out| {
            out.sequence(|key| {
                key.unsigned(&modulus);
                key.number(65_537);
            });
        });
        let key = PublicKey::read(&spki(&oid::RSA_ENCRYPTION, &[5, 0], &key)).unwrap();
        let error = key.verify(Scheme::RsaPss(Hash::Sha256), b"", &[0; 128]).unwrap_err();
        assert_eq!(error.violation, Violation::KeyLength { bits });
    }
}

#[test]
fn every_beginning_of_a_key_is_an_error() {
    for (name, text, _) in FILES {
        let der = pem::parse(text).unwrap().remove(0).der;
        testkit::prefixes(&der, |prefix| {
            for read in [SigningKey::from_pkcs8, SigningKey::from_sec1, SigningKey::from_pkcs1] {
                assert!(read(prefix).is_err(), "{name} at {}", prefix.len());
            }
        });
    }
}

/// Of an RSA key ring looks at some parts only when it signs.
#[test]
fn an_rsa_key_whose_parts_do_not_fit_is_refused() {
    let der = pem::parse(FILES[4].1).unwrap().remove(0).der;
    let mut refused = 0;
    // Some lie in the modulus, some in a prime, some in a coefficient.
    for at in (20..der.len()).step_by(97) {
        let mut changed = der.clone();
        changed[at] ^= 4;
        match SigningKey::from_pkcs1(&changed) {
            Ok(key) => assert!(key.sign(key.schemes()[0], b"message").is_ok()),
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 8, "{refused}");
}
