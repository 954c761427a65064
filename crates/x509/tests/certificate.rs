//! One test for each rule of a certificate's form (RFC 5280 §4), on certificates that break it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use wire::UnixTime;
use x509::{
    Certificate, ConstrainedName, DistinguishedName, Error, KeyKind, KeyUsage, Limits, ServerName,
    SignatureAlgorithm, SigningKey, Validity, Violation,
    der::{Oid, Tag, Writer, oid},
    issue::{self, Serial, Template},
};

const NOW: UnixTime = UnixTime(1_767_225_600);

fn key() -> SigningKey {
    SigningKey::from_pem(include_bytes!("keys/ed25519.pem")).unwrap()
}

fn template() -> Template {
    let validity = Validity::from_now(NOW, 13);
    let subject = DistinguishedName::common_name("localhost");
    Template::new(key().public_key(), subject, validity, Serial(7))
}

/// The certificate of this template.
fn made(alter: impl FnOnce(&mut Template)) -> Result<Certificate, Error> {
    let mut template = template();
    alter(&mut template);
    Certificate::read(&template.sign(&key()).unwrap())
}

fn violation(alter: impl FnOnce(&mut Template)) -> Violation {
    made(alter).unwrap_err().violation
}

/// The certificate with this extension.
fn with(id: Oid, body: impl FnOnce(&mut Writer<'_>)) -> Result<Certificate, Error> {
    made(|template| template.extension(id, false, body))
}

/// A certificate of these fields, written by hand around a signature that nobody checks.
struct Parts {
    version: Option<Vec<u8>>,
    inner: Vec<u8>,
    outer: Vec<u8>,
    serial: Vec<u8>,
    behind_key: Vec<u8>,
    behind_tbs: Vec<u8>,
}

fn parts() -> Parts {
    let id = Writer::build(|out| out.sequence(|id| id.oid(&oid::ED25519)));
    let (inner, outer) = (id.clone(), id);
    let version = Some(vec![0xa0, 3, 2, 1, 2]);
    Parts { version, inner, outer, serial: vec![2, 1, 7], behind_key: vec![], behind_tbs: vec![] }
}

impl Parts {
    fn read(&self) -> Result<Certificate, Error> {
        let template = template();
        Certificate::read(&Writer::build(|out| {
            out.sequence(|certificate| {
                certificate.sequence(|tbs| {
                    tbs.raw(self.version.as_deref().unwrap_or_default());
                    tbs.raw(&self.serial);
                    tbs.raw(&self.inner);
                    tbs.raw(template.issuer.der());
                    tbs.sequence(|times| {
                        times.time(NOW);
                        times.time(NOW);
                    });
                    tbs.raw(template.subject.der());
                    tbs.raw(&template.spki);
                    tbs.raw(&self.behind_key);
                });
                certificate.raw(&self.outer);
                certificate.bit_octets(&[1; 64]);
                certificate.raw(&self.behind_tbs);
            });
        }))
    }

    fn violation(&self) -> Violation {
        self.read().unwrap_err().violation
    }
}

#[test]
fn every_field_is_read() {
    let names = ["localhost", "127.0.0.1", "::1"].map(|name| ServerName::parse(name).unwrap());
    let key = SigningKey::from_pem(include_bytes!("keys/p256.pem")).unwrap();
    let validity = Validity::from_now(NOW, 13);
    let serial = Serial(0x8000_0000_0000_0000_0000_0000_0000_0001);
    let certificate = issue::self_signed(&key, &names, validity, serial).unwrap();
    assert_eq!(certificate.version(), 3);
    // A zero in front keeps it positive.
    assert_eq!(certificate.serial().len(), 17);
    assert_eq!(certificate.subject().to_string(), "CN=localhost");
    assert!(certificate.is_self_issued());
    assert_eq!(
        certificate.validity().to_string(),
        "2025-12-31 23:00:00 UTC to 2026-01-14 00:00:00 UTC"
    );
    assert_eq!(certificate.public_key(), key.public_key());
    assert_eq!(certificate.public_key().kind(), KeyKind::P256);
    let names: Vec<String> = certificate.names().iter().map(ToString::to_string).collect();
    assert_eq!(names, ["DNS:localhost", "IP:127.0.0.1", "IP:::1"]);
    let extensions = certificate.extensions();
    assert_eq!(
        extensions.basic_constraints.map(|basic| (basic.ca, basic.path_len)),
        Some((false, None))
    );
    assert_eq!(extensions.key_usage, Some(KeyUsage::DIGITAL_SIGNATURE));
    assert_eq!(extensions.extended_key_usage.as_deref(), Some(&[oid::SERVER_AUTH][..]));
    assert!(
        extensions.is_critical(&oid::KEY_USAGE)
            && !extensions.is_critical(&oid::EXTENDED_KEY_USAGE)
    );
    let usage = extensions.get(&oid::KEY_USAGE).unwrap();
    assert_eq!(certificate.contents(usage), [3, 2, 7, 0x80]);
    assert_eq!(*certificate.signature_algorithm(), SignatureAlgorithm::Ecdsa(x509::Hash::Sha256));
    assert_eq!(certificate.is_signed_by(key.public_key()), Ok(()));
    assert_eq!(
        Certificate::from_pem(certificate.to_pem().as_bytes()),
        Ok(vec![certificate.clone()])
    );
    assert_eq!(format!("{certificate:?}"), "Certificate(CN=localhost by CN=localhost)");
}

#[test]
fn made_again_it_is_the_same_but_for_the_signature() {
    let names = [ServerName::parse("localhost").unwrap()];
    let key = SigningKey::from_pem(include_bytes!("keys/p256.pem")).unwrap();
    let make = || issue::self_signed(&key, &names, Validity::from_now(NOW, 13), Serial(9)).unwrap();
    assert_eq!(make().signed(), make().signed());
}

#[test]
fn a_random_serial_number_is_positive_and_has_16_octets() {
    for seed in 0..100 {
        let serial = Serial::random(&mut wire::Scripted(seed)).0.to_be_bytes();
        assert!((0x40..0x80).contains(&serial[0]), "{serial:?}");
    }
}

/// At two thirds of its time, as `serve` asks at each start.
#[test]
fn a_certificate_is_renewed_before_it_ends() {
    let validity = Validity { not_before: UnixTime(0), not_after: UnixTime(300) };
    assert!(!validity.is_nearly_over(UnixTime(199)));
    assert!(validity.is_nearly_over(UnixTime(200)));
    assert!(validity.is_nearly_over(UnixTime(1000)));
}

#[test]
fn nothing_follows_a_certificate() {
    let mut der = made(|_| {}).unwrap().der().to_vec();
    der.push(0);
    assert_eq!(Certificate::read(&der).unwrap_err().violation, Violation::Trailing { octets: 1 });
    let behind = Parts { behind_tbs: vec![5, 0], ..parts() };
    assert_eq!(behind.violation(), Violation::Trailing { octets: 2 });
    let behind = Parts { behind_key: vec![5, 0], ..parts() };
    assert_eq!(behind.violation(), Violation::Trailing { octets: 2 });
}

#[test]
fn a_certificate_that_is_too_long_is_not_looked_at() {
    let limits = Limits { certificate: 10, ..Limits::default() };
    let error = Certificate::read_with(&[0x30; 11], &limits).unwrap_err();
    assert_eq!(error.violation, Violation::TooLong { limit: 10 });
}

#[test]
fn versions_are_1_2_and_3() {
    let version = |octets: Option<Vec<u8>>| Parts { version: octets, ..parts() };
    assert_eq!(version(None).read().unwrap().version(), 1);
    assert_eq!(version(Some(vec![0xa0, 3, 2, 1, 1])).read().unwrap().version(), 2);
    assert_eq!(version(Some(vec![0xa0, 3, 2, 1, 0])).violation(), Violation::DefaultEncoded);
    let unknown = version(Some(vec![0xa0, 3, 2, 1, 3]));
    assert_eq!(unknown.violation(), Violation::VersionUnknown { version: 3 });
    let large = version(Some(vec![0xa0, 4, 2, 2, 1, 0]));
    assert_eq!(large.violation(), Violation::IntegerTooLarge { most: 255 });
}

#[test]
fn fields_need_their_version() {
    let extensions = Writer::build(|out| {
        out.wrap(Tag::constructed(3), |explicit| {
            explicit.sequence(|list| {
                list.sequence(|one| {
                    one.oid(&oid::CERTIFICATE_POLICIES);
                    one.octets(&[]);
                });
            });
        });
    });
    let two = Some(vec![0xa0, 3, 2, 1, 1]);
    let unique = vec![0x81, 2, 0, 9, 0x82, 2, 0, 9];
    let low = Parts { version: two.clone(), behind_key: extensions.clone(), ..parts() };
    assert_eq!(low.violation(), Violation::VersionTooLow);
    assert!(Parts { behind_key: extensions, ..parts() }.read().is_ok());
    assert!(Parts { version: two, behind_key: unique.clone(), ..parts() }.read().is_ok());
    let low = Parts { version: None, behind_key: unique, ..parts() };
    assert_eq!(low.violation(), Violation::VersionTooLow);
}

#[test]
fn a_serial_number_may_be_anything_here() {
    for serial in [&[2, 1, 0][..], &[2, 1, 0x80], &[&[2, 30, 1][..], &[1; 29]].concat()] {
        let certificate = Parts { serial: serial.to_vec(), ..parts() }.read().unwrap();
        assert_eq!(certificate.serial(), &serial[2..]);
    }
}

#[test]
fn both_signature_algorithms_are_one() {
    let other = Writer::build(|out| out.sequence(|id| id.oid(&oid::ECDSA_SHA256)));
    let error = Parts { outer: other.clone(), ..parts() }.read().unwrap_err();
    assert_eq!((error.violation, error.field), (Violation::AlgorithmsDiffer, "signatureAlgorithm"));
    assert!(Parts { outer: other.clone(), inner: other, ..parts() }.read().is_ok());
}

#[test]
fn parameters_are_those_of_the_algorithm() {
    let id = |oid: &Oid, parameters: &[u8]| {
        let der = Writer::build(|out| {
            out.sequence(|id| {
                id.oid(oid);
                id.raw(parameters);
            });
        });
        let parts = Parts { inner: der.clone(), outer: der, ..parts() };
        parts.read().map(|certificate| certificate.signature_algorithm().clone())
    };
    let wrong = |answer: Result<SignatureAlgorithm, Error>| {
        answer.unwrap_err().violation == Violation::AlgorithmParameters
    };
    let rsa = SignatureAlgorithm::RsaPkcs1(x509::Hash::Sha384);
    assert_eq!(id(&oid::RSA_SHA384, &[5, 0]), Ok(rsa.clone()));
    assert_eq!(id(&oid::RSA_SHA384, &[]), Ok(rsa));
    assert!(wrong(id(&oid::RSA_SHA384, &[0x30, 0])));
    assert!(wrong(id(&oid::ECDSA_SHA256, &[5, 0])));
    assert!(wrong(id(&oid::ED25519, &[5, 0])));
    // Without parameters, RSASSA-PSS would be with SHA-1.
    assert!(wrong(id(&oid::RSA_PSS, &[])));
    assert!(wrong(id(&oid::RSA_PSS, &[0x30, 0])));
    let weak = id(&oid::RSA_SHA1, &[5, 0]);
    assert_eq!(weak, Ok(SignatureAlgorithm::Weak(oid::RSA_SHA1)));
    let other = Oid::read(&[0x2a, 3]).unwrap();
    assert_eq!(id(&other, &[2, 1, 5]), Ok(SignatureAlgorithm::Other(other)));
}

#[test]
fn pss_has_one_hash_for_all() {
    let pss = |outer: &Oid, inner: &Oid, mask: &Oid, salt: u64| {
        let digest = |out: &mut Writer<'_>, hash: &Oid| {
            out.sequence(|id| {
                id.oid(hash);
                id.null();
            });
        };
        let der = Writer::build(|out| {
            out.sequence(|id| {
                id.oid(&oid::RSA_PSS);
                id.sequence(|parameters| {
                    parameters.wrap(Tag::constructed(0), |of| digest(of, outer));
                    parameters.wrap(Tag::constructed(1), |of| {
                        of.sequence(|mgf| {
                            mgf.oid(mask);
                            digest(mgf, inner);
                        });
                    });
                    parameters.wrap(Tag::constructed(2), |of| of.number(salt));
                });
            });
        });
        let parts = Parts { inner: der.clone(), outer: der, ..parts() };
        parts.read().map(|certificate| certificate.signature_algorithm().clone()).ok()
    };
    let (sha256, sha384) = (&oid::SHA256, &oid::SHA384);
    let fine = Some(SignatureAlgorithm::RsaPss(x509::Hash::Sha256));
    assert_eq!(pss(sha256, sha256, &oid::MGF1, 32), fine);
    assert_eq!(pss(sha256, sha384, &oid::MGF1, 32), None);
    assert_eq!(pss(sha256, sha256, &oid::MGF1, 20), None);
    assert_eq!(pss(sha256, sha256, &oid::SHA256, 32), None);
}

