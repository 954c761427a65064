//! The search: who signed whom, by which way to a root.

use crate::common::*;
use x509::{Certificate, Refused, Roots, Verifier, issue::Authority};

#[test]
fn an_issuer_that_nobody_sent_is_unknown() {
    let root = root();
    let middle = below(&root, "Middle", 2, |_| {});
    assert_refused(
        ask(&[&root], &leaf(&middle, |_| {}), &[]),
        "certificate 0 (CN=www.example.com) is issued by CN=Middle, which is unknown",
    );
    assert_refused(
        ask(&[], &leaf(&middle, |_| {}), &[&middle]),
        "certificate 1 (CN=Middle) is issued by CN=Root, which is unknown",
    );
}

#[test]
fn a_root_that_the_peer_sends_is_not_trusted_for_that() {
    let root = root();
    assert_refused(
        ask(&[], &leaf(&root, |_| {}), &[&root]),
        "certificate 1 (CN=Root) is signed by itself, and is not one of the roots",
    );
}

#[test]
fn a_name_is_not_enough_the_key_must_have_signed() {
    let root = root();
    let impostor = root_with("Root", 66, |_| {});
    assert_refused(
        ask(&[&root], &leaf(&impostor, |_| {}), &[]),
        "certificate 0 (CN=www.example.com) is not signed by its issuer, CN=Root",
    );
}

#[test]
fn one_changed_bit_is_one_too_many() {
    let root = root();
    let leaf = leaf(&root, |_| {});
    let mut der = leaf.der().to_vec();
    // In the last octet of the signature.
    *der.last_mut().unwrap() ^= 1;
    let changed = Certificate::read(&der).unwrap();
    let answer = ask(&[&root], &changed, &[]);
    assert!(matches!(answer, Err(Refused::SignatureInvalid { .. })), "{answer:?}");
}

#[test]
fn others_may_stand_in_any_order_and_more_than_are_needed() {
    let root = root();
    let one = below(&root, "One", 2, |_| {});
    let two = below(&one, "Two", 3, |_| {});
    let stranger = below(&root_with("Elsewhere", 9, |_| {}), "Stranger", 10, |_| {});
    let leaf = leaf(&two, |_| {});
    for others in [[&one, &two, &stranger], [&stranger, &two, &one], [&two, &stranger, &one]] {
        let path = ask(&[&root], &leaf, &others).unwrap();
        assert_eq!(subjects(&path), ["CN=www.example.com", "CN=Two", "CN=One", "CN=Root"]);
    }
}

#[test]
fn of_two_ways_the_one_that_holds_is_taken() {
    // A signs Middle with a certificate that expired, B with one that holds.
    let (a, b) = (root_with("A", 1, |_| {}), root_with("B", 2, |_| {}));
    let over = x509::Validity { not_before: NOW.plus_seconds(-DAY), not_after: NOW };
    let expired = below(&a, "Middle", 3, |template| {
        template.validity = x509::Validity { not_after: NOW.plus_seconds(-1), ..over };
    });
    let holds = below(&b, "Middle", 3, |_| {});
    let leaf = leaf(&holds, |_| {});
    for others in [[&expired, &holds], [&holds, &expired]] {
        let path = ask(&[&a, &b], &leaf, &others).unwrap();
        assert_eq!(subjects(&path), ["CN=www.example.com", "CN=Middle", "CN=B"]);
    }
    // With A alone there is no way, and the more telling reason is told.
    assert_refused(
        ask(&[&a], &leaf, &[&holds, &expired]),
        "certificate 1 (CN=Middle) expired at 2025-12-31 23:59:59 UTC",
    );
}

#[test]
fn a_way_that_ends_in_a_refusal_is_left_for_another() {
    // Both ways lead to a root; the first forbids the name.
    let forbids = root_with("Forbids", 1, |template| {
        crate::constraints::excluded_dns(template, "example.com");
    });
    let allows = root_with("Allows", 2, |_| {});
    let by_one = below(&forbids, "Middle", 3, |_| {});
    let by_other = below(&allows, "Middle", 3, |_| {});
    let leaf = leaf(&by_one, |_| {});
    let path = ask(&[&forbids, &allows], &leaf, &[&by_one, &by_other]).unwrap();
    assert_eq!(subjects(&path)[2], "CN=Allows");
}

#[test]
fn a_root_that_another_root_signed_ends_the_path() {
    // The peer sends R signed by an old root that we do not have; R itself we have.
    let old = root_with("Old", 8, |_| {});
    let own = root_with("R", 1, |_| {});
    let crossed = below(&old, "R", 1, |_| {});
    let middle = below(&own, "Middle", 2, |_| {});
    let path = ask(&[&own], &leaf(&middle, |_| {}), &[&middle, &crossed]).unwrap();
    assert_eq!(subjects(&path), ["CN=www.example.com", "CN=Middle", "CN=R"]);
    assert_eq!(path.certificates()[2], *own.certificate());
}

#[test]
fn an_authority_that_we_chose_is_a_root_though_another_signed_it() {
    let middle = below(&root(), "Middle", 2, |_| {});
    let path = ask(&[&middle], &leaf(&middle, |_| {}), &[]).unwrap();
    assert_eq!(path.certificates().len(), 2);
}

#[test]
fn a_loop_ends() {
    let a = root_with("A", 1, |_| {});
    let b = root_with("B", 2, |_| {});
    // A signed by B, and B signed by A; neither is trusted.
    let a_by_b = below(&b, "A", 1, |_| {});
    let b_by_a = below(&a, "B", 2, |_| {});
    assert_refused(
        ask(&[&root()], &leaf(&a_by_b, |_| {}), &[&a_by_b, &b_by_a, &a_by_b]),
        "certificate 2 (CN=B) is issued by CN=A, which is unknown",
    );
    // With A trusted, the loop is a way as any other.
    assert!(ask(&[&a], &leaf(&b_by_a, |_| {}), &[&a_by_b, &b_by_a]).is_ok());
}

#[test]
fn the_key_that_a_certificate_names_is_tried_first() {
    // Twenty authorities of one name; the leaf names the key of the last.
    let root = root();
    let same: Vec<Authority> = (0..20).map(|at| below(&root, "Same", 50 + at, |_| {})).collect();
    let leaf = leaf(same.last().unwrap(), |_| {});
    let mut verifier = trusting(&[&root]);
    verifier.limits.signatures = 2;
    let others = same.iter().map(|one| one.certificate().clone());
    let chain: Vec<Certificate> = std::iter::once(leaf).chain(others).collect();
    assert!(verifier.verify_server(&chain, &name("www.example.com"), NOW).is_ok());
}

#[test]
fn a_system_of_roots_may_hold_a_bad_one() {
    let root = root();
    let text = format!(
        "# comment\n{}-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n{}\n{}",
        root.certificate().to_pem(),
        "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----",
        root_with("Second", 2, |_| {}).certificate().to_pem(),
    );
    let (roots, skipped) = Roots::from_pem(text.as_bytes());
    assert_eq!((roots.len(), skipped.len()), (2, 2), "{skipped:?}");
    assert!(!roots.is_empty() && roots.contains(root.certificate()));
    let verifier = Verifier::new(roots);
    let chain = [leaf(&root, |_| {})];
    assert!(verifier.verify_server(&chain, &name("www.example.com"), NOW).is_ok());
}

#[test]
fn roots_are_a_set() {
    let root = root();
    let mut roots = Roots::new();
    roots.add(root.certificate().clone());
    roots.add(Certificate::read(root.certificate().der()).unwrap());
    assert_eq!((roots.len(), roots.iter().count()), (1, 1));
}
