//! What each end tells the other once, before anything else.
//!
//! RFC 9114 §7.2.4, RFC 9204 §5, RFC 9220 §5, RFC 9297 §2.1.1
//!
//! | id   | name                             | where nothing is said | range            |
//! |------|----------------------------------|-----------------------|------------------|
//! | 0x01 | SETTINGS_QPACK_MAX_TABLE_CAPACITY | 0                    | any              |
//! | 0x06 | SETTINGS_MAX_FIELD_SECTION_SIZE  | no bound              | any              |
//! | 0x07 | SETTINGS_QPACK_BLOCKED_STREAMS   | 0                     | any              |
//! | 0x08 | SETTINGS_ENABLE_CONNECT_PROTOCOL | 0                     | 0, 1             |
//! | 0x33 | SETTINGS_H3_DATAGRAM             | 0                     | 0, 1             |
//! | 0x00, 0x02 to 0x05 | HTTP/2's own       |                       | none: an error   |
//!
//! Invariant: a `Settings` holds no value out of its range.
//!
//! Used by: the SETTINGS frame, and whoever obeys it; clients, which remember a server's for 0-RTT
//! (§7.2.4.2).

use crate::Error;
use wire::{Reader, VarInt};

const TABLE_CAPACITY: u64 = 0x01;
const FIELD_SECTION: u64 = 0x06;
const BLOCKED: u64 = 0x07;
const CONNECT: u64 = 0x08;
const DATAGRAM: u64 = 0x33;

/// One end's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// Octets of QPACK's dynamic table that its sender keeps for decoding.
    pub qpack_max_table_capacity: u64,
    /// Octets of a field section, 32 added for each field; `None` says nothing of it.
    pub max_field_section_size: Option<u64>,
    /// Streams that its sender lets wait for the table.
    pub qpack_blocked_streams: u64,
    /// Whether extended CONNECT is taken (RFC 9220).
    pub enable_connect_protocol: bool,
    /// Whether datagrams are taken (RFC 9297).
    pub h3_datagram: bool,
}

/// The name of a setting, for people.
pub const fn name(id: u64) -> &'static str {
    match id {
        TABLE_CAPACITY => "SETTINGS_QPACK_MAX_TABLE_CAPACITY",
        FIELD_SECTION => "SETTINGS_MAX_FIELD_SECTION_SIZE",
        BLOCKED => "SETTINGS_QPACK_BLOCKED_STREAMS",
        CONNECT => "SETTINGS_ENABLE_CONNECT_PROTOCOL",
        DATAGRAM => "SETTINGS_H3_DATAGRAM",
        _ if is_reserved(id) => "reserved (RFC 9114 §7.2.4.1)",
        _ => "unknown",
    }
}

/// Whether a number is one of those that mean nothing, 0x1f · N + 0x21: settings, frames, streams
/// and codes of these are sent so that peers learn to ignore what they do not know (§7.2.8).
pub const fn is_reserved(number: u64) -> bool {
    number >= 0x21 && (number - 0x21).is_multiple_of(0x1f)
}

impl Settings {
    // ANCHOR: settings
    /// Reads the payload of a SETTINGS frame; of more than `most` settings none is kept.
    pub(crate) fn parse(payload: &[u8], most: u32) -> Result<Self, Error> {
        Self::read(&mut Reader::new(payload), most)
    }

    /// As a connection reads them; the payload is all that `reader` holds.
    ///
    /// # Errors
    /// [`Error::FrameLayout`], [`Error::Setting`]; [`Error::Flood`] of more than `most`.
    pub fn read(reader: &mut Reader<'_>, most: u32) -> Result<Self, Error> {
        let length = reader.len() as u64;
        let layout = |_| Error::FrameLayout { frame: "SETTINGS", length, section: "7.2.4" };
        let mut settings = Self::default();
        let mut seen: Vec<u64> = Vec::new();
        while !reader.is_empty() {
            let id = reader.varint("Identifier").map_err(layout)?;
            reader.explain(|| name(id).to_owned());
            let value = reader.varint("Value").map_err(layout)?;
            if seen.len() >= most as usize {
                return Err(Error::Flood { what: "settings" });
            }
            if seen.contains(&id) {
                return Err(Error::Setting { id, reason: "is there twice" });
            }
            seen.push(id);
            settings.set(id, value)?;
        }
        Ok(settings)
    }
    // ANCHOR_END: settings

    fn set(&mut self, id: u64, value: u64) -> Result<(), Error> {
        let flag = || match value {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Error::Setting { id, reason: "is neither 0 nor 1" }),
        };
        match id {
            TABLE_CAPACITY => self.qpack_max_table_capacity = value,
            FIELD_SECTION => self.max_field_section_size = Some(value),
            BLOCKED => self.qpack_blocked_streams = value,
            CONNECT => self.enable_connect_protocol = flag()?,
            DATAGRAM => self.h3_datagram = flag()?,
            0x00 | 0x02..=0x05 => return Err(Error::Setting { id, reason: "is HTTP/2's" }),
            _ => {}
        }
        Ok(())
    }

    /// What is said of them, in order: what is as if nothing were said is left out.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (u64, u64)> {
        [
            (TABLE_CAPACITY, self.qpack_max_table_capacity),
            (BLOCKED, self.qpack_blocked_streams),
            (CONNECT, self.enable_connect_protocol.into()),
            (DATAGRAM, self.h3_datagram.into()),
        ]
        .into_iter()
        .filter(|(_, value)| *value > 0)
        .chain(self.max_field_section_size.map(|size| (FIELD_SECTION, size)))
    }

    /// The payload of a SETTINGS frame; `grease` is a setting that means nothing.
    pub(crate) fn encode(&self, grease: Option<(u64, u64)>, out: &mut Vec<u8>) {
        for (id, value) in self.entries().chain(grease) {
            for number in [id, value] {
                VarInt::new(number).unwrap_or(VarInt::MAX).encode(out);
            }
        }
    }

    /// Where a server accepts 0-RTT it must keep to what it said before (§7.2.4.2; RFC 9204
    /// §3.2.3).
    pub(crate) fn check_kept(&self, remembered: &Self) -> Result<(), Error> {
        let lowered = |id| Err(Error::Setting { id, reason: "is less than what 0-RTT relied on" });
        let size = |settings: &Self| settings.max_field_section_size.unwrap_or(u64::MAX);
        let (capacity, before) =
            (self.qpack_max_table_capacity, remembered.qpack_max_table_capacity);
        if before > 0 && capacity != before {
            return Err(Error::TableChanged { capacity, remembered: before });
        }
        if size(self) < size(remembered) {
            return lowered(FIELD_SECTION);
        }
        if self.qpack_blocked_streams < remembered.qpack_blocked_streams {
            return lowered(BLOCKED);
        }
        if remembered.enable_connect_protocol && !self.enable_connect_protocol {
            return lowered(CONNECT);
        }
        if remembered.h3_datagram && !self.h3_datagram {
            return lowered(DATAGRAM);
        }
        Ok(())
    }
}
