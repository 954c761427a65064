//! Streams that keep their own order and no other, with room for so much.

use crate::{Connection, StreamId, Transport};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Instant,
};

/// What one end says on one stream.
#[derive(Debug, Default)]
struct Lane {
    octets: Vec<u8>,
    end: bool,
    reset: Option<u64>,
    /// The writer was told that there is no room.
    refused: bool,
    /// The reader took less than was there, and will say when to go on.
    paused: bool,
    /// Nothing more is delivered.
    over: bool,
}

/// What one end says, on its way to the other.
#[derive(Debug)]
pub(super) struct Line {
    lanes: BTreeMap<StreamId, Lane>,
    stops: VecDeque<(StreamId, u64)>,
    datagrams: VecDeque<Vec<u8>>,
    next: u64,
    room: usize,
    pub(super) closed: Option<u64>,
}

impl Line {
    /// `first` is the number of the end's first unidirectional stream.
    pub(super) const fn new(first: u64, room: usize) -> Self {
        Self {
            lanes: BTreeMap::new(),
            stops: VecDeque::new(),
            datagrams: VecDeque::new(),
            next: first,
            room,
            closed: None,
        }
    }

    /// Whether everything has arrived.
    pub(super) fn is_empty(&self) -> bool {
        let idle = |lane: &Lane| lane.over || (lane.octets.is_empty() && !lane.end);
        self.stops.is_empty() && self.lanes.values().all(idle)
    }

    /// Whether its reader has given a stream up.
    pub(super) fn is_stopped(&self, stream: StreamId) -> bool {
        self.stops.iter().any(|(stopped, _)| *stopped == stream)
    }

    /// The reader takes more of a stream.
    pub(super) fn resume(&mut self, stream: StreamId) {
        if let Some(lane) = self.lanes.get_mut(&stream) {
            lane.paused = false;
        }
    }
}

impl Transport for Line {
    fn open_unidirectional(&mut self) -> Option<StreamId> {
        let stream = StreamId::new(self.next);
        self.next += 4;
        Some(stream)
    }

    fn send(&mut self, stream: StreamId, octets: &[u8]) -> usize {
        let lane = self.lanes.entry(stream).or_default();
        assert!(!lane.end || lane.reset.is_some(), "{stream}: octets behind the end");
        if lane.reset.is_some() {
            return octets.len();
        }
        let taken = octets.len().min(self.room.saturating_sub(lane.octets.len()));
        lane.octets.extend_from_slice(octets.get(..taken).unwrap_or_default());
        lane.refused |= taken < octets.len();
        taken
    }

    fn finish(&mut self, stream: StreamId) {
        self.lanes.entry(stream).or_default().end = true;
    }

    fn reset(&mut self, stream: StreamId, code: u64) {
        let lane = self.lanes.entry(stream).or_default();
        lane.octets.clear();
        lane.reset.get_or_insert(code);
        lane.end = true;
    }

    fn stop_sending(&mut self, stream: StreamId, code: u64) {
        self.stops.push_back((stream, code));
    }

    fn send_datagram(&mut self, octets: Vec<u8>) {
        self.datagrams.push_back(octets);
    }

    fn close(&mut self, code: u64, _: &str) {
        self.closed = Some(code);
    }
}

/// Brings what `line` holds of one stream, the one that `by` chooses, to `reader`; `back` is what
/// the reader itself says. Answers whether anything moved.
pub(super) fn deliver(
    line: &mut Line,
    writer: &mut Connection,
    reader: &mut Connection,
    back: &mut Line,
    by: usize,
    most: usize,
    now: Instant,
) -> bool {
    if let Some((stream, code)) = line.stops.pop_front() {
        // Who is stopped gives the stream up (RFC 9000 §3.5), unless all has gone already.
        let lane = back.lanes.entry(stream).or_default();
        if !(lane.over || lane.end && lane.octets.is_empty()) {
            back.reset(stream, code);
            // Of what was given up nothing is delivered.
            back.lanes.entry(stream).or_default().over = true;
            reader.stream_stopped(stream, code, now);
        }
        return true;
    }
    if let Some(datagram) = line.datagrams.pop_front() {
        reader.receive_datagram(&datagram, now);
        return true;
    }
    let waits = |lane: &Lane| {
        let more = !lane.paused && (!lane.octets.is_empty() || lane.end);
        !lane.over && (more || lane.reset.is_some())
    };
    let waiting: Vec<StreamId> =
        line.lanes.iter().filter(|(_, lane)| waits(lane)).map(|(id, _)| *id).collect();
    let Some(id) = by.checked_rem(waiting.len()).and_then(|at| waiting.get(at)).copied() else {
        return false;
    };
    let Some(lane) = line.lanes.get_mut(&id) else { return false };
    if let Some(code) = lane.reset {
        lane.over = true;
        reader.stream_reset(id, code, now);
        return true;
    }
    let part = lane.octets.get(..most.min(lane.octets.len())).unwrap_or_default();
    let taken = if part.is_empty() { 0 } else { reader.receive(id, part, now) };
    assert!(taken <= part.len(), "{id}: more was taken than there is");
    lane.paused = taken < part.len();
    lane.octets.drain(..taken);
    if lane.octets.is_empty() && lane.end {
        lane.over = true;
        reader.receive_end(id, now);
    }
    if lane.refused && lane.octets.len() <= line.room / 2 {
        lane.refused = false;
        writer.stream_writable(id);
    }
    true
}
