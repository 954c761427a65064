//! One vocabulary in which every layer tells what it does.
//!
//! `get -v`, the page that shows a waterfall, qlog and HAR are all made from these events by the
//! crate `view`; no layer prints anything itself. An event is made only when somebody listens:
//!
//! ```
//! use std::{sync::Arc, time::Instant};
//! use wire::trace::{Direction, Event, Field, Layer, Sink, Trace, Value};
//!
//! struct Print;
//! impl Sink for Print {
//!     fn event(&self, event: &Event<'_>) {
//!         println!("{:?} {}", event.layer, event.name);
//!     }
//! }
//! let trace = Trace::to(Arc::new(Print), 1);
//! trace.emit(Instant::now(), Layer::Http1, Direction::Sent, "request", None, || {
//!     [Field { name: "target", value: Value::Text("/") }]
//! });
//! // Nobody listens: the closure does not run.
//! let silent = Trace::default();
//! silent.emit(Instant::now(), Layer::Http1, Direction::Sent, "request", None, || -> [_; 0] {
//!     panic!()
//! });
//! ```
//!
//! Invariant: with no listener, an event costs one branch and allocates nothing.
//!
//! Used by: every connection; `client` and `server`, which hand the sink down; `view`, which
//! listens.

use std::{fmt, sync::Arc, time::Instant};

/// The floor that speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Layer {
    /// Names, addresses, sockets.
    Sockets,
    /// TLS records and handshake messages.
    Tls,
    /// HTTP/1.0 and 1.1.
    Http1,
    /// WebSocket frames.
    WebSocket,
    /// HTTP/2 frames.
    Http2,
    /// QUIC packets and frames.
    Quic,
    /// HTTP/3 frames.
    Http3,
    /// The client's floors: session, adapter, pool.
    Client,
    /// The server's loops and handlers.
    Server,
}

/// Which way something went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// To the peer.
    Sent,
    /// From the peer.
    Received,
    /// It happened here: a decision, a timer, a lookup.
    Local,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// A count, a code, a length.
    Number(u64),
    /// A share or a rate; shown with three decimals.
    Real(f64),
    /// Text.
    Text(&'a str),
    /// Octets that need not be text.
    Octets(&'a [u8]),
    /// Yes or no.
    Flag(bool),
    /// A span of time, in microseconds.
    Micros(u64),
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Real(number) => write!(f, "{number:.3}"),
            Self::Text(text) => f.write_str(text),
            Self::Octets(octets) => write!(f, "{}", octets.escape_ascii()),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Micros(micros) => {
                write!(f, "{}.{:03} ms", micros / 1000, micros % 1000)
            }
        }
    }
}

/// A named value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field<'a> {
    /// The RFC's name where it has one.
    pub name: &'a str,
    /// What it holds.
    pub value: Value<'a>,
}

/// Something that happened, borrowed for the time of the call.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// When.
    pub time: Instant,
    /// On which floor.
    pub layer: Layer,
    /// Which way.
    pub direction: Direction,
    /// On which connection, as the driver numbers them.
    pub connection: u64,
    /// On which stream, where there are streams.
    pub stream: Option<u64>,
    /// What: a short lower-case name, stable, for machines and people.
    pub name: &'static str,
    /// The details, in the order in which a person reads them.
    pub fields: &'a [Field<'a>],
}

/// Somebody who listens.
pub trait Sink: Send + Sync {
    /// Called as it happens, on the thread where it happens: must be quick, must not block.
    fn event(&self, event: &Event<'_>);
}

/// A connection's line to the listener, if there is one. Cheap to clone.
#[derive(Clone, Default)]
pub struct Trace {
    sink: Option<Arc<dyn Sink>>,
    connection: u64,
}

impl Trace {
    /// Tells `sink` what happens on `connection`.
    pub fn to(sink: Arc<dyn Sink>, connection: u64) -> Self {
        Self { sink: Some(sink), connection }
    }

    /// The same listener, another connection.
    #[must_use]
    pub fn with_connection(&self, connection: u64) -> Self {
        Self { sink: self.sink.clone(), connection }
    }

    /// Whether anybody listens.
    pub fn is_on(&self) -> bool {
        self.sink.is_some()
    }

    /// Tells what happened. `fields` runs only when somebody listens.
    pub fn emit<'a, const N: usize>(
        &self,
        time: Instant,
        layer: Layer,
        direction: Direction,
        name: &'static str,
        stream: Option<u64>,
        fields: impl FnOnce() -> [Field<'a>; N],
    ) {
        if self.is_on() {
            self.emit_slice(time, layer, direction, name, stream, &fields());
        }
    }

    /// As [`emit`](Self::emit), for a number of fields that is known only at run time.
    pub fn emit_slice(
        &self,
        time: Instant,
        layer: Layer,
        direction: Direction,
        name: &'static str,
        stream: Option<u64>,
        fields: &[Field<'_>],
    ) {
        if let Some(sink) = &self.sink {
            let connection = self.connection;
            sink.event(&Event { time, layer, direction, connection, stream, name, fields });
        }
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Trace({}, connection {})",
            if self.is_on() { "on" } else { "off" },
            self.connection
        )
    }
}
