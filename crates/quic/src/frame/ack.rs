//! An ACK frame's ranges: from the largest number downwards, by what is missing and what is there.
//!
//! RFC 9000 §19.3.1
//!
//! ```text
//!   numbers         3 4 5     8 9     12
//!   on the wire     largest 12, first range 0 │ gap 1, range 1 │ gap 1, range 2
//!                                              10 11 are missing: two, so gap 1
//! ```
//!
//! Invariant: an [`AckRanges`] from a frame was walked once already, so no range goes below 0.
//!
//! Used by: [`Frame`](super::Frame); the connection hands the ranges to
//! [`Recovery`](crate::recovery::Recovery).

use crate::{error::Error, recovery::EcnCounts};
use std::ops::{Range, RangeInclusive};
use wire::{Reader, Truncated, VarInt};

/// The ranges of an ACK frame, descending; neither empty nor touching. A copy is cheap.
#[derive(Clone)]
pub struct AckRanges<'a> {
    next: Option<RangeInclusive<u64>>,
    rest: Reader<'a>,
}

impl std::fmt::Debug for AckRanges<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl PartialEq for AckRanges<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.clone().eq(other.clone())
    }
}

impl Eq for AckRanges<'_> {}

/// What can go wrong where a range is read.
pub(super) enum Wrong {
    Cut(Truncated),
    Rule(Error),
}

impl From<Truncated> for Wrong {
    fn from(cut: Truncated) -> Self {
        Self::Cut(cut)
    }
}

/// What a field takes away, if there is as much.
fn less(from: u64, field: &'static str, value: u64, more: u64) -> Result<u64, Wrong> {
    let left = value.checked_add(more).and_then(|value| from.checked_sub(value));
    left.ok_or(Wrong::Rule(Error::AckRange { field, value }))
}

impl<'a> AckRanges<'a> {
    // ANCHOR: ack
    /// Reads from the count of ranges to the last one.
    pub(super) fn read(reader: &mut Reader<'a>, largest: u64) -> Result<Self, Wrong> {
        let count = reader.varint("ACK Range Count")?;
        let first = reader.varint("First ACK Range")?;
        let mut low = less(largest, "First ACK Range", first, 0)?;
        reader.explain(|| format!("{low} to {largest}"));
        let start = *reader;
        for _ in 0..count {
            let gap = reader.varint("Gap")?;
            let high = less(low, "Gap", gap, 2)?;
            let length = reader.varint("ACK Range Length")?;
            low = less(high, "ACK Range Length", length, 0)?;
            reader.explain(|| format!("{low} to {high}"));
        }
        let octets = start.rest();
        let used = octets.len() - reader.len();
        let rest = Reader::new(octets.get(..used).unwrap_or_default());
        Ok(Self { next: Some(largest - first..=largest), rest })
    }
    // ANCHOR_END: ack
}

impl Iterator for AckRanges<'_> {
    type Item = RangeInclusive<u64>;

    fn next(&mut self) -> Option<Self::Item> {
        let range = self.next.take()?;
        if let (Ok(gap), Ok(length)) = (self.rest.varint("Gap"), self.rest.varint("Length")) {
            let high = range.start().checked_sub(gap + 2);
            self.next = high.and_then(|high| Some(high.checked_sub(length)?..=high));
        }
        Some(range)
    }
}

/// Appends an ACK frame of these half-open ranges, descending as
/// [`RangeSet::iter`](crate::ranges::RangeSet::iter)`().rev()` gives them, as many as fit `room`
/// octets. `delay` is in units of our `ack_delay_exponent`. Answers the largest number, or `None`
/// where nothing was written.
pub fn encode_ack(
    out: &mut Vec<u8>,
    ranges: impl Iterator<Item = Range<u64>> + Clone,
    delay: u64,
    ecn: Option<EcnCounts>,
    room: usize,
) -> Option<u64> {
    let mut walk = ranges.clone();
    let first = walk.next()?;
    let largest = first.end.checked_sub(1)?;
    let counts = ecn.map(|ecn| [ecn.ect0, ecn.ect1, ecn.ce].map(whole));
    let head = [largest, delay].map(whole);
    let length = whole(largest - first.start);
    // The count is taken to be two octets until it is known.
    let fixed = 1 + head.iter().chain(counts.iter().flatten()).map(|v| v.length()).sum::<usize>();
    let mut used = fixed + 2 + length.length();
    if used > room {
        return None;
    }
    // Which of them fit is known before the first one is written.
    let (mut count, mut low) = (0_u32, first.start);
    for range in walk {
        let [gap, length] = between(low, &range);
        used += gap.length() + length.length();
        if used > room || count == 16_383 {
            break;
        }
        (count, low) = (count + 1, range.start);
    }
    out.push(if counts.is_some() { 3 } else { 2 });
    head.into_iter().chain([VarInt::from(count), length]).for_each(|value| value.encode(out));
    let mut low = first.start;
    for range in ranges.skip(1).take(usize::try_from(count).unwrap_or(0)) {
        between(low, &range).into_iter().for_each(|value| value.encode(out));
        low = range.start;
    }
    counts.into_iter().flatten().for_each(|value| value.encode(out));
    Some(largest)
}

/// Gap and length of a range below one that begins with `low`.
fn between(low: u64, range: &Range<u64>) -> [VarInt; 2] {
    let gap = low.saturating_sub(range.end).saturating_sub(1);
    [gap, range.end.saturating_sub(range.start).saturating_sub(1)].map(whole)
}

fn whole(value: u64) -> VarInt {
    VarInt::new(value).unwrap_or(VarInt::MAX)
}
