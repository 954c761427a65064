//! What can be wrong with octets: which rule, in which field, at which octet.
//!
//! RFC 5280, X.690 (DER), RFC 7468 (PEM), RFC 5958 (private keys)
//!
//! Whether a well-formed certificate is *believed* is another question, with another type:
//! [`Refused`](crate::Refused).
//!
//! Invariant: every violation names the rule it breaks and where that rule stands; the table below
//! is the only place where the two meet.

use crate::der::Tag;

/// A violation, the field it was seen in, and where that field begins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` at octet {offset}: {violation} ({})", violation.rule())]
pub struct Error {
    /// What is wrong.
    pub violation: Violation,
    /// The field's name in the RFC.
    pub field: &'static str,
    /// Where it begins, in octets from the start of what was read, counted from 0.
    pub offset: usize,
}

impl Error {
    /// The document and the section that says so.
    pub const fn rule(&self) -> &'static str {
        self.violation.rule()
    }
}

impl From<wire::Truncated> for Error {
    fn from(cut: wire::Truncated) -> Self {
        Violation::Truncated.at(cut.field, cut.offset)
    }
}

macro_rules! violations {
    ($($(#[$doc:meta])* $name:ident $({ $($field:ident: $type:ty),* })?
        $text:literal, $rule:literal;)*) => {
        /// A rule that the octets break. Each one's documentation says which, and
        /// [`rule`](Self::rule) where it stands.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        #[non_exhaustive]
        pub enum Violation {
            $($(#[$doc])* #[doc = concat!("\n\n", $rule)] #[error($text)] $name $({
                $(#[doc = "See the message."] $field: $type),*
            })?,)*
        }

        impl Violation {
            /// The document and the section.
            pub const fn rule(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => $rule,)*
                }
            }

            /// The variant's name, for logs that machines read.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => stringify!($name),)*
                }
            }
        }
    };
}

