//! Our QPACK and ls-qpack's: each reads what the other writes, whatever is late.
//!
//! RFC 9204
//!
//! ```text
//!   our encoder ──► instructions, sections, late and in any order ──► their decoder
//!   their encoder ──► the same ──► our decoder
//! ```
//!
//! Invariant: every list that arrives is the one that was sent; of damaged octets both make the
//! same, but for some that RFC 9204 has refused and ls-qpack reads, which are named.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod lists;
mod lsqpack;
#[path = "../interop/peers.rs"]
#[allow(dead_code, reason = "other tests run programs to their end")]
mod peers;

use lists::Chance;
use lsqpack::{Lsqpack, Verdict};
use qpack::{Decoder, DecoderInstruction, Encoder, Error, Field, Limits, Status};
use std::collections::BTreeMap;

/// Names and values.
type List = Vec<(Vec<u8>, Vec<u8>)>;

/// Connections of each kind, and lists of each.
const CONNECTIONS: u64 = 60;
const LISTS: u64 = 80;

/// Tables, and streams that may wait.
fn settings(chance: &mut Chance) -> (usize, u64) {
    (*chance.pick(&[0, 64, 220, 512, 4096]), *chance.pick(&[0, 1, 3, 100]))
}

fn limits(table_capacity: usize, risk: u64) -> Limits {
    let (list_size, fields) = (1 << 20, 1 << 12);
    let blocked_streams = risk;
    Limits { table_capacity, risk, blocked_streams, list_size, fields, ..Limits::default() }
}

fn encode(encoder: &mut Encoder, stream: u64, list: &List) -> Vec<u8> {
    let mut section = Vec::new();
    encoder.encode(stream, list.iter().map(|(name, value)| Field::new(name, value)), &mut section);
    section
}

fn decode(decoder: &mut Decoder, stream: u64, section: &[u8]) -> Result<Option<List>, Error> {
    let mut list = List::new();
    let status = decoder.decode(stream, section, |field| {
        list.push((field.name.to_vec(), field.value.to_vec()));
    })?;
    Ok((status == Status::Done).then_some(list))
}

/// What is on its way, and what waits.
#[derive(Default)]
struct Way {
    instructions: Vec<u8>,
    sections: Vec<(u64, Vec<u8>)>,
    sent: BTreeMap<u64, List>,
    arrived: u64,
}

impl Way {
    fn arrive(&mut self, stream: u64, list: &List) {
        assert_eq!(Some(list), self.sent.remove(&stream).as_ref(), "stream {stream}");
        self.arrived += 1;
    }
}

#[test]
fn their_decoder_reads_what_our_encoder_writes() {
    let Some(mut theirs) = Lsqpack::start() else { return };
    let mut arrived = 0;
    for seed in 0..CONNECTIONS {
        let mut chance = Chance::new(seed);
        let (capacity, blocked) = settings(&mut chance);
        theirs.renew(capacity, blocked);
        let mut encoder = Encoder::new(&limits(capacity, blocked));
        encoder.set_peer(capacity, blocked);
        let mut way = Way::default();
        for stream in (0..4 * LISTS).step_by(4) {
            let list = chance.list();
            let section = encode(&mut encoder, stream, &list);
            encoder.take_instructions(&mut way.instructions);
            way.sections.push((stream, section));
            way.sent.insert(stream, list);
            if chance.one_in(8) {
                encoder.set_capacity(*chance.pick(&[0, 100, 300, 4096]));
            }
            let all = stream == 4 * (LISTS - 1);
            if all || chance.one_in(3) {
                encoder.take_instructions(&mut way.instructions);
                let most = if all { usize::MAX } else { chance.below(400) };
                let part: Vec<u8> =
                    way.instructions.drain(..most.min(way.instructions.len())).collect();
                for stream in theirs.instruct(&part).unwrap() {
                    take(&mut way, &mut encoder, stream, theirs.resume(stream));
                }
            }
            while !way.sections.is_empty() && (all || chance.one_in(2)) {
                let (stream, section) = way.sections.remove(chance.below(way.sections.len()));
                if chance.one_in(20) {
                    way.sent.remove(&stream);
                    encoder.receive_instructions(&theirs.cancel(stream)).unwrap();
                } else {
                    let verdict = theirs.section(stream, &section);
                    take(&mut way, &mut encoder, stream, verdict);
                }
            }
            // It tells of entries with sections alone; so we tell for it, when all of them came.
            if way.instructions.is_empty() && chance.one_in(4) {
                tell(&mut encoder);
            }
        }
        assert!(way.sent.is_empty(), "{:?}", way.sent);
        arrived += way.arrived;
    }
    assert!(arrived > CONNECTIONS * LISTS * 9 / 10, "{arrived}");
}

/// What their decoder made of a section.
fn take(way: &mut Way, encoder: &mut Encoder, stream: u64, verdict: Verdict) {
    match verdict {
        Verdict::Read(answer, list) => {
            way.arrive(stream, &list);
            encoder.receive_instructions(&answer).unwrap();
        }
        Verdict::Blocked => {}
        Verdict::Refused(why) => panic!("stream {stream}: {why}: {:?}", way.sent[&stream]),
    }
}

