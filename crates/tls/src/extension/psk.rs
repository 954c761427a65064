//! Pre-shared keys: what a client offers that it knows from before.
//!
//! RFC 8446 §4.2.9, §4.2.11
//!
//! ```text
//!   identities   which key: a ticket, and how old it is, blurred by a number that came with it
//!   binders      a MAC over the ClientHello up to here, under each key: proof that it is known
//! ```
//!
//! The binders stand at the very end of the ClientHello, since they cover all before them.

use crate::{
    Error,
    vector::{end, opaque8, opaque16, put8, put16, vector16},
};
use std::fmt;
use wire::{Reader, TooLong, Writer};

/// How a pre-shared key is used (§4.2.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PskMode(pub u8);

impl PskMode {
    /// Alone: whoever learns the key later reads what was said. We do not do this.
    pub const PSK_KE: Self = Self(0);
    /// With a fresh key exchange.
    pub const PSK_DHE_KE: Self = Self(1);
}

impl fmt::Display for PskMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::PSK_KE => f.write_str("psk_ke"),
            Self::PSK_DHE_KE => f.write_str("psk_dhe_ke"),
            Self(other) => write!(f, "{other:#04x}"),
        }
    }
}

/// Which key a client offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PskIdentity {
    /// The ticket, or the name of a key that was agreed on otherwise.
    pub identity: Vec<u8>,
    /// The ticket's age in milliseconds, plus the number that came with it, modulo 2^32.
    pub obfuscated_ticket_age: u32,
}

/// The keys that a client offers, and the proof that it knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedPsks {
    /// The keys' names, the best first.
    pub identities: Vec<PskIdentity>,
    /// One MAC for each.
    pub binders: Vec<Vec<u8>>,
}

impl OfferedPsks {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let mut list = vector16(reader, "identities", 7)?;
        let mut identities = Vec::new();
        while !list.is_empty() {
            let identity = opaque16(&mut list, "identity", 1)?;
            let obfuscated_ticket_age = list.u32("obfuscated_ticket_age")?;
            identities.push(PskIdentity { identity, obfuscated_ticket_age });
        }
        let mut list = vector16(reader, "binders", 33)?;
        let mut binders = Vec::new();
        while !list.is_empty() {
            binders.push(opaque8(&mut list, "PskBinderEntry", 32)?);
        }
        end(reader, "binders")?;
        if identities.len() != binders.len() {
            let (identities, binders) = (identities.len(), binders.len());
            return Err(Error::BinderCount { identities, binders });
        }
        Ok(Self { identities, binders })
    }

    pub(crate) fn write(&self, out: &mut Writer<'_>) -> Result<(), TooLong> {
        out.prefixed_u16("identities", |out| {
            for one in &self.identities {
                put16(out, "identity", &one.identity)?;
                out.u32(one.obfuscated_ticket_age);
            }
            Ok(())
        })?;
        out.prefixed_u16("binders", |out| {
            self.binders.iter().try_for_each(|binder| put8(out, "PskBinderEntry", binder))
        })
    }

    /// Octets that the binders take on the wire, with the length of their list: what a binder does
    /// not cover (§4.2.11.2).
    pub fn binders_length(&self) -> usize {
        2 + self.binders.iter().map(|binder| 1 + binder.len()).sum::<usize>()
    }
}
