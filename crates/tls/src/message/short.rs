//! The messages of few fields.
//!
//! RFC 8446 §4.4.4, §4.6.1, §4.6.3
//!
//! ```text
//!   Finished            verify_data[Hash.length]
//!   NewSessionTicket    ticket_lifetime(4), ticket_age_add(4), ticket_nonce<0..255>,
//!                       ticket<1..2^16-1>, extensions
//!   KeyUpdate           request_update(1): 0 or 1
//! ```

use crate::{
    Error,
    extension::{Extensions, Place},
    vector::{opaque8, opaque16, put8, put16, rest},
};
use wire::{Reader, TooLong, Writer};

/// A MAC over all so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// As long as the hash.
    pub verify_data: Vec<u8>,
}

impl Finished {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let verify_data = rest(reader, "verify_data")?;
        reader.explain(|| "a MAC over all messages so far".to_owned());
        Ok(Self { verify_data })
    }
}

/// A key for the next time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSessionTicket {
    /// Seconds for which it is good; 604,800 at the most.
    pub ticket_lifetime: u32,
    /// Added to the ticket's age, so that nobody can link two connections by it.
    pub ticket_age_add: u32,
    /// Makes the keys of several tickets different.
    pub ticket_nonce: Vec<u8>,
    /// What the client sends next time.
    pub ticket: Vec<u8>,
    /// `early_data`, or nothing.
    pub extensions: Extensions,
}

impl NewSessionTicket {
    /// Seconds that no ticket outlives: seven days.
    pub const LONGEST: u32 = 604_800;

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let ticket_lifetime = reader.u32("ticket_lifetime")?;
        reader.explain(|| format!("{ticket_lifetime} s"));
        Ok(Self {
            ticket_lifetime,
            ticket_age_add: reader.u32("ticket_age_add")?,
            ticket_nonce: opaque8(reader, "ticket_nonce", 0)?,
            ticket: opaque16(reader, "ticket", 1)?,
            extensions: Extensions::read(reader, Place::NewSessionTicket)?,
        })
    }

    pub(crate) fn write(&self, out: &mut Writer<'_>) -> Result<(), TooLong> {
        out.u32(self.ticket_lifetime);
        out.u32(self.ticket_age_add);
        put8(out, "ticket_nonce", &self.ticket_nonce)?;
        put16(out, "ticket", &self.ticket)?;
        self.extensions.write(out)
    }
}

/// The next key, from here on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUpdate {
    /// Whether the other end is to do the same.
    pub request: bool,
}

impl KeyUpdate {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let value = reader.u8("request_update")?;
        let names = ["update_not_requested", "update_requested"];
        reader.explain(|| names.get(usize::from(value)).copied().unwrap_or_default().to_owned());
        match value {
            0 => Ok(Self { request: false }),
            1 => Ok(Self { request: true }),
            value => Err(Error::KeyUpdateRequest { value }),
        }
    }
}
