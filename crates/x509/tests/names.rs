//! Names as a client has them, as certificates say them, and as people read them
//! (RFC 9525, RFC 5280 §4.1.2.4, RFC 4514).
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use x509::{
    DistinguishedName, DnsName, GeneralName, ServerName, Violation,
    der::{Oid, Reader, Tag, Writer, oid},
};

fn names(presented: &str, wanted: &str) -> bool {
    let presented = GeneralName::Dns(presented.to_string());
    ServerName::parse(wanted).unwrap().is_named_by(&presented)
}

// RFC 9525 §6.3

#[test]
fn a_name_matches_itself_in_any_case() {
    assert!(names("www.example.com", "www.example.com"));
    assert!(names("WWW.Example.COM", "www.eXample.com"));
    assert!(names("localhost", "localhost"));
    assert!(!names("www.example.com", "example.com"));
    assert!(!names("example.com", "www.example.com"));
    assert!(!names("", "example.com"));
}

#[test]
fn an_asterisk_is_one_whole_left_most_label() {
    assert!(names("*.example.com", "www.example.com"));
    assert!(names("*.EXAMPLE.com", "www.example.com"));
    assert!(names("*.example.com", "xn--628h.example.com"));
    assert!(!names("*.example.com", "a.b.example.com"));
    assert!(!names("*.example.com", "example.com"));
    for presented in [
        "w*.example.com",
        "*w.example.com",
        "www.*.com",
        "*.*.com",
        "**.example.com",
        "*",
        "www.example.*",
        "*www.example.com",
        "*.",
        "*..example.com",
        ".example.com",
    ] {
        assert!(!names(presented, "www.example.com"), "{presented}");
    }
}

#[test]
fn an_asterisk_stands_over_two_labels_at_least() {
    assert!(!names("*.com", "example.com"));
    assert!(!names("*.localhost", "a.localhost"));
    assert!(!names("*", "localhost"));
}

#[test]
fn a_dot_at_the_end_is_the_clients_alone() {
    assert!(names("www.example.com", "www.example.com."));
    assert!(!names("www.example.com.", "www.example.com"));
}

#[test]
fn addresses_are_compared_as_octets_and_never_as_text() {
    let wanted = ServerName::parse("192.0.2.1").unwrap();
    assert!(wanted.is_named_by(&GeneralName::Ip([192, 0, 2, 1].into())));
    assert!(!wanted.is_named_by(&GeneralName::Ip([192, 0, 2, 2].into())));
    assert!(!wanted.is_named_by(&GeneralName::Dns("192.0.2.1".to_string())));
    let wanted = ServerName::parse("2001:DB8::1").unwrap();
    assert!(wanted.is_named_by(&GeneralName::Ip("2001:db8:0:0::1".parse().unwrap())));
    // The same host, perhaps; but not the same address.
    let mapped = GeneralName::Ip("::ffff:192.0.2.1".parse().unwrap());
    assert!(!ServerName::parse("192.0.2.1").unwrap().is_named_by(&mapped));
}

#[test]
fn a_host_name_is_letters_digits_and_hyphens() {
    for text in
        ["localhost", "a", "a-b.c_d", "xn--bcher-kva.example", "1.example", "3com.com", "a.b."]
    {
        assert!(DnsName::parse(text).is_some(), "{text}");
    }
    let long = format!("{}.example", "a".repeat(64));
    let longest = ["a".repeat(63).as_str(); 4].join(".");
    for text in [
        "",
        ".",
        "..",
        "a..b",
        ".a",
        "a b",
        "소켓.kr",
        "*.example.com",
        "a/b",
        "a:80",
        "[::1]",
        "1.2.3",
        "256.1.1.1",
        "0x7f",
        "1.2.3.0x4",
        "a\0",
        &long,
        &longest,
    ] {
        assert_eq!(DnsName::parse(text), None, "{text}");
    }
    assert_eq!(DnsName::parse(longest.get(..254).unwrap()), None);
    assert_eq!(DnsName::parse(longest.get(..253).unwrap()).unwrap().as_str().len(), 253);
    let error = ServerName::parse("a b\n").unwrap_err();
    assert_eq!(error.to_string(), r"'a b\n' is neither a host name nor an address");
    assert_eq!(ServerName::parse("A.Example.").unwrap().to_string(), "a.example");
    assert_eq!("::1".parse::<ServerName>().unwrap().to_string(), "::1");
}

