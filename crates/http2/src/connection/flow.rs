//! Windows: how large ours should be, and what becomes of theirs.
//!
//! RFC 9113 §5.2, §6.9
//!
//! A window that is smaller than what the path holds leaves the line idle; one that is larger costs
//! memory and gains nothing. So the path is measured:
//!
//! ```text
//!   DATA … DATA  PING ──►                 octets that came between the PING and its answer are
//!                     ◄── DATA … DATA ACK what the path holds in one round trip; where that is
//!                                         two thirds of the window, the window is what holds it
//!                                         up, and is doubled
//! ```
//!
//! Invariant: windows grow to `Limits::window` at the most, and one PING at a time measures.
//!
//! Invariant: where three quarters of a client's connection window hold the first windows of all
//! its streams, the windows of those that are open never add up to more than these
//! (`Limits::own_streams`). The last quarter is what the peer may not have been told of yet.
//!
//! Invariant: the connection's window does not grow while more than half of it waits for the
//! application: what holds the peer up then is not the path. A peer could choose when it answers.
//! Nor is it more than doubled by one answer.

use super::{Connection, Role};
use crate::{Error, StreamId, frame::Frame, settings::MAX_WINDOW, stream::Pace};

/// What a measuring PING carries, so that its answer is told from others.
const PROBE: [u8; 8] = *b"wirebook";

/// Octets that are worth a PING, whatever the window: more than one frame.
const MUCH: u64 = 20_000;

/// How much fits into the path.
#[derive(Debug)]
pub(super) struct Bandwidth {
    /// A PING is on its way.
    probing: bool,
    /// Octets of DATA since it was sent, or since the last one was answered.
    counted: u64,
    /// What streams' windows should be.
    target: u32,
}

impl Bandwidth {
    pub(super) const fn new(target: u32) -> Self {
        Self { probing: false, counted: 0, target }
    }
}

impl Connection {
    /// Content came: counts it, and measures where the windows could be too small.
    pub(super) fn measure(&mut self, octets: u32) {
        self.bandwidth.counted += u64::from(octets);
        let largest = self.limits.window.min(MAX_WINDOW);
        // Not for each small body: only where much comes is it worth a frame.
        let much = u64::from(self.bandwidth.target / 16).max(MUCH);
        let narrow = self.window.target() < largest || self.bandwidth.target < largest;
        if !self.bandwidth.probing && self.bandwidth.counted >= much && narrow {
            self.bandwidth.probing = true;
            self.bandwidth.counted = 0;
            self.put(StreamId::CONNECTION, &Frame::Ping { octets: PROBE, ack: false });
        }
    }

    // ANCHOR: measured
    /// Takes the answer to a measuring PING; `false` where it is none.
    pub(super) fn on_probe(&mut self, octets: [u8; 8]) -> bool {
        if octets != PROBE || !self.bandwidth.probing {
            return false;
        }
        self.bandwidth.probing = false;
        let held = std::mem::take(&mut self.bandwidth.counted);
        let largest = self.limits.window.min(MAX_WINDOW);
        let grown = u32::try_from(held.saturating_mul(2)).unwrap_or(u32::MAX).min(largest);
        let short = |window: u32| held.saturating_mul(3) >= u64::from(window) * 2;
        if short(self.bandwidth.target) && grown > self.bandwidth.target {
            self.bandwidth.target = grown;
        }
        let taken = self.window.held() <= self.window.target() / 2;
        if taken && short(self.window.target()) {
            // No more than doubled, however long the answer took: what an honest path holds in a
            // round trip is no more than the window.
            self.window.grow(grown.min(self.window.target().saturating_mul(2)));
            self.update_connection();
        }
        true
    }
    // ANCHOR_END: measured

    /// Whether new streams need more than the window that our settings give them.
    pub(super) fn bandwidth_is_wide(&self) -> bool {
        self.announced.is_empty() && self.bandwidth.target > self.ours.initial_window_size
    }

