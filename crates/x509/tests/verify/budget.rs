//! The work that a chain may cause (Limits).

use crate::common::*;
use x509::{
    Certificate, Refused,
    der::{Tag, oid},
    issue::{Authority, Template},
};

/// A hundred authorities in a row, none of which is trusted.
#[test]
fn a_long_row_ends_at_the_depth() {
    let first = root_with("Number 0", 1, |_| {});
    let mut row = vec![first];
    for at in 1..100u8 {
        let next = below(&row[usize::from(at) - 1], &format!("Number {at}"), at, |_| {});
        row.push(next);
    }
    let leaf = leaf(row.last().unwrap(), |_| {});
    assert_refused(
        ask(&[&root()], &leaf, &row.iter().collect::<Vec<_>>()),
        "certificate 9 (CN=Number 91) would be authority number 9 of the path, and 8 are allowed",
    );
}

/// Of one name and with keys that all sign each other: more ways than anybody could walk.
fn tangle(size: u8) -> (Certificate, Vec<Authority>) {
    let first = root_with("Same", 1, |_| {});
    let mut tangle = Vec::new();
    for of in 1..=size {
        for by in 1..=size {
            let signer = root_with("Same", by, |_| {});
            tangle.push(below(&signer, "Same", of, |_| {}));
        }
    }
    (leaf(&first, |_| {}), tangle)
}

#[test]
fn a_tangle_ends_when_the_budget_is_spent() {
    let (leaf, tangle) = tangle(6);
    let others: Vec<&Authority> = tangle.iter().collect();
    assert_refused(
        ask(&[&root()], &leaf, &others),
        "the chain asks for too much work: more than 64 signatures to check",
    );
    let mut verifier = trusting(&[&root()]);
    let chain: Vec<Certificate> =
        std::iter::once(leaf).chain(tangle.iter().map(|one| one.certificate().clone())).collect();
    verifier.limits.signatures = usize::MAX;
    assert_refused(
        verifier.verify_server(&chain, &name("www.example.com"), NOW),
        "the chain asks for too much work: more than 256 candidates for a path",
    );
    verifier.limits.steps = usize::MAX;
    verifier.limits.names = 5_000;
    assert_refused(
        verifier.verify_server(&chain, &name("www.example.com"), NOW),
        "the chain asks for too much work: more than 5000 comparisons of names",
    );
}

#[test]
fn a_thousand_constraints_on_a_thousand_names_are_too_many() {
    let root = root_with("Root", 1, |template: &mut Template| {
        template.extension(oid::NAME_CONSTRAINTS, true, |out| {
            out.sequence(|both| {
                both.wrap(Tag::constructed(1), |list| {
                    for at in 0..1000 {
                        let domain = format!("d{at}.example.org");
                        list.sequence(|tree| tree.value(Tag::context(2), domain.as_bytes()));
                    }
                });
            });
        });
    });
    let names: Vec<String> = (0..1000).map(|at| format!("h{at}.example.com")).collect();
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.push("www.example.com");
    let leaf = leaf(&root, |template| dns_names(template, &names));
    assert_refused(
        ask(&[&root], &leaf, &[]),
        "the chain asks for too much work: more than 100000 comparisons of names",
    );
}

#[test]
fn a_long_name_costs_as_much_as_many_short_ones() {
    let long = "x".repeat(60_000);
    let root = root();
    let same: Vec<Authority> = (0..30).map(|at| below(&root, &long, 50 + at, |_| {})).collect();
    let leaf = leaf(&same[0], |_| {});
    let mut verifier = trusting(&[]);
    verifier.limits.names = 2_000;
    let others = same.iter().map(|one| one.certificate().clone());
    let chain: Vec<Certificate> = std::iter::once(leaf).chain(others).collect();
    let answer = verifier.verify_server(&chain, &name("www.example.com"), NOW);
    assert!(matches!(answer, Err(Refused::TooMuchWork { .. })), "{answer:?}");
}

/// What people really send stays far below every ceiling.
#[test]
fn an_honest_chain_needs_a_few_percent() {
    let root = root();
    let one = below(&root, "One", 2, |_| {});
    let two = below(&one, "Two", 3, |_| {});
    let mut verifier = trusting(&[&root]);
    (verifier.limits.signatures, verifier.limits.steps, verifier.limits.names) = (3, 3, 20);
    let chain = [leaf(&two, |_| {}), two.certificate().clone(), one.certificate().clone()];
    assert!(verifier.verify_server(&chain, &name("www.example.com"), NOW).is_ok());
}