/// Confirms all entries, as an Insert Count Increment does (§4.4.3).
fn tell(encoder: &mut Encoder) {
    let increment = encoder.table().inserted() - encoder.known_received_count();
    if increment > 0 {
        let mut octets = Vec::new();
        DecoderInstruction::InsertCountIncrement { increment }.encode(&mut octets);
        encoder.receive_instructions(&octets).unwrap();
    }
}

#[test]
fn our_decoder_reads_what_their_encoder_writes() {
    let Some(mut theirs) = Lsqpack::start() else { return };
    let mut arrived = 0;
    for seed in 0..CONNECTIONS {
        let mut chance = Chance::new(seed + 1000);
        let (capacity, blocked) = settings(&mut chance);
        let mut decoder = Decoder::new(&limits(capacity, blocked));
        let mut way = Way { instructions: theirs.renew(capacity, blocked), ..Way::default() };
        let mut waiting = BTreeMap::new();
        for stream in (0..4 * LISTS).step_by(4) {
            let list = chance.list();
            let (instructions, section) = theirs.encode(stream, &list);
            way.instructions.extend(instructions);
            way.sections.push((stream, section));
            way.sent.insert(stream, list);
            let all = stream == 4 * (LISTS - 1);
            if all || chance.one_in(3) {
                let most = if all { usize::MAX } else { chance.below(400) };
                let part: Vec<u8> =
                    way.instructions.drain(..most.min(way.instructions.len())).collect();
                decoder.receive_instructions(&part).unwrap();
                while let Some(stream) = decoder.poll_unblocked() {
                    let section: Vec<u8> = waiting.remove(&stream).unwrap();
                    let list = decode(&mut decoder, stream, &section).unwrap().unwrap();
                    way.arrive(stream, &list);
                }
            }
            while !way.sections.is_empty() && (all || chance.one_in(2)) {
                let (stream, section) = way.sections.remove(chance.below(way.sections.len()));
                match decode(&mut decoder, stream, &section).unwrap() {
                    Some(list) => way.arrive(stream, &list),
                    None => drop(waiting.insert(stream, section)),
                }
            }
            if all || chance.one_in(3) {
                let mut answer = Vec::new();
                decoder.take_instructions(&mut answer);
                theirs.acknowledge(&answer);
            }
        }
        assert!(way.sent.is_empty() && waiting.is_empty());
        arrived += way.arrived;
    }
    assert_eq!(arrived, CONNECTIONS * LISTS);
}

#[test]
fn both_make_the_same_of_damaged_octets() {
    let Some(mut theirs) = Lsqpack::start() else { return };
    let (mut read, mut refused, mut laxer) = (0, 0, 0);
    for seed in 0..2000 {
        let mut chance = Chance::new(seed + 2000);
        let mut encoder = Encoder::new(&limits(220, 100));
        encoder.set_peer(220, 100);
        let mut sections = Vec::new();
        for stream in 0..4 {
            sections.push(encode(&mut encoder, stream, &chance.list()));
        }
        let mut instructions = Vec::new();
        encoder.take_instructions(&mut instructions);
        let mut section = sections.pop().unwrap();
        // Half of the damage is to a section, half to instructions.
        let of_section = chance.one_in(2);
        chance.damage(if of_section { &mut section } else { &mut instructions });

        theirs.renew(220, 100);
        let mut decoder = Decoder::new(&limits(220, 100));
        let mut one = decoder.receive_instructions(&instructions);
        let other = theirs.instruct(&instructions);
        if one.is_ok() && other.is_err() {
            // We look into strings when an instruction is whole: here is the rest, and copies.
            one = decoder.receive_instructions(&[0; 5000]);
        }
        let hex = wire::hex::spaced(&instructions);
        match (&one, &other) {
            // An entry larger than the table is an error (§3.2.2) that they do not look for.
            (Err(Error::EntryTooLarge { .. }), Ok(_)) => {}
            (one, other) => assert_eq!(one.is_ok(), other.is_ok(), "{seed}: {hex}: {one:?}"),
        }
        if one.is_err() {
            refused += 1;
            continue;
        }
        let one = decode(&mut decoder, 3, &section);
        let other = theirs.section(3, &section);
        match (one, other) {
            (Ok(Some(list)), Verdict::Read(_, other)) => {
                assert_eq!(list, other, "{seed}");
                read += 1;
            }
            (Ok(None), Verdict::Blocked) => {}
            (Err(_), Verdict::Refused(_)) => refused += 1,
            // A section without lines is one (§4.5), which they do not know.
            (Ok(Some(list)), Verdict::Refused(_)) if list.is_empty() => {}
            // They read an index behind what is there round the table, look at the base only where
            // it is needed, and take a Required Insert Count that nothing needs (§2.2.3, §4.5.1.2,
            // §2.2.1).
            (
                Err(
                    Error::DynamicIndex { .. } | Error::Base { .. } | Error::RequiredDiffers { .. },
                ),
                Verdict::Read(..),
            ) => laxer += 1,
            (one, other) => panic!("{seed}: {}: {one:?} {other:?}", wire::hex::spaced(&section)),
        }
    }
    assert!(read > 100 && refused > 100 && laxer < 100, "{read}, {refused}, {laxer}");
}
