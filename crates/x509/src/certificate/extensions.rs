//! Extensions: what the key may be used for, for which names, and how to find the next
//! certificate.
//!
//! RFC 5280 §4.2
//!
//! ```text
//!   Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE,
//!                            extnValue OCTET STRING  -- DER again }
//! ```
//!
//! "Critical" means: who does not understand this must not believe the certificate.
//!
//! | extension              | holds                                             | section  |
//! |------------------------|---------------------------------------------------|----------|
//! | authorityKeyIdentifier | which key of the issuer signed                    | 4.2.1.1  |
//! | subjectKeyIdentifier   | a short name of this key                          | 4.2.1.2  |
//! | keyUsage               | nine named bits                                   | 4.2.1.3  |
//! | subjectAltName         | the names                                         | 4.2.1.6  |
//! | basicConstraints       | an authority or not, and how many below it        | 4.2.1.9  |
//! | nameConstraints        | in which subtrees an authority may name           | 4.2.1.10 |
//! | extKeyUsage            | servers, clients, code, mail …                    | 4.2.1.12 |
//! | authorityInfoAccess    | where the issuer's certificate is; never fetched  | 4.2.2.1  |
//!
//! Invariant: each kind stands there once; those of the table are well formed; all others are
//! kept, and their contents not looked at.
//!
//! Used by: [`Certificate`](super::Certificate), `verify`.

use super::NameConstraints;
use crate::{
    Error, GeneralName, Violation,
    der::{Oid, Reader, Tag, oid},
};
use std::{collections::BTreeSet, fmt, ops::Range};

const RFC: &str = "RFC 5280 §4.2";

/// One extension, known or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// Which.
    pub id: Oid,
    /// Whether who does not understand it must refuse the certificate.
    pub critical: bool,
    /// Where its contents stand in the certificate.
    pub(super) contents: Range<usize>,
}

/// What a key may do (RFC 5280 §4.2.1.3): bit 0 of the RFC is the highest here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUsage(pub u16);

impl KeyUsage {
    /// Sign handshakes and other passing things.
    pub const DIGITAL_SIGNATURE: Self = Self(0x8000);
    /// Sign certificates.
    pub const KEY_CERT_SIGN: Self = Self(0x0400);
    /// Sign lists of revoked certificates.
    pub const CRL_SIGN: Self = Self(0x0200);

    /// Whether it allows all that `other` does.
    pub const fn allows(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// The RFC's names of the bits, the highest first.
const USAGES: [&str; 9] = [
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
];

impl fmt::Display for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = USAGES.iter().enumerate().filter(|(at, _)| self.0 & (0x8000 >> at) != 0);
        f.write_str(&set.map(|(_, name)| *name).collect::<Vec<_>>().join(", "))
    }
}

/// Whether the subject is an authority (RFC 5280 §4.2.1.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BasicConstraints {
    /// Whether it is.
    pub ca: bool,
    /// How many further authorities may stand between it and the last certificate, those issued to
    /// themselves not counted; `None` is any number.
    pub path_len: Option<u64>,
}

/// Which key of the issuer signed (RFC 5280 §4.2.1.1).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuthorityKeyIdentifier {
    /// The issuer's subjectKeyIdentifier.
    pub key_identifier: Option<Vec<u8>>,
    /// The issuer's own issuer and serial number are given too.
    pub issuer_and_serial: bool,
}

/// All extensions of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extensions {
    /// Every one, in order.
    pub all: Vec<Extension>,
    /// §4.2.1.1
    pub authority_key_identifier: Option<AuthorityKeyIdentifier>,
    /// §4.2.1.2
    pub subject_key_identifier: Option<Vec<u8>>,
    /// §4.2.1.3
    pub key_usage: Option<KeyUsage>,
    /// §4.2.1.6
    pub subject_alt_name: Option<Vec<GeneralName>>,
    /// §4.2.1.9
    pub basic_constraints: Option<BasicConstraints>,
    /// §4.2.1.10
    pub name_constraints: Option<NameConstraints>,
    /// §4.2.1.12
    pub extended_key_usage: Option<Vec<Oid>>,
}

impl Extensions {
    /// The extension of this kind.
    pub fn get(&self, id: &Oid) -> Option<&Extension> {
        self.all.iter().find(|extension| extension.id == *id)
    }

    /// Whether there is one of this kind, and it is critical.
    pub fn is_critical(&self, id: &Oid) -> bool {
        self.get(id).is_some_and(|extension| extension.critical)
    }

    /// Reads `[3]` with the list inside; ranges are counted from `start`.
    pub(super) fn read(tbs: &mut Reader<'_>, start: usize) -> Result<Self, Error> {
        tbs.structure("extensions", RFC, Tag::constructed(3), |explicit| {
            explicit.sequence("Extensions", RFC, |list| {
                let (mut extensions, mut seen) = (Self::default(), BTreeSet::new());
                if list.is_empty() {
                    return Err(list.error(Violation::Empty, "Extensions"));
                }
                while !list.is_empty() {
                    list.sequence("Extension", RFC, |inner| {
                        extensions.extension(inner, &mut seen, start)
                    })?;
                }
                Ok(extensions)
            })
        })
    }

    fn extension(
        &mut self,
        inner: &mut Reader<'_>,
        seen: &mut BTreeSet<Oid>,
        start: usize,
    ) -> Result<(), Error> {
        let at = inner.offset();
        let id = inner.oid("extnID")?;
        if !seen.insert(id.clone()) {
            return Err(Violation::ExtensionRepeated.at("extnID", at));
        }
        let critical = inner.boolean_or_false("critical")?;
        let (whole, range) = inner.whole("extnValue")?;
        let (_, contents) = Reader::new(whole).any("extnValue")?;
        let contents = range.end - start - contents.len()..range.end - start;
        self.value(&id, inner)?;
        self.all.push(Extension { id, critical, contents });
        Ok(())
    }