#[test]
fn extensions_stand_there_once() {
    let violation = violation(|template| {
        for _ in 0..2 {
            template.extensions.push((oid::CERTIFICATE_POLICIES, false, vec![]));
        }
    });
    assert_eq!(violation, Violation::ExtensionRepeated);
}

#[test]
fn critical_is_left_out_where_it_is_false() {
    let plain = made(|of| of.extension(oid::CERTIFICATE_POLICIES, true, |_| {})).unwrap();
    let mut der = plain.der().to_vec();
    let at = der.windows(3).rposition(|three| three == [1, 1, 0xff]).unwrap();
    der[at + 2] = 0;
    assert_eq!(Certificate::read(&der).unwrap_err().violation, Violation::DefaultEncoded);
}

#[test]
fn basic_constraints_hold_a_path_length_only_of_an_authority() {
    let basic = |body: &dyn Fn(&mut Writer<'_>)| {
        let read = with(oid::BASIC_CONSTRAINTS, |out| out.sequence(body));
        read.map(|of| of.extensions().basic_constraints.map(|basic| (basic.ca, basic.path_len)))
    };
    assert_eq!(basic(&|_| {}), Ok(Some((false, None))));
    let with_length = |ca: bool| {
        basic(&move |out| {
            if ca {
                out.boolean(true);
            }
            out.number(3);
        })
    };
    assert_eq!(with_length(true), Ok(Some((true, Some(3)))));
    assert_eq!(with_length(false).unwrap_err().violation, Violation::PathLenWithoutCa);
    let error = basic(&|out| out.boolean(false)).unwrap_err();
    assert_eq!(error.violation, Violation::DefaultEncoded);
}

