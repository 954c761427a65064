//! What must hold for every input, one function for each parser.
//!
//! The fuzz targets call these with what the fuzzer invents; the tests call them with what proptest
//! invents and with every seed. A property that does not hold is a panic, which is the only way
//! either of them understands.
//!
//! Used by: `fuzz/`, `tests/properties.rs`.

use crate::{
    Authority, HeaderMap, HeaderName, HeaderValue, Limits, MediaType, Method, Target, Uri, accept,
    auth,
    cookie::{self, Jar, SetCookie},
    date,
    etag::{ETag, ETags},
    header::{self, list},
    media,
    ranges::{self, ContentRange, Multipart, Selection, multipart::Piece},
    uri::{percent, punycode},
};
use wire::{Scripted, UnixTime};

/// 2026-01-01T00:00:00Z.
const NOW: UnixTime = UnixTime(1_767_225_600);

/// A URI's text parses to an equal URI; normalising twice is normalising once; what a person is
/// shown leads back; every error lies within the text.
pub fn check_uri(octets: &[u8]) {
    let Ok(text) = std::str::from_utf8(octets) else { return };
    let again = |uri: &Uri| {
        let text = uri.to_string();
        assert!(text.is_ascii(), "{text:?}");
        assert_eq!(Uri::parse(&text).as_ref(), Ok(uri), "{text:?}");
    };
    match (Uri::parse(text), Uri::from_text(text)) {
        (Ok(uri), typed) => {
            assert_eq!(Ok(&uri), typed.as_ref(), "text that is a URI stays that URI");
            again(&uri);
            let normal = uri.normalise();
            again(&normal);
            assert_eq!(normal.normalise(), normal);
            assert_eq!(Uri::from_text(&uri.to_text()).as_ref(), Ok(&uri), "{}", uri.to_text());
        }
        (Err(error), typed) => {
            assert!(error.offset() <= text.len(), "{error}");
            match typed {
                Ok(uri) => again(&uri),
                Err(error) => assert!(error.offset() <= text.len(), "{error}"),
            }
        }
    }
    for base in ["http://a/b/c/d;p?q", "http://a", "x:y/z", "file:///"] {
        let resolved = Uri::parse(base).map(|base| base.resolve(text));
        if let Ok(Ok(uri)) = resolved {
            again(&uri);
        }
    }
    check_percent(octets);
}

/// What was encoded decodes to what it was.
fn check_percent(octets: &[u8]) {
    let encoded = percent::encode(octets, percent::is_segment);
    assert_eq!(percent::decode(encoded.as_bytes()).as_deref(), Ok(octets));
    let text = String::from_utf8_lossy(octets);
    let normal = percent::normalise(&text);
    // A `%` that begins no triplet may come to begin one; then the text was no URI's.
    if percent::decode(text.as_bytes()).is_ok() {
        assert_eq!(percent::normalise(&normal), normal);
    }
    if let Some(encoded) = punycode::encode(&text) {
        assert_eq!(punycode::decode(&encoded).as_deref(), Some(&*text));
    }
    if let Some(label) = punycode::decode(&text) {
        let encoded = punycode::encode(&label).unwrap_or_default();
        assert!(encoded.eq_ignore_ascii_case(&text));
    }
}

/// A target's text parses to an equal target; Host is checked and parsed alike.
pub fn check_target(octets: &[u8]) {
    for method in [Method::Get, Method::Connect, Method::Options] {
        match Target::parse(&method, octets) {
            Ok(target) => {
                let text = target.to_string();
                assert_eq!(Target::parse(&method, text.as_bytes()), Ok(target.clone()));
                let _ = (target.to_uri("http", Some(b"example.com")), target.query());
            }
            Err(error) => assert!(error.offset <= octets.len(), "{error}"),
        }
    }
    match Authority::parse_host(octets) {
        Ok(host) => {
            assert_eq!(Authority::check_host(octets), Ok(()));
            assert_eq!(Authority::parse_host(host.to_string().as_bytes()), Ok(host));
        }
        Err(error) => {
            assert_eq!(Authority::check_host(octets), Err(error));
            assert!(error.offset() <= octets.len(), "{error}");
        }
    }
}

