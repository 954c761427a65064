//! Rules of certificates that sign others.

use crate::common::*;
use x509::{
    KeyUsage,
    der::{Tag, oid},
    issue::Template,
};

/// A leaf below an authority below a root, with the authority altered.
fn middle_with(alter: impl FnOnce(&mut Template)) -> Result<(), String> {
    let root = root();
    let middle = below(&root, "Middle", 2, alter);
    let answer = ask(&[&root], &leaf(&middle, |_| {}), &[&middle]);
    answer.map(|_| ()).map_err(|refused| refused.to_string())
}

/// A leaf below a root, with the root altered.
fn root_altered(alter: impl FnOnce(&mut Template)) -> Result<(), String> {
    let root = root_with("Root", 1, alter);
    let answer = ask(&[&root], &leaf(&root, |_| {}), &[]);
    answer.map(|_| ()).map_err(|refused| refused.to_string())
}

#[test]
fn an_authority_below_a_root_may_sign() {
    assert_eq!(middle_with(|_| {}), Ok(()));
}

#[test]
fn only_authorities_sign() {
    let none = |template: &mut Template| template.without(&oid::BASIC_CONSTRAINTS);
    let not = |template: &mut Template| {
        template.extension(oid::BASIC_CONSTRAINTS, true, |out| out.sequence(|_| {}));
    };
    let line = "certificate 1 (CN=Middle) signed another certificate and is no authority";
    assert_eq!(middle_with(none), Err(line.to_string()));
    assert_eq!(middle_with(not), Err(line.to_string()));
    let line = "certificate 1 (CN=Root) signed another certificate and is no authority";
    assert_eq!(root_altered(none), Err(line.to_string()));
    assert_eq!(root_altered(not), Err(line.to_string()));
}

#[test]
fn a_leaf_signs_nobody() {
    let root = root();
    let leaf = leaf(&root, |_| {});
    let false_authority = x509::issue::Authority::from_parts(leaf, key(100)).unwrap();
    let below = leaf_of(key(101).public_key(), &false_authority, |_| {});
    assert_refused(
        ask(&[&root], &below, &[&false_authority]),
        "certificate 1 (CN=www.example.com) signed another certificate and is no authority",
    );
}

#[test]
fn key_usage_of_an_authority_has_key_cert_sign() {
    let other = |template: &mut Template| {
        template.extension(oid::KEY_USAGE, true, |out| {
            out.named_bits(KeyUsage::DIGITAL_SIGNATURE.0);
        });
    };
    assert!(middle_with(other).unwrap_err().contains("without keyCertSign"));
    assert!(root_altered(other).unwrap_err().contains("without keyCertSign"));
    assert_eq!(middle_with(|template| template.without(&oid::KEY_USAGE)), Ok(()));
}

#[test]
fn ext_key_usage_of_an_authority_binds_those_below() {
    for (given, answer) in [
        (vec![oid::SERVER_AUTH], true),
        (vec![oid::ANY_EXTENDED_KEY_USAGE], true),
        (vec![oid::CLIENT_AUTH, oid::SERVER_AUTH], true),
        (vec![oid::CLIENT_AUTH], false),
        (vec![oid::CODE_SIGNING, oid::EMAIL_PROTECTION], false),
    ] {
        let middle = middle_with(|template| purposes(template, &given));
        assert_eq!(middle.is_ok(), answer, "{given:?}");
        let root = root_altered(|template| purposes(template, &given));
        assert_eq!(root.is_ok(), answer, "{given:?}");
    }
}

/// A root, then authorities in a row, each with its pathLen, then a leaf.
fn row(path_lens: &[Option<u64>]) -> Result<(), String> {
    let root = root();
    let mut row = vec![below(&root, "Number 0", 10, |of| basic(of, true, path_lens[0]))];
    for (at, path_len) in path_lens.iter().enumerate().skip(1) {
        let number = u8::try_from(10 + at).unwrap();
        let by = &row[at - 1];
        row.push(below(by, &format!("Number {at}"), number, |of| basic(of, true, *path_len)));
    }
    let leaf = leaf(row.last().unwrap(), |_| {});
    let answer = ask(&[&root], &leaf, &row.iter().collect::<Vec<_>>());
    answer.map(|_| ()).map_err(|refused| refused.to_string())
}

