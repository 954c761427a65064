//! Content codings: what a server did to the content, undone.
//!
//! RFC 9110 §8.4, §12.5.3
//!
//! ```text
//! Accept-Encoding: gzip, deflate      what we can undo, in the request
//! Content-Encoding: deflate, gzip     what was done, the first first: gzip is undone first
//! ```
//!
//! | coding           | is                                                                        |
//! |------------------|---------------------------------------------------------------------------|
//! | `gzip`, `x-gzip` | RFC 1952, members one behind the other                                    |
//! | `deflate`        | zlib (RFC 1950), or raw DEFLATE, which some servers send under this name  |
//! | `identity`       | nothing; some servers say `none`                                          |
//!
//! Invariant: what comes out is bounded by what came in ([`Limits`]), however many codings were
//! laid over each other.

use deflate::{Error, Inflate, Status, WindowBits, gzip, zlib};
use http::{HeaderMap, HeaderName, header::list};

/// What we say that we can undo.
pub const ACCEPTED: &str = "gzip, deflate";

/// How much is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Codings laid over each other. 5, as curl: one is usual, and each may multiply by a thousand.
    pub codings: usize,
    /// Octets that may come out however few came in. 64 MiB: a page, or a large answer in JSON, is
    /// less, and any computer can take it.
    pub free: u64,
    /// Octets that may come out beyond that for each one that came in. 100: text becomes a tenth or
    /// a twentieth, and only what was made for it becomes a thousandth.
    pub ratio: u64,
}

impl Limits {
    /// What stands at each field.
    pub const DEFAULT: Self = Self { codings: 5, free: 64 << 20, ratio: 100 };

    /// Whether `plain` octets may come out where `coded` came in.
    pub const fn allow(&self, coded: u64, plain: u64) -> bool {
        plain <= self.free.saturating_add(self.ratio.saturating_mul(coded))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A coding that can be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// RFC 1952.
    Gzip,
    /// RFC 1950, or RFC 1951 alone.
    Deflate,
}

// ANCHOR: codings
/// The codings of a response, in the order in which they must be undone.
///
/// # Errors
/// The name of one that nobody here can undo, or what is wrong with the list.
pub fn codings(headers: &HeaderMap, limits: &Limits) -> Result<Vec<Coding>, String> {
    let value = headers.combined(HeaderName::CONTENT_ENCODING).unwrap_or_default();
    let mut codings = Vec::new();
    for name in list::plain(&value) {
        codings.push(match name.to_ascii_lowercase().as_slice() {
            b"gzip" | b"x-gzip" => Coding::Gzip,
            b"deflate" => Coding::Deflate,
            b"identity" | b"none" => continue,
            _ => return Err(format!("nobody here knows {:?}", name.escape_ascii().to_string())),
        });
        if codings.len() > limits.codings {
            return Err(format!("more than {} codings lie over each other", limits.codings));
        }
    }
    codings.reverse();
    Ok(codings)
}
// ANCHOR_END: codings

/// Undoes one coding.
#[derive(Debug)]
pub struct Decoder {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Gzip(Box<gzip::Decoder>),
    Zlib(Box<zlib::Decoder>),
    Raw(Box<Inflate>),
    /// Two octets tell zlib from raw DEFLATE; this one came.
    Undecided(Option<u8>),
}

impl Decoder {
    /// Undoes `coding`, which begins with the next octet.
    pub fn new(coding: Coding) -> Self {
        let kind = match coding {
            Coding::Gzip => Kind::Gzip(Box::default()),
            Coding::Deflate => Kind::Undecided(None),
        };
        Self { kind }
    }

