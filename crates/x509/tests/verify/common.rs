//! A small world: a root, an authority below it, a leaf; each may be altered before it is signed.

use wire::UnixTime;
use x509::{
    Certificate, Path, PublicKey, Refused, Roots, ServerName, SigningKey, Validity, Verifier,
    der::{Oid, Tag, Writer, oid},
    issue::{Authority, Serial, Template, Usage},
};

/// 2026-01-01T00:00:00Z
pub(crate) const NOW: UnixTime = UnixTime(1_767_225_600);
pub(crate) const DAY: i64 = 86_400;

pub(crate) fn validity() -> Validity {
    Validity::from_now(NOW, 13)
}

/// The same key for the same number.
pub(crate) fn key(number: u8) -> SigningKey {
    let pkcs8 = Writer::build(|out| {
        out.sequence(|key| {
            key.number(0);
            key.sequence(|id| id.oid(&oid::ED25519));
            key.wrap(Tag::OCTET_STRING, |inside| inside.octets(&[number; 32]));
        });
    });
    SigningKey::from_pkcs8(&pkcs8).unwrap()
}

pub(crate) fn name(text: &str) -> ServerName {
    ServerName::parse(text).unwrap()
}

/// Signs a certificate once more, altered.
fn altered(plain: &Certificate, by: &SigningKey, alter: impl FnOnce(&mut Template)) -> Certificate {
    let mut template = Template::of(plain);
    alter(&mut template);
    Certificate::read(&template.sign(by).unwrap()).unwrap()
}

/// "Root", key 1.
pub(crate) fn root() -> Authority {
    root_with("Root", 1, |_| {})
}

pub(crate) fn root_with(name: &str, number: u8, alter: impl FnOnce(&mut Template)) -> Authority {
    let plain = Authority::root(name, key(number), validity(), Serial(1)).unwrap();
    let certificate = altered(plain.certificate(), plain.key(), alter);
    Authority::from_parts(certificate, key(number)).unwrap()
}

/// An authority signed by `by`.
pub(crate) fn below(
    by: &Authority,
    name: &str,
    number: u8,
    alter: impl FnOnce(&mut Template),
) -> Authority {
    let plain = by.authority(name, key(number), validity(), Serial(u128::from(number))).unwrap();
    let certificate = altered(plain.certificate(), by.key(), alter);
    Authority::from_parts(certificate, key(number)).unwrap()
}

/// A leaf for www.example.com, key 100, signed by `by`.
pub(crate) fn leaf(by: &Authority, alter: impl FnOnce(&mut Template)) -> Certificate {
    leaf_of(key(100).public_key(), by, alter)
}

pub(crate) fn leaf_of(
    key: &PublicKey,
    by: &Authority,
    alter: impl FnOnce(&mut Template),
) -> Certificate {
    let names = [name("www.example.com")];
    let plain = by.issue(key, &names, Usage::Both, validity(), Serial(100)).unwrap();
    altered(&plain, by.key(), alter)
}

/// A subjectAltName of these dNSNames.
pub(crate) fn dns_names(template: &mut Template, names: &[&str]) {
    template.extension(oid::SUBJECT_ALT_NAME, false, |out| {
        out.sequence(|list| {
            for name in names {
                list.value(Tag::context(2), name.as_bytes());
            }
        });
    });
}

/// An extKeyUsage of this.
pub(crate) fn purposes(template: &mut Template, purposes: &[Oid]) {
    template.extension(oid::EXTENDED_KEY_USAGE, false, |out| {
        out.sequence(|list| purposes.iter().for_each(|purpose| list.oid(purpose)));
    });
}

/// basicConstraints of an authority.
pub(crate) fn basic(template: &mut Template, critical: bool, path_len: Option<u64>) {
    template.extension(oid::BASIC_CONSTRAINTS, critical, |out| {
        out.sequence(|basic| {
            basic.boolean(true);
            if let Some(allowed) = path_len {
                basic.number(allowed);
            }
        });
    });
}

/// A verifier that trusts these.
pub(crate) fn trusting(roots: &[&Authority]) -> Verifier {
    Verifier::new(roots.iter().map(|root| root.certificate().clone()).collect::<Roots>())
}

/// www.example.com, asked of a server that sends this.
pub(crate) fn ask(
    roots: &[&Authority],
    leaf: &Certificate,
    others: &[&Authority],
) -> Result<Path, Refused> {
    let others = others.iter().map(|other| other.certificate().clone());
    let chain: Vec<Certificate> = std::iter::once(leaf.clone()).chain(others).collect();
    trusting(roots).verify_server(&chain, &name("www.example.com"), NOW)
}

/// The subjects of a path, the leaf first.
pub(crate) fn subjects(path: &Path) -> Vec<String> {
    path.certificates().iter().map(|one| one.subject().to_string()).collect()
}

/// It is refused, and says this.
#[track_caller]
pub(crate) fn assert_refused(answer: Result<Path, Refused>, line: &str) {
    assert_eq!(answer.unwrap_err().to_string(), line);
}
