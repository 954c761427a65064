//! Distinguished names: the path to a subject through a directory that was never built.
//!
//! RFC 5280 §4.1.2.4 and §7.1, RFC 4514 (as text)
//!
//! ```text
//!   SEQUENCE OF             from the country down to the person
//!     SET OF                almost always of one
//!       SEQUENCE { type OBJECT IDENTIFIER, value a text of some kind }
//!
//!   30 .. 31 .. 30 .. 06 03 55 04 06  13 02 'KR'      C=KR
//!         31 .. 30 .. 06 03 55 04 03  0c 04 'Root'    CN=Root
//!   as text, the last first:  CN=Root,C=KR
//! ```
//!
//! Invariant: a name that was read can be walked without an error, so it is kept as its octets.
//!
//! Invariant: as text it is one line: whatever could break it, or turn it around on a terminal, is
//! escaped.
//!
//! Used by: `certificate`, `verify` (issuers, constraints), error texts.

use crate::{
    Error, Violation,
    der::{Oid, Reader, Tag, Writer, oid},
};
use std::fmt;

/// A name as a sequence of attributes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DistinguishedName {
    der: Vec<u8>,
}

/// One attribute, as it stands.
struct Attribute<'a> {
    kind: Oid,
    tag: Tag,
    value: &'a [u8],
}

/// The attributes that share one step of the path.
type Step<'a> = Vec<Attribute<'a>>;

impl DistinguishedName {
    /// Reads a Name.
    ///
    /// # Errors
    /// What is wrong with the DER; [`Violation::StringInvalid`], [`Violation::SetOrder`].
    pub fn read(reader: &mut Reader<'_>, field: &'static str) -> Result<Self, Error> {
        let (der, _) = reader.whole(field)?;
        steps(reader, field)?;
        Ok(Self { der: der.to_vec() })
    }

    /// A name of one attribute, CN.
    pub fn common_name(name: &str) -> Self {
        let der = Writer::build(|out| {
            out.sequence(|name_| {
                name_.set(|step| {
                    step.sequence(|attribute| {
                        attribute.oid(&oid::COMMON_NAME);
                        attribute.utf8(name);
                    });
                });
            });
        });
        Self { der }
    }

    /// A name of no attributes: the subject of a certificate that says all in its
    /// subjectAltName.
    pub fn empty() -> Self {
        Self { der: Writer::build(|out| out.sequence(|_| {})) }
    }

    /// The octets, which are also what two names are compared by when a path is built
    /// (CA/B BR 7.1.4.1: byte for byte).
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Whether it has no attributes.
    pub fn is_empty(&self) -> bool {
        self.der == [0x30, 0x00]
    }

    fn steps(&self) -> Vec<Step<'_>> {
        steps(&mut Reader::new(&self.der), "name").unwrap_or_default()
    }

    /// Whether this name lies in the subtree of `base`: begins with all its steps. Texts are equal
    /// regardless of case, of blanks at the ends and of how many there are in between
    /// (RFC 5280 §7.1, for ASCII).
    pub fn is_within(&self, base: &Self) -> bool {
        let (ours, theirs) = (self.steps(), base.steps());
        theirs.len() <= ours.len()
            && ours.iter().zip(&theirs).all(|(ours, theirs)| same(ours, theirs))
    }
}

fn same(ours: &Step<'_>, theirs: &Step<'_>) -> bool {
    let has = |step: &Step<'_>, wanted: &Attribute<'_>| step.iter().any(|have| have.is(wanted));
    ours.len() == theirs.len() && theirs.iter().all(|wanted| has(ours, wanted))
}

