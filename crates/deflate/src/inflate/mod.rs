//! The decoder: octets in, octets out, at whatever octet either ends.
//!
//! RFC 1951 §3.2.3
//!
//! ```text
//!                 ┌──────────────────────── not final ───────────────────────┐
//!                 ▼                                                          │
//!   ──────────► Block ─ BTYPE 00 ─► StoredLength ─► Stored ──────────────────┤
//!                 │ └── BTYPE 01 ──────────────────────────► Symbol ─ 256 ───┤
//!                 └──── BTYPE 10 ─► Head ─► Lengths ───────►  │ ▲            │ final
//!                                                    length   ▼ │            ▼
//!                                                     Distance ─► Copy     Ended
//! ```
//!
//! Between two arrows everything is read or nothing, so the state and a few bits in the buffer are
//! all there is to remember when the input ends. A sequence of symbols with enough input and room
//! behind it is not walked through these states: [`fast`] reads it in one loop.
//!
//! Invariant: the state says what to read next; nothing is ever read twice.
//!
//! Invariant: an error is final; every later call answers the same.

mod fast;
mod head;
mod output;
mod tables;
mod window;

use crate::{
    BitOffset, Error, Violation, WindowBits,
    bits::{BitReader, Held, mask},
    huffman::table::Entry,
};
use head::Head;
use output::Output;
use tables::{FIXED, Tables};
use window::Window;

/// Why a call came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// All input is used, and more is wanted.
    Starved,
    /// The bound is reached, and there is more to put out.
    Full,
    /// The final block ended; what is left of the input is not part of the stream.
    Ended,
}

#[derive(Debug, Clone)]
enum State {
    /// BFINAL and BTYPE.
    Block,
    /// LEN and NLEN of a stored block.
    StoredLength,
    /// Octets of a stored block.
    Stored(u16),
    /// HLIT, HDIST and HCLEN.
    Head,
    /// The lengths of a dynamic block's codes.
    Lengths(Box<Head>),
    /// A literal, a length or the end of the block.
    Symbol,
    /// The distance behind a length.
    Distance { length: usize },
    /// The rest of a reference that did not fit.
    Copy { length: usize, distance: usize },
    /// The final block ended.
    Ended,
    /// A rule was broken.
    Failed(Error),
}

/// What a step through the state machine came to.
enum Step {
    /// Go on.
    Next(State),
    /// Come back in this state, for this reason.
    Wait(State, Status),
}

/// A decoder of one stream, which may come in any pieces.
///
/// Memory is taken at first use: a window that grows with what came, to 2^bits octets at most, and
/// 11 KiB of tables where a block brings its own codes.
#[derive(Debug, Clone)]
pub struct Inflate {
    held: Held,
    window: Window,
    state: State,
    /// The block at hand is the last.
    last: bool,
    /// The codes of the last dynamic block; kept for the next one to write over.
    tables: Option<Box<Tables>>,
    /// The block at hand has the fixed codes.
    fixed: bool,
}

impl Inflate {
    /// A decoder for a stream whose references reach 2^`window` octets back at most.
    pub fn new(window: WindowBits) -> Self {
        Self {
            held: Held::default(),
            window: Window::new(window),
            state: State::Block,
            last: false,
            tables: None,
            fixed: false,
        }
    }

    /// Inflates what it can of `input`, which is advanced past what was used, and appends at most
    /// `bound` octets to `out`.
    ///
    /// [`Status::Full`] says that there is more to put out: call again. [`Status::Starved`] says
    /// that nothing but more input leads on. What was put out before an error stays in `out`.
    ///
    /// # Errors
    /// The first rule that the octets break, with the bit at which it was broken. It is the same
    /// one, whatever the pieces in which the octets came; every later call repeats it.
    pub fn inflate(
        &mut self,
        input: &mut &[u8],
        out: &mut Vec<u8>,
        bound: usize,
    ) -> Result<Status, Error> {
        let mut bits = BitReader::new(self.held, input);
        let mut output = Output::new(out, bound, input.len().saturating_mul(4));
        let status = self.run(&mut bits, &mut output);
        output.finish(&mut self.window);
        let (held, used) = bits.finish(status == Ok(Status::Starved));
        self.held = held;
        *input = input.get(used..).unwrap_or_default();
        if let Err(error) = status {
            self.state = State::Failed(error);
        }
        status
    }

