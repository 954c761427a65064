//! Lists as a site may have them, and damage as a network may not do it: by a seed.

use crate::List;
use wire::Scripted;

/// Chance, the same for the same seed.
pub(crate) struct Chance(Scripted);

const NAMES: [&str; 16] = [
    ":method",
    ":path",
    ":status",
    ":authority",
    "accept",
    "accept-encoding",
    "cookie",
    "referer",
    "user-agent",
    "x-name",
    "x-a-name-that-is-somewhat-longer",
    "etag",
    "date",
    "server",
    "via",
    "y",
];

const VALUES: [&str; 12] = [
    "GET",
    "/",
    "/style/main.css",
    "200",
    "www.example.com",
    "*/*",
    "gzip, deflate, br",
    "",
    "0123456789abcdef0123456789abcdef0123",
    "Mozilla/5.0 (X11; Linux x86_64)",
    "a",
    "\u{fffd}~^",
];

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Scripted(seed))
    }

    /// A number below `most`, which is not 0.
    pub(crate) fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.0.next_u64() % most as u64).unwrap()
    }

    pub(crate) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let at = self.below(from.len());
        &from[at]
    }

    /// Fields of which most came before, and at least one.
    pub(crate) fn list(&mut self) -> List {
        let count = 1 + self.below(12);
        (0..count).map(|_| self.field()).collect()
    }

    fn field(&mut self) -> (Vec<u8>, Vec<u8>) {
        let name = self.pick(&NAMES).as_bytes().to_vec();
        let mut value = self.pick(&VALUES).as_bytes().to_vec();
        if self.one_in(5) {
            value.extend(self.below(1000).to_string().into_bytes());
        }
        if self.one_in(40) {
            value = value.repeat(self.below(20));
        }
        (name, value)
    }

    /// Changes an octet, takes one out, puts one in, or cuts the rest off.
    pub(crate) fn damage(&mut self, octets: &mut Vec<u8>) {
        if octets.is_empty() {
            return octets.push(0);
        }
        let (at, octet) = (self.below(octets.len()), u8::try_from(self.below(256)).unwrap());
        match self.below(4) {
            0 => octets[at] = octet,
            1 => drop(octets.remove(at)),
            2 => octets.insert(at, octet),
            _ => octets.truncate(at),
        }
    }
}
