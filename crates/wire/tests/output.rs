//! The queue of octets to send, against a model that is one plain list.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

use proptest::prelude::*;
use std::{io::IoSlice, sync::Arc};
use wire::{Output, Segment};

/// The model: each octet to send, or `None` for one that the driver has.
type Model = Vec<Option<u8>>;

#[derive(Debug, Clone)]
enum Step {
    Put(Vec<u8>),
    PutVec(Vec<u8>),
    PutShared(Vec<u8>),
    PutExternal(usize),
    /// Append the octets, then take so many of them back.
    WriteAndUndo(Vec<u8>, usize),
    Append(Vec<Step>),
    Advance(usize),
    Clear,
}

fn octets() -> impl Strategy<Value = Vec<u8>> {
    // Short ones, and ones about the border over which a vector is not copied.
    prop_oneof![
        8 => proptest::collection::vec(any::<u8>(), 0..20),
        1 => (any::<u8>(), 4090_usize..4100).prop_map(|(octet, length)| vec![octet; length]),
        1 => any::<u8>().prop_map(|octet| vec![octet; 64 * 1024]),
    ]
}

fn filling() -> impl Strategy<Value = Step> {
    prop_oneof![
        octets().prop_map(Step::Put),
        octets().prop_map(Step::PutVec),
        octets().prop_map(Step::PutShared),
        (0_usize..30).prop_map(Step::PutExternal),
        (octets(), 0_usize..40).prop_map(|(octets, undo)| Step::WriteAndUndo(octets, undo)),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => filling(),
        1 => proptest::collection::vec(filling(), 0..4).prop_map(Step::Append),
        4 => (0_usize..60).prop_map(Step::Advance),
        1 => (4000_usize..70_000).prop_map(Step::Advance),
        1 => Just(Step::Clear),
    ]
}

fn apply(step: &Step, output: &mut Output, model: &mut Model) {
    let mut also = |octets: &[u8]| model.extend(octets.iter().copied().map(Some));
    match step {
        Step::Put(octets) => {
            output.put(octets);
            also(octets);
        }
        Step::PutVec(octets) => {
            output.put_vec(octets.clone());
            also(octets);
        }
        Step::PutShared(octets) => {
            output.put_shared(Arc::from(octets.as_slice()));
            also(octets);
        }
        Step::PutExternal(length) => {
            output.put_external(*length as u64);
            model.extend(std::iter::repeat_n(None, *length));
        }
        Step::WriteAndUndo(octets, undo) => {
            let kept = octets.len().saturating_sub(*undo);
            let answer = output.write(|out| {
                let before = out.len();
                out.extend_from_slice(octets);
                out.truncate(before + kept);
                "answer"
            });
            assert_eq!(answer, "answer");
            also(&octets[..kept]);
        }
        Step::Append(steps) => {
            let mut other = Output::new(1);
            steps.iter().for_each(|step| apply(step, &mut other, model));
            output.append(&mut other);
            assert!(other.is_empty());
            assert_eq!(other.room(), 1);
        }
        Step::Advance(count) => {
            output.advance(*count as u64);
            model.drain(..(*count).min(model.len()));
        }
        Step::Clear => {
            output.clear();
            model.clear();
        }
    }
}

/// The octets before the first external one.
fn sendable(model: &Model) -> Vec<u8> {
    model.iter().map_while(|octet| *octet).collect()
}

fn compare(output: &Output, model: &Model, limit: usize) {
    let held = model.iter().flatten().count();
    assert_eq!(output.len(), model.len() as u64);
    assert_eq!(output.is_empty(), model.is_empty());
    assert_eq!((output.is_full(), output.room()), (held >= limit, limit.saturating_sub(held)));
    let sendable = sendable(model);
    let mut slices = [IoSlice::new(&[]); 64];
    let filled = output.slices(&mut slices);
    let gathered: Vec<u8> = slices[..filled].iter().flat_map(|slice| slice.to_vec()).collect();
    assert_eq!(gathered, sendable);
    assert!(slices[..filled].iter().all(|slice| !slice.is_empty()));
    match output.front() {
        None => assert!(model.is_empty()),
        Some(Segment::Octets(front)) => assert!(!front.is_empty() && sendable.starts_with(front)),
        Some(Segment::External(length)) => {
            let there = model.iter().take_while(|octet| octet.is_none()).count() as u64;
            assert!(0 < length && length <= there);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_queue_is_a_plain_list(
        steps in proptest::collection::vec(step(), 0..30),
        limit in 0_usize..10_000,
    ) {
        let (mut output, mut model) = (Output::new(limit), Model::new());
        for step in &steps {
            apply(step, &mut output, &mut model);
            compare(&output, &model, limit);
        }
        let sendable = sendable(&model);
        assert_eq!(output.take(), sendable);
        model.drain(..sendable.len());
        compare(&output, &model, limit);
    }
}

#[test]
fn small_parts_share_a_vector_and_a_long_one_is_not_copied() {
    let mut output = Output::new(100);
    output.put(b"head");
    output.put_vec(b"small".to_vec());
    assert_eq!(output.front(), Some(Segment::Octets(b"headsmall")));
    let long = vec![7; 4096];
    let place = long.as_ptr();
    output.put_vec(long);
    output.advance(9);
    match output.front() {
        Some(Segment::Octets(octets)) => assert_eq!(octets.as_ptr(), place),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_shared_message_is_never_copied() {
    let message: Arc<[u8]> = Arc::from(&b"to all"[..]);
    let mut outputs: Vec<Output> = (0..3).map(|_| Output::new(10)).collect();
    outputs.iter_mut().for_each(|output| output.put_shared(message.clone()));
    assert_eq!(Arc::strong_count(&message), 4);
    for output in &mut outputs {
        match output.front() {
            Some(Segment::Octets(octets)) => assert_eq!(octets.as_ptr(), message.as_ptr()),
            other => panic!("{other:?}"),
        }
        output.advance(6);
    }
    assert_eq!(Arc::strong_count(&message), 1, "let go when it is sent");
}

/// An `Output` refuses nothing: whoever fills it asks first.
#[test]
fn a_full_queue_still_takes_the_end_of_a_unit() {
    let mut output = Output::new(4);
    output.put(b"four");
    assert!(output.is_full());
    output.put(b"more");
    assert_eq!((output.len(), output.room()), (8, 0));
    output.put_external(u64::MAX - 8);
    assert_eq!(output.len(), u64::MAX, "what is elsewhere takes no room");
    output.advance(u64::MAX);
    assert!(output.is_empty() && !output.is_full());
}

/// Only the caller's own octets are meant to be taken back; the count stays true all the same.
#[test]
fn a_writer_that_takes_back_more_than_it_wrote_leaves_a_true_count() {
    for kept in 0..=6 {
        let mut output = Output::new(100);
        output.put(b"abcdef");
        output.advance(2);
        output.write(|out| out.truncate(kept));
        let left = kept.saturating_sub(2);
        assert_eq!(output.len(), left as u64, "{kept} kept");
        assert_eq!(output.is_empty(), left == 0);
        output.put(b"g");
        output.advance(left as u64);
        assert_eq!(output.take(), b"g", "{kept} kept");
        assert_eq!((output.len(), output.room()), (0, 100));
    }
}
