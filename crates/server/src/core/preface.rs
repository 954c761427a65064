//! Which version begins on a connection in the clear: HTTP/2 says so with its first octets.
//!
//! RFC 9113 §3.3, §3.4
//!
//! ```text
//!   P R I _ * _ H T T P / 2 . 0 CR LF CR LF S M CR LF CR LF
//!   └────── a head of HTTP/1, of a method that nobody has ──────┘
//! ```
//!
//! As long as what has come is a beginning of that, nothing is known: `P` may be POST or PUT. What
//! was held back is no more than those octets, so how many they are is all that is kept.
//!
//! | the first line                       | is taken for     | and answered by            |
//! |--------------------------------------|------------------|----------------------------|
//! | the preface                          | HTTP/2           |                            |
//! | has `HTTP/` in it, or a known method | HTTP/1           | 400, where it is malformed |
//! | anything else that came in one piece | a broken preface | GOAWAY                     |
//!
//! Used by: [`Connection`](super::Connection), before the first octet of either version.

/// What every client of HTTP/2 begins with, as far as it looks like a head.
const START: &[u8] = b"PRI * HTTP/2.0\r\n\r\n";

/// Methods that a careless line may begin with.
const METHODS: [&[u8]; 9] =
    [b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"CONNECT", b"OPTIONS", b"TRACE", b"PATCH"];

/// Octets that may be the start of a preface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Preface {
    seen: usize,
}

/// What is known now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// Nothing yet: all that has come is held back.
    Part,
    /// It is HTTP/2.
    Whole,
    /// It is something else, HTTP/1 if anything.
    Other,
    /// It is a line, and none of HTTP/1.
    Neither,
}

impl Preface {
    /// Looks at what came next. Unless the answer is [`Seen::Part`], the octets that were
    /// [held](Self::held) before `input` go first.
    pub(super) fn look(&mut self, input: &[u8]) -> Seen {
        let rest = START.get(self.seen..).unwrap_or_default();
        let most = rest.len().min(input.len());
        if rest.get(..most) != input.get(..most) {
            return if self.seen == 0 && is_foreign(input) { Seen::Neither } else { Seen::Other };
        }
        if most == rest.len() {
            return Seen::Whole;
        }
        self.seen += most;
        Seen::Part
    }

    /// What was held back.
    pub(super) fn held(self) -> &'static [u8] {
        START.get(..self.seen).unwrap_or_default()
    }
}

/// Whether a line has come that no client of HTTP/1 would say, not even a careless one.
fn is_foreign(input: &[u8]) -> bool {
    let Some(end) = input.iter().position(|octet| *octet == b'\n') else { return false };
    let line = input.get(..end).unwrap_or_default();
    let named = line.windows(5).any(|name| name.eq_ignore_ascii_case(b"HTTP/"));
    let method = line.split(|octet| *octet == b' ').next().unwrap_or_default();
    // An empty line may stand before a request (RFC 9112 §2.2).
    let empty = line.is_empty() || line == b"\r";
    !(named || empty || METHODS.contains(&method))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fed(octets: &[u8], step: usize) -> (Seen, usize) {
        let mut preface = Preface::default();
        for piece in octets.chunks(step) {
            match preface.look(piece) {
                Seen::Part => {}
                known => return (known, preface.held().len()),
            }
        }
        (Seen::Part, preface.held().len())
    }

    #[test]
    fn s3_4_a_line_of_neither_version_is_a_broken_preface() {
        for line in [&b"INVALID CONNECTION PREFACE\r\n\r\n"[..], b"EHLO here\r\n", b"?\n"] {
            assert_eq!(Preface::default().look(line), Seen::Neither);
        }
        for line in
            [&b"GET / HTTPS\r\n"[..], b"GET /\r\n", b"FOO / http/1.1\r\n", b"\r\nGET", b"EHLO"]
        {
            assert_eq!(Preface::default().look(line), Seen::Other);
        }
    }

    #[test]
    fn s3_4_a_preface_is_known_however_it_is_cut() {
        for step in 1..=START.len() {
            assert_eq!(fed(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", step).0, Seen::Whole);
            assert_eq!(fed(b"POST / HTTP/1.1\r\n", step).0, Seen::Other);
            assert_eq!(fed(b"PRI * HTTP/1.1\r\n", step).0, Seen::Other);
            assert_eq!(fed(b"GET / HTTP/1.1\r\n", step), (Seen::Other, 0));
            assert_eq!(fed(b"PRI", step), (Seen::Part, 3));
        }
    }
}
