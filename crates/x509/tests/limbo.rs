//! The x509-limbo suite (C2SP, Apache-2.0): chains that somebody, somewhere, once got wrong.
//!
//! Each case is a leaf, other certificates, roots, a name, a time and a verdict. Where ours is
//! another, [`DIFFERENCES`] says so and why; an entry that no longer differs is an error too, so
//! the table cannot grow stale.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

use serde_json::Value;
use std::{collections::HashMap, io::Write};
use wire::UnixTime;
use x509::{Certificate, Limits, Roots, ServerName, Verifier, pem};

/// 2026-01-01T00:00:00Z, for cases that name no time.
const TODAY: UnixTime = UnixTime(1_767_225_600);

const REVOCATION: &str = "revocation is not asked for: nobody gives us lists, and we fetch none";
const COMMON_NAME: &str =
    "the subject is not looked at, so a CN there misleads nobody (RFC 9525 §2)";

/// Cases that should be refused, and are not. Of those that should be accepted, all are.
const DIFFERENCES: &[(&str, &str)] = &[
    ("crl::revoked-certificate-with-crl", REVOCATION),
    ("crl::crlnumber-critical", REVOCATION),
    (
        "rfc5280::aki::cross-signed-root-missing-aki",
        "a root that another signed needs no key identifier: cve::cve-2024-0567 has such a root too",
    ),
    ("webpki::cn::ipv4-leading-zeros-mismatch", COMMON_NAME),
    ("webpki::cn::ipv6-uncompressed-mismatch", COMMON_NAME),
    ("webpki::cn::punycode-not-in-san", COMMON_NAME),
    ("webpki::cn::not-in-san", COMMON_NAME),
    (
        "webpki::eku::ee-without-eku",
        "rfc5280::eku::ee-without-eku is the same chain, and accepted (RFC 5280 §4.2.1.12)",
    ),
    (
        "webpki::san::public-suffix-private-namespace-wildcard-san",
        "there is no list of public suffixes here; a wildcard under one label is refused",
    ),
];

#[test]
fn every_case_of_limbo_has_its_verdict_or_a_reason() {
    let Some(path) = testkit::data("x509/limbo.json") else {
        return testkit::skip("x509/limbo.json is not there");
    };
    let suite: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = suite["testcases"].as_array().unwrap();
    assert_eq!(cases.len(), 99);
    let mut differences: HashMap<&str, &str> = DIFFERENCES.iter().copied().collect();
    let (mut failures, mut agreed) = (Vec::new(), 0);
    for case in cases {
        let id = case["id"].as_str().unwrap();
        let verdict = verdict(case);
        let said = verdict.as_ref().err().map_or("accepted", String::as_str);
        let agrees = verdict.is_ok() == (case["expected_result"] == "SUCCESS");
        agreed += usize::from(agrees);
        match (agrees, differences.remove(id)) {
            (true, None) | (false, Some(_)) => {}
            (true, Some(reason)) => failures.push(format!("{id}: no longer differs ({reason})")),
            (false, None) => failures.push(format!("{id}: {said}")),
        }
    }
    failures.extend(differences.keys().map(|id| format!("{id}: there is no such case")));
    let _ = writeln!(std::io::stderr(), "limbo: {agreed} of {} agree", cases.len());
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// What we say of a case: nothing, or why we refuse.
fn verdict(case: &Value) -> Result<(), String> {
    let texts = |key: &str| {
        let list = case[key].as_array().unwrap().iter();
        list.map(|text| text.as_str().unwrap().as_bytes().to_vec()).collect::<Vec<_>>()
    };
    let roots = texts("trusted_certs").concat();
    let (roots, _) = Roots::from_pem(&roots);
    let leaf = case["peer_certificate"].as_str().unwrap().as_bytes().to_vec();
    let texts = [vec![leaf], texts("untrusted_intermediates")].concat();
    let ders = texts.iter().map(|text| pem::parse(text).unwrap().remove(0).der);
    let chain = Certificate::read_chain(ders).map_err(|error| error.to_string())?;
    let mut limits = Limits::default();
    if let Some(depth) = case["max_chain_depth"].as_u64() {
        limits.depth = usize::try_from(depth).unwrap();
    }
    let time = case["validation_time"].as_str().map_or(TODAY, seconds);
    let name = ServerName::parse(case["expected_peer_name"]["value"].as_str().unwrap()).unwrap();
    let verifier = Verifier { roots, limits };
    let path =
        verifier.verify_server(&chain, &name, time).map_err(|refused| refused.to_string())?;
    assert_eq!(path.certificates()[0], chain[0]);
    Ok(())
}

/// `2024-03-01T00:00:00+00:00`
fn seconds(text: &str) -> UnixTime {
    let number = |range: std::ops::Range<usize>| text.get(range).unwrap().parse::<i64>().unwrap();
    assert!(text.ends_with("+00:00"), "{text}");
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    let leap = |year: i64| i64::from(year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
    let days = [31, 28 + leap(year), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let years: i64 = (1970..year).map(|year| 365 + leap(year)).sum();
    let months: i64 = days.iter().take(usize::try_from(month - 1).unwrap()).sum();
    let hours = (years + months + day - 1) * 24 + number(11..13);
    UnixTime((hours * 60 + number(14..16)) * 60 + number(17..19))
}
