//! The identifier octet: what a value is.
//!
//! X.690 §8.1.2
//!
//! ```text
//!    7 6     5        4 3 2 1 0
//!  ┌───────┬────────┬───────────┐
//!  │ class │ constr │  number   │   class 00 universal, 10 the structure's own ("context")
//!  └───────┴────────┴───────────┘   constr 1: the contents are values
//! ```
//!
//! Invariant: a `Tag` is one octet; numbers of 31 and more, which take further octets, are refused
//! where they are read.

use std::fmt;

/// An identifier octet, of any class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(pub u8);

impl Tag {
    /// True or false.
    pub const BOOLEAN: Self = Self(0x01);
    /// A number of any size.
    pub const INTEGER: Self = Self(0x02);
    /// Bits, and how many of the last octet do not count.
    pub const BIT_STRING: Self = Self(0x03);
    /// Octets; in extensions, DER again.
    pub const OCTET_STRING: Self = Self(0x04);
    /// Nothing.
    pub const NULL: Self = Self(0x05);
    /// The name of a thing: an algorithm, an extension, a part of a name.
    pub const OBJECT_IDENTIFIER: Self = Self(0x06);
    /// Text in UTF-8.
    pub const UTF8_STRING: Self = Self(0x0c);
    /// Text in letters, digits and a few signs.
    pub const PRINTABLE_STRING: Self = Self(0x13);
    /// Text in T.61; nobody writes it any more.
    pub const TELETEX_STRING: Self = Self(0x14);
    /// Text in ASCII.
    pub const IA5_STRING: Self = Self(0x16);
    /// A time with two digits of year.
    pub const UTC_TIME: Self = Self(0x17);
    /// A time with four digits of year.
    pub const GENERALIZED_TIME: Self = Self(0x18);
    /// Text in UTF-32; nobody writes it any more.
    pub const UNIVERSAL_STRING: Self = Self(0x1c);
    /// Text in UTF-16; nobody writes it any more.
    pub const BMP_STRING: Self = Self(0x1e);
    /// Values in the order in which the structure names them.
    pub const SEQUENCE: Self = Self(0x30);
    /// Values in the order of their octets.
    pub const SET: Self = Self(0x31);

    /// The structure's own tag `[number]`, IMPLICIT over a primitive type.
    pub const fn context(number: u8) -> Self {
        Self(0x80 | (number & 0x1f))
    }

    /// The structure's own tag `[number]`: EXPLICIT, or IMPLICIT over a constructed type.
    pub const fn constructed(number: u8) -> Self {
        Self(0xa0 | (number & 0x1f))
    }

    /// Whether the contents are values themselves.
    pub const fn is_constructed(self) -> bool {
        self.0 & 0x20 != 0
    }

    /// The number, 0 to 31.
    pub const fn number(self) -> u8 {
        self.0 & 0x1f
    }

    /// Whether the structure itself says what the tag means.
    pub const fn is_context(self) -> bool {
        self.0 & 0xc0 == 0x80
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match *self {
            Self::BOOLEAN => "BOOLEAN",
            Self::INTEGER => "INTEGER",
            Self::BIT_STRING => "BIT STRING",
            Self::OCTET_STRING => "OCTET STRING",
            Self::NULL => "NULL",
            Self::OBJECT_IDENTIFIER => "OBJECT IDENTIFIER",
            Self::UTF8_STRING => "UTF8String",
            Self::PRINTABLE_STRING => "PrintableString",
            Self::TELETEX_STRING => "TeletexString",
            Self::IA5_STRING => "IA5String",
            Self::UTC_TIME => "UTCTime",
            Self::GENERALIZED_TIME => "GeneralizedTime",
            Self::UNIVERSAL_STRING => "UniversalString",
            Self::BMP_STRING => "BMPString",
            Self::SEQUENCE => "SEQUENCE",
            Self::SET => "SET",
            other if other.is_context() => return write!(f, "[{}]", other.number()),
            other => return write!(f, "tag {:02x}", other.0),
        })
    }
}
