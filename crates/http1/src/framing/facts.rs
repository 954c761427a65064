//! What the fields of a head say about the connection, gathered while they are scanned.
//!
//! RFC 9112 §3.2, §6, §9; RFC 9110 §7.8, §10.1.1
//!
//! | octets in the name | field                          |
//! |--------------------|--------------------------------|
//! | 4                  | Host                           |
//! | 6                  | Expect                         |
//! | 7                  | Upgrade                        |
//! | 10                 | Connection                     |
//! | 14                 | Content-Length                 |
//! | 17                 | Transfer-Encoding              |
//!
//! Length and first letter tell nearly all fields apart from these six, so a field that is none of
//! them costs two comparisons.
//!
//! Used by: both head parsers, and by the encoders for fields that a caller sets.

use crate::octets;

/// What stands in the six fields.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// Host.
    pub host: Host,
    /// Content-Length.
    pub length: Length,
    /// Transfer-Encoding, all its fields read as one list, and where the last of them stands.
    pub coding: Option<(Coding, usize)>,
    /// Expect.
    pub expect: Expect,
    /// Connection lists `close`.
    pub close: bool,
    /// Connection lists `keep-alive`.
    pub keep_alive: bool,
    /// Connection lists `upgrade`.
    pub upgrade_listed: bool,
    /// There is an Upgrade field.
    pub upgrade: bool,
}

/// What Host says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Host {
    /// Nothing.
    #[default]
    Absent,
    /// A host, perhaps empty, and perhaps a port.
    Once,
    /// Something else.
    Invalid {
        /// Where the value stands.
        offset: usize,
    },
    /// More than one field.
    Repeated {
        /// Where the second value stands.
        offset: usize,
    },
}

/// What Content-Length says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Length {
    /// Nothing.
    #[default]
    Absent,
    /// One number.
    Once(u64),
    /// One number, more than once.
    Equal {
        /// The number.
        length: u64,
        /// Where the last value stands.
        offset: usize,
    },
    /// Two numbers.
    Differ {
        /// Where the value stands that differs.
        offset: usize,
    },
    /// Something that is not digits alone.
    Invalid {
        /// Where the value stands.
        offset: usize,
    },
    /// More than 64 bits hold.
    Overflow {
        /// Where the value stands.
        offset: usize,
    },
}

/// What Transfer-Encoding says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// `chunked`, alone.
    Chunked,
    /// The last coding is not chunked.
    NotFinal,
    /// `chunked` stands last, behind a coding that nobody here undoes.
    Unknown,
    /// `chunked` stands there twice.
    Repeated,
    /// Empty, `identity`, parameters of chunked, or no list of tokens.
    Invalid,
}

/// What Expect says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Expect {
    /// Nothing.
    #[default]
    Absent,
    /// `100-continue`.
    Continue,
    /// Something else.
    Unknown {
        /// Where the value stands.
        offset: usize,
    },
}

impl Facts {
    /// Takes note of a field; `offset` is where its value stands.
    #[inline]
    pub fn field(&mut self, name: &[u8], value: &[u8], offset: usize) {
        let first = name.first().map_or(0, |first| first | 0x20);
        if let (4, b'h') | (6, b'e') | (7, b'u') | (10, b'c') | (14, b'c') | (17, b't') =
            (name.len(), first)
        {
            self.candidate(name, value, offset);
        }
    }

    fn candidate(&mut self, name: &[u8], value: &[u8], offset: usize) {
        if name.eq_ignore_ascii_case(b"host") {
            self.host = match self.host {
                Host::Absent if is_host(value) => Host::Once,
                Host::Absent => Host::Invalid { offset },
                Host::Once | Host::Invalid { .. } => Host::Repeated { offset },
                repeated @ Host::Repeated { .. } => repeated,
            };
        } else if name.eq_ignore_ascii_case(b"connection") {
            self.options(value);
        } else if name.eq_ignore_ascii_case(b"content-length") {
            for item in value.split(|octet| *octet == b',') {
                self.length = self.length.and(trim(item), offset);
            }
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            let mut coding = self.coding.map(|(coding, _)| coding);
            for item in value.split(|octet| *octet == b',') {
                coding = Some(Coding::and(coding, trim(item)));
            }
            self.coding = coding.map(|coding| (coding, offset));
        } else if name.eq_ignore_ascii_case(b"expect") {
            self.expect = match self.expect {
                Expect::Absent | Expect::Continue
                    if value.eq_ignore_ascii_case(b"100-continue") =>
                {
                    Expect::Continue
                }
                _ => Expect::Unknown { offset },
            };
        } else if name.eq_ignore_ascii_case(b"upgrade") {
            self.upgrade = true;
        }
    }

