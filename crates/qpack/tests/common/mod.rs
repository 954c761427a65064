//! What the tests of this crate share: octets written as hex, lists written as text, both ends.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use qpack::{Decoder, Encoder, Error, Field, Limits, Status, table::Table};

/// A list as it is compared: names, values, and whether each is a secret.
pub(crate) type List = Vec<(Vec<u8>, Vec<u8>, bool)>;

/// Octets written as hex with spaces between.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pair = |two: &[u8]| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap();
    digits.chunks(2).map(pair).collect()
}

/// A list of fields that are no secrets.
pub(crate) fn list(fields: &[(&str, &str)]) -> List {
    let owned =
        |(name, value): &(&str, &str)| (name.as_bytes().into(), value.as_bytes().into(), false);
    fields.iter().map(owned).collect()
}

/// Decodes a section into a list of its own; `None` where it waits.
pub(crate) fn decode(
    decoder: &mut Decoder,
    stream: u64,
    section: &[u8],
) -> Result<Option<List>, Error> {
    let mut list = List::new();
    let status = decoder.decode(stream, section, |field| {
        list.push((field.name.to_vec(), field.value.to_vec(), field.sensitive));
    })?;
    Ok((status == Status::Done).then_some(list))
}

/// Encodes a list into a section of its own.
pub(crate) fn encode(encoder: &mut Encoder, stream: u64, fields: &[(&str, &str)]) -> Vec<u8> {
    let mut section = Vec::new();
    let fields = fields.iter().map(|(name, value)| Field::new(name.as_bytes(), value.as_bytes()));
    encoder.encode(stream, fields, &mut section);
    section
}

/// What the encoder stream is to carry.
pub(crate) fn instructions(encoder: &mut Encoder) -> Vec<u8> {
    let mut out = Vec::new();
    encoder.take_instructions(&mut out);
    out
}

/// What the decoder stream is to carry.
pub(crate) fn acknowledgments(decoder: &mut Decoder) -> Vec<u8> {
    let mut out = Vec::new();
    decoder.take_instructions(&mut out);
    out
}

/// The dynamic table, oldest first: absolute index, name, value.
pub(crate) fn entries(table: &Table) -> Vec<(u64, String, String)> {
    let text = |octets: &[u8]| String::from_utf8(octets.to_vec()).unwrap();
    let entry = |index| {
        let (name, value) = table.get(index).unwrap();
        (index, text(name), text(value))
    };
    (table.oldest()..table.inserted()).map(entry).collect()
}

/// Limits with a table of so many octets.
pub(crate) fn with_table(table_capacity: usize) -> Limits {
    Limits { table_capacity, ..Limits::default() }
}

/// Both ends of a connection, with all that is between them handed over by the test.
pub(crate) struct Ends {
    pub(crate) encoder: Encoder,
    pub(crate) decoder: Decoder,
}

impl Ends {
    /// Ends that agree on a table, and on how many streams may wait.
    pub(crate) fn new(table_capacity: usize, risk: u64) -> Self {
        let limits = Limits { risk, ..with_table(table_capacity) };
        let mut encoder = Encoder::new(&limits);
        encoder.set_peer(table_capacity, limits.blocked_streams);
        Self { encoder, decoder: Decoder::new(&limits) }
    }

    /// Hands the instructions over; how many octets they were.
    pub(crate) fn instruct(&mut self) -> usize {
        let instructions = instructions(&mut self.encoder);
        self.decoder.receive_instructions(&instructions).unwrap();
        instructions.len()
    }

    /// Hands the acknowledgments over.
    pub(crate) fn acknowledge(&mut self) {
        let acknowledgments = acknowledgments(&mut self.decoder);
        self.encoder.receive_instructions(&acknowledgments).unwrap();
    }

    /// Encodes and decodes a list with nothing late; the section's length.
    #[track_caller]
    pub(crate) fn exchange(&mut self, stream: u64, fields: &[(&str, &str)]) -> usize {
        let section = encode(&mut self.encoder, stream, fields);
        self.instruct();
        assert_eq!(decode(&mut self.decoder, stream, &section), Ok(Some(list(fields))));
        self.acknowledge();
        section.len()
    }
}