/// A date that was understood can be written, and means the same then; but the leap second behind
/// the last second of four digits becomes that one.
pub fn check_date(octets: &[u8]) {
    match date::parse(octets, NOW) {
        Ok(time) => {
            let writable = time.min(date::Civil::LAST.to_unix());
            assert_eq!(date::parse(date::format(time), NOW), Ok(writable));
        }
        Err(error) => assert!(error.offset <= octets.len()),
    }
    if let Some(time) = cookie::parse_date(octets) {
        assert_eq!(cookie::parse_date(date::format(time).as_bytes()), Some(time));
    }
    let mut bits = [0; 8];
    for (bit, octet) in bits.iter_mut().zip(octets) {
        *bit = *octet;
    }
    let time = UnixTime(i64::from_be_bytes(bits));
    let civil = date::Civil::from_unix(time);
    assert_eq!(civil.checked().map(date::Civil::to_unix), Some(time));
    assert!(date::parse(date::format(time), NOW).is_ok());
}

/// What is selected is there, is not empty and does not touch; a multipart answer is as long as it
/// says. The first eight octets are the length of the whole.
pub fn check_ranges(octets: &[u8]) {
    let (length, value) = octets.split_first_chunk::<8>().unwrap_or((&[0; 8], octets));
    let length = u64::from_be_bytes(*length);
    match ranges::select(value, length) {
        Selection::Whole | Selection::Unsatisfiable => {}
        Selection::Part(part) => assert!(!part.is_empty() && part.end <= length),
        Selection::Parts(parts) => {
            assert!((2..=Limits::DEFAULT.ranges).contains(&parts.len()));
            for (index, part) in parts.iter().enumerate() {
                assert!(!part.is_empty() && part.end <= length);
                let mut others = parts.iter().skip(index + 1);
                assert!(others.all(|other| other.end < part.start || part.end < other.start));
            }
            let answer = Multipart::new(parts, length, b"text/plain", &mut Scripted(length));
            let sum = answer.pieces().fold(0, |sum: u64, piece| match piece {
                Piece::Octets(octets) => sum.saturating_add(octets.len() as u64),
                Piece::Content(range) => sum.saturating_add(range.end - range.start),
            });
            assert_eq!(sum, answer.content_length());
        }
    }
    if let Some(range) = ContentRange::parse(value) {
        assert_eq!(ContentRange::parse(range.to_string().as_bytes()), Some(range));
    }
}

/// Whatever a server sets, a jar keeps to its limits, and what it sends on is one field's value.
pub fn check_cookie(octets: &[u8]) {
    let limits = Limits { cookies: 4, cookies_per_domain: 3, ..Limits::DEFAULT };
    let mut jar = Jar::new(&limits);
    let pages = ["https://www.example.com/a/b", "http://example.com/", "http://127.0.0.1:1/x"];
    for line in octets.split(|octet| *octet == b'\n') {
        let _ = SetCookie::parse(line, NOW, &limits);
        for page in pages.iter().filter_map(|page| Uri::parse(page).ok()) {
            let _ = jar.store(line, &page, NOW);
            if let Some(field) = jar.header(&page, NOW) {
                assert!(field.len() <= limits.cookie_field);
                assert!(HeaderValue::new(&field).is_ok());
            }
        }
    }
    assert!(jar.len() <= limits.cookies);
    // What holds a tab has no place in the file's columns.
    let writable = |cookie: &&cookie::Cookie| {
        !format!("{}{}{}", cookie.name, cookie.domain, cookie.path).contains('\t')
    };
    let cookies: Vec<_> = jar.iter().filter(writable).cloned().collect();
    let (read, errors) = cookie::read(&cookie::write(&cookies), &limits);
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(read.len(), cookies.len());
    for (read, written) in read.iter().zip(&cookies) {
        let written = cookie::Cookie { same_site: read.same_site, ..written.clone() };
        assert_eq!(*read, written);
    }
    let (read, _) = cookie::read(octets, &limits);
    assert!(read.len() <= limits.cookies);
    read.into_iter().for_each(|cookie| jar.insert(cookie, NOW));
    for page in pages.iter().filter_map(|page| Uri::parse(page).ok()) {
        let field = jar.header(&page, NOW).unwrap_or_default();
        assert!(HeaderValue::new(&field).is_ok());
    }
    cookie::pairs(octets).for_each(drop);
}

