//! Rules of the first certificate alone.

use crate::common::*;
use x509::{
    Certificate, KeyUsage, Roots, SigningKey, Validity, Verifier,
    der::{Tag, oid},
    issue::{self, Serial},
};

#[test]
fn a_leaf_below_a_root_is_believed() {
    let root = root();
    let path = ask(&[&root], &leaf(&root, |_| {}), &[]).unwrap();
    assert_eq!(subjects(&path), ["CN=www.example.com", "CN=Root"]);
}

#[test]
fn no_certificate_at_all_is_refused() {
    let verifier = Verifier::default();
    let answer = verifier.verify_server(&[], &name("www.example.com"), NOW);
    assert_refused(answer, "there is no certificate");
}

#[test]
fn the_name_must_be_one_of_its_names() {
    let root = root();
    let leaf = leaf(&root, |template| dns_names(template, &["a.example", "b.example"]));
    assert_refused(
        ask(&[&root], &leaf, &[]),
        "certificate 0 (CN=www.example.com) is not for www.example.com; it names DNS:a.example, \
         DNS:b.example",
    );
}

#[test]
fn a_common_name_is_no_name() {
    let root = root();
    let leaf = leaf(&root, |template| template.without(&oid::SUBJECT_ALT_NAME));
    assert_refused(
        ask(&[&root], &leaf, &[]),
        "certificate 0 (CN=www.example.com) is not for www.example.com; it names nobody: it has no \
         subjectAltName",
    );
}