// RFC 5280 §4.1.2.4, RFC 4514

/// A name of steps, each of attributes.
fn distinguished(steps: &[&[(Oid, Tag, &[u8])]]) -> Vec<u8> {
    Writer::build(|out| {
        out.sequence(|name| {
            for step in steps {
                name.set(|set| {
                    for (kind, tag, value) in *step {
                        set.sequence(|attribute| {
                            attribute.oid(kind);
                            attribute.value(*tag, value);
                        });
                    }
                });
            }
        });
    })
}

fn read(der: &[u8]) -> Result<DistinguishedName, x509::Error> {
    DistinguishedName::read(&mut Reader::new(der), "subject")
}

fn shown(value: &str) -> String {
    DistinguishedName::common_name(value).to_string()
}

/// RFC 4514 §4's examples. (In DER the shorter member of a set stands first.)
#[test]
fn a_name_is_shown_from_its_end() {
    let name = distinguished(&[
        &[(oid::DOMAIN_COMPONENT, Tag::IA5_STRING, b"net")],
        &[(oid::DOMAIN_COMPONENT, Tag::IA5_STRING, b"example")],
        &[
            (oid::ORGANIZATIONAL_UNIT, Tag::UTF8_STRING, b"Sales"),
            (oid::COMMON_NAME, Tag::UTF8_STRING, b"J.  Smith"),
        ],
    ]);
    assert_eq!(read(&name).unwrap().to_string(), "OU=Sales+CN=J.  Smith,DC=example,DC=net");
    assert_eq!(shown("James \"Jim\" Smith, III"), r#"CN=James \"Jim\" Smith\, III"#);
    assert_eq!(shown("Before\rAfter"), r"CN=Before\0DAfter");
    assert_eq!(shown("Lučić"), "CN=Lučić");
}

#[test]
fn what_could_be_misread_is_escaped() {
    assert_eq!(shown(" # "), r"CN=\ #\ ");
    assert_eq!(shown("#1"), r"CN=\#1");
    assert_eq!(shown("a=b<c>d;e\\f+g"), r"CN=a=b\<c\>d\;e\\f\+g");
    assert_eq!(shown("\0\u{1b}[31m\u{202e}"), r"CN=\00\1B[31m\E2\80\AE");
    assert_eq!(DistinguishedName::empty().to_string(), "");
}

#[test]
fn every_kind_of_text_is_read() {
    let private = Oid::read(&[0x55, 0x04, 0x61]).unwrap();
    for (tag, value, text) in [
        (Tag::PRINTABLE_STRING, &b"Root"[..], "CN=Root"),
        (Tag::TELETEX_STRING, b"\xfcber", "CN=über"),
        (Tag::BMP_STRING, b"\xc1\x8c\xcf\x13", "CN=소켓"),
        (Tag::UNIVERSAL_STRING, b"\0\0\xc1\x8c", "CN=소"),
        (Tag::BMP_STRING, b"\xd8\x00", "CN=#1e02d800"),
        (Tag::BMP_STRING, b"\x00", "CN=#1e0100"),
        (Tag::INTEGER, b"\x05", "CN=#020105"),
    ] {
        let name = distinguished(&[&[(oid::COMMON_NAME, tag, value)]]);
        assert_eq!(read(&name).unwrap().to_string(), text);
    }
    let name = distinguished(&[&[(private, Tag::UTF8_STRING, b"VAT")]]);
    assert_eq!(read(&name).unwrap().to_string(), "2.5.4.97=VAT");
}

#[test]
fn texts_are_of_their_alphabet() {
    for (tag, value) in [
        (Tag::UTF8_STRING, &b"\xff"[..]),
        (Tag::PRINTABLE_STRING, b"\xc3\xa9"),
        (Tag::IA5_STRING, b"\x80"),
    ] {
        let name = distinguished(&[&[(oid::COMMON_NAME, tag, value)]]);
        assert_eq!(read(&name).unwrap_err().violation, Violation::StringInvalid { tag });
    }
}

#[test]
fn members_of_a_set_stand_in_order() {
    let (a, b) = (
        (oid::COMMON_NAME, Tag::UTF8_STRING, &b"a"[..]),
        (oid::COMMON_NAME, Tag::UTF8_STRING, &b"b"[..]),
    );
    assert!(read(&distinguished(&[&[a.clone(), b.clone()]])).is_ok());
    let error = read(&distinguished(&[&[b, a]])).unwrap_err();
    assert_eq!(error.violation, Violation::SetOrder);
    assert_eq!(read(&distinguished(&[&[]])).unwrap_err().violation, Violation::Empty);
}

#[test]
fn a_subtree_begins_as_its_base_does() {
    let step = |text: &'static str, tag| [(oid::ORGANIZATION, tag, text.as_bytes())];
    let whole = |steps: &[&'static str]| {
        let steps: Vec<_> = steps.iter().map(|text| step(text, Tag::UTF8_STRING)).collect();
        let steps: Vec<_> = steps.iter().map(<[_; 1]>::as_slice).collect();
        read(&distinguished(&steps)).unwrap()
    };
    let name = whole(&["KR", "Wire book", "www"]);
    assert!(name.is_within(&whole(&["KR"])));
    assert!(name.is_within(&whole(&["kr", " wire  BOOK "])));
    assert!(name.is_within(&DistinguishedName::empty()));
    assert!(!name.is_within(&whole(&["Wire book"])));
    assert!(!name.is_within(&whole(&["KR", "Wirebook"])));
    assert!(!name.is_within(&whole(&["KR", "Wire book", "www", "more"])));
    // The same text in another kind of string is the same text.
    let printable = read(&distinguished(&[&step("KR", Tag::PRINTABLE_STRING)])).unwrap();
    assert!(name.is_within(&printable) && name != printable);
}

// RFC 5280 §4.2.1.6

#[test]
fn general_names_have_nine_forms() {
    let read = |tag: Tag, contents: &[u8]| {
        let der = Writer::build(|out| out.value(tag, contents));
        let name = GeneralName::read(&mut Reader::new(&der));
        if let Ok(name) = &name {
            assert_eq!(Writer::build(|out| name.write(out)), der, "written as it was read");
            assert_eq!(name.form(), tag.number());
        }
        name.map(|name| name.to_string())
    };
    for (tag, contents, text) in [
        (Tag::constructed(0), &b"\x06\x01\x2a"[..], "[0]:06012a"),
        (Tag::context(1), b"a@example.com", "email:a@example.com"),
        (Tag::context(2), b"*.example.com", "DNS:*.example.com"),
        (Tag::context(2), b"a\x00\nb", r"DNS:a\0\nb"),
        (Tag::constructed(3), b"", "[3]:"),
        (Tag::constructed(4), b"\x30\x00", "DirName:"),
        (Tag::constructed(5), b"", "[5]:"),
        (Tag::context(6), b"https://example.com/", "URI:https://example.com/"),
        (Tag::context(7), &[192, 0, 2, 1], "IP:192.0.2.1"),
        (Tag::context(7), &[0; 16], "IP:::"),
        (Tag::context(8), b"\x2a\x03", "[8]:2a03"),
    ] {
        assert_eq!(read(tag, contents).as_deref(), Ok(text));
    }
    for octets in [0, 3, 5, 8, 15, 17] {
        let error = read(Tag::context(7), &vec![0; octets]).unwrap_err();
        assert_eq!(error.violation, Violation::IpLength { octets });
    }
    for tag in [Tag::context(9), Tag::IA5_STRING, Tag::constructed(2)] {
        let error = read(tag, b"").unwrap_err();
        assert_eq!(error.violation, Violation::NameForm { tag });
    }
    assert!(matches!(
        read(Tag::context(2), "소켓".as_bytes()).unwrap_err().violation,
        Violation::StringInvalid { .. }
    ));
}
