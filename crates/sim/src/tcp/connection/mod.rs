//! One connection: a sender, a receiver, a state, and the times at which something must happen.
//!
//! RFC 9293 §3.10
//!
//! ```text
//!   mod.rs         what the application calls
//!   receive.rs     a segment arrived
//!   transmit.rs    the next segment to send
//!   timers.rs      retransmission, zero window, delayed acknowledgment, TIME-WAIT
//! ```
//!
//! Invariant: a connection that is Closed sends nothing and waits for nothing.
//!
//! Used by: [`Endpoint`](super::Endpoint), which finds the connection for a segment.

mod receive;
pub(super) use receive::answer_to_stray;
mod timers;
mod transmit;

use super::{
    Config, Error, Input, Limits, State, congestion::Control, receiver::Receiver, rtt::Rtt,
    segment::Segment, sender::Sender,
};
use std::{
    collections::VecDeque,
    net::SocketAddr,
    time::{Duration, Instant},
};

/// What the application should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// Both sides may send.
    Connected,
    /// There are octets to read.
    Readable,
    /// There is room again, after [`Connection::write`] took less than it was given.
    Writable,
    /// The peer has no more to send; what it sent may still have to be read.
    Finished,
    /// The connection is no more: in order (`None`), or not.
    Closed(Option<Error>),
}

/// What a connection has seen so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Figures {
    /// Segments sent, acknowledgments and retransmissions included.
    pub segments: u64,
    /// Segments sent again, tail probes included.
    pub retransmissions: u64,
    /// Tail probes sent.
    pub tail_probes: u64,
    /// Fast recoveries begun.
    pub recoveries: u64,
    /// Retransmission timeouts.
    pub timeouts: u64,
    /// Octets the peer has acknowledged.
    pub acknowledged: u64,
    /// Octets that may be out.
    pub window: u64,
    /// The smoothed round trip, once there is a sample.
    pub rtt: Option<Duration>,
    /// Octets that arrived and wait behind a hole.
    pub held: usize,
}

/// ECN on a connection (RFC 3168 §6.1).
#[derive(Debug, Clone, Copy, Default)]
struct EcnState {
    on: bool,
    /// A CE mark came and the peer has not said CWR.
    echo: bool,
    /// The window was reduced; the next data says so.
    reduced: bool,
}

/// A connection, of either side.
#[derive(Debug)]
pub struct Connection {
    config: Config,
    limits: Limits,
    local: SocketAddr,
    remote: SocketAddr,
    state: State,
    sender: Sender,
    receiver: Receiver,
    rtt: Rtt,
    control: Control,
    /// Our first sequence number, and the peer's once its SYN is here.
    ours: u32,
    theirs: Option<u32>,
    mss: u16,
    sack: bool,
    ecn: EcnState,
    scale_out: u8,
    scale_in: u8,
    /// The first octet the peer does not take, and the segment that told so (its sequence and
    /// acknowledgment numbers): older ones must not move it back.
    edge: u64,
    edge_told: (u64, u64),
    /// Acknowledgments that must go now.
    acks_due: u32,
    /// Full segments received and not acknowledged.
    unacknowledged: u32,
    ack_timer: Option<Instant>,
    /// Retransmission, tail probe or zero-window probe: one of them.
    timer: Option<Instant>,
    probe: bool,
    /// The timer that runs is the tail probe's, which comes before the retransmission's; and one
    /// has been sent since the last acknowledgment of something new.
    tail: bool,
    tail_spent: bool,
    /// Probes since the peer last said anything.
    unanswered: u32,
    time_wait: Option<Instant>,
    last_sent: Option<Instant>,
    /// The congestion window, and nothing else, held the sender back.
    limited: bool,
    wants_room: bool,
    /// A segment that goes before all others: RST, or a probe.
    first: Option<Segment>,
    events: VecDeque<Event>,
    error: Option<Error>,
    figures: Figures,
}