#[test]
fn a_thousand_names_are_told_in_one_line() {
    let root = root();
    let names: Vec<String> = (0..1000).map(|at| format!("host-{at}.example")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let leaf = leaf(&root, |template| dns_names(template, &names));
    let line = ask(&[&root], &leaf, &[]).unwrap_err().to_string();
    assert!(line.ends_with("DNS:host-4.example, and 995 others"), "{line}");
}

#[test]
fn key_usage_must_allow_signing_handshakes() {
    let root = root();
    let leaf = leaf(&root, |template| {
        // keyEncipherment alone, as for RSA key transport, which TLS 1.3 does not have.
        template.extension(oid::KEY_USAGE, true, |out| out.named_bits(0x2000));
    });
    assert_refused(
        ask(&[&root], &leaf, &[]),
        "certificate 0 (CN=www.example.com) has a keyUsage without digitalSignature, so it signs \
         no handshake (RFC 8446 §4.4.2.2)",
    );
}

#[test]
fn without_key_usage_and_ext_key_usage_a_key_may_do_all() {
    let root = root();
    let leaf = leaf(&root, |template| {
        template.without(&oid::KEY_USAGE);
        template.without(&oid::EXTENDED_KEY_USAGE);
    });
    assert!(ask(&[&root], &leaf, &[]).is_ok());
}

#[test]
fn a_clients_certificate_is_no_servers_and_the_reverse() {
    let root = root();
    let for_clients = leaf(&root, |template| purposes(template, &[oid::CLIENT_AUTH]));
    let for_servers = leaf(&root, |template| purposes(template, &[oid::SERVER_AUTH]));
    let verifier = trusting(&[&root]);
    assert!(verifier.verify_client(std::slice::from_ref(&for_clients), NOW).is_ok());
    assert_refused(
        ask(&[&root], &for_clients, &[]),
        "certificate 0 (CN=www.example.com) is not for serverAuth: its extKeyUsage says otherwise",
    );
    assert_refused(
        verifier.verify_client(&[for_servers], NOW),
        "certificate 0 (CN=www.example.com) is not for clientAuth: its extKeyUsage says otherwise",
    );
}

#[test]
fn a_leaf_for_any_use_is_irregular() {
    let root = root();
    let leaf = leaf(&root, |template| {
        purposes(template, &[oid::SERVER_AUTH, oid::ANY_EXTENDED_KEY_USAGE]);
    });
    let refused = ask(&[&root], &leaf, &[]).unwrap_err().to_string();
    assert!(refused.ends_with("is irregular: its key is for any use (BR 7.1.2.7.10)"), "{refused}");
}

#[test]
fn an_authority_is_no_leaf() {
    let root = root();
    let leaf = leaf(&root, |template| basic(template, true, None));
    assert_refused(
        ask(&[&root], &leaf, &[]),
        "certificate 0 (CN=www.example.com) is an authority's, not a peer's own",
    );
}

#[test]
fn a_leaf_may_not_sign_certificates() {
    let root = root();
    let leaf = leaf(&root, |template| {
        let usage = KeyUsage::DIGITAL_SIGNATURE.0 | KeyUsage::KEY_CERT_SIGN.0;
        template.extension(oid::KEY_USAGE, true, |out| out.named_bits(usage));
    });
    let refused = ask(&[&root], &leaf, &[]).unwrap_err().to_string();
    assert!(refused.contains("with keyCertSign, and is no authority"), "{refused}");
}

#[test]
fn names_are_critical_exactly_if_there_is_no_subject() {
    let root = root();
    let alter = |empty: bool, critical: bool| {
        leaf(&root, |template| {
            if empty {
                template.subject = x509::DistinguishedName::empty();
            }
            for extension in &mut template.extensions {
                extension.1 |= critical && extension.0 == oid::SUBJECT_ALT_NAME;
            }
        })
    };
    assert!(ask(&[&root], &alter(false, false), &[]).is_ok());
    assert!(ask(&[&root], &alter(true, true), &[]).is_ok());
    assert_refused(
        ask(&[&root], &alter(true, false), &[]),
        "certificate 0 (DNS:www.example.com) is irregular: it has no subject, and no \
         subjectAltName that is critical (RFC 5280 §4.1.2.6)",
    );
    let refused = ask(&[&root], &alter(false, true), &[]).unwrap_err().to_string();
    assert!(refused.contains("its subjectAltName is critical, and it has a subject"), "{refused}");
}

#[test]
fn constraints_in_a_leaf_are_irregular() {
    let root = root();
    let leaf = leaf(&root, |template| {
        template.extension(oid::NAME_CONSTRAINTS, true, |out| {
            out.sequence(|both| {
                both.wrap(Tag::constructed(0), |list| {
                    list.sequence(|tree| tree.value(Tag::context(2), b"example.com"));
                });
            });
        });
    });
    let refused = ask(&[&root], &leaf, &[]).unwrap_err().to_string();
    assert!(refused.contains("it has nameConstraints, and is no authority"), "{refused}");
}

/// `openssl req -x509` makes an authority of what is to be a server's certificate; who says
/// `--cacert` of it means that one.
#[test]
fn a_leaf_that_is_trusted_itself_needs_no_issuer_and_no_form() {
    let own =
        root_with("www.example.com", 100, |template| dns_names(template, &["www.example.com"]));
    let usage = KeyUsage::DIGITAL_SIGNATURE.0 | KeyUsage::KEY_CERT_SIGN.0;
    let own = root_with("www.example.com", 100, |template| {
        *template = x509::issue::Template::of(own.certificate());
        template.extension(oid::KEY_USAGE, true, |out| out.named_bits(usage));
    });
    let path = ask(&[&own], own.certificate(), &[]).unwrap();
    assert_eq!(path.certificates().len(), 1);
    // And its own name, its time and its key are still asked for.
    let verifier = trusting(&[&own]);
    let chain = [own.certificate().clone()];
    assert!(verifier.verify_server(&chain, &name("other.example"), NOW).is_err());
    let later = NOW.plus_seconds(14 * DAY);
    assert!(verifier.verify_server(&chain, &name("www.example.com"), later).is_err());
}

#[test]
fn a_certificate_of_its_own_key_is_believed_only_where_it_is_trusted() {
    let key = SigningKey::generate_p256().unwrap();
    let names = ["localhost", "127.0.0.1", "::1"].map(name);
    let validity = Validity::from_now(NOW, 13);
    let make = |serial| issue::self_signed(&key, &names, validity, Serial(serial)).unwrap();
    let (one, renewed) = (make(1), make(2));
    assert_eq!(one.spki_sha256(), renewed.spki_sha256());
    let verifier = Verifier::new(Roots::from_iter([one.clone()]));
    for wanted in &names {
        assert!(verifier.verify_server(std::slice::from_ref(&one), wanted, NOW).is_ok());
    }
    // The renewed one has the same name and key, which is no authority's.
    let refused = verifier.verify_server(std::slice::from_ref(&renewed), &names[0], NOW);
    assert_refused(
        refused,
        "certificate 1 (CN=localhost) signed another certificate and is no authority",
    );
    let answer = Verifier::default().verify_server(&[renewed], &names[0], NOW);
    assert_refused(
        answer,
        "certificate 0 (CN=localhost) is signed by itself, and is not one of the roots",
    );
}

#[test]
fn a_subject_cannot_break_the_line_nor_fill_the_screen() {
    let root = root();
    let subject = format!("\u{202e}evil\r\nAccepted{}", "x".repeat(500));
    let leaf: Certificate = leaf(&root, |template| {
        template.subject = x509::DistinguishedName::common_name(&subject);
        template.extensions.retain(|(id, ..)| *id != oid::SUBJECT_ALT_NAME);
    });
    let line = ask(&[&root], &leaf, &[]).unwrap_err().to_string();
    assert!(line.contains(r"(CN=\E2\80\AEevil\0D\0AAccepted"), "{line}");
    assert!(line.contains("x…)") && line.chars().count() < 260, "{line}");
}
