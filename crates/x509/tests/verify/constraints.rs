//! Name constraints (RFC 5280 §4.2.1.10).

use crate::common::*;
use x509::{
    DistinguishedName,
    der::{Tag, Writer, oid},
    issue::Template,
};

/// A base: the tag of its form and its contents.
type Base<'a> = (Tag, &'a [u8]);

fn constrain(template: &mut Template, permitted: &[Base<'_>], excluded: &[Base<'_>]) {
    template.extension(oid::NAME_CONSTRAINTS, true, |out| {
        out.sequence(|both| {
            for (number, bases) in [(0, permitted), (1, excluded)] {
                if !bases.is_empty() {
                    both.wrap(Tag::constructed(number), |list| {
                        for (tag, contents) in bases {
                            list.sequence(|tree| tree.value(*tag, contents));
                        }
                    });
                }
            }
        });
    });
}

pub(crate) fn excluded_dns(template: &mut Template, domain: &str) {
    constrain(template, &[], &[(Tag::context(2), domain.as_bytes())]);
}

/// Whether a root with these constraints may name this, beside www.example.com.
fn judge(permitted: &[Base<'_>], excluded: &[Base<'_>], name: Base<'_>) -> Result<(), String> {
    let root = root_with("Root", 1, |template| constrain(template, permitted, excluded));
    let leaf = leaf(&root, |template| {
        template.extension(oid::SUBJECT_ALT_NAME, false, |out| {
            out.sequence(|list| {
                list.value(Tag::context(2), b"www.example.com");
                list.value(name.0, name.1);
            });
        });
    });
    ask(&[&root], &leaf, &[]).map(|_| ()).map_err(|refused| refused.to_string())
}

const DNS: Tag = Tag::context(2);
const IP: Tag = Tag::context(7);
const EXAMPLE: Base<'static> = (DNS, b"example.com");

#[test]
fn a_domain_holds_itself_and_what_is_below() {
    for (name, within) in [
        ("example.org", true),
        ("a.example.org", true),
        ("A.B.EXAMPLE.ORG", true),
        ("notexample.org", false),
        ("org", false),
        ("example.org.evil", false),
        ("", false),
    ] {
        let base = (DNS, &b"example.org"[..]);
        let permitted = judge(&[base, EXAMPLE], &[], (DNS, name.as_bytes()));
        assert_eq!(permitted.is_ok(), within, "permitted {name}: {permitted:?}");
        let excluded = judge(&[], &[base], (DNS, name.as_bytes()));
        assert_eq!(excluded.is_ok(), !within, "excluded {name}: {excluded:?}");
    }
}

#[test]
fn an_empty_domain_holds_all() {
    assert_eq!(judge(&[(DNS, b"")], &[], (DNS, b"anything.at.all")), Ok(()));
    assert!(judge(&[], &[(DNS, b"")], (DNS, b"anything.at.all")).is_err());
}

#[test]
fn a_wildcard_is_all_that_it_could_stand_for() {
    let star = (DNS, &b"*.example.org"[..]);
    for (base, permitted, excluded) in [
        ("example.org", true, true),
        ("org", true, true),
        // It could stand for it, and for others.
        ("www.example.org", false, true),
        // It stands for one label, never for two.
        ("a.b.example.org", false, false),
        ("example.net", false, false),
    ] {
        let base = (DNS, base.as_bytes());
        let answer = judge(&[base, EXAMPLE], &[], star);
        assert_eq!(answer.is_ok(), permitted, "permitted {base:?}");
        let answer = judge(&[], &[base], star);
        assert_eq!(answer.is_ok(), !excluded, "excluded {base:?}");
    }
}

#[test]
fn excluded_wins_over_permitted() {
    assert_eq!(
        judge(&[EXAMPLE], &[EXAMPLE], EXAMPLE).unwrap_err(),
        "certificate 0 (CN=www.example.com) names DNS:www.example.com, which certificate 1 \
         (CN=Root) is excluded from"
    );
}

#[test]
fn addresses_are_compared_under_their_mask() {
    let net = (IP, &[192, 0, 2, 0, 255, 255, 255, 128][..]);
    let six = [&[0x20, 1, 0xd, 0xb8][..], &[0; 12], &[0xff; 4], &[0; 12]].concat();
    let mut host = [0; 16];
    host[..4].copy_from_slice(&[0x20, 1, 0xd, 0xb8]);
    host[15] = 1;
    let mut other = host;
    other[3] = 0xb9;
    for (base, name, within) in [
        (net, &[192, 0, 2, 127][..], true),
        (net, &[192, 0, 2, 128], false),
        (net, &host, false),
        ((IP, &six[..]), &host, true),
        ((IP, &six[..]), &other, false),
        ((IP, &[0; 8]), &[1, 2, 3, 4], true),
        ((IP, &[0; 8]), &host, false),
        ((IP, &[0; 32]), &host, true),
    ] {
        let permitted = judge(&[base], &[], (IP, name));
        assert_eq!(permitted.is_ok(), within, "{base:?} {name:?} {permitted:?}");
        assert_eq!(judge(&[], &[base], (IP, name)).is_ok(), !within, "{base:?} {name:?}");
    }
}

