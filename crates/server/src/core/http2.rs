//! A connection that speaks HTTP/2: many requests at once, over one stream of octets.
//!
//! RFC 9113 §3, §5
//!
//! Used by: [`Connection`](super::Connection).

use super::{
    Base, State,
    answer::Refused,
    http1::Switch,
    multiplex::{Exchanges, Multiplexed, Reason, Told, same_names},
};
use crate::{Moment, exchange::ContentError};
use ::http2::{ErrorCode, Event, StreamId};
use http::Request;
use std::ops::{Deref, DerefMut};
use wire::Output;

/// The stream's name, in the protocol's words.
fn name(stream: u64) -> StreamId {
    StreamId::new(u32::try_from(stream).unwrap_or_default())
}

impl Multiplexed for ::http2::Connection {
    same_names!(name);

    fn poll(&mut self) -> Option<Told> {
        let number = |stream: StreamId| u64::from(stream.value());
        Some(match self.poll_event()? {
            Event::Request { stream, head, end } => {
                Told::Request { stream: number(stream), head, end }
            }
            Event::Data { stream, octets, end } => {
                Told::Data { stream: number(stream), octets, end }
            }
            Event::Trailers { stream, trailers } => {
                Told::Trailers { stream: number(stream), trailers }
            }
            Event::StreamReset { stream, error, .. } => {
                let why = error.map_or(ContentError::Ended, |error| {
                    ContentError::Malformed(error.to_string())
                });
                Told::Reset { stream: number(stream), why }
            }
            Event::Writable(stream) => Told::Writable(number(stream)),
            Event::Closed { clean } => Told::Closed { clean },
            // A violation ends streams, which is told by itself.
            _ => Told::Other,
        })
    }

    fn is_open(&self) -> bool {
        self.state() == ::http2::State::Open
    }

    fn reset(&mut self, stream: u64, reason: Reason) {
        let code = match reason {
            Reason::Enough => ErrorCode::NO_ERROR,
            Reason::Failed => ErrorCode::INTERNAL_ERROR,
            Reason::Unwanted => ErrorCode::CANCEL,
        };
        self.reset(name(stream), code);
    }

    fn push(&mut self, parent: u64, request: &Request) -> Result<u64, Refused> {
        let pushed = self.push(name(parent), request).map_err(|_| Refused)?;
        Ok(pushed.value().into())
    }
}

/// A connection from a client that speaks HTTP/2.
pub(super) struct Connection {
    exchanges: Exchanges<::http2::Connection>,
    /// Octets that go before ours: the answer that switched to this version.
    before: Output,
}

/// What a handler sees is the same in each version.
impl Deref for Connection {
    type Target = Exchanges<::http2::Connection>;

    fn deref(&self) -> &Self::Target {
        &self.exchanges
    }
}

impl DerefMut for Connection {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.exchanges
    }
}

impl Connection {
    /// A connection whose peer is about to send its preface.
    pub(super) fn new(base: Base, moment: &Moment) -> Self {
        let http2 = ::http2::Connection::server(&base.service.limits.http2, moment.now);
        Self::with(base, http2, Output::new(1))
    }

    /// A connection whose peer has asked for it in HTTP/1, with the request to be answered first.
    /// `None` where its settings are none.
    pub(super) fn upgraded(base: Base, switch: Switch, moment: &Moment) -> Option<Self> {
        let Switch { settings, request, mut rest, before } = switch;
        let (limits, now) = (&base.service.limits.http2, moment.now);
        let http2 = ::http2::Connection::server_upgraded(limits, &settings, request, now).ok()?;
        let mut connection = Self::with(base, http2, before);
        connection.receive(rest.get_or_insert_default(), moment);
        Some(connection)
    }

    fn with(base: Base, mut http2: ::http2::Connection, before: Output) -> Self {
        if base.service.trace.is_on() {
            http2.set_trace(base.trace());
        }
        Self { exchanges: Exchanges::new(base, http2), before }
    }

    pub(super) fn base(&self) -> &Base {
        &self.exchanges.base
    }

    pub(super) fn base_mut(&mut self) -> &mut Base {
        &mut self.exchanges.base
    }

    /// Takes octets from the peer and does all that they make possible.
    pub(super) fn receive(&mut self, input: &mut [u8], moment: &Moment) {
        let http2 = &mut self.exchanges.protocol;
        http2.set_date(*moment.date());
        http2.receive(input, moment.now);
        self.process(moment);
    }

    pub(super) fn receive_end(&mut self, clean: bool, moment: &Moment) {
        self.exchanges.protocol.receive_end(clean, moment.now);
        self.process(moment);
    }

    pub(super) fn wants_receive(&self) -> bool {
        // What was read is looked at before more is.
        !self.is_behind() && self.protocol.wants_receive()
    }

    pub(super) fn poll_transmit(&mut self, moment: &Moment, out: &mut Output) {
        if !self.before.is_empty() {
            out.append(&mut self.before);
        }
        self.collect_sessions(moment);
        self.exchanges.protocol.poll_transmit(moment.now, out);
    }

    pub(super) fn sent(&mut self, moment: &Moment) {
        self.exchanges.protocol.sent(moment.now);
        self.exchanges.sent(moment);
    }

    pub(super) fn state(&self) -> State {
        match self.protocol.state() {
            ::http2::State::Open => State::Open,
            ::http2::State::Closing => State::Closing,
            ::http2::State::Closed => State::Closed,
        }
    }

    /// Never: a peer is told of a stop, so that it knows which requests were looked at.
    pub(super) const fn is_idle(&self) -> bool {
        false
    }
}