impl Connection {
    pub(super) fn new(
        config: Config,
        limits: Limits,
        (local, remote): (SocketAddr, SocketAddr),
        ours: u32,
    ) -> Self {
        Self {
            config,
            limits,
            local,
            remote,
            state: State::SynSent,
            sender: Sender::new(limits.send_buffer),
            receiver: Receiver::new(limits.receive_buffer),
            rtt: Rtt::new(config.min_rto),
            control: Control::new(config.algorithm, config.mss.max(1), config.initial_window),
            ours,
            theirs: None,
            mss: config.mss.max(1),
            sack: config.sack,
            ecn: EcnState { on: config.ecn, ..EcnState::default() },
            scale_out: scale(limits.receive_buffer),
            scale_in: 0,
            edge: 1,
            edge_told: (0, 0),
            acks_due: 0,
            unacknowledged: 0,
            ack_timer: None,
            timer: None,
            probe: false,
            tail: false,
            tail_spent: false,
            unanswered: 0,
            time_wait: None,
            last_sent: None,
            limited: false,
            wants_room: false,
            first: None,
            events: VecDeque::new(),
            error: None,
            figures: Figures::default(),
        }
    }

    /// Takes as many octets as there is room for, to be sent in order; answers how many. After
    /// [`close`](Self::close) none.
    pub fn write(&mut self, octets: &[u8]) -> usize {
        if self.state == State::Closed {
            return 0;
        }
        let taken = self.sender.write(octets);
        self.wants_room = taken < octets.len();
        taken
    }

    /// Octets that [`write`](Self::write) would take.
    pub fn room(&self) -> usize {
        if self.state == State::Closed { 0 } else { self.sender.room() }
    }

    /// Octets written that the peer has not acknowledged.
    pub fn unsent(&self) -> usize {
        self.sender.waiting()
    }

    /// Takes up to `most` octets of what arrived in order.
    pub fn read(&mut self, most: usize) -> Vec<u8> {
        let octets = self.receiver.read(most);
        if self.state.is_synchronized() && self.receiver.has_opened(self.mss) {
            self.acks_due = self.acks_due.max(1);
        }
        octets
    }

    /// Octets that [`read`](Self::read) could give.
    pub fn readable(&self) -> usize {
        self.receiver.readable()
    }

    /// Whether the peer has closed and everything has been read.
    pub fn is_finished(&self) -> bool {
        self.receiver.is_finished() && self.receiver.readable() == 0
    }

    /// No more will be written: a FIN goes behind what was.
    pub fn close(&mut self) {
        self.sender.close();
        let state = self.state.on(Input::Close);
        if state == State::Closed && self.state != State::Closed {
            self.end(None);
        }
        self.state = state;
    }

    /// Ends it at once, with RST.
    pub fn abort(&mut self) {
        if self.theirs.is_some() && self.state != State::Closed {
            self.first = Some(self.reset_segment());
        }
        self.end(Some(Error::Aborted));
    }

    /// What happened since the last call.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Where it stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// Why it ended, if it did not end in order.
    pub fn error(&self) -> Option<Error> {
        self.error
    }

    /// Our address.
    pub fn local(&self) -> SocketAddr {
        self.local
    }

    /// The peer's address.
    pub fn remote(&self) -> SocketAddr {
        self.remote
    }

    /// What it has seen.
    pub fn figures(&self) -> Figures {
        Figures {
            acknowledged: self.sender.una().saturating_sub(1),
            window: self.control.window(),
            rtt: self.rtt.smoothed(),
            held: self.receiver.held(),
            ..self.figures
        }
    }

    /// Remembers an event; one that is still to be read is not repeated.
    fn tell(&mut self, event: Event) {
        if !self.events.contains(&event) {
            self.events.push_back(event);
        }
    }

    /// Nothing more is sent or waited for.
    fn end(&mut self, error: Option<Error>) {
        if self.state == State::Closed {
            return;
        }
        self.state = self.state.on(Input::Reset);
        self.error = error;
        (self.timer, self.ack_timer, self.time_wait) = (None, None, None);
        self.acks_due = 0;
        self.tell(Event::Closed(error));
    }
}

/// By how many bits windows up to `buffer` must be shifted to fit 16 (RFC 7323 §2.3: 14 at most).
fn scale(buffer: usize) -> u8 {
    (0..14).find(|shift| buffer >> shift <= usize::from(u16::MAX)).unwrap_or(14)
}
