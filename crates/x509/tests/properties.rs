//! The fuzz targets' properties, for the inputs that chance finds in a second.

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
    fn any_family_of_authorities(drawn in prop::collection::vec((any::<u8>(), any::<u8>(), any::<bool>()), 1..6)) {
        let mut octets = vec![0x04, 0x00, 0, 0, 0];
        for (names, keys, root) in drawn {
            octets.extend([names, keys, 0x06 | u8::from(root), 0, 0]);
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
