//! A link carries datagrams one way, and these are all the harms it can do.
//!
//! ```text
//!            blackout  MTU   queue ────── rate ──► loss  corruption ──► delay  jitter  reorder ──►
//!   enters ──┴─────────┴─────┴ full: drop │                             duplication: leaves twice
//!                              filling: CE┘
//! ```
//!
//! Loss comes behind the rate: what is lost on the wire has had its turn at the transmitter.
//!
//! Invariant: what a link does not name it does not do; `Link::new()` is the perfect wire.
//!
//! Used by: whoever builds a [`Network`](crate::Network); `network/channel.rs` does what it says.

use std::{collections::BTreeSet, ops::Range, time::Duration};

/// A way to lose datagrams.
#[derive(Debug, Clone, PartialEq)]
pub enum Loss {
    /// Each with this probability, for itself.
    Rate(f64),
    /// Each with this probability, but never more than `longest` in a row: what handshake tests
    /// need to be sure of an end.
    Bounded {
        /// The probability.
        rate: f64,
        /// The longest run of losses.
        longest: u32,
    },
    /// Gilbert's model: a burst begins with one probability and then takes everything until it
    /// ends with the other. The share lost is begin ÷ (begin + end), the mean burst 1 ÷ end.
    Burst {
        /// Probability that a burst begins with a datagram.
        begin: f64,
        /// Probability that the datagram behind a lost one arrives.
        end: f64,
    },
    /// Exactly these, counted from 0 in the order in which they enter the link.
    List(BTreeSet<u64>),
}

/// When a link marks ECN-capable datagrams CE.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mark {
    /// Each with this probability.
    Rate(f64),
    /// Those that find at least so many waiting in the queue.
    Queue(usize),
}

/// One direction of a wire, described.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Bits per second; `None`: no time to send.
    pub rate: Option<u64>,
    /// From the last bit sent to its arrival.
    pub delay: Duration,
    /// Evenly spread from nothing to this, added to the delay. By itself it keeps the order.
    pub jitter: Duration,
    /// Datagrams that may wait behind the one being sent; the next is dropped. Without a rate
    /// nothing waits.
    pub queue: usize,
    /// How datagrams get lost; each of the ways for itself.
    pub loss: Vec<Loss>,
    /// Probability that a datagram is held back by `reorder_by`, so that others overtake it.
    pub reorder: f64,
    /// How long it is held back.
    pub reorder_by: Duration,
    /// Probability that it arrives twice.
    pub duplicate: f64,
    /// Probability that it is damaged.
    pub corrupt: f64,
    /// When it is marked CE.
    pub mark: Option<Mark>,
    /// Whether the ECN bits are cleared, as some middleboxes do.
    pub bleach: bool,
    /// The largest datagram in octets, IP head included; larger ones vanish.
    pub mtu: usize,
    /// Spans since the network began in which whatever enters is lost.
    pub blackouts: Vec<Range<Duration>>,
}

impl Default for Link {
    fn default() -> Self {
        Self {
            rate: None,
            delay: Duration::ZERO,
            jitter: Duration::ZERO,
            queue: 1000,
            loss: Vec::new(),
            reorder: 0.0,
            reorder_by: Duration::ZERO,
            duplicate: 0.0,
            corrupt: 0.0,
            mark: None,
            bleach: false,
            mtu: usize::MAX,
            blackouts: Vec::new(),
        }
    }
}

impl Link {
    /// A wire without faults and without length.
    pub fn new() -> Self {
        Self::default()
    }

    /// The link that QUIC's interop tests use: 15 ms one way, 10 Mbit/s, 25 may wait.
    pub fn interop() -> Self {
        Self::new().delay(Duration::from_millis(15)).rate(10_000_000).queue(25)
    }

    /// With so many bits per second (0 is no limit).
    #[must_use]
    pub fn rate(self, rate: u64) -> Self {
        Self { rate: (rate > 0).then_some(rate), ..self }
    }

    /// With this delay.
    #[must_use]
    pub fn delay(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// With up to so much more delay.
    #[must_use]
    pub fn jitter(self, jitter: Duration) -> Self {
        Self { jitter, ..self }
    }

    /// With room for so many that wait.
    #[must_use]
    pub fn queue(self, queue: usize) -> Self {
        Self { queue, ..self }
    }

    /// With one more way to lose.
    #[must_use]
    pub fn loss(mut self, loss: Loss) -> Self {
        self.loss.push(loss);
        self
    }

    /// Each lost with this probability.
    #[must_use]
    pub fn loss_rate(self, rate: f64) -> Self {
        self.loss(Loss::Rate(rate))
    }

    /// These lost, counted from 0.
    #[must_use]
    pub fn lose(self, list: impl IntoIterator<Item = u64>) -> Self {
        self.loss(Loss::List(list.into_iter().collect()))
    }

    /// With this probability held back by so much.
    #[must_use]
    pub fn reorder(self, reorder: f64, reorder_by: Duration) -> Self {
        Self { reorder, reorder_by, ..self }
    }

    /// Doubled with this probability.
    #[must_use]
    pub fn duplicate(self, duplicate: f64) -> Self {
        Self { duplicate, ..self }
    }

    /// Damaged with this probability.
    #[must_use]
    pub fn corrupt(self, corrupt: f64) -> Self {
        Self { corrupt, ..self }
    }

    /// Marked so.
    #[must_use]
    pub fn mark(self, mark: Mark) -> Self {
        Self { mark: Some(mark), ..self }
    }

    /// With the ECN bits cleared.
    #[must_use]
    pub fn bleach(self) -> Self {
        Self { bleach: true, ..self }
    }

    /// With this largest datagram, IP head included.
    #[must_use]
    pub fn mtu(self, mtu: usize) -> Self {
        Self { mtu, ..self }
    }

    /// Dead for this span, counted since the network began.
    #[must_use]
    pub fn blackout(mut self, span: Range<Duration>) -> Self {
        self.blackouts.push(span);
        self
    }
}
