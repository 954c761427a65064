//! Ours.

use crate::lists::{Record, Work};
use ::qpack::{Decoder, DecoderInstruction, Encoder, Field, Limits, Status};
use std::hint::black_box;

fn limits(table_capacity: usize) -> Limits {
    let (list_size, fields) = (1 << 20, 1 << 16);
    let (risk, blocked_streams) = (100, 100);
    Limits { table_capacity, risk, blocked_streams, list_size, fields, ..Limits::default() }
}

/// Decodes every section; answers how many fields there were.
pub fn decode(work: &Work) -> usize {
    let mut decoder = Decoder::new(&limits(work.capacity));
    let (mut count, mut answer) = (0, Vec::new());
    if work.capacity > 0 {
        // The lists' rule: the table has its full capacity from the start.
        let full = decoder.receive_instructions(&[0x3f, 0xe1, 0x1f]);
        assert!(full.is_ok() && work.capacity == 4096);
    }
    for Record { stream, octets } in &work.records {
        if *stream == 0 {
            assert_eq!(decoder.receive_instructions(octets), Ok(()));
        } else {
            let status = decoder.decode(*stream, octets, |field| {
                black_box(field);
                count += 1;
            });
            assert_eq!(status, Ok(Status::Done));
        }
        answer.clear();
        decoder.take_instructions(&mut answer);
    }
    count
}

/// Encodes every list; answers how many octets it were. `keep` gets each record.
pub fn encode(work: &Work, mut keep: impl FnMut(u64, &[u8])) -> usize {
    let mut encoder = Encoder::new(&limits(work.capacity));
    encoder.set_peer(work.capacity, 100);
    let (mut octets, mut out, mut answer) = (0, Vec::new(), Vec::new());
    for (stream, list) in (1..).zip(&work.lists) {
        out.clear();
        let fields = list.iter().map(|(name, value)| Field::new(name, value));
        encoder.encode(stream, fields, &mut out);
        let section = out.len();
        encoder.take_instructions(&mut out);
        octets += black_box(&out).len();
        if out.len() > section {
            keep(0, &out[section..]);
        }
        keep(stream, &out[..section]);
        answer.clear();
        // A section that refers to the table says so in its first octet.
        if out[0] != 0 {
            DecoderInstruction::SectionAcknowledgment { stream }.encode(&mut answer);
        }
        assert_eq!(encoder.receive_instructions(&answer), Ok(()));
        let increment = encoder.table().inserted() - encoder.known_received_count();
        if increment > 0 {
            answer.clear();
            DecoderInstruction::InsertCountIncrement { increment }.encode(&mut answer);
            assert_eq!(encoder.receive_instructions(&answer), Ok(()));
        }
    }
    octets
}
