//! We and rustls-webpki on the same certificates: what either believes, the other believes too,
//! or the table says why not.
//!
//! RFC 5280 §4.1, §6.1
//!
//! | both are right, and differ            | we                         | rustls-webpki        |
//! |---------------------------------------|----------------------------|----------------------|
//! | authorities issued to themselves      | do not count (§4.2.1.9)    | count                |
//! | versions 1 and 2                      | read them, believe neither | refuses to read them |
//! | critical extensions that nobody knows | read, refused when asked   | refuses to read them |
//!
//! Two of our rules are left out of the families that both are asked about, because they are not
//! rustls-webpki's business: what a root's certificate says of itself, and keyCertSign.
//!
//! Invariant: of what both read, names and key are the same. A new line in this table needs a
//! reason from the RFC.
//!
//! Used by: the fuzz target `webpki`, and the replay of its seeds in `tests/`.

use std::time::Duration;

use rustls_pki_types as types;
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};
use x509::{
    Certificate, GeneralName, Refused, ServerName, Verifier,
    fuzzing::{Family, NOW},
};

/// Reads `octets` as a certificate and draws a family from them, with both.
///
/// # Panics
/// Where the two disagree in a way that the table does not name.
pub fn check(octets: &[u8]) {
    certificate(octets);
    if let Some(family) = Family::draw_plain(octets) {
        paths(&family);
    }
}

fn certificate(octets: &[u8]) {
    let der = types::CertificateDer::from(octets);
    let (ours, theirs) = (Certificate::read(octets), EndEntityCert::try_from(&der));
    let (Ok(ours), Ok(theirs)) = (&ours, &theirs) else {
        if let (Ok(ours), Err(error)) = (&ours, &theirs) {
            assert!(looser(ours, error), "only we read it: {error:?}, {ours:?}");
        }
        return;
    };
    assert_eq!(ours.public_key().spki(), theirs.subject_public_key_info().as_ref(), "keys");
    let names = ours.names().iter().filter_map(|name| match name {
        GeneralName::Dns(name) => Some(name.as_str()),
        _ => None,
    });
    let names: Vec<&str> = names.collect();
    // They tell only those that a host could have.
    for name in theirs.valid_dns_names() {
        assert!(names.contains(&name), "{name} is not one of {names:?}");
    }
}

/// What we read and rustls-webpki does not: the table's last lines.
fn looser(ours: &Certificate, error: &webpki::Error) -> bool {
    let critical = ours.extensions().all.iter().any(|extension| extension.critical);
    match error {
        webpki::Error::UnsupportedCertVersion => ours.version() < 3,
        webpki::Error::UnsupportedCriticalExtension => critical,
        _ => false,
    }
}

fn paths(family: &Family) {
    let (chain, roots, name) = (family.chain(), family.roots(), family.name());
    let ours = Verifier::new(roots.iter().cloned().collect()).verify_server(&chain, &name, NOW);
    let theirs = believe(&chain, &roots, &name);
    // Issued to itself: then it counts, or does not.
    let own = chain.iter().skip(1).any(Certificate::is_self_issued);
    match (ours, theirs) {
        (Ok(path), Err(error)) => assert!(own, "only we believe it: {error:?}, {path:?}"),
        (Err(Refused::TooMuchWork { .. }), _) => {}
        (Err(refused), Ok(())) => assert!(own, "only they believe it: {refused}"),
        _ => {}
    }
}

fn believe(
    chain: &[Certificate],
    roots: &[Certificate],
    name: &ServerName,
) -> Result<(), webpki::Error> {
    let ders: Vec<types::CertificateDer<'_>> =
        chain.iter().map(|one| types::CertificateDer::from(one.der())).collect();
    let roots: Vec<types::CertificateDer<'_>> =
        roots.iter().map(|root| types::CertificateDer::from(root.der())).collect();
    let anchors = roots.iter().map(anchor_from_trusted_cert);
    let anchors: Vec<types::TrustAnchor<'_>> = anchors.collect::<Result<_, _>>()?;
    let (leaf, others) = ders.split_first().expect("a family has a leaf");
    let leaf = EndEntityCert::try_from(leaf)?;
    let seconds = u64::try_from(NOW.0).unwrap_or_default();
    let time = types::UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    let usage = KeyUsage::server_auth();
    leaf.verify_for_usage(ALL_VERIFICATION_ALGS, &anchors, others, time, usage, None, None)?;
    let name = types::ServerName::try_from(name.to_string()).expect("a family's name is one");
    leaf.verify_is_valid_for_subject_name(&name)
}