    /// Tells the peer that it may send more on a stream, where that is worth a frame.
    pub(super) fn update_stream(&mut self, id: StreamId) {
        use crate::state::State::{HalfClosedLocal, Open};
        // Until the peer knows our settings, the protocol's own window is enough.
        let target = if self.announced.is_empty() { self.bandwidth.target } else { 0 };
        let target = self.spared(id, target);
        let Some(stream) = self.streams.get_mut(id) else { return };
        // Behind its END_STREAM a peer needs no window, and none for what nobody wants.
        let wanted = stream.unwanted.is_none();
        if wanted && matches!(stream.state, Open | HalfClosedLocal) {
            stream.receiving.window.grow(target);
            if let Some(increment) = stream.receiving.window.update() {
                // It may have waited for this.
                if let Some(pace) = &mut stream.receiving.pace {
                    *pace = Pace { since: self.now, counted: stream.receiving.received };
                }
                self.put(id, &Frame::WindowUpdate { increment });
            }
        }
    }

    /// Whether the connection's window has room for the first windows of all our own streams.
    pub(super) fn spares_streams(&self) -> bool {
        self.role == Role::Client && self.first_windows() <= self.told_window()
    }

    /// What the peer has been told of at least of the connection's window, once all is released.
    fn told_window(&self) -> u64 {
        u64::from(self.window.target() - self.window.target() / 4)
    }

    fn first_windows(&self) -> u64 {
        u64::from(self.limits.own_streams) * u64::from(self.ours.initial_window_size)
    }

    /// How far a stream's window may grow towards `target`: not into what others begin with, nor
    /// into what others have grown by.
    fn spared(&mut self, id: StreamId, target: u32) -> u32 {
        let own = self.streams.get(id).map_or(u32::MAX, |stream| stream.receiving.window.target());
        if target <= own || !self.spares_streams() {
            return target;
        }
        let initial = self.ours.initial_window_size;
        let others = self.streams.each().filter(|stream| stream.id != id);
        let grown: u64 = others
            .map(|stream| u64::from(stream.receiving.window.target().saturating_sub(initial)))
            .sum();
        let taken = self.first_windows().saturating_add(grown);
        let free = self.told_window().saturating_sub(taken);
        let most = u64::from(initial).saturating_add(free);
        target.min(u32::try_from(most).unwrap_or(u32::MAX))
    }

    pub(super) fn update_connection(&mut self) {
        let shut = self.window.available() <= 0;
        if let Some(increment) = self.window.update() {
            if shut {
                self.window_opened = Some(self.now);
            }
            self.put(StreamId::CONNECTION, &Frame::WindowUpdate { increment });
        }
    }

    // ANCHOR: window_update
    /// The peer takes more (§6.9).
    pub(super) fn on_window_update(&mut self, id: StreamId, increment: u32) -> Result<(), Error> {
        use crate::state::Input;
        let overflow = Error::WindowOverflow { stream: id, fatal: false };
        if id.is_connection() {
            let larger = self.send_window + i64::from(increment);
            if larger > i64::from(MAX_WINDOW) {
                return Err(overflow);
            }
            self.send_window = larger;
            return Ok(());
        }
        let Some(stream) = self.streams.get_mut(id) else {
            if self.is_beyond(id) {
                return Ok(());
            }
            return self.state_of(id).receive(Input::WindowUpdate, id).map(|_| ());
        };
        stream.state.receive(Input::WindowUpdate, id)?;
        let larger = stream.sending.window + i64::from(increment);
        if larger > i64::from(MAX_WINDOW) {
            return Err(overflow);
        }
        stream.sending.window = larger;
        self.make_ready(id);
        Ok(())
    }
    // ANCHOR_END: window_update

    /// SETTINGS_INITIAL_WINDOW_SIZE changes the windows of all streams that are there (§6.9.2).
    pub(super) fn shift_send_windows(&mut self, by: i64) -> Result<(), Error> {
        for stream in self.streams.each() {
            stream.sending.window += by;
            if stream.sending.window > i64::from(MAX_WINDOW) {
                return Err(Error::WindowOverflow { stream: stream.id, fatal: true });
            }
        }
        if by > 0 {
            let mut at = 0;
            while let Some(id) = self.streams.id_at(at) {
                self.make_ready(id);
                at += 1;
            }
        }
        Ok(())
    }
}