/// Challenges that were understood, written out, are understood again alike.
pub fn check_challenge(octets: &[u8]) {
    let _ = auth::read_basic(octets);
    let Ok(challenges) = auth::challenges(octets) else { return };
    let mut text = Vec::new();
    for challenge in &challenges {
        if !text.is_empty() {
            text.extend_from_slice(b", ");
        }
        text.extend_from_slice(challenge.scheme.as_bytes());
        if let Some(token) = &challenge.token68 {
            text.push(b' ');
            text.extend_from_slice(token.as_bytes());
        }
        for (index, (name, value)) in challenge.parameters.iter().enumerate() {
            text.extend_from_slice(if index == 0 { b" " } else { b"," });
            text.extend_from_slice(name.as_bytes());
            text.push(b'=');
            text.extend(list::quote(value.as_bytes()).unwrap_or_default());
        }
    }
    assert_eq!(auth::challenges(&text), Ok(challenges));
}

/// A type that was understood is what it says it is.
pub fn check_media_type(octets: &[u8]) {
    if let Some(found) = MediaType::parse(octets) {
        assert!(found.is(&found.essence()));
        assert!(MediaType::parse(found.essence().as_bytes()).is_some());
        for (name, _) in found.parameters() {
            assert!(found.parameter(name).is_some());
        }
        let _ = found.charset();
    }
    let text = String::from_utf8_lossy(octets);
    let _ = (media::is_compressible(&text), media::for_path(&text));
}

/// What is chosen was offered, and is acceptable where it is the only offer too.
pub fn check_accept(octets: &[u8]) {
    let types = ["text/html; charset=utf-8", "application/json", "image/png"];
    let codings = ["br", "gzip", "identity"];
    let languages = ["ko-KR", "en", "de"];
    type Choose = fn(Option<&[u8]>, &[&str]) -> Option<usize>;
    let all: [(Choose, [&str; 3]); 3] =
        [(accept::media, types), (accept::encoding, codings), (accept::language, languages)];
    for (choose, offers) in all {
        if let Some(index) = choose(Some(octets), &offers) {
            let chosen = offers.get(index).copied().unwrap_or_default();
            assert_eq!(choose(Some(octets), &[chosen]), Some(0), "{chosen}");
        }
    }
}

/// Lists, parameters, quoted strings, comments and entity-tags; and a field section of lines
/// `name:value`.
pub fn check_field_values(octets: &[u8]) {
    for element in list::elements(octets).chain(list::plain(octets)) {
        assert!(!element.is_empty() && list::trim(element) == element);
        let (main, mut parameters) = list::with_parameters(element);
        assert_eq!(list::trim(main), main);
        parameters.by_ref().for_each(drop);
        let _ = parameters.is_malformed();
    }
    if let Some((content, rest)) = list::quoted_string(octets) {
        let quoted = list::quote(&content).unwrap_or_default();
        assert_eq!(list::quoted_string(&quoted).map(|(back, _)| back), Some(content));
        assert!(rest.len() < octets.len());
    }
    if let Some((content, rest)) = list::comment(octets) {
        assert_eq!(content.len() + rest.len() + 2, octets.len());
    }
    for tag in ETags::new(octets).tags() {
        assert_eq!(ETag::parse(&tag.to_octets()), Some(tag));
    }
    check_section(octets);
}

fn check_section(octets: &[u8]) {
    let mut map = HeaderMap::new();
    for line in octets.split(|octet| *octet == b'\n') {
        let Some(colon) = line.iter().position(|octet| *octet == b':') else { continue };
        let (name, value) = line.split_at_checked(colon).unwrap_or_default();
        let _ = map.try_append(name, value.get(1..).unwrap_or_default());
    }
    let copy: HeaderMap = map.iter().collect();
    assert_eq!(copy, map);
    for (name, value) in &map {
        assert!(map.get_all(name).any(|there| there == value));
        assert_eq!(map.get_only(name).is_some(), map.get_all(name).count() == 1);
        assert!(!value.as_bytes().iter().any(|octet| matches!(octet, b'\r' | b'\n' | 0)));
    }
    header::hop::strip(&mut map);
    assert!(map.iter().all(|(name, _)| !header::hop::is_hop_by_hop(name)));
    header::add_vary(&mut map, HeaderName::ACCEPT);
    assert!(map.contains(HeaderName::VARY));
    if let Some((name, value)) = copy.iter().next() {
        map.set(name, value);
        assert_eq!(map.get_only(name), Some(value));
        assert!(map.remove(name) && !map.contains(name));
    }
}
