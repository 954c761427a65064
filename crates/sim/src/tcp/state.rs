//! A connection's life.
//!
//! RFC 9293 §3.3.2, figure 5 (without LISTEN, which is the endpoint's):
//!
//! ```text
//!            SYN-SENT ──SYN──► SYN-RECEIVED
//!                │ SYN+ACK          │ ACK of our SYN
//!                └────► ESTABLISHED ◄┘
//!            close  ┌──────┴──────┐  FIN
//!                   ▼             ▼
//!              FIN-WAIT-1     CLOSE-WAIT
//!    ACK of FIN ┌───┴───┐ FIN     │ close
//!               ▼       ▼         ▼
//!         FIN-WAIT-2  CLOSING  LAST-ACK
//!           FIN │       │ ACK     │ ACK of FIN
//!               ▼       ▼         ▼
//!              TIME-WAIT ──────► CLOSED
//! ```
//!
//! Invariant: only [`State::on`] changes a state.

/// Where a connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Our SYN is out.
    SynSent,
    /// Both SYNs are out, ours is not acknowledged.
    SynReceived,
    /// Both may send.
    Established,
    /// We have closed; our FIN is not acknowledged.
    FinWait1,
    /// Our FIN is acknowledged, the peer may still send.
    FinWait2,
    /// Both have closed, neither FIN is acknowledged.
    Closing,
    /// Both have closed; we wait for what may still be under way.
    TimeWait,
    /// The peer has closed, we may still send.
    CloseWait,
    /// Both have closed, the peer first; our FIN is not acknowledged.
    LastAck,
    /// Nothing is left.
    Closed,
}

/// What changes a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Input {
    /// A SYN without an acknowledgment of ours.
    Syn,
    /// Our SYN was acknowledged (and the peer's is here).
    AckOfSyn,
    /// The peer's FIN, with all before it.
    Fin,
    /// Our FIN was acknowledged.
    AckOfFin,
    /// The application has no more to send.
    Close,
    /// TIME-WAIT is over.
    TimeWaitOver,
    /// RST, a timeout of the whole connection, an abort.
    Reset,
}

impl State {
    /// The next state; an input that means nothing here leaves it as it is.
    #[must_use]
    pub fn on(self, input: Input) -> Self {
        use State::{
            CloseWait, Closed, Closing, Established, FinWait1, FinWait2, LastAck, SynReceived,
            SynSent, TimeWait,
        };
        match (self, input) {
            (_, Input::Reset) | (TimeWait, Input::TimeWaitOver) | (LastAck, Input::AckOfFin) => {
                Closed
            }
            (SynSent, Input::Syn) => SynReceived,
            (SynSent | SynReceived, Input::AckOfSyn) => Established,
            (Established | SynReceived, Input::Close) => FinWait1,
            (Established, Input::Fin) => CloseWait,
            (CloseWait, Input::Close) => LastAck,
            (FinWait1, Input::AckOfFin) => FinWait2,
            (FinWait1, Input::Fin) => Closing,
            (FinWait2, Input::Fin) | (Closing, Input::AckOfFin) => TimeWait,
            // Closed before anything was agreed: nobody has to be told.
            (SynSent, Input::Close) => Closed,
            (state, _) => state,
        }
    }

    /// Whether both SYNs have been exchanged and the connection is not over.
    pub fn is_synchronized(self) -> bool {
        !matches!(self, Self::SynSent | Self::SynReceived | Self::Closed)
    }
}

#[cfg(test)]
mod tests {
    use super::{Input::*, State::*, *};

    #[test]
    fn each_way_through_the_figure() {
        let walk = |from: State, inputs: &[Input]| inputs.iter().fold(from, |s, i| s.on(*i));
        for (from, inputs, to) in [
            (SynSent, &[AckOfSyn][..], Established),
            (SynSent, &[Syn, AckOfSyn], Established),
            (Established, &[Close, AckOfFin, Fin], TimeWait),
            (Established, &[Close, Fin, AckOfFin], TimeWait),
            (Established, &[Close, AckOfFin, Fin, TimeWaitOver], Closed),
            (Established, &[Fin, Close, AckOfFin], Closed),
            (SynReceived, &[Close, AckOfFin], FinWait2),
            (SynSent, &[Close], Closed),
        ] {
            assert_eq!(walk(from, inputs), to, "{from:?} {inputs:?}");
        }
    }

    #[test]
    fn reset_closes_every_state_and_nothing_opens_a_closed_one() {
        let states = [
            SynSent,
            SynReceived,
            Established,
            FinWait1,
            FinWait2,
            Closing,
            TimeWait,
            CloseWait,
            LastAck,
            Closed,
        ];
        for state in states {
            assert_eq!(state.on(Reset), Closed);
        }
        for input in [Syn, AckOfSyn, Fin, AckOfFin, Close, TimeWaitOver, Reset] {
            assert_eq!(Closed.on(input), Closed);
        }
    }
}
