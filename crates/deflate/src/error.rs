//! What can be wrong with compressed octets: which rule, and at which bit.
//!
//! Invariant: every violation names the RFC's field and the section; the table below is the only
//! place where the two stand together.
//!
//! Invariant: the offset is that of the first bit of the field that breaks the rule, so the fast
//! decoder and the oracle can be held to the same one.

use std::fmt;

/// A place in the input: bits from the first octet, the least significant bit of an octet first,
/// as RFC 1951 §3.1.1 packs them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct BitOffset(pub u64);

impl BitOffset {
    /// The first bit of an octet, counted from 0.
    pub const fn of_octet(octet: u64) -> Self {
        Self(octet.saturating_mul(8))
    }

    /// Whole octets before it.
    pub const fn octet(self) -> u64 {
        self.0 / 8
    }

    /// Bits of its octet before it, 0 to 7.
    pub const fn bit(self) -> u64 {
        self.0 % 8
    }
}

impl fmt::Display for BitOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "octet {}", self.octet())?;
        match self.bit() {
            0 => Ok(()),
            bit => write!(f, ", bit {bit}"),
        }
    }
}

/// A violation, and the bit at which the field that holds it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{violation} ({}, {at})", violation.rule())]
pub struct Error {
    /// What is wrong.
    pub violation: Violation,
    /// From the first octet of the stream, or since the last reset.
    pub at: BitOffset,
}

impl Error {
    /// The RFC and the section that says so.
    pub const fn rule(&self) -> &'static str {
        self.violation.rule()
    }
}

macro_rules! violations {
    ($($(#[$doc:meta])* $name:ident $text:literal, $rule:literal;)*) => {
        /// A rule that the octets break. Each one's documentation says which, and
        /// [`rule`](Self::rule) where it stands.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        #[non_exhaustive]
        pub enum Violation {
            $($(#[$doc])* #[doc = concat!("\n\n", $rule)] #[error($text)] $name,)*
        }

        impl Violation {
            /// The RFC and the section.
            pub const fn rule(self) -> &'static str {
                match self {
                    $(Self::$name => $rule,)*
                }
            }

            /// An error at this place.
            pub(crate) const fn at(self, at: BitOffset) -> Error {
                Error { violation: self, at }
            }
        }
    };
}

// ANCHOR: violations
violations! {
    // Blocks.
    /// Of the four types of blocks, the last is kept for the future.
    BlockType "BTYPE is 3, which no block has", "RFC 1951 §3.2.3";
    /// A stored block says its length twice, the second time with every bit turned over.
    StoredLength "NLEN is not the complement of LEN", "RFC 1951 §3.2.4";
    // The head of a dynamic block.
    /// There are 286 literal and length codes; HLIT could say 288.
    LiteralCodes "HLIT says more than 286 literal/length codes", "RFC 1951 §3.2.7";
    /// There are 30 distance codes; HDIST could say 32.
    DistanceCodes "HDIST says more than 30 distance codes", "RFC 1951 §3.2.7";
    /// More codes of some length than there is room for behind the shorter ones.
    CodeLengthCodeOverfull "the code length code has more codes than bits can tell apart",
        "RFC 1951 §3.2.7";
    /// Some sequence of bits is no code.
    CodeLengthCodeIncomplete "the code length code leaves sequences of bits without a meaning",
        "RFC 1951 §3.2.7";
    /// Symbol 16 repeats the length before it, and there is none.
    RepeatOfNothing "the first code length is a repetition", "RFC 1951 §3.2.7";
    /// A repetition runs past HLIT + HDIST lengths.
    RepeatTooLong "a repetition of code lengths runs past the last of them", "RFC 1951 §3.2.7";
    /// Symbol 256 has no code, so the block could not end.
    EndOfBlockMissing "the literal/length code has no end of block", "RFC 1951 §3.2.7";
    /// As [`CodeLengthCodeOverfull`](Self::CodeLengthCodeOverfull).
    LiteralCodeOverfull "the literal/length code has more codes than bits can tell apart",
        "RFC 1951 §3.2.7";
    /// As [`CodeLengthCodeIncomplete`](Self::CodeLengthCodeIncomplete); one code of one bit is
    /// taken nevertheless.
    LiteralCodeIncomplete "the literal/length code leaves sequences of bits without a meaning",
        "RFC 1951 §3.2.7";
    /// As [`CodeLengthCodeOverfull`](Self::CodeLengthCodeOverfull).
    DistanceCodeOverfull "the distance code has more codes than bits can tell apart",
        "RFC 1951 §3.2.7";
    /// One code of one bit, and no code at all, are what the RFC allows beside complete ones.
    DistanceCodeIncomplete "the distance code leaves sequences of bits without a meaning",
        "RFC 1951 §3.2.7";
    // Symbols.
    /// Literal/length symbols 286 and 287 have fixed codes and no meaning.
    LiteralSymbol "the literal/length code has no such symbol", "RFC 1951 §3.2.6";
    /// Distance symbols 30 and 31 have fixed codes and no meaning.
    DistanceSymbol "the distance code has no such symbol", "RFC 1951 §3.2.6";
    /// The reference points before the first octet, or further back than the window.
    DistanceTooFar "the distance reaches back beyond what came or beyond the window",
        "RFC 1951 §3.2.5";
    // zlib.
    /// CM is 8 for DEFLATE, and nothing else was ever defined.
    ZlibMethod "CM is not 8 (deflate)", "RFC 1950 §2.2";
    /// CINFO over 7 is a window over 32 KiB, or a larger one than the caller allows.
    ZlibWindow "CINFO says a window larger than is allowed", "RFC 1950 §2.2";
    /// CMF and FLG as one number of 16 bits must be a multiple of 31.
    ZlibCheck "CMF and FLG are not a multiple of 31 (FCHECK)", "RFC 1950 §2.2";
    /// The stream needs a dictionary, which nobody gave.
    ZlibDictionary "FDICT is set, and there is no preset dictionary", "RFC 1950 §2.2";
    /// What was inflated is not what was deflated.
    Adler32 "ADLER32 does not match what was inflated", "RFC 1950 §2.2";
    // gzip.
    /// A member begins with 1f 8b.
    GzipMagic "ID1 and ID2 are not 1f 8b", "RFC 1952 §2.3.1";
    /// CM is 8 for DEFLATE, and nothing else was ever defined.
    GzipMethod "CM is not 8 (deflate)", "RFC 1952 §2.3.1";
    /// Bits 5, 6 and 7 of FLG may announce fields that we would take for compressed data.
    GzipFlags "FLG has reserved bits set", "RFC 1952 §2.3.1.2";
    /// A member's head is longer than [`Limits::head`](crate::gzip::Limits::head).
    GzipHeadTooLong "the head of a gzip member is too long", "RFC 1952 §2.3";
    /// The head is not what it was.
    GzipHeadCrc "CRC16 does not match the head", "RFC 1952 §2.3.1";
    /// What was inflated is not what was deflated.
    Crc32 "CRC32 does not match what was inflated", "RFC 1952 §2.3.1";
    /// As many octets came out as were put in, modulo 2^32.
    Size "ISIZE does not match how much was inflated", "RFC 1952 §2.3.1";
}
// ANCHOR_END: violations
