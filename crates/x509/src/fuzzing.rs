//! What must hold for every input, one function for each parser of this crate.
//!
//! A property that does not hold is a panic, which is what a fuzzer and a test understand.
//!
//! | function            | input                      | what must hold                           |
//! |---------------------|----------------------------|------------------------------------------|
//! | `check_der`         | any octets                 | what is read, written again, is the same |
//! | `check_pem`         | any text                   | the same                                 |
//! | `check_certificate` | any octets                 | the same, field by field                 |
//! | `check_key`         | any octets                 | the same; and what it signs, it verifies |
//! | `check_chain`       | certificates in a row      | a path is one; the work ends             |
//! | `check_paths`       | a family that octets draw  | a path is found if there is one          |
//!
//! Used by: the fuzz targets, `tests/properties.rs`.

mod family;
mod paths;

pub use family::{Family, NOW};
pub use paths::{check_chain, check_paths};

use crate::{
    Certificate, Error, Limits, SigningKey,
    der::{Reader, Tag, Writer},
    dissect,
    issue::Template,
    pem,
};
use wire::Notes;

/// What was written is read back, and a block that is wrong hides none behind it.
pub fn check_pem(octets: &[u8]) {
    let Ok(blocks) = pem::parse_with(octets, &Limits::default()) else { return };
    for block in blocks.take(64) {
        match block {
            Ok(block) => {
                assert!(block.der.len() < octets.len() && block.offset < octets.len());
                let again = pem::parse(pem::encode(&block.label, &block.der).as_bytes());
                let again = again.unwrap_or_default();
                let again = again.first().map(|again| (&again.label, &again.der));
                assert_eq!(again, Some((&block.label, &block.der)));
            }
            Err(error) => assert!(error.offset < octets.len()),
        }
    }
}

/// DER has one form: values that are read whole are the same when they are written again.
pub fn check_der(octets: &[u8]) {
    let mut again = Vec::new();
    match walk(&mut Reader::new(octets), &mut Writer::new(&mut again)) {
        Ok(()) => assert_eq!(again, octets),
        Err(error) => assert!(error.offset <= octets.len(), "{error}"),
    }
}

fn walk(reader: &mut Reader<'_>, out: &mut Writer<'_>) -> Result<(), Error> {
    while let Some(tag) = reader.peek() {
        values(*reader, tag);
        if tag.is_constructed() {
            reader.structure("value", "X.690", tag, |inner| {
                let mut result = Ok(());
                out.wrap(tag, |out| result = walk(inner, out));
                result
            })?;
        } else {
            let (_, contents) = reader.any("value")?;
            out.value(tag, contents);
        }
    }
    Ok(())
}

/// Every kind of plain value, read and written again.
fn values(reader: Reader<'_>, tag: Tag) {
    let Ok((whole, _)) = reader.whole("value") else { return };
    let same = |body: &dyn Fn(&mut Writer<'_>)| assert_eq!(Writer::build(body), whole);
    let mut reader = reader;
    match tag {
        Tag::BOOLEAN => {
            let _ = reader.boolean("value").map(|value| same(&|out| out.boolean(value)));
        }
        Tag::INTEGER => {
            let mut number = reader;
            let _ = reader.positive("value").map(|value| same(&|out| out.unsigned(value)));
            let number = number.number("value", Tag::INTEGER, u64::MAX);
            let _ = number.map(|value| same(&|out| out.number(value)));
        }
        Tag::BIT_STRING => {
            let _ = reader.bit_octets("value").map(|value| same(&|out| out.bit_octets(value)));
        }
        Tag::NULL => {
            let _ = reader.null("value").map(|()| same(&|out| out.null()));
        }
        Tag::OBJECT_IDENTIFIER => {
            let _ = reader.oid("value").map(|value| {
                assert!(!value.dotted().is_empty());
                same(&|out| out.oid(&value));
            });
        }
        Tag::UTC_TIME => {
            let _ = reader.time("value").map(|value| same(&|out| out.time(value)));
        }
        _ => {}
    }
}

/// A certificate that is read is its fields and nothing more: written again from them, the signed
/// part is the same octets. Somebody who listens changes nothing.
pub fn check_certificate(octets: &[u8]) {
    let notes = Notes::default();
    let listened = dissect(&mut wire::Reader::observed(octets, &notes), &Limits::default());
    for note in notes.take() {
        let (wire::Note::Section { offset, .. } | wire::Note::Field { offset, .. }) = note;
        assert!(offset <= octets.len());
    }
    let certificate = match Certificate::read(octets) {
        Ok(certificate) => certificate,
        Err(error) => {
            assert!(error.offset <= octets.len(), "{error}");
            return assert_eq!(listened, Err(error));
        }
    };
    assert_eq!((listened, certificate.der()), (Ok(()), octets));
    if !is_old(certificate.signed()) {
        let again = Template::of(&certificate).tbs(certificate.signature_id());
        assert_eq!(again, certificate.signed());
    }
    let names = certificate.names().iter().map(ToString::to_string);
    let subjects = [certificate.subject(), certificate.issuer()].map(ToString::to_string);
    for text in names.chain(subjects) {
        assert!(!text.chars().any(char::is_control), "{text:?}");
    }
    assert!(certificate.subject().is_within(certificate.subject()));
    let _ = certificate.is_signed_by(certificate.public_key());
}

/// Whether there is something in it that is read and never written: unique identifiers, or a
/// GeneralizedTime where UTCTime would do.
fn is_old(tbs: &[u8]) -> bool {
    let mut old = false;
    let mut outer = Reader::new(tbs);
    let _ = outer.sequence("tbsCertificate", "RFC 5280 §4.1", |inner| {
        while let Some(tag) = inner.peek() {
            let (_, contents) = inner.any("field")?;
            let times = Reader::new(contents);
            old |= tag == Tag::context(1) || tag == Tag::context(2);
            // Of the fields, only the validity holds a time.
            let mut ahead = times;
            while let Ok((tag, text)) = ahead.any("time") {
                let year = std::str::from_utf8(text).ok().and_then(|text| text.get(..4));
                let year = year.and_then(|year| year.parse::<u32>().ok());
                old |= tag == Tag::GENERALIZED_TIME
                    && year.is_none_or(|year| (1950..2050).contains(&year));
            }
        }
        Ok(())
    });
    old
}

/// A private key that is taken signs, and its public key agrees; written and read again it is the
/// same. As DER and as PEM.
pub fn check_key(octets: &[u8]) {
    let ders = [SigningKey::from_pkcs8, SigningKey::from_sec1, SigningKey::from_pkcs1];
    let keys = ders.iter().map(|read| read(octets)).chain([SigningKey::from_pem(octets)]);
    for key in keys.flatten() {
        let again = SigningKey::from_pkcs8(key.to_pkcs8());
        assert_eq!(again.as_ref().map(SigningKey::public_key), Ok(key.public_key()));
        for scheme in key.schemes() {
            let signature = key.sign(*scheme, octets).unwrap_or_default();
            assert_eq!(key.public_key().verify(*scheme, octets, &signature), Ok(()));
        }
    }
}
