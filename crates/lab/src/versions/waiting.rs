//! Who waits for a packet that was lost.
//!
//! RFC 9293 §3.4 (octets of a connection in order), RFC 9000 §2.2 (octets of a stream in order)
//!
//! ```text
//!                lost          here, and not given to the application
//!   TCP     3  [ 1 ]  2   3   1   2   3        1, 2 and 3 wait: one order for all
//!   QUIC    3  [ 1 ]  2   3   1   2   3        1 waits: an order for each
//! ```
//!
//! *Active* is what was asked for and has octets that are not at the client's host when the hole is
//! seen: when the next packet comes. It *waits* for the packet if octets of it stand in the packet,
//! or behind those in an order that the transport keeps: they cannot be had before it is mended.
//!
//! Invariant: a packet whose octets had come before, or never mattered, counts for nothing.
//!
//! Used by: `lab hol`; its tests hold it against what the application really was given.

use super::{Ledger, Object, Span};
use std::{collections::BTreeMap, time::Duration};

/// A packet that was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// Its place in [`Ledger::packets`].
    pub packet: usize,
    /// The packet by which its last octets came again; `None`: it was never missed.
    pub repaired: Option<usize>,
    /// From the moment at which the hole could be seen until the octets came.
    pub missing: Duration,
    /// Things of the page that were under way.
    pub active: Vec<usize>,
    /// Of these, those with octets in the packet.
    pub inside: Vec<usize>,
    /// Those that waited for it.
    pub waiting: Vec<usize>,
    /// Those that the application got nothing of until then.
    pub silent: Vec<usize>,
}

/// All losses that somebody had to wait for.
pub fn losses(ledger: &Ledger, objects: &[Object]) -> Vec<Loss> {
    let extents = extents(ledger, objects);
    let mut here: Here = BTreeMap::new();
    let mut losses = Vec::new();
    for (place, packet) in ledger.packets.iter().enumerate() {
        if !packet.lost {
            for span in &packet.spans {
                here.entry(span.order).or_default().insert(span.from, span.to);
            }
            continue;
        }
        let known = |span: &Span| {
            here.get(&span.order).is_some_and(|here| here.contains(span.from, span.to))
        };
        let spans: Vec<Span> = packet.spans.iter().filter(|span| !known(span)).copied().collect();
        if !spans.is_empty() {
            losses.extend(loss(ledger, objects, &extents, place, &spans, &here));
        }
    }
    losses
}

fn loss(
    ledger: &Ledger,
    objects: &[Object],
    extents: &[Vec<Span>],
    place: usize,
    spans: &[Span],
    here: &Here,
) -> Option<Loss> {
    let behind = ledger.packets.get(place + 1..).unwrap_or_default();
    let seen = behind.iter().find_map(|packet| packet.came)?;
    let mut later: Here = spans
        .iter()
        .filter_map(|span| Some((span.order, here.get(&span.order)?.clone())))
        .collect();
    let mut repaired = None;
    for (at, packet) in (place + 1..).zip(behind).filter(|(_, packet)| packet.came.is_some()) {
        for span in &packet.spans {
            later.entry(span.order).or_default().insert(span.from, span.to);
        }
        let whole =
            |span: &Span| later.get(&span.order).is_some_and(|l| l.contains(span.from, span.to));
        if spans.iter().all(whole) {
            repaired = Some((at, packet.came?));
            break;
        }
    }
    let (repaired, again) = repaired?;
    let is_here =
        |span: &Span| here.get(&span.order).is_some_and(|here| here.contains(span.from, span.to));
    let is_active = |(object, extent): &(&Object, &Vec<Span>)| {
        object.asked.is_some_and(|asked| asked <= seen) && !extent.iter().all(is_here)
    };
    let known = objects.iter().zip(extents);
    let active: Vec<usize> =
        (0..).zip(known).filter(|(_, known)| is_active(known)).map(first).collect();
    // ANCHOR: waiting
    let mut inside: Vec<usize> = spans.iter().flat_map(|span| ledger.objects(span)).collect();
    inside.sort_unstable();
    inside.dedup();
    let mut waiting = Vec::new();
    for span in spans {
        let ends = ledger.ends(span.order);
        let waits = |object: &&usize| ends.get(*object).is_some_and(|end| *end > span.from);
        waiting.extend(active.iter().filter(waits).copied());
    }
    waiting.sort_unstable();
    waiting.dedup();
    // ANCHOR_END: waiting
    let meanwhile = |given: &&super::Given| given.packet > place && given.packet < repaired;
    let given: Vec<usize> = ledger.given.iter().filter(meanwhile).map(|one| one.object).collect();
    let silent = active.iter().filter(|object| !given.contains(object)).copied().collect();
    let missing = again.saturating_duration_since(seen);
    inside.retain(|object| active.contains(object));
    Some(Loss { packet: place, repaired: Some(repaired), missing, active, inside, waiting, silent })
}

/// Octets by order.
type Here = BTreeMap<u64, Ranges>;

/// All octets of each thing of the page.
fn extents(ledger: &Ledger, objects: &[Object]) -> Vec<Vec<Span>> {
    let mut extents = vec![Vec::new(); objects.len()];
    let mut ends: BTreeMap<u64, u64> = BTreeMap::new();
    for span in ledger.packets.iter().flat_map(|packet| &packet.spans) {
        let end = ends.entry(span.order).or_default();
        *end = span.to.max(*end);
    }
    for (order, end) in ends {
        for (object, span) in ledger.shares(order, end) {
            if let Some(extent) = extents.get_mut(object) {
                extent.push(span);
            }
        }
    }
    extents
}

fn first<A, B>((first, _): (A, B)) -> A {
    first
}

/// Octets of an order that are here.
#[derive(Debug, Clone, Default)]
struct Ranges(BTreeMap<u64, u64>);

impl Ranges {
    fn insert(&mut self, mut from: u64, mut to: u64) {
        // Those that touch become one with it.
        while let Some((start, end)) = self
            .0
            .range(..=to)
            .next_back()
            .map(|(start, end)| (*start, *end))
            .filter(|one| one.1 >= from)
        {
            self.0.remove(&start);
            (from, to) = (from.min(start), to.max(end));
        }
        self.0.insert(from, to);
    }

    fn contains(&self, from: u64, to: u64) -> bool {
        self.0.range(..=from).next_back().is_some_and(|(_, end)| *end >= to)
    }
}
