//! The lists of `data/qpack`, read, and what is made of them.

use std::{env, fs, io, path::PathBuf};

/// One field: its name and its value.
pub type Field = (Vec<u8>, Vec<u8>);

/// The fields of one message, in their order.
pub type List = Vec<Field>;

/// Octets of one stream; 0 is the encoder stream.
pub struct Record {
    /// The stream.
    pub stream: u64,
    /// What it carries.
    pub octets: Vec<u8>,
}

/// What is encoded, and what is decoded.
pub struct Work {
    /// Octets of the dynamic table.
    pub capacity: usize,
    /// The lists.
    pub lists: Vec<List>,
    /// Somebody's instructions and sections of them, in the order in which they arrive.
    pub records: Vec<Record>,
}

impl Work {
    /// How many fields there are in all.
    pub fn fields(&self) -> usize {
        self.lists.iter().map(Vec::len).sum()
    }
}

/// The list of this name with a table, as ls-qpack encoded it.
///
/// # Errors
/// Where a file is not there, or is none.
pub fn read(name: &str) -> io::Result<Work> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/data");
    let root = env::var_os("WIREBOOK_DATA").map_or(beside, Into::into).join("qpack");
    let text = fs::read(root.join("qifs").join(format!("{name}.qif")))?;
    let lists = text
        .split(|octet| *octet == b'\n')
        .collect::<Vec<_>>()
        .split(|line| line.is_empty())
        .map(|lines| lines.iter().filter_map(|line| field(line)).collect())
        .filter(|list: &List| !list.is_empty())
        .collect();
    let encoded = root.join("encoded/ls-qpack").join(format!("{name}.out.4096.100.1"));
    let records = records(&fs::read(encoded)?).ok_or_else(|| io::Error::other("cut short"))?;
    Ok(Work { capacity: 4096, lists, records })
}

fn field(line: &[u8]) -> Option<Field> {
    let tab = line.iter().position(|octet| *octet == b'\t').filter(|_| line[0] != b'#')?;
    Some((line[..tab].to_vec(), line[tab + 1..].to_vec()))
}

/// A stream of 64 bits, a length of 32, and octets.
fn records(mut octets: &[u8]) -> Option<Vec<Record>> {
    let mut records = Vec::new();
    while let Some((stream, rest)) = octets.split_first_chunk() {
        let (length, rest) = rest.split_first_chunk()?;
        let (record, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        records.push(Record { stream: u64::from_be_bytes(*stream), octets: record.to_vec() });
        octets = rest;
    }
    Some(records)
}
