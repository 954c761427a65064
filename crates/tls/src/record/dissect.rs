//! One side's records, every octet named.
//!
//! RFC 8446 §5, §6
//!
//! ```text
//!   in the clear   head │ messages, an alert, or the one octet of change_cipher_spec
//!   sealed         head │ encrypted_record
//!   opened         head │ content │ type │ zeros │ tag
//! ```
//!
//! A protected record is named as one field, unless whoever calls has opened it, in place, and says
//! what was [`Inside`] of it.
//!
//! Used by: `dissect --as tls-record`, and the book's octet tables.

use super::{ContentType, Head, protection::TAG};
use crate::{Alert, Error, message};
use std::collections::BTreeMap;
use wire::Reader;

/// What stands in a protected record that was opened in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inside {
    /// What it carries.
    pub kind: ContentType,
    /// Octets of that.
    pub content: usize,
    /// Under which secret it opened, in words.
    pub secret: String,
}

/// Reads the records that one side sent, telling the reader's observer of every field. `opened`
/// has what is inside of those that were opened, by the offset of their heads. Ends where the
/// octets end; a record that is cut short is left in the reader.
///
/// # Errors
/// What a head, a message in the clear, or what was inside can break in its form.
pub fn dissect(reader: &mut Reader<'_>, opened: &BTreeMap<usize, Inside>) -> Result<(), Error> {
    // Messages of the handshake may stand across records; those of either kind, though.
    let mut pending = Vec::new();
    loop {
        let mut ahead = Reader::new(reader.rest());
        match Head::parse(&mut ahead)? {
            Some(head) if head.length <= ahead.len() => {}
            _ => return Ok(()),
        }
        let offset = reader.offset();
        let Some(head) = Head::parse(reader)? else { return Ok(()) };
        let mut body = reader.within("fragment", head.length)?;
        reader.enter();
        let read = match (opened.get(&offset), head.kind) {
            (Some(inside), _) => open(&mut body, inside, &mut pending),
            (None, ContentType::ApplicationData) => sealed(&mut body),
            (None, kind) => content(&mut body, kind, &mut pending),
        };
        reader.leave();
        read?;
    }
}

fn sealed(body: &mut Reader<'_>) -> Result<(), Error> {
    let length = body.len();
    body.take("encrypted_record", length)?;
    body.explain(|| format!("sealed, {length} octets, {TAG} of them a tag"));
    Ok(())
}

fn open(body: &mut Reader<'_>, inside: &Inside, pending: &mut Vec<u8>) -> Result<(), Error> {
    body.section("TLSInnerPlaintext", "RFC 8446 §5.2");
    let mut inner = body.within("content", inside.content)?;
    body.enter();
    let read = content(&mut inner, inside.kind, pending);
    body.leave();
    read?;
    body.u8("type")?;
    body.explain(|| inside.kind.name().to_owned());
    let zeros = body.len().saturating_sub(TAG);
    if zeros > 0 {
        body.take("zeros", zeros)?;
        body.explain(|| format!("padding, {zeros} octets"));
    }
    body.take("tag", body.len())?;
    body.explain(|| format!("opened by {}", inside.secret));
    Ok(())
}

fn content(body: &mut Reader<'_>, kind: ContentType, pending: &mut Vec<u8>) -> Result<(), Error> {
    match kind {
        ContentType::Handshake => messages(body, pending),
        ContentType::Alert => {
            let length = body.len();
            body.section("Alert", "RFC 8446 §6");
            let (_, description) = (body.u8("level")?, body.u8("description")?);
            body.explain(|| Alert(description).to_string());
            if body.is_empty() { Ok(()) } else { Err(Error::AlertLength { length }) }
        }
        ContentType::ChangeCipherSpec => {
            let octets = body.take("change_cipher_spec", body.len())?;
            body.explain(|| "for middleboxes alone".to_owned());
            if octets == [1] { Ok(()) } else { Err(Error::ChangeCipherSpec) }
        }
        ContentType::ApplicationData => {
            if !body.is_empty() {
                let data = body.take("data", body.len())?;
                body.explain(|| beginning(data));
            }
            Ok(())
        }
    }
}

/// The first line, where data is text; or how much it is.
fn beginning(data: &[u8]) -> String {
    const SHOWN: usize = 48;
    let line = data.split(|octet| *octet == b'\n').next().unwrap_or_default();
    let shown = line.get(..SHOWN).unwrap_or(line);
    let text = |octet: &u8| matches!(octet, b' '..=b'~' | b'\r' | b'\t');
    if shown.is_empty() || !shown.iter().all(text) {
        return format!("{} octets", data.len());
    }
    let more = if shown.len() < data.len() { " …" } else { "" };
    format!("\"{}\"{more}", shown.trim_ascii_end().escape_ascii())
}

/// Whole messages one by one; of a message that stands across records, its parts.
fn messages(body: &mut Reader<'_>, pending: &mut Vec<u8>) -> Result<(), Error> {
    if pending.is_empty() {
        message::dissect(body, usize::MAX)?;
    }
    if body.is_empty() {
        return Ok(());
    }
    let part = body.take("fragment", body.len())?;
    pending.extend_from_slice(part);
    let mut whole = Reader::new(pending);
    message::dissect(&mut whole, usize::MAX)?;
    let (read, left) = (whole.offset(), whole.len());
    body.explain(|| match left {
        0 => "the end of a message that stands across records".to_owned(),
        left => format!("part of a message that stands across records, {left} octets so far"),
    });
    pending.drain(..read);
    Ok(())
}
