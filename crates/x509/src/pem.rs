//! PEM: DER as text that survives mail and editors.
//!
//! RFC 7468 §2, §3
//!
//! ```text
//!   explanatory text, which is skipped
//!   -----BEGIN CERTIFICATE-----        the label says what the octets are
//!   MIIBtjCCAVugAwIBAgITBmyf1XSXNmY/   base64, 64 characters to a line
//!   …
//!   -----END CERTIFICATE-----          the same label
//! ```
//!
//! Reading is generous where people edit by hand (blanks around a line, lines of any length, CR),
//! and exact where it matters: labels agree, and what stands between is base64 and nothing else.
//!
//! Invariant: memory grows with the text that is there, and a text over
//! [`Limits::pem`](crate::Limits::pem) is not looked at.
//!
//! Used by: [`Certificate`](crate::Certificate), [`Roots`](crate::Roots),
//! [`SigningKey`](crate::SigningKey), whoever reads the files.

use crate::{Error, Limits, Violation};

/// One block: what it says it is, and its octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pem {
    /// `CERTIFICATE`, `PRIVATE KEY` …
    pub label: String,
    /// The octets.
    pub der: Vec<u8>,
    /// Where its `-----BEGIN` stands, in octets from the start of the text.
    pub offset: usize,
}

/// Every block of the text, in order; a text without any is an empty list.
///
/// # Errors
/// The first block that is not whole or not base64, and where it begins.
pub fn parse(text: &[u8]) -> Result<Vec<Pem>, Error> {
    parse_with(text, &Limits::default())?.collect()
}

/// As [`parse`], one block at a time: behind one that is wrong, the next may be right.
///
/// # Errors
/// [`Violation::TooLong`].
pub fn parse_with<'a>(text: &'a [u8], limits: &Limits) -> Result<Blocks<'a>, Error> {
    if text.len() > limits.pem {
        return Err(Violation::TooLong { limit: limits.pem }.at("PEM", 0));
    }
    Ok(Blocks { rest: text, offset: 0 })
}

/// The blocks of a text, each or why it is none.
#[derive(Debug, Clone)]
pub struct Blocks<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl<'a> Blocks<'a> {
    /// The next line without its end and the blanks around it, and where it began.
    fn line(&mut self) -> Option<(usize, &'a [u8])> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self.rest.iter().position(|octet| matches!(octet, b'\n' | b'\r'));
        let (line, behind) = match end {
            Some(end) => self.rest.split_at_checked(end)?,
            None => (self.rest, &[][..]),
        };
        let start = self.offset;
        self.rest = behind.get(1..).unwrap_or_default();
        self.offset += line.len() + 1;
        Some((start, line.trim_ascii()))
    }

    /// The rest of a block whose label is known.
    fn block(&mut self, label: &'a str, begin: usize) -> Result<Pem, Error> {
        let mut base64 = String::new();
        loop {
            // Looked at before it is taken: the next block may begin where this one forgot to end.
            let mut ahead = self.clone();
            let Some((_, line)) = ahead.line() else {
                return Err(Violation::PemUnfinished.at("-----END", begin));
            };
            if line.starts_with(b"-----BEGIN ") {
                return Err(Violation::PemUnfinished.at("-----END", begin));
            }
            *self = ahead;
            if line.starts_with(b"-----") {
                if boundary(line, b"-----END ") != Some(label) {
                    return Err(Violation::PemUnfinished.at("-----END", begin));
                }
                break;
            }
            let text = std::str::from_utf8(line);
            base64 += text.map_err(|_| Violation::PemBase64.at("base64text", begin))?;
        }
        let der = wire::base64::decode(&base64)
            .map_err(|_| Violation::PemBase64.at("base64text", begin))?;
        Ok(Pem { label: label.to_string(), der, offset: begin })
    }
}

impl Iterator for Blocks<'_> {
    type Item = Result<Pem, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (begin, line) = self.line()?;
            if line.starts_with(b"-----BEGIN ") {
                return Some(match boundary(line, b"-----BEGIN ") {
                    Some(label) => self.block(label, begin),
                    None => Err(Violation::PemBoundary.at("-----BEGIN", begin)),
                });
            }
        }
    }
}

/// The label of a boundary line: printable ASCII, without a hyphen or a blank at either end.
fn boundary<'a>(line: &'a [u8], start: &[u8]) -> Option<&'a str> {
    let label = line.strip_prefix(start)?.strip_suffix(b"-----")?;
    let label = std::str::from_utf8(label).ok()?;
    let letters = label.bytes().all(|octet| (b' '..=b'~').contains(&octet));
    let ends = |edge: Option<char>| edge.is_none_or(|edge| edge != '-' && edge != ' ');
    let plain = letters && ends(label.chars().next()) && ends(label.chars().next_back());
    plain.then_some(label)
}

/// The text of one block, 64 characters to a line, as RFC 7468 §2 has it.
pub fn encode(label: &str, der: &[u8]) -> String {
    let base64 = wire::base64::encode(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    for (at, character) in base64.chars().enumerate() {
        if at > 0 && at % 64 == 0 {
            out.push('\n');
        }
        out.push(character);
    }
    if !base64.is_empty() {
        out.push('\n');
    }
    out + &format!("-----END {label}-----\n")
}