#[test]
fn a_usage_is_used() {
    let usage = |octets: &'static [u8]| {
        with(oid::KEY_USAGE, |out| out.raw(octets)).map(|of| of.extensions().key_usage)
    };
    assert_eq!(usage(&[3, 1, 0]).unwrap_err().violation, Violation::Empty);
    assert_eq!(usage(&[3, 2, 1, 0x06]), Ok(Some(KeyUsage(0x0600))));
    assert_eq!(usage(&[3, 3, 7, 0x80, 0x80]), Ok(Some(KeyUsage(0x8080))));
    // Two roots that every system has end with bits that are not set.
    assert_eq!(usage(&[3, 3, 7, 0x06, 0]), Ok(Some(KeyUsage(0x0600))));
    let purposes = with(oid::EXTENDED_KEY_USAGE, |out| out.sequence(|_| {}));
    assert_eq!(purposes.unwrap_err().violation, Violation::Empty);
    let names = with(oid::SUBJECT_ALT_NAME, |out| out.sequence(|_| {}));
    assert_eq!(names.unwrap_err().violation, Violation::Empty);
}

#[test]
fn an_authority_key_is_named_in_one_of_three_ways() {
    let identifier = |body: &dyn Fn(&mut Writer<'_>)| {
        let read = with(oid::AUTHORITY_KEY_IDENTIFIER, |out| out.sequence(body));
        read.map(|of| of.extensions().authority_key_identifier.clone().unwrap())
    };
    let issuer = |out: &mut Writer<'_>| {
        out.wrap(Tag::constructed(1), |names| names.value(Tag::context(2), b"a.example"));
    };
    let serial = |out: &mut Writer<'_>| out.value(Tag::context(2), &[7]);
    let read = identifier(&|out| out.value(Tag::context(0), &[1, 2])).unwrap();
    assert_eq!((read.key_identifier, read.issuer_and_serial), (Some(vec![1, 2]), false));
    let read = identifier(&|out| {
        issuer(out);
        serial(out);
    });
    assert!(read.unwrap().issuer_and_serial);
    assert!(identifier(&|_| {}).unwrap().key_identifier.is_none());
    for lone in [&issuer as &dyn Fn(&mut Writer<'_>), &serial] {
        let error = identifier(lone).unwrap_err();
        assert_eq!(error.violation, Violation::IssuerWithoutSerial);
    }
}

