//! The static table: ninety-nine fields that everybody knows before the first octet.
//!
//! RFC 9204 §3.1, Appendix A
//!
//! The numbers begin with 0 and are those of traffic in 2018: what came most often needs the fewest
//! octets, so entries of one name do not stand side by side as HPACK's do. A writer therefore goes
//! from a name to its first entry, and from each entry to the next of that name.
//!
//! ```text
//!   name ──► hash ──► first entry ──► next of that name ──► next …
//! ```
//!
//! Invariant: a look costs at most two hundred comparisons of one octet, whoever chose the name.

/// The fields, number 0 first.
#[rustfmt::skip]
pub static FIXED: [(&[u8], &[u8]); 99] = [
    (b":authority", b""),
    (b":path", b"/"),
    (b"age", b"0"),
    (b"content-disposition", b""),
    (b"content-length", b"0"),
    (b"cookie", b""),
    (b"date", b""),
    (b"etag", b""),
    (b"if-modified-since", b""),
    (b"if-none-match", b""),
    (b"last-modified", b""),
    (b"link", b""),
    (b"location", b""),
    (b"referer", b""),
    (b"set-cookie", b""),
    (b":method", b"CONNECT"),
    (b":method", b"DELETE"),
    (b":method", b"GET"),
    (b":method", b"HEAD"),
    (b":method", b"OPTIONS"),
    (b":method", b"POST"),
    (b":method", b"PUT"),
    (b":scheme", b"http"),
    (b":scheme", b"https"),
    (b":status", b"103"),
    (b":status", b"200"),
    (b":status", b"304"),
    (b":status", b"404"),
    (b":status", b"503"),
    (b"accept", b"*/*"),
    (b"accept", b"application/dns-message"),
    (b"accept-encoding", b"gzip, deflate, br"),
    (b"accept-ranges", b"bytes"),
    (b"access-control-allow-headers", b"cache-control"),
    (b"access-control-allow-headers", b"content-type"),
    (b"access-control-allow-origin", b"*"),
    (b"cache-control", b"max-age=0"),
    (b"cache-control", b"max-age=2592000"),
    (b"cache-control", b"max-age=604800"),
    (b"cache-control", b"no-cache"),
    (b"cache-control", b"no-store"),
    (b"cache-control", b"public, max-age=31536000"),
    (b"content-encoding", b"br"),
    (b"content-encoding", b"gzip"),
    (b"content-type", b"application/dns-message"),
    (b"content-type", b"application/javascript"),
    (b"content-type", b"application/json"),
    (b"content-type", b"application/x-www-form-urlencoded"),
    (b"content-type", b"image/gif"),
    (b"content-type", b"image/jpeg"),
    (b"content-type", b"image/png"),
    (b"content-type", b"text/css"),
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-type", b"text/plain"),
    (b"content-type", b"text/plain;charset=utf-8"),
    (b"range", b"bytes=0-"),
    (b"strict-transport-security", b"max-age=31536000"),
    (b"strict-transport-security", b"max-age=31536000; includesubdomains"),
    (b"strict-transport-security", b"max-age=31536000; includesubdomains; preload"),
    (b"vary", b"accept-encoding"),
    (b"vary", b"origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-xss-protection", b"1; mode=block"),
    (b":status", b"100"),
    (b":status", b"204"),
    (b":status", b"206"),
    (b":status", b"302"),
    (b":status", b"400"),
    (b":status", b"403"),
    (b":status", b"421"),
    (b":status", b"425"),
    (b":status", b"500"),
    (b"accept-language", b""),
    (b"access-control-allow-credentials", b"FALSE"),
    (b"access-control-allow-credentials", b"TRUE"),
    (b"access-control-allow-headers", b"*"),
    (b"access-control-allow-methods", b"get"),
    (b"access-control-allow-methods", b"get, post, options"),
    (b"access-control-allow-methods", b"options"),
    (b"access-control-expose-headers", b"content-length"),
    (b"access-control-request-headers", b"content-type"),
    (b"access-control-request-method", b"get"),
    (b"access-control-request-method", b"post"),
    (b"alt-svc", b"clear"),
    (b"authorization", b""),
    (b"content-security-policy", b"script-src 'none'; object-src 'none'; base-uri 'none'"),
    (b"early-data", b"1"),
    (b"expect-ct", b""),
    (b"forwarded", b""),
    (b"if-range", b""),
    (b"origin", b""),
    (b"purpose", b"prefetch"),
    (b"server", b""),
    (b"timing-allow-origin", b"*"),
    (b"upgrade-insecure-requests", b"1"),
    (b"user-agent", b""),
    (b"x-forwarded-for", b""),
    (b"x-frame-options", b"deny"),
    (b"x-frame-options", b"sameorigin"),
];

