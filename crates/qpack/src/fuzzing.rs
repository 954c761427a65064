//! Properties that hold for any octets: what the fuzz targets call, one line each.
//!
//! A property panics where it fails; nothing else here may. They run on stable too, over the seeds
//! and in the property tests.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a property that does not hold panics, which is how a fuzzer hears of it"
)]

use crate::{Decoder, Encoder, Error, Field, Limits, Scope, Status};

type List = Vec<(Vec<u8>, Vec<u8>, bool)>;

fn decode(decoder: &mut Decoder, stream: u64, section: &[u8]) -> Result<(Status, List), Error> {
    let mut list = List::new();
    let status = decoder.decode(stream, section, |field| {
        list.push((field.name.to_vec(), field.value.to_vec(), field.sensitive));
    })?;
    Ok((status, list))
}

/// Records of any octets: the first of each says whether it is for the encoder stream (even) or a
/// section, the second how long it is. How instructions are split changes nothing, and no list is
/// larger than the limits say.
#[doc(hidden)]
pub fn check_decode(octets: &[u8]) {
    let Some((choice, mut rest)) = octets.split_first() else { return };
    let table_capacity = [4096, 0, 64, 220][usize::from(choice & 3)];
    let limits = Limits { table_capacity, list_size: 1024, fields: 16, ..Limits::default() };
    let (mut whole, mut split) = (Decoder::new(&limits), Decoder::new(&limits));
    while let [kind, length, behind @ ..] = rest {
        let (record, behind) = behind.split_at(usize::from(*length).min(behind.len()));
        rest = behind;
        if kind % 2 == 0 {
            let one = whole.receive_instructions(record);
            let other = record.chunks(1).try_for_each(|part| split.receive_instructions(part));
            assert_eq!(one.is_ok(), other.is_ok());
            assert_eq!(one.err().map(|e| e.code()), other.err().map(|e| e.code()));
            if one.is_err() {
                return;
            }
        } else {
            let stream = u64::from(kind / 2);
            let one = decode(&mut whole, stream, record);
            assert_eq!(one, decode(&mut split, stream, record));
            match one {
                Err(error) if error.scope() == Scope::Connection => return,
                Ok((_, list)) => {
                    let size: usize = list.iter().map(|(n, v, _)| n.len() + v.len() + 32).sum();
                    assert!(size <= 1024 && list.len() <= 16);
                }
                Err(_) => {}
            }
        }
        assert!(whole.table().size() <= whole.table().capacity());
        assert!(whole.table().capacity() <= table_capacity);
        assert!(whole.blocked() as u64 <= limits.blocked_streams);
        assert!(whole.held() <= 16 * table_capacity + 65_536 + 8 * octets.len());
        while let Some(stream) = whole.poll_unblocked() {
            assert_eq!(split.poll_unblocked(), Some(stream));
        }
    }
    let (mut one, mut other) = (Vec::new(), Vec::new());
    whole.take_instructions(&mut one);
    split.take_instructions(&mut other);
    assert_eq!(one, other);
}

/// The decoder stream of any octets, at an encoder that has sent a few sections.
#[doc(hidden)]
pub fn check_acknowledgments(octets: &[u8]) {
    let make = || {
        let limits = Limits { risk: 100, ..Limits::default() };
        let mut encoder = Encoder::new(&limits);
        encoder.set_peer(4096, 100);
        let mut out = Vec::new();
        for stream in 0..6 {
            let value = [b'0' + u8::try_from(stream).unwrap_or_default()];
            encoder.encode(stream * 4, [Field::new(b"x-name", &value)], &mut out);
        }
        encoder
    };
    let (mut whole, mut split) = (make(), make());
    let one = whole.receive_instructions(octets);
    let other = octets.chunks(1).try_for_each(|part| split.receive_instructions(part));
    // Offsets are counted from what was given together, so they differ.
    assert_eq!(one.map_err(|error| error.code()), other.map_err(|error| error.code()));
    if one.is_ok() {
        assert_eq!(whole.outstanding(), split.outstanding());
    }
}