#[test]
fn a_path_length_counts_the_authorities_below() {
    assert_eq!(row(&[Some(0)]), Ok(()));
    assert_eq!(row(&[Some(1), Some(0)]), Ok(()));
    assert_eq!(row(&[Some(2), None, Some(0)]), Ok(()));
    assert_eq!(
        row(&[Some(0), None]).unwrap_err(),
        "certificate 2 (CN=Number 0) allows 0 authorities below it, and there are 1"
    );
    assert_eq!(
        row(&[Some(1), None, Some(5)]).unwrap_err(),
        "certificate 3 (CN=Number 0) allows 1 authorities below it, and there are 2"
    );
}

#[test]
fn authorities_issued_to_themselves_do_not_count() {
    // Middle changes its key and signs the new one with the old one.
    let root = root_with("Root", 1, |template| basic(template, true, Some(1)));
    let old = below(&root, "Middle", 2, |template| basic(template, true, Some(0)));
    let new = below(&old, "Middle", 3, |template| basic(template, true, Some(0)));
    assert!(ask(&[&root], &leaf(&new, |_| {}), &[&new, &old]).is_ok());
}

#[test]
fn basic_constraints_of_an_authority_are_critical() {
    let line = middle_with(|template| basic(template, false, None)).unwrap_err();
    assert!(line.contains("its basicConstraints are not critical"), "{line}");
    // ePKI Root Certification Authority, of 2004, is such a root.
    assert_eq!(root_altered(|template| basic(template, false, None)), Ok(()));
}

#[test]
fn an_authority_has_key_identifiers() {
    let line = middle_with(|template| template.without(&oid::SUBJECT_KEY_IDENTIFIER)).unwrap_err();
    assert!(line.contains("without a subjectKeyIdentifier (RFC 5280 §4.2.1.2)"), "{line}");
    let line = middle_with(|of| of.without(&oid::AUTHORITY_KEY_IDENTIFIER)).unwrap_err();
    assert!(line.contains("does not name a key (RFC 5280 §4.2.1.1)"), "{line}");
    let line = middle_with(|template| {
        template.extension(oid::AUTHORITY_KEY_IDENTIFIER, false, |out| out.sequence(|_| {}));
    });
    assert!(line.unwrap_err().contains("does not name a key (RFC 5280 §4.2.1.1)"));
    assert_eq!(root_altered(|template| template.without(&oid::SUBJECT_KEY_IDENTIFIER)), Ok(()));
}

#[test]
fn a_root_names_no_other_key_as_its_issuers() {
    let own = root_altered(|template| {
        let mut identifier = Vec::new();
        for (id, _, contents) in &template.extensions {
            if *id == oid::SUBJECT_KEY_IDENTIFIER {
                identifier = contents[2..].to_vec();
            }
        }
        template.authority_identifier(&identifier);
    });
    assert_eq!(own, Ok(()));
    let line = root_altered(|template| template.authority_identifier(&[1, 2, 3])).unwrap_err();
    assert!(line.contains("is not its own subjectKeyIdentifier"), "{line}");
}

#[test]
fn an_authority_without_a_subject_can_issue_nothing() {
    let root = root();
    let middle = below(&root, "Middle", 2, |template| {
        template.subject = x509::DistinguishedName::empty();
    });
    // A leaf with an empty issuer is refused before its issuer is looked for.
    let leaf = leaf(&middle, |_| {});
    assert!(ask(&[&root], &leaf, &[&middle]).unwrap_err().to_string().contains("it has no issuer"));
}

#[test]
fn policies_that_must_be_understood_are_not() {
    let line = middle_with(|template| {
        template.extension(oid::POLICY_CONSTRAINTS, true, |out| {
            out.sequence(|policy| policy.value(Tag::context(0), &[0]));
        });
    });
    assert!(line.unwrap_err().contains("unknown critical extension: policyConstraints"));
}