    /// Connection's options (RFC 9110 §7.6.1); those that nobody here knows are nobody's loss.
    fn options(&mut self, value: &[u8]) {
        for option in value.split(|octet| *octet == b',') {
            let option = trim(option);
            match option.len() {
                5 => self.close |= option.eq_ignore_ascii_case(b"close"),
                7 => self.upgrade_listed |= option.eq_ignore_ascii_case(b"upgrade"),
                10 => self.keep_alive |= option.eq_ignore_ascii_case(b"keep-alive"),
                _ => {}
            }
        }
    }

    // ANCHOR: persists
    /// Whether the sender keeps the connection open behind this message (RFC 9112 §9.3).
    pub fn persists(&self, version: http::Version) -> bool {
        !self.close && (version != http::Version::Http10 || self.keep_alive)
    }
    // ANCHOR_END: persists
}

impl Length {
    /// The length when one more value is read.
    fn and(self, value: &[u8], offset: usize) -> Self {
        let length = match number(value) {
            Ok(length) => length,
            Err(overflow) => {
                return match self {
                    Self::Invalid { .. } | Self::Overflow { .. } => self,
                    _ if overflow => Self::Overflow { offset },
                    _ => Self::Invalid { offset },
                };
            }
        };
        match self {
            Self::Absent => Self::Once(length),
            Self::Once(before) | Self::Equal { length: before, .. } if before == length => {
                Self::Equal { length, offset }
            }
            Self::Once(_) | Self::Equal { .. } => Self::Differ { offset },
            Self::Differ { .. } | Self::Invalid { .. } | Self::Overflow { .. } => self,
        }
    }
}

/// `1*DIGIT` as a number; the error says whether it was too large rather than malformed.
fn number(value: &[u8]) -> Result<u64, bool> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return Err(false);
    }
    value
        .iter()
        .try_fold(0u64, |number, digit| {
            number.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
        })
        .ok_or(true)
}

impl Coding {
    /// The codings when one more is read.
    fn and(before: Option<Self>, coding: &[u8]) -> Self {
        let chunked = coding.eq_ignore_ascii_case(b"chunked");
        let name = coding.split(|octet| *octet == b';').next().unwrap_or_default();
        let valid = http::is_token(trim(name))
            && !coding.eq_ignore_ascii_case(b"identity")
            && (chunked || !trim(name).eq_ignore_ascii_case(b"chunked"));
        match before {
            Some(Self::Invalid) => Self::Invalid,
            _ if !valid => Self::Invalid,
            Some(Self::Repeated) => Self::Repeated,
            Some(Self::Chunked | Self::Unknown) if chunked => Self::Repeated,
            // A coding behind chunked: whether a second chunked follows no longer matters, since a
            // message that was chunked first is refused in either case.
            Some(Self::Chunked | Self::Unknown) => Self::NotFinal,
            None if chunked => Self::Chunked,
            Some(Self::NotFinal) if chunked => Self::Unknown,
            None | Some(Self::NotFinal) => Self::NotFinal,
        }
    }
}

/// `value` without spaces and tabs at its ends.
fn trim(value: &[u8]) -> &[u8] {
    let mut value = value;
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

/// `uri-host [ ":" port ]` (RFC 9110 §7.2). The host may be empty, for targets without one.
pub(crate) fn is_host(value: &[u8]) -> bool {
    let (host, port) = match value {
        [b'[', ..] => {
            let Some(end) = value.iter().position(|octet| *octet == b']') else { return false };
            let (literal, port) = value.split_at(end + 1);
            let [b'[', address @ .., b']'] = literal else { return false };
            let known = |octet: &u8| {
                octet.is_ascii_hexdigit() || matches!(octet, b':' | b'.' | b'v' | b'V')
            };
            if address.is_empty() || !address.iter().all(known) {
                return false;
            }
            (&[][..], port)
        }
        _ => value.split_at(value.iter().position(|octet| *octet == b':').unwrap_or(value.len())),
    };
    let port = match port {
        [] => port,
        [b':', digits @ ..] => digits,
        _ => return false,
    };
    // reg-name = *( unreserved / pct-encoded / sub-delims )
    // Without a branch for each octet: nearly all hosts are in order.
    let named = host.iter().fold(true, |so_far, octet| so_far & octets::is(octets::HOST, *octet));
    named && port.iter().all(u8::is_ascii_digit)
}