violations! {
    // Tag and length.
    /// The input ends inside the field.
    Truncated "it is cut short", "X.690 §8.1";
    /// Another type stands where this one belongs.
    TagUnexpected { expected: Tag, found: Tag } "{found} where {expected} belongs", "X.690 §8.1.2";
    /// Tag numbers of 31 and more take further octets; no certificate has one.
    TagHigh "a tag number of 31 or more", "X.690 §8.1.2.4";
    /// The length is "until I say so": BER, not DER.
    LengthIndefinite "an indefinite length", "X.690 §10.1";
    /// A length in more octets than it needs: two texts would mean one value.
    LengthNotMinimal "a length in more octets than it needs", "X.690 §10.1";
    /// More than four octets of length: 4 GiB and beyond.
    LengthTooLong "a length of more than four octets", "X.690 §8.1.3.5";
    /// Something follows where the structure is over.
    Trailing { octets: usize } "{octets} octets follow where nothing may", "X.690 §8.1";
    /// Deeper than [`Limits::nesting`](crate::Limits::nesting).
    TooDeep { limit: usize } "nested more than {limit} deep", "our own limit";
    /// Longer than a limit of ours.
    TooLong { limit: usize } "longer than {limit} octets", "our own limit";

    // Values.
    /// TRUE is ff and FALSE is 00, both in one octet.
    BooleanNotCanonical "a BOOLEAN that is neither 00 nor ff", "X.690 §11.1";
    /// An INTEGER has one octet at least.
    IntegerEmpty "an INTEGER of no octets", "X.690 §8.3.1";
    /// Nine equal bits in front say nothing.
    IntegerNotMinimal "an INTEGER in more octets than it needs", "X.690 §8.3.2";
    /// A number that counts something, or a modulus, is not negative.
    IntegerNegative "a negative INTEGER", "RFC 5280 §4";
    /// A number beyond what the field can mean.
    IntegerTooLarge { most: u64 } "an INTEGER over {most}", "RFC 5280 §4";
    /// A BIT STRING begins with how many bits of its last octet do not count: 0 to 7, and 0 if
    /// there is no last octet.
    BitStringUnused { unused: u8 } "a BIT STRING of which {unused} bits do not count",
        "X.690 §8.6.2";
    /// Bits that do not count are 0.
    BitStringPadding "a BIT STRING whose unused bits are not 0", "X.690 §11.2.1";
    /// Keys and signatures are whole octets.
    BitStringNotOctets "a BIT STRING that is not whole octets", "RFC 5280 §4.1";
    /// NULL has no octets.
    NullNotEmpty "a NULL that holds something", "X.690 §8.8.2";
    /// An object identifier is cut short, empty, or has an arc in more octets than it needs.
    OidInvalid "an OBJECT IDENTIFIER that is not well formed", "X.690 §8.19";
    /// A value that is the default is left out.
    DefaultEncoded "the default value, which must be left out", "X.690 §11.5";
    /// The members of a SET OF stand in ascending order.
    SetOrder "a SET OF whose members are not in order", "X.690 §11.6";
    /// A list that must hold something holds nothing.
    Empty "an empty list", "RFC 5280 §4";
    /// A character that this type of string does not have.
    StringInvalid { tag: Tag } "a character that no {tag} has", "X.690 §8.23";
    /// A time that is not digits and Z in the one form that DER leaves, or no such day or hour.
    TimeInvalid { form: &'static str } "a time that is not {form}", "RFC 5280 §4.1.2.5";

    // Certificates.
    /// Versions 1, 2 and 3 are written as 0, 1 and 2.
    VersionUnknown { version: u8 } "version {version}, where 0, 1 and 2 mean something",
        "RFC 5280 §4.1.2.1";
    /// Fields that came with a later version.
    VersionTooLow "a field that this version does not have", "RFC 5280 §4.1.2";
    /// The signed part and the envelope name different signature algorithms.
    AlgorithmsDiffer "another algorithm than the signed part names", "RFC 5280 §4.1.1.2";
    /// An algorithm's parameters are not those its definition asks for.
    AlgorithmParameters "parameters that this algorithm does not have", "RFC 4055 §1.2, RFC 5758 §3";
    /// One kind of extension stands there twice.
    ExtensionRepeated "an extension that stood there before", "RFC 5280 §4.2";
    /// A general name has one of nine forms.
    NameForm { tag: Tag } "{tag}, which no form of name has", "RFC 5280 §4.2.1.6";
    /// An IP address has 4 or 16 octets; in a constraint, twice as many.
    IpLength { octets: usize } "an IP address of {octets} octets", "RFC 5280 §4.2.1.6, §4.2.1.10";
    /// A constraint's mask is not ones, then zeros.
    IpMask "a mask that is not ones and then zeros", "RFC 5280 §4.2.1.10, RFC 4632";
    /// A constraint names a domain, without a dot in front and without a wildcard.
    DnsConstraint "a constraint that is not a domain name", "RFC 5280 §4.2.1.10";
    /// A subtree begins at 0 and has no end: nothing else is allowed.
    SubtreeBounds "a subtree with a minimum or a maximum", "RFC 5280 §4.2.1.10";
    /// A path length where there is no authority.
    PathLenWithoutCa "a pathLenConstraint where cA is not set", "RFC 5280 §4.2.1.9";
    /// The certificate of an issuer is named by its name and its number, or not at all.
    IssuerWithoutSerial "an issuer without a serial number, or the reverse", "RFC 5280 §4.2.1.1";

    // Keys and signatures.
    /// The octets of a key are no key of its algorithm.
    KeyInvalid "no key of this algorithm", "RFC 3279 §2.3, RFC 5480 §2";
    /// An algorithm or a curve that this project does not have.
    KeyUnsupported "a key that is neither RSA, P-256, P-384 nor Ed25519", "RFC 5280 §4.1.2.7";
    /// RSA of another length than ring takes.
    KeyLength { bits: usize } "an RSA key of {bits} bits, where 2048 to 8192 are taken",
        "RFC 8017, CA/B BR 6.1.5";
    /// The public half is not stored with the private one, and ring does not compute it.
    KeyPublicMissing "a private key without its public key", "RFC 5915 §3";
    /// The private half does not belong to the public one, or is out of range.
    KeyRejected "a private key that does not belong to its public key", "RFC 5958 §2, RFC 5915 §3";
    /// Encrypted keys need a password, which nobody gave.
    KeyEncrypted "an encrypted private key", "RFC 5958 §3";
    /// The scheme belongs to another kind of key.
    SchemeMismatch "a signature scheme that this key does not have", "RFC 8446 §4.2.3";
    /// The signature is not this key's over these octets.
    SignatureInvalid "not the signature of this key over these octets", "RFC 5280 §4.1.1.3";
    /// The system has no randomness, or the key cannot sign.
    SigningFailed "nothing was signed or made: no randomness", "RFC 8446 §4.4.3";

    // PEM.
    /// A `-----BEGIN` line that is not `-----BEGIN LABEL-----`.
    PemBoundary "a boundary that is not -----BEGIN LABEL-----", "RFC 7468 §3";
    /// The label at the end is another than at the beginning, or there is no end.
    PemUnfinished "no -----END line with the same label", "RFC 7468 §3";
    /// What stands between the boundaries is not base64.
    PemBase64 "not base64", "RFC 7468 §3, RFC 4648 §4";
    /// The text holds nothing of the kind that was asked for.
    PemMissing { label: &'static str } "no -----BEGIN {label}-----", "RFC 7468 §2";
}

impl Violation {
    /// The violation, in `field`, which begins at `offset`.
    pub(crate) const fn at(self, field: &'static str, offset: usize) -> Error {
        Error { violation: self, field, offset }
    }
}