    // ANCHOR: run
    fn run(&mut self, bits: &mut BitReader<'_>, out: &mut Output<'_>) -> Result<Status, Error> {
        loop {
            let state = std::mem::replace(&mut self.state, State::Block);
            match self.step(state, bits, out)? {
                Step::Next(state) => self.state = state,
                Step::Wait(state, status) => {
                    self.state = state;
                    return Ok(status);
                }
            }
        }
    }

    fn step(
        &mut self,
        state: State,
        bits: &mut BitReader<'_>,
        out: &mut Output<'_>,
    ) -> Result<Step, Error> {
        match state {
            State::Block => self.block(bits),
            State::StoredLength => stored_length(bits),
            State::Stored(left) => Ok(self.stored(left, bits, out)),
            State::Head => Ok(match Head::start(bits)? {
                Some(head) => Step::Next(State::Lengths(Box::new(head))),
                None => Step::Wait(State::Head, Status::Starved),
            }),
            State::Lengths(mut head) => {
                let tables = self.tables.get_or_insert_with(|| Box::new(Tables::empty()));
                Ok(match head.go_on(bits, tables)? {
                    true => Step::Next(State::Symbol),
                    false => Step::Wait(State::Lengths(head), Status::Starved),
                })
            }
            State::Symbol => match self.fast(bits, out) {
                State::Symbol => self.symbol(bits, out),
                state => Ok(Step::Next(state)),
            },
            State::Distance { length } => self.distance(length, bits, out),
            State::Copy { length, distance } => {
                Ok(match out.copy(&self.window, length, distance) {
                    0 => Step::Next(State::Symbol),
                    length => Step::Wait(State::Copy { length, distance }, Status::Full),
                })
            }
            State::Ended => Ok(Step::Wait(State::Ended, Status::Ended)),
            State::Failed(error) => Err(error),
        }
    }
    // ANCHOR_END: run

    fn block(&mut self, bits: &mut BitReader<'_>) -> Result<Step, Error> {
        let at = bits.offset();
        let Some(head) = bits.take(3) else {
            return Ok(Step::Wait(State::Block, Status::Starved));
        };
        self.last = head & 1 == 1;
        self.fixed = head >> 1 == 1;
        match head >> 1 {
            0 => {
                bits.align();
                Ok(Step::Next(State::StoredLength))
            }
            1 => Ok(Step::Next(State::Symbol)),
            2 => Ok(Step::Next(State::Head)),
            _ => Err(Violation::BlockType.at(BitOffset(at.0 + 1))),
        }
    }

    /// What comes behind a block.
    fn behind_block(&self) -> Step {
        Step::Next(if self.last { State::Ended } else { State::Block })
    }

    fn stored(&self, left: u16, bits: &mut BitReader<'_>, out: &mut Output<'_>) -> Step {
        if left == 0 {
            return self.behind_block();
        }
        let octets = bits.octets(usize::from(left).min(out.room()));
        out.put(octets);
        // At most `left`.
        let left = left - u16::try_from(octets.len()).unwrap_or(left);
        match (left, out.room()) {
            (0, _) => self.behind_block(),
            (_, 0) => Step::Wait(State::Stored(left), Status::Full),
            _ => Step::Wait(State::Stored(left), Status::Starved),
        }
    }

    /// Reads what it can in one loop.
    fn fast(&self, bits: &mut BitReader<'_>, out: &mut Output<'_>) -> State {
        if bits.left() < fast::INPUT || !out.has_room(fast::ROOM) {
            return State::Symbol;
        }
        let (input, at, buffer, count) = bits.parts();
        let (place, written) = out.place();
        let mut fast = fast::Fast { input, at, bits: buffer, count, out: place, written };
        let state = fast.run(self.tables(), &self.window);
        bits.set_parts(fast.at, fast.bits, fast.count);
        let written = fast.written;
        out.advance_to(written);
        state
    }

    /// The codes of the block at hand.
    fn tables(&self) -> &Tables {
        match &self.tables {
            Some(tables) if !self.fixed => tables,
            _ => &FIXED,
        }
    }