    /// Undoes what it can of `input`, which is advanced past what was used, and appends at most
    /// `bound` octets to `out`; as [`Inflate::inflate`].
    ///
    /// # Errors
    /// The first rule that the octets break.
    pub fn decode(
        &mut self,
        input: &mut &[u8],
        out: &mut Vec<u8>,
        bound: usize,
    ) -> Result<Status, Error> {
        match &mut self.kind {
            Kind::Gzip(decoder) => decoder.decode(input, out, bound),
            Kind::Zlib(decoder) => decoder.decode(input, out, bound),
            Kind::Raw(inflate) => inflate.inflate(input, out, bound),
            Kind::Undecided(first) => match (*first, *input) {
                (_, []) => Ok(Status::Starved),
                (None, [first]) => {
                    self.kind = Kind::Undecided(Some(*first));
                    *input = &[];
                    Ok(Status::Starved)
                }
                (None, [first, second, ..]) => {
                    self.decide([*first, *second]);
                    self.decode(input, out, bound)
                }
                (Some(first), [second, ..]) => {
                    self.decide([first, *second]);
                    // Neither form is done with its first octet, or puts anything out for it.
                    self.decode(&mut [first].as_slice(), out, bound)?;
                    self.decode(input, out, bound)
                }
            },
        }
    }

    fn decide(&mut self, first: [u8; 2]) {
        let window = WindowBits::MAX;
        self.kind = match zlib::is_head(first) {
            true => Kind::Zlib(Box::new(zlib::Decoder::new(window))),
            false => Kind::Raw(Box::new(Inflate::new(window))),
        };
    }

    /// Whether the input may end here.
    pub fn may_end(&self) -> bool {
        match &self.kind {
            Kind::Gzip(decoder) => decoder.is_ended(),
            Kind::Zlib(decoder) => decoder.is_ended(),
            Kind::Raw(inflate) => inflate.is_ended(),
            Kind::Undecided(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deflate::{Deflate, Flush, Level};
    use http::HeaderValue;

    fn of(value: &'static str) -> Result<Vec<Coding>, String> {
        let mut headers = HeaderMap::new();
        headers.append(HeaderName::CONTENT_ENCODING, HeaderValue::from_static(value));
        codings(&headers, &Limits::DEFAULT)
    }

    #[test]
    fn the_last_coding_is_undone_first() {
        assert_eq!(of("deflate, GZIP"), Ok(vec![Coding::Gzip, Coding::Deflate]));
        assert_eq!(of("identity"), Ok(vec![]));
        assert_eq!(of(", x-gzip ,"), Ok(vec![Coding::Gzip]));
        assert_eq!(codings(&HeaderMap::new(), &Limits::DEFAULT), Ok(vec![]));
        assert!(of("gzip, br").unwrap_err().contains("br"));
        assert!(of("gzip, gzip, gzip, gzip, gzip, gzip").unwrap_err().contains("more than 5"));
    }

    #[test]
    fn deflate_is_zlib_or_raw_in_every_split() {
        let (mut raw, mut wrapped) = (Vec::new(), Vec::new());
        Deflate::new(Level::DEFAULT, WindowBits::MAX).deflate(b"Hello", &mut raw, Flush::Finish);
        let mut encoder = zlib::Encoder::new(Level::DEFAULT, WindowBits::MAX);
        encoder.encode(b"Hello", &mut wrapped, Flush::Finish);
        for octets in [raw, wrapped] {
            for split in 0..=octets.len() {
                let mut decoder = Decoder::new(Coding::Deflate);
                let (mut first, mut second) = octets.split_at(split);
                let mut out = Vec::new();
                decoder.decode(&mut first, &mut out, 10).unwrap();
                assert_eq!(decoder.may_end(), split == octets.len());
                decoder.decode(&mut second, &mut out, 10).unwrap();
                assert!(decoder.may_end() && first.is_empty() && second.is_empty());
                assert_eq!(out, b"Hello");
            }
        }
    }

    #[test]
    fn what_comes_out_is_bounded_by_what_came_in() {
        let limits = Limits { free: 1000, ratio: 10, ..Limits::DEFAULT };
        assert!(limits.allow(0, 1000) && limits.allow(5, 1050));
        assert!(!limits.allow(5, 1051));
        assert!(limits.allow(u64::MAX, u64::MAX));
    }
}