#[test]
fn constraints_of_one_form_say_nothing_of_another() {
    assert_eq!(judge(&[(IP, &[10, 0, 0, 0, 255, 0, 0, 0])], &[], EXAMPLE), Ok(()));
    assert_eq!(judge(&[EXAMPLE], &[], (IP, &[10, 0, 0, 1])), Ok(()));
}

#[test]
fn a_form_that_nobody_compares_is_refused_where_it_is_constrained() {
    let mailbox = (Tag::context(1), &b"someone@example.com"[..]);
    assert_eq!(judge(&[EXAMPLE], &[], mailbox), Ok(()));
    let base = (Tag::context(1), &b"example.com"[..]);
    assert_eq!(judge(&[base], &[], EXAMPLE), Ok(()), "nobody bears such a name");
    let line = judge(&[base], &[], mailbox).unwrap_err();
    assert!(line.contains("email:someone@example.com, of a form that"), "{line}");
    assert!(judge(&[], &[base], mailbox).is_err());
}

/// O and then CN, the way from the root of the directory.
fn path(organization: &str, name: Option<&str>) -> Vec<u8> {
    let name = name.map(|name| (oid::COMMON_NAME, name));
    let steps = [Some((oid::ORGANIZATION, organization)), name];
    Writer::build(|out| {
        out.sequence(|path| {
            for (kind, text) in steps.into_iter().flatten() {
                path.set(|step| {
                    step.sequence(|attribute| {
                        attribute.oid(&kind);
                        attribute.utf8(text);
                    });
                });
            }
        });
    })
}

#[test]
fn the_subject_and_directory_names_are_judged_by_directory_names() {
    let root = |permitted: bool| {
        let base = path("Wirebook", None);
        root_with("Root", 1, |template| {
            let base = [(Tag::constructed(4), &base[..])];
            let (yes, no) = if permitted { (&base[..], &[][..]) } else { (&[][..], &base[..]) };
            constrain(template, yes, no);
        })
    };
    for (subject, within) in [
        (path("Wirebook", Some("www")), true),
        (path("  WIREbook ", Some("www")), true),
        (path("Wirebook", None), true),
        (path("Elsewhere", Some("www")), false),
        // No subject, no judgement: the name in subjectAltName has another form.
        (vec![0x30, 0x00], true),
    ] {
        let mut reader = x509::der::Reader::new(&subject);
        let name = DistinguishedName::read(&mut reader, "subject").unwrap();
        for permitted in [true, false] {
            let root = root(permitted);
            let leaf = leaf(&root, |template| {
                template.subject = name.clone();
                for extension in &mut template.extensions {
                    extension.1 |= name.is_empty() && extension.0 == oid::SUBJECT_ALT_NAME;
                }
            });
            let answer = ask(&[&root], &leaf, &[]);
            let fine = if permitted { within } else { !within || name.is_empty() };
            assert_eq!(answer.is_ok(), fine, "{name} {permitted}: {answer:?}");
        }
    }
}

#[test]
fn permissions_only_narrow() {
    let permit = |template: &mut Template, domains: &[&str]| {
        let bases: Vec<Base<'_>> = domains.iter().map(|of| (DNS, of.as_bytes())).collect();
        constrain(template, &bases, &[]);
    };
    let root = root_with("Root", 1, |template| permit(template, &["example.org"]));
    let middle = below(&root, "Middle", 2, |of| permit(of, &["example.com", "example.org"]));
    assert_refused(
        ask(&[&root], &leaf(&middle, |_| {}), &[&middle]),
        "certificate 0 (CN=www.example.com) names DNS:www.example.com, which certificate 2 \
         (CN=Root) is not permitted to",
    );
}

#[test]
fn authorities_are_judged_too_unless_issued_to_themselves() {
    let root = root_with("Root", 1, |template| constrain(template, &[EXAMPLE], &[]));
    let middle = below(&root, "Middle", 2, |template| dns_names(template, &["other.example"]));
    assert_refused(
        ask(&[&root], &leaf(&middle, |_| {}), &[&middle]),
        "certificate 1 (CN=Middle) names DNS:other.example, which certificate 2 (CN=Root) is not \
         permitted to",
    );
    let own = below(&root, "Root", 2, |template| dns_names(template, &["other.example"]));
    assert!(ask(&[&root], &leaf(&own, |_| {}), &[&own]).is_ok());
}