/// Places of the hash: more than twice as many as there are names.
const PLACES: usize = 256;

/// No entry.
const NONE: u8 = u8::MAX;

/// For each place the first entry of a name whose hash is this place or one shortly before it.
static FIRST: [u8; PLACES] = first();

/// For each entry the next of the same name.
static NEXT: [u8; FIXED.len()] = next();

/// The number of the first entry named `name`.
#[inline]
pub fn fixed_name(name: &[u8]) -> Option<usize> {
    let mut place = place_of(name)?;
    loop {
        let number = usize::from(*FIRST.get(place)?);
        let (found, _) = FIXED.get(number)?;
        if *found == name {
            return Some(number);
        }
        place = (place + 1) % PLACES;
    }
}

/// The number of the entry that has this value, among those of the name whose first is `first`.
#[inline]
pub fn fixed_value(first: usize, value: &[u8]) -> Option<usize> {
    let mut number = first;
    loop {
        let (_, found) = FIXED.get(number)?;
        if *found == value {
            return Some(number);
        }
        number = usize::from(*NEXT.get(number)?);
    }
}

#[inline]
fn place_of(name: &[u8]) -> Option<usize> {
    let (first, last) = (name.first()?, name.last()?);
    let middle = name.get(name.len() / 2)?;
    Some(mix(*first, *middle, *last, name.len()))
}

const fn mix(first: u8, middle: u8, last: u8, length: usize) -> usize {
    let length = length.wrapping_mul(39);
    (last as usize * 14 + middle as usize * 22 + first as usize).wrapping_add(length) % PLACES
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    let (mut one, mut other) = (one, other);
    while let ([first, one_rest @ ..], [second, other_rest @ ..]) = (one, other) {
        if *first != *second {
            return false;
        }
        (one, other) = (one_rest, other_rest);
    }
    one.is_empty() && other.is_empty()
}

#[allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "all of it is worked out by the compiler: a wrong index or cast fails the build"
)]
const fn first() -> [u8; PLACES] {
    let mut places = [NONE; PLACES];
    let mut number = 0;
    while number < FIXED.len() {
        let name = FIXED[number].0;
        let mut at = mix(name[0], name[name.len() / 2], name[name.len() - 1], name.len());
        while places[at] != NONE && !same(FIXED[places[at] as usize].0, name) {
            at = (at + 1) % PLACES;
        }
        if places[at] == NONE {
            places[at] = number as u8;
        }
        number += 1;
    }
    places
}

#[allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "all of it is worked out by the compiler: a wrong index or cast fails the build"
)]
const fn next() -> [u8; FIXED.len()] {
    let mut places = [NONE; FIXED.len()];
    let mut number = 0;
    while number < FIXED.len() {
        let mut other = number + 1;
        while other < FIXED.len() && !same(FIXED[other].0, FIXED[number].0) {
            other += 1;
        }
        if other < FIXED.len() {
            places[number] = other as u8;
        }
        number += 1;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_finds_its_first_entry_and_each_value_its_own() {
        for (number, (name, value)) in FIXED.iter().enumerate() {
            let first = FIXED.iter().position(|(other, _)| other == name).unwrap();
            assert_eq!(fixed_name(name), Some(first), "{}", name.escape_ascii());
            assert_eq!(fixed_value(first, value), Some(number), "{}", value.escape_ascii());
            assert_eq!(fixed_value(first, b"no such value"), None);
        }
        for stranger in [&b""[..], b"a", b":", b"hos", b"hosts", b"x-forwarded-fo", b"Host"] {
            assert_eq!(fixed_name(stranger), None);
        }
    }
}
