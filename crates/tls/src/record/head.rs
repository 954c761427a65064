//! The five octets in front of every record.
//!
//! RFC 8446 §5.1, §5.2
//!
//! Invariant: a record is refused as soon as its length is known, before its fragment is awaited.
//!
//! Invariant: the version is not looked at: §5.1 says "for all purposes". (A protected record's is
//! sealed with it, so there a change is seen.)

use super::{MAX_CONTENT, MAX_PROTECTED};
use crate::Error;
use wire::Reader;

/// What a record carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContentType {
    /// One octet, 1: for middleboxes that wait for it.
    ChangeCipherSpec,
    /// Why the connection ends.
    Alert,
    /// A part of a message, or several.
    Handshake,
    /// What it is all for; and, in the clear, whatever is protected.
    ApplicationData,
}

impl ContentType {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 4] =
        [Self::ChangeCipherSpec, Self::Alert, Self::Handshake, Self::ApplicationData];

    /// The number on the wire.
    pub const fn number(self) -> u8 {
        match self {
            Self::ChangeCipherSpec => 20,
            Self::Alert => 21,
            Self::Handshake => 22,
            Self::ApplicationData => 23,
        }
    }

    /// The type with that number.
    ///
    /// # Errors
    /// [`Error::RecordType`].
    pub const fn from_number(number: u8) -> Result<Self, Error> {
        match number {
            20 => Ok(Self::ChangeCipherSpec),
            21 => Ok(Self::Alert),
            22 => Ok(Self::Handshake),
            23 => Ok(Self::ApplicationData),
            kind => Err(Error::RecordType { kind }),
        }
    }

    /// The RFC's word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ChangeCipherSpec => "change_cipher_spec",
            Self::Alert => "alert",
            Self::Handshake => "handshake",
            Self::ApplicationData => "application_data",
        }
    }
}

/// What stands in front of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// What it carries, or that it is protected.
    pub kind: ContentType,
    /// Octets behind the head.
    pub length: usize,
}

impl Head {
    /// Octets of a head.
    pub const LENGTH: usize = 5;

    /// Reads a head; `None` where it is not whole yet.
    ///
    /// # Errors
    /// [`Error::RecordType`], from the first octet on; [`Error::RecordTooLong`].
    pub fn parse(reader: &mut Reader<'_>) -> Result<Option<Self>, Error> {
        let Some(first) = reader.rest().first() else { return Ok(None) };
        let kind = ContentType::from_number(*first)?;
        if reader.len() < Self::LENGTH {
            return Ok(None);
        }
        reader.section("record", "RFC 8446 §5");
        reader.u8("type")?;
        reader.explain(|| kind.name().to_owned());
        let version = reader.u16("legacy_record_version")?;
        reader.explain(|| crate::extension::version(version));
        let length = usize::from(reader.u16("length")?);
        reader.explain(|| format!("{length} octet{}", if length == 1 { "" } else { "s" }));
        let limit = match kind {
            ContentType::ApplicationData => MAX_PROTECTED,
            _ => MAX_CONTENT,
        };
        if length > limit {
            return Err(Error::RecordTooLong { length, limit });
        }
        Ok(Some(Self { kind, length }))
    }
}