impl Attribute<'_> {
    fn is(&self, other: &Self) -> bool {
        self.kind == other.kind
            && match (self.text(), other.text()) {
                (Some(ours), Some(theirs)) => folded(&ours) == folded(&theirs),
                _ => self.tag == other.tag && self.value == other.value,
            }
    }

    /// The value as text, if it is one of the kinds that names have.
    fn text(&self) -> Option<String> {
        let wide = |octets: usize, unit: fn(&[u8]) -> Option<u32>| {
            let exact = self.value.len().is_multiple_of(octets);
            let units = self.value.chunks(octets).map(unit);
            units.map(|unit| char::from_u32(unit?)).collect::<Option<String>>().filter(|_| exact)
        };
        match self.tag {
            Tag::UTF8_STRING | Tag::PRINTABLE_STRING | Tag::IA5_STRING => {
                String::from_utf8(self.value.to_vec()).ok()
            }
            // T.61 in theory; in practice always Latin-1.
            Tag::TELETEX_STRING => {
                Some(self.value.iter().map(|octet| char::from(*octet)).collect())
            }
            Tag::BMP_STRING => {
                wide(2, |unit| Some(u16::from_be_bytes(unit.try_into().ok()?).into()))
            }
            Tag::UNIVERSAL_STRING => {
                wide(4, |unit| Some(u32::from_be_bytes(unit.try_into().ok()?)))
            }
            _ => None,
        }
    }
}

/// Lower case, one blank where there were several.
fn folded(text: &str) -> String {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    words.join(" ").to_ascii_lowercase()
}

fn steps<'a>(reader: &mut Reader<'a>, field: &'static str) -> Result<Vec<Step<'a>>, Error> {
    const RFC: &str = "RFC 5280 §4.1.2.4";
    reader.sequence(field, RFC, |name| {
        let mut steps = Vec::new();
        while !name.is_empty() {
            let mut last: &[u8] = &[];
            steps.push(name.list("RelativeDistinguishedName", RFC, Tag::SET, |step| {
                let (whole, _) = step.whole("AttributeTypeAndValue")?;
                if whole < last {
                    return Err(step.error(Violation::SetOrder, "RelativeDistinguishedName"));
                }
                last = whole;
                attribute(step, RFC)
            })?);
        }
        Ok(steps)
    })
}

fn attribute<'a>(reader: &mut Reader<'a>, rfc: &'static str) -> Result<Attribute<'a>, Error> {
    reader.sequence("AttributeTypeAndValue", rfc, |inner| {
        let kind = inner.oid("type")?;
        let start = inner.offset();
        let (tag, value) = inner.any("value")?;
        let fits = match tag {
            Tag::UTF8_STRING => std::str::from_utf8(value).is_ok(),
            Tag::PRINTABLE_STRING | Tag::IA5_STRING => value.is_ascii(),
            _ => true,
        };
        if !fits {
            return Err(Violation::StringInvalid { tag }.at("value", start));
        }
        let attribute = Attribute { kind, tag, value };
        inner.explain(|| attribute.to_string());
        Ok(attribute)
    })
}

impl fmt::Display for Attribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(text) = self.text() else {
            let der = Writer::build(|out| out.value(self.tag, self.value));
            return write!(f, "{}=#{}", self.kind, wire::hex::encode(&der));
        };
        write!(f, "{}=", self.kind)?;
        let last = text.chars().count().saturating_sub(1);
        for (at, letter) in text.chars().enumerate() {
            let edge = (letter == ' ' && (at == 0 || at == last)) || (letter == '#' && at == 0);
            match letter {
                '"' | '+' | ',' | ';' | '<' | '>' | '\\' => write!(f, "\\{letter}")?,
                _ if edge => write!(f, "\\{letter}")?,
                _ if letter.is_control() || turns_text(letter) => {
                    for octet in letter.encode_utf8(&mut [0; 4]).bytes() {
                        write!(f, "\\{octet:02X}")?;
                    }
                }
                _ => write!(f, "{letter}")?,
            }
        }
        Ok(())
    }
}

/// Marks that change the direction of text, or break a line, without being seen.
fn turns_text(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
}

/// RFC 4514: the last step first.
impl fmt::Display for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.steps().iter().rev().enumerate() {
            for (within, attribute) in step.iter().enumerate() {
                let between = match (at, within) {
                    (0, 0) => "",
                    (_, 0) => ",",
                    _ => "+",
                };
                write!(f, "{between}{attribute}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}
