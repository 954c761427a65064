//! The search for a path, held to what a path is.
//!
//! RFC 5280 §6.1
//!
//! Invariant: the judge here shares no code with the search: it tries every order of a small
//! family and asks of each the rules, written down once more and as plainly as possible.

use super::family::{Family, NOW, Plan};
use crate::{Certificate, Path, Refused, Roots, ServerName, Verifier, der::Reader};
use wire::UnixTime;

/// Octets as certificates, one behind the other, the leaf first: the last is a root too, and the
/// leaf is asked for by each of its own names. Nothing panics, the work ends, and a path is one.
pub fn check_chain(octets: &[u8]) {
    let mut reader = Reader::new(octets);
    let mut ders = Vec::new();
    while let Ok((whole, _)) = reader.whole("Certificate") {
        ders.push(whole);
        if reader.any("Certificate").is_err() {
            break;
        }
    }
    let Ok(chain) = Certificate::read_chain(&ders) else { return };
    let verifier = Verifier::new(chain.iter().skip(1).last().cloned().into_iter().collect());
    let mut names = vec![ServerName::Ip([127, 0, 0, 1].into())];
    for name in chain.iter().take(1).flat_map(Certificate::names).take(4) {
        let text = name.to_string();
        let text = text.split_once(':').map_or("", |(_, text)| text).replace('*', "www");
        names.extend(ServerName::parse(&text));
    }
    let validity = chain.first().map(Certificate::validity);
    let time = validity.map_or(UnixTime(0), |validity| validity.not_after);
    for name in &names {
        match verifier.verify_server(&chain, name, time) {
            Ok(path) => is_path(&path, &verifier.roots, time),
            Err(refused) => {
                let line = refused.to_string();
                assert!(!line.chars().any(char::is_control), "{line:?}");
            }
        }
    }
    if let Ok(path) = verifier.verify_client(&chain, time) {
        is_path(&path, &verifier.roots, time);
    }
}

/// Each is signed by the next, under its name, in its time; the last is a root.
fn is_path(path: &Path, roots: &Roots, time: UnixTime) {
    let certificates = path.certificates();
    assert!(certificates.last().is_some_and(|root| roots.contains(root)));
    for certificate in certificates {
        let validity = certificate.validity();
        assert!(validity.not_before <= time && time <= validity.not_after);
    }
    for (below, above) in certificates.iter().zip(certificates.iter().skip(1)) {
        assert_eq!(below.issuer(), above.subject());
        assert_eq!(below.is_signed_by(above.public_key()), Ok(()));
        assert!(above.extensions().basic_constraints.is_some_and(|basic| basic.ca));
    }
}

/// A family of certificates: a path is found exactly if there is one.
pub fn check_paths(octets: &[u8]) {
    let Some(family) = Family::draw(octets) else { return };
    let (roots, name): (Roots, _) = (family.roots().into_iter().collect(), family.name());
    let verifier = Verifier::new(roots);
    let Some(leaf) = family.plans.first() else { return };
    match verifier.verify_server(&family.chain(), &name, NOW) {
        Ok(path) => {
            is_path(&path, &verifier.roots, NOW);
            assert!(exists(&mut vec![leaf], &family.plans), "there is no path: {path:?}");
        }
        Err(Refused::TooMuchWork { .. }) => {}
        Err(refused) => {
            assert!(!exists(&mut vec![leaf], &family.plans), "there is a path: {refused}");
        }
    }
}

/// Whether some order of the members goes on from this one to a root.
fn exists<'a>(path: &mut Vec<&'a Plan>, members: &'a [Plan]) -> bool {
    for next in members.iter().skip(1) {
        let signed = path
            .last()
            .is_some_and(|below| below.issuer == next.subject && below.signer == next.key);
        // A name and key stand in a path once, except that a root may be the end of a loop.
        let again = !next.is_root
            && path.iter().any(|one| one.subject == next.subject && one.key == next.key);
        if !signed || again {
            continue;
        }
        path.push(next);
        let whole = next.is_root && is_valid(path);
        let further = !next.is_root && exists(path, members);
        path.pop();
        if whole || further {
            return true;
        }
    }
    false
}

/// The rules of RFC 5280 §6.1, for a path that hangs together.
fn is_valid(path: &[&Plan]) -> bool {
    let is_self_issued = |member: &Plan| member.subject == member.issuer;
    let sound = path.iter().all(|member| !member.is_expired && member.usage & 3 != 3);
    let leaf = path.first().is_some_and(|leaf| !leaf.is_authority && !leaf.may_sign);
    let authorities = path.iter().enumerate().skip(1).all(|(at, authority)| {
        let below = path.iter().take(at).skip(1).filter(|below| !is_self_issued(below)).count();
        let room = authority.path_len.is_none_or(|allowed| below as u64 <= allowed);
        // A root that is issued to itself and names another key as its issuer's says two things.
        let one =
            !authority.is_root || !is_self_issued(authority) || authority.signer == authority.key;
        authority.is_authority && authority.may_sign && room && one
    });
    let wanted = path.first().map_or("", |leaf| leaf.name());
    let allowed = path.iter().all(|authority| {
        let asked = authority.constraints & 3 != 0;
        let permitted = (authority.constraints & 1 != 0 && wanted.ends_with(".a.example"))
            || (authority.constraints & 2 != 0 && wanted.ends_with(".b.example"));
        let excluded = authority.constraints & 4 != 0 && wanted == "www.a.example";
        (!asked || permitted) && !excluded
    });
    sound && leaf && authorities && allowed
}
