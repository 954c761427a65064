//! HPACK as the RFC tells it, and no faster: what the decoder and the encoder are believed against.
//!
//! RFC 7541 §2 to §6
//!
//! The table is a list of pairs, newest first; an integer is a sum; a string is the oracle's. It
//! shares with the rest of the crate the static table and Huffman's code, and nothing else.

use crate::{huffman::oracle, table::FIXED};

/// A list: names, values, and whether each must never be indexed.
pub type List = Vec<(Vec<u8>, Vec<u8>, bool)>;

/// One end's dynamic table, and what it may hold.
#[derive(Debug, Clone)]
pub struct Model {
    /// The dynamic table, newest first.
    pub entries: Vec<(Vec<u8>, Vec<u8>)>,
    /// What its sizes may add up to, in octets.
    pub max_size: usize,
    /// What a size update may say.
    pub allowed: usize,
    /// What the next block's first update must not exceed.
    pub due: Option<usize>,
}

/// How the model writes a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// By its index where a table has it, else §6.2.1.
    Incremental,
    /// §6.2.2
    Without,
    /// §6.2.3
    Never,
}

impl Model {
    /// An empty table of at most `max_size` octets.
    pub const fn new(max_size: usize) -> Self {
        Self { entries: Vec::new(), max_size, allowed: max_size, due: None }
    }

    /// What our settings say, from the next block on.
    pub fn allow(&mut self, size: usize) {
        self.allowed = size;
        if size < self.due.unwrap_or(self.max_size) {
            self.due = Some(size);
        }
    }

    /// §4.1
    pub fn size(&self) -> usize {
        self.entries.iter().map(|(name, value)| name.len() + value.len() + 32).sum()
    }

    fn drop_to(&mut self, size: usize) {
        while self.size() > size {
            self.entries.pop();
        }
    }

    fn insert(&mut self, name: &[u8], value: &[u8]) {
        let size = name.len() + value.len() + 32;
        self.drop_to(self.max_size.saturating_sub(size));
        if size <= self.max_size {
            self.entries.insert(0, (name.to_vec(), value.to_vec()));
        }
    }

    fn field(&self, index: u64) -> Option<(Vec<u8>, Vec<u8>)> {
        let place = usize::try_from(index.checked_sub(1)?).ok()?;
        let fixed = FIXED.get(place).map(|(name, value)| (name.to_vec(), value.to_vec()));
        fixed.or_else(|| self.entries.get(place - FIXED.len()).cloned())
    }

    /// The list that a block says; `None` where it breaks a rule.
    pub fn decode(&mut self, mut block: &[u8]) -> Option<List> {
        let mut list = List::new();
        while let Some(&first) = block.first() {
            let is_update = first & 0xe0 == 0x20;
            if !is_update && self.due.is_some() {
                return None;
            }
            if first & 0x80 != 0 {
                let (name, value) = self.field(integer(&mut block, 7)?)?;
                list.push((name, value, false));
            } else if is_update {
                let size = usize::try_from(integer(&mut block, 5)?).ok()?;
                let most = self.due.take().unwrap_or(usize::MAX).min(self.allowed);
                if size > most || !list.is_empty() {
                    return None;
                }
                self.max_size = size;
                self.drop_to(size);
            } else {
                let index = integer(&mut block, if first & 0x40 != 0 { 6 } else { 4 })?;
                let name = if index == 0 { string(&mut block)? } else { self.field(index)?.0 };
                let value = string(&mut block)?;
                if first & 0x40 != 0 {
                    self.insert(&name, &value);
                }
                list.push((name, value, first & 0xf0 == 0x10));
            }
        }
        self.due.is_none().then_some(list)
    }

    /// Writes a field in a form, its strings in Huffman's code or not.
    pub fn encode(&mut self, (name, value): (&[u8], &[u8]), form: Form, huffman: bool) -> Vec<u8> {
        let mut out = Vec::new();
        let all = FIXED.iter().map(|(name, value)| (name.to_vec(), value.to_vec()));
        let all: Vec<_> = all.chain(self.entries.iter().cloned()).collect();
        let whole = all.iter().position(|entry| entry.0 == name && entry.1 == value);
        if let (Some(place), Form::Incremental) = (whole, form) {
            write_integer(0x80, 7, place + 1, &mut out);
            return out;
        }
        let (first, prefix) = match form {
            Form::Incremental => (0x40, 6),
            Form::Without => (0x00, 4),
            Form::Never => (0x10, 4),
        };
        let named = all.iter().position(|entry| entry.0 == name);
        write_integer(first, prefix, named.map_or(0, |place| place + 1), &mut out);
        if named.is_none() {
            write_string(name, huffman, &mut out);
        }
        write_string(value, huffman, &mut out);
        if form == Form::Incremental {
            self.insert(name, value);
        }
        out
    }
}

/// §5.1: at most five octets behind the prefix, and a value of 32 bits.
fn integer(block: &mut &[u8], prefix: u32) -> Option<u64> {
    let (first, mut rest) = block.split_first()?;
    let full = (1 << prefix) - 1;
    let mut value = u64::from(*first) & full;
    if value == full {
        for place in 0.. {
            let (octet, behind) = rest.split_first()?;
            if place == 5 {
                return None;
            }
            rest = behind;
            value += u64::from(octet & 0x7f) << (7 * place);
            if octet & 0x80 == 0 {
                break;
            }
        }
    }
    *block = rest;
    (value <= u64::from(u32::MAX)).then_some(value)
}

/// §5.2
fn string(block: &mut &[u8]) -> Option<Vec<u8>> {
    let coded = block.first()? & 0x80 != 0;
    let length = usize::try_from(integer(block, 7)?).ok()?;
    let (octets, rest) = block.split_at_checked(length)?;
    *block = rest;
    if coded { oracle::decode(octets).ok() } else { Some(octets.to_vec()) }
}

#[allow(clippy::cast_possible_truncation, reason = "what is below 128 fits an octet")]
fn write_integer(first: u8, prefix: u32, value: usize, out: &mut Vec<u8>) {
    let full = (1 << prefix) - 1;
    if value < full {
        return out.push(first | value as u8);
    }
    out.push(first | full as u8);
    let mut rest = value - full;
    while rest >= 128 {
        out.push((rest % 128) as u8 | 128);
        rest /= 128;
    }
    out.push(rest as u8);
}

fn write_string(plain: &[u8], huffman: bool, out: &mut Vec<u8>) {
    let octets = if huffman { oracle::encode(plain) } else { plain.to_vec() };
    write_integer(if huffman { 0x80 } else { 0x00 }, 7, octets.len(), out);
    out.extend(octets);
}
