//! Name constraints: the part of the world in which an authority may name.
//!
//! RFC 5280 §4.2.1.10
//!
//! ```text
//!   NameConstraints ::= SEQUENCE { [0] permittedSubtrees, [1] excludedSubtrees }
//!                       each a list of SEQUENCE { base GeneralName }
//!
//!   base            the subtree
//!   example.com     example.com and every name that ends in .example.com
//!   c0000200 ffffff00    192.0.2.0/24: an address and its mask
//!   O=Wirebook      every distinguished name that begins so
//!   other forms     kept, for a name of that form below must then be refused
//! ```
//!
//! Invariant: a base that is read is one that can be compared: a domain without a dot in front, a
//! mask of ones and then zeros.
//!
//! Used by: `verify`.

use crate::{
    DistinguishedName, DnsName, Error, GeneralName, Violation,
    der::{Reader, Tag},
    name,
};
use std::{fmt, net::IpAddr};

const RFC: &str = "RFC 5280 §4.2.1.10";

/// The root of a subtree of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConstrainedName {
    /// This domain and all below; an empty one is every domain.
    Dns(String),
    /// These addresses.
    Ip {
        /// One of them.
        address: IpAddr,
        /// How many bits in front they share.
        prefix: u32,
    },
    /// This name and all that begin with it.
    Directory(DistinguishedName),
    /// A form that we do not compare, by the number of its tag.
    Other(u8),
}

impl ConstrainedName {
    /// The form, as [`GeneralName::form`] numbers it.
    pub fn form(&self) -> u8 {
        match self {
            Self::Dns(_) => 2,
            Self::Directory(_) => 4,
            Self::Ip { .. } => 7,
            Self::Other(form) => *form,
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        reader.sequence("GeneralSubtree", RFC, |subtree| {
            let at = subtree.offset();
            let base = match subtree.peek() {
                Some(tag @ Tag(0x87)) => {
                    let range = range(subtree.value("iPAddress", tag)?, at)?;
                    subtree.explain(|| range.to_string());
                    range
                }
                _ => Self::of(GeneralName::read(subtree)?, at)?,
            };
            match subtree.is_empty() {
                true => Ok(base),
                // minimum [0] DEFAULT 0, which is left out, and maximum [1], which is never there.
                false => Err(subtree.error(Violation::SubtreeBounds, "GeneralSubtree")),
            }
        })
    }

    fn of(base: GeneralName, at: usize) -> Result<Self, Error> {
        match base {
            GeneralName::Dns(domain) if domain.is_empty() => Ok(Self::Dns(domain)),
            GeneralName::Dns(domain) => match DnsName::parse(&domain) {
                Some(name) if !domain.ends_with('.') => Ok(Self::Dns(name.as_str().to_string())),
                _ => Err(Violation::DnsConstraint.at("dNSName", at)),
            },
            GeneralName::Directory(name) => Ok(Self::Directory(name)),
            other => Ok(Self::Other(other.form())),
        }
    }
}

/// An address and a mask of the same length.
fn range(octets: &[u8], at: usize) -> Result<ConstrainedName, Error> {
    let (address, mask) = octets.split_at(octets.len() / 2);
    let length = Violation::IpLength { octets: octets.len() };
    let halves = name::address(address).zip(name::address(mask));
    let (address, mask) = halves.ok_or(length.at("iPAddress", at))?;
    let bits = match mask {
        IpAddr::V4(mask) => u128::from(mask.to_bits()) << 96,
        IpAddr::V6(mask) => mask.to_bits(),
    };
    let prefix = bits.leading_ones();
    // Behind the ones there is nothing; behind 128 of them there is no room for anything.
    if bits.checked_shl(prefix).unwrap_or(0) != 0 {
        return Err(Violation::IpMask.at("iPAddress", at));
    }
    Ok(ConstrainedName::Ip { address, prefix })
}

/// Where an authority may name, and where not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NameConstraints {
    /// If any of these is of a name's form, the name lies in one of them.
    pub permitted: Vec<ConstrainedName>,
    /// A name lies in none of these.
    pub excluded: Vec<ConstrainedName>,
}

impl NameConstraints {
    pub(super) fn read(value: &mut Reader<'_>) -> Result<Self, Error> {
        value.sequence("NameConstraints", RFC, |inner| {
            let mut constraints = Self::default();
            let trees = [
                ("permittedSubtrees", 0, &mut constraints.permitted),
                ("excludedSubtrees", 1, &mut constraints.excluded),
            ];
            if inner.is_empty() {
                return Err(inner.error(Violation::Empty, "NameConstraints"));
            }
            for (field, number, list) in trees {
                let tag = Tag::constructed(number);
                if inner.next_is(tag) {
                    *list = inner.list(field, RFC, tag, ConstrainedName::read)?;
                }
            }
            Ok(constraints)
        })
    }
}

impl fmt::Display for ConstrainedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(domain) => write!(f, "DNS:{domain}"),
            Self::Ip { address, prefix } => write!(f, "IP:{address}/{prefix}"),
            Self::Directory(name) => write!(f, "DirName:{name}"),
            Self::Other(form) => write!(f, "[{form}]"),
        }
    }
}
