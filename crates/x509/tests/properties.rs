//! The fuzz targets' properties, for the inputs that chance finds in a second.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use proptest::prelude::*;
use x509::{
    ServerName, SigningKey, Validity, fuzzing,
    issue::{self, Serial},
};

/// A certificate as `wirebook cert` makes it.
fn certificate() -> Vec<u8> {
    let name = ServerName::parse("localhost").unwrap();
    let validity = Validity::from_now(fuzzing::NOW, 13);
    let key = SigningKey::generate_ed25519().unwrap();
    issue::self_signed(&key, &[name], validity, Serial(7)).unwrap().der().to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_octets(octets in prop::collection::vec(any::<u8>(), 0..200)) {
        fuzzing::check_der(&octets);
        fuzzing::check_certificate(&octets);
        fuzzing::check_key(&octets);
        fuzzing::check_chain(&octets);
        fuzzing::check_pem(&octets);
    }

    #[test]
    fn any_text(lines in prop::collection::vec(
        "-----(BEGIN|END) [A-B ]{0,3}-----|[A-Za-z0-9+/]{0,8}={0,2}| *|\r", 0..12,
    )) {
        fuzzing::check_pem(lines.join("\n").as_bytes());
    }

    #[test]
    fn any_family(octets in prop::collection::vec(any::<u8>(), 0..40)) {
        fuzzing::check_paths(&octets);
    }

    /// With authorities that may sign, valid and unconstrained, paths are long and many.
    #[test]
    fn any_family_of_authorities(drawn in prop::collection::vec(any::<[u8; 3]>(), 1..6)) {
        let mut octets = vec![0, 0, 0, 0, 0];
        for [names, keys, root] in drawn {
            octets.extend([names, keys, root & 1, 0, 0]);
        }
        fuzzing::check_paths(&octets);
    }

    #[test]
    fn one_octet_of_a_certificate_changed(at in 0usize..10_000, to in any::<u8>()) {
        let mut octets = certificate();
        let at = at % octets.len();
        octets[at] = to;
        fuzzing::check_certificate(&octets);
        fuzzing::check_chain(&octets);
        fuzzing::check_der(&octets);
    }
}

#[test]
fn every_beginning_of_a_certificate_is_an_error() {
    let octets = certificate();
    fuzzing::check_certificate(&octets);
    testkit::prefixes(&octets, |prefix| {
        fuzzing::check_certificate(prefix);
        assert_eq!(x509::Certificate::read(prefix).is_ok(), prefix.len() == octets.len());
    });
}

/// The judge of families judges something: paths are found, and refused for many reasons.
#[test]
fn families_are_of_every_kind() {
    let mut random = wire::Scripted(1);
    let mut story = std::collections::BTreeMap::<&str, usize>::new();
    for _ in 0..5_000 {
        let mut octets = random.next_u64().to_be_bytes().repeat(4);
        wire::Random::fill(&mut random, &mut octets);
        // A leaf that could be believed; the rest is drawn.
        octets[2..5].copy_from_slice(&[0, 0, 0]);
        fuzzing::check_paths(&octets);
        let family = fuzzing::Family::draw(&octets).unwrap();
        let verifier = x509::Verifier::new(family.roots().into_iter().collect());
        let answer = verifier.verify_server(&family.chain(), &family.name(), fuzzing::NOW);
        let kind = match answer {
            Ok(path) if path.certificates().len() > 2 => "a long path",
            Ok(_) => "a short path",
            Err(x509::Refused::PathTooLong { .. }) => "too long",
            Err(x509::Refused::NameNotPermitted { .. } | x509::Refused::NameExcluded { .. }) => {
                "constraints"
            }
            Err(x509::Refused::UnknownIssuer { .. }) => "unknown",
            Err(_) => "others",
        };
        *story.entry(kind).or_default() += 1;
    }
    assert_eq!(story.len(), 6, "{story:?}");
}
