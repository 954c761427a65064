//! Regular fields: the rules that hold for each of them, and the run of octets they end in.
//!
//! RFC 9113 §8.2
//!
//! Invariant: what is kept is a token in lower case with a value that ends no line.
//!
//! Used by: requests, responses and trailers.

use crate::{HeaderMap, HeaderValue, InvalidField, is_tchar, message::Malformed};

/// Room for the fields of a small request: grown step by step, it would cost more than they do.
const OCTETS: usize = 256;
const FIELDS: usize = 8;

#[derive(Debug, Default)]
pub(super) struct Fields {
    octets: Vec<u8>,
    map: HeaderMap,
    /// Cookies come in crumbs, which compress better, and leave in one piece (§8.2.3).
    cookie: Vec<u8>,
    content_length: Option<u64>,
    /// Where the field `host` that was made of `:authority` has its value.
    pub(super) host: Option<std::ops::Range<usize>>,
    /// A regular field has come: no pseudo-field may follow.
    regular: bool,
    error: Option<Malformed>,
}

/// Whether an octet may stand in a name: as in a token, but in lower case.
const fn is_name(octet: u8) -> bool {
    is_tchar(octet) && !octet.is_ascii_uppercase()
}

impl Fields {
    /// Keeps the first error.
    pub(super) fn fail(&mut self, error: Malformed) {
        self.error.get_or_insert(error);
    }

    /// Whether a pseudo-field may stand here.
    pub(super) fn pseudo(&mut self, name: &'static str, twice: bool) -> bool {
        if self.regular {
            self.fail(Malformed::PseudoLate { name });
        } else if twice {
            self.fail(Malformed::PseudoTwice { name });
        } else {
            return true;
        }
        false
    }

    // ANCHOR: regular
    pub(super) fn regular(&mut self, name: &[u8], value: &[u8]) {
        self.regular = true;
        if self.error.is_some() {
            return;
        }
        let fits = |octet: &u8| is_name(*octet);
        if name.is_empty() || !name.iter().fold(true, |all, octet| all & fits(octet)) {
            let offset = name.iter().position(|octet| !fits(octet)).unwrap_or_default();
            return self.fail(Malformed::Name { offset });
        }
        if let Err(InvalidField::Value { offset } | InvalidField::Name { offset }) =
            HeaderValue::new(value)
        {
            return self.fail(Malformed::Value { offset });
        }
        match name {
            b"connection" => self.specific("connection"),
            b"keep-alive" => self.specific("keep-alive"),
            b"proxy-connection" => self.specific("proxy-connection"),
            b"transfer-encoding" => self.specific("transfer-encoding"),
            b"upgrade" => self.specific("upgrade"),
            b"te" if !value.eq_ignore_ascii_case(b"trailers") => self.specific("te"),
            b"host" if self.host.is_some() => self.second_host(value),
            b"content-length" => self.length(value),
            b"cookie" => self.crumb(value),
            _ => self.keep(name, value),
        }
    }
    // ANCHOR_END: regular

    fn specific(&mut self, name: &'static str) {
        self.fail(Malformed::ConnectionSpecific { name });
    }

    /// `:authority` has become the field already; the two must say the same.
    fn second_host(&mut self, value: &[u8]) {
        let there = self.host.clone().and_then(|at| self.octets.get(at)).unwrap_or_default();
        if !there.eq_ignore_ascii_case(value) {
            self.fail(Malformed::HostDiffers);
        }
    }

    fn length(&mut self, value: &[u8]) {
        let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
        let add = |sum: u64, digit: &u8| sum.checked_mul(10)?.checked_add(u64::from(digit - b'0'));
        let length = if digits { value.iter().try_fold(0, add) } else { None };
        match (length, self.content_length) {
            (Some(length), None) => {
                self.content_length = Some(length);
                self.keep(b"content-length", value);
            }
            _ => self.fail(Malformed::ContentLength),
        }
    }

    fn crumb(&mut self, value: &[u8]) {
        if !self.cookie.is_empty() {
            self.cookie.extend_from_slice(b"; ");
        }
        self.cookie.extend_from_slice(value);
    }

    /// Copies a field that was checked.
    pub(super) fn keep(&mut self, name: &[u8], value: &[u8]) {
        if self.octets.capacity() == 0 {
            self.octets = Vec::with_capacity(OCTETS);
            self.map = HeaderMap::over(Vec::new(), FIELDS);
        }
        let start = self.octets.len();
        let middle = start + name.len();
        self.octets.extend_from_slice(name);
        self.octets.extend_from_slice(value);
        self.map.adopt(start..middle, middle..self.octets.len());
    }

    /// Copies the field `host` that `:authority` is to be.
    pub(super) fn keep_host(&mut self, value: &[u8]) {
        self.keep(b"host", value);
        let end = self.octets.len();
        self.host = Some(end - value.len()..end);
    }

    /// All fields, and the Content-Length.
    pub(super) fn finish(mut self) -> Result<(HeaderMap, Option<u64>), Malformed> {
        if let Some(error) = self.error {
            return Err(error);
        }
        if !self.cookie.is_empty() {
            let cookie = std::mem::take(&mut self.cookie);
            self.keep(b"cookie", &cookie);
        }
        self.map.lay_under(self.octets);
        Ok((self.map, self.content_length))
    }
}
