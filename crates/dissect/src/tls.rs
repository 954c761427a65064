//! TLS: one side's records, or its handshake messages without records.
//!
//! RFC 8446 §4, §5
//!
//! What is sealed stays one field, unless a [`KeyLog`] has the secret that opens it.
//!
//! Used by: [`dissect`](crate::dissect).

use crate::KeyLog;
use ::tls::{message, record};
use std::collections::BTreeMap;
use wire::{Note, Reader};

/// Reads records to the end; why it did not get there, if it did not.
pub(crate) fn records(
    reader: &mut Reader<'_>,
    opened: &BTreeMap<usize, record::Inside>,
) -> Option<Stop> {
    let read = record::dissect(reader, opened);
    let (there, at) = (reader.len(), reader.offset());
    let head = record::Head::parse(&mut Reader::new(reader.rest()));
    if let Err(error) = read {
        return Some(Stop::of(&error, head.err(), at));
    }
    Some(Stop::Cut(match head {
        Ok(Some(head)) => {
            let there = there.saturating_sub(record::Head::LENGTH);
            let length = head.length;
            format!("the record at octet {at} is cut short: {there} of {length} octets")
        }
        _ if there > 0 => {
            format!("the record at octet {at} is cut short: {there} octets of its head")
        }
        _ => return None,
    }))
}

/// Reads handshake messages to the end; why it did not get there, if it did not.
pub(crate) fn messages(reader: &mut Reader<'_>) -> Option<Stop> {
    let read = message::dissect(reader, usize::MAX);
    let (there, at) = (reader.len(), reader.offset());
    let head = message::Head::parse(&mut Reader::new(reader.rest()), usize::MAX);
    if let Err(error) = read {
        return Some(Stop::of(&error, head.err(), at));
    }
    Some(Stop::Cut(match head {
        Ok(Some(message::Head { kind, length })) => {
            let there = there.saturating_sub(message::Head::LENGTH);
            format!("the {kind} at octet {at} is cut short: {there} of {length} octets")
        }
        _ if there > 0 => {
            format!("the message at octet {at} is cut short: {there} octets of its head")
        }
        _ => return None,
    }))
}

/// Why reading stopped before the end.
pub(crate) enum Stop {
    /// In a head, or because there is no more; the text says where.
    Cut(String),
    /// In the field that was read last.
    Inside(String),
}

impl Stop {
    /// A rule was broken: by the head that stands at octet `at`, or before it.
    fn of(error: &::tls::Error, head: Option<::tls::Error>, at: usize) -> Self {
        let text = format!("{error} ({})", error.rule());
        if head.as_ref() == Some(error) {
            Self::Cut(format!("{text}, at octet {at}"))
        } else {
            Self::Inside(text)
        }
    }

    /// The whole text, with the field that was read last.
    pub(crate) fn text(self, notes: &[Note]) -> String {
        let last = notes.iter().rev().find_map(|note| match note {
            Note::Field { name, offset, .. } => Some((name, offset)),
            Note::Section { .. } => None,
        });
        match (self, last) {
            (Self::Inside(text), Some((name, offset))) => {
                format!("{text}, in or behind `{name}` at octet {offset}")
            }
            (Self::Cut(text) | Self::Inside(text), _) => text,
        }
    }
}

/// Opens, in place, every record that the log has a secret for; what was inside, by the offset of
/// the record.
pub(crate) fn open(octets: &mut [u8], log: &KeyLog) -> BTreeMap<usize, record::Inside> {
    let mut opener = log.opener();
    let (mut opened, mut at) = (BTreeMap::new(), 0);
    while let Some(rest) = octets.get_mut(at..) {
        let Ok(Some(head)) = record::Head::parse(&mut Reader::new(rest)) else { break };
        let length = record::Head::LENGTH + head.length;
        let Some(record) = rest.get_mut(..length) else { break };
        if head.kind == record::ContentType::ApplicationData
            && let Some(inside) = opener.open(record)
        {
            opened.insert(at, inside);
        }
        at += length;
    }
    opened
}