fn constraints(bases: &[(Tag, &[u8])]) -> Result<Vec<ConstrainedName>, Error> {
    let read = with(oid::NAME_CONSTRAINTS, |out| {
        out.sequence(|both| {
            both.wrap(Tag::constructed(0), |list| {
                for (tag, contents) in bases {
                    list.sequence(|tree| tree.value(*tag, contents));
                }
            });
        });
    });
    read.map(|of| of.extensions().name_constraints.clone().unwrap().permitted)
}

#[test]
fn a_constraint_is_a_domain_a_net_or_a_name() {
    let shown = |tag: Tag, contents: &[u8]| {
        constraints(&[(tag, contents)]).map(|bases| bases[0].to_string())
    };
    let dns = |text: &str| shown(Tag::context(2), text.as_bytes());
    assert_eq!(dns("Example.com").as_deref(), Ok("DNS:example.com"));
    assert_eq!(dns("").as_deref(), Ok("DNS:"));
    for text in [".example.com", "*.example.com", "example.com.", "a b", "1.2.3.4"] {
        assert_eq!(dns(text).unwrap_err().violation, Violation::DnsConstraint, "{text}");
    }
    let ip = |octets: &[u8]| shown(Tag::context(7), octets);
    assert_eq!(ip(&[192, 0, 2, 0, 255, 255, 255, 0]).as_deref(), Ok("IP:192.0.2.0/24"));
    assert_eq!(ip(&[0; 8]).as_deref(), Ok("IP:0.0.0.0/0"));
    assert_eq!(ip(&[[0; 16], [0xff; 16]].concat()).as_deref(), Ok("IP:::/128"));
    for mask in [[255, 0, 255, 0], [0, 0, 0, 1], [127, 255, 255, 255]] {
        let error = ip(&[&[10, 0, 0, 0], &mask[..]].concat()).unwrap_err();
        assert_eq!(error.violation, Violation::IpMask, "{mask:?}");
    }
    for octets in [0, 4, 7, 9, 16, 20, 31, 33] {
        let error = ip(&vec![0; octets]).unwrap_err();
        assert_eq!(error.violation, Violation::IpLength { octets });
    }
    assert_eq!(shown(Tag::context(1), b"example.com").as_deref(), Ok("[1]"));
    assert_eq!(constraints(&[]).unwrap_err().violation, Violation::Empty);
}