/// Both ends by operations: lists are encoded, instructions, sections and acknowledgments are
/// delivered late and in any order that streams admit, streams are cancelled, capacities change.
/// Every list that arrives is the one that was sent, and nobody sees an error.
#[doc(hidden)]
pub fn check_operations(octets: &[u8]) {
    let [setting, rest @ ..] = octets else { return };
    let table_capacity = [4096, 0, 128, 300][usize::from(setting & 3)];
    let risk = u64::from(setting >> 2 & 3) * 2;
    let limits = Limits { table_capacity, risk, outstanding: 12, ..Limits::default() };
    let mut ends = Ends {
        encoder: Encoder::new(&limits),
        decoder: Decoder::new(&limits),
        instructions: Vec::new(),
        acknowledgments: Vec::new(),
        sections: Vec::new(),
        waiting: Vec::new(),
        risk,
    };
    ends.encoder.set_peer(table_capacity, limits.blocked_streams);
    for (number, pair) in rest.chunks_exact(2).take(2000).enumerate() {
        ends.step(pair[0], pair[1], number as u64 * 4);
    }
    ends.deliver_instructions(usize::MAX);
    while !ends.sections.is_empty() {
        ends.deliver_section(0);
    }
    assert_eq!(ends.decoder.blocked(), 0);
    assert!(ends.waiting.is_empty());
    ends.decoder.take_instructions(&mut ends.acknowledgments);
    ends.deliver_acknowledgments();
    assert_eq!(ends.encoder.outstanding(), 0);
}

struct Ends {
    encoder: Encoder,
    decoder: Decoder,
    instructions: Vec<u8>,
    acknowledgments: Vec<u8>,
    sections: Vec<(u64, Vec<u8>, List)>,
    waiting: Vec<(u64, Vec<u8>, List)>,
    risk: u64,
}

impl Ends {
    fn step(&mut self, operation: u8, value: u8, stream: u64) {
        match operation % 8 {
            0..=2 => self.encode(operation, value, stream),
            3 => self.deliver_instructions(usize::from(value)),
            4 if !self.sections.is_empty() => {
                self.deliver_section(usize::from(value) % self.sections.len());
            }
            5 => {
                self.decoder.take_instructions(&mut self.acknowledgments);
                self.deliver_acknowledgments();
            }
            6 if !self.sections.is_empty() => {
                let (stream, ..) = self.sections.remove(usize::from(value) % self.sections.len());
                self.decoder.cancel(stream);
            }
            7 => self.encoder.set_capacity(usize::from(value) * 16),
            _ => {}
        }
    }

    fn encode(&mut self, operation: u8, value: u8, stream: u64) {
        let names: [&[u8]; 6] =
            [b":path", b"x-one", b"content-type", b"x-two", b"cookie", b"accept"];
        let list: List = (0..=operation >> 5)
            .map(|at| {
                let name = names[usize::from(value.wrapping_add(at * 5) % 6)].to_vec();
                let length = usize::from(value >> 3) * usize::from(at % 3);
                let value = vec![b'a' + (value >> 2).wrapping_add(at) % 8; length];
                (name, value, at == 5)
            })
            .collect();
        let mut section = Vec::new();
        let fields = list.iter().map(|(name, value, sensitive)| Field {
            name,
            value,
            sensitive: *sensitive,
        });
        self.encoder.encode(stream, fields, &mut section);
        self.encoder.take_instructions(&mut self.instructions);
        self.sections.push((stream, section, list));
    }

    fn deliver_instructions(&mut self, most: usize) {
        self.encoder.take_instructions(&mut self.instructions);
        let part: Vec<u8> = self.instructions.drain(..most.min(self.instructions.len())).collect();
        self.decoder.receive_instructions(&part).unwrap();
        while let Some(stream) = self.decoder.poll_unblocked() {
            let at = self.waiting.iter().position(|(waiting, ..)| *waiting == stream).unwrap();
            let (_, section, list) = self.waiting.remove(at);
            self.read(stream, &section, &list, Status::Done);
        }
    }

    fn deliver_section(&mut self, at: usize) {
        let (stream, section, list) = self.sections.remove(at);
        let blocked = self.decoder.blocked();
        let mut got = List::new();
        let status = self.decoder.decode(stream, &section, |field| {
            got.push((field.name.to_vec(), field.value.to_vec(), field.sensitive));
        });
        match status.unwrap() {
            Status::Done => assert_eq!(without_policy(&got, &list), list),
            Status::Blocked => {
                assert!((blocked as u64) < self.risk, "only as many as are allowed");
                self.waiting.push((stream, section, list));
            }
        }
    }

    fn read(&mut self, stream: u64, section: &[u8], list: &List, wanted: Status) {
        let (status, got) = decode(&mut self.decoder, stream, section).unwrap();
        assert_eq!(status, wanted);
        assert_eq!(&without_policy(&got, list), list);
    }

    fn deliver_acknowledgments(&mut self) {
        let octets = std::mem::take(&mut self.acknowledgments);
        self.encoder.receive_instructions(&octets).unwrap();
    }
}

/// The encoder marks secrets of its own; those that the caller marked must stay marked.
fn without_policy(got: &List, sent: &List) -> List {
    let mut got = got.clone();
    for (field, (_, _, sensitive)) in got.iter_mut().zip(sent) {
        assert!(field.2 || !sensitive);
        field.2 = *sensitive;
    }
    got
}
