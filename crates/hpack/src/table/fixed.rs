//! The static table: sixty-one fields that everybody knows before the first octet.
//!
//! RFC 7541 §2.3.1, Appendix A
//!
//! A reader goes from a number to a field, which is an index into an array. A writer goes the other
//! way, and for that the compiler lays the fifty-two names out by a hash of four octets under which
//! no two of them meet: one look finds the only name it can be.
//!
//! Invariant: entries of one name stand side by side, so the first one's number finds the others.

/// The fields, number 1 first.
#[rustfmt::skip]
pub static FIXED: [(&[u8], &[u8]); 61] = [
    (b":authority", b""),
    (b":method", b"GET"),
    (b":method", b"POST"),
    (b":path", b"/"),
    (b":path", b"/index.html"),
    (b":scheme", b"http"),
    (b":scheme", b"https"),
    (b":status", b"200"),
    (b":status", b"204"),
    (b":status", b"206"),
    (b":status", b"304"),
    (b":status", b"400"),
    (b":status", b"404"),
    (b":status", b"500"),
    (b"accept-charset", b""),
    (b"accept-encoding", b"gzip, deflate"),
    (b"accept-language", b""),
    (b"accept-ranges", b""),
    (b"accept", b""),
    (b"access-control-allow-origin", b""),
    (b"age", b""),
    (b"allow", b""),
    (b"authorization", b""),
    (b"cache-control", b""),
    (b"content-disposition", b""),
    (b"content-encoding", b""),
    (b"content-language", b""),
    (b"content-length", b""),
    (b"content-location", b""),
    (b"content-range", b""),
    (b"content-type", b""),
    (b"cookie", b""),
    (b"date", b""),
    (b"etag", b""),
    (b"expect", b""),
    (b"expires", b""),
    (b"from", b""),
    (b"host", b""),
    (b"if-match", b""),
    (b"if-modified-since", b""),
    (b"if-none-match", b""),
    (b"if-range", b""),
    (b"if-unmodified-since", b""),
    (b"last-modified", b""),
    (b"link", b""),
    (b"location", b""),
    (b"max-forwards", b""),
    (b"proxy-authenticate", b""),
    (b"proxy-authorization", b""),
    (b"range", b""),
    (b"referer", b""),
    (b"refresh", b""),
    (b"retry-after", b""),
    (b"server", b""),
    (b"set-cookie", b""),
    (b"strict-transport-security", b""),
    (b"transfer-encoding", b""),
    (b"user-agent", b""),
    (b"vary", b""),
    (b"via", b""),
    (b"www-authenticate", b""),
];

/// Places of the hash.
const PLACES: usize = 128;

/// For each hash the number of the first entry of the name that has it, or 0.
static FIRST: [u8; PLACES] = first();

/// The number (1 to 61) of the first entry named `name`.
#[inline]
pub fn fixed_name(name: &[u8]) -> Option<usize> {
    let number = usize::from(*FIRST.get(place(name)?)?);
    let (found, _) = FIXED.get(number.checked_sub(1)?)?;
    (*found == name).then_some(number)
}

/// Under these factors, which were found by trying, no two names of the table meet.
#[inline]
fn place(name: &[u8]) -> Option<usize> {
    let (first, last) = (name.first()?, name.last()?);
    let middle = name.get(name.len() / 2)?;
    Some(mix(*first, *middle, *last, name.len()))
}

const fn mix(first: u8, middle: u8, last: u8, length: usize) -> usize {
    let length = length.wrapping_mul(39);
    (last as usize * 14 + middle as usize * 22 + first as usize).wrapping_add(length) % PLACES
}

#[allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "all of it is worked out by the compiler: a wrong index or cast fails the build"
)]
const fn first() -> [u8; PLACES] {
    let mut places = [0; PLACES];
    let mut number = FIXED.len();
    // From the last to the first, so that the first entry of a name is what remains.
    while number > 0 {
        let name = FIXED[number - 1].0;
        let at = mix(name[0], name[name.len() / 2], name[name.len() - 1], name.len());
        let there = places[at] as usize;
        assert!(there == 0 || FIXED[there - 1].0.len() == name.len(), "two names meet");
        places[at] = number as u8;
        number -= 1;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_finds_its_first_entry() {
        for (name, _) in FIXED {
            let first = FIXED.iter().position(|(other, _)| *other == name).unwrap() + 1;
            assert_eq!(fixed_name(name), Some(first), "{}", name.escape_ascii());
        }
        for stranger in [&b""[..], b"a", b":", b"hos", b"hosts", b"x-forwarded-for", b"Host"] {
            assert_eq!(fixed_name(stranger), None);
        }
    }

    #[test]
    fn entries_of_a_name_stand_side_by_side() {
        let mut names: Vec<_> = FIXED.iter().map(|(name, _)| name).collect();
        names.dedup();
        assert_eq!(names.len(), 52);
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 52);
    }
}
