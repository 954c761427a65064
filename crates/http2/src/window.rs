//! How much the peer may send us, and when it is told that it may send more.
//!
//! RFC 9113 §5.2, §6.9
//!
//! ```text
//!  ├────────────────────── target ───────────────────────┤
//!  │ held: came, not released │ room: not told │ available: the peer may send it │
//! ```
//!
//! Every octet of DATA takes from `available`, padding too. What the application has used, and what
//! was dropped, becomes `room`; a WINDOW_UPDATE turns room into `available` again. So nothing can
//! leak: an octet is in one of the three at any time.
//!
//! Invariant: `available + held <= target`, but for a setting that has made `target` smaller.
//!
//! Used by: the connection, for itself and for each stream.

#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    available: i64,
    held: u32,
    target: u32,
}

impl Window {
    /// A window that the peer knows to be `initial`.
    pub(crate) fn new(initial: u32) -> Self {
        Self { available: initial.into(), held: 0, target: initial }
    }

    /// The peer has sent `octets`; `false` where it must not.
    pub(crate) fn take(&mut self, octets: u32) -> bool {
        // An empty frame needs no room, however far below zero a setting has put the window.
        if octets > 0 && i64::from(octets) > self.available {
            return false;
        }
        self.available -= i64::from(octets);
        self.held = self.held.saturating_add(octets);
        true
    }

    /// `octets` of those that came are done with; answers how many of them were held.
    pub(crate) fn release(&mut self, octets: u32) -> u32 {
        let released = octets.min(self.held);
        self.held -= released;
        released
    }

    /// Octets that came and are not released.
    pub(crate) const fn held(&self) -> u32 {
        self.held
    }

    /// Octets that the peer may send; below zero where a setting took more than there was.
    pub(crate) const fn available(&self) -> i64 {
        self.available
    }

    pub(crate) const fn target(&self) -> u32 {
        self.target
    }

    /// Aims higher; a window is never made smaller this way.
    pub(crate) fn grow(&mut self, target: u32) {
        self.target = self.target.max(target);
    }

    /// SETTINGS_INITIAL_WINDOW_SIZE changed by so much (§6.9.2): windows may become negative.
    pub(crate) fn shift(&mut self, by: i64) {
        self.available += by;
        let target = i64::from(self.target) + by;
        self.target = u32::try_from(target.max(0)).unwrap_or(u32::MAX);
    }

    // ANCHOR: update
    /// By how much the peer's window shall grow now, if it is worth a frame: a quarter of it, or
    /// less where the peer has nothing left.
    ///
    /// What is told comes back as a train of that length, a round trip later. Trains of a little
    /// more than a half do not fit twice into a window, so that one half would travel and the other
    /// wait to be told; of quarters, three travel.
    pub(crate) fn update(&mut self) -> Option<u32> {
        let target = i64::from(self.target);
        let room = target - i64::from(self.held) - self.available;
        let starved = self.available <= 0 && room >= target / 16;
        if room <= 0 || (room < target / 4 && !starved) {
            return None;
        }
        let increment = u32::try_from(room.min(0x7fff_ffff)).ok()?;
        self.available += i64::from(increment);
        Some(increment)
    }
    // ANCHOR_END: update
}

#[cfg(test)]
mod tests {
    use super::Window;

    #[test]
    fn nothing_leaks() {
        let mut window = Window::new(1000);
        let mut told = 1000;
        for turn in 0..10_000_u32 {
            let octets = turn % 300;
            while !window.take(octets) {
                window.release(window.held());
                told += window.update().unwrap();
            }
            told -= octets;
            assert_eq!(window.available, i64::from(told));
        }
        window.release(u32::MAX);
        window.update();
        assert!(window.available >= 500);
    }

    #[test]
    fn s6_9_2_a_window_may_be_negative() {
        let mut window = Window::new(1000);
        assert!(window.take(900));
        window.shift(-500);
        assert!(!window.take(1));
        window.release(900);
        assert_eq!(window.update(), Some(900));
        assert!(window.take(500));
        assert!(!window.take(1));
    }
}
