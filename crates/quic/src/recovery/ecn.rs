//! Whether a path carries ECN marks, and what the marks say.
//!
//! RFC 9000 §13.4.2, appendix A.4
//!
//! ```text
//!             10 packets are marked         acknowledged, counts are right
//!   testing ───────────────────────► unknown ───────────────────────────────► capable
//!      │                                │                                        │
//!      └───────── counts are missing, too few, too many, or fall; or ────────────┘
//!                 every marked packet of the test was lost ──► failed
//! ```
//!
//! Invariant: a path that failed is never marked again.
//!
//! Used by: [`Recovery`](super::Recovery), one for each path.

/// Counts of an ACK frame: how many packets of a space came with each mark (RFC 9000 §19.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EcnCounts {
    /// Packets that came with ECT(0).
    pub ect0: u64,
    /// Packets that came with ECT(1).
    pub ect1: u64,
    /// Packets that came with CE: a queue was filling up.
    pub ce: u64,
}

/// How far the test of a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EcnState {
    /// So many more packets go marked, to see what becomes of them.
    Testing(u8),
    /// The answer is awaited; nothing is marked.
    Unknown,
    /// Marks come through: everything is marked.
    Capable,
    /// Something on the path eats or invents marks: nothing is marked any more.
    Failed,
}

/// Packets that go marked before anything is known.
const TEST: u8 = 10;

/// The test of one path.
#[derive(Debug, Clone)]
pub struct Ecn {
    state: EcnState,
    sent: u64,
    lost: u64,
}

impl Default for Ecn {
    fn default() -> Self {
        Self::new()
    }
}

impl Ecn {
    /// A path of which nothing is known.
    pub const fn new() -> Self {
        Self { state: EcnState::Testing(TEST), sent: 0, lost: 0 }
    }

    /// For a socket that cannot mark.
    pub const fn disabled() -> Self {
        Self { state: EcnState::Failed, sent: 0, lost: 0 }
    }

    /// How far the test is.
    pub const fn state(&self) -> EcnState {
        self.state
    }

    /// Whether the next datagram goes with ECT(0).
    pub const fn marks(&self) -> bool {
        matches!(self.state, EcnState::Testing(_) | EcnState::Capable)
    }

    /// A packet went with ECT(0).
    pub(super) fn on_sent(&mut self) {
        self.sent += 1;
        if let EcnState::Testing(left) = self.state {
            self.state = match left {
                0 | 1 => EcnState::Unknown,
                _ => EcnState::Testing(left - 1),
            };
        }
    }

    /// A packet that went with ECT(0) was lost.
    pub(super) fn on_lost(&mut self) {
        self.lost += 1;
        // Some networks drop what is marked.
        if self.state == EcnState::Unknown && self.lost == self.sent {
            self.state = EcnState::Failed;
        }
    }

    // ANCHOR: validate
    /// An acknowledgment that raised the largest number newly acknowledges `acked` packets that
    /// went marked. `counts` is what it says, `before` what the last one of this space said.
    /// Answers whether CE says that there is congestion.
    pub(super) fn validate(
        &mut self,
        acked: u64,
        counts: Option<EcnCounts>,
        before: EcnCounts,
        marked: u64,
    ) -> bool {
        if self.state == EcnState::Failed {
            return false;
        }
        let Some(counts) = counts else {
            // The peer, or the path, does not pass marks on.
            if acked > 0 {
                self.state = EcnState::Failed;
            }
            return false;
        };
        let risen = (counts.ect0.checked_sub(before.ect0), counts.ce.checked_sub(before.ce));
        let (Some(ect0), Some(ce)) = risen else {
            self.state = EcnState::Failed;
            return false;
        };
        // We never send ECT(1); no more can come marked than went marked; and a packet that went
        // marked and came is counted as one or the other.
        let invented = counts.ect1 > 0 || counts.ect0.saturating_add(counts.ce) > marked;
        if invented || ect0.saturating_add(ce) < acked {
            self.state = EcnState::Failed;
            return false;
        }
        if acked > 0 && self.state == EcnState::Unknown {
            self.state = EcnState::Capable;
        }
        ce > 0
    }
    // ANCHOR_END: validate
}