    fn symbol(&mut self, bits: &mut BitReader<'_>, out: &mut Output<'_>) -> Result<Step, Error> {
        let wait = |status| Ok(Step::Wait(State::Symbol, status));
        let literals = &self.tables().literals;
        let at = bits.offset();
        // A code of 15 bits and 5 extra ones.
        let _ = bits.need(20);
        let mut next = bits.bits();
        let mut entry = literals.first(next);
        let mut before = 0;
        if entry.is(Entry::SECOND) {
            before = entry.bits();
            next >>= before;
            entry = literals.second(entry, next);
        }
        if !bits.need(before + entry.bits()) {
            return wait(Status::Starved);
        }
        if entry.is(Entry::LITERAL) {
            if !out.literal(entry.value().to_le_bytes()[0]) {
                return wait(Status::Full);
            }
            bits.consume(before + entry.bits());
            return Ok(Step::Next(State::Symbol));
        }
        bits.consume(before + entry.bits());
        match () {
            () if entry.is(Entry::END) => Ok(self.behind_block()),
            () if entry.is(Entry::SPECIAL) => Err(Violation::LiteralSymbol.at(at)),
            () => Ok(Step::Next(State::Distance { length: entry.number(next) })),
        }
    }

    fn distance(
        &mut self,
        length: usize,
        bits: &mut BitReader<'_>,
        out: &mut Output<'_>,
    ) -> Result<Step, Error> {
        let distances = &self.tables().distances;
        let at = bits.offset();
        // A code of 15 bits and 13 extra ones.
        let _ = bits.need(28);
        let mut next = bits.bits();
        let mut entry = distances.first(next);
        let mut before = 0;
        if entry.is(Entry::SECOND) {
            before = entry.bits();
            next >>= before;
            entry = distances.second(entry, next);
        }
        if !bits.need(before + entry.bits()) {
            return Ok(Step::Wait(State::Distance { length }, Status::Starved));
        }
        if entry.is(Entry::SPECIAL) {
            return Err(Violation::DistanceSymbol.at(at));
        }
        bits.consume(before + entry.bits());
        let distance = entry.number(next);
        let came = self.window.have() + out.written();
        if distance > came.min(self.window.most()) {
            return Err(Violation::DistanceTooFar.at(at));
        }
        Ok(Step::Next(State::Copy { length, distance }))
    }

    /// Whether the final block ended.
    pub fn is_ended(&self) -> bool {
        matches!(self.state, State::Ended)
    }

    /// Whether no block is under way, and the next would begin with an octet: so it is behind a
    /// [`Flush::Sync`](crate::Flush::Sync), where a WebSocket's message ends (RFC 7692 §7.2.2).
    pub fn is_between_blocks(&self) -> bool {
        matches!(self.state, State::Block) && self.offset().bit() == 0
    }

    /// Where the next bit of the stream stands.
    pub fn offset(&self) -> BitOffset {
        self.held.offset()
    }

    /// Begins a new stream; the memory is kept.
    pub fn reset(&mut self) {
        self.held = Held::default();
        self.state = State::Block;
        self.last = false;
        self.window.clear();
    }

    /// Behind a final block, goes on with the next block at the next octet, with the window as it
    /// is (RFC 7692 §7.2.3.5). It does nothing elsewhere.
    pub fn resume(&mut self) {
        if self.is_ended() {
            self.held.align();
            self.state = State::Block;
            self.last = false;
        }
    }

    /// As [`reset`](Self::reset), and gives the memory back.
    pub fn release(&mut self) {
        self.reset();
        self.window.release();
        self.tables = None;
    }

    /// Octets of memory taken beyond the value itself.
    pub fn held(&self) -> usize {
        let tables = self.tables.as_ref().map_or(0, |_| size_of::<Tables>());
        let head = if let State::Lengths(_) = self.state { size_of::<Head>() } else { 0 };
        self.window.held() + tables + head
    }
}

fn stored_length(bits: &mut BitReader<'_>) -> Result<Step, Error> {
    let at = bits.offset();
    let Some(lengths) = bits.take(32) else {
        return Ok(Step::Wait(State::StoredLength, Status::Starved));
    };
    let (length, turned) = (lengths & mask(16), lengths >> 16);
    match u16::try_from(length) {
        Ok(length) if u64::from(!length) == turned => Ok(Step::Next(State::Stored(length))),
        _ => Err(Violation::StoredLength.at(at)),
    }
}
