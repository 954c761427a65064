//! Where a head ends: at the first empty line.
//!
//! RFC 9112 §2.1, §2.2
//!
//! ```text
//! GET / HTTP/1.1 CR LF Host: a CR LF CR LF        the end: LF CR LF
//! GET / HTTP/1.1 LF Host: a LF LF                 or LF LF: refused later, but it ends here
//! ```
//!
//! Why the end is looked for before anything is parsed: a parser that begins with half a head has
//! to begin again with each read, so a head of n octets sent one by one costs n²/2 looks. Here it
//! costs n:
//!
//! ```text
//!           GET / HTTP/1.1 CR LF Host: a CR LF CR LF
//!  read 1   ──────►                                     looked so far
//!  read 2          ───────────────►                     from there on
//!  read 3                          ────────────────►    the end
//! ```
//!
//! A head that comes an octet at a time is looked at once in all: the finder remembers how far it
//! looked. It knows no grammar; but what no continuation can mend (a line or a head past its limit,
//! a first octet that begins no message) it refuses at once rather than wait for the end.

use crate::{Error, Limits, error::Violation};

/// Looks for the end of a head, and remembers how far.
#[derive(Debug, Clone, Copy, Default)]
pub struct HeadEnd {
    looked: usize,
    /// Whether the start line has ended.
    line: bool,
}

/// What stands in the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Request,
    Response,
    Trailers,
}

impl HeadEnd {
    /// Whether nothing was looked at yet.
    pub(crate) fn is_new(&self) -> bool {
        self.looked == 0
    }

    /// The octets of the line at the start of `input`, its LF included, if it ends there.
    pub(crate) fn line(&mut self, input: &[u8]) -> Option<usize> {
        let found = next_lf(input, self.looked);
        self.looked = input.len();
        found.map(|at| at + 1)
    }

    /// The octets of the head at the start of `input`, its empty line included, or nothing if it
    /// does not end there. `input` must begin with what earlier calls saw.
    pub(crate) fn find(
        &mut self,
        input: &[u8],
        limits: &Limits,
        kind: Kind,
    ) -> Result<Option<usize>, Error> {
        if self.looked == 0 {
            check_first(input, kind)?;
        }
        let most = match kind {
            Kind::Trailers => limits.trailers,
            Kind::Request | Kind::Response => limits.head,
        } as usize;
        while let Some(at) = next_lf(input, self.looked) {
            let start = !self.line && kind != Kind::Trailers;
            if start && at > limits.start_line as usize + 1 {
                break;
            }
            self.line = true;
            match input.get(at + 1..) {
                Some([b'\n', ..]) if at + 2 <= most => return Ok(Some(at + 2)),
                Some([b'\r', b'\n', ..]) if at + 3 <= most => return Ok(Some(at + 3)),
                // The last LF here could be the first of an empty line: look at it again when more
                // has come.
                Some([] | [b'\r']) if at < most => {
                    self.looked = at;
                    return Ok(None);
                }
                _ if at >= most => break,
                _ => self.looked = at + 1,
            }
        }
        if !self.line && kind != Kind::Trailers {
            let line = limits.start_line as usize;
            if input.len() > line + 1 {
                let violation = match kind {
                    Kind::Response => Violation::StatusLineTooLong,
                    Kind::Request | Kind::Trailers => Violation::RequestLineTooLong,
                };
                return Err(violation.at(line));
            }
        }
        if input.len() >= most {
            return Err(Violation::HeadTooLarge.at(most));
        }
        self.looked = self.looked.max(input.len());
        Ok(None)
    }
}

/// Refuses what begins no message, such as a TLS handshake sent to the wrong port: its sender waits
/// for an answer, and we would wait for the end of a line.
fn check_first(input: &[u8], kind: Kind) -> Result<(), Error> {
    match (kind, input.first()) {
        (Kind::Request, Some(first)) if !http::is_tchar(*first) => {
            Err(Violation::MethodInvalid.at(0))
        }
        (Kind::Response, Some(first)) if *first != b'H' => Err(Violation::VersionInvalid.at(0)),
        _ => Ok(()),
    }
}

/// The first LF at or behind `from`.
fn next_lf(input: &[u8], from: usize) -> Option<usize> {
    let rest = input.get(from..)?;
    memchr_lf(rest).map(|at| from + at)
}

/// The first LF in `octets`, eight octets at a time.
fn memchr_lf(octets: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let mut at = 0;
    while let Some(word) = octets.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        // A zero octet borrows from its own high bit: the classic test for one in a word.
        let word = u64::from_le_bytes(*word) ^ (ONES * 0x0a);
        let found = word.wrapping_sub(ONES) & !word & HIGHS;
        if found != 0 {
            return Some(at + (found.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    let rest = octets.get(at..).unwrap_or_default();
    rest.iter().position(|octet| *octet == b'\n').map(|found| at + found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(end: &mut HeadEnd, input: &[u8]) -> Option<usize> {
        end.find(input, &Limits::default(), Kind::Request).unwrap()
    }

    #[test]
    fn the_end_is_the_first_empty_line_however_the_octets_come() {
        let input = b"GET / HTTP/1.1\r\nHost: a\r\n\r\nrest";
        let length = input.len() - 4;
        assert_eq!(find(&mut HeadEnd::default(), input), Some(length));
        let mut end = HeadEnd::default();
        for cut in 0..length {
            assert_eq!(find(&mut end, &input[..cut]), None, "{cut}");
        }
        assert_eq!(find(&mut end, input), Some(length));
    }

    #[test]
    fn an_end_of_bare_line_feeds_is_found_so_that_it_can_be_refused() {
        assert_eq!(find(&mut HeadEnd::default(), b"GET / HTTP/1.1\nA: b\n\n"), Some(21));
    }

    #[test]
    fn a_start_line_past_its_limit_is_refused_before_it_ends() {
        let limits = Limits { start_line: 10, ..Limits::default() };
        let mut end = HeadEnd::default();
        assert_eq!(end.find(b"GET /12345\r", &limits, Kind::Request), Ok(None));
        let error = end.find(b"GET /12345\rx", &limits, Kind::Request).unwrap_err();
        assert_eq!(error.violation, Violation::RequestLineTooLong);
    }

    #[test]
    fn what_begins_no_message_is_refused_at_its_first_octet() {
        let mut end = HeadEnd::default();
        let error = end.find(b"\x16\x03\x01", &Limits::default(), Kind::Request).unwrap_err();
        assert_eq!((error.violation, error.offset), (Violation::MethodInvalid, 0));
    }
}
