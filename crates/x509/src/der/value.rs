//! The plain values: numbers, truth, bits, texts.
//!
//! X.690 §8.2 (BOOLEAN), §8.3 (INTEGER), §8.6 (BIT STRING), §8.23 (texts), §11 (DER's one form)
//!
//! ```text
//!   INTEGER  127 → 7f     128 → 00 80     −128 → 80       two's complement, as short as it goes
//!   BOOLEAN  TRUE → ff    FALSE → 00
//!   BIT STRING 101 → 05 a0                                five bits of the last octet do not count
//! ```
//!
//! Invariant: what is returned is as it stood, or a number that fits; nothing is rounded or cut.

use super::{DateTime, Oid, Reader, Tag};
use crate::{Error, Violation};
use wire::UnixTime;

/// Bits, the first of which is the most significant of the first octet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BitString<'a> {
    /// The octets that hold the bits.
    pub octets: &'a [u8],
    /// How many of the last octet do not count, 0 to 7.
    pub unused: u8,
}

impl BitString<'_> {
    /// Whether bit `at`, counted from 0, is there and is set.
    pub fn is_set(&self, at: usize) -> bool {
        self.octets.get(at / 8).is_some_and(|octet| octet & (0x80 >> (at % 8)) != 0)
    }
}

impl<'a> Reader<'a> {
    /// An INTEGER of any size: its octets in two's complement.
    ///
    /// # Errors
    /// [`Violation::IntegerEmpty`], [`Violation::IntegerNotMinimal`].
    pub fn integer(&mut self, field: &'static str) -> Result<&'a [u8], Error> {
        self.integer_as(field, Tag::INTEGER)
    }

    /// An INTEGER under a tag of the structure's own.
    ///
    /// # Errors
    /// As [`integer`](Self::integer).
    pub fn integer_as(&mut self, field: &'static str, tag: Tag) -> Result<&'a [u8], Error> {
        let start = self.offset();
        let octets = self.value(field, tag)?;
        let wrong = match octets {
            [] => Some(Violation::IntegerEmpty),
            [0x00, next, ..] if *next < 0x80 => Some(Violation::IntegerNotMinimal),
            [0xff, next, ..] if *next >= 0x80 => Some(Violation::IntegerNotMinimal),
            _ => None,
        };
        wrong.map_or(Ok(octets), |violation| Err(violation.at(field, start)))
    }

    /// A positive INTEGER of any size: its octets without the zero that keeps it positive.
    ///
    /// # Errors
    /// As [`integer`](Self::integer); [`Violation::IntegerNegative`] for zero too.
    pub fn positive(&mut self, field: &'static str) -> Result<&'a [u8], Error> {
        let start = self.offset();
        match self.integer(field)? {
            [0x80..=0xff, ..] | [0x00] => Err(Violation::IntegerNegative.at(field, start)),
            [0x00, magnitude @ ..] => Ok(magnitude),
            magnitude => Ok(magnitude),
        }
    }

    /// An INTEGER from 0 to `most`.
    ///
    /// # Errors
    /// As [`integer`](Self::integer); [`Violation::IntegerNegative`],
    /// [`Violation::IntegerTooLarge`].
    pub fn number(&mut self, field: &'static str, tag: Tag, most: u64) -> Result<u64, Error> {
        let start = self.offset();
        let octets = self.integer_as(field, tag)?;
        if octets.first().is_some_and(|first| *first >= 0x80) {
            return Err(Violation::IntegerNegative.at(field, start));
        }
        let fits = octets.len() <= 8 || octets.len() == 9 && octets.first() == Some(&0);
        let value = octets.iter().fold(0u64, |high, low| high << 8 | u64::from(*low));
        if !fits || value > most {
            return Err(Violation::IntegerTooLarge { most }.at(field, start));
        }
        self.explain(|| value.to_string());
        Ok(value)
    }

    /// A BOOLEAN.
    ///
    /// # Errors
    /// [`Violation::BooleanNotCanonical`].
    pub fn boolean(&mut self, field: &'static str) -> Result<bool, Error> {
        let start = self.offset();
        let value = match self.value(field, Tag::BOOLEAN)? {
            [0x00] => false,
            [0xff] => true,
            _ => return Err(Violation::BooleanNotCanonical.at(field, start)),
        };
        self.explain(|| if value { "TRUE" } else { "FALSE" }.to_string());
        Ok(value)
    }

    /// A BOOLEAN DEFAULT FALSE: left out, or TRUE.
    ///
    /// # Errors
    /// As [`boolean`](Self::boolean); [`Violation::DefaultEncoded`].
    pub fn boolean_or_false(&mut self, field: &'static str) -> Result<bool, Error> {
        let start = self.offset();
        if !self.next_is(Tag::BOOLEAN) {
            return Ok(false);
        }
        if self.boolean(field)? {
            Ok(true)
        } else {
            Err(Violation::DefaultEncoded.at(field, start))
        }
    }

    /// A BIT STRING.
    ///
    /// # Errors
    /// [`Violation::BitStringUnused`], [`Violation::BitStringPadding`].
    pub fn bit_string(&mut self, field: &'static str) -> Result<BitString<'a>, Error> {
        self.bit_string_as(field, Tag::BIT_STRING)
    }

    /// A BIT STRING under a tag of the structure's own.
    ///
    /// # Errors
    /// As [`bit_string`](Self::bit_string).
    pub fn bit_string_as(&mut self, field: &'static str, tag: Tag) -> Result<BitString<'a>, Error> {
        let start = self.offset();
        let (unused, octets) = match self.value(field, tag)? {
            [] => return Err(Violation::Truncated.at(field, start)),
            [unused, octets @ ..] => (*unused, octets),
        };
        if unused > 7 || (unused > 0 && octets.is_empty()) {
            return Err(Violation::BitStringUnused { unused }.at(field, start));
        }
        if octets.last().is_some_and(|last| last & !(0xff << unused) != 0) {
            return Err(Violation::BitStringPadding.at(field, start));
        }
        Ok(BitString { octets, unused })
    }

    /// A BIT STRING of whole octets: a key or a signature.
    ///
    /// # Errors
    /// As [`bit_string`](Self::bit_string); [`Violation::BitStringNotOctets`].
    pub fn bit_octets(&mut self, field: &'static str) -> Result<&'a [u8], Error> {
        let start = self.offset();
        match self.bit_string(field)? {
            BitString { octets, unused: 0 } => Ok(octets),
            _ => Err(Violation::BitStringNotOctets.at(field, start)),
        }
    }

    /// An OCTET STRING whose contents are DER again: `body` reads them, to their end.
    ///
    /// # Errors
    /// As [`structure`](Self::structure).
    pub fn wrapped<T>(
        &mut self,
        field: &'static str,
        rfc: &'static str,
        body: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.structure(field, rfc, Tag::OCTET_STRING, body)
    }

    /// NULL.
    ///
    /// # Errors
    /// [`Violation::NullNotEmpty`].
    pub fn null(&mut self, field: &'static str) -> Result<(), Error> {
        let start = self.offset();
        match self.value(field, Tag::NULL)? {
            [] => Ok(()),
            _ => Err(Violation::NullNotEmpty.at(field, start)),
        }
    }

    /// An OBJECT IDENTIFIER.
    ///
    /// # Errors
    /// [`Violation::OidInvalid`].
    pub fn oid(&mut self, field: &'static str) -> Result<Oid, Error> {
        let start = self.offset();
        let octets = self.value(field, Tag::OBJECT_IDENTIFIER)?;
        let oid = Oid::read(octets).ok_or(Violation::OidInvalid.at(field, start))?;
        self.explain(|| oid.to_string());
        Ok(oid)
    }

    /// ASCII text under this tag: IA5String, or a tag of the structure's own that stands for it.
    ///
    /// # Errors
    /// [`Violation::StringInvalid`].
    pub fn ascii(&mut self, field: &'static str, tag: Tag) -> Result<&'a str, Error> {
        let start = self.offset();
        let octets = self.value(field, tag)?;
        let text = std::str::from_utf8(octets).ok().filter(|text| text.is_ascii());
        let text =
            text.ok_or(Violation::StringInvalid { tag: Tag::IA5_STRING }.at(field, start))?;
        self.explain(|| format!("'{}'", text.escape_debug()));
        Ok(text)
    }

    /// A time, as certificates write it.
    ///
    /// # Errors
    /// [`Violation::TimeInvalid`].
    pub fn time(&mut self, field: &'static str) -> Result<UnixTime, Error> {
        let start = self.offset();
        let tag =
            if self.next_is(Tag::GENERALIZED_TIME) { Tag::GENERALIZED_TIME } else { Tag::UTC_TIME };
        let text = self.value(field, tag)?;
        let time = match tag {
            Tag::UTC_TIME => DateTime::from_utc(text),
            _ => DateTime::from_generalized(text),
        };
        let time = time.map_err(|violation| violation.at(field, start))?;
        self.explain(|| time.to_string());
        Ok(time.to_unix())
    }
}