#[test]
fn constraints_have_no_bounds_and_hold_something() {
    let bounds = with(oid::NAME_CONSTRAINTS, |out| {
        out.sequence(|both| {
            both.wrap(Tag::constructed(1), |list| {
                list.sequence(|tree| {
                    tree.value(Tag::context(2), b"example.com");
                    tree.value(Tag::context(1), &[5]);
                });
            });
        });
    });
    assert_eq!(bounds.unwrap_err().violation, Violation::SubtreeBounds);
    let empty = with(oid::NAME_CONSTRAINTS, |out| out.sequence(|_| {}));
    assert_eq!(empty.unwrap_err().violation, Violation::Empty);
}

#[test]
fn an_error_stands_where_it_is_counted_from_the_start() {
    let error = with(oid::SUBJECT_ALT_NAME, |out| {
        out.sequence(|list| list.value(Tag::context(7), &[1, 2, 3]));
    });
    let error = error.unwrap_err();
    let der = template();
    let mut template = der;
    template.extension(oid::SUBJECT_ALT_NAME, false, |out| {
        out.sequence(|list| list.value(Tag::context(7), &[1, 2, 3]));
    });
    let der = template.sign(&key()).unwrap();
    assert_eq!(der[error.offset..error.offset + 5], [0x87, 3, 1, 2, 3]);
    assert_eq!((error.field, error.violation.name()), ("iPAddress", "IpLength"));
}

#[test]
fn of_a_chain_the_leaf_must_be_readable_and_others_need_not() {
    let leaf = made(|_| {}).unwrap();
    let chain = Certificate::read_chain([leaf.der(), b"?", leaf.der()]).unwrap();
    assert_eq!(chain.len(), 2);
    assert!(Certificate::read_chain([b"?", leaf.der()]).is_err());
    let none: [&[u8]; 0] = [];
    assert_eq!(Certificate::read_chain(none).unwrap_err().violation, Violation::Empty);
}