    /// The contents of an extension, by its kind.
    fn value(&mut self, id: &Oid, inner: &mut Reader<'_>) -> Result<(), Error> {
        if *id == oid::AUTHORITY_KEY_IDENTIFIER {
            let read = inner.wrapped("extnValue", "RFC 5280 §4.2.1.1", authority_key)?;
            self.authority_key_identifier = Some(read);
        } else if *id == oid::SUBJECT_KEY_IDENTIFIER {
            let read = inner.wrapped("extnValue", "RFC 5280 §4.2.1.2", |value| {
                Ok(value.value("KeyIdentifier", Tag::OCTET_STRING)?.to_vec())
            })?;
            self.subject_key_identifier = Some(read);
        } else if *id == oid::KEY_USAGE {
            self.key_usage = Some(inner.wrapped("extnValue", "RFC 5280 §4.2.1.3", key_usage)?);
        } else if *id == oid::SUBJECT_ALT_NAME {
            let rfc = "RFC 5280 §4.2.1.6";
            let read = inner.wrapped("extnValue", rfc, |value| {
                value.list("GeneralNames", rfc, Tag::SEQUENCE, GeneralName::read)
            })?;
            self.subject_alt_name = Some(read);
        } else if *id == oid::BASIC_CONSTRAINTS {
            let rfc = "RFC 5280 §4.2.1.9";
            self.basic_constraints = Some(inner.wrapped("extnValue", rfc, basic)?);
        } else if *id == oid::NAME_CONSTRAINTS {
            let rfc = "RFC 5280 §4.2.1.10";
            let read = inner.wrapped("extnValue", rfc, NameConstraints::read)?;
            self.name_constraints = Some(read);
        } else if *id == oid::EXTENDED_KEY_USAGE {
            let rfc = "RFC 5280 §4.2.1.12";
            let read = inner.wrapped("extnValue", rfc, |value| {
                value.list("ExtKeyUsageSyntax", rfc, Tag::SEQUENCE, |list| list.oid("KeyPurposeId"))
            })?;
            self.extended_key_usage = Some(read);
        } else if *id == oid::AUTHORITY_INFO_ACCESS {
            inner.wrapped("extnValue", "RFC 5280 §4.2.2.1", authority_access)?;
        } else {
            inner.value("extnValue", Tag::OCTET_STRING)?;
        }
        Ok(())
    }
}

/// `SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL }`
fn basic(value: &mut Reader<'_>) -> Result<BasicConstraints, Error> {
    value.sequence("BasicConstraints", "RFC 5280 §4.2.1.9", |inner| {
        let ca = inner.boolean_or_false("cA")?;
        let mut path_len = None;
        if !inner.is_empty() {
            let at = inner.offset();
            path_len = Some(inner.number("pathLenConstraint", Tag::INTEGER, u32::MAX.into())?);
            if !ca {
                return Err(Violation::PathLenWithoutCa.at("pathLenConstraint", at));
            }
        }
        Ok(BasicConstraints { ca, path_len })
    })
}

/// Named bits, of which at least one is set. The last bit should be set (X.690 §11.2.2), and is not
/// in two roots of every system, so that is not asked.
fn key_usage(value: &mut Reader<'_>) -> Result<KeyUsage, Error> {
    let start = value.offset();
    let bits = value.bit_string("KeyUsage")?;
    let usage = (0..9).filter(|at| bits.is_set(*at)).fold(0, |all, at| all | 0x8000 >> at);
    let usage = KeyUsage(usage);
    value.explain(|| usage.to_string());
    if usage.0 == 0 { Err(Violation::Empty.at("KeyUsage", start)) } else { Ok(usage) }
}

/// `SEQUENCE { keyIdentifier [0], authorityCertIssuer [1], authorityCertSerialNumber [2] }`, each
/// of which may be left out, the last two together.
fn authority_key(value: &mut Reader<'_>) -> Result<AuthorityKeyIdentifier, Error> {
    const RFC: &str = "RFC 5280 §4.2.1.1";
    value.sequence("AuthorityKeyIdentifier", RFC, |inner| {
        let mut identifier = AuthorityKeyIdentifier::default();
        if inner.next_is(Tag::context(0)) {
            let octets = inner.value("keyIdentifier", Tag::context(0))?;
            identifier.key_identifier = Some(octets.to_vec());
        }
        let at = inner.offset();
        let issuer = inner.next_is(Tag::constructed(1));
        if issuer {
            inner.list("authorityCertIssuer", RFC, Tag::constructed(1), GeneralName::read)?;
        }
        let serial = inner.next_is(Tag::context(2));
        if serial {
            inner.integer_as("authorityCertSerialNumber", Tag::context(2))?;
        }
        identifier.issuer_and_serial = serial;
        if issuer == serial {
            Ok(identifier)
        } else {
            Err(Violation::IssuerWithoutSerial.at("authorityCertIssuer", at))
        }
    })
}

/// A list of ways to reach the issuer: how, and where. We go none of them.
fn authority_access(value: &mut Reader<'_>) -> Result<(), Error> {
    const RFC: &str = "RFC 5280 §4.2.2.1";
    value.list("AuthorityInfoAccessSyntax", RFC, Tag::SEQUENCE, |list| {
        list.sequence("AccessDescription", RFC, |inner| {
            inner.oid("accessMethod")?;
            GeneralName::read(inner)
        })
    })?;
    Ok(())
}
